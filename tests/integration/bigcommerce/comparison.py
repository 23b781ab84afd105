"""Hold what we have of a store against the store's own file: every order once, and equal.

Nothing here is shared with what it checks: the store is read from its SQLite file, our records are
read as the JSON that lies in the table, the facts as plain Parquet.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

type Order = dict[str, Any]
# (orders, lines): the columns that are compared, by order id.
type Facts = tuple[dict[int, tuple[Any, ...]], dict[int, tuple[int | None, int | None]]]

_UNITS, _MINOR = 10_000, 100
_REFUNDED, _INCOMPLETE = 4, 0
_ORDER_FACTS = (
    "order_id, placed_at, status_id, is_archived, currency, total_minor, gross_minor, refund_minor"
)


class StoreDiffersError(AssertionError):
    """We have something else than the store."""


@dataclass(frozen=True, slots=True)
class Ours:
    """All that we have: the table's documents, and the published objects (key → Parquet)."""

    documents: list[dict[str, Any]]
    objects: Mapping[str, Mapping[str, bytes]]


def compare(
    store: Path, ours: Ours, scratch: Path, *, without: Collection[int] = frozenset()
) -> None:
    """Raise StoreDiffersError unless every order is here once and as the store has it.

    Args:
        store: the store's SQLite file.
        ours: what we have.
        scratch: a folder for Parquet files; one that is there already is not written again.
        without: orders whose records may be out of date; their facts have to be as the records.
    """
    theirs = read_store(store)
    names = Counter(int(document["order_id"]) for document in ours.documents)
    _expect("records per order", dict.fromkeys(names, 1), dict(names))
    stored = _records(ours.documents)
    # An incomplete order is destroyed when its shopper starts anew: nobody would be told.
    known = {i: o for i, o in stored.items() if i in theirs or o["status_id"] != _INCOMPLETE}
    _expect("records", _but(theirs, without), _but(known, without))
    orders, lines = _read_facts(ours.objects, scratch)
    _expect("facts", _facts_of(stored), orders)
    _expect("lines", {i: row[-2:] for i, row in orders.items()}, lines)


def compare_some(
    store: Path, documents: Iterable[dict[str, Any]], order_ids: Collection[int]
) -> None:
    """Raise StoreDiffersError unless some orders are as the store has them, or retracted.

    Args:
        store: the store's SQLite file.
        documents: our records, of these orders and others.
        order_ids: the orders.
    """
    theirs, stored = read_store(store), _records(documents)
    there = [i for i in order_ids if i in theirs]
    _expect("records", {i: theirs[i] for i in there}, {i: stored[i] for i in there if i in stored})
    gone = [i for i in order_ids if i not in theirs and i in stored]
    if counting := [i for i in gone if not stored[i]["is_archived"]]:
        message = f"orders that the store has deleted still count: {counting}"
        raise StoreDiffersError(message)


def _but(orders: Mapping[int, Order], without: Collection[int]) -> dict[int, Order]:
    return {i: order for i, order in orders.items() if i not in without}


def _expect(what: str, theirs: Mapping[int, Any], ours: Mapping[int, Any]) -> None:
    if theirs == ours:
        return
    differing = [i for i in sorted({*theirs, *ours}) if theirs.get(i) != ours.get(i)]
    shown = "\n".join(f"{i}: {_difference(theirs.get(i), ours.get(i))}" for i in differing[:3])
    message = f"{len(differing)} {what} differ\n{shown}"
    raise StoreDiffersError(message)


def _difference(theirs: Any, ours: Any) -> str:  # noqa: ANN401
    if isinstance(theirs, dict) and isinstance(ours, dict):
        names = [name for name in theirs if theirs[name] != ours.get(name)]
        pairs = (f"{name}: store {theirs[name]}, we {ours.get(name)}" for name in names)
        return "; ".join(pairs)
    return f"store {theirs}, we {ours}"


# --- the store -----------------------------------------------------------------------------------


def read_store(path: Path) -> dict[int, Order]:
    """Return the store's orders by id, from its file alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        lines = _grouped(connection.execute("SELECT * FROM order_lines ORDER BY id"))
        refunds = _grouped(
            connection.execute(
                "SELECT refunds.*, (SELECT total(amount) FROM refund_payments"
                " WHERE refund_id = refunds.id AND NOT is_declined) AS paid"
                " FROM refunds ORDER BY id"
            )
        )
        return {
            row["id"]: _store_order(row, lines[row["id"]], refunds[row["id"]])
            for row in connection.execute("SELECT * FROM orders")
        }


def _grouped(rows: Iterable[sqlite3.Row]) -> defaultdict[int, list[sqlite3.Row]]:
    found: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        found[row["order_id"]].append(row)
    return found


def _store_order(row: sqlite3.Row, lines: list[sqlite3.Row], refunds: list[sqlite3.Row]) -> Order:
    return {
        "placed_at": _instant(row["created_at"]),
        "modified_at": _instant(row["modified_at"]),
        "status_id": row["status_id"],
        "is_archived": bool(row["is_deleted"]),
        "currency": row["currency"],
        "total": _money(row["total_inc"]),
        "rate": None if row["rate"] is None else Decimal(row["rate"]),
        "email": row["email"].strip().lower(),
        "customer_id": row["customer_id"],
        "order_source": row["order_source"],
        "payment_method": row["payment_method"],
        "coupon_codes": sorted(coupon["code"] for coupon in json.loads(row["coupons"])),
        "lines": [
            (
                line["id"],
                line["sku"],
                line["name"],
                line["quantity"],
                _money(line["discounted_inc"]),
            )
            for line in lines
        ],
        "refunds": [
            (one["id"], _instant(one["created_at"]), _money(int(one["paid"]))) for one in refunds
        ],
    }


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _money(units: int) -> Decimal:
    return Decimal(units) / _UNITS


# --- our records ---------------------------------------------------------------------------------


def _records(documents: Iterable[dict[str, Any]]) -> dict[int, Order]:
    return {int(document["order_id"]): _order(document) for document in documents}


def _order(document: dict[str, Any]) -> Order:
    names = ("status_id", "is_archived", "currency", "email", "customer_id", "order_source")
    return {
        "placed_at": datetime.fromisoformat(document["placed_at"]),
        "modified_at": datetime.fromisoformat(document["modified_at"]),
        **{name: document[name] for name in names},
        "payment_method": document["payment_method"],
        "total": Decimal(document["total"]),
        "rate": None if document["rate"] is None else Decimal(document["rate"]),
        "coupon_codes": sorted(document["coupon_codes"]),
        "lines": [
            (
                *(line[name] for name in ("line_id", "sku", "name", "quantity")),
                Decimal(line["total"]),
            )
            for line in document["lines"]
        ],
        "refunds": [
            (one["refund_id"], datetime.fromisoformat(one["created_at"]), Decimal(one["amount"]))
            for one in document["refunds"]
        ],
    }


# --- our facts -----------------------------------------------------------------------------------


def _facts_of(orders: Mapping[int, Order]) -> dict[int, tuple[Any, ...]]:
    """Return the rows that the facts must have of these orders, each once."""
    rows = {}
    for order_id, order in orders.items():
        rate = order["rate"] or Decimal(1)
        refunded = sum((amount for *_, amount in order["refunds"]), Decimal(0))
        if order["status_id"] == _REFUNDED and not refunded:
            refunded = order["total"]
        rows[order_id] = (
            1,
            order["placed_at"].replace(tzinfo=None),
            order["status_id"],
            order["is_archived"],
            order["currency"],
            _cents(order["total"]),
            _cents(order["total"] / rate),
            _cents(refunded / rate),
        )
    return rows


def _cents(amount: Decimal) -> int:
    return int((amount * _MINOR).quantize(Decimal(1), ROUND_HALF_EVEN))


def _read_facts(objects: Mapping[str, Mapping[str, bytes]], scratch: Path) -> Facts:
    """Return orders as (how often, and its columns), and each one's sum over its lines."""
    orders = _query(objects.get("orders", {}), scratch, f"SELECT {_ORDER_FACTS} FROM found")
    sums = "SELECT order_id, sum(gross_minor), sum(refund_minor) FROM found GROUP BY order_id"
    lines = _query(objects.get("lines", {}), scratch, sums)
    often = Counter(int(row[0]) for row in orders)
    return (
        {int(row[0]): (often[int(row[0])], *row[1:]) for row in orders},
        {int(row[0]): (int(row[1]), int(row[2])) for row in lines},
    )


def _query(objects: Mapping[str, bytes], scratch: Path, query: str) -> list[tuple[Any, ...]]:
    if not objects:
        return []
    paths = []
    for key, content in objects.items():
        path = scratch / key.replace("/", "_")
        if not path.exists():
            path.write_bytes(content)
        paths.append(str(path))
    with duckdb.connect(config={"threads": 1}) as db:
        db.read_parquet(paths).create_view("found")
        return db.execute(query).fetchall()

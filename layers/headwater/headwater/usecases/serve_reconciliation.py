"""Serve the reconciliation report: the kept results of a range, added up and put into words."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.figures import follow_template
from headwater.domain.money import from_minor
from headwater.domain.panel_clocks import PanelClock
from headwater.domain.reconciliation_causes import EXPLANATIONS, STATUS_NAMES, Cause
from headwater.errors import InvalidParameterError
from headwater.usecases.day_results import open_ppm, read_days
from headwater.usecases.reconciliation_jobs import LONGEST_RANGE, distinct_stores, read_job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from headwater.usecases.ports import Accounts, Lake

    type Json = dict[str, Any]

RECONCILIATION = "reconciliation"
# What the store's figure leaves out of the orders' totals.
BASES: dict[str, tuple[str, ...]] = {
    "total": (),
    "without_tax": ("tax",),
    "without_tax_and_shipping": ("tax", "shipping"),
}
_PARTS_PER_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class ReconciliationQuery:
    """Which days, and what the merchant's own figure leaves out."""

    first: date
    last: date
    basis: str = "total"

    def __post_init__(self) -> None:
        """Refuse what no report could answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.first > self.last:
            message = f"from: {self.first} is after to: {self.last}"
            raise InvalidParameterError(message)
        if (self.last - self.first).days >= LONGEST_RANGE:
            message = f"to: at most {LONGEST_RANGE} days at once"
            raise InvalidParameterError(message)
        if self.basis not in BASES:
            message = f"basis: choose among {', '.join(BASES)}"
            raise InvalidParameterError(message)


@dataclass
class _Sum:
    orders: int = 0
    amount: int = 0
    order_ids: dict[str, None] = field(default_factory=dict)

    def add(self, difference: Mapping[str, Any]) -> None:
        self.orders += difference["orders"]
        self.amount += difference["amount"]
        self.order_ids |= dict.fromkeys(difference["order_ids"])


def serve_reconciliation(
    account: str, query: ReconciliationQuery, *, accounts: Accounts, lake: Lake
) -> Json:
    """Return the report of a range; amounts are decimal texts, rows name all of their orders.

    Days that were not reconciled yet are in no figure, nor those that were reconciled under another
    currency or time zone of the account.
    """
    settings = accounts.settings(account)
    stores = [store for store, _ in distinct_stores(accounts.sources(account))]
    days = told_days(account, query, accounts=accounts, lake=lake)
    rows = [row for day in days for row in _rows(day, query.basis)]
    parameters = {
        "from": query.first.isoformat(),
        "to": query.last.isoformat(),
        "basis": query.basis,
    }
    return {
        "report": RECONCILIATION,
        "account": account,
        "generated_at": max((day["compared_at"] for day in days), default=None),
        "time_zone": settings.time_zone,
        "currency": settings.currency,
        "follow": follow_template(RECONCILIATION, parameters, None),
        "parameters": parameters,
        "state": _state(days, query, len(stores), read_job(lake, account, query.first, query.last)),
        "stores": _stores(days),
        "totals": _totals(rows, days, settings.currency),
        "causes": _causes(rows, days, settings.currency),
        "rows": [_told(row, settings.currency) for row in rows],
        "next": None,
    }


def told_days(
    account: str, query: ReconciliationQuery, *, accounts: Accounts, lake: Lake
) -> list[Json]:
    """Return the kept results that the report of a range is made of."""
    settings = accounts.settings(account)
    stores = [store for store, _ in distinct_stores(accounts.sources(account))]
    return [
        day
        for day in read_days(lake, account, stores, query.first, query.last)
        if (day["currency"], day["time_zone"]) == (settings.currency, settings.time_zone)
    ]


def _rows(day: Mapping[str, Any], basis: str) -> Iterator[Json]:
    """Yield a day's statuses, in minor units."""
    figures = {each["status_id"]: each for each in day["figures"]}
    differences: defaultdict[int, list[Json]] = defaultdict(list)
    for difference in day["differences"]:
        differences[difference["status_id"]].append(difference)
    uncounted = {int(status): excess for status, excess in day["uncounted"].items()}
    for status_id in sorted({*figures, *differences, *uncounted}):
        each = figures.get(status_id, {})
        left_out = sum(each.get(part, 0) for part in BASES[basis])
        entries = list(differences[status_id])
        if left_out:
            entries.insert(0, _entry(Cause.TAX_SHIPPING_BASIS, left_out))
        store = each.get("store_total", 0) - left_out
        yield {
            "source": day["source"],
            "day": day["day"],
            "status_id": status_id,
            "status": STATUS_NAMES.get(status_id, f"Status {status_id}"),
            "store_count": each.get("store_orders", 0) + uncounted.get(status_id, 0),
            "store_orders": each.get("store_orders", 0),
            "our_orders": each.get("our_orders", 0),
            "store_total": store,
            "our_total": each.get("our_total", 0),
            "difference": each.get("our_total", 0) - store,
            "differences": entries,
        }


def _entry(cause: Cause, amount: int) -> Json:
    return {"cause": cause.value, "orders": 0, "amount": amount, "order_ids": []}


def _told(row: Json, currency: str) -> Json:
    """Return a row with its amounts as texts."""
    amounts = ("store_total", "our_total", "difference")
    return row | {
        **{name: _text(row[name], currency) for name in amounts},
        "differences": [
            {
                "cause": entry["cause"],
                "orders": entry["orders"],
                "amount": _text(entry["amount"], currency),
                "order_count": len(entry["order_ids"]),
                "order_ids": entry["order_ids"],
            }
            for entry in row["differences"]
        ],
    }


def _totals(rows: Sequence[Json], days: Sequence[Mapping[str, Any]], currency: str) -> Json:
    by_kind: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        for entry in row["differences"]:
            by_kind[EXPLANATIONS[Cause(entry["cause"])].kind] += entry["amount"]
    amounts = {name: sum(row[name] for row in rows) for name in ("store_total", "our_total")}
    repaired = {id_ for day in days for repair in day["repaired"] for id_ in repair["order_ids"]}
    return {
        "store_orders": sum(row["store_orders"] for row in rows),
        "our_orders": sum(row["our_orders"] for row in rows),
        **{name: _text(amount, currency) for name, amount in amounts.items()},
        "difference": _text(amounts["our_total"] - amounts["store_total"], currency),
        "explained": _text(by_kind["basis"], currency),
        "faults": _text(by_kind["fault"], currency),
        "unexplained": _text(by_kind["unexplained"], currency),
        "open_percent": f"{Decimal(open_ppm(days)) / _PARTS_PER_PERCENT:.4f}",
        "repaired_orders": len(repaired),
    }


def _causes(rows: Iterable[Json], days: Sequence[Mapping[str, Any]], currency: str) -> list[Json]:
    """Return each cause that occurs, or was repaired, with its sums over the range."""
    sums: defaultdict[Cause, _Sum] = defaultdict(_Sum)
    repaired: defaultdict[Cause, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for entry in row["differences"]:
            sums[Cause(entry["cause"])].add(entry)
    for day in days:
        for repair in day["repaired"]:
            repaired[Cause(repair["cause"])] |= dict.fromkeys(repair["order_ids"])
        strange = sum(map(abs, day["uncounted"].values()))
        if strange or day["unreadable"]:
            sums[Cause.UNEXPLAINED].orders += strange + len(day["unreadable"])
            sums[Cause.UNEXPLAINED].order_ids |= dict.fromkeys(day["unreadable"])
    return [
        {
            "cause": cause.value,
            "kind": EXPLANATIONS[cause].kind,
            "sentence": EXPLANATIONS[cause].sentence,
            "advice": EXPLANATIONS[cause].advice,
            "orders": sums[cause].orders,
            "amount": _text(sums[cause].amount, currency),
            "order_count": len(sums[cause].order_ids),
            "order_ids": list(sums[cause].order_ids),
            "repaired_count": len(repaired[cause]),
            "repaired_ids": list(repaired[cause]),
        }
        for cause in Cause
        if cause in sums or cause in repaired
    ]


def _state(
    days: Sequence[Mapping[str, Any]],
    query: ReconciliationQuery,
    stores: int,
    job: Mapping[str, Any] | None,
) -> Json:
    """Return how much is reconciled; a day is, once it is for every store."""
    wanted = (query.last - query.first).days + 1
    done = Counter(day["day"] for day in days)
    reconciled = sum(count == stores for count in done.values())
    status = "complete" if reconciled == wanted else "partial" if done else "none"
    told = job and {
        "status": job["status"],
        "requested_at": job["requested_at"],
        "updated_at": job["updated_at"],
        "failures": job["failures"],
    }
    return {"status": status, "days": wanted, "days_reconciled": reconciled, "job": told}


def _stores(days: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Return how each store's panel reads the clock, by its latest result."""
    latest = {day["source"]: day for day in days}
    return [
        {
            "source": source,
            "time_zone": day["panel"]["zone"],
            "dst_correction": day["panel"]["is_box_ticked"] if day["is_panel_known"] else None,
            "note": _clock_note(
                day, sum(len(d["box_orders"]) for d in days if d["source"] == source)
            ),
        }
        for source, day in sorted(latest.items())
    ]


def _clock_note(day: Mapping[str, Any], box_orders: int) -> str:
    if not day["is_panel_known"]:
        return (
            "The token may not read the store's time zone (scope Information & Settings), so the "
            "account's zone stands in for it: differences near midnight cannot be told apart."
        )
    panel = PanelClock.from_document(day["panel"])
    if not box_orders:
        return f"The store's reports follow {panel.zone}."
    box = "ticked" if panel.is_box_ticked else "not ticked"
    return (
        f"The store's box for DST correction is {box}, which puts its reports an hour off "
        f"{panel.zone}: {box_orders} orders stand on another day for that reason alone."
    )


def _text(minor: int, currency: str) -> str:
    return str(from_minor(minor, currency))

"""Which touches of a journey got credit for which order, as the run has stored it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from headwater.domain.manifests import partition_of
from headwater.domain.models import ROLES
from headwater.domain.money import from_minor
from headwater.usecases.databases import open_database
from headwater.usecases.row_tables import fill_table
from headwater.usecases.serve_reports import kind_of_rest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headwater.usecases.ports import Facts
    from headwater.usecases.published_runs import PublishedRun

type Event = dict[str, Any]
_ROLES = ", ".join(f"is_{role}" for role in ROLES)


def read_credited(
    published: PublishedRun, model: str, events: Sequence[Event], *, facts: Facts
) -> list[Event]:
    """Return the events with the credit of each order under a model.

    An order gets ``credited``, its touches with a role or a part, and ``rest``, what no touch got;
    one that is no revenue in the run has null for both. A touch that is no bot's gets
    ``credited_orders``, the orders of which it has a part.
    """
    rows = list(_rows(published, model, events, facts))
    currency = published.settings.currency
    by_order: dict[tuple[str, str], list[Event]] = {}
    for row in rows:
        by_order.setdefault((row["store"], row["order_id"]), []).append(row)
    earned: dict[tuple[str, str, str], list[Event]] = {}
    for (store, order_id), found in by_order.items():
        for row in found:
            if row["touch_id"] and row["gross"] is not None:
                key = row["touch_id"], row["visitor"], _instant(row["touched_at"])
                part = {"store": store, "order_id": order_id, **_amounts(row, currency)}
                earned.setdefault(key, []).append(part)
    return [_with_credit(event, by_order, earned, model, currency) for event in events]


def _rows(
    published: PublishedRun, model: str, events: Sequence[Event], facts: Facts
) -> Iterator[Event]:
    """Yield the credit rows of the orders, touches by time and the rest last."""
    orders = [each for each in events if each["type"] == "order"]
    days = {datetime.fromisoformat(each["at"]).date() for each in orders}
    as_of = published.manifest.as_of
    likely = {name for day in days for name in (day.isoformat(), partition_of(day, as_of))}
    objects = published.manifest.tables.get("credits", {})
    held = {name: key for name, key in objects.items() if name in likely}
    with open_database() as db:
        facts.mount(db, {"credits": held}, ["credits"], published.manifest.models)
        columns = {"store": "VARCHAR", "order_id": "VARCHAR"}
        keys = [(each["store"], each["order_id"]) for each in orders]
        fill_table(db, "asked_orders", columns, keys)
        cursor = db.execute(
            f"SELECT store, order_id, touch_id, visitor, touched_at, {_ROLES}, order_class, "
            f"is_converted, {model}_gross AS gross, {model}_net AS net, {model}_pre_tracking "
            "FROM credits SEMI JOIN asked_orders USING (store, order_id) "
            "ORDER BY store, order_id, touch_id = '', touched_at, touch_id"
        )
        names = [column[0] for column in cursor.description or ()]
        yield from (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _with_credit(
    event: Event,
    by_order: dict[tuple[str, str], list[Event]],
    earned: dict[tuple[str, str, str], list[Event]],
    model: str,
    currency: str,
) -> Event:
    if event["type"] == "touch":
        key = event["touch_id"], event["visitor"], event["at"]
        return {**event, "credited_orders": earned.get(key, [])}
    if event["type"] != "order":
        return event
    rows = by_order.get((event["store"], event["order_id"]))
    if rows is None:
        return {**event, "credited": None, "rest": None}
    *touches, rest = rows
    credited = [
        {
            "touch_id": row["touch_id"],
            "at": _instant(row["touched_at"]),
            "roles": [role for role in ROLES if row[f"is_{role}"]],
            **_amounts(row, currency),
        }
        for row in touches
    ]
    return {
        **event,
        "credited": credited,
        "rest": {"kind": kind_of_rest(rest, model), **_amounts(rest, currency)},
    }


def _amounts(row: Event, currency: str) -> dict[str, str | None]:
    return {
        money: None if row[money] is None else str(from_minor(row[money], currency))
        for money in ("gross", "net")
    }


def _instant(naive: datetime) -> str:
    return naive.replace(tzinfo=UTC).isoformat()

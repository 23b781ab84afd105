"""The tables that ROI reports of some ranges are computed from, read once for all dimensions.

Reads the views ``credits leads spend clicks`` and makes

* ``buyers``: the contacts of its orders, numbered; those who bought for the first time with their
  lifetime: all that they have bought to date;
* ``sold_orders``: the orders, numbered by ``n``, with what no touch got of them, and a first one
  with its buyer's lifetime;
* ``earned_touches``: their touches with the amounts of each model, NULL where one takes no part;
* ``range_leads``: the leads by role; ``range_clicks`` and ``range_spend``: clicks and cost.

Each row is of one range, its ``span``; what several ranges hold stands under each of them. By
conversion date a range holds the orders that were placed in it, by click date the touches that
happened in it, whose orders may follow later (``is_future``); orders precede none of their touches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headwater.domain.report_dimensions import REPORT_DIMENSIONS

if TYPE_CHECKING:
    import duckdb

    from headwater.usecases.reports.ranges import Ranges

type DateBasis = Literal["conversion", "click"]
type WhichOrders = Literal["all", "new", "repeat"]
# Which orders of a range are sold: all, those of new customers alone, or the others.
_WHICH = {"all": "true", "new": "r.is_new", "repeat": "NOT r.is_new"}

# How an order's dimension is made of its row in ``credits``.
_ORDER_DIMENSIONS = {
    "new_repeat": "CASE WHEN is_new THEN 'new' ELSE 'repeat' END",
    "order_kind": "kind",
    "store": "store",
    "store_channel": "store_channel",
    "coupon": "coupon",
}
# What a new customer of the range has bought to date.
LIFETIMES = ("lifetime_gross", "lifetime_net")
# By which names of its click a lead is listed, whatever the rows are named by.
LEAD_NAMES = ("channel", "source", "campaign")
# Figure → what of each cost row is summed. Beside the cost, it is what the platforms say
# themselves; of conversions there are millionths.
SPENT = {
    "cost": "cost_minor",
    "ad_clicks": "clicks",
    "impressions": "impressions",
    "claimed_conversions": "conversions * 1000000",
    "claimed_value": "value_minor",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the tables are made for: the models, the dimensions, the date, and which orders.

    Where rows are to be listed, they carry besides whose they are and when they happened.
    """

    models: tuple[str, ...]
    dimensions: frozenset[str]
    basis: DateBasis
    orders: WhichOrders = "all"
    is_listed: bool = False

    def names(self, of: Literal["touch", "order"]) -> list[str]:
        """Return the dimensions that name touches, or orders; others need not be carried along."""
        wanted = (REPORT_DIMENSIONS[name] for name in sorted(self.dimensions))
        return [each.name for each in wanted if each.of == of]


def read_ranges(db: duckdb.DuckDBPyConnection, ranges: Ranges, wanted: Wanted) -> None:
    """Make the tables of some ranges."""
    of_range = ranges.since if wanted.basis == "click" else ranges.by_instant
    sold = of_range("credits", "placed_at")
    db.execute(_BUYERS.format(sold=sold, since=ranges.start()))
    db.execute(_sold_orders(ranges, sold, wanted))
    db.execute(_earned_touches(ranges, wanted))
    leads = ranges.by_instant("leads", "touched_at" if wanted.basis == "click" else "opted_in_at")
    listed = ("opted_in_at", "touched_at", *LEAD_NAMES) if wanted.is_listed else ()
    columns = dict.fromkeys(("span", "contact", "role", "state", *wanted.names("touch"), *listed))
    names = _listed(*columns)
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE range_leads AS SELECT {names} FROM {leads} "
        "WHERE role <> 'reengaged_lead'"
    )
    _read_traffic(db, ranges, wanted)


def _listed(*columns: str) -> str:
    return ", ".join(columns)


def _amounts(models: tuple[str, ...], table: str) -> str:
    return ", ".join(f"{table}.{model}_{money}" for model in models for money in ("gross", "net"))


# Who bought in the ranges, and what those who bought for the first time then have bought to date:
# such a one has bought nothing before. Numbers stand for contacts: they are faster to tell.
_BUYERS = """
CREATE OR REPLACE TEMP TABLE buyers AS
WITH found AS (
    SELECT contact, bool_or(is_new) AS is_acquired FROM {sold} WHERE touch_id = '' GROUP BY contact
), lifetimes AS (
    SELECT contact, sum(order_gross)::BIGINT AS lifetime_gross,
        sum(order_net)::BIGINT AS lifetime_net
    FROM credits SEMI JOIN (FROM found WHERE is_acquired) USING (contact)
    WHERE touch_id = '' AND order_class <> 'duplicate' AND placed_at >= {since}
    GROUP BY contact
)
SELECT row_number() OVER () AS buyer, contact, lifetime_gross, lifetime_net
FROM found LEFT JOIN lifetimes USING (contact)
"""


def _sold_orders(ranges: Ranges, sold: str, wanted: Wanted) -> str:
    is_future = f"r.placed_at >= {ranges.end()}" if wanted.basis == "click" else "false"
    # An order is known by its store.
    names = dict.fromkeys(("store", *wanted.names("order")))
    named = _listed(*(f"{_ORDER_DIMENSIONS[name]} AS {name}" for name in names))
    pre_tracking = _listed(*(f"r.{model}_pre_tracking" for model in wanted.models))
    lifetimes = _listed(*(f"CASE WHEN r.is_new THEN b.{name} END AS {name}" for name in LIFETIMES))
    listed = "r.contact, " if wanted.is_listed else ""
    return f"""
        CREATE OR REPLACE TEMP TABLE sold_orders AS
        SELECT row_number() OVER () AS n, b.buyer, r.span, r.order_id, {is_future} AS is_future,
            r.is_new, r.is_converted, r.order_class, r.order_gross, r.order_net, {listed}{named},
            {lifetimes}, {_amounts(wanted.models, "r")}, {pre_tracking}
        FROM {sold} r JOIN buyers b USING (contact)
        WHERE r.touch_id = '' AND {_WHICH[wanted.orders]}
    """


def _earned_touches(ranges: Ranges, wanted: Wanted) -> str:
    by_click = wanted.basis == "click"
    credited = ranges.by_instant("credits", "touched_at" if by_click else "placed_at")
    named = _listed(
        "row_number() OVER () AS touch, o.n, o.span, o.buyer, o.is_new, o.is_future",
        *(f"o.{name}" for name in wanted.names("order")),
        *(f"c.{name}" for name in wanted.names("touch")),
        *(("c.touch_id", "c.touched_at") if wanted.is_listed else ()),
    )
    return f"""
        CREATE OR REPLACE TEMP TABLE earned_touches AS
        SELECT {named}, {_amounts(wanted.models, "c")}
        FROM {credited} c
        JOIN sold_orders o ON o.span = c.span AND o.store = c.store AND o.order_id = c.order_id
        WHERE c.touch_id <> '' AND c.placed_at >= {ranges.start()}
    """


def _read_traffic(db: duckdb.DuckDBPyConnection, ranges: Ranges, wanted: Wanted) -> None:
    """Make ``range_clicks`` and ``range_spend``: the ranges' sums under their dimensions."""
    names = wanted.names("touch")
    with_cost = [name for name in names if REPORT_DIMENSIONS[name].has_cost]
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE range_clicks AS SELECT {_listed('span', *names)}, "
        f"sum(clicks)::BIGINT AS clicks FROM {ranges.by_day('clicks')} GROUP BY ALL"
    )
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE range_spend AS SELECT {_listed('span', *with_cost)}, "
        "count(*) FILTER (cost_minor IS NULL) AS not_converted, "
        f"{', '.join(f'coalesce(sum({sql}), 0)::BIGINT AS {name}' for name, sql in SPENT.items())} "
        f"FROM {ranges.by_day('spend')} GROUP BY ALL"
    )

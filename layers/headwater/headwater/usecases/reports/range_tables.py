"""The tables that ROI reports of some ranges are computed from, read once for all dimensions.

Reads the views ``credits leads spend clicks`` and makes

* ``buyers``: the contacts of its orders, numbered; those who bought for the first time with their
  lifetime: all that they have bought to date;
* ``sold_orders``: the orders, numbered by ``n``, with what no touch got of them, a first one with
  its buyer's lifetime, and the models to which it precedes tracking (``earlier_models``);
* ``earned_touches``: their touches with the models in which they take part (``models``), and
  where touches are looked at one by one with the amounts of each model, NULL outside of it;
* ``earned_sums``: the amounts of all touches of the same names together;
* ``range_leads``: the leads by role; ``range_clicks`` and ``range_spend``: clicks and cost.

A set of models is a number with a bit for each (``model_bits``). Each row is of one range, its
``span``; what several ranges hold stands under each of them. By conversion date a range holds the
orders that were placed in it, by click date the touches that happened in it, whose orders may
follow later (``is_future``); orders precede none of their touches. A row of ``credits`` that is no
touch's has no ``touched_at``, which is faster to read than ``touch_id``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headwater.domain.report_dimensions import LINE_DIMENSIONS, REPORT_DIMENSIONS
from headwater.usecases.reports.model_bits import bits_where
from headwater.usecases.reports.which_orders import WHICH

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from headwater.usecases.reports.ranges import Ranges
    from headwater.usecases.reports.which_orders import WhichOrders

type DateBasis = Literal["conversion", "click"]
MONIES = ("gross", "net")
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

    ``whole`` are those of the models that give each touch all of its order. Where rows are to be
    listed, they carry besides whose they are and when they happened.
    """

    models: tuple[str, ...]
    whole: frozenset[str]
    dimensions: frozenset[str]
    basis: DateBasis
    orders: WhichOrders = "all"
    is_listed: bool = False

    def names(self, of: Literal["touch", "order"]) -> list[str]:
        """Return the dimensions that name touches, or orders; others need not be carried along."""
        wanted = (REPORT_DIMENSIONS[name] for name in sorted(self.dimensions))
        return [each.name for each in wanted if each.of == of]

    @property
    def models_in_parts(self) -> list[str]:
        """Return the models that share an order out among its touches."""
        return [model for model in self.models if model not in self.whole]

    @property
    def models_whole(self) -> list[str]:
        """Return the models that give each touch all of its order."""
        return [model for model in self.models if model in self.whole]

    def amounts_of_touches(self) -> list[str]:
        """Return the models whose amounts each touch carries.

        An order counts once under a name where each of its touches has all of it; lines divide
        the amounts of each touch.
        """
        is_by_touch = self.is_listed or not self.dimensions.isdisjoint(LINE_DIMENSIONS)
        return [model for model in self.models if is_by_touch or model in self.whole]


def read_ranges(db: duckdb.DuckDBPyConnection, ranges: Ranges, wanted: Wanted) -> None:
    """Make the tables of some ranges."""
    of_range = ranges.since if wanted.basis == "click" else ranges.by_instant
    for table, number, rows in (
        ("buyers", "buyer", _buyers(ranges, wanted)),
        ("sold_orders", "n", _sold_orders(ranges, of_range("credits", "placed_at"), wanted)),
        ("earned_touches", "touch", _earned_touches(ranges, wanted)),
    ):
        # A row's place in a table is a number for nothing; to count rows takes one thread alone.
        db.execute(f"CREATE OR REPLACE TEMP TABLE numbered_{table} AS {rows}")
        db.execute(
            f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT rowid::UINTEGER AS {number}, * "
            f"FROM numbered_{table}"
        )
    db.execute(_earned_sums(ranges, wanted))
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


def amounts_of(models: Iterable[str], prefix: str = "") -> list[str]:
    """Return the columns of some models' amounts, a prefix before each."""
    return [f"{prefix}{model}_{money}" for model in models for money in MONIES]


def _buyers(ranges: Ranges, wanted: Wanted) -> str:
    """Return the SQL of who bought, and of all that those who did for the first time have bought.

    Such a one has bought nothing before. What follows a range is read for these alone.
    """
    is_held = ranges.holds("placed_at", and_after=wanted.basis == "click")
    sums = _listed(
        *(
            f"sum(order_{money}) FILTER (order_class <> 'duplicate')::BIGINT AS {money}"
            for money in MONIES
        )
    )
    orders = f"FROM credits WHERE touched_at IS NULL AND placed_at >= {ranges.start()}"
    return f"""
        WITH found AS (
            SELECT contact, bool_or(is_new) AS is_acquired, {sums}
            {orders} AND ({is_held}) GROUP BY contact
        ), later AS (
            SELECT contact, {sums} FROM ({orders} AND NOT ({is_held}))
            SEMI JOIN (FROM found WHERE is_acquired) USING (contact) GROUP BY contact
        )
        SELECT contact,
            CASE WHEN is_acquired THEN found.gross + coalesce(later.gross, 0) END AS lifetime_gross,
            CASE WHEN is_acquired THEN found.net + coalesce(later.net, 0) END AS lifetime_net
        FROM found LEFT JOIN later USING (contact)
    """


def _sold_orders(ranges: Ranges, sold: str, wanted: Wanted) -> str:
    is_future = f"r.placed_at >= {ranges.end()}" if wanted.basis == "click" else "false"
    # An order is known by its store.
    names = dict.fromkeys(("store", *wanted.names("order")))
    named = _listed(*(f"{_ORDER_DIMENSIONS[name]} AS {name}" for name in names))
    earlier = bits_where("r.{}_pre_tracking", wanted.models)
    lifetimes = _listed(*(f"CASE WHEN r.is_new THEN b.{name} END AS {name}" for name in LIFETIMES))
    flags = [f"r.{model}_pre_tracking" for model in wanted.models]
    listed = _listed("r.contact", *flags, "") if wanted.is_listed else ""
    return f"""
        SELECT b.buyer, r.span, r.order_id, {is_future} AS is_future,
            r.is_new, r.is_converted, r.order_class, r.order_gross, r.order_net, {listed}{named},
            {lifetimes}, {_listed(*amounts_of(wanted.models, "r."))}, {earlier} AS earlier_models
        FROM {sold} r JOIN buyers b USING (contact)
        WHERE r.touched_at IS NULL AND {WHICH[wanted.orders]}
    """


def _credited(ranges: Ranges, wanted: Wanted) -> str:
    """Return the SQL of the rows of the ranges, those that are no touches among them."""
    return ranges.by_instant("credits", "touched_at" if wanted.basis == "click" else "placed_at")


def _earned_touches(ranges: Ranges, wanted: Wanted) -> str:
    columns = _listed(
        "o.n, o.span, o.buyer, o.is_new, o.is_future",
        *(f"o.{name}" for name in LIFETIMES),
        *(f"o.{name}" for name in wanted.names("order")),
        *(f"c.{name}" for name in wanted.names("touch")),
        *(("c.touch_id", "c.touched_at") if wanted.is_listed else ()),
        *amounts_of(wanted.amounts_of_touches(), "c."),
    )
    return f"""
        SELECT {columns}, {bits_where("c.{}_gross IS NOT NULL", wanted.models)} AS models
        FROM {_credited(ranges, wanted)} c
        JOIN sold_orders o ON o.span = c.span AND o.store = c.store AND o.order_id = c.order_id
        WHERE c.touched_at IS NOT NULL AND c.placed_at >= {ranges.start()}
    """


def _earned_sums(ranges: Ranges, wanted: Wanted) -> str:
    """Return the SQL of ``earned_sums``; of models that give touches a part of their order.

    A touch's row says of its order what the order's own row does.
    """
    is_future = f"placed_at >= {ranges.end()}" if wanted.basis == "click" else "false"
    names = _listed(
        "span",
        f"{is_future} AS is_future",
        *(f"{_ORDER_DIMENSIONS[name]} AS {name}" for name in wanted.names("order")),
        *wanted.names("touch"),
    )
    amounts = amounts_of(wanted.models_in_parts)
    sums = "".join(f", sum({each})::BIGINT AS {each}" for each in amounts)
    return f"""
        CREATE OR REPLACE TEMP TABLE earned_sums AS
        SELECT {names}{sums} FROM {_credited(ranges, wanted)}
        WHERE touched_at IS NOT NULL AND placed_at >= {ranges.start()}
            AND {WHICH[wanted.orders]}
        GROUP BY ALL
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

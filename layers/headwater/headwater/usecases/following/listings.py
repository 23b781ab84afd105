"""Lists of rows that sum to a figure: how one is told of, summed, cut into pages and spelled.

A list is a query with a row per order, contact, lead, cost row and so on. Its column ``amount`` is
what the row adds to the figure, in whole numbers, so that the sum over all rows is the figure;
behind a percentile it is what is ranked, such as the days that somebody took. Where rows weigh
differently, the column ``weight`` says how much, in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from headwater.domain.journey_facts import SHARES
from headwater.domain.money import from_minor
from headwater.usecases.row_tables import single_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

type Rule = Literal[
    "sum", "median", "p75", "p90", "share_50", "share_80", "share_90", "greatest", "least"
]
type Unit = Literal["money", "count", "millionths"]
# What the rows of a list are → by what they are told apart.
HOLDS: dict[str, tuple[str, ...]] = {
    "orders": ("store", "order_id"),
    "contacts": ("contact",),
    "leads": ("contact", "role"),
    "chains": ("chain",),
    "cost": ("day", "platform", "ad_account", "campaign_id", "adset_id", "ad_id", "ALL"),
    "clicks": ("day", "ALL"),
    "page_views": ("day", "page_type"),
    "visits": ("occurred_at", "touch_id", "ALL"),
    "arrivals": ("store", "order_id", "touch_id"),
    "pairs": ("source", "order_id", "other_source", "other_order_id"),
    "ages": (),
}
_MONEY = frozenset(
    {
        *("gross", "net", "order_gross", "order_net", "cost", "claimed_value", "weight"),
        "cumulative_net",
    }
)
_MILLION = 1_000_000
_PERCENTILE = "quantile_disc(amount, {})"
# The least amount up to which so many percent of all weight lie.
_SHARE = """(
    SELECT min(amount) FILTER (so_far * 100 >= whole * {}) FROM (
        SELECT amount, sum(weight) OVER (ORDER BY amount) AS so_far, sum(weight) OVER () AS whole
        FROM listed
    ) WHERE whole > 0
)"""
_RULES: dict[Rule, str] = {
    "sum": "coalesce(sum(amount), 0)::BIGINT",
    "median": _PERCENTILE.format(SHARES[0]),
    "p75": _PERCENTILE.format(SHARES[1]),
    "p90": _PERCENTILE.format(SHARES[2]),
    "share_50": _SHARE.format(50),
    "share_80": _SHARE.format(80),
    "share_90": _SHARE.format(90),
    "greatest": "max(amount)",
    "least": "min(amount)",
}
# What is told of every order, whichever list it stands in; a run has one row of it.
_ORDERS_TOLD = """
SELECT p.store AS source, p.* EXCLUDE (store, amount), o.placed_at, o.contact, o.order_class,
    o.kind, o.is_new, h.chain_id AS chain, h.cycle, o.order_gross, o.order_net,
    {touches} AS touches, p.amount
FROM page p
LEFT JOIN (SELECT * FROM credits WHERE touch_id = '') o USING (store, order_id)
LEFT JOIN chains h ON h.source = p.store AND h.order_id = p.order_id
"""
_TOUCHES = "LEFT JOIN ({}) t ON t.store = p.store AND t.order_id = p.order_id"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of rows.

    Attributes:
        holds: what its rows are, one of ``HOLDS``.
        sql: the query; besides ``amount`` it has the columns by which the rows are told apart.
        unit: what an amount is: minor units, a count, or millionths.
        touches: a query of ``store order_id touches`` for the orders of the table ``page``.
        rule: how the figure is made of the amounts: it is their sum, the greatest, the least, or a
            percentile, the least amount that at least so many of the rows, or of their weight, do
            not exceed.
        onward: where each row leads to another figure of the same row of the report, its name up
            to the row's amount.
    """

    holds: str
    sql: str
    unit: Unit = "count"
    touches: str = ""
    rule: Rule = "sum"
    onward: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, spelled, how many it has in all, and the figure that they make.

    The figure is not spelled yet; a percentile of no rows is None.
    """

    rows: list[dict[str, Any]]
    count: int
    figure: int | None


def read_page(
    db: duckdb.DuckDBPyConnection, listing: Listing, *, limit: int, start: int, currency: str
) -> Page:
    """Return a page of a list: what adds most comes first.

    A list of orders needs the views ``credits chains``.
    """
    db.execute(f"CREATE OR REPLACE TEMP TABLE listed AS {listing.sql}")
    made = _RULES[listing.rule]
    [(count, figure)] = db.execute(f"SELECT count(*), {made} FROM listed").fetchall()
    known = HOLDS[listing.holds]
    order = ", ".join(("abs(amount) DESC", *(name for name in known if name != "ALL")))
    columns = [name for name, *_ in db.execute("DESCRIBE listed").fetchall()]
    if "ALL" in known:
        order = ", ".join(("abs(amount) DESC", *dict.fromkeys((*known[:-1], *columns))))
    db.execute(
        "CREATE OR REPLACE TEMP TABLE page AS SELECT *, row_number() OVER () AS place FROM "
        f"(SELECT * FROM listed ORDER BY {order} LIMIT {limit} OFFSET {start})"
    )
    told = _told(listing) if listing.holds == "orders" else "SELECT * FROM page"
    cursor = db.execute(f"SELECT * EXCLUDE (place) FROM ({told}) ORDER BY place")
    names = [column[0] for column in cursor.description or ()]
    rows = [
        {
            name: spell_amount(value, listing.unit, currency)
            if name == "amount"
            else _spell(name, value, currency)
            for name, value in zip(names, row, strict=True)
        }
        for row in cursor.fetchall()
    ]
    return Page(rows, count, figure)


def read_figure(db: duckdb.DuckDBPyConnection, listing: Listing) -> int | None:
    """Return the figure that the rows of a list make, as a ``Page`` holds it."""
    figure: int | None
    [figure] = single_row(db, f"SELECT {_RULES[listing.rule]} FROM ({listing.sql})")
    return figure


def _told(listing: Listing) -> str:
    if not listing.touches:
        return _ORDERS_TOLD.format(touches="[]")
    return _ORDERS_TOLD.format(touches="coalesce(t.touches, [])") + _TOUCHES.format(listing.touches)


def quoted(value: object) -> str:
    """Return the SQL of a text."""
    return "'" + str(value).replace("'", "''") + "'"


def named(columns: Iterable[str], values: Iterable[str]) -> str:
    """Return the SQL of whether columns have these values."""
    tests = [f"{name} = {quoted(value)}" for name, value in zip(columns, values, strict=True)]
    return " AND ".join(tests) or "true"


def spell_amount(amount: int | None, unit: Unit, currency: str) -> int | str | None:
    """Return an amount as the report spells a figure of its unit."""
    if amount is None:
        return None
    if unit == "money":
        return str(from_minor(int(amount), currency))
    if unit == "millionths":
        return f"{(Decimal(int(amount)) / _MILLION).normalize():f}"
    return int(amount)


def _spell(name: str, value: Any, currency: str) -> Any:  # noqa: ANN401 - a cell
    """Return a cell as JSON has it; minor units of an amount become decimal text."""
    if isinstance(value, list):
        return [
            {inner: _spell(inner, each, currency) for inner, each in item.items()} for item in value
        ]
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if name in _MONEY and value is not None:
        return str(from_minor(int(value), currency))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value

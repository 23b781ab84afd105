"""The journey facts of ranges: what it took until its orders, by which ways, and what assisted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from headwater.domain.journey_facts import MEASURES, SHARES, spell_journeys
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.which_orders import WHICH, refuse_unknown_orders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span
    from headwater.usecases.reports.which_orders import WhichOrders

_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class JourneysQuery:
    """A range of orders: all, the first ones of customers, or the others."""

    span: Span
    orders: WhichOrders = "all"

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        return self.orders


@dataclass(frozen=True, slots=True)
class JourneysRequest:
    """A reader's question."""

    query: JourneysQuery
    model: None = None

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        self.query.span.refuse_long()


_MICROSECONDS_OF_DAY = 86_400_000_000


def whole_days(earlier: str, later: str) -> str:
    """Return the SQL of the days between two instants; null where there are none.

    They are whole days of 24 hours, whatever the clocks of the zone did meanwhile.
    """
    between = f"(epoch_us({later}) - epoch_us({earlier})) // {_MICROSECONDS_OF_DAY}"
    return f"CASE WHEN {earlier} <= {later} THEN {between} END"


_RANGE_PATHS = f"""
CREATE OR REPLACE TEMP TABLE range_paths AS
SELECT *, {whole_days("began_at", "placed_at")} AS days,
    CASE WHEN is_new THEN {whole_days("first_touch_at", "opted_in_at")} END AS touch_to_opt_in,
    CASE WHEN is_new THEN {whole_days("opted_in_at", "placed_at")} END AS opt_in_to_purchase,
    CASE WHEN is_new THEN {whole_days("first_touch_at", "placed_at")} END AS touch_to_purchase
FROM {{paths}} WHERE kind <> 'rebill' AND {{which}}
"""
# Figure → what an order adds to it.
FIGURES = {"orders": "1", "gross": "order_gross", "net": "order_net"}
_FIGURES = ", ".join(f"sum({amount})::BIGINT AS {name}" for name, amount in FIGURES.items())
# Section → its orders, once under each ``name`` there.
NAMED = {
    "path": "(SELECT *, path AS name FROM range_paths WHERE touches > 0)",
    "overlap": """(
        WITH present AS (
            SELECT *, list_sort(list_distinct(list_append(assist_channels, last_channel))) AS seen
            FROM range_paths WHERE touches > 1
        ), ones AS (SELECT *, unnest(seen) AS one FROM present
        ), pairs AS (SELECT *, unnest(seen) AS other FROM ones)
        SELECT *, one || ' + ' || other AS name FROM pairs WHERE one < other
    )""",
    "assist_channel": "(SELECT *, unnest(assist_channels) AS name FROM range_paths)",
    "assist_campaign": "(SELECT *, unnest(assist_campaigns) AS name FROM range_paths)",
}
# Section of what assists → the orders that each name closed.
CLOSED = {
    f"assist_{name}": f"(SELECT *, last_{name} AS name FROM range_paths WHERE touches > 0)"
    for name in ("channel", "campaign")
}
_BY_NAME = f"SELECT span, name, {_FIGURES} FROM {{}} GROUP BY span, name"
_ASSISTS = f"""
WITH assists AS ({_BY_NAME}
), closed AS (SELECT span, name, count(*) AS closed FROM {{}} GROUP BY span, name)
SELECT span, name, coalesce(orders, 0) AS orders, coalesce(gross, 0) AS gross,
    coalesce(net, 0) AS net, coalesce(closed, 0) AS closed
FROM assists FULL JOIN closed USING (span, name)
"""
# Column ``span``, a name, and figures; the most frequent come first.
_LISTS = {
    section: _ASSISTS.format(named, CLOSED[section])
    if section in CLOSED
    else _BY_NAME.format(named)
    for section, named in NAMED.items()
}
_MOST_FREQUENT = f"""
SELECT * FROM ({{}}) QUALIFY row_number()
    OVER (PARTITION BY span ORDER BY orders DESC, gross DESC, name) <= {_MOST_ROWS}
ORDER BY span, orders DESC, gross DESC, name
"""


def _usual(span: Span) -> Sequence[JourneysQuery]:
    return [JourneysQuery(span)]


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[JourneysQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    for orders, alike in groupby(queries, lambda query: query.orders):
        ranges = Ranges(tuple(query.span for query in alike), scope.zone)
        yield from _documents(db, ranges, orders)


def _documents(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, which: WhichOrders
) -> Iterator[dict[str, Any]]:
    """Yield the documents of some ranges."""
    build_range_paths(db, ranges, which)
    totals = ranges.figures(
        db,
        "SELECT span, count(*), count(*) FILTER (touches > 0), "
        "sum(order_gross)::BIGINT, sum(order_net)::BIGINT FROM range_paths GROUP BY span",
    )
    rebills = ranges.figures(
        db, f"SELECT span, count(*) FROM {rebills_of(ranges, which)} GROUP BY span"
    )
    measures = {name: _measure(db, ranges, name, buckets) for name, buckets in MEASURES.items()}
    lists = {name: ranges.lists(db, _MOST_FREQUENT.format(sql)) for name, sql in _LISTS.items()}
    for place, (orders, with_path, gross, net) in enumerate(totals):
        yield {
            "totals": {
                "orders": orders,
                "orders_with_path": with_path,
                "rebills": rebills[place][0],
                "gross": gross,
                "net": net,
            },
            "measures": {name: of_range[place] for name, of_range in measures.items()},
            "lists": {
                name: [(row[0], row[1:]) for row in of_range[place]]
                for name, of_range in lists.items()
            },
        }


def build_range_paths(db: duckdb.DuckDBPyConnection, ranges: Ranges, which: WhichOrders) -> None:
    """Make ``range_paths``: the orders of some ranges, rebills aside, with all that is measured."""
    paths = ranges.by_instant("paths", "placed_at")
    db.execute(_RANGE_PATHS.format(paths=paths, which=WHICH[which]))


def rebills_of(ranges: Ranges, which: WhichOrders) -> str:
    """Return the SQL of the rebills of some ranges."""
    paths = ranges.by_instant("paths", "placed_at")
    return f"(SELECT * FROM {paths} WHERE kind = 'rebill' AND {WHICH[which]})"


def bucket_of(measure: str) -> str:
    """Return the SQL of the number of the bucket in which a measure falls."""
    return " + ".join(f"({measure} >= {first})::INTEGER" for first in MEASURES[measure]) + " - 1"


def _measure(
    db: duckdb.DuckDBPyConnection, ranges: Ranges, name: str, buckets: tuple[int, ...]
) -> list[dict[str, Any]]:
    """Return a measure's distribution and percentiles over each range's orders that have it."""
    shares = ", ".join(map(str, SHARES))
    of_measure = f"FROM range_paths WHERE {name} IS NOT NULL"
    summary = ranges.lists(
        db,
        f"SELECT span, count(*), quantile_disc({name}, [{shares}]) {of_measure} GROUP BY span",
    )
    filled = ranges.lists(
        db, f"SELECT span, {bucket_of(name)} AS place, {_FIGURES} {of_measure} GROUP BY span, place"
    )
    measured = []
    for of_range, found in zip(summary, filled, strict=True):
        orders, at_shares = of_range[0] if of_range else (0, None)
        by_bucket = {row[0]: row[1:] for row in found}
        measured.append(
            {
                "orders": orders,
                "shares": at_shares,
                "buckets": [by_bucket.get(at, [0, 0, 0]) for at in range(len(buckets))],
            }
        )
    return measured


def _spell(
    request: JourneysRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    span, orders = request.query.span, request.query.orders
    refuse_unknown_orders(orders, published)
    return {
        "parameters": {
            "from": span.first.isoformat(),
            "to": span.last.isoformat(),
            "orders": orders,
            "is_partial": span.last >= published.manifest.as_of,
        },
        **spell_journeys(
            document,
            currency=published.settings.currency,
            is_history_complete=published.is_history_complete,
        ),
        "notes": [],
        "next": None,
    }


JOURNEYS = Report(
    "journeys", ("paths",), _usual, _compute, _spell, cut={"": ("section", _MOST_ROWS)}
)

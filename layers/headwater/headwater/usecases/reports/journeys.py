"""The journey facts of a range: what it took until its orders, by which ways, and what assisted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.journey_facts import MEASURES, SHARES, spell_journeys
from headwater.domain.reporting_days import day_bounds
from headwater.usecases.reports.report import Report
from headwater.usecases.row_tables import single_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span

_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class JourneysQuery:
    """A range of orders."""

    span: Span
    label: str = "all"


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


# Whole days of 24 hours, whatever the clocks of the zone did meanwhile.
def _days(earlier: str, later: str) -> str:
    return f"CASE WHEN {earlier} <= {later} THEN (epoch({later} - {earlier}) // 86400)::BIGINT END"


_RANGE_PATHS = f"""
CREATE OR REPLACE TEMP TABLE range_paths AS
SELECT *, {_days("began_at", "placed_at")} AS days,
    CASE WHEN is_new THEN {_days("first_touch_at", "opted_in_at")} END AS touch_to_opt_in,
    CASE WHEN is_new THEN {_days("opted_in_at", "placed_at")} END AS opt_in_to_purchase,
    CASE WHEN is_new THEN {_days("first_touch_at", "placed_at")} END AS touch_to_purchase
FROM paths WHERE placed_at >= $start AND placed_at < $end AND kind <> 'rebill'
"""
_FIGURES = "count(*) AS orders, sum(order_gross)::BIGINT AS gross, sum(order_net)::BIGINT AS net"
_BY_FREQUENCY = f"ORDER BY 2 DESC, 3 DESC, 1 LIMIT {_MOST_ROWS}"
_LISTS = {
    "path": f"SELECT path, {_FIGURES} FROM range_paths WHERE touches > 0 GROUP BY path "
    + _BY_FREQUENCY,
    "overlap": f"""
        WITH present AS (
            SELECT *, list_sort(list_distinct(list_append(assist_channels, last_channel))) AS seen
            FROM range_paths WHERE touches > 1
        ), ones AS (SELECT *, unnest(seen) AS one FROM present
        ), pairs AS (SELECT *, unnest(seen) AS other FROM ones)
        SELECT one || ' + ' || other, {_FIGURES} FROM pairs WHERE one < other GROUP BY 1
        {_BY_FREQUENCY}
    """,
    **{
        f"assist_{name}": f"""
            WITH assisted AS (
                SELECT unnest(assist_{name}s) AS name, order_gross, order_net FROM range_paths
            ), assists AS (SELECT name, {_FIGURES} FROM assisted GROUP BY name
            ), closed AS (
                SELECT last_{name} AS name, count(*) AS closed FROM range_paths
                WHERE touches > 0 GROUP BY 1
            )
            SELECT name, coalesce(orders, 0), coalesce(gross, 0), coalesce(net, 0),
                coalesce(closed, 0)
            FROM assists FULL JOIN closed USING (name) {_BY_FREQUENCY}
        """
        for name in ("channel", "campaign")
    },
}


def _usual(span: Span) -> Sequence[JourneysQuery]:
    return [JourneysQuery(span)]


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[JourneysQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    for query in queries:
        start, end = day_bounds(query.span.first, query.span.last, scope.zone)
        bounds = {"start": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)}
        db.execute(_RANGE_PATHS, bounds)
        orders, with_path, gross, net = single_row(
            db,
            "SELECT count(*), count(*) FILTER (touches > 0), "
            "coalesce(sum(order_gross), 0)::BIGINT, coalesce(sum(order_net), 0)::BIGINT "
            "FROM range_paths",
        )
        (rebills,) = single_row(
            db,
            "SELECT count(*) FROM paths "
            "WHERE placed_at >= $start AND placed_at < $end AND kind = 'rebill'",
            bounds,
        )
        yield {
            "totals": {
                "orders": orders,
                "orders_with_path": with_path,
                "rebills": rebills,
                "gross": gross,
                "net": net,
            },
            "measures": {name: _measure(db, name, buckets) for name, buckets in MEASURES.items()},
            "lists": {
                section: [(row[0], list(row[1:])) for row in db.execute(sql).fetchall()]
                for section, sql in _LISTS.items()
            },
        }


def _measure(db: duckdb.DuckDBPyConnection, name: str, buckets: tuple[int, ...]) -> dict[str, Any]:
    """Return a measure's distribution and percentiles over the orders that have it."""
    shares = ", ".join(map(str, SHARES))
    orders, found = single_row(
        db, f"SELECT count({name}), quantile_disc({name}, [{shares}]) FROM range_paths"
    )
    place = " + ".join(f"({name} >= {first})::INTEGER" for first in buckets)
    filled = {
        row[0]: list(row[1:])
        for row in db.execute(
            f"SELECT {place} - 1, {_FIGURES} FROM range_paths WHERE {name} IS NOT NULL GROUP BY 1"
        ).fetchall()
    }
    return {
        "orders": orders,
        "shares": found if orders else None,
        "buckets": [filled.get(place, [0, 0, 0]) for place in range(len(buckets))],
    }


def _spell(
    request: JourneysRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    span = request.query.span
    return {
        "parameters": {
            "from": span.first.isoformat(),
            "to": span.last.isoformat(),
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


JOURNEYS = Report("journeys", ("paths",), _usual, _compute, _spell)

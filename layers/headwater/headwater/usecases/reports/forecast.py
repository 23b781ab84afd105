"""The forecast report: how long clicks take to bring what they bring, by name.

It is the least time to run a campaign before judging it; ``domain.forecasts`` has the formula.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.forecasts import (
    LEAST_HORIZON,
    MOST_HORIZON,
    PERCENTS,
    USUAL_HORIZON,
    ForecastSpelling,
    spell_forecast,
    withhold_forecast,
)
from headwater.domain.reporting_days import day_bounds
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.lags import refuse_names
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi import refuse_revenue
from headwater.usecases.reports.which_orders import WHICH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span
    from headwater.usecases.reports.which_orders import WhichOrders

_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class ForecastQuery:
    """Clicks of a range, the names of the rows, and which of their orders count for how long."""

    span: Span
    by: tuple[str, ...] = field(default=("campaign",))
    orders: WhichOrders = "new"
    revenue: str = "net"
    horizon: int = USUAL_HORIZON

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        refuse_names(self.by)
        refuse_revenue(self.revenue)
        if self.orders not in WHICH:
            message = f"orders: choose {', '.join(WHICH)}"
            raise InvalidParameterError(message)
        if not LEAST_HORIZON <= self.horizon <= MOST_HORIZON:
            message = f"horizon: from {LEAST_HORIZON} to {MOST_HORIZON} days"
            raise InvalidParameterError(message)

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        return f"{'+'.join(self.by)} of {self.orders} {self.revenue} in {self.horizon}"


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """A reader's question."""

    query: ForecastQuery
    model: str = "first_click"

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        self.query.span.refuse_long()


# What came of the clicks that are old enough, each order with the age of its click in days, begun
# ones whole. Where a model gives each touch the whole order, it counts for the first of them.
_ARRIVED = """
CREATE OR REPLACE TEMP TABLE arrived AS
SELECT {names}, store, order_id, placed_at, touch_id, touched_at, gross, net,
    (seconds + {day} - 1) // {day} AS days
FROM (
    SELECT {names}, store, order_id, placed_at, touch_id, touched_at, {model}_gross AS gross,
        {model}_net AS net, ceil(epoch(placed_at - touched_at))::BIGINT AS seconds
    FROM credits
    WHERE touch_id <> '' AND {model}_gross IS NOT NULL AND kind <> 'rebill' AND {counted}
        AND touched_at >= $first AND touched_at < $end
)
WHERE seconds <= {horizon} * {day}
{once}
"""
_ONCE = (
    "QUALIFY row_number() OVER (PARTITION BY {names}store, order_id ORDER BY touched_at, touch_id) "
    "= 1"
)
_SUMS = """
SELECT {names} count(DISTINCT (store, order_id)), sum({amount})::BIGINT FROM {arrived} {grouped}
"""
# The least age by which so much had come; nothing of names that earned nothing.
_AGES = """
WITH daily AS (
    SELECT {names} days, sum({amount}) AS amount FROM {arrived} GROUP BY {names} days
), running AS (
    SELECT *, sum(amount) OVER (PARTITION BY {parted} ORDER BY days) AS so_far,
        sum(amount) OVER (PARTITION BY {parted}) AS whole
    FROM daily
)
SELECT {names} [{ages}] FROM running WHERE whole > 0 {grouped}
"""
_SEEN = """
SELECT {names}, min(day)::VARCHAR, max(day)::VARCHAR FROM clicks
GROUP BY ALL HAVING count(*) FILTER (day BETWEEN $first AND $last) > 0
"""


def _usual(_: Span) -> Sequence[ForecastQuery]:
    # Whoever judges campaigns asks once a week; an answer takes less than a second.
    return []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[ForecastQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    (model,) = scope.models
    for query in queries:
        read_arrived(db, query, scope, model)
        names = ", ".join(query.by)
        clicks = db.execute(
            _SEEN.format(names=names), {"first": query.span.first, "last": query.span.last}
        ).fetchall()
        width = len(query.by)
        seen = {row[:width]: row[width:] for row in clicks}
        found = _came(db, "arrived", query.revenue, query.by)
        [total] = _came(db, arrived_of_all(scope, model), query.revenue).values()
        yield {
            "totals": total | {"first": None, "last": None},
            "rows": [
                [
                    list(key),
                    found.get(key, {"orders": 0, "amount": 0, "days": None})
                    | dict(zip(("first", "last"), seen.get(key, (None, None)), strict=True)),
                ]
                for key in sorted(found.keys() | seen.keys())
            ],
        }


def read_arrived(
    db: duckdb.DuckDBPyConnection, query: ForecastQuery, scope: Scope, model: str
) -> None:
    """Make ``arrived``: the orders that came of the clicks of the range that are old enough.

    Args:
        db: holds the view ``credits``, from the range on.
        query: which clicks and orders; there may be none.
        scope: of the account.
        model: says what each click got of an order.
    """
    span = query.span
    old_enough = min(span.last, scope.as_of - timedelta(days=query.horizon + 1))
    start, _ = day_bounds(span.first, span.first, scope.zone)
    _, end = day_bounds(old_enough, old_enough, scope.zone)
    names = ", ".join(query.by)
    statement = _ARRIVED.format(
        names=names,
        model=model,
        counted=WHICH[query.orders],
        horizon=query.horizon,
        day=_SECONDS,
        once=_ONCE.format(names=f"{names}, ") if model in scope.whole else "",
    )
    db.execute(statement, {"first": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)})


def arrived_of_all(scope: Scope, model: str) -> str:
    """Return the SQL of ``arrived`` for all names together, where an order counts once."""
    return f"(FROM arrived {_ONCE.format(names='')})" if model in scope.whole else "arrived"


def _came(
    db: duckdb.DuckDBPyConnection, arrived: str, amount: str, by: Sequence[str] = ()
) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return what came by names, or of all where there are none: ``orders amount days``."""
    width, grouped = len(by), "GROUP BY ALL" if by else ""
    names = "".join(f"{name}, " for name in by)
    asked = {"names": names, "amount": amount, "arrived": arrived, "grouped": grouped}
    came = {
        row[:width]: {"orders": row[width], "amount": row[width + 1] or 0, "days": None}
        for row in db.execute(_SUMS.format(**asked)).fetchall()
    }
    ages = ", ".join(
        f"min(days) FILTER (so_far * 100 >= whole * {percent})" for percent in PERCENTS
    )
    statement = _AGES.format(parted=", ".join(by) or "1", ages=ages, **asked)
    for row in db.execute(statement).fetchall():
        if row[width][0] is not None:
            came[row[:width]]["days"] = row[width]
    return came


def _spell(
    request: ForecastRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query, as_of = request.query, published.manifest.as_of
    spelling = ForecastSpelling(published.settings.currency, query.by, as_of, query.horizon)
    is_told = published.is_history_complete or query.orders == "all"
    return {
        "parameters": {
            "from": query.span.first.isoformat(),
            "to": query.span.last.isoformat(),
            "by": list(query.by),
            "model": request.model,
            "revenue": query.revenue,
            "orders": query.orders,
            "horizon": query.horizon,
            "is_partial": query.span.last >= as_of,
        },
        **(spell_forecast(document, spelling) if is_told else withhold_forecast()),
        "next": None,
    }


FORECAST = Report(
    "forecast",
    ("credits", "clicks"),
    _usual,
    _compute,
    _spell,
    tables_beyond=lambda _: frozenset({"credits"}),
    tables_whole=frozenset({"clicks"}),
)
"""The forecast report."""

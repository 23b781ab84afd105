"""The leads report: who signed up in a range, through which click, and what became of him."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headwater.domain.journey_facts import SHARES
from headwater.domain.leads import (
    FIGURES,
    LEAD_NAMES,
    NAMES_OF_COST,
    LeadSpelling,
    spell_leads,
)
from headwater.domain.models import lead_role
from headwater.domain.roi import CREDITED
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.journeys import whole_days
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi import refuse_revenue
from headwater.usecases.reports.which_orders import WHICH, refuse_unknown_orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span
    from headwater.usecases.reports.which_orders import WhichOrders


@dataclass(frozen=True, slots=True)
class LeadsQuery:
    """Who signed up on some days, the names of the rows, and which of their orders count."""

    span: Span
    by: tuple[str, ...] = field(default=("campaign",))
    orders: WhichOrders = "all"

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if not self.by or not set(self.by) <= set(LEAD_NAMES) or len(set(self.by)) < len(self.by):
            message = f"by: choose among {', '.join(LEAD_NAMES)}, each once"
            raise InvalidParameterError(message)

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        return "+".join(self.by) + ("" if self.orders == "all" else f" of {self.orders}")


@dataclass(frozen=True, slots=True)
class LeadsRequest:
    """A reader's question."""

    query: LeadsQuery
    model: str = "new_lead"
    revenue: str = "net"

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        refuse_revenue(self.revenue)
        self.query.span.refuse_long()


_SIGNED = """
CREATE OR REPLACE TEMP TABLE signed AS
SELECT contact, role, opted_in_at, touched_at, state, role = $role AS is_new, {names} FROM {leads}
WHERE role IN ($role, 'reengaged_lead')
"""
# Opt-ins of the range, each contact's first one with what he has bought since.
_OPT_INS = """
CREATE OR REPLACE TEMP TABLE range_opt_ins AS
WITH bought AS (
    SELECT contact, count(*) AS orders, sum(order_gross)::BIGINT AS gross,
        sum(order_net)::BIGINT AS net, min(placed_at) AS first_at
    FROM {orders} GROUP BY contact
)
SELECT s.*, b.orders, b.gross, b.net, b.first_at, {days} AS days
FROM signed s LEFT JOIN bought b ON s.is_new AND b.contact = s.contact
"""
_FIGURES = (
    "count(*) FILTER (is_new), count(DISTINCT contact) FILTER (NOT is_new), count(orders), "
    "coalesce(sum(orders), 0)::BIGINT, coalesce(sum(gross), 0)::BIGINT, "
    f"coalesce(sum(net), 0)::BIGINT, quantile_disc(days, [{', '.join(map(str, SHARES))}])"
)


def _usual(_: Span) -> Sequence[LeadsQuery]:
    # One range and one path of names are computed fast enough when they are asked for.
    return []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[LeadsQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    (model,) = scope.models
    for query in queries:
        ranges = Ranges((query.span,), scope.zone)
        names, width = ", ".join(query.by), len(query.by) + 1
        read_opt_ins(db, query.by, ranges, model, query.orders)
        cost = _cost(db, query, ranges)
        found = db.execute(
            f"SELECT state, {names}, {_FIGURES} FROM range_opt_ins GROUP BY ALL"
        ).fetchall()
        rows = {(row[0], row[1:width]): _named(row[width:]) for row in found}
        for key in cost or ():
            rows.setdefault((CREDITED, key), dict.fromkeys(FIGURES, 0) | {"days": None})
        [total] = db.execute(f"SELECT {_FIGURES} FROM range_opt_ins").fetchall()
        yield {
            "totals": _named(total),
            "cost": _all_cost(db, ranges),
            "rows": [
                [state, list(key), figures, _cost_of(state, key, cost)]
                for (state, key), figures in sorted(rows.items())
            ],
        }


def read_opt_ins(
    db: duckdb.DuckDBPyConnection,
    names: Iterable[str],
    ranges: Ranges,
    model: str,
    orders: WhichOrders,
) -> None:
    """Make ``signed``, the opt-ins of a range, and ``range_opt_ins``, with what came of them.

    Args:
        db: holds the views ``leads credits``.
        names: what opt-ins are to carry.
        ranges: the one range.
        model: says which click a lead counts for.
        orders: which of their orders count.
    """
    statement = _SIGNED.format(
        names=", ".join(f"coalesce({name}, '') AS {name}" for name in names),
        leads=ranges.by_instant("leads", "opted_in_at"),
    )
    db.execute(statement, {"role": lead_role(model)})
    days = whole_days("s.opted_in_at", "b.first_at")
    db.execute(_OPT_INS.format(orders=orders_of_leads(ranges, orders), days=days))


def orders_of_leads(ranges: Ranges, orders: WhichOrders) -> str:
    """Return the SQL of the orders of the leads in ``signed`` since they opted in."""
    return f"""(
        SELECT s.*, o.* EXCLUDE contact
        FROM (FROM signed WHERE is_new) s JOIN (
            SELECT contact, store, order_id, placed_at, order_gross, order_net FROM credits
            WHERE touch_id = '' AND order_class <> 'duplicate' AND placed_at >= {ranges.start()}
                AND {WHICH[orders]}
        ) o ON o.contact = s.contact AND o.placed_at >= s.opted_in_at
    )"""


def _named(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip((*FIGURES, "days"), row, strict=True))


def _cost(
    db: duckdb.DuckDBPyConnection, query: LeadsQuery, ranges: Ranges
) -> dict[tuple[str, ...], int] | None:
    """Return the cost of the range by the names; None where cost has no such names."""
    if not set(query.by) <= NAMES_OF_COST:
        return None
    found = db.execute(
        f"SELECT {', '.join(query.by)}, coalesce(sum(cost_minor), 0)::BIGINT "
        f"FROM {ranges.by_day('spend')} GROUP BY ALL"
    )
    return {row[:-1]: row[-1] for row in found.fetchall()}


def _all_cost(db: duckdb.DuckDBPyConnection, ranges: Ranges) -> int:
    [(cost,)] = db.execute(
        f"SELECT coalesce(sum(cost_minor), 0)::BIGINT FROM {ranges.by_day('spend')}"
    ).fetchall()
    return int(cost)


def _cost_of(
    state: str, key: tuple[str, ...], cost: dict[tuple[str, ...], int] | None
) -> int | None:
    if cost is None:
        return None
    return cost.get(key, 0) if state == CREDITED else 0


def _spell(
    request: LeadsRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query = request.query
    refuse_unknown_orders(query.orders, published)
    spelling = LeadSpelling(
        request.revenue, published.settings.currency, query.by, published.is_history_complete
    )
    return {
        "parameters": {
            "from": query.span.first.isoformat(),
            "to": query.span.last.isoformat(),
            "by": list(query.by),
            "model": request.model,
            "revenue": request.revenue,
            "orders": query.orders,
            "is_partial": query.span.last >= published.manifest.as_of,
        },
        **spell_leads(document, spelling),
        "next": None,
    }


LEADS = Report(
    "leads",
    ("leads", "credits", "spend"),
    _usual,
    _compute,
    _spell,
    tables_beyond=lambda _: frozenset({"credits"}),
)
"""The leads report."""

"""The subscriptions report: how many there are, how long they last, and what they bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.subscription_rows import (
    PARTS,
    SubscriptionSpelling,
    spell_subscriptions,
    withhold_subscriptions,
)
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.members import READ_WHOLE
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi import refuse_revenue
from headwater.usecases.reports.subscription_cells import SUBSCRIPTION_TABLES, read_subscriptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span


@dataclass(frozen=True, slots=True)
class SubscriptionsQuery:
    """A range, whose months are told of."""

    span: Span
    label: str = "all"


@dataclass(frozen=True, slots=True)
class SubscriptionsRequest:
    """A reader's question: ``part`` is one of ``PARTS``, whose rows are the report's rows."""

    query: SubscriptionsQuery
    part: str = "months"
    revenue: str = "net"
    model: None = None

    def __post_init__(self) -> None:
        """Refuse what no report can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        refuse_revenue(self.revenue)
        if self.part not in PARTS:
            message = f"part: choose among {', '.join(PARTS)}"
            raise InvalidParameterError(message)
        self.query.span.refuse_long()


def _usual(_: Span) -> Sequence[SubscriptionsQuery]:
    # Chains are few beside orders: whoever asks does not wait for them.
    return []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[SubscriptionsQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    for query in queries:
        yield read_subscriptions(db, query.span, scope)


def _spell(
    request: SubscriptionsRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    span, as_of = request.query.span, published.manifest.as_of
    spelling = SubscriptionSpelling(request.revenue, published.settings.currency, as_of)
    return {
        "parameters": {
            "from": span.first.isoformat(),
            "to": span.last.isoformat(),
            "part": request.part,
            "revenue": request.revenue,
            "is_partial": span.last >= as_of,
        },
        **(
            spell_subscriptions(document, request.part, spelling)
            if published.is_history_complete
            else withhold_subscriptions()
        ),
        "next": None,
    }


SUBSCRIPTIONS = Report(
    "subscriptions", SUBSCRIPTION_TABLES, _usual, _compute, _spell, tables_whole=READ_WHOLE
)
"""The subscriptions report."""

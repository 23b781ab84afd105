"""The orders that fit a question: by id, buyer, day, class and the marks of their clicks.

They are read from the credits of the published run, as every report is: an order that is no revenue
is in none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import DIMENSIONS
from headwater.domain.found_orders import MOST_ORDERS, ORDER_STATES, spell_orders
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.ranges import Ranges
from headwater.usecases.reports.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from headwater.usecases.published_runs import PublishedRun
    from headwater.usecases.reports.report import Scope, Span


@dataclass(frozen=True, slots=True)
class OrderSearchQuery:
    """What orders have to fit; what is empty admits all.

    Attributes:
        span: their days.
        order_id: their id, in any source.
        node: of their buyer: of an email, or an id that a contact has or had.
        marks: (name of a click, text that it holds), all of one and the same click.
        kind: the row of the ROI report under which they stand, ``credited`` or one of the rest.
        only_attributed: a click has a part in them under the model.
    """

    span: Span
    order_id: str = ""
    node: str = ""
    marks: tuple[tuple[str, str], ...] = field(default=())
    kind: str = ""
    only_attributed: bool = False

    def __post_init__(self) -> None:
        """Refuse what no search can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        if self.kind and self.kind not in ORDER_STATES:
            message = f"kind: choose among {', '.join(ORDER_STATES)}"
            raise InvalidParameterError(message)

    @property
    def label(self) -> str:
        """Return what is asked besides the range."""
        return repr((self.order_id, self.node, self.marks, self.kind, self.only_attributed))


@dataclass(frozen=True, slots=True)
class OrderSearchRequest:
    """A reader's question."""

    query: OrderSearchQuery
    model: str = "last_click"

    def __post_init__(self) -> None:
        """Refuse what no search can answer.

        Raises:
            InvalidParameterError: naming the parameter and the reason.
        """
        self.query.span.refuse_long()


_CLICK = ", ".join(f"'{name}': c.{name}" for name in DIMENSIONS)
# What of an order's revenue no touch gets is in its own row, which has no touch.
_FOUND = """
CREATE OR REPLACE TEMP TABLE found_orders AS
WITH asked AS (
    SELECT store, order_id, placed_at, contact, order_class, kind, is_new, is_converted,
        order_gross, order_net, {model}_gross AS rest_gross, {model}_net AS rest_net,
        {model}_pre_tracking AS is_earlier
    FROM {credits} WHERE touch_id = '' AND {wanted}
), clicked AS (
    SELECT store, order_id, count(*) AS touches, count({model}_gross) AS parts,
        arg_max({{{click}}}, (c.{model}_gross IS NOT NULL, coalesce(c.{model}_gross, 0),
            touched_at, touch_id)) FILTER ({fits}) AS click
    FROM {credits} c JOIN (SELECT store, order_id FROM asked) USING (store, order_id)
    WHERE touch_id <> '' GROUP BY store, order_id
)
SELECT asked.* EXCLUDE (is_earlier, is_converted), coalesce(touches, 0) AS touches, click,
    CASE WHEN NOT is_converted THEN 'not_converted' WHEN order_class <> 'store' THEN order_class
        WHEN parts > 0 THEN 'credited' WHEN is_earlier THEN 'pre_tracking' ELSE 'unattributed'
    END AS state
FROM asked LEFT JOIN clicked USING (store, order_id)
WHERE {has_click}
"""
_TOTALS = """
SELECT count(*), coalesce(sum(order_gross), 0)::BIGINT, coalesce(sum(order_net), 0)::BIGINT,
    coalesce(sum(order_gross - rest_gross) FILTER (state = 'credited'), 0)::BIGINT,
    coalesce(sum(order_net - rest_net) FILTER (state = 'credited'), 0)::BIGINT
FROM found_orders WHERE {of_kind}
"""
_ROWS = """
SELECT store, order_id, placed_at, contact, state, kind, is_new, order_gross, order_net,
    CASE WHEN state = 'credited' THEN order_gross - rest_gross ELSE 0 END,
    CASE WHEN state = 'credited' THEN order_net - rest_net ELSE 0 END, touches, click
FROM found_orders WHERE {of_kind} ORDER BY placed_at DESC, store, order_id LIMIT {most}
"""


def _usual(_: Span) -> Sequence[OrderSearchQuery]:
    # Nobody knows beforehand what is looked for.
    return []


def _compute(
    db: duckdb.DuckDBPyConnection, queries: Sequence[OrderSearchQuery], scope: Scope
) -> Iterator[dict[str, Any]]:
    (model,) = scope.models
    for query in queries:
        _find(db, query, scope, model)
        of_kind = "state = $kind" if query.kind else "true"
        if query.only_attributed:
            of_kind += " AND state = 'credited'"
        values = {"kind": query.kind} if query.kind else {}
        [totals] = db.execute(_TOTALS.format(of_kind=of_kind), values).fetchall()
        rows = db.execute(_ROWS.format(of_kind=of_kind, most=MOST_ORDERS), values).fetchall()
        yield {"totals": totals, "rows": rows}


def _find(db: duckdb.DuckDBPyConnection, query: OrderSearchQuery, scope: Scope, model: str) -> None:
    """Make ``found_orders``; marks are looked for among the clicks that have any role."""
    wanted, values = ["true"], dict[str, Any]()
    if query.order_id:
        wanted.append("order_id = $order_id")
        values["order_id"] = query.order_id
    if query.node:
        wanted.append("contact IN (SELECT contact FROM contacts WHERE node = $node)")
        values["node"] = query.node
    fits = [f"contains(lower(c.{name}), lower(${name}))" for name, _ in query.marks]
    if query.marks and query.only_attributed:
        fits.append(f"c.{model}_gross IS NOT NULL")
    statement = _FOUND.format(
        model=model,
        click=_CLICK,
        credits=Ranges((query.span,), scope.zone).by_instant("credits", "placed_at"),
        wanted=" AND ".join(wanted),
        fits=" AND ".join(fits) or "true",
        has_click="click IS NOT NULL" if query.marks else "true",
    )
    db.execute(statement, values | dict(query.marks))


def _spell(
    request: OrderSearchRequest, document: dict[str, Any], published: PublishedRun
) -> dict[str, Any]:
    query = request.query
    return {
        "parameters": {
            "from": query.span.first.isoformat(),
            "to": query.span.last.isoformat(),
            "order_id": query.order_id or None,
            "contact": query.node or None,
            **{name: dict(query.marks).get(name) for name in DIMENSIONS},
            "kind": query.kind or None,
            "only_attributed": query.only_attributed,
            "model": request.model,
            "is_partial": query.span.last >= published.manifest.as_of,
        },
        **spell_orders(
            document,
            currency=published.settings.currency,
            zone=published.settings.time_zone,
            is_history_complete=published.is_history_complete,
        ),
        "next": None,
    }


ORDER_SEARCH = Report("orders", ("credits", "contacts"), _usual, _compute, _spell)
"""The orders that fit a question. It is no report of figures and is not listed among them."""

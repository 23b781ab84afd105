"""A contact's journey, and the searches that lead to it."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, Field

from headwater.domain.facts import DIMENSIONS
from headwater.errors import InvalidParameterError
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import etag_of, json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.fields import Model, RowKind
from headwater.runtime.api.models_journeys import ContactList, Journey, OrderList
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.report_answers import (
    ALL_TIME,
    First,
    Last,
    Rows,
    UsualRange,
    answer_report,
)
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.find_contacts import node_named
from headwater.usecases.list_reports import named_range
from headwater.usecases.order_search import ORDER_SEARCH, OrderSearchQuery, OrderSearchRequest
from headwater.usecases.published_runs import PublishedRun

_LONGEST_TEXT = 254
Text = Annotated[str | None, Field(min_length=1, max_length=_LONGEST_TEXT)]
Credited = Annotated[Model, Query(description="Whose credits are told.")]


class ContactAsked(BaseModel):
    """What contacts are searched by: one of these."""

    email: Text = Field(None, description="The whole address.")
    order: Text = Field(None, description="An order's id, in any source.")
    q: Text = Field(
        None, description="An email, a contact's id, an order's id, or a store customer's id."
    )

    def one(self) -> tuple[str, str]:
        """Return the field that is given, and its text.

        Raises:
            InvalidParameterError: none is, or several are.
        """
        given = [(name, text) for name, text in self if text is not None]
        if len(given) != 1:
            message = "q: give one of email, order and q"
            raise InvalidParameterError(message)
        return given[0]


class OrdersAsked(BaseModel):
    """What orders have to fit."""

    order_id: Text = Field(None, description="Their id, in any source.")
    email: Text = Field(None, description="The buyer's, whole; or the id of a contact.")
    channel: Text = Field(None, description="What the name of a click holds, as the next five.")
    source: Text = None
    medium: Text = None
    campaign: Text = None
    content: Text = None
    term: Text = None
    kind: RowKind | None = Field(None, description="Under which row of the ROI report they stand.")
    only_attributed: bool = Field(False, description="Only orders of which clicks got a part.")

    def marks(self) -> tuple[tuple[str, str], ...]:
        """Return what names of a click have to hold."""
        given = ((name, getattr(self, name)) for name in DIMENSIONS)
        return tuple((name, text) for name, text in given if text)


def journey_routes(
    read_journey: Callable[..., dict[str, Any]],
    search_contacts: Callable[..., dict[str, Any]],
    serve_report: Callable[..., dict[str, Any]],
) -> Router:
    """Return the routes of journeys and searches.

    Args:
        read_journey: the use case behind a journey.
        search_contacts: the one behind the search for contacts.
        serve_report: the one behind all reports, and so behind the search for orders.
    """
    router = new_router()
    _add_journey(router, read_journey)
    _add_contacts(router, search_contacts)
    _add_orders(router, serve_report)
    return router


def _add_journey(router: Router, read_journey: Callable[..., dict[str, Any]]) -> None:
    """Add the route of a journey."""

    @router.get(
        "/v1/contacts/<contact>/journey",
        operation_id="read_journey",
        summary="All that a contact did",
        description="Visits, opt-ins, orders, claims and refunds in one time line, and which visit "
        "got credit for which order. An id that the contact had before leads to the present one.",
        tags=["contacts"],
        responses=answers(Journey, 404, 413, is_cached=True),
        security=NEEDS_KEY,
    )
    def read(
        contact: Annotated[str, Path(max_length=128)], model: Credited = "last_click"
    ) -> Response[str]:
        ports = bootstrap.contact_ports()
        # It tells what has arrived since the run, so that the run does not name it.
        found = read_journey(account_of(router), contact, model, published_run(router), ports=ports)
        etag = etag_of("journey", found)
        return unless_known(router, etag, lambda: json_answer(found, etag=etag))


def _add_contacts(router: Router, search_contacts: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the search for contacts."""

    @router.get(
        "/v1/contacts",
        operation_id="search_contacts",
        summary="Search contacts",
        description="By email, by an order's id, or by whatever one has at hand; fifty at most.",
        tags=["contacts"],
        responses=answers(ContactList, 404),
        security=NEEDS_KEY,
    )
    def search(asked: Annotated[ContactAsked, Query()]) -> Response[str]:
        field, text = asked.one()
        run, ports = published_run(router), bootstrap.contact_ports()
        return json_answer(search_contacts(account_of(router), field, text, run, ports=ports))


def _add_orders(router: Router, serve_report: Callable[..., dict[str, Any]]) -> None:
    """Add the route of the search for orders."""

    @router.get(
        "/v1/orders",
        operation_id="search_orders",
        summary="Search orders",
        description="By id, buyer, days, and what the names of their clicks hold. "
        "`Accept: text/csv` gives the rows as CSV.",
        tags=["orders"],
        responses=answers(OrderList, 404, 413, as_csv=True, is_cached=True),
        security=NEEDS_KEY,
    )
    def search(
        rows: Rows,
        asked: Annotated[OrdersAsked, Query()],
        first: First = None,
        last: Last = None,
        usual_range: UsualRange = None,
        model: Credited = "last_click",
    ) -> Response[str]:
        node = node_named(asked.email, "email") if asked.email else ""
        order_id = asked.order_id or ""
        if (order_id or node) and not (first or last or usual_range):
            first, last = _all_days(published_run(router))
        return answer_report(
            router,
            serve_report,
            ORDER_SEARCH,
            (first, last, usual_range),
            lambda span: OrderSearchRequest(
                OrderSearchQuery(
                    span, order_id, node, asked.marks(), asked.kind or "", asked.only_attributed
                ),
                model,
            ),
            rows,
        )


def _all_days(run: PublishedRun) -> tuple[str, str]:
    """Return the first and last day of a run, today included."""
    first, _ = named_range(ALL_TIME, run)
    return first.isoformat(), run.manifest.as_of.isoformat()

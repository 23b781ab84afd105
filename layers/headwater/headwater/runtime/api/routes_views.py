"""Saved views: a report with its parameters, kept under a name and read by its id."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from headwater.domain.views import View
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import JSON, json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_views import ViewAnswer, ViewBody, ViewList, ViewRemoved
from headwater.runtime.api.report_reader import ReportReader, passed_on
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger
from headwater.usecases.manage_views import (
    ViewPorts,
    ViewRequest,
    change_view,
    create_view,
    list_views,
    read_view,
    remove_view,
)

ViewId = Annotated[str, Path(max_length=64)]
_CONTRACT: dict[str, Any] = {"tags": ["views"], "security": NEEDS_KEY}


def view_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of saved views.

    Args:
        serve_report: the use case behind all reports.
    """
    router, reader = new_router(), ReportReader(serve_report)
    _add_list(router)
    _add_create(router, reader)
    _add_one(router)
    _add_change(router, reader)
    _add_report(router, reader)
    return router


def _add_list(router: Router) -> None:
    @router.get(
        "/v1/views",
        operation_id="list_views",
        summary="The saved views",
        responses=answers(ViewList),
        **_CONTRACT,
    )
    def list_all() -> Response[str]:
        account = account_of(router)
        rows = [view_document(view) for view in list_views(account, views=bootstrap.views())]
        return json_answer({"account": account, "rows": rows})


def _add_create(router: Router, reader: ReportReader) -> None:
    @router.post(
        "/v1/views",
        operation_id="create_view",
        summary="Save a view",
        description="The report is read once: what its own route would refuse is not saved.",
        responses=answers(ViewAnswer, 404, 413, status=201, description="The view is saved."),
        openapi_extensions=takes(ViewBody),
        **_CONTRACT,
    )
    def create() -> Response[str]:
        account, asked = account_of(router), _asked(router)
        view = create_view(account, asked, ports=_ports(router, reader))
        logger.info("view saved", extra={"view": view.view_id, "report": view.report})
        return json_answer(_answer(account, view), status=HTTPStatus.CREATED)


def _add_one(router: Router) -> None:
    @router.get(
        "/v1/views/<view>",
        operation_id="read_view",
        summary="One view",
        responses=answers(ViewAnswer, 404),
        **_CONTRACT,
    )
    def read(view: ViewId) -> Response[str]:
        account = account_of(router)
        return json_answer(_answer(account, read_view(account, view, views=bootstrap.views())))

    @router.delete(
        "/v1/views/<view>",
        operation_id="remove_view",
        summary="Remove a view",
        description="Its deliveries have to end before.",
        responses=answers(ViewRemoved, 404),
        **_CONTRACT,
    )
    def remove(view: ViewId) -> Response[str]:
        account = account_of(router)
        remove_view(account, view, views=bootstrap.views(), deliveries=bootstrap.deliveries())
        return json_answer({"account": account, "view": view})


def _add_change(router: Router, reader: ReportReader) -> None:
    @router.put(
        "/v1/views/<view>",
        operation_id="change_view",
        summary="Change a view",
        description="Replaces it whole, under the same id.",
        responses=answers(ViewAnswer, 404, 413),
        openapi_extensions=takes(ViewBody),
        **_CONTRACT,
    )
    def change(view: ViewId) -> Response[str]:
        account, asked = account_of(router), _asked(router)
        changed = change_view(account, view, asked, ports=_ports(router, reader))
        logger.info("view saved", extra={"view": view, "report": changed.report})
        return json_answer(_answer(account, changed))


def _add_report(router: Router, reader: ReportReader) -> None:
    told = answers(
        ViewAnswer,
        404,
        413,
        description="The answer of its report's route.",
        as_csv=True,
        is_cached=True,
    )
    told[HTTPStatus.OK]["content"][JSON] = {"schema": {"type": "object"}}

    @router.get(
        "/v1/views/<view>/report",
        operation_id="read_view_report",
        summary="What a view shows now",
        description="What its report answers to its parameters, by the same code, with the same "
        "ETag. `Accept: text/csv` gives the rows as CSV.",
        responses=told,
        **_CONTRACT,
    )
    def report(view: ViewId) -> Response[str]:
        saved = read_view(account_of(router), view, views=bootstrap.views())
        event = router.current_event.raw_event
        return passed_on(reader.answer(saved, event, router.lambda_context))


def view_document(view: View) -> dict[str, Any]:
    """Return a view as plain JSON values."""
    return {
        "view": view.view_id,
        "name": view.name,
        "report": view.report,
        "parameters": dict(view.parameters),
        "created_at": view.created_at.isoformat(),
        "changed_at": view.changed_at.isoformat(),
    }


def _answer(account: str, view: View) -> dict[str, Any]:
    return {"account": account, **view_document(view)}


def _asked(router: Router) -> ViewRequest:
    body = read_model(router.current_event.raw_event, ViewBody)
    return ViewRequest(body.name, body.report, body.parameters)


def _ports(router: Router, reader: ReportReader) -> ViewPorts:
    event, context = router.current_event.raw_event, router.lambda_context
    return ViewPorts(
        views=bootstrap.views(),
        clock=bootstrap.clock(),
        token_hex=bootstrap.token_hex,
        refuse=lambda view: reader.refuse(view, event, context),
    )

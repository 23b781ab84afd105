"""What a link shows: one view, to anybody who has the link, and nothing else."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import CSV, JSON
from headwater.runtime.api.contract import answers
from headwater.runtime.api.models_sources import ProblemDocument
from headwater.runtime.api.report_reader import ReportReader, passed_on
from headwater.runtime.api.routing import new_router
from headwater.runtime.observability import logger
from headwater.usecases.manage_deliveries import open_link

# What a link leads to is for its holder: not for search engines, and not for the pages it links to.
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


def shared_routes(serve_report: Callable[..., dict[str, Any]]) -> Router:
    """Return the route of links, which needs no key.

    Args:
        serve_report: the use case behind all reports.
    """
    router, reader = new_router(), ReportReader(serve_report)
    told = answers(ProblemDocument, 404, 413, as_csv=True, is_cached=True)
    told[200]["content"][JSON] = {"schema": {"type": "object"}}

    @router.get(
        "/v1/shared/<link>",
        operation_id="read_shared",
        summary="What a link shows",
        description="The answer of its view's report with emails masked, as JSON or CSV. Needs no "
        "key; a link that was revoked shows nothing.",
        tags=["views"],
        responses={status: each for status, each in told.items() if status not in {401, 403}},
    )
    def read(
        link: Annotated[str, Path(max_length=128)],
        form: Annotated[
            Literal["json", "csv"] | None,
            Query(alias="format", description="Without it the Accept header counts."),
        ] = None,
    ) -> Response[str]:
        account, delivery, view = open_link(
            link, views=bootstrap.views(), deliveries=bootstrap.deliveries()
        )
        logger.info("link opened", extra={"delivery": delivery.delivery_id, "account": account})
        event = router.current_event.raw_event
        headers = dict(event["headers"])
        if form:
            headers["accept"] = CSV if form == "csv" else JSON
        answer = reader.answer_for(
            account, view, {**event, "headers": headers}, router.lambda_context
        )
        return passed_on(answer, _HEADERS)

    return router

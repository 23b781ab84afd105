"""Why an order's revenue went where it went."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import etag_of, json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_reports import CreditTrail
from headwater.runtime.api.reading import published_run, unless_known
from headwater.runtime.api.routing import account_of, new_router


def credit_routes(
    serve_credits: Callable[..., dict[str, Any]], explain_credits: Callable[..., dict[str, Any]]
) -> Router:
    """Return the route of an order's credit trail.

    Args:
        serve_credits: the use case behind it.
        explain_credits: the one that adds the whole path.
    """
    router = new_router()

    @router.get(
        "/v1/orders/<source>/<order_id>/credits",
        operation_id="read_credits",
        summary="An order's credit trail",
        description="The touches of an order, their roles, and what each gets under each model.",
        tags=["reports"],
        responses=answers(CreditTrail, 404, is_cached=True),
        security=NEEDS_KEY,
    )
    def read_credits(
        source: Annotated[str, Path(max_length=32)],
        order_id: Annotated[str, Path(max_length=64)],
        explain: Annotated[
            bool, Query(description="Add every touch of the journey, and the rule behind it.")
        ] = False,
    ) -> Response[str]:
        account, run = account_of(router), published_run(router)

        def read() -> dict[str, Any]:
            facts, orders = bootstrap.facts(), bootstrap.orders()
            return serve_credits(account, source, order_id, run, facts=facts, orders=orders)

        if explain:
            # It tells what has arrived since the run, so that the run does not name it.
            trail = read()
            ports = bootstrap.explain_ports()
            trail["explanation"] = explain_credits(account, trail, run, ports=ports)
            etag = etag_of("credits", trail)
            return unless_known(router, etag, lambda: json_answer(trail, etag=etag))
        etag = etag_of("credits", run.data_version, source, order_id)
        return unless_known(router, etag, lambda: json_answer(read(), etag=etag))

    return router

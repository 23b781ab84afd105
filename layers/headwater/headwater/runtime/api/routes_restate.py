"""Training frozen effects again."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import pipelines
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_effects import RestateRequest, Restating
from headwater.runtime.api.routing import account_of, actor_of, new_router, note
from headwater.runtime.observability import logger


def restate_routes(restate_effects: Callable[..., dict[str, Any]]) -> Router:
    """Return the route that takes the request.

    Args:
        restate_effects: the use case behind it.
    """
    router = new_router()

    @router.post(
        "/v1/effects/restate",
        operation_id="restate_effects",
        summary="Train frozen effects again",
        description="From a month on, on what is known now. Starts a run, after which every "
        "order of these months (and of all before the first version, if that is among them) is "
        "split by the new versions. Repeating a request that still waits changes nothing.",
        tags=["reports"],
        responses=answers(Restating, 404, status=202),
        security=NEEDS_KEY,
        openapi_extensions=takes(RestateRequest),
    )
    def restate() -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, RestateRequest)
        answer = restate_effects(
            account, asked.month, ports=pipelines.restate_ports(actor_of(router))
        )
        logger.info("effects restated", extra={"account": account, "from": answer["from"]})
        note(router, **{"from": answer["from"]})
        return json_answer({"account": account, **answer}, status=202)

    return router

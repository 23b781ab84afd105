"""Whose the sales are that stand in two sources."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import pipelines
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_duplicates import OwnerRequest, Owners
from headwater.runtime.api.routing import account_of, actor_of, new_router, note
from headwater.runtime.observability import logger


def owner_routes(own_duplicates: Callable[..., dict[str, Any]]) -> Router:
    """Return the route that takes the answer.

    Args:
        own_duplicates: the use case behind it.
    """
    router = new_router()

    @router.put(
        "/v1/duplicates/owner",
        operation_id="own_duplicates",
        summary="Say which source owns sales that stand in two",
        description="The order of the stronger source counts, the other one's becomes a row of "
        "its own. Starts a run, since every report changes.",
        tags=["reports"],
        responses=answers(Owners),
        security=NEEDS_KEY,
        openapi_extensions=takes(OwnerRequest),
    )
    def set_owners() -> Response[str]:
        asked = read_model(router.current_event.raw_event, OwnerRequest)
        ports = pipelines.setting_ports(actor_of(router))
        answer = own_duplicates(account_of(router), asked.sources, ports=ports)
        logger.info("duplicates owned", extra={"sources": asked.sources})
        note(router, sources=",".join(asked.sources))
        return json_answer(answer)

    return router

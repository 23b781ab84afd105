"""How an account's credits are computed."""

from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_engine import EngineAnswer, EngineBody
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger


def engine_routes(
    read_engine: Callable[..., dict[str, int]], save_engine: Callable[..., dict[str, int]]
) -> Router:
    """Return the routes of the settings.

    Args:
        read_engine: the use case that shows them.
        save_engine: the one that changes them.
    """
    router = new_router()

    @router.get(
        "/v1/settings/engine",
        operation_id="read_engine",
        summary="How credits are computed",
        tags=["settings"],
        responses=answers(EngineAnswer),
        security=NEEDS_KEY,
    )
    def read() -> Response[str]:
        account = account_of(router)
        return json_answer(
            {"account": account, **read_engine(account, accounts=storage.accounts())}
        )

    @router.put(
        "/v1/settings/engine",
        operation_id="save_engine",
        summary="Change how credits are computed",
        description="What is left out returns to its default. The next run follows; months whose "
        "effects are frozen stay as they are until they are restated.",
        tags=["settings"],
        responses=answers(EngineAnswer),
        security=NEEDS_KEY,
        openapi_extensions=takes(EngineBody),
    )
    def save() -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, EngineBody)
        saved = save_engine(
            account, asked.model_dump(), accounts=storage.accounts(), clock=storage.clock()
        )
        logger.info("engine settings saved", extra=saved)
        return json_answer({"account": account, **saved})

    return router

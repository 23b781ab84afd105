"""How soon an account's reports follow."""

from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_refresh import RefreshAnswer, RefreshBody
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger


def refresh_routes(read_refresh: Callable[..., str], save_refresh: Callable[..., str]) -> Router:
    """Return the routes of the setting.

    Args:
        read_refresh: the use case that shows it.
        save_refresh: the one that changes it.
    """
    router = new_router()

    @router.get(
        "/v1/settings/refresh",
        operation_id="read_refresh",
        summary="How soon reports follow",
        tags=["settings"],
        responses=answers(RefreshAnswer),
        security=NEEDS_KEY,
    )
    def read() -> Response[str]:
        account = account_of(router)
        refresh = read_refresh(account, accounts=storage.accounts())
        return json_answer({"account": account, "refresh": refresh})

    @router.put(
        "/v1/settings/refresh",
        operation_id="save_refresh",
        summary="Change how soon reports follow",
        description="With hourly or 15min a run starts that often where something has changed. "
        "The daily run starts in any case, and repairs what was missed.",
        tags=["settings"],
        responses=answers(RefreshAnswer),
        security=NEEDS_KEY,
        openapi_extensions=takes(RefreshBody),
    )
    def save() -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, RefreshBody)
        refresh = save_refresh(
            account, asked.refresh, accounts=storage.accounts(), clock=storage.clock()
        )
        logger.info("refresh saved", extra={"refresh": refresh})
        return json_answer({"account": account, "refresh": refresh})

    return router

"""Aliases and channel rules: the account's own, and what others would rename."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import pipelines, storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_cleaning import CleaningAnswer, CleaningBody
from headwater.runtime.api.routing import account_of, actor_of, new_router
from headwater.runtime.api.rule_bodies import telling_faults
from headwater.runtime.observability import logger


def cleaning_routes(
    read_cleaning: Callable[..., dict[str, Any]], save_cleaning: Callable[..., dict[str, Any]]
) -> Router:
    """Return the routes of the account's aliases and channel rules.

    Args:
        read_cleaning: the use case that shows them.
        save_cleaning: the one that replaces them.
    """
    router = new_router()

    @router.get(
        "/v1/settings/cleaning",
        operation_id="read_cleaning",
        summary="How clicks are named",
        tags=["settings"],
        responses=answers(CleaningAnswer),
        security=NEEDS_KEY,
    )
    def read() -> Response[str]:
        account = account_of(router)
        cleaning = read_cleaning(account, accounts=storage.accounts())
        return json_answer({"account": account, **cleaning})

    @router.put(
        "/v1/settings/cleaning",
        operation_id="save_cleaning",
        summary="Change how clicks are named",
        description="Replaces all aliases and channel rules, and starts the run that follows them "
        "through the whole history. Try them first with POST /v1/cleaning/preview.",
        tags=["settings"],
        responses=answers(CleaningAnswer),
        security=NEEDS_KEY,
        openapi_extensions=takes(CleaningBody),
    )
    def save() -> Response[str]:
        account = account_of(router)
        document = read_json(router.current_event.raw_event)
        with telling_faults():
            saved = save_cleaning(
                account, document, ports=pipelines.setting_ports(actor_of(router))
            )
        logger.info("cleaning saved", extra={"channel_rules": len(saved["channel_rules"])})
        return json_answer({"account": account, **saved})

    return router

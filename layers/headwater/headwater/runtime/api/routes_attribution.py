"""The account's attribution models."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import pipelines, storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_attribution import AttributionAnswer, AttributionBody
from headwater.runtime.api.routing import account_of, actor_of, new_router
from headwater.runtime.api.rule_bodies import models_of, telling_faults
from headwater.runtime.observability import logger


def attribution_routes(
    read_models: Callable[..., dict[str, Any]], save_models: Callable[..., dict[str, Any]]
) -> Router:
    """Return the routes of the account's attribution models.

    Args:
        read_models: the use case that shows them.
        save_models: the one that changes them.
    """
    router = new_router()

    @router.get(
        "/v1/settings/attribution",
        operation_id="read_attribution",
        summary="How orders are credited",
        tags=["settings"],
        responses=answers(AttributionAnswer),
        security=NEEDS_KEY,
    )
    def read() -> Response[str]:
        account = account_of(router)
        models = read_models(account, accounts=storage.accounts())
        return json_answer({"account": account, **models})

    @router.put(
        "/v1/settings/attribution",
        operation_id="save_attribution",
        summary="Change how orders are credited",
        description="Replaces what the account has changed of the models, and its own models; null "
        "returns to the defaults. Starts the run that follows them through the whole history; "
        "nothing is imported again, and reports stay as they are until it has finished.",
        tags=["settings"],
        responses=answers(AttributionAnswer),
        security=NEEDS_KEY,
        openapi_extensions=takes(AttributionBody),
    )
    def save() -> Response[str]:
        account = account_of(router)
        asked = models_of(read_json(router.current_event.raw_event))
        with telling_faults():
            ports = pipelines.setting_ports(actor_of(router))
            saved = save_models(account, asked, ports=ports)
        logger.info("models saved", extra={"changed": len(saved["changed"])})
        return json_answer({"account": account, **saved})

    return router

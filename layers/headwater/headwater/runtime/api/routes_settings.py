"""An account's settings."""

from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import pipelines, storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_subscriptions import (
    SubscriptionRulesAnswer,
    SubscriptionRulesBody,
)
from headwater.runtime.api.routing import account_of, actor_of, new_router
from headwater.runtime.api.rule_bodies import rules_of, telling_faults
from headwater.runtime.observability import logger
from headwater.usecases.manage_account import SubscriptionRules


def setting_routes(
    read_subscription_rules: Callable[..., SubscriptionRules],
    save_subscription_rules: Callable[..., SubscriptionRules],
) -> Router:
    """Return the routes of the settings.

    Args:
        read_subscription_rules: the use case that shows the subscription rules.
        save_subscription_rules: the one that replaces them.
    """
    router = new_router()

    @router.get(
        "/v1/settings/subscription-rules",
        operation_id="read_subscription_rules",
        summary="How subscriptions are known",
        tags=["settings"],
        responses=answers(SubscriptionRulesAnswer),
        security=NEEDS_KEY,
    )
    def read_rules() -> Response[str]:
        account = account_of(router)
        rules = read_subscription_rules(account, accounts=storage.accounts())
        return json_answer({"account": account, **rules.document()})

    @router.put(
        "/v1/settings/subscription-rules",
        operation_id="save_subscription_rules",
        summary="Change how subscriptions are known",
        description="Replaces all rules; null returns to the defaults. The next run follows them "
        "through the whole history. Try them first with POST /v1/subscriptions/preview.",
        tags=["settings"],
        responses=answers(SubscriptionRulesAnswer),
        security=NEEDS_KEY,
        openapi_extensions=takes(SubscriptionRulesBody),
    )
    def save_rules() -> Response[str]:
        account = account_of(router)
        document = rules_of(read_json(router.current_event.raw_event))
        with telling_faults():
            ports = pipelines.setting_ports(actor_of(router))
            rules = save_subscription_rules(account, document, ports=ports)
        logger.info("subscription rules saved", extra={"rules": len(rules.rules)})
        return json_answer({"account": account, **rules.document()})

    return router

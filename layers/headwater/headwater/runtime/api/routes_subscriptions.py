"""Subscriptions: what other rules would make of the orders."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_subscriptions import PreviewRequest, SubscriptionPreview
from headwater.runtime.api.reading import published_run
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.api.rule_bodies import rules_of, telling_faults


def subscription_routes(preview_subscriptions: Callable[..., dict[str, Any]]) -> Router:
    """Return the route of the preview.

    Args:
        preview_subscriptions: the use case behind it.
    """
    router = new_router()

    @router.post(
        "/v1/subscriptions/preview",
        operation_id="preview_subscriptions",
        summary="What rules would chain",
        description="Tries subscription rules on the orders of the last run. Nothing is stored.",
        tags=["subscriptions"],
        responses=answers(SubscriptionPreview, 404),
        security=NEEDS_KEY,
        openapi_extensions=takes(PreviewRequest),
    )
    def preview() -> Response[str]:
        document = rules_of(read_json(router.current_event.raw_event))
        run = published_run(router)
        with telling_faults():
            tried = preview_subscriptions(
                account_of(router), document, run, facts=bootstrap.facts()
            )
        return json_answer(tried)

    return router

"""What other aliases and channel rules would rename."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_cleaning import CleaningBody, CleaningPreview
from headwater.runtime.api.reading import published_run
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.api.rule_bodies import telling_faults


def cleaning_preview_routes(preview_cleaning: Callable[..., dict[str, Any]]) -> Router:
    """Return the route of the preview.

    Args:
        preview_cleaning: the use case behind it.
    """
    router = new_router()

    @router.post(
        "/v1/cleaning/preview",
        operation_id="preview_cleaning",
        summary="What aliases and rules would rename",
        description="Tries aliases and channel rules on the touches of the last run. Nothing is "
        "stored.",
        tags=["settings"],
        responses=answers(CleaningPreview, 404),
        security=NEEDS_KEY,
        openapi_extensions=takes(CleaningBody),
    )
    def preview() -> Response[str]:
        document = read_json(router.current_event.raw_event)
        run = published_run(router)
        with telling_faults():
            tried = preview_cleaning(account_of(router), document, run, facts=bootstrap.facts())
        return json_answer(tried)

    return router

"""What another value of a setting that moves money would change: one route each, from a table."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.domain.setting_documents import SETTING_DOCUMENTS
from headwater.runtime import bootstrap
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.models_settings import SettingPreview
from headwater.runtime.api.reading import published_run
from headwater.runtime.api.report_answers import DEFAULT_RANGE, First, Last, UsualRange, span_of
from headwater.runtime.api.routes_plain_settings import PLAIN_SETTINGS, PlainSetting
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.observability import logger

_PREVIEWED = {setting.name for setting in SETTING_DOCUMENTS if setting.preview}


def settings_preview_routes(preview_setting: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of the previews.

    Args:
        preview_setting: the use case behind them.
    """
    router = new_router()
    for setting in PLAIN_SETTINGS:
        if setting.name in _PREVIEWED:
            _add_preview(router, setting, preview_setting)
    return router


def _add_preview(
    router: Router, setting: PlainSetting, preview_setting: Callable[..., dict[str, Any]]
) -> None:
    @router.post(
        f"/v1/settings/{setting.name}/preview",
        operation_id=f"preview_{setting.name.replace('-', '_')}_setting",
        summary=f"Try to change {setting.summary}",
        description="Attributes the orders of the last run under the other value, and tells which "
        "figures of a range would be others: the store's totals, and each model's by channel. "
        "Nothing is stored. Of an account too large for that the facts are counted only.",
        tags=["settings"],
        responses=answers(SettingPreview, 404),
        security=NEEDS_KEY,
        openapi_extensions=takes(setting.body),
    )
    def preview(
        first: First = None, last: Last = None, usual_range: UsualRange = None
    ) -> Response[str]:
        account, run = account_of(router), published_run(router)
        asked = read_model(router.current_event.raw_event, setting.body)
        span = span_of((first, last, usual_range), run, DEFAULT_RANGE)
        span.refuse_long()
        tried = preview_setting(
            account, setting.name, asked.model_dump(), span, run, facts=bootstrap.facts()
        )
        logger.info("setting tried", extra={"setting": setting.name, "facts": tried["facts"]})
        return json_answer(tried)

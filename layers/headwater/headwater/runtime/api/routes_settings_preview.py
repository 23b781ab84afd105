"""What another value of a setting that moves money would change: one route each, of one form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.domain.effect_months import is_month
from headwater.domain.plain_settings import change_setting
from headwater.domain.setting_documents import SETTING_DOCUMENTS
from headwater.errors import InvalidParameterError
from headwater.runtime import bootstrap, storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_json, read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.fields import ApiModel
from headwater.runtime.api.models_attribution import AttributionBody
from headwater.runtime.api.models_duplicates import OwnerRequest
from headwater.runtime.api.models_effects import RestateRequest
from headwater.runtime.api.models_previews import SettingPreview
from headwater.runtime.api.reading import published_run
from headwater.runtime.api.report_answers import DEFAULT_RANGE, First, Last, UsualRange, span_of
from headwater.runtime.api.routes_plain_settings import PLAIN_SETTINGS, PlainSetting
from headwater.runtime.api.routing import account_of, new_router
from headwater.runtime.api.rule_bodies import models_of, telling_faults
from headwater.runtime.observability import logger
from headwater.usecases.own_duplicates import with_owners
from headwater.usecases.preview_settings import Trial


@dataclass(frozen=True, slots=True)
class _Preview:
    """A preview as the contract tells of it, and what it makes of a body."""

    path: str
    operation_id: str
    summary: str
    body: type[ApiModel]
    trial: Callable[[str, dict[str, Any]], Trial]


_PREVIEWED = {setting.name for setting in SETTING_DOCUMENTS if setting.preview}


def settings_preview_routes(preview_setting: Callable[..., dict[str, Any]]) -> Router:
    """Return the routes of the previews.

    Args:
        preview_setting: the use case behind them.
    """
    router = new_router()
    for setting in PLAIN_SETTINGS:
        if setting.name in _PREVIEWED:
            _add_preview(router, _plain(setting), preview_setting)
    for preview in (_ATTRIBUTION, _OWNER, _RESTATEMENT):
        _add_preview(router, preview, preview_setting)
    return router


def _plain(setting: PlainSetting) -> _Preview:
    """Return the preview of a setting that is a value or two."""

    def trial(_: str, event: dict[str, Any]) -> Trial:
        values = read_model(event, setting.body).model_dump()
        return Trial(setting.name, lambda was: change_setting(was, setting.name, values))

    return _Preview(
        f"/v1/settings/{setting.name}/preview",
        f"preview_{setting.name.replace('-', '_')}_setting",
        setting.summary,
        setting.body,
        trial,
    )


def _models(_: str, event: dict[str, Any]) -> Trial:
    models = models_of(read_json(event))
    return Trial("attribution", lambda was: was.with_models({} if models is None else models))


def _owners(account: str, event: dict[str, Any]) -> Trial:
    sources, accounts = read_model(event, OwnerRequest).sources, storage.accounts()
    return Trial("duplicates", lambda was: with_owners(account, was, sources, accounts=accounts))


def _restated(_: str, event: dict[str, Any]) -> Trial:
    month = read_model(event, RestateRequest).month
    if not is_month(month):
        message = "from: a month, as 2026-09"
        raise InvalidParameterError(message)
    return Trial("effects", lambda was: was, month)


_ATTRIBUTION = _Preview(
    "/v1/settings/attribution/preview",
    "preview_attribution",
    "how orders are credited",
    AttributionBody,
    _models,
)
_OWNER = _Preview(
    "/v1/duplicates/owner/preview",
    "preview_duplicate_owners",
    "which source owns sales that stand in two",
    OwnerRequest,
    _owners,
)
_RESTATEMENT = _Preview(
    "/v1/effects/restate/preview",
    "preview_restatement",
    "frozen effects, by training them again",
    RestateRequest,
    _restated,
)


def _add_preview(
    router: Router, preview: _Preview, preview_setting: Callable[..., dict[str, Any]]
) -> None:
    @router.post(
        preview.path,
        operation_id=preview.operation_id,
        summary=f"Try to change {preview.summary}",
        description="Attributes the orders of the last run under the other value, and tells which "
        "figures of a range would be others: the store's totals, and each model's by channel. "
        "Nothing is stored. Of an account too large for that the facts are counted only.",
        tags=["settings"],
        responses=answers(SettingPreview, 404),
        security=NEEDS_KEY,
        openapi_extensions=takes(preview.body),
    )
    def answer(
        first: First = None, last: Last = None, usual_range: UsualRange = None
    ) -> Response[str]:
        account, run = account_of(router), published_run(router)
        span = span_of((first, last, usual_range), run, DEFAULT_RANGE)
        span.refuse_long()
        with telling_faults():
            trial = preview.trial(account, router.current_event.raw_event)
            tried = preview_setting(account, trial, span, run, facts=bootstrap.facts())
        logger.info("setting tried", extra={"setting": trial.setting, "facts": tried["facts"]})
        return json_answer(tried)

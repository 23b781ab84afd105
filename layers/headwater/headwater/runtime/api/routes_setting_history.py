"""All settings at once, and how they came to be what they are."""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.domain.setting_documents import SettingChange
from headwater.runtime import storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_settings import SettingHistoryAnswer, SettingList
from headwater.runtime.api.routes_plain_settings import PLAIN_SETTINGS
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.manage_account import read_setting_history

_TOLD_ELSEWHERE = ("title", "description", "examples")


def setting_history_routes(list_settings: Callable[..., list[dict[str, Any]]]) -> Router:
    """Return the routes of all settings together.

    Args:
        list_settings: the use case that shows them.
    """
    router = new_router()
    _add_list(router, list_settings)
    _add_history(router)
    return router


def _add_list(router: Router, list_settings: Callable[..., list[dict[str, Any]]]) -> None:
    @router.get(
        "/v1/settings",
        operation_id="list_settings",
        summary="All settings",
        description="Each with its value, its default, its bounds, and where it is changed.",
        tags=["settings"],
        responses=answers(SettingList),
        security=NEEDS_KEY,
    )
    def list_all() -> Response[str]:
        account, bounds = account_of(router), _bounds()
        rows = list_settings(account, accounts=storage.accounts())
        told = [{**row, "bounds": bounds.get(row["setting"], {})} for row in rows]
        return json_answer({"account": account, "rows": told})


def _add_history(router: Router) -> None:
    @router.get(
        "/v1/settings/history",
        operation_id="read_setting_history",
        summary="How settings were changed",
        description="The latest first. Putting before where the setting is put undoes a change.",
        tags=["settings"],
        responses=answers(SettingHistoryAnswer),
        security=NEEDS_KEY,
    )
    def read(
        setting: Annotated[str, Query(max_length=64, description="Only this one.")] = "",
        after: Annotated[str, Query(max_length=100, description="next of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response[str]:
        account, history = account_of(router), storage.setting_history()
        page, rest = read_setting_history(account, setting, after, limit, history=history)
        return json_answer({"account": account, "rows": [_row(one) for one in page], "next": rest})


def _row(change: SettingChange) -> dict[str, Any]:
    by = change.by
    return {
        "change": change.change_id,
        "at": change.at.isoformat(),
        "setting": change.setting,
        "by": by and {"kind": by.kind, "id": by.actor_id, "label": by.label, "role": by.role},
        "before": change.before,
        "after": change.after,
    }


def _bounds() -> dict[str, dict[str, Any]]:
    """Return the bounds of the plain settings' fields; the contract tells those of the others."""
    return {
        setting.name: {
            field: {key: value for key, value in schema.items() if key not in _TOLD_ELSEWHERE}
            for field, schema in setting.body.model_json_schema()["properties"].items()
        }
        for setting in PLAIN_SETTINGS
    }

"""The settings that are a value or two: one pair of routes each, made from a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headwater.runtime import pipelines, storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.bodies import read_model
from headwater.runtime.api.contract import NEEDS_KEY, answers, takes
from headwater.runtime.api.fields import ApiModel
from headwater.runtime.api.models_settings import (
    CurrencyAnswer,
    CurrencyBody,
    DomainsAnswer,
    DomainsBody,
    EngineAnswer,
    EngineBody,
    ReconciliationAnswer,
    ReconciliationBody,
    RefreshAnswer,
    RefreshBody,
    RevenueAnswer,
    RevenueBody,
    TimeZoneAnswer,
    TimeZoneBody,
    TrackingStartAnswer,
    TrackingStartBody,
    WindowsAnswer,
    WindowsBody,
)
from headwater.runtime.api.routing import account_of, actor_of, new_router
from headwater.runtime.observability import logger

_STARTS = "Starts the run that follows it through the whole history; reports stay as they are until"
_FOLLOWED = f"{_STARTS} it has finished."


@dataclass(frozen=True, slots=True)
class PlainSetting:
    """A setting as the contract tells of it."""

    name: str
    body: type[ApiModel]
    answer: type[ApiModel]
    summary: str
    description: str


PLAIN_SETTINGS = (
    PlainSetting(
        "time-zone",
        TimeZoneBody,
        TimeZoneAnswer,
        "when a day begins",
        f"{_FOLLOWED} Try it first with its preview.",
    ),
    PlainSetting(
        "currency",
        CurrencyBody,
        CurrencyAnswer,
        "the currency of the reports",
        f"{_FOLLOWED} Orders in other currencies than their store's and this one are shown as not "
        "converted.",
    ),
    PlainSetting(
        "revenue",
        RevenueBody,
        RevenueAnswer,
        "which orders are revenue",
        f"{_FOLLOWED} Try it first with its preview.",
    ),
    PlainSetting(
        "windows",
        WindowsBody,
        WindowsAnswer,
        "how long a click counts",
        f"{_FOLLOWED} Models whose window the account has set itself keep it. Try it first with "
        "its preview.",
    ),
    PlainSetting(
        "tracking-start",
        TrackingStartBody,
        TrackingStartAnswer,
        "since when tracking counts",
        f"{_FOLLOWED} Try it first with its preview.",
    ),
    PlainSetting(
        "domains",
        DomainsBody,
        DomainsAnswer,
        "which hosts are the shop's own",
        f"{_FOLLOWED} Which pages may send hits is a matter of the sources. Try it first with its "
        "preview.",
    ),
    PlainSetting(
        "engine",
        EngineBody,
        EngineAnswer,
        "how credits are computed",
        "What is left out returns to its default. The next run follows; months whose effects are "
        "frozen stay as they are until they are restated.",
    ),
    PlainSetting(
        "refresh",
        RefreshBody,
        RefreshAnswer,
        "how soon reports follow",
        "With hourly or 15min a run starts that often where something has changed. The daily run "
        "starts in any case, and repairs what was missed.",
    ),
    PlainSetting(
        "reconciliation",
        ReconciliationBody,
        ReconciliationAnswer,
        "how many days are reconciled",
        "The next run follows.",
    ),
)


def plain_setting_routes(
    read_setting: Callable[..., dict[str, Any]], save_setting: Callable[..., dict[str, Any]]
) -> Router:
    """Return the routes of these settings.

    Args:
        read_setting: the use case that shows one.
        save_setting: the one that changes it.
    """
    router = new_router()
    for setting in PLAIN_SETTINGS:
        _add_read(router, setting, read_setting)
        _add_save(router, setting, save_setting)
    return router


def _add_read(
    router: Router, setting: PlainSetting, read_setting: Callable[..., dict[str, Any]]
) -> None:
    @router.get(
        f"/v1/settings/{setting.name}",
        operation_id=f"read_{setting.name.replace('-', '_')}_setting",
        summary=setting.summary.capitalize(),
        tags=["settings"],
        responses=answers(setting.answer),
        security=NEEDS_KEY,
    )
    def read() -> Response[str]:
        account = account_of(router)
        document = read_setting(account, setting.name, accounts=storage.accounts())
        return json_answer({"account": account, **document})


def _add_save(
    router: Router, setting: PlainSetting, save_setting: Callable[..., dict[str, Any]]
) -> None:
    @router.put(
        f"/v1/settings/{setting.name}",
        operation_id=f"save_{setting.name.replace('-', '_')}_setting",
        summary=f"Change {setting.summary}",
        description=setting.description,
        tags=["settings"],
        responses=answers(setting.answer),
        security=NEEDS_KEY,
        openapi_extensions=takes(setting.body),
    )
    def save() -> Response[str]:
        account = account_of(router)
        asked = read_model(router.current_event.raw_event, setting.body)
        ports = pipelines.setting_ports(actor_of(router))
        saved = save_setting(account, setting.name, asked.model_dump(), ports=ports)
        logger.info("setting saved", extra={"setting": setting.name})
        return json_answer({"account": account, **saved})

"""All settings by API: their bounds, their history, and the way back."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.setting_documents import (
    SETTING_DOCUMENTS,
    SETTING_NAMES,
    SettingDocument,
    setting_documents,
)
from headwater.domain.settings import AccountSettings
from headwater.errors import ConflictError
from headwater.usecases.ports import ApiKey, Source
from tests.lambda_side import OWNER
from tests.workshop import ACCOUNT, STORE

if TYPE_CHECKING:
    from tests.lambda_side import Json, LambdaSide

LIST, HISTORY = "GET /v1/settings", "GET /v1/settings/history"
# Setting → what it is changed to first, and then.
CHANGES: dict[str, tuple[Json, Json]] = {
    "time-zone": ({"time_zone": "Europe/Berlin"}, {"time_zone": "Asia/Tokyo"}),
    "currency": ({"currency": "EUR"}, {"currency": "JPY"}),
    "revenue": ({"statuses": [2, 10]}, {"statuses": [10]}),
    "windows": (
        {"last_click_days": 1, "opt_in_days": 7},
        {"last_click_days": 0.5, "opt_in_days": 14},
    ),
    "tracking-start": (
        {"tracking_start": "2026-11-01T00:00:00+00:00"},
        {"tracking_start": None},
    ),
    "domains": ({"domains": ["shop.example", "127.0.0.1"]}, {"domains": []}),
    "subscription-rules": ({"rules": [{"app": "club", "channel_ids": [7]}]}, {"rules": []}),
    "attribution": (
        {"models": {"last_click": {"window_days": 1}}},
        {"models": {"brand": {"kind": "first", "campaign_first": True}}},
    ),
    "cleaning": (
        {"aliases": {"source": [{"equals": "fb", "name": "facebook"}]}},
        {"channel_rules": [{"channel": "partners", "referrer": {"contains": "partner"}}]},
    ),
    "duplicates": ({"sources": [STORE]}, {"sources": []}),
    "engine": (
        {"markov_min_paths": 50, "contact_buckets": 2},
        {"markov_min_paths": 60, "contact_buckets": 1},
    ),
    "refresh": ({"refresh": "hourly"}, {"refresh": "15min"}),
    "reconciliation": ({"days": 0}, {"days": 31}),
}
# Fields that are no rule to go back to, and why.
WITHOUT_ROUTE = {"effects_restatement": "a request, POST /v1/effects/restate, obeyed once"}


def settings_of(side: LambdaSide) -> AccountSettings:
    return side.workshop.accounts.settings(ACCOUNT)


def put(side: LambdaSide, setting: SettingDocument, body: Json, status: int = 200) -> Json:
    answer = side.call(f"PUT {setting.path}", caller=OWNER, body=body)
    assert answer["statusCode"] == status, answer["body"]
    told: Json = answer["json"]
    return told


def history(side: LambdaSide, query: str = "") -> list[Json]:
    rows: list[Json] = side.call(HISTORY, caller=OWNER, query=query)["json"]["rows"]
    return rows


@pytest.fixture
def owned(side: LambdaSide) -> LambdaSide:
    side.workshop.accounts.save_source(ACCOUNT, Source(STORE, "bigcommerce", "abc123", "arn"))
    return side


@pytest.mark.parametrize("setting", SETTING_DOCUMENTS, ids=SETTING_NAMES)
def test_what_was_before_a_change_is_put_back_as_it_stands(
    owned: LambdaSide, setting: SettingDocument
) -> None:
    default = settings_of(owned)
    first, second = CHANGES[setting.name]
    put(owned, setting, first)
    one = settings_of(owned)
    put(owned, setting, second)
    two = settings_of(owned)
    assert len({repr(default), repr(one), repr(two)}) == (2 if two == default else 3)
    later, earlier = history(owned, f"setting={setting.name}")
    assert later["before"] == earlier["after"]
    assert setting_documents(two)[setting.name] == later["after"]
    put(owned, setting, later["before"])
    assert settings_of(owned) == one
    put(owned, setting, earlier["before"])
    assert settings_of(owned) == default


def test_every_field_of_the_settings_is_in_a_document_or_said_not_to_be() -> None:
    default = AccountSettings()
    told = {field.name for field in fields(AccountSettings)} - set(WITHOUT_ROUTE)
    other: dict[str, Any] = {
        "currency": "EUR",
        "time_zone": "UTC",
        "revenue_statuses": frozenset({10}),
        "last_click_window": timedelta(days=1),
        "opt_in_window": timedelta(days=1),
        "own_domains": ("shop.example",),
        "tracking_start": datetime(2026, 11, 1, tzinfo=UTC),
        "reconcile_days": 1,
        "subscription_rules": (),
        "duplicate_owners": ("a",),
        "markov_min_paths": 1,
        "contact_buckets": 2,
        "refresh": "hourly",
    }
    # The test above changes these two.
    assert told - set(other) == {"cleaning", "attribution"}
    for name, value in other.items():
        changed = replace(default, **{name: value})
        assert setting_documents(changed) != setting_documents(default), name


def test_the_history_says_who_did_what_and_when(side: LambdaSide) -> None:
    key = ApiKey(ACCOUNT, "owner", "9f2c41d0")
    side.call("PUT /v1/settings/refresh", caller=key, body={"refresh": "hourly"})
    side.workshop.clock.advance(timedelta(hours=1))
    side.call("PUT /v1/settings/refresh", caller=key, body={"refresh": "hourly"})
    [row] = history(side)
    assert row == {
        "change": "00000001.refresh",
        "at": "2026-11-21T14:00:00+00:00",
        "setting": "refresh",
        "by": {"kind": "key", "id": "9f2c41d0", "label": "", "role": "owner"},
        "before": {"refresh": "daily"},
        "after": {"refresh": "hourly"},
    }


def test_the_history_comes_in_pages_the_latest_first(side: LambdaSide) -> None:
    for days in (1, 2, 3):
        side.call("PUT /v1/settings/reconciliation", caller=OWNER, body={"days": days})
        side.call("PUT /v1/settings/refresh", caller=OWNER, body={"refresh": "hourly"})
    page = side.call(HISTORY, caller=OWNER, query="limit=2")["json"]
    assert [row["change"] for row in page["rows"]] == [
        "00000004.reconciliation",
        "00000003.reconciliation",
    ]
    rest = side.call(HISTORY, caller=OWNER, query=f"limit=2&after={page['next']}")["json"]
    assert [row["setting"] for row in rest["rows"]] == ["refresh", "reconciliation"]
    assert rest["next"] is None
    assert len(history(side, "setting=refresh")) == 1
    assert side.call(HISTORY, caller=OWNER, query="setting=color")["statusCode"] == 400


def test_all_settings_are_listed_with_defaults_and_bounds(side: LambdaSide) -> None:
    side.call("PUT /v1/settings/refresh", caller=OWNER, body={"refresh": "hourly"})
    rows = {row["setting"]: row for row in side.call(LIST, caller=OWNER)["json"]["rows"]}
    assert tuple(rows) == SETTING_NAMES
    assert [name for name, row in rows.items() if not row["is_default"]] == ["refresh"]
    assert rows["refresh"]["value"] == {"refresh": "hourly"}
    assert rows["refresh"]["default"] == {"refresh": "daily"}
    assert rows["refresh"]["bounds"]["refresh"]["enum"] == ["daily", "hourly", "15min"]
    assert rows["reconciliation"]["bounds"]["days"]["maximum"] == 31


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("time-zone", {"time_zone": "Mars/Base"}, "there is no time zone"),
        ("time-zone", {}, "time_zone: "),
        ("currency", {"currency": "usd"}, "currency: "),
        ("revenue", {"statuses": []}, "statuses: "),
        ("revenue", {"statuses": [5]}, "never sales"),
        ("revenue", {"statuses": [15]}, "statuses.0: "),
        ("windows", {"last_click_days": 0, "opt_in_days": 7}, "last_click_days: "),
        ("windows", {"last_click_days": 3_651, "opt_in_days": 7}, "last_click_days: "),
        ("windows", {"last_click_days": 1e-9, "opt_in_days": 7}, "last_click_days: more than"),
        ("tracking-start", {"tracking_start": "2026-11-21"}, "tracking_start: an instant"),
        ("tracking-start", {"tracking_start": "soon"}, "tracking_start: an instant"),
        ("tracking-start", {"tracking_start": "2026-11-22T00:00:00Z"}, "has not come yet"),
        ("domains", {"domains": ["https://shop.example"]}, "no host such as"),
        ("domains", {"domains": ["shop"]}, "no host such as"),
        ("reconciliation", {"days": 32}, "days: "),
        ("reconciliation", {"days": True}, "days: "),
        ("refresh", {"refresh": "now"}, "refresh: "),
    ],
)
def test_a_value_out_of_bounds_changes_nothing(
    side: LambdaSide, name: str, body: Json, reason: str
) -> None:
    answer = side.call(f"PUT /v1/settings/{name}", caller=OWNER, body=body)
    assert answer["statusCode"] == 400
    assert reason in answer["json"]["detail"]
    assert settings_of(side) == AccountSettings()
    assert (history(side), side.workshop.pipeline.pulled) == ([], [])


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("time-zone", True), ("currency", True), ("revenue", True), ("windows", True),
        ("tracking-start", True), ("domains", True), ("engine", False), ("refresh", False),
        ("reconciliation", False),
    ],
)  # fmt: skip
def test_what_moves_money_starts_the_run_that_follows(
    side: LambdaSide, name: str, *, starts: bool
) -> None:
    answer = side.call(f"PUT /v1/settings/{name}", caller=OWNER, body=CHANGES[name][0])["json"]
    assert answer.get("run_started", False) is starts
    assert side.workshop.pipeline.pulled == [ACCOUNT] * starts


def test_of_two_changes_at_once_one_is_told_to_come_again(
    side: LambdaSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, seen = side.workshop.accounts, side.workshop.accounts.settings(ACCOUNT)
    put(side, SETTING_DOCUMENTS[SETTING_NAMES.index("refresh")], {"refresh": "hourly"})
    changed = replace(seen, reconcile_days=1)
    with pytest.raises(ConflictError):
        accounts.save_settings(ACCOUNT, changed, side.workshop.clock.now(), was=seen)
    monkeypatch.setattr(accounts, "settings", lambda _: seen)
    monkeypatch.setattr(accounts, "save_settings", _refuse)
    answer = side.call("PUT /v1/settings/reconciliation", caller=OWNER, body={"days": 1})
    assert answer["statusCode"] == 503


def _refuse(*_: object, **__: object) -> None:
    message = "the settings have been changed meanwhile"
    raise ConflictError(message)

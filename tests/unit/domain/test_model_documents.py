"""An account's models, in and out of plain JSON values."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.attribution.definitions import Direct, Kind, TouchFilter
from headwater.domain.attribution.documents import (
    CUSTOM_KINDS,
    MOST_CUSTOM_MODELS,
    InvalidModelsError,
    model_document,
)
from headwater.domain.models import MODELS
from headwater.domain.settings import AccountSettings

SETTINGS = AccountSettings()


def named(settings: AccountSettings) -> dict[str, Any]:
    return {model.name: model for model in settings.model_definitions}


def test_without_changes_an_account_has_the_models_of_its_name_list() -> None:
    assert SETTINGS.models == MODELS
    assert SETTINGS.document()["attribution"] == {}


def test_a_change_of_a_built_in_model_leaves_its_other_parameters() -> None:
    changed = named(SETTINGS.with_models({"time_decay": {"half_life_days": Decimal("3.5")}}))
    assert changed["time_decay"].half_life == timedelta(days=3, hours=12)
    assert changed["time_decay"].window == timedelta(days=30)
    assert changed["linear_all"] == named(SETTINGS)["linear_all"]


def test_a_model_of_the_accounts_own_has_the_defaults_of_its_kind() -> None:
    own = named(SETTINGS.with_models({"mine": {"kind": "position", "paid_only": True}}))["mine"]
    assert (own.kind, own.weights, own.window) == (Kind.POSITION, (40, 20, 40), timedelta(days=30))
    assert own.filter == TouchFilter(direct=Direct.ALONE, paid_only=True)


@pytest.mark.parametrize("kind", CUSTOM_KINDS)
def test_every_kind_survives_being_stored(kind: str) -> None:
    settings = SETTINGS.with_models({"mine": {"kind": kind, "channels": ["email"]}})
    assert AccountSettings.from_document(settings.document()) == settings
    assert settings.models == (*MODELS, "mine")


def test_all_parameters_of_a_model_can_be_given_back_as_they_were_read() -> None:
    whole = {model.name: model_document(model) for model in SETTINGS.model_definitions}
    assert SETTINGS.with_models(whole) == SETTINGS


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "models"),
        ({"linear": 5}, "models.linear"),
        ({"linear": {"window_days": 5}}, "models.linear.window_days"),
        ({"linear": {"kind": "decay"}}, "models.linear.kind"),
        ({"linear_all": {"half_life_days": 5}}, "models.linear_all.half_life_days"),
        ({"linear_all": {"window_days": "5"}}, "models.linear_all.window_days"),
        ({"linear_all": {"window_days": True}}, "models.linear_all.window_days"),
        ({"linear_all": {"window_days": 4_000}}, "models.linear_all.window_days"),
        ({"linear_all": {"direct": "sometimes"}}, "models.linear_all.direct"),
        ({"linear_all": {"channels": "email"}}, "models.linear_all.channels"),
        ({"linear_all": {"channels": [""]}}, "models.linear_all.channels"),
        ({"linear_all": {"orders": "big"}}, "models.linear_all.orders"),
        ({"linear_all": {"paid_only": 1}}, "models.linear_all.paid_only"),
        ({"position_based": {"weights": [50, 50]}}, "models.position_based.weights"),
        ({"position_based": {"weights": [50, 20, 20]}}, "models.position_based.weights"),
        ({"position_based": {"weights": [120, -40, 20]}}, "models.position_based.weights"),
        ({"Mine": {"kind": "first"}}, "models.Mine"),
        ({"order": {"kind": "first"}}, "models.order"),
        ({"mine": {}}, "models.mine.kind"),
        ({"mine": {"kind": "roles_full"}}, "models.mine.kind"),
        ({f"m{n}": {"kind": "first"} for n in range(MOST_CUSTOM_MODELS + 1)}, "models"),
    ],
)
def test_what_cannot_work_is_named(document: Any, place: str) -> None:  # noqa: ANN401
    with pytest.raises(InvalidModelsError) as caught:
        SETTINGS.with_models(document)
    assert [where for where, _ in caught.value.faults] == [place]


def test_a_campaigns_pattern_ignores_case_and_knows_only_the_star() -> None:
    filter_ = TouchFilter(excluded_campaigns=("*Brand*", "a.c"))
    assert not filter_.lets_campaign("US | BRAND | exact")
    assert not filter_.lets_campaign("A.C")
    assert filter_.lets_campaign("abc")
    assert filter_.lets_campaign("")

"""What a preview foretells is what a run under the setting shows."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.journeys import Touchpoint
from headwater.domain.plain_settings import change_setting
from headwater.errors import InvalidParameterError
from headwater.usecases import preview_settings
from headwater.usecases.preview_settings import preview_setting
from headwater.usecases.published_runs import open_published_run
from tests.workshop import ACCOUNT, Workshop, at, span

if TYPE_CHECKING:
    from headwater.domain.settings import AccountSettings

type Figures = dict[tuple[str, str, str], dict[str, Any]]
FIRST, LAST = "2026-11-01", "2026-11-20"
TRIED: dict[str, dict[str, Any]] = {
    "time-zone": {"time_zone": "Asia/Tokyo"},
    "revenue": {"statuses": [10]},
    "windows": {"last_click_days": 2, "opt_in_days": 1},
    "tracking-start": {"tracking_start": "2026-11-12T00:00:00Z"},
    "domains": {"domains": ["partner.example"]},
}


@pytest.fixture(scope="module")
def shop() -> Workshop:
    shop = Workshop()
    # Tracking is older than every window.
    shop.visit("2026-09-01 09:00", "v0", source="google", medium="cpc", campaign="start")
    shop.visit("2026-11-10 09:00", "v1", source="google", medium="cpc", campaign="brand")
    shop.identify("2026-11-10 09:05", "v1", "ann@example.com", "s0002")
    referred = Touchpoint("s9", at("2026-11-12 09:00"), "v1", referrer="partner.example")
    shop.journeys.add_touchpoints(ACCOUNT, [referred], shop.clock.now())
    shop.click("2026-11-09 10:00", "bob@example.com", source="news", medium="email")
    shop.opt_in("2026-11-12 10:00", "bob@example.com")
    shop.order(1, "2026-11-13 10:00", "100.00")
    shop.order(2, "2026-11-13 11:00", "80.00", email="bob@example.com", status_id=2)
    # In Tokyo it is the day after.
    shop.order(3, "2026-11-20 20:00", "60.00")
    shop.order(4, "2026-11-14 10:00", "40.00", email="dan@example.com")
    shop.run(reported=False)
    return shop


def tried(shop: Workshop, name: str, values: dict[str, Any]) -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return preview_setting(ACCOUNT, name, values, span(FIRST, LAST), published, facts=shop.facts)


def figures(shop: Workshop) -> Figures:
    return {
        (model, row["kind"], row["channel"]): {
            name: row[name] for name in ("orders", "gross", "net")
        }
        for model, report in shop.roi_by_model(FIRST, LAST, by="channel").items()
        for row in report["rows"]
    }


@pytest.fixture(scope="module")
def before(shop: Workshop) -> Figures:
    return figures(shop)


def settings_of(shop: Workshop) -> AccountSettings:
    return shop.accounts.settings(ACCOUNT)


@pytest.mark.parametrize("name", [*TRIED])
def test_a_preview_foretells_the_run_that_follows_the_setting(
    shop: Workshop, before: Figures, name: str
) -> None:
    answer = tried(shop, name, TRIED[name])
    later = copy.deepcopy(shop)
    changed = change_setting(settings_of(later), name, TRIED[name])
    later.accounts.save_settings(ACCOUNT, changed, later.clock.now())
    later.run(reported=False)
    after = figures(later)
    foretold = {
        (row["model"], row["kind"], row["channel"]): (row["before"], row["after"])
        for row in answer["rows"]
    }
    assert foretold == {
        key: (before.get(key), after.get(key))
        for key in {*before, *after}
        if before.get(key) != after.get(key)
    }
    assert foretold


def test_the_totals_are_those_of_the_store(shop: Workshop) -> None:
    totals = tried(shop, "revenue", TRIED["revenue"])["totals"]
    assert totals["before"] == {"orders": 4, "gross": "280.00", "net": "280.00"}
    assert totals["after"] == {"orders": 3, "gross": "200.00", "net": "200.00"}


def test_the_present_value_changes_nothing(shop: Workshop) -> None:
    document = tried(shop, "windows", TRIED["windows"])["before"]
    answer = tried(shop, "windows", document)
    assert answer["rows"] == []
    assert answer["totals"]["before"] == answer["totals"]["after"]
    assert answer["before"] == answer["after"] == document


def test_of_too_large_an_account_the_facts_are_counted_only(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_settings, "MOST_FACTS", 7)
    answer = tried(shop, "revenue", TRIED["revenue"])
    assert (answer["is_count"], answer["facts"]) == (True, 8)
    assert (answer["totals"], answer["rows"]) == (None, None)


def test_a_value_out_of_bounds_is_refused(shop: Workshop) -> None:
    with pytest.raises(InvalidParameterError):
        tried(shop, "revenue", {"statuses": [5]})

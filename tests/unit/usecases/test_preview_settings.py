"""What a preview foretells is what a run under the setting shows."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from headwater.domain.journeys import Touchpoint
from headwater.domain.plain_settings import change_setting
from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError
from headwater.usecases import preview_settings
from headwater.usecases.preview_settings import Trial, preview_setting
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.restate_effects import RestatePorts, restate_effects
from tests.workshop import ACCOUNT, Workshop, at, span

type Figures = dict[tuple[str, str, str], dict[str, Any]]
FIRST, LAST = "2026-11-01", "2026-11-20"
PLAIN: dict[str, dict[str, Any]] = {
    "time-zone": {"time_zone": "Asia/Tokyo"},
    "revenue": {"statuses": [10]},
    "windows": {"last_click_days": 2, "opt_in_days": 1},
    "tracking-start": {"tracking_start": "2026-11-12T00:00:00Z"},
    "domains": {"domains": ["partner.example"]},
}
MODELS = {"last_click": {"window_days": 1}, "halves": {"kind": "position", "weights": [50, 0, 50]}}


def plain(name: str) -> Trial:
    return Trial(name, lambda was: change_setting(was, name, PLAIN[name]))


TRIALS = (
    *map(plain, PLAIN),
    Trial("attribution", lambda was: was.with_models(MODELS)),
    Trial("duplicates", lambda was: replace(was, duplicate_owners=("retail",))),
)


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
    # The same sale in two sources.
    shop.order(5, "2026-11-15 10:00", "70.00", email="eve@example.com")
    shop.order(6, "2026-11-15 10:05", "70.00", email="eve@example.com", source="retail")
    shop.run(reported=False)
    return shop


def tried(shop: Workshop, name: str, values: dict[str, Any]) -> dict[str, Any]:
    return foretold(shop, Trial(name, lambda was: change_setting(was, name, values)))


def foretold(shop: Workshop, trial: Trial) -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return preview_setting(ACCOUNT, trial, span(FIRST, LAST), published, facts=shop.facts)


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


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: str(trial.setting))
def test_a_preview_foretells_the_run_that_follows_the_setting(
    shop: Workshop, before: Figures, trial: Trial
) -> None:
    answer = foretold(shop, trial)
    later = copy.deepcopy(shop)
    changed = trial.change(settings_of(later))
    later.accounts.save_settings(ACCOUNT, changed, later.clock.now())
    later.run(reported=False)
    assert_foretold(answer, before, figures(later))


def assert_foretold(answer: dict[str, Any], before: Figures, after: Figures) -> None:
    told = {
        (row["model"], row["kind"], row["channel"]): (row["before"], row["after"])
        for row in answer["rows"]
    }
    assert told == {
        key: (before.get(key), after.get(key))
        for key in {*before, *after}
        if before.get(key) != after.get(key)
    }
    assert told


def test_a_model_that_only_one_side_has_is_told_of_that_side(shop: Workshop) -> None:
    answer = foretold(shop, Trial("attribution", lambda was: was.with_models(MODELS)))
    new = [row for row in answer["rows"] if row["model"] == "halves"]
    assert new
    assert all(row["before"] is None for row in new)
    assert answer["after"]["models"].keys() == MODELS.keys()


def test_a_restatement_is_tried_as_the_run_obeys_it() -> None:
    shop = Workshop(settings=AccountSettings(markov_min_paths=1))
    marks = {"source": "google", "medium": "cpc"}
    # His path has ended without an order.
    shop.click("2026-10-01 10:00", "dan@example.com", **marks)
    for order_id, day in ((1, "2026-11-10"), (2, "2026-11-11")):
        email = f"{order_id}@example.com"
        shop.click(f"{day} 09:00", email, source="news", medium="email")
        shop.click(f"{day} 10:00", email, **marks)
        shop.order(order_id, f"{day} 11:00", email=email)
    shop.run(reported=False)
    # What comes to light late is in no version yet.
    shop.click("2026-11-12 10:00", "eve@example.com", source="news", medium="email")
    shop.order(3, "2026-11-12 11:00", email="eve@example.com")
    shop.run(reported=False)
    before = figures(shop)
    answer = foretold(shop, Trial("effects", lambda was: was, "2026-11"))
    assert (answer["before"], answer["after"]) == ({"from": None}, {"from": "2026-11"})
    ports = RestatePorts(shop.accounts, shop.runs, shop.lake, shop.pipeline, shop.clock)
    restate_effects(ACCOUNT, "2026-11", ports=ports)
    shop.run(reported=False)
    assert_foretold(answer, before, figures(shop))
    assert {row["model"] for row in answer["rows"]} == {"markov"}
    assert foretold(shop, Trial("effects", lambda was: was, "2026-12"))["rows"] == []


def test_the_totals_are_those_of_the_store(shop: Workshop) -> None:
    totals = tried(shop, "revenue", PLAIN["revenue"])["totals"]
    assert totals["before"] == {"orders": 6, "gross": "420.00", "net": "420.00"}
    assert totals["after"] == {"orders": 5, "gross": "340.00", "net": "340.00"}


def test_the_present_value_changes_nothing(shop: Workshop) -> None:
    document = tried(shop, "windows", PLAIN["windows"])["before"]
    answer = tried(shop, "windows", document)
    assert answer["rows"] == []
    assert answer["totals"]["before"] == answer["totals"]["after"]
    assert answer["before"] == answer["after"] == document


def test_of_too_large_an_account_the_facts_are_counted_only(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_settings, "MOST_FACTS", 7)
    answer = tried(shop, "revenue", PLAIN["revenue"])
    assert (answer["is_count"], answer["facts"]) == (True, 10)
    assert (answer["totals"], answer["rows"]) == (None, None)


def test_a_value_out_of_bounds_is_refused(shop: Workshop) -> None:
    with pytest.raises(InvalidParameterError):
        tried(shop, "revenue", {"statuses": [5]})

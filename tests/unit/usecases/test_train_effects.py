"""Effects of a whole account: what they are trained on, when, and that they stay as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.effect_months import Restatement
from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_rules import SubscriptionRule
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.restate_effects import RestatePorts, restate_effects
from headwater.usecases.serve_effects import list_effects, serve_effects
from headwater.usecases.train_effects import train_effects
from tests.workshop import ACCOUNT, Workshop, at

if TYPE_CHECKING:
    from headwater.usecases.published_runs import PublishedRun

EMAIL = {"source": "klaviyo", "medium": "email"}
SEARCH = {"source": "google", "medium": "cpc"}
SOCIAL = {"source": "facebook", "medium": "paid"}


@pytest.fixture
def shop() -> Workshop:
    return Workshop(settings=AccountSettings(markov_min_paths=1))


def published(shop: Workshop) -> PublishedRun:
    return open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)


def versions(shop: Workshop) -> dict[str, dict[str, Any]]:
    rows = list_effects(ACCOUNT, published(shop), facts=shop.facts)["rows"]
    return {row["month"]: row for row in rows}


def version(shop: Workshop, month: str = "2026-11") -> dict[str, Any]:
    return serve_effects(ACCOUNT, month, published(shop), facts=shop.facts)


def paths(shop: Workshop, month: str = "2026-11") -> tuple[int, int]:
    row = versions(shop)[month]
    return row["converting_paths"], row["null_paths"]


def restate(shop: Workshop, month: str) -> dict[str, Any]:
    ports = RestatePorts(shop.accounts, shop.runs, shop.lake, shop.pipeline, shop.clock)
    return restate_effects(ACCOUNT, month, ports=ports)


def change(shop: Workshop, **settings: object) -> None:
    changed = replace(shop.accounts.settings(ACCOUNT), **settings)  # type: ignore[arg-type]
    shop.accounts.save_settings(ACCOUNT, changed, shop.clock.now())


def buyer(shop: Workshop, number: int, day: str) -> None:
    """Let somebody click twice and order."""
    email = f"buyer{number}@example.com"
    shop.click(f"{day} 08:00", email, **EMAIL)
    shop.click(f"{day} 09:00", email, **SEARCH)
    shop.order(number, f"{day} 15:00", email=email)


def test_the_published_example_comes_out_of_clicks_and_orders(shop: Workshop) -> None:
    """Email > search > social converts; email, and search > social, do not."""
    for hour, marks in ((8, EMAIL), (9, SEARCH), (10, SOCIAL)):
        shop.click(f"2026-10-01 0{hour - 5}:00", "ann@example.com", **marks)
    shop.order(1, "2026-10-01 15:00")
    shop.click("2026-10-01 03:00", "bob@example.com", **EMAIL)
    shop.click("2026-10-01 04:00", "cid@example.com", **SEARCH)
    shop.click("2026-10-01 05:00", "cid@example.com", **SOCIAL)
    shop.run(reported=False)
    trained = version(shop)
    assert (trained["method"], trained["reason"]) == ("markov", "")
    assert (trained["converting_paths"], trained["null_paths"]) == (1, 2)
    assert trained["channels"] == [
        {"channel": "email", "removal_effect": "0.500000", "share": "0.200000"},
        {"channel": "paid_search", "removal_effect": "1.000000", "share": "0.400000"},
        {"channel": "paid_social", "removal_effect": "1.000000", "share": "0.400000"},
    ]
    steps = {(step["from"], step["to"]): step["count"] for step in trained["transitions"]}
    assert steps["(start)", "email"] == 2
    assert steps["paid_social", "(conversion)"] == steps["paid_social", "(null)"] == 1


def test_a_visitor_whom_nothing_identifies_is_a_journey_too(shop: Workshop) -> None:
    buyer(shop, 1, "2026-10-01")
    shop.visit("2026-10-01 09:00", "stranger", **SEARCH)
    shop.run(reported=False)
    assert paths(shop) == (1, 1)


def test_only_orders_that_clicks_can_explain_are_conversions(shop: Workshop) -> None:
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    change(shop, subscription_rules=(rule,))
    shop.click("2026-09-01 09:00", **SEARCH)
    shop.order(1, "2026-09-01 10:00", staff_notes="sub_1")
    shop.click("2026-10-01 09:00", **EMAIL)
    shop.order(2, "2026-10-01 10:00", staff_notes="sub_1", order_source="external")
    for number, more in ((3, {"is_test": True}), (4, {"external_source": "M-MIG"})):
        shop.click("2026-10-01 09:00", f"{number}@example.com", **SOCIAL)
        shop.order(number, "2026-10-01 10:00", email=f"{number}@example.com", **more)
    shop.run(reported=False)
    # Who bought otherwise is no null path either.
    assert paths(shop) == (1, 0)


@pytest.mark.parametrize(
    ("converting", "null", "reason"),
    [
        (3, 3, ""),
        (2, 3, "2 converting paths, fewer than 3"),
        (3, 2, "2 null paths, fewer than 3"),
        (1, 0, "1 converting paths and 0 null paths, fewer than 3"),
    ],
)
def test_below_the_threshold_a_months_version_is_linear_all_and_says_why(
    shop: Workshop, converting: int, null: int, reason: str
) -> None:
    change(shop, markov_min_paths=3)
    for number in range(converting):
        buyer(shop, number, "2026-10-01")
    for number in range(null):
        shop.click("2026-10-01 09:00", f"idle{number}@example.com", **SEARCH)
    # A run needs something.
    shop.order(99, "2026-10-01 15:00", email="no@example.com")
    shop.run(reported=False)
    row = versions(shop)["2026-11"]
    assert row["reason"] == reason
    assert row["method"] == ("linear_all" if reason else "markov")


def test_the_threshold_is_2000_paths_of_each_kind_by_default() -> None:
    shop = Workshop()
    buyer(shop, 1, "2026-10-01")
    shop.run(reported=False)
    assert versions(shop)["2026-11"]["reason"] == (
        "1 converting paths and 0 null paths, fewer than 2,000"
    )


def test_an_account_without_any_click_has_a_version_too(shop: Workshop) -> None:
    shop.run(reported=False)
    assert version(shop)["channels"] == []
    assert paths(shop) == (0, 0)


def test_the_first_version_rests_on_all_there_is_and_later_ones_on_a_year_of_whole_months(
    shop: Workshop,
) -> None:
    buyer(shop, 1, "2024-10-01")
    buyer(shop, 2, "2026-11-20")
    shop.run(reported=False)
    assert paths(shop) == (2, 0)
    shop.days_later(15)
    buyer(shop, 3, "2026-12-02")
    shop.run(reported=False)
    assert paths(shop, "2026-12") == (1, 0)
    december = versions(shop)["2026-12"]
    assert december["trained_from"] == "2025-12-01T00:00:00+00:00"
    assert december["trained_until"] == "2026-12-01T00:00:00+00:00"


def test_a_frozen_version_is_the_same_object_whatever_happens_to_its_journeys(
    shop: Workshop,
) -> None:
    buyer(shop, 1, "2026-10-01")
    shop.run(reported=False)
    frozen = shop.objects()["effects"]["2026-11"]
    buyer(shop, 2, "2026-10-02")
    change(shop, markov_min_paths=5, time_zone="Asia/Tokyo")
    shop.days_later(5)
    shop.run(reported=False)
    shop.days_later(70)
    shop.run(reported=False)
    objects = shop.objects()["effects"]
    assert list(objects) == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert objects["2026-11"] == frozen


def test_a_version_of_a_run_that_did_not_finish_is_not_frozen(shop: Workshop) -> None:
    buyer(shop, 1, "2026-10-01")
    run = shop.begin()
    shop.export(run)
    shop.compute(run, reported=False)
    shop.runs.release(ACCOUNT, run)
    buyer(shop, 2, "2026-10-02")
    shop.run(reported=False)
    assert paths(shop) == (2, 0)


def test_a_step_that_runs_twice_writes_the_same(shop: Workshop) -> None:
    buyer(shop, 1, "2026-10-01")
    run = shop.begin()
    shop.export(run)
    shop.compute(run, reported=False)
    before = dict(shop.lake.objects), set(shop.facts.objects)
    train_effects(ACCOUNT, run, desk=shop.desk, facts=shop.facts)
    assert (shop.lake.objects, set(shop.facts.objects)) == before


def test_a_restatement_trains_the_versions_from_its_month_on_and_once(shop: Workshop) -> None:
    buyer(shop, 1, "2026-10-01")
    shop.run(reported=False)
    shop.days_later(40)
    shop.run(reported=False)
    before = shop.objects()["effects"]
    buyer(shop, 2, "2026-10-02")
    answer = restate(shop, "2026-12")
    assert answer["from"] == "2026-12"
    assert shop.pipeline.pulled == [ACCOUNT]
    shop.run(reported=False)
    after = shop.objects()["effects"]
    assert after["2026-11"] == before["2026-11"]
    assert (paths(shop, "2026-11"), paths(shop, "2026-12")) == ((1, 0), (2, 0))
    buyer(shop, 3, "2026-10-03")
    shop.run(reported=False)
    assert shop.objects()["effects"] == after


def test_a_restatement_of_the_first_version_rests_on_all_there_is(shop: Workshop) -> None:
    buyer(shop, 1, "2026-10-01")
    shop.run(reported=False)
    buyer(shop, 2, "2020-10-02")
    restate(shop, "2020-01")
    shop.run(reported=False)
    assert list(shop.objects()["effects"]) == ["2026-11"]
    assert paths(shop) == (2, 0)


def test_a_request_that_waits_is_kept_from_the_earlier_of_two_months(shop: Workshop) -> None:
    shop.run(reported=False)
    shop.clock.advance(timedelta(minutes=1))
    first = restate(shop, "2026-11")
    shop.clock.advance(timedelta(minutes=1))
    assert restate(shop, "2026-11") == first
    earlier = restate(shop, "2026-10")
    assert restate(shop, "2026-11") == earlier
    assert earlier["from"] == "2026-10"
    asked = shop.accounts.settings(ACCOUNT).effects_restatement
    assert asked == Restatement("2026-10", shop.clock.now())
    shop.run(reported=False)
    shop.clock.advance(timedelta(minutes=1))
    assert restate(shop, "2026-11")["from"] == "2026-11"


def test_a_request_that_comes_during_a_run_waits_for_the_next_one(shop: Workshop) -> None:
    buyer(shop, 1, "2026-10-01")
    shop.run(reported=False)
    buyer(shop, 2, "2026-10-02")
    run = shop.begin()
    shop.export(run)
    restate(shop, "2026-11")
    shop.compute(run, reported=False)
    shop.finish(run)
    assert paths(shop) == (1, 0)
    shop.run(reported=False)
    assert paths(shop) == (2, 0)


@pytest.mark.parametrize("month", ["2026-12", "2026-13", "11", ""])
def test_only_a_month_that_has_begun_is_restated(shop: Workshop, month: str) -> None:
    shop.run(reported=False)
    before = shop.accounts.settings(ACCOUNT)
    with pytest.raises(InvalidParameterError, match="from"):
        restate(shop, month)
    assert shop.accounts.settings(ACCOUNT) == before


def test_before_the_first_run_nothing_is_frozen(shop: Workshop) -> None:
    with pytest.raises(UnknownResourceError):
        restate(shop, "2026-11")


def test_a_month_without_a_version_is_unknown(shop: Workshop) -> None:
    shop.run(reported=False)
    with pytest.raises(UnknownResourceError):
        version(shop, "2026-10")


def test_training_ends_where_its_month_begins(shop: Workshop) -> None:
    shop.run(reported=False)
    shop.days_later(15)
    shop.click("2026-11-30 23:00", **SEARCH)
    shop.order(1, "2026-11-30 23:59")
    shop.click("2026-11-30 23:30", "bob@example.com", **SEARCH)
    shop.order(2, "2026-12-01 00:00", email="bob@example.com")
    shop.run(reported=False)
    assert paths(shop, "2026-12") == (1, 0)
    assert at("2026-12-01").isoformat() == versions(shop)["2026-12"]["trained_until"]


def test_a_threshold_of_no_path_at_all_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="markov_min_paths"):
        AccountSettings(markov_min_paths=0)


def test_later_training_leaves_older_credits_and_a_restatement_changes_them(
    shop: Workshop,
) -> None:
    for hour, marks in ((3, EMAIL), (4, SEARCH), (5, SOCIAL)):
        shop.click(f"2026-10-01 0{hour}:00", "ann@example.com", **marks, campaign=str(hour))
    shop.order(1, "2026-10-01 15:00", "100.00")
    shop.click("2026-10-01 03:00", "bob@example.com", **EMAIL)
    shop.click("2026-10-01 04:00", "cid@example.com", **SEARCH)
    shop.click("2026-10-01 05:00", "cid@example.com", **SOCIAL)
    shop.run(reported=False)
    assert shop.credited(1, "markov") == {"3": "20.00", "4": "40.00", "5": "40.00"}
    explained = shop.explain(1)
    weights = [touch["models"]["markov"]["weight"] for touch in explained["path"]]
    assert weights == [500_000, 10**6, 10**6]
    assert list(explained["markov_weights"].values()) == weights
    before = shop.objects()["credits"]
    shop.days_later(20)
    for number in range(2, 12):
        email = f"buyer{number}@example.com"
        shop.click("2026-11-22 08:00", email, **EMAIL)
        shop.order(number, "2026-11-22 15:00", email=email)
    shop.run(reported=False)
    assert shop.objects()["credits"]["2026-10"] == before["2026-10"]
    effects = {
        row["channel"]: row["removal_effect"] for row in version(shop, "2026-12")["channels"]
    }
    assert effects["email"] > effects["paid_search"]
    assert shop.credited(1, "markov") == {"3": "20.00", "4": "40.00", "5": "40.00"}
    restate(shop, "2026-11")
    shop.run(reported=False)
    restated = {row["channel"]: row["removal_effect"] for row in version(shop)["channels"]}
    effects_ = [Decimal(restated[name]) for name in ("email", "paid_search", "paid_social")]
    given = shop.credited(1, "markov")
    assert sum(map(Decimal, given.values())) == 100
    for share, weight in zip(given.values(), effects_, strict=True):
        assert abs(Decimal(share) - 100 * weight / sum(effects_)) < Decimal("0.01")
    assert Decimal(given["3"]) > 50


def test_below_the_threshold_markov_gives_what_linear_all_gives() -> None:
    shop = Workshop()
    for hour, marks in ((3, EMAIL), (4, SEARCH), (5, SEARCH)):
        shop.click(f"2026-11-01 0{hour}:00", **marks, campaign=str(hour))
    shop.order(1, "2026-11-01 15:00", "100.00")
    shop.run(reported=False)
    expected = {"3": "33.34", "4": "33.33", "5": "33.33"}
    assert shop.credited(1, "markov") == shop.credited(1, "linear_all") == expected


def test_an_orders_trail_names_the_version_that_it_was_split_by(shop: Workshop) -> None:
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    change(shop, subscription_rules=(rule,), markov_min_paths=2)
    shop.click("2026-11-01 09:00", **SEARCH)
    shop.order(1, "2026-11-01 15:00", staff_notes="sub_1")
    shop.run(reported=False)
    shop.days_later(15)
    shop.order(2, "2026-12-01 15:00", staff_notes="sub_1", order_source="external")
    shop.order(3, "2026-12-01 15:00", email="bob@example.com")
    shop.run(reported=False)
    assert [shop.trail(number)["effects"]["month"] for number in (1, 2, 3)] == [
        "2026-11",
        "2026-11",
        "2026-12",
    ]
    assert shop.trail(1)["effects"] == versions(shop)["2026-11"]
    assert "fewer than 2" in shop.trail(1)["effects"]["reason"]


def test_a_report_names_the_versions_of_its_range_under_markov_alone(shop: Workshop) -> None:
    buyer(shop, 1, "2026-10-01")
    shop.run(reported=False)
    shop.days_later(15)
    shop.run(reported=False)
    report = shop.roi("2026-01-01", "2026-12-02", model="markov")
    assert [row["month"] for row in report["effects"]] == ["2026-11", "2026-12"]
    assert [
        row["month"] for row in shop.roi("2026-01-01", "2026-11-29", model="markov")["effects"]
    ] == ["2026-11"]
    assert shop.roi("2026-01-01", "2026-12-02", model="linear_all")["effects"] is None

"""The whole way from stored items to credits, on journeys small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from headwater.domain.models import MODELS
from headwater.domain.subscription_rules import SubscriptionRule
from tests.workshop import ACCOUNT, Workshop


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def test_each_role_gives_the_order_to_its_own_click(shop: Workshop) -> None:
    shop.click("2026-11-01 09:00", source="google", medium="cpc", campaign="first")
    shop.click("2026-11-05 09:00", source="facebook", medium="paid", campaign="lead")
    shop.opt_in("2026-11-05 10:00")
    shop.click("2026-11-12 09:00", source="klaviyo", medium="email", campaign="again")
    shop.opt_in("2026-11-12 10:00", kind="list")
    shop.click("2026-11-19 09:00", source="bing", medium="cpc", campaign="last")
    shop.order(1, "2026-11-20 15:00", "100.00")
    shop.run(reported=False)
    assert shop.credited(1, "first_click") == {"first": "100.00"}
    assert shop.credited(1, "new_lead") == {"lead": "100.00"}
    assert shop.credited(1, "reengaged_lead") == {"again": "100.00"}
    assert shop.credited(1, "last_click") == {"last": "100.00"}
    assert shop.credited(1, "linear") == dict.fromkeys(("first", "lead", "again", "last"), "25.00")
    assert shop.credited(1, "full_impact") == dict.fromkeys(
        ("first", "lead", "again", "last"), "100.00"
    )


def test_cents_that_do_not_divide_go_to_the_earliest_touches(shop: Workshop) -> None:
    shop.click("2026-11-01 09:00", campaign="first", source="a", medium="cpc")
    shop.click("2026-11-05 09:00", campaign="lead", source="a", medium="cpc")
    shop.opt_in("2026-11-05 10:00")
    shop.click("2026-11-19 09:00", campaign="last", source="a", medium="cpc")
    shop.order(1, "2026-11-20 15:00", "100.00")
    shop.run(reported=False)
    assert shop.credited(1, "linear") == {"first": "33.34", "lead": "33.33", "last": "33.33"}


def test_one_click_that_fills_all_roles_gets_the_order_once(shop: Workshop) -> None:
    shop.click("2026-11-19 09:00", campaign="only", source="a", medium="cpc")
    shop.order(1, "2026-11-20 15:00", "100.00")
    shop.run(reported=False)
    for model in ("first_click", "last_click", "linear", "full_impact", "new_lead"):
        assert shop.credited(1, model) == {"only": "100.00"}
    assert shop.credited(1, "reengaged_lead") == {}


def test_direct_visits_count_only_where_there_is_nothing_else(shop: Workshop) -> None:
    shop.visit("2026-11-18 09:00", "v1", source="google", medium="cpc", campaign="brand")
    shop.visit("2026-11-20 14:00", "v1")
    shop.visit("2026-11-20 14:30", "v2")
    shop.identify("2026-11-20 14:05", "v1", "ann@example.com")
    shop.identify("2026-11-20 14:35", "v2", "bob@example.com")
    shop.order(1, "2026-11-20 15:00")
    shop.order(2, "2026-11-20 15:00", email="bob@example.com")
    shop.run(reported=False)
    assert shop.credited(1, "last_click") == {"brand": "100.00"}
    assert [touch["channel"] for touch in shop.trail(2)["touches"]] == ["direct"]


def test_the_last_click_window_holds_both_its_ends(shop: Workshop) -> None:
    shop.click("2026-10-21 15:00", campaign="on the edge", source="a", medium="cpc")
    shop.click("2026-10-21 14:59", "bob@example.com", campaign="too old", source="a", medium="cpc")
    shop.order(1, "2026-11-20 15:00")
    shop.order(2, "2026-11-20 15:00", email="bob@example.com")
    shop.run(reported=False)
    assert shop.credited(1, "last_click") == {"on the edge": "100.00"}
    assert shop.credited(2, "last_click") == {}
    assert shop.credited(2, "first_click") == {"too old": "100.00"}


def test_a_click_after_the_order_earns_nothing(shop: Workshop) -> None:
    shop.click("2026-11-20 15:00", campaign="same second", source="a", medium="cpc")
    shop.click("2026-11-20 15:01", campaign="later", source="a", medium="cpc")
    shop.order(1, "2026-11-20 15:00")
    shop.run(reported=False)
    assert shop.credited(1, "last_click") == {"same second": "100.00"}
    assert shop.credited(1, "first_click") == {"same second": "100.00"}


def test_gross_and_net_go_to_the_same_touches_and_each_sums_exactly(shop: Workshop) -> None:
    shop.click("2026-11-01 09:00", campaign="first", source="a", medium="cpc")
    shop.click("2026-11-19 09:00", campaign="last", source="a", medium="cpc")
    shop.order(1, "2026-11-20 15:00", "100.01", status_id=4)
    shop.run(reported=False)
    trail = shop.trail(1)
    assert trail["order"]["gross"] == "100.01"
    assert trail["order"]["net"] == "0.00"
    gross = [Decimal(touch["credits"]["linear"]["gross"]) for touch in trail["touches"]]
    assert gross == [Decimal("50.01"), Decimal("50.00")]


def test_a_rebill_inherits_the_credit_of_its_initial_order(shop: Workshop) -> None:
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    shop.accounts.save_settings(
        ACCOUNT, replace(shop.settings, subscription_rules=(rule,)), shop.clock.now()
    )
    shop.click("2026-09-19 09:00", campaign="acquired", source="a", medium="cpc")
    shop.order(1, "2026-09-20 15:00", "30.00", staff_notes="sub_42")
    shop.click("2026-11-19 09:00", campaign="reminder", source="klaviyo", medium="email")
    shop.order(2, "2026-11-20 15:00", "29.00", order_source="external", staff_notes="sub_42")
    shop.run(reported=False)
    assert shop.trail(2)["order"]["kind"] == "rebill"
    assert shop.credited(2, "last_click") == {"acquired": "29.00"}
    assert shop.credited(2, "linear") == {"acquired": "29.00"}


def test_orders_of_channels_that_no_click_can_explain_stand_apart(shop: Workshop) -> None:
    shop.order(1, "2026-11-20 15:00", "10.00", order_source="amazon")
    shop.order(2, "2026-11-20 15:00", "20.00", external_source="M-MIG", email="b@example.com")
    shop.order(3, "2026-11-20 15:00", "40.00", is_test=True, email="c@example.com")
    shop.click("2026-11-19 09:00", "d@example.com", campaign="x", source="a", medium="cpc")
    shop.order(4, "2026-11-20 15:00", "80.00", order_source="manual", email="d@example.com")
    shop.run(reported=False)
    report = shop.roi("2026-11-20", "2026-11-20")
    rows = {row["kind"]: row["net"] for row in report["rows"]}
    assert rows["untracked_channel"] == "10.00"
    assert rows["migrated"] == "20.00"
    assert rows["test"] == "40.00"
    assert rows["credited"] == "80.00"
    assert report["totals"]["net"] == "150.00"


def test_the_first_claim_received_links_its_visitor_and_a_liar_links_nobody(
    shop: Workshop,
) -> None:
    shop.visit("2026-11-20 14:50", "v1", source="google", medium="cpc", campaign="true")
    shop.visit("2026-11-20 14:50", "v2", source="evil", medium="cpc", campaign="liar")
    shop.claim(1, "v1", "2026-11-20 15:01")
    shop.claim(1, "v2", "2026-11-20 15:02")
    shop.claim(2, "v2", "2026-11-20 18:00")
    shop.claim(3, "v2", "2026-11-20 15:00", email="other@example.com")
    shop.order(1, "2026-11-20 15:00")
    shop.order(2, "2026-11-20 15:00", email="bob@example.com")
    shop.order(3, "2026-11-20 15:00", email="cid@example.com")
    shop.run(reported=False)
    assert shop.credited(1, "last_click") == {"true": "100.00"}
    assert shop.credited(2, "last_click") == {}
    assert shop.credited(3, "last_click") == {}


def test_a_script_that_claims_every_order_id_wins_none(shop: Workshop) -> None:
    shop.visit("2026-11-01 10:00", "script", source="evil", medium="cpc", campaign="guess")
    shop.visit("2026-11-20 14:50", "v1", source="google", medium="cpc", campaign="true")
    for number in range(1, 15):
        day = 5 + number
        shop.order(number, f"2026-11-{day:02} 15:00", email=f"{number}@example.com")
        # Here it is lucky: its sweep meets this order within the hour.
        shop.claim(number, "script", "2026-11-18 14:58")
    shop.order(15, "2026-11-20 15:00")
    shop.claim(15, "script", "2026-11-20 14:59")
    shop.claim(15, "v1", "2026-11-20 15:01")
    shop.run(reported=False)
    assert all(shop.credited(number, "first_click") == {} for number in range(1, 15))
    assert shop.credited(15, "first_click") == {"true": "100.00"}


def test_a_claim_before_its_order_wins_only_where_the_order_page_says_nothing(
    shop: Workshop,
) -> None:
    shop.visit("2026-11-20 14:50", "early", source="evil", medium="cpc", campaign="guess")
    shop.visit("2026-11-20 14:50", "v1", source="google", medium="cpc", campaign="true")
    for number in (1, 2):
        shop.claim(number, "early", "2026-11-20 14:58")
        shop.order(number, "2026-11-20 15:00", email=f"{number}@example.com")
    shop.claim(1, "v1", "2026-11-20 15:01")
    shop.run(reported=False)
    assert shop.credited(1, "last_click") == {"true": "100.00"}
    assert shop.credited(2, "last_click") == {"guess": "100.00"}


def test_a_counter_that_claims_many_orders_in_time_is_believed(shop: Workshop) -> None:
    shop.visit("2026-11-01 10:00", "counter", source="google", medium="cpc", campaign="shop")
    for number in range(1, 10):
        shop.order(number, f"2026-11-{5 + number:02} 15:00", email=f"{number}@example.com")
        shop.claim(number, "counter", f"2026-11-{5 + number:02} 15:01")
    shop.run(reported=False)
    assert shop.credited(1, "first_click") == {"shop": "100.00"}


def test_on_a_shared_tablet_each_session_belongs_to_who_showed_himself_in_it(
    shop: Workshop,
) -> None:
    shop.visit("2026-11-10 10:00", "tablet", "s-ann", source="a", medium="cpc", campaign="anns")
    shop.identify("2026-11-10 10:05", "tablet", "ann@example.com", "s-ann")
    shop.visit("2026-11-11 10:00", "tablet", "s-bob", source="a", medium="cpc", campaign="bobs")
    shop.identify("2026-11-11 10:05", "tablet", "bob@example.com", "s-bob")
    shop.order(1, "2026-11-20 15:00")
    shop.order(2, "2026-11-20 15:00", email="bob@example.com")
    shop.run(reported=False)
    assert shop.credited(1, "linear") == {"anns": "100.00"}
    assert shop.credited(2, "linear") == {"bobs": "100.00"}


def test_visits_before_an_identification_a_year_later_belong_to_him(shop: Workshop) -> None:
    shop.visit("2025-11-10 10:00", "v1", source="a", medium="cpc", campaign="long ago")
    shop.identify("2026-11-10 10:05", "v1", "ann@example.com", "another session")
    shop.order(1, "2026-11-20 15:00")
    shop.run(reported=False)
    assert shop.credited(1, "first_click") == {"long ago": "100.00"}


def test_a_person_known_before_tracking_has_no_first_click(shop: Workshop) -> None:
    shop.visit("2026-11-01 10:00", "v0", source="x", medium="cpc", campaign="starts tracking")
    shop.order(1, "2026-10-01 15:00", "50.00")
    shop.visit("2026-11-18 10:00", "v1", source="a", medium="cpc", campaign="later")
    shop.identify("2026-11-18 10:05", "v1", "ann@example.com")
    shop.order(2, "2026-11-20 15:00")
    shop.run(reported=False)
    trail = shop.trail(2)
    assert trail["rest"]["first_click"] == {
        "kind": "pre_tracking",
        "gross": "100.00",
        "net": "100.00",
    }
    assert shop.credited(2, "last_click") == {"later": "100.00"}
    assert shop.credited(2, "linear") == {"later": "100.00"}
    assert shop.trail(1)["rest"]["linear"]["kind"] == "pre_tracking"


def test_an_order_that_no_click_explains_is_unattributed(shop: Workshop) -> None:
    shop.visit("2026-01-01 10:00", "v0", source="x", medium="cpc", campaign="starts tracking")
    shop.order(1, "2026-11-20 15:00")
    shop.run(reported=False)
    for model in MODELS:
        assert shop.trail(1)["rest"][model]["kind"] == "unattributed"
        assert shop.trail(1)["rest"][model]["net"] == "100.00"


def test_a_touch_that_takes_no_part_in_a_model_differs_from_one_that_gets_nothing(
    shop: Workshop,
) -> None:
    shop.click("2026-11-01 09:00", campaign="first", source="a", medium="cpc")
    shop.click("2026-11-19 09:00", campaign="last", source="a", medium="cpc")
    shop.order(1, "2026-11-20 15:00", "0.00")
    shop.run(reported=False)
    first, last = shop.trail(1)["touches"]
    assert "last_click" not in first["credits"]
    assert last["credits"]["last_click"] == {"gross": "0.00", "net": "0.00"}
    report = shop.roi("2026-11-20", "2026-11-20", model="last_click")
    assert {
        row["campaign"]: row["orders"] for row in report["rows"] if row["kind"] == "credited"
    } == {
        "last": 1,
    }


def test_campaign_names_of_any_script_and_of_two_kilobytes_come_through_whole(
    shop: Workshop,
) -> None:
    long, foreign = "x" * 2_048, "夏のセール | ñandú 🎧 'quoted' \"too\"; --"
    shop.click("2026-11-18 09:00", source="a", medium="cpc", campaign=long)
    shop.click("2026-11-19 09:00", source="a", medium="cpc", campaign=foreign)
    shop.order(1, "2026-11-20 15:00", "100.00")
    shop.run(reported=False)
    assert shop.credited(1, "linear_all") == {long: "50.00", foreign: "50.00"}

"""What is explained of an order is what the run stored of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from headwater.domain.attribution.apportion import exact_parts
from headwater.domain.journeys import Edge
from headwater.domain.nodes import email_node
from headwater.domain.subscription_rules import SubscriptionRule
from headwater.errors import UnknownResourceError
from tests.explaining import explain_all, explained_amounts, stored_amounts
from tests.random_shop import Events, events, happen, open_shop
from tests.workshop import ACCOUNT, STORE, Workshop

type Explanations = dict[int, dict[str, Any]]

MINE = {
    "mine": {
        "kind": "position",
        "campaign_first": True,
        "conversion_cycle": True,
        "excluded_campaigns": ["*brand*"],
        "orders": "repeat",
    }
}


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return a small shop in which most of what can happen to a touch happens."""
    shop = Workshop()
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    settings = replace(shop.settings, subscription_rules=(rule,)).with_models(MINE)
    shop.accounts.save_settings(ACCOUNT, settings, shop.clock.now())
    shop.visit("2026-08-30 10:00", "v0", source="x", medium="cpc", campaign="starts tracking")
    shop.order(1, "2026-08-01 15:00", "50.00", email="old@example.com")
    shop.visit("2026-09-18 10:00", "v1", source="google", medium="cpc", campaign="first")
    shop.identify("2026-09-18 10:05", "v1", "ann@example.com")
    shop.opt_in("2026-09-18 10:05")
    shop.click("2026-09-19 09:00", source="google", medium="cpc", campaign="brand")
    shop.order(2, "2026-09-20 15:00", "30.01", staff_notes="sub_42")
    shop.visit("2026-11-08 10:00", "v1")
    shop.click("2026-11-10 09:00", source="klaviyo", medium="email", campaign="news")
    shop.opt_in("2026-11-10 10:00", kind="list")
    shop.click("2026-11-18 09:00", source="bing", medium="cpc", campaign="generic")
    shop.order(3, "2026-11-19 15:00", "100.01", status_id=4)
    shop.order(4, "2026-11-20 15:00", "29.00", order_source="external", staff_notes="sub_42")
    shop.click("2026-11-20 18:00", source="bing", medium="cpc", campaign="too late")
    shop.visit("2026-11-19 10:00", "v3")
    shop.claim(5, "v3", "2026-11-20 10:10")
    shop.order(5, "2026-11-20 10:00", "7.77", email="bob@example.com")
    shop.order(6, "2026-11-20 15:00", "10.00", order_source="amazon", email="c@example.com")
    shop.run(reported=False)
    return shop


@pytest.fixture(scope="module")
def explained(shop: Workshop) -> Explanations:
    return {order: shop.explain(order) for order in range(1, 7)}


def minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def recomputed(path: list[dict[str, Any]], model: str, revenue: int) -> dict[str, int]:
    """Return touch → minor units, by hand from the weights that the explanation gives."""
    shares = {
        touch["touch_id"]: touch["models"][model]["weight"]
        for touch in path
        if "weight" in touch["models"][model]
    }
    if model == "full_impact":
        return dict.fromkeys(shares, revenue)
    sign = -1 if revenue < 0 else 1
    parts = exact_parts(list(shares.values()), abs(revenue)) if shares else []
    return {touch: sign * part for touch, part in zip(shares, parts, strict=True)}


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5, 6])
def test_the_cents_of_every_order_follow_from_its_explanation(
    shop: Workshop, explained: Explanations, order: int
) -> None:
    trail, explanation = shop.trail(order), explained[order]
    for model in trail["rest"]:
        for money in ("gross", "net"):
            stored = {
                touch["touch_id"]: minor(touch["credits"][model][money])
                for touch in trail["touches"]
                if model in touch["credits"]
            }
            revenue = minor(trail["order"][money])
            assert recomputed(explanation["path"], model, revenue) == stored, (model, money)
    assert (explanation["agrees"], explanation["differences"]) == (True, [])


def reasons(explanation: dict[str, Any], model: str) -> dict[str, str]:
    return {
        touch["campaign"]: touch["models"][model].get("excluded", "")
        for touch in explanation["path"]
    }


def test_every_touch_of_the_journey_tells_the_rule_that_excludes_it(
    explained: Explanations,
) -> None:
    assert reasons(explained[3], "last_click") == {
        "first": "before_window",
        "brand": "before_window",
        "": "direct_beside_others",
        "news": "not_the_last",
        "generic": "",
        "too late": "after_order",
    }
    assert reasons(explained[3], "reengaged_lead")["generic"] == "after_opt_in"
    assert reasons(explained[3], "mine")["brand"] == "before_window"
    assert reasons(explained[2], "mine")["first"] == "order_not_in_scope"
    assert reasons(explained[3], "last_paid")["news"] == "not_paid"
    assert reasons(explained[3], "linear")["too late"] == "after_order"


def test_a_rebill_shows_the_path_that_it_inherits(explained: Explanations) -> None:
    explanation = explained[4]
    assert explanation["inherited_from"] == {"source": STORE, "order_id": "2"}
    assert reasons(explained[4], "last_click")["news"] == "after_order"
    assert explanation["windows"]["last_click"] == {
        "from": "2026-08-21T15:00:00+00:00",
        "to": "2026-09-20T15:00:00+00:00",
    }


def test_an_order_that_is_no_revenue_cannot_be_explained(shop: Workshop) -> None:
    with pytest.raises(UnknownResourceError):
        shop.explain(99)


def test_an_explanation_names_all_that_the_cents_depend_on(explained: Explanations) -> None:
    explanation = explained[3]
    touches = {touch["campaign"]: touch for touch in explanation["path"]}
    assert touches["generic"]["roles"] == ["last_click"]
    assert touches["first"]["roles"] == ["first_click", "new_lead"]
    assert touches["generic"]["models"]["linear_all"] == {
        "window": "inside",
        "weight": 1,
        "of": 2,
        "gross": "50.00",
        "net": "0.00",
    }
    assert touches["brand"]["models"]["linear_all"]["window"] == "before"
    assert touches["too late"]["models"]["last_touch"]["window"] == "after"
    assert touches["first"]["models"]["linear"]["window"] is None
    assert explanation["models"]["mine"]["excluded_campaigns"] == ["*brand*"]
    assert explanation["lead"] == {
        "became_lead_at": "2026-09-18T10:05:00+00:00",
        "opted_in_at": "2026-09-18T10:05:00+00:00",
        "came_back_at": "2026-11-10T10:00:00+00:00",
        "is_known_before": False,
        "is_begun_before": False,
        "tracking_start": "2026-08-30T10:00:00+00:00",
    }
    assert explanation["markov_weights"].keys() == {t["channel"] for t in touches.values()}
    assert explanation["rest"]["last_click"] == {
        "kind": "unattributed",
        "gross": "0.00",
        "net": "0.00",
    }


@pytest.fixture(scope="module")
def later() -> Workshop:
    """Return a shop to whose first customer much has happened since its run."""
    shop = Workshop()
    shop.visit("2026-11-18 10:00", "v1", session="s1", source="google", medium="cpc")
    shop.identify("2026-11-18 10:05", "v1", "ann@example.com")
    shop.order(1, "2026-11-20 15:00", "90.00")
    shop.run(reported=False)
    shop.clock.advance(timedelta(hours=1))
    shop.click("2026-11-19 10:00", source="late", medium="cpc")
    shop.visit("2026-11-18 09:50", "v1", session="s1", source="earlier", medium="cpc")
    shop.visit("2026-11-17 10:00", "v2", source="phone", medium="cpc")
    shop.identify("2026-11-20 16:00", "v2", "ann@example.com")
    shop.opt_in("2026-11-20 15:30", kind="list")
    shop.claim(1, "v1", "2026-11-20 15:05")
    shop.order(1, "2026-11-20 15:00", "90.00", status_id=4, modified_at=shop.clock.now())
    shop.order(2, "2026-11-20 15:30", "10.00")
    link = Edge(email_node("ann@example.com"), email_node("bob@example.com"), now(shop), "link")
    shop.edges.put(ACCOUNT, link, now(shop))
    return shop


def now(shop: Workshop) -> datetime:
    return shop.clock.now()


def test_a_live_journey_is_cut_where_the_run_looked(later: Workshop) -> None:
    explanation = later.explain(1)
    assert explanation["agrees"]
    assert explanation["as_of"] == (now(later) - timedelta(hours=1)).isoformat()
    assert [touch["source"] for touch in explanation["path"]] == ["google"]
    assert explanation["path"][0]["models"]["last_click"]["net"] == "90.00"


def test_what_has_arrived_since_is_listed_apart(later: Workshop) -> None:
    arrived = later.explain(1)["arrived_since"]
    touches = {touch["source"]: touch["is_new"] for touch in arrived["touches"]}
    assert touches == {"late": True, "earlier": False, "phone": True}
    assert [(o["order_id"], o["net"], o["before"]) for o in arrived["orders"]] == [
        (
            "1",
            "0.00",
            {"status_id": 10, "is_archived": False, "gross": "90.00", "net": "90.00"},
        ),
        ("2", "10.00", None),
    ]
    assert [each["kind"] for each in arrived["opt_ins"]] == ["list"]
    assert [each["at"] for each in arrived["identifications"]] == ["2026-11-20T16:00:00+00:00"]
    assert [each["order_id"] for each in arrived["claims"]] == ["1"]
    assert [each["kind"] for each in arrived["links"]] == ["link"]


def test_a_run_that_does_not_know_when_it_looked_is_explained_from_its_facts(
    later: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = later.runs.head(ACCOUNT)
    monkeypatch.setattr(later.runs, "head", lambda _: replace(head, as_of=None))
    explanation = later.explain(1)
    assert (explanation["as_of"], explanation["arrived_since"]) == (None, None)
    assert explanation["agrees"]


def test_a_journey_that_no_longer_gives_what_is_stored_says_so(
    later: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later.journeys, "identifications", {})
    monkeypatch.setattr(later.journeys, "claims", {})
    explanation = later.explain(1)
    assert not explanation["agrees"]
    found = [each for each in explanation["differences"] if each["model"] == "last_click"]
    assert [(each["touch_id"], each["live"]) for each in found] == [
        (None, {"kind": "pre_tracking", "gross": "90.00", "net": "90.00"}),
        ("s1", None),
    ]
    assert found[1]["stored"] == {"gross": "90.00", "net": "90.00"}


def test_whose_a_click_on_a_shared_computer_is_depends_on_who_else_ordered_there() -> None:
    shop = Workshop()
    shop.visit("2026-11-17 09:00", "v1", session="a", source="google", medium="cpc")
    shop.claim(1, "v1", "2026-11-17 10:01")
    shop.order(1, "2026-11-17 10:00")
    shop.claim(2, "v1", "2026-11-18 10:01")
    shop.order(2, "2026-11-18 10:00", email="bob@example.com")
    shop.visit("2026-11-18 11:00", "v1", session="b", source="bing", medium="cpc")
    shop.order(3, "2026-11-19 10:00")
    shop.run(reported=False)
    explanation = shop.explain(3)
    assert [touch["source"] for touch in explanation["path"]] == ["google"]
    assert explanation["agrees"]


def test_an_order_beside_a_rebill_of_anothers_subscription_is_no_first_one() -> None:
    shop = Workshop()
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    again = {"again": {"kind": "last", "orders": "repeat"}}
    settings = replace(shop.settings, subscription_rules=(rule,)).with_models(again)
    shop.accounts.save_settings(ACCOUNT, settings, shop.clock.now())
    shop.visit("2026-08-30 10:00", "v0", source="x", medium="cpc")
    shop.order(1, "2026-09-20 15:00", staff_notes="sub_1", email="bob@example.com")
    shop.order(2, "2026-10-20 15:00", staff_notes="sub_1", order_source="external")
    shop.click("2026-11-19 09:00", source="google", medium="cpc")
    shop.order(3, "2026-11-20 15:00")
    shop.run(reported=False)
    assert shop.credited(3, "again") == {"": "100.00"}
    assert shop.explain(3)["agrees"]


@settings(max_examples=3)
@given(before=events(4, 20), after=events(0, 20))
def test_whatever_comes_after_a_run_its_orders_are_explained_as_they_were_stored(
    before: Events, after: Events
) -> None:
    shop = open_shop()
    happen(shop, before)
    shop.run(reported=False)
    shop.clock.advance(timedelta(minutes=1))
    happen(shop, after)
    assert explained_amounts(explain_all(shop)) == stored_amounts(shop)

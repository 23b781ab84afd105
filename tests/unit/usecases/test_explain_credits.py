"""What is explained of an order is what the run stored of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.attribution.apportion import exact_parts
from headwater.domain.subscription_rules import SubscriptionRule
from headwater.errors import UnknownResourceError
from headwater.usecases.explain_credits import explain_credits
from headwater.usecases.published_runs import open_published_run
from tests.workshop import ACCOUNT, STORE, Workshop

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
    shop.run()
    return shop


def explained(shop: Workshop, order: int) -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return explain_credits(STORE, str(order), published, facts=shop.facts)


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
def test_the_cents_of_every_order_follow_from_its_explanation(shop: Workshop, order: int) -> None:
    trail, explanation = shop.trail(order), explained(shop, order)
    for model in trail["rest"]:
        for money in ("gross", "net"):
            stored = {
                touch["touch_id"]: minor(touch["credits"][model][money])
                for touch in trail["touches"]
                if model in touch["credits"]
            }
            revenue = minor(trail["order"][money])
            assert recomputed(explanation["path"], model, revenue) == stored, (model, money)


def reasons(shop: Workshop, order: int, model: str) -> dict[str, str]:
    return {
        touch["campaign"]: touch["models"][model].get("excluded", "")
        for touch in explained(shop, order)["path"]
    }


def test_every_touch_of_the_journey_tells_the_rule_that_excludes_it(shop: Workshop) -> None:
    assert reasons(shop, 3, "last_click") == {
        "first": "before_window",
        "brand": "before_window",
        "": "direct_beside_others",
        "news": "not_the_last",
        "generic": "",
        "too late": "after_order",
    }
    assert reasons(shop, 3, "reengaged_lead")["generic"] == "after_opt_in"
    assert reasons(shop, 3, "mine")["brand"] == "before_window"
    assert reasons(shop, 2, "mine")["first"] == "order_not_in_scope"
    assert reasons(shop, 3, "last_paid")["news"] == "not_paid"
    assert reasons(shop, 3, "linear")["too late"] == "after_order"


def test_a_rebill_shows_the_path_that_it_inherits(shop: Workshop) -> None:
    explanation = explained(shop, 4)
    assert explanation["inherited_from"] == {"source": STORE, "order_id": "2"}
    assert reasons(shop, 4, "last_click")["news"] == "after_order"
    assert explanation["windows"]["last_click"] == {
        "from": "2026-08-21T15:00:00+00:00",
        "to": "2026-09-20T15:00:00+00:00",
    }


def test_an_order_that_is_no_revenue_cannot_be_explained(shop: Workshop) -> None:
    with pytest.raises(UnknownResourceError):
        explained(shop, 99)

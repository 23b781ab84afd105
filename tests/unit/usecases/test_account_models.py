"""An account's own models, and changed ones, from the setting to the report."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.domain.journeys import Touchpoint
from headwater.domain.models import MODELS
from headwater.domain.nodes import email_node
from headwater.usecases.change_settings import SettingPorts
from headwater.usecases.choose_models import save_models
from tests.workshop import ACCOUNT, Workshop, at


@pytest.fixture
def shop() -> Workshop:
    """Return a shop whose one contact came by three clicks and a direct visit, and bought twice."""
    shop = Workshop()
    shop.click("2026-11-02 09:00", source="google", medium="cpc", campaign="US | Brand")
    shop.click("2026-11-10 09:00", source="klaviyo", medium="email", campaign="news")
    shop.order(1, "2026-11-11 15:00", "100.00")
    shop.click("2026-11-18 09:00", source="google", medium="cpc", campaign="generic")
    shop.click("2026-11-19 09:00")
    shop.order(2, "2026-11-20 15:00", "60.00")
    return shop


def credited(shop: Workshop, **parameters: Any) -> tuple[dict[str, str], dict[str, str]]:  # noqa: ANN401
    """Return what a model of the account's own gives for both orders."""
    ports = SettingPorts(shop.accounts, shop.pipeline, shop.clock)
    save_models(ACCOUNT, {"mine": parameters}, ports=ports)
    shop.run(reported=False)
    return shop.credited(1, "mine"), shop.credited(2, "mine")


def test_excluded_campaigns_earn_nothing(shop: Workshop) -> None:
    first, second = credited(shop, kind="linear", excluded_campaigns=["*BRAND*"])
    assert first == {"news": "100.00"}
    assert second == {"news": "30.00", "generic": "30.00"}


def test_only_the_channels_that_are_eligible_count(shop: Workshop) -> None:
    assert credited(shop, kind="last", channels=["email"])[1] == {"news": "60.00"}
    assert credited(shop, kind="last", excluded_channels=["paid_search"])[1] == {"news": "60.00"}


def test_only_ads_count_where_a_model_says_so(shop: Workshop) -> None:
    assert credited(shop, kind="last", paid_only=True)[0] == {"US | Brand": "100.00"}


def test_direct_visits_count_as_the_model_says(shop: Workshop) -> None:
    assert credited(shop, kind="last", direct="like_any")[1] == {"": "60.00"}
    assert credited(shop, kind="last", direct="alone")[1] == {"generic": "60.00"}
    never = {"kind": "last", "direct": "never", "channels": ["direct"]}
    assert credited(shop, **never)[1] == {}


def test_a_conversion_cycle_begins_after_the_previous_order(shop: Workshop) -> None:
    first, second = credited(shop, kind="linear", conversion_cycle=True)
    assert first == {"US | Brand": "50.00", "news": "50.00"}
    assert second == {"generic": "60.00"}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("all", ({"news": "100.00"}, {"generic": "60.00"})),
        ("new", ({"news": "100.00"}, {})),
        ("repeat", ({}, {"generic": "60.00"})),
        ("subscription_initial", ({}, {})),
    ],
)
def test_orders_beyond_a_models_scope_are_unattributed(
    shop: Workshop, scope: str, expected: tuple[dict[str, str], dict[str, str]]
) -> None:
    assert credited(shop, kind="last", orders=scope) == expected
    rest = [shop.trail(number)["rest"]["mine"]["net"] for number in (1, 2)]
    assert rest == [
        "0.00" if found else net for found, net in zip(expected, ("100.00", "60.00"), strict=True)
    ]


def test_a_campaign_beats_a_referral_and_a_referral_a_direct_visit() -> None:
    shop = Workshop()
    for order, day in ((1, 10), (2, 20)):
        email = f"{order}@example.com"
        if order == 1:
            shop.click(f"2026-11-{day} 07:00", email, source="google", medium="cpc", campaign="ad")
        shop._touch(_referral(f"2026-11-{day} 08:00", email))
        shop.click(f"2026-11-{day} 09:00", email)
        shop.order(order, f"2026-11-{day} 15:00", email=email)
    ports = SettingPorts(shop.accounts, shop.pipeline, shop.clock)
    save_models(ACCOUNT, {"mine": {"kind": "last", "campaign_first": True}}, ports=ports)
    shop.run(reported=False)
    assert shop.credited(1, "mine") == {"ad": "100.00"}
    [touch] = [each for each in shop.trail(2)["touches"] if "mine" in each["credits"]]
    assert touch["channel"] == "referral"


def _referral(when: str, email: str) -> Touchpoint:
    return Touchpoint(f"r{when}", at(when), node=email_node(email), referrer="blog.example")


def test_a_changed_window_and_weights_recompute_the_same_facts(shop: Workshop) -> None:
    shop.run(reported=False)
    facts = {table: shop.objects()[table] for table in ("orders", "touchpoints")}
    assert shop.credited(2, "last_click") == {"generic": "60.00"}
    ports = SettingPorts(shop.accounts, shop.pipeline, shop.clock)
    changes = {"last_click": {"window_days": 1}, "position_based": {"weights": [60, 20, 20]}}
    save_models(ACCOUNT, changes, ports=ports)
    assert shop.credited(2, "last_click") == {"generic": "60.00"}
    shop.run(reported=False)
    assert {table: shop.objects()[table] for table in facts} == facts
    assert shop.credited(1, "last_click") == {}
    assert shop.credited(2, "position_based") == {
        "US | Brand": "36.00",
        "news": "12.00",
        "generic": "12.00",
    }


def test_reports_know_a_model_of_the_accounts_own(shop: Workshop) -> None:
    credited(shop, kind="position", weights=[70, 0, 30])
    report = shop.roi("2026-11-01", "2026-11-30", model="mine")
    net = {
        row["campaign"]: row["net"]
        for row in report["rows"]
        if row["orders"] and row["kind"] == "credited"
    }
    # Two touches: what is between them has nothing, so the ends keep 70 and 30 percent.
    assert net == {"US | Brand": "112.00", "news": "30.00", "generic": "18.00"}
    assert shop.objects()["credits"]
    assert shop.accounts.settings(ACCOUNT).models == (*MODELS, "mine")

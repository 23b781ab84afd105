"""What a campaign cost beside its ads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from headwater.domain.cost_rest import rest_of
from headwater.domain.costs import CostRow

CAMPAIGN = CostRow(
    *(date(2026, 11, 20), "google", "1", "USD", Decimal("10.00")),
    clicks=5,
    impressions=100,
    conversions=Decimal(2),
    value=Decimal(80),
    campaign_id="7",
)
AD = replace(CAMPAIGN, ad_id="9")


def test_a_campaign_whose_ads_have_everything_leaves_nothing() -> None:
    assert rest_of(CAMPAIGN, [AD]) is None


def test_a_campaign_without_ads_is_its_own_rest() -> None:
    assert rest_of(CAMPAIGN, []) == CAMPAIGN


def test_the_rest_is_what_the_ads_lack() -> None:
    ad = replace(AD, cost=Decimal("6.01"), clicks=3, impressions=99, conversions=Decimal(1))
    rest = rest_of(CAMPAIGN, [ad])
    assert rest == replace(
        CAMPAIGN,
        cost=Decimal("3.99"),
        clicks=2,
        impressions=1,
        conversions=Decimal(1),
        value=Decimal(0),
    )


def test_ads_that_were_counted_later_than_their_campaign_leave_nothing() -> None:
    assert rest_of(CAMPAIGN, [replace(AD, cost=Decimal("10.01"))]) is None

"""What a campaign cost beside its ads: some kinds of campaigns have no ads that cost anything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.domain.costs import CostRow


def rest_of(campaign: CostRow, ads: Sequence[CostRow]) -> CostRow | None:
    """Return a campaign's day without what its ads of that day have; None where nothing is left.

    Ads above their campaign were counted a moment later than it: the next pull sees both again.
    """
    rest = replace(
        campaign,
        cost=campaign.cost - sum(ad.cost for ad in ads),
        clicks=max(campaign.clicks - sum(ad.clicks for ad in ads), 0),
        impressions=max(campaign.impressions - sum(ad.impressions for ad in ads), 0),
        conversions=max(campaign.conversions - sum(ad.conversions for ad in ads), Decimal(0)),
        value=campaign.value - sum(ad.value for ad in ads),
    )
    if rest.cost < 0 or not (rest.cost or rest.clicks or rest.impressions):
        return None
    return rest

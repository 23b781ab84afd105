"""Where a Google ad leads: its page, with template and suffix of the lowest level that has one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.exchange import at
from headwater.domain.ad_links import effective_utm, leading_link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CUSTOMER = "SELECT customer.tracking_url_template, customer.final_url_suffix FROM customer"
_CAMPAIGNS = (
    "SELECT campaign.id, campaign.tracking_url_template, campaign.final_url_suffix, "
    "campaign.url_custom_parameters FROM campaign WHERE campaign.status != 'REMOVED'"
)
_ADS = (
    "SELECT campaign.id, ad_group.id, ad_group.tracking_url_template, ad_group.final_url_suffix, "
    "ad_group.url_custom_parameters, ad_group_ad.ad.id, ad_group_ad.ad.final_urls, "
    "ad_group_ad.ad.final_mobile_urls, "
    "ad_group_ad.ad.tracking_url_template, ad_group_ad.ad.final_url_suffix, "
    "ad_group_ad.ad.url_custom_parameters FROM ad_group_ad "
    "WHERE ad_group_ad.status != 'REMOVED'"
)


@dataclass(frozen=True, slots=True)
class _Level:
    """What one level sets; empty where it leaves it to the one above."""

    template: str = ""
    suffix: str = ""
    macros: Mapping[str, str] = field(default_factory=dict)


_NOTHING = _Level()


@dataclass(frozen=True, slots=True)
class GoogleLinks:
    """What customer, campaigns, ad groups and ads of one account set."""

    customer: _Level = _NOTHING
    campaigns: Mapping[str, _Level] = field(default_factory=dict)
    ad_groups: Mapping[str, _Level] = field(default_factory=dict)
    ads: Mapping[str, tuple[str, _Level]] = field(default_factory=dict)

    def utm_of(self, campaign: str, ad_group: str, ad: str) -> dict[str, str]:
        """Return the utm values that clicks of an ad (or of a campaign without one) land with."""
        url, own = self.ads.get(ad, ("", _NOTHING))
        levels = (
            own,
            self.ad_groups.get(ad_group, _NOTHING),
            self.campaigns.get(campaign, _NOTHING),
            self.customer,
        )
        macros = {"{campaignid}": campaign, "{adgroupid}": ad_group, "{creative}": ad}
        for level in reversed(levels):
            macros |= level.macros
        template = next((level.template for level in levels if level.template), "")
        suffix = next((level.suffix for level in levels if level.suffix), "")
        return effective_utm([url, template, suffix], macros)


def read_links(ask: Callable[[str], list[Any]]) -> GoogleLinks:
    """Read what an account's levels set.

    Args:
        ask: returns the rows of a query.
    """
    customer = next((_level(at(row, "customer")) for row in ask(_CUSTOMER)), _NOTHING)
    campaigns = {
        str(at(row, "campaign", "id")): _level(at(row, "campaign")) for row in ask(_CAMPAIGNS)
    }
    ad_groups: dict[str, _Level] = {}
    ads: dict[str, tuple[str, _Level]] = {}
    for row in ask(_ADS):
        ad_groups[str(at(row, "adGroup", "id"))] = _level(at(row, "adGroup"))
        ad = at(row, "adGroupAd", "ad") or {}
        urls = [*(ad.get("finalUrls") or ()), *(ad.get("finalMobileUrls") or ())]
        ads[str(ad.get("id"))] = (leading_link(map(str, urls)), _level(ad))
    return GoogleLinks(customer, campaigns, ad_groups, ads)


def _level(part: Any) -> _Level:  # noqa: ANN401 - any JSON value
    custom = at(part, "urlCustomParameters") or []
    macros = {f"{{_{one.get('key')}}}": str(one.get("value", "")) for one in custom}
    template, suffix = at(part, "trackingUrlTemplate"), at(part, "finalUrlSuffix")
    return _Level(str(template or ""), str(suffix or ""), macros)

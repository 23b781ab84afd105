"""What a merchant pastes into an ad platform so that every click carries its ad's ids."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """Where in the platform's settings a template belongs, and the text to paste."""

    platform: str
    place: str
    template: str


def _template(
    platform: str, place: str, source: str, medium: str, ids: tuple[str, ...]
) -> UrlTemplate:
    campaign, adset, ad = ids
    return UrlTemplate(
        platform,
        place,
        f"utm_source={source}&utm_medium={medium}"
        f"&utm_campaign={campaign}&utm_term={adset}&utm_content={ad}",
    )


# Platform as ``domain.cost_join`` calls it → its template.
URL_TEMPLATES = {
    one.platform: one
    for one in (
        _template(
            "google",
            "Final URL suffix of the account",
            "google",
            "cpc",
            ("{campaignid}", "{adgroupid}", "{creative}"),
        ),
        _template(
            "facebook",
            "URL parameters of the ad",
            "facebook",
            "paid",
            ("{{campaign.id}}", "{{adset.id}}", "{{ad.id}}"),
        ),
        _template(
            "microsoft",
            "Final URL suffix of the account",
            "bing",
            "cpc",
            ("{CampaignId}", "{AdGroupId}", "{AdId}"),
        ),
        _template(
            "tiktok",
            "URL parameters of the ad",
            "tiktok",
            "paid",
            ("__CAMPAIGN_ID__", "__AID__", "__CID__"),
        ),
    )
}

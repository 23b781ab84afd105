"""What a merchant pastes so that every click carries its ad's ids, or its mailing's name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """Where in the platform's settings a template belongs, and the text to paste.

    ``note`` says what to mind; empty where there is nothing.
    """

    platform: str
    place: str
    template: str
    note: str = ""


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
# Email programs fill in the mailing's name themselves, where they can; a word in brackets is to be
# chosen from the program's own list, or replaced by hand.
EMAIL_TEMPLATES = (
    UrlTemplate(
        "klaviyo",
        "Settings, Other, UTM tracking: a value for campaigns and one for flows",
        "utm_source=klaviyo&utm_medium=email&utm_campaign=[Campaign name (Campaign ID)]",
        "Switch on: Automatically add UTM parameters to links. For flows choose Flow message name "
        "(Flow message ID); where texts are sent as well, Message type as the medium.",
    ),
    UrlTemplate(
        "mailchimp",
        "The links of the email",
        "utm_source=mailchimp&utm_medium=email&utm_campaign=*|CAMPAIGN_UID|*",
        "Switch off the campaign's Google Analytics link tracking, which would add its own names.",
    ),
    UrlTemplate(
        "email",
        "The links of the email, or the link tracking of any other program",
        "utm_source=newsletter&utm_medium=email&utm_campaign=[name of the mailing]",
        "The medium has to be email: by it the channel is known.",
    ),
)

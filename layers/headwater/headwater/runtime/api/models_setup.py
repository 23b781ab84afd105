"""The shapes of what a merchant pastes into his ad platforms and mailings."""

from __future__ import annotations

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, with_example


class Template(ApiModel):
    """What to paste, and where."""

    platform: str
    place: str = Field(description="Where in the platform's settings it belongs.")
    template: str = Field(description="The text to paste, without a question mark.")
    note: str = Field(description="What to mind; empty where there is nothing.")


class UrlTemplates(ApiModel):
    """The texts for every platform: ids of campaign, ad set and ad, so that cost meets clicks."""

    model_config = with_example(
        {
            "account": "harbor",
            "rows": [
                {
                    "platform": "google",
                    "place": "Final URL suffix of the account",
                    "template": "utm_source=google&utm_medium=cpc&utm_campaign={campaignid}"
                    "&utm_term={adgroupid}&utm_content={creative}",
                    "note": "",
                }
            ],
        }
    )

    account: str
    rows: list[Template]


class Snippet(ApiModel):
    """A text to paste, and where."""

    kind: str
    place: str = Field(description="Where it belongs.")
    text: str
    is_pinned: bool = Field(
        description="It names one version by its integrity; else pages load the newest."
    )
    note: str = Field(description="What to mind.")


class SnippetList(ApiModel):
    """The texts by which a shop's pages include the tracking script."""

    model_config = with_example(
        {
            "account": "harbor",
            "source": "bigcommerce",
            "rows": [
                {
                    "kind": "theme",
                    "place": "templates/layout/base.html of a Stencil theme, before </body>",
                    "text": '<script async src="https://t.shop.example/s/0123456789ab.js" …',
                    "is_pinned": True,
                    "note": "Names one version by its integrity, as the checkout has to.",
                }
            ],
        }
    )

    account: str
    source: str
    rows: list[Snippet]


class TaggedLinkAnswer(ApiModel):
    """A link that carries its campaign, and how its clicks will be counted."""

    model_config = with_example(
        {
            "account": "harbor",
            "link": "https://shop.example/mugs?utm_source=newsletter&utm_medium=email"
            "&utm_campaign=spring",
            "channel": "email",
            "source": "newsletter",
            "medium": "email",
            "replaced": [],
            "warnings": [],
        }
    )

    account: str
    link: str
    channel: str = Field(
        description="By the usual rules; those of /v1/settings/cleaning come first."
    )
    source: str
    medium: str
    replaced: list[str] = Field(description="Parameters that the link had already.")
    warnings: list[str] = Field(description="What will not work as hoped.")

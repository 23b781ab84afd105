"""The shapes of aliases and channel rules, and of their preview.

They are described here and read by ``domain.cleaning_documents``, rule by rule.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from headwater.domain.cleaning import (
    LONGEST_NAME,
    LONGEST_PATTERN,
    MOST_ALIASES,
    MOST_CHANNEL_RULES,
)
from headwater.runtime.api.fields import Amount, ApiModel, with_example
from headwater.runtime.api.models_reports import Envelope

_Text = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_PATTERN, description="Letter case does not matter."),
]
_CLEANING: dict[str, Any] = {
    "aliases": {
        "source": [{"equals": "fb", "name": "facebook"}],
        "medium": [],
        "campaign": [{"glob": "bf20??*", "name": "Black Friday"}],
    },
    "channel_rules": [
        {
            "channel": "partners",
            "medium": {"equals": "referral"},
            "referrer": {"contains": "partner.example"},
        }
    ],
    "paid_channels": ["partners"],
}


class PatternBody(ApiModel):
    """What a value has to look like: exactly one of these."""

    equals: _Text | None = None
    starts_with: _Text | None = None
    contains: _Text | None = None
    glob: _Text | None = Field(default=None, description="* is any characters, ? is one.")


class AliasBody(PatternBody):
    """Values that the pattern fits are called by the name."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)


_Aliases = Annotated[list[AliasBody], Field(max_length=MOST_ALIASES)]


class AliasesBody(ApiModel):
    """Aliases, in the order in which they are tried; the first that fits names the value."""

    source: _Aliases = Field(default_factory=list)
    medium: _Aliases = Field(default_factory=list)
    campaign: _Aliases = Field(default_factory=list)


class ChannelRuleBody(ApiModel):
    """Clicks that meet all conditions came by this channel.

    Source, medium and campaign are looked at as aliases left them.
    """

    channel: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="A known one or a new one.")
    source: PatternBody | None = None
    medium: PatternBody | None = None
    campaign: PatternBody | None = None
    referrer: PatternBody | None = Field(default=None, description="The referrer's host.")
    landing_page: PatternBody | None = Field(default=None, description="The page's path.")
    click_id_kind: PatternBody | None = Field(default=None, description="gclid, fbclid, …")


class CleaningBody(ApiModel):
    """How clicks are named; what is left out is empty."""

    model_config = with_example(_CLEANING)

    aliases: AliasesBody = Field(default_factory=AliasesBody)
    channel_rules: list[ChannelRuleBody] = Field(
        default_factory=list, max_length=MOST_CHANNEL_RULES, description="The first that holds."
    )
    paid_channels: list[str] = Field(
        default_factory=list,
        max_length=MOST_CHANNEL_RULES,
        description="Channels that count as ads beside the built-in ones: first_paid, last_paid "
        "and paid_only look at their clicks too.",
    )


class CleaningAnswer(CleaningBody):
    """The aliases and rules that the next run follows."""

    model_config = with_example({"account": "harbor", **_CLEANING})

    account: str
    run_started: bool | None = Field(default=None, description="After a change.")


class MovedName(ApiModel):
    """Touches that would be called something else."""

    dimension: Literal["channel", "source", "medium", "campaign"]
    before: str = Field(alias="from")
    after: str = Field(alias="to")
    touches: int
    orders: int = Field(description="Orders whose last click is one of these touches.")
    net: Amount = Field(description="The net revenue of these orders.")


class CleaningPreview(Envelope):
    """What aliases and rules would rename among the touches of the last run."""

    model_config = with_example(
        {
            "report": "cleaning-preview",
            "account": "harbor",
            "data_version": "9f2c41d07be3a865",
            "generated_at": "2026-11-21T14:02:11+00:00",
            "as_of": "2026-11-21",
            "history": "complete",
            "time_zone": "America/New_York",
            "currency": "USD",
            "touches": 6541,
            "moved": 212,
            "moves": [
                {
                    "dimension": "source",
                    "from": "fb",
                    "to": "facebook",
                    "touches": 212,
                    "orders": 11,
                    "net": "804.10",
                }
            ],
        }
    )

    touches: int = Field(description="All touches but bots'.")
    moved: int = Field(description="Touches of which a name would change.")
    moves: list[MovedName] = Field(description="The largest first, 500 at most.")

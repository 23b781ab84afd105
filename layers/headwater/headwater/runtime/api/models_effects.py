"""The shapes of what ``markov`` splits by."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-11"])]
Part = Annotated[
    str, Field(pattern=r"^[01]\.\d{6}$", description="From 0 to 1, six decimals, as text.")
]
_VERSION: dict[str, Any] = {
    "month": "2026-11",
    "method": "markov",
    "reason": "",
    "converting_paths": 12_873,
    "null_paths": 15_402,
    "trained_from": "2025-11-01T00:00:00+00:00",
    "trained_until": "2026-11-01T00:00:00+00:00",
}
_RUN = {
    "account": "harbor",
    "data_version": "9f2c41d07be3a865",
    "generated_at": "2026-11-21T14:02:11+00:00",
}


class EffectsSummary(ApiModel):
    """A month's version: what it splits by, and on how many paths it rests."""

    month: Month
    method: Literal["markov", "linear_all"]
    reason: str = Field(description="Why it is linear_all; empty for markov.")
    converting_paths: int
    null_paths: int
    trained_from: Instant | None = Field(description="Null: on everything before its end.")
    trained_until: Instant


class EffectsList(ApiModel):
    """The versions of the last finished run, the latest first."""

    model_config = with_example({**_RUN, "rows": [_VERSION]})

    account: str
    data_version: str
    generated_at: Instant
    rows: list[EffectsSummary]


class ChannelEffect(ApiModel):
    """What a channel's removal would cost."""

    channel: str
    removal_effect: Part = Field(description="The part of all conversions that would be lost.")
    share: Part = Field(description="The effect as a part of all effects.")


class Transition(ApiModel):
    """How often one state followed another; (start), (conversion) and (null) are no channels."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    count: int


class EffectsDetail(EffectsSummary):
    """One version with all that it was made of."""

    model_config = with_example(
        {
            **_RUN,
            **_VERSION,
            "channels": [
                {"channel": "email", "removal_effect": "0.412000", "share": "0.398453"},
                {"channel": "paid_search", "removal_effect": "0.622000", "share": "0.601547"},
            ],
            "transitions": [{"from": "(start)", "to": "paid_search", "count": 14_207}],
        }
    )

    account: str
    data_version: str
    generated_at: Instant
    channels: list[ChannelEffect]
    transitions: list[Transition]


class RestateRequest(ApiModel):
    """From which month on frozen versions are to be trained again."""

    model_config = with_example({"from": "2026-09"})

    month: str = Field(alias="from", max_length=16, description="A month that has begun.")


class Restating(ApiModel):
    """The request that the run which it starts will obey."""

    model_config = with_example(
        {
            "account": "harbor",
            "from": "2026-09",
            "asked_at": "2026-11-21T14:02:11+00:00",
            "run_started": True,
        }
    )

    account: str
    month: Month = Field(alias="from")
    asked_at: Instant
    run_started: bool

"""Kinds of values that the API's models have in common."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from headwater.domain.models import MODEL_NAME, MODELS

Amount = Annotated[
    str,
    Field(
        pattern=r"^-?\d+(\.\d+)?$",
        description="An exact decimal amount, as text.",
        examples=["129.95"],
    ),
]
Ratio = Annotated[
    str,
    Field(
        pattern=r"^-?\d+(\.\d+)?$",
        description="A ratio to four decimals, as text.",
        examples=["2.4137"],
    ),
]
Instant = Annotated[
    str, Field(description="ISO 8601 with its offset.", examples=["2026-11-21T14:02:11+00:00"])
]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-11-21"])]
# An account's own models have names too.
Model = Annotated[
    str,
    Field(
        pattern=MODEL_NAME,
        description="An attribution model, built in or the account's own.",
        examples=list(MODELS),
    ),
]
NextPage = Annotated[
    str | None, Field(description="What to give as after for the next page; null on the last.")
]
DateBasis = Literal["conversion", "click"]
WhichOrders = Literal["all", "new", "repeat"]
Compare = Literal["previous_period", "previous_year"]
Revenue = Literal["gross", "net"]
RowKind = Literal[
    "credited",
    "unattributed",
    "pre_tracking",
    "untracked_channel",
    "migrated",
    "test",
    "not_converted",
    "duplicate",
]
Role = Literal["first_click", "new_lead", "reengaged_lead", "last_click"]


class ApiModel(BaseModel):
    """A JSON object that has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


def with_example(example: dict[str, Any]) -> ConfigDict:
    """Return a model's configuration with an example for the contract."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})

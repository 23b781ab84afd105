"""The shapes of how soon reports follow."""

from typing import Annotated, Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, with_example

Refresh = Annotated[
    Literal["daily", "hourly", "15min"],
    Field(description="How often a run starts where something has changed."),
]


class RefreshBody(ApiModel):
    """How soon reports shall follow."""

    model_config = with_example({"refresh": "hourly"})

    refresh: Refresh


class RefreshAnswer(ApiModel):
    """How soon reports follow."""

    model_config = with_example({"account": "harbor", "refresh": "hourly"})

    account: str
    refresh: Refresh

"""The shapes of deliveries of views."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.domain.view_deliveries import LONGEST_URL
from headwater.runtime.api.fields import ApiModel, Instant, with_example

Every = Literal["day", "week", "month"]
_BODY = {
    "view": "19aa6d1f0a0c0de1a",
    "by": "webhook",
    "every": "week",
    "url": "https://hooks.example/headwater",
}
_DELIVERY = {
    "delivery": "19aa6d1f0a0c0ffee1a",
    **_BODY,
    "to": None,
    "created_at": "2026-11-21T14:02:11+00:00",
    "state": "on",
    "reason": "",
    "sent_at": None,
    "sent_period": "",
    "next_try_at": None,
}


class DeliveryBody(ApiModel):
    """Which view goes out, and how: a webhook takes every and url, an email every and to."""

    model_config = with_example(_BODY)

    view: str = Field(max_length=64)
    by: Literal["link", "webhook", "email"]
    every: Every | None = Field(
        default=None, description="A webhook is sent after the first run of each."
    )
    url: str | None = Field(
        default=None, max_length=LONGEST_URL, description="Where a webhook goes: https, public."
    )
    to: str | None = Field(default=None, max_length=254, description="Who gets an email.")


class DeliveryRow(ApiModel):
    """A delivery."""

    model_config = with_example(_DELIVERY)

    delivery: str = Field(description="Its id.")
    view: str
    by: Literal["link", "webhook", "email"]
    every: Every | None
    url: str | None
    to: str | None
    created_at: Instant
    state: Literal["on", "failing", "off"] = Field(
        description="off: it has failed for five days, or its receiver says that it is gone."
    )
    reason: str = Field(description="Why the last attempt failed.")
    sent_at: Instant | None
    sent_period: str = Field(description="The last day, week or month that was sent.")
    next_try_at: Instant | None = Field(description="When a failed message is sent again.")


class NewDelivery(DeliveryRow):
    """A delivery that was just made."""

    model_config = with_example(
        {"account": "harbor", **_DELIVERY, "path": None, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sS"}
    )

    account: str
    path: str | None = Field(description="Where a link leads on this API; shown this once.")
    secret: str | None = Field(description="What a webhook is signed with; shown this once.")


class DeliveryList(ApiModel):
    """An account's deliveries, the oldest first."""

    model_config = with_example({"account": "harbor", "rows": [_DELIVERY]})

    account: str
    rows: list[DeliveryRow]


class DeliveryRemoved(ApiModel):
    """A delivery that is no more."""

    model_config = with_example({"account": "harbor", "delivery": "19aa6d1f0a0c0ffee1a"})

    account: str
    delivery: str

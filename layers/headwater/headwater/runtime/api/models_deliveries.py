"""The shapes of deliveries of views."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

_DELIVERY = {
    "delivery": "19aa6d1f0a0c0ffee1a",
    "view": "19aa6d1f0a0c0de1a",
    "by": "link",
    "created_at": "2026-11-21T14:02:11+00:00",
}


class DeliveryBody(ApiModel):
    """Which view goes out, and how."""

    model_config = with_example({"view": "19aa6d1f0a0c0de1a", "by": "link"})

    view: str = Field(max_length=64)
    by: Literal["link"]


class DeliveryRow(ApiModel):
    """A delivery."""

    model_config = with_example(_DELIVERY)

    delivery: str = Field(description="Its id.")
    view: str
    by: Literal["link"]
    created_at: Instant


class NewDelivery(DeliveryRow):
    """A delivery that was just made."""

    model_config = with_example({"account": "harbor", **_DELIVERY, "path": "/v1/shared/5f0c9a..."})

    account: str
    path: str = Field(description="Where the link leads on this API; nobody can read it again.")


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

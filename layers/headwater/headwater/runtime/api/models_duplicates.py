"""The shapes of the duplicate guard."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import Amount, ApiModel, Instant, with_example


class SuspectedOrder(ApiModel):
    """One of two orders that are suspected to be one sale."""

    source: str
    order_id: str
    placed_at: Instant
    total: Amount
    currency: str


class Duplicate(ApiModel):
    """Two orders of different sources that are suspected to be one sale."""

    orders: list[SuspectedOrder] = Field(min_length=2, max_length=2)
    reason: Literal["external_id", "email_amount_time"]
    owner: str | None = Field(description="The source whose order counts.")
    is_open: bool = Field(description="Both count, since nobody has said whose the sale is.")


class DuplicateList(ApiModel):
    """The pairs that the last run suspected, open ones first."""

    model_config = with_example(
        {
            "account": "harbor",
            "data_version": "9f2c41d07be3a865",
            "generated_at": "2026-11-21T14:02:11+00:00",
            "sources": [],
            "pairs": 1,
            "open": 1,
            "rows": [
                {
                    "orders": [
                        {
                            "source": "bigcommerce",
                            "order_id": "10042",
                            "placed_at": "2026-11-20T15:04:00+00:00",
                            "total": "64.90",
                            "currency": "USD",
                        },
                        {
                            "source": "retail",
                            "order_id": "R-1001",
                            "placed_at": "2026-11-20T15:06:30+00:00",
                            "total": "64.90",
                            "currency": "USD",
                        },
                    ],
                    "reason": "email_amount_time",
                    "owner": None,
                    "is_open": True,
                }
            ],
        }
    )

    account: str
    data_version: str
    generated_at: Instant
    sources: list[str] = Field(description="The owners that the run knew, the strongest first.")
    pairs: int
    open: int = Field(description="Pairs of which both orders count.")
    rows: list[Duplicate] = Field(description="1,000 of the pairs at most.")


class OwnerRequest(ApiModel):
    """Which sources own sales that stand in two of them."""

    model_config = with_example({"sources": ["bigcommerce", "retail"]})

    sources: list[str] = Field(
        max_length=100, description="The strongest first; an empty list takes the answer back."
    )


class Owners(ApiModel):
    """The answer as it stands now; reports follow with the run that it starts."""

    model_config = with_example({"sources": ["bigcommerce", "retail"], "run_started": True})

    sources: list[str]
    run_started: bool

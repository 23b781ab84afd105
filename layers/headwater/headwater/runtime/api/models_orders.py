"""The shapes of posted orders. They describe; ``domain.imported_orders`` reads, row by row."""

from typing import Annotated

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example
from headwater.runtime.api.models_imports import ImportedAmount
from headwater.usecases.import_rows import MOST_ROWS

_Text = Annotated[str, Field(max_length=512)]
_Currency = Annotated[str, Field(pattern="^[A-Za-z]{3}$")]


class PostedLine(ApiModel):
    """A line of an order, tax included. Give ``total``, or ``price`` for each of ``quantity``."""

    product_id: int | None = None
    sku: _Text | None = None
    name: _Text | None = None
    quantity: int = 1
    price: ImportedAmount | None = None
    total: ImportedAmount | None = None
    unit_cost: ImportedAmount | None = None


class PostedRefund(ApiModel):
    """What was paid back of an order."""

    id: _Text
    amount: ImportedAmount
    at: Instant


class OrderRow(ApiModel):
    """An order as it is now. The same order_id again replaces it, its refunds included."""

    order_id: str = Field(max_length=64)
    placed_at: Instant
    updated_at: Instant | None = Field(
        None, description="A row older than what is known changes nothing; without it, it is new."
    )
    total: ImportedAmount = Field(description="Tax and shipping included, refunds not deducted.")
    currency: _Currency | None = None
    rate: ImportedAmount | None = Field(
        None, description="What one unit of the account's currency was worth in the order's."
    )
    status: str = Field(default="paid", description="paid, pending, cancelled, refunded, ...")
    email: str | None = Field(None, description="Or give email_sha256.")
    email_sha256: str | None = Field(None, pattern="^[0-9a-fA-F]{64}$")
    customer_id: _Text | None = Field(None, description="The customer's id in this source.")
    subscription_id: str | None = Field(None, pattern=r"^[^\s@]{1,64}$")
    channel: str = Field(default="www", description="How it came: www, pos, marketplace, ...")
    payment_method: _Text | None = None
    external_source: _Text | None = Field(None, description="The source that has it as well.")
    external_id: _Text | None = Field(None, description="Its id there.")
    external_order_id: _Text | None = None
    coupon_codes: list[_Text] = Field(default=[], max_length=50)
    test: bool = False
    lines: list[PostedLine] = Field(default=[], max_length=250)
    refunds: list[PostedRefund] = Field(default=[], max_length=100)


class OrdersPost(ApiModel):
    """Orders of one source; its first post creates it."""

    model_config = with_example(
        {
            "source": "retail",
            "currency": "USD",
            "rows": [
                {
                    "order_id": "R-1001",
                    "placed_at": "2026-11-19T14:05:00-05:00",
                    "total": "64.90",
                    "status": "partially_refunded",
                    "email": "ann@example.com",
                    "lines": [{"sku": "MUG-1", "name": "Mug", "quantity": 2, "price": "29.95"}],
                    "refunds": [{"id": "1", "amount": "5.00", "at": "2026-11-20T09:00:00-05:00"}],
                }
            ],
        }
    )

    source: str = Field(pattern="^[a-z0-9_-]{1,32}$", description="Your name of the system.")
    currency: _Currency | None = Field(None, description="Of rows that name none.")
    rows: list[OrderRow] = Field(min_length=1, max_length=MOST_ROWS)

"""The shapes of a contact's journey, and of what searches for contacts and orders find."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headwater.runtime.api.fields import (
    Amount,
    ApiModel,
    Day,
    Instant,
    Model,
    NextPage,
    Role,
    RowKind,
    with_example,
)
from headwater.runtime.api.journey_examples import CONTACT_LIST, JOURNEY, ORDER_LIST
from headwater.runtime.api.models_credits import NamedTouch, Rest
from headwater.runtime.api.models_effects import EffectsSummary
from headwater.runtime.api.models_explanations import ArrivedSince
from headwater.runtime.api.models_reports import Envelope

ChainKind = Literal["one_time", "initial", "rebill"]


class Identity(ApiModel):
    """An id that stands for the contact: that of an email, or of a store's customer."""

    id: str
    is_present: bool = Field(
        description="It is the contact's id now; the others were, or lead here."
    )
    email: str | None = Field(description="Masked for a marketer; null where only its hash came.")
    store: str | None
    customer_id: str | None


class JourneySummary(ApiModel):
    """What the events come to; duplicates and what is no revenue are in no amount."""

    orders: int
    gross: Amount
    refunds: Amount
    net: Amount
    first_order_at: Instant | None
    last_order_at: Instant | None
    touches: int
    bot_touches: int
    opt_ins: int
    chains: int = Field(description="Subscriptions.")


class CreditedOrderPart(ApiModel):
    """What a touch got of an order under the model."""

    store: str
    order_id: str
    gross: Amount
    net: Amount


class JourneyTouch(NamedTouch):
    """A visit; a bot's has its marks as they came."""

    type: Literal["touch"]
    visitor: str = Field(description="Empty of an imported click.")
    referrer: str
    is_imported: bool
    is_bot: bool
    adset: str
    ad: str
    landing_page: str
    device: str
    credited_orders: list[CreditedOrderPart]


class JourneyIdentification(ApiModel):
    """A visitor showed who he is."""

    type: Literal["identification"]
    at: Instant
    visitor: str
    session: str
    id: str
    kind: str


class JourneyOptIn(ApiModel):
    """He agreed to be written to."""

    type: Literal["opt_in"]
    at: Instant
    origin: str = Field(description="The pages (site), an import, a store or a CRM.")
    kind: str
    id: str
    counts_as: Literal["new_lead", "reengaged", "repeated"]


class JourneyClaim(ApiModel):
    """A browser was on the page of an order."""

    type: Literal["claim"]
    at: Instant
    store: str
    order_id: str
    visitor: str
    is_believed: bool


class OrderTouch(ApiModel):
    """A touch with a role for an order, or a part in it under the model."""

    touch_id: str
    at: Instant
    roles: list[Role]
    gross: Amount | None = Field(description="Null: it takes no part under the model.")
    net: Amount | None


class JourneyOrder(ApiModel):
    """An order; amounts are null in a currency without a rate."""

    type: Literal["order"]
    at: Instant
    store: str
    order_id: str
    status_id: int
    is_archived: bool
    is_revenue: bool
    order_class: str | None = Field(description="Null of what is no revenue.")
    order_kind: ChainKind
    is_new: bool | None
    gross: Amount | None
    refunds: Amount | None
    net: Amount | None
    chain: str | None = Field(description="The subscription that it belongs to.")
    cycle: int | None
    is_inferred: bool | None
    credits: str = Field(description="Where its whole credit trail is read.")
    credited: list[OrderTouch] | None
    rest: Rest | None


class JourneyRefund(ApiModel):
    """A refund, as the store has it now, in the order's currency."""

    type: Literal["refund"]
    at: Instant
    store: str
    order_id: str
    refund_id: str
    amount: Amount
    currency: str


Event = Annotated[
    JourneyTouch
    | JourneyIdentification
    | JourneyOptIn
    | JourneyClaim
    | JourneyOrder
    | JourneyRefund,
    Field(discriminator="type"),
]


class Journey(Envelope):
    """All that a contact did, in one time line."""

    model_config = with_example(JOURNEY)

    contact: str = Field(description="The contact that the id stands for now.")
    model: Model
    identities: list[Identity]
    summary: JourneySummary
    events: list[Event]
    arrived_since: ArrivedSince | None = Field(
        description="What has come since the run, in no figure yet."
    )


class FoundContact(ApiModel):
    """A contact that fits."""

    contact: str
    emails: list[str] = Field(description="As sign-ups and customer records told them; masked.")
    orders: int
    gross: Amount
    refunds: Amount
    net: Amount
    first_order_on: Day | None
    last_order_on: Day | None
    opted_in_on: Day | None
    journey: str = Field(description="Where the journey is read.")


class ContactList(Envelope):
    """The contacts that fit, who bought last first."""

    model_config = with_example(CONTACT_LIST)

    rows: list[FoundContact]


class OrdersParameters(ApiModel):
    """What is searched for."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    order_id: str | None
    contact: str | None = Field(description="The id of the buyer's email, or of a contact.")
    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None
    content: str | None
    term: str | None
    kind: RowKind | None
    only_attributed: bool
    model: Model
    is_partial: bool


class OrdersTotals(ApiModel):
    """All orders that fit, listed or not."""

    orders: int
    gross: Amount
    net: Amount
    attributed_gross: Amount = Field(description="What clicks got of them under the model.")
    attributed_net: Amount


class FoundOrder(ApiModel):
    """An order that fits."""

    store: str
    order_id: str
    day: Day
    placed_at: Instant
    contact: str
    kind: RowKind = Field(description="Under which row of the ROI report it stands.")
    order_kind: ChainKind
    is_new: bool | None
    gross: Amount
    refunds: Amount
    net: Amount
    attributed_gross: Amount
    attributed_net: Amount
    touches: int = Field(description="Those with a role, or a part under any model.")
    channel: str = Field(description="Of the click that fits and got most under the model.")
    source: str
    medium: str
    campaign: str
    content: str
    term: str
    credits: str = Field(description="Where its credit trail is read.")


class OrderList(Envelope):
    """The orders that fit, the latest first."""

    model_config = with_example(ORDER_LIST)

    parameters: OrdersParameters
    totals: OrdersTotals
    rows: list[FoundOrder]
    notes: list[str]
    effects: list[EffectsSummary] | None
    next: NextPage

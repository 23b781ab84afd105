"""The shapes of why an order's revenue went where it went."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import Amount, ApiModel, Instant, Model, Role
from headwater.runtime.api.models_attribution import ModelParameters
from headwater.runtime.api.models_credits import NamedTouch, Rest


class ModelVerdict(ApiModel):
    """A touch's share under a model, ``weight`` of ``of``, or the rule that excludes it."""

    window: Literal["before", "inside", "after"] | None = Field(
        description="Where it lies to the model's window; null: the model has none of its own."
    )
    weight: int | None = None
    of: int | None = None
    gross: Amount | None = None
    net: Amount | None = None
    excluded: str | None = None


class PathTouch(NamedTouch):
    """A touch of the contact's journey, whether it counts or not."""

    roles: list[Role]
    models: dict[Model, ModelVerdict]


class ModelWindow(ApiModel):
    """The instants between which a model looks, both included."""

    first: Instant | None = Field(alias="from", description="null: no limit.")
    last: Instant = Field(alias="to")


class OrderKey(ApiModel):
    """Which order."""

    source: str
    order_id: str


class LeadState(ApiModel):
    """What decides an order's credit beside its touches."""

    became_lead_at: Instant | None = Field(description="His first opt-in or order.")
    opted_in_at: Instant | None
    came_back_at: Instant | None = Field(description="The last opt-in again before the order.")
    is_known_before: bool = Field(description="He opted in or bought before tracking saw him.")
    is_begun_before: bool = Field(description="The subscription began before our history.")
    tracking_start: Instant | None


class Difference(ApiModel):
    """An amount that is stored otherwise than the live reading has it."""

    touch_id: str | None = Field(description="null: what no touch gets.")
    model: Model
    stored: StoredAmount | None
    live: StoredAmount | None


class StoredAmount(ApiModel):
    """What a touch, or no touch, gets."""

    kind: str | None = None
    gross: Amount
    net: Amount


class Arrived(ApiModel):
    """What came since the run looked; ``is_new`` is false of what has changed."""

    at: Instant
    stored_at: Instant
    is_new: bool


class ArrivedTouch(Arrived):
    """A touch, under the names that its link carries."""

    touch_id: str
    source: str
    medium: str
    campaign: str
    content: str
    term: str
    landing_page: str
    is_bot: bool


class ArrivedOptIn(Arrived):
    """An opt-in."""

    source: str
    kind: str


class ArrivedIdentification(Arrived):
    """A visitor has shown who he is."""

    node: str
    kind: str


class ArrivedClaim(Arrived):
    """A browser has claimed an order."""

    source: str
    order_id: str


class OrderState(ApiModel):
    """What of an order decides its revenue; amounts are null where not converted."""

    status_id: int
    is_archived: bool
    gross: Amount | None
    net: Amount | None


class ArrivedOrder(OrderState):
    """An order of the contact that is new or has changed."""

    source: str
    order_id: str
    placed_at: Instant
    stored_at: Instant
    before: OrderState | None = Field(description="As the run knew it; null: not at all.")


class SaidOfContact(ApiModel):
    """Two nodes were linked or unlinked by hand."""

    at: Instant
    node: str
    other: str = Field(alias="with")
    kind: Literal["link", "unlink"]


class ArrivedSince(ApiModel):
    """What has arrived since the run looked, in no figure yet."""

    touches: list[ArrivedTouch]
    opt_ins: list[ArrivedOptIn]
    identifications: list[ArrivedIdentification]
    claims: list[ArrivedClaim]
    orders: list[ArrivedOrder]
    links: list[SaidOfContact]


class CreditExplanation(ApiModel):
    """The whole path as it is stored, of which the cents can be computed by hand."""

    as_of: Instant | None = Field(
        description="When the run looked; null: an older run, whose facts alone were read."
    )
    agrees: bool = Field(description="The live reading gives what is stored.")
    differences: list[Difference]
    settings_version: str = Field(description="Equal versions are equal settings.")
    models: dict[Model, ModelParameters]
    path: list[PathTouch]
    windows: dict[Model, ModelWindow | None] = Field(description="null: it has none of its own.")
    rest: dict[Model, Rest]
    lead: LeadState
    markov_weights: dict[str, int] = Field(
        description="Removal effects of the path's channels in millionths; 1 each of linear_all."
    )
    inherited_from: OrderKey | None = Field(description="Of a rebill, the order it inherits from.")
    arrived_since: ArrivedSince | None = Field(description="null where as_of is.")

"""The shapes of the report answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import (
    Amount,
    ApiModel,
    DateBasis,
    Day,
    Instant,
    Model,
    NextPage,
    Ratio,
    Revenue,
    Role,
    RowKind,
    WhichOrders,
    with_example,
)
from headwater.runtime.api.models_compared import RangeParameters, compared_report, compared_row
from headwater.runtime.api.models_credits import Credit, NamedTouch, Rest
from headwater.runtime.api.models_effects import EffectsSummary
from headwater.runtime.api.models_explanations import CreditExplanation
from headwater.runtime.api.report_examples import CREDIT_TRAIL, REPORT_LIST, ROI_REPORT


class Range(ApiModel):
    """Days of the account's time zone, both included."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


class ReportLink(ApiModel):
    """A report and where it is read."""

    name: str
    path: str


class ReportList(ApiModel):
    """What can be asked of the last finished run."""

    model_config = with_example(REPORT_LIST)

    account: str
    data_version: str
    generated_at: Instant
    as_of: Day
    time_zone: str
    currency: str
    reports: list[ReportLink]
    ranges: dict[str, Range]
    models: list[Model]
    dimensions: list[str]


class Envelope(ApiModel):
    """What every report says about itself.

    ``history`` is ``complete``, or names the sources whose older orders are still being pulled.
    ``gaps`` names the ad platforms and CRMs that the run could not pull, each with its status, or
    ``unfinished`` where the pull began and died: what they have to say since the last pull that
    went well is missing.
    """

    report: str
    account: str
    data_version: str = Field(description="Equal versions hold equal figures.")
    generated_at: Instant
    as_of: Day = Field(description="The day on which the run happened.")
    history: Literal["complete"] | dict[str, str]
    gaps: dict[str, str] = Field(default={})
    time_zone: str
    currency: str
    follow: str | None = Field(
        None,
        description="An RFC 6570 template of the link behind each figure: of is its column, the "
        "other variables are columns of its row, which totals leave out.",
    )


class RoiParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    by: list[str]
    model: Model
    revenue: Revenue
    date: DateBasis
    orders: WhichOrders = Field(description="All, the first of customers, or the others.")
    is_partial: bool = Field(description="The range is not over yet.")


class RoiTotals(ApiModel):
    """What the range holds, whatever the model."""

    orders: int
    customers: int
    new_customers: int | None
    gross: Amount
    refunds: Amount
    net: Amount
    attributed: Amount
    pre_tracking: Amount | None = Field(description="Null by click date.")
    unattributed: Amount | None
    coverage: Ratio | None
    clicks: int
    leads: int
    cost: Amount
    roi: Ratio | None
    roas: Ratio | None
    mer: Ratio | None = Field(description="The store's revenue over all cost.")
    cpl: Amount | None
    epl: Amount | None
    cac: Amount | None
    ncac: Amount | None
    aov: Amount | None
    lifetime_gross: Amount | None = Field(description="All that the new customers have bought.")
    lifetime_net: Amount | None
    ltv: Amount | None = Field(description="The same, per new customer.")
    ad_clicks: int | None = Field(description="What the platforms say, as the next four.")
    impressions: int | None
    claimed_conversions: Amount | None
    claimed_value: Amount | None
    claimed_roas: Ratio | None
    not_converted_orders: int
    not_converted_costs: int
    duplicate_orders: int = Field(description="Owned by another source; in no other total.")
    duplicate_gross: Amount
    duplicate_net: Amount
    suspected_duplicates: int = Field(description="Pairs of which both orders are counted.")
    attributed_orders: int | None = Field(None, description="By click date: what clicks brought.")
    share: Ratio | None = Field(None, description="By click date: attributed over the store's.")
    future_orders: int | None = Field(None, description="By click date: placed after the range.")
    future_gross: Amount | None = None
    future_net: Amount | None = None


class RowNames(ApiModel):
    """The values of a row's dimensions: those that were asked for."""

    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    content: str | None = None
    term: str | None = None
    adset: str | None = None
    ad: str | None = None
    landing_page: str | None = None
    device: str | None = None
    new_repeat: str | None = None
    order_kind: str | None = None
    store: str | None = None
    store_channel: str | None = None
    coupon: str | None = None
    product: str | None = None
    category: str | None = None


class RoiFigures(ApiModel):
    """What stands under a name."""

    clicks: int | None = Field(description="Null where the dimensions cannot tell it.")
    leads: int | None
    orders: int
    customers: int
    new_customers: int | None
    gross: Amount
    refunds: Amount
    net: Amount
    cost: Amount | None
    roi: Ratio | None
    roas: Ratio | None
    cpl: Amount | None
    epl: Amount | None
    cac: Amount | None
    ncac: Amount | None
    aov: Amount | None
    lifetime_gross: Amount | None = Field(description="All that the new customers have bought.")
    lifetime_net: Amount | None
    ltv: Amount | None = Field(description="The same, per new customer.")
    ad_clicks: int | None = Field(description="What the platforms say, as the next four.")
    impressions: int | None
    claimed_conversions: Amount | None
    claimed_value: Amount | None
    claimed_roas: Ratio | None
    future_orders: int | None = None
    future_gross: Amount | None = None
    future_net: Amount | None = None


@compared_row("roi")
class RoiRow(RowNames, RoiFigures):
    """A credited row has its dimensions' values; the other kinds stand for what no click gets."""

    kind: RowKind


@compared_report
class RoiReport(Envelope):
    """What each channel, source or campaign cost and brought."""

    model_config = with_example(ROI_REPORT)

    parameters: RoiParameters
    totals: RoiTotals
    rows: list[RoiRow]
    notes: list[str] = Field(description="What to know before believing the figures.")
    effects: list[EffectsSummary] | None = Field(
        description="The versions that the range's orders are split by; null of other models."
    )
    next: NextPage


class CreditedOrder(ApiModel):
    """The order whose credit is told."""

    source: str
    order_id: str
    placed_at: Instant
    contact: str = Field(description="A pseudonym; the same person is the same one.")
    order_class: str
    kind: str
    is_new: bool | None
    gross: Amount
    net: Amount


class CreditedTouch(NamedTouch):
    """A touch that plays a role for the order."""

    roles: list[Role]
    credits: dict[Model, Credit]


class CreditTrail(Envelope):
    """Why an order's revenue went where it went."""

    model_config = with_example(CREDIT_TRAIL)

    order: CreditedOrder
    touches: list[CreditedTouch]
    effects: EffectsSummary | None = Field(description="The version that markov splits it by.")
    rest: dict[Model, Rest]
    explanation: CreditExplanation | None = Field(default=None, description="With explain=true.")

"""The shapes of the cohort report."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.cohort_examples import COHORTS_REPORT
from headwater.runtime.api.fields import (
    Amount,
    ApiModel,
    Day,
    NextPage,
    Ratio,
    Revenue,
    WhichOrders,
    with_example,
)
from headwater.runtime.api.models_compared import (
    RangeParameters,
    compared_report,
    compared_row,
)
from headwater.runtime.api.models_reports import Envelope

CohortKind = Literal["first_purchase", "first_opt_in", "first_click"]
CohortPart = Literal["cohorts", "months", "days", "last_clicks", "time_to_purchase"]


class CohortsParameters(RangeParameters):
    """The question that a report answers, defaults filled in."""

    first: Day = Field(alias="from", description="Who joined on these days.")
    last: Day = Field(alias="to")
    by: CohortKind
    part: CohortPart
    revenue: Revenue
    where: str | None = Field(description="As it was understood.")
    orders: WhichOrders = Field(description="Of what they bought: all, first orders, or others.")
    is_partial: bool = Field(description="The range is not over yet.")


class CohortFigures(ApiModel):
    """What members cost, and what they have bought from the day on which they joined."""

    members: int | None = Field(description="Who joined.")
    leads: int | None = Field(
        description="By first purchase: opt-ins of the month. Else: members who have opted in."
    )
    customers: int | None = Field(description="Members who have bought since.")
    new_customers: int | None = Field(description="Those of whom it was the first purchase.")
    repeat_customers: int | None = Field(description="Members who have bought twice since.")
    orders: int | None
    gross: Amount | None
    refunds: Amount | None
    net: Amount | None
    cost: Amount | None = Field(description="The ad cost of the month, chosen by the same names.")
    cpl: Amount | None
    ncac: Amount | None
    value: Amount | None = Field(description="Revenue per member to date.")
    ltv: Amount | None = Field(description="Revenue per customer to date.")
    aov: Amount | None
    repeat_rate: Ratio | None
    roi: Ratio | None
    roas: Ratio | None


class CohortPercentiles(ApiModel):
    """How many days it took, over those who are there."""

    customers: int
    median: int | None
    p75: int | None
    p90: int | None = Field(description="How long late buyers take: judge no campaign before.")


class CohortsTotals(CohortFigures):
    """All cohorts of the range together; everything is null until all older orders are in."""

    not_converted_orders: int | None
    not_converted_costs: int | None
    click_to_purchase: CohortPercentiles | None
    opt_in_to_purchase: CohortPercentiles | None
    purchase_to_repeat: CohortPercentiles | None


@compared_row("cohorts", "cohorts")
class CohortRow(CohortFigures):
    """One cohort to date."""

    cohort: str = Field(description="The month of joining, like 2026-11.")
    break_even_month: int | None = Field(description="The first age at which net reaches cost.")
    break_even_day: int | None
    is_complete: bool | None = Field(description="The month is over and wholly in the range.")


class AgeFigures(ApiModel):
    """What stands at an age, from the first day on."""

    cohort: str
    members: int
    customers: int
    orders: int
    cumulative_gross: Amount
    cumulative_net: Amount
    value: Amount | None
    impact: Ratio | None = Field(description="What followed after day 0, over that of day 0.")
    roi: Ratio | None
    is_complete: bool | None = Field(description="All members have reached the end of that age.")


@compared_row("cohorts", "months")
class CohortMonth(AgeFigures):
    """A cohort in one calendar month of its life."""

    age: int = Field(description="Calendar months since that of joining.")
    month: str
    retention: Ratio | None
    gross: Amount
    net: Amount


@compared_row("cohorts", "days")
class CohortDays(AgeFigures):
    """A cohort at an age in days; customers and orders are those up to then."""

    days: int


@compared_row("cohorts", "last_clicks")
class CohortLastClick(ApiModel):
    """One of the five clicks before the most first orders of a cohort."""

    cohort: str
    channel: str
    source: str
    campaign: str
    customers: int
    gross: Amount
    net: Amount


@compared_row("cohorts", "time_to_purchase")
class CohortLag(ApiModel):
    """Members by the days that they took."""

    measure: Literal["click_to_purchase", "opt_in_to_purchase", "purchase_to_repeat"]
    days: str = Field(description="A range of days, or not yet.")
    customers: int
    share: Ratio | None
    cumulative_share: Ratio | None


@compared_report
class CohortsReport(Envelope):
    """What those who joined in a month cost, and what they have bought since."""

    model_config = with_example(COHORTS_REPORT)

    parameters: CohortsParameters
    totals: CohortsTotals
    rows: (
        list[CohortRow]
        | list[CohortMonth]
        | list[CohortDays]
        | list[CohortLastClick]
        | list[CohortLag]
    ) = Field(description="Those of the part that was asked for.")
    notes: list[str]
    next: NextPage

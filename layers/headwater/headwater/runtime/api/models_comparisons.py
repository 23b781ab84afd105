"""The shapes of the comparison of models and of the journey facts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.comparison_examples import JOURNEYS_REPORT, MODELS_REPORT
from headwater.runtime.api.fields import (
    Amount,
    ApiModel,
    DateBasis,
    Day,
    Model,
    NextPage,
    Ratio,
    Revenue,
    RowKind,
    WhichOrders,
    with_example,
)
from headwater.runtime.api.models_compared import (
    RangeParameters,
    compared_report,
    compared_row,
)
from headwater.runtime.api.models_reports import Envelope, RowNames


class ModelsParameters(RangeParameters):
    """The question that a comparison answers, defaults filled in."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    by: list[str]
    revenue: Revenue
    date: DateBasis
    orders: WhichOrders = Field(description="All, the first of customers, or the others.")
    is_partial: bool


class ModelsTotals(ApiModel):
    """What the range holds, and what each model makes of it."""

    orders: int
    gross: Amount
    refunds: Amount
    net: Amount
    cost: Amount
    attributed: dict[Model, Amount]
    pre_tracking: dict[Model, Amount]
    unattributed: dict[Model, Amount]
    coverage: dict[Model, Ratio | None]


@compared_row("models")
class ModelsRow(RowNames):
    """What each model gives to one name; the spread leaves models out that give orders whole."""

    kind: RowKind
    cost: Amount | None
    lowest: Amount | None
    highest: Amount | None
    spread: Amount | None = Field(description="The highest less the lowest.")
    relative_spread: Ratio | None = Field(description="The spread over the models' mean.")
    revenue: dict[Model, Amount]
    orders: dict[Model, int]


@compared_report
class ModelsReport(Envelope):
    """All models side by side."""

    model_config = with_example(MODELS_REPORT)

    parameters: ModelsParameters
    totals: ModelsTotals
    rows: list[ModelsRow]
    notes: list[str]
    next: NextPage


class JourneysParameters(RangeParameters):
    """The range of the orders."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    orders: WhichOrders
    is_partial: bool


class Percentiles(ApiModel):
    """How a measure is spread over the orders that have it."""

    orders: int
    median: int | None
    p75: int | None
    p90: int | None


class JourneysTotals(ApiModel):
    """The store's own orders of the range, rebills aside, and what they took; lags are in days."""

    orders: int
    orders_with_path: int
    rebills: int
    gross: Amount
    net: Amount
    touches: Percentiles
    days: Percentiles
    touch_to_opt_in: Percentiles | None = Field(description="Of first orders, as all lags.")
    opt_in_to_purchase: Percentiles | None
    touch_to_purchase: Percentiles | None


@compared_row("journeys")
class JourneysRow(ApiModel):
    """One bucket of a measure, one path, one name that assists, or one pair of channels."""

    section: Literal[
        "touches",
        "days",
        "touch_to_opt_in",
        "opt_in_to_purchase",
        "touch_to_purchase",
        "path",
        "assist_channel",
        "assist_campaign",
        "overlap",
    ]
    name: str
    orders: int = Field(description="Of what assists: the orders that it assisted.")
    gross: Amount
    net: Amount
    last_orders: int | None = Field(description="The orders that it closed.")
    assists_per_last: Ratio | None


@compared_report
class JourneysReport(Envelope):
    """The ways to the orders of a range."""

    model_config = with_example(JOURNEYS_REPORT)

    parameters: JourneysParameters
    totals: JourneysTotals
    rows: list[JourneysRow]
    notes: list[str]
    next: NextPage

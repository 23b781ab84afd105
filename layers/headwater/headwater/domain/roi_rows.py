"""The figures of an ROI report before they are spelled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoiRow:
    """One row, in minor units of the account's currency.

    ``kind`` is ``credited`` or one of ``roi.REST_KINDS``; ``names`` are the dimension values of a
    credited row. Cost that could not be converted is in no row, only counted in the totals. None
    stands where the row's dimensions cannot tell a figure. ``future_...`` is the part of orders
    that were placed after the range, by click date; ``lifetime_...`` what the new customers have
    bought to date. ``ad_clicks impressions claimed_...`` are what
    the platforms say of their ads; conversions in millionths.
    """

    kind: str
    names: tuple[str, ...]
    clicks: int | None = 0
    leads: int | None = 0
    orders: int = 0
    customers: int = 0
    new_customers: int = 0
    gross: int = 0
    net: int = 0
    cost: int | None = 0
    future_orders: int = 0
    future_gross: int = 0
    future_net: int = 0
    ad_clicks: int | None = 0
    impressions: int | None = 0
    claimed_conversions: int | None = 0
    claimed_value: int | None = 0
    lifetime_gross: int | None = 0
    lifetime_net: int | None = 0


@dataclass(frozen=True, slots=True)
class RoiTotals:
    """What the report's range holds, whatever the model: the store's own figures, and the cost.

    ``attributed_gross`` and ``attributed_net`` are what credited rows truly stand for: under
    ``full_impact`` the rows themselves sum to more. By click date they are what the clicks of the
    range brought, of which ``future_...`` was ordered after it; all else is about the orders of the
    range. Orders that another source owns are in the
    figures of ``duplicate_...`` and in no other; ``suspected_duplicates`` counts the pairs of which
    both orders are still counted.
    """

    orders: int
    customers: int
    new_customers: int
    gross: int
    net: int
    attributed_gross: int
    attributed_net: int
    pre_tracking_gross: int
    pre_tracking_net: int
    creditable_gross: int
    creditable_net: int
    clicks: int
    leads: int
    cost: int
    not_converted_orders: int
    not_converted_costs: int
    duplicate_orders: int = 0
    duplicate_gross: int = 0
    duplicate_net: int = 0
    suspected_duplicates: int = 0
    attributed_orders: int = 0
    future_orders: int = 0
    future_gross: int = 0
    future_net: int = 0
    ad_clicks: int | None = None
    impressions: int | None = None
    claimed_conversions: int | None = None
    claimed_value: int | None = None
    lifetime_gross: int | None = None
    lifetime_net: int | None = None


@dataclass(frozen=True, slots=True)
class RoiCells:
    """A report's figures before they are spelled: totals and rows of one model."""

    totals: RoiTotals
    rows: tuple[RoiRow, ...]

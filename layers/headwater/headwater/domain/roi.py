"""The ROI report: what each channel, source or campaign cost and brought.

Formulas, with C cost and R revenue (gross or net, as asked): ROI = (R - C) / C; ROAS = R / C;
CPL = C / leads; EPL = R / leads; CAC = C / customers; nCAC = C / new customers; AOV = R / orders;
LTV = what the new customers have bought to date / new customers; MER = the store's R / all C.
A ratio over zero is null.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.domain.roi_rows import RoiCells, RoiRow, RoiTotals

# Rows that stand for revenue which no click gets, in the order in which a report lists them.
CREDITED = "credited"
REST_KINDS = (
    "unattributed",
    "pre_tracking",
    "untracked_channel",
    "migrated",
    "test",
    "not_converted",
    "duplicate",
)
_MILLIONTHS = 1_000_000
_RATIO_DECIMALS = Decimal("0.0001")


def notes_on(totals: RoiTotals) -> list[str]:
    """Return what a reader has to know before he believes the figures, a sentence each."""
    if not totals.suspected_duplicates:
        return []
    note = (
        f"Sales that stand in two sources and are counted twice: {totals.suspected_duplicates}. "
        "GET /v1/duplicates lists them; PUT /v1/duplicates/owner says which source owns them."
    )
    return [note]


def ratio(over: int, under: int) -> str | None:
    """Return a ratio to four decimals, or None over zero."""
    if under == 0:
        return None
    return str((Decimal(over) / Decimal(under)).quantize(_RATIO_DECIMALS))


def spell_roi(
    cells: RoiCells,
    *,
    by: Sequence[str],
    basis: str,
    revenue: str,
    currency: str,
    is_history_complete: bool,
) -> dict[str, Any]:
    """Return the report's ``totals`` and ``rows`` as they go to the reader.

    Amounts are decimal strings. Figures that need the whole order history are null until it is
    there.

    Args:
        cells: the figures of one model.
        by: the dimensions of the rows.
        basis: ``conversion`` or ``click``: by which date the range was cut.
        revenue: ``gross`` or ``net``: what the ratios are taken of.
        currency: the account's.
        is_history_complete: whether new and repeat can be told apart.
    """
    return {
        "totals": _spell_totals(
            cells.totals, revenue, currency, is_history_complete=is_history_complete
        )
        | (spell_clicked(cells.totals, revenue, currency) if basis == "click" else {}),
        "rows": [
            dict(zip(("kind", *by), (row.kind, *row.names), strict=True))
            | _spell_figures(row, revenue, currency, is_history_complete=is_history_complete)
            | (_spell_future(row, currency) if basis == "click" else {})
            for row in cells.rows
        ],
    }


def spell_clicked(totals: RoiTotals, revenue: str, currency: str) -> dict[str, Any]:
    """Return what stands in the totals by click date instead of coverage and what has no credit.

    ``share`` is the attributed revenue over the store's total in the range: an order that follows
    later is in the former only, so it may exceed one.
    """
    chosen, attributed = (
        (totals.gross, totals.attributed_gross)
        if revenue == "gross"
        else (totals.net, totals.attributed_net)
    )
    nothing = dict.fromkeys(("pre_tracking", "unattributed", "coverage"))
    return {
        **nothing,
        "roi": ratio(attributed - totals.cost, totals.cost),
        "roas": ratio(attributed, totals.cost),
        "epl": per_head(attributed, totals.leads, currency),
        "attributed_orders": totals.attributed_orders,
        "share": ratio(attributed, chosen),
        **_spell_future(totals, currency),
    }


def _spell_future(figures: RoiRow | RoiTotals, currency: str) -> dict[str, Any]:
    return {
        "future_orders": figures.future_orders,
        "future_gross": str(from_minor(figures.future_gross, currency)),
        "future_net": str(from_minor(figures.future_net, currency)),
    }


def _spell_totals(
    totals: RoiTotals, revenue: str, currency: str, *, is_history_complete: bool
) -> dict[str, Any]:
    def money(minor: int) -> str:
        return str(from_minor(minor, currency))

    chosen, attributed, pre_tracking, creditable = (
        (
            totals.gross,
            totals.attributed_gross,
            totals.pre_tracking_gross,
            totals.creditable_gross,
        )
        if revenue == "gross"
        else (totals.net, totals.attributed_net, totals.pre_tracking_net, totals.creditable_net)
    )
    return {
        "orders": totals.orders,
        "customers": totals.customers,
        "new_customers": totals.new_customers if is_history_complete else None,
        "gross": money(totals.gross),
        "refunds": money(totals.gross - totals.net),
        "net": money(totals.net),
        "attributed": money(attributed),
        "pre_tracking": money(pre_tracking),
        "unattributed": money(creditable - attributed - pre_tracking),
        "coverage": ratio(attributed, creditable - pre_tracking),
        "clicks": totals.clicks,
        "leads": totals.leads,
        "cost": money(totals.cost),
        "roi": ratio(chosen - totals.cost, totals.cost),
        "roas": ratio(chosen, totals.cost),
        "mer": ratio(chosen, totals.cost),
        "cpl": per_head(totals.cost, totals.leads, currency),
        "epl": per_head(chosen, totals.leads, currency),
        "cac": per_head(totals.cost, totals.customers, currency),
        "ncac": per_head(
            totals.cost, totals.new_customers if is_history_complete else None, currency
        ),
        "aov": per_head(chosen, totals.orders, currency),
        **_spell_lifetimes(totals, revenue, currency, is_told=is_history_complete),
        **spell_claims(totals, currency),
        "not_converted_orders": totals.not_converted_orders,
        "not_converted_costs": totals.not_converted_costs,
        "duplicate_orders": totals.duplicate_orders,
        "duplicate_gross": money(totals.duplicate_gross),
        "duplicate_net": money(totals.duplicate_net),
        "suspected_duplicates": totals.suspected_duplicates,
    }


def _spell_figures(
    row: RoiRow, revenue: str, currency: str, *, is_history_complete: bool
) -> dict[str, Any]:
    chosen = row.gross if revenue == "gross" else row.net
    new_customers = row.new_customers if is_history_complete else None
    return {
        "clicks": row.clicks,
        "leads": row.leads,
        "orders": row.orders,
        "customers": row.customers,
        "new_customers": new_customers,
        "gross": str(from_minor(row.gross, currency)),
        "refunds": str(from_minor(row.gross - row.net, currency)),
        "net": str(from_minor(row.net, currency)),
        "cost": None if row.cost is None else str(from_minor(row.cost, currency)),
        "roi": None if row.cost is None else ratio(chosen - row.cost, row.cost),
        "roas": None if row.cost is None else ratio(chosen, row.cost),
        "cpl": per_head(row.cost, row.leads, currency),
        "epl": per_head(chosen, row.leads, currency),
        "cac": per_head(row.cost, row.customers, currency),
        "ncac": per_head(row.cost, new_customers, currency),
        "aov": per_head(chosen, row.orders, currency),
        **_spell_lifetimes(row, revenue, currency, is_told=is_history_complete),
        **spell_claims(row, currency),
    }


def _spell_lifetimes(
    figures: RoiRow | RoiTotals, revenue: str, currency: str, *, is_told: bool
) -> dict[str, Any]:
    """Return what the new customers have bought to date, all of them and per head."""
    gross, net = figures.lifetime_gross, figures.lifetime_net
    if gross is None or net is None or not is_told:
        return dict.fromkeys(("lifetime_gross", "lifetime_net", "ltv"))
    return {
        "lifetime_gross": str(from_minor(gross, currency)),
        "lifetime_net": str(from_minor(net, currency)),
        "ltv": per_head(gross if revenue == "gross" else net, figures.new_customers, currency),
    }


def spell_claims(figures: RoiRow | RoiTotals, currency: str) -> dict[str, Any]:
    """Return what the platforms say of their ads; it is in no other figure."""
    conversions, value = figures.claimed_conversions, figures.claimed_value
    return {
        "ad_clicks": figures.ad_clicks,
        "impressions": figures.impressions,
        "claimed_conversions": None
        if conversions is None
        else f"{(Decimal(conversions) / _MILLIONTHS).normalize():f}",
        "claimed_value": None if value is None else str(from_minor(value, currency)),
        "claimed_roas": None if value is None else ratio(value, figures.cost or 0),
    }


def per_head(minor: int | None, count: int | None, currency: str) -> str | None:
    """Return an amount per head to the minor unit, or None for nobody or an unknown figure."""
    return (
        None
        if minor is None or not count
        else str(from_minor(round(Decimal(minor) / count), currency))
    )

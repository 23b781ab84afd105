"""Leads by the click or the sign-up that made them: what they cost, and what became of them.

Formulas, with C the cost of the range under a name, n its leads, c those of them who have bought
since, and R what these have bought since (gross or net, as asked): conversion = c / n; CPL = C / n;
EPL = R / n; LTV = R / c; CAC = C / c; ROI = (R - C) / C.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.facts import AD_NAMES, DIMENSIONS, OPT_IN_NAMES, VISIT_NAMES
from headwater.domain.journey_facts import SHARE_NAMES
from headwater.domain.money import from_minor
from headwater.domain.roi import CREDITED, per_head, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# By what leads are named: the click that made them, or the sign-up.
LEAD_NAMES = (*DIMENSIONS, *AD_NAMES, *VISIT_NAMES, *OPT_IN_NAMES)
NAMES_OF_COST = frozenset((*DIMENSIONS, *AD_NAMES))
# Of whom a click is known, of whom none counts, and who came before tracking could see him.
STATES = (CREDITED, "unattributed", "pre_tracking")
FIGURES = ("leads", "reengaged", "customers", "orders", "gross", "net")
_OF_THE_HISTORY = (
    *("customers", "conversion", "days_to_purchase", "orders", "gross", "refunds", "net"),
    *("epl", "ltv", "cac", "roi"),
)
_WITHHELD = "What leads have bought is withheld until all older orders are in."
type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LeadSpelling:
    """Which revenue ratios are taken of, the currency, the names, and whether orders are all in."""

    revenue: str
    currency: str
    by: tuple[str, ...]
    is_history_complete: bool


def spell_leads(document: Mapping[str, Any], spelling: LeadSpelling) -> Row:
    """Return ``totals``, ``rows`` and ``notes``; amounts are decimal texts.

    ``document`` holds ``totals`` and ``cost``, and ``rows``: state, names, figures, cost or None.
    Figures are ``FIGURES`` and ``days``, percentiles or None.
    """
    rows = sorted(
        document["rows"],
        key=lambda row: (
            STATES.index(row[0]),
            -row[2]["leads"],
            -row[2]["reengaged"],
            -(row[3] or 0),
            row[1],
        ),
    )
    return {
        "totals": _figures(document["totals"], document["cost"], spelling),
        "rows": [
            {
                "kind": state,
                **dict(zip(spelling.by, names, strict=True)),
                **_figures(figures, cost, spelling),
            }
            for state, names, figures, cost in rows
        ],
        "notes": [] if spelling.is_history_complete else [_WITHHELD],
    }


def _figures(figures: Mapping[str, Any], cost: int | None, spelling: LeadSpelling) -> Row:
    currency, leads, customers = spelling.currency, figures["leads"], figures["customers"]
    chosen = figures[spelling.revenue]
    told = {
        "leads": leads,
        "reengaged": figures["reengaged"],
        "customers": customers,
        "conversion": ratio(customers, leads),
        "days_to_purchase": _percentiles(figures["days"]),
        "orders": figures["orders"],
        "gross": str(from_minor(figures["gross"], currency)),
        "refunds": str(from_minor(figures["gross"] - figures["net"], currency)),
        "net": str(from_minor(figures["net"], currency)),
        "cost": None if cost is None else str(from_minor(cost, currency)),
        "cpl": per_head(cost, leads, currency),
        "epl": per_head(chosen, leads, currency),
        "ltv": per_head(chosen, customers, currency),
        "cac": per_head(cost, customers, currency),
        "roi": None if cost is None else ratio(chosen - cost, cost),
    }
    return told if spelling.is_history_complete else told | dict.fromkeys(_OF_THE_HISTORY)


def _percentiles(days: Sequence[int] | None) -> Row:
    return dict(zip(SHARE_NAMES, days or (None,) * len(SHARE_NAMES), strict=True))

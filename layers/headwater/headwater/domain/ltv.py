"""What customers are worth by the click that brought them, as a reader sees it.

Formulas, with C the cost of the range under a name, n the customers who joined in it through a
click of that name, and R their revenue since (gross or net, as asked): LTV = R / n; nCAC = C / n;
payback ratio = LTV / nCAC; ROI = (R - C) / C. Value and impact at an age are of those m customers
alone who have reached it: value = R by then / m; impact = (R by then - R of day 0) / R of day 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import WINDOWS, impact
from headwater.domain.money import from_minor
from headwater.domain.roi import CREDITED, per_head, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Who no known click has brought, in the order in which a report lists them.
REST_STATES = ("unattributed", "pre_tracking", "untracked_channel", "migrated", "test")
# Beyond the best so many, contacts are chosen by a condition.
MOST_CONTACTS = 10_000
CONTACT = "contact"
FIGURES = ("customers", "repeat_customers", "orders", "gross", "net")
# Of those who have reached an age: how many, what they bought by then, and on day 0.
AT_AGE = ("customers", "gross", "net", "first_gross", "first_net")
_TOLD = (
    *("customers", "repeat_customers", "orders", "gross", "refunds", "net", "cost"),
    *("ltv", "ncac", "payback_ratio", "aov", "repeat_rate", "roi"),
)
_WITHHELD = "Withheld until all older orders are in: who bought first is not known yet."
type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LtvSpelling:
    """Which revenue ratios are taken of, the currency, and the dimensions of the rows."""

    revenue: str
    currency: str
    by: tuple[str, ...]

    def money(self, minor: int) -> str:
        """Return an amount of minor units as decimal text."""
        return str(from_minor(minor, self.currency))

    def chosen(self, figures: Mapping[str, int], prefix: str = "") -> int:
        """Return the revenue that ratios are taken of."""
        return figures[prefix + self.revenue]


def spell_ltv(document: Mapping[str, Any], spelling: LtvSpelling) -> Row:
    """Return ``totals``, ``rows`` and ``notes`` of the customers by name, or one by one."""
    totals = _figures(document["totals"], document["cost"], spelling)
    notes = [] if document["is_whole"] else [_cut()]
    names = "rows" if spelling.by != (CONTACT,) else "contacts"
    spelled = _named_rows if names == "rows" else _contact_rows
    return {"totals": totals, "rows": spelled(document[names], spelling), "notes": notes}


def withhold_ltv() -> Row:
    """Return the answer while nobody can know who bought for the first time."""
    ages = [f"{name}_{days}" for name in ("customers", "value", "impact") for days in WINDOWS]
    return {"totals": dict.fromkeys((*_TOLD, *ages)), "rows": [], "notes": [_WITHHELD]}


def _cut() -> str:
    return f"Only the best {MOST_CONTACTS:,} contacts are listed; choose others by where."


def _named_rows(rows: Sequence[Sequence[Any]], spelling: LtvSpelling) -> list[Row]:
    """Return the rows by revenue, then those whom no click has brought."""
    order = (CREDITED, *REST_STATES)

    def place(row: Sequence[Any]) -> tuple[Any, ...]:
        state, names, figures, cost = row
        return order.index(state), -spelling.chosen(figures), -cost, names

    return [
        {
            "kind": state,
            **dict(zip(spelling.by, names, strict=True)),
            **_figures(figures, cost, spelling),
        }
        for state, names, figures, cost in sorted(rows, key=place)
    ]


def _figures(figures: Mapping[str, Any], cost: int, spelling: LtvSpelling) -> Row:
    chosen, customers, currency = spelling.chosen(figures), figures["customers"], spelling.currency
    return {
        "customers": customers,
        "repeat_customers": figures["repeat_customers"],
        "orders": figures["orders"],
        "gross": spelling.money(figures["gross"]),
        "refunds": spelling.money(figures["gross"] - figures["net"]),
        "net": spelling.money(figures["net"]),
        "cost": spelling.money(cost),
        "ltv": per_head(chosen, customers, currency),
        "ncac": per_head(cost, customers, currency),
        "payback_ratio": ratio(chosen, cost),
        "aov": per_head(chosen, figures["orders"], currency),
        "repeat_rate": ratio(figures["repeat_customers"], customers),
        "roi": ratio(chosen - cost, cost),
        **_at_ages(figures["ages"], spelling),
    }


def _at_ages(ages: Sequence[Sequence[int]], spelling: LtvSpelling) -> Row:
    spelled: dict[str, dict[int, Any]] = {"customers": {}, "value": {}, "impact": {}}
    for days, found in zip(WINDOWS, ages, strict=True):
        figures = dict(zip(AT_AGE, found, strict=True))
        chosen, customers = spelling.chosen(figures), figures["customers"]
        spelled["customers"][days] = customers
        spelled["value"][days] = per_head(chosen, customers, spelling.currency)
        spelled["impact"][days] = impact(chosen, spelling.chosen(figures, "first_"))
    return {
        f"{name}_{days}": value
        for name, by_age in spelled.items()
        for days, value in by_age.items()
    }


def _contact_rows(contacts: Sequence[Mapping[str, Any]], spelling: LtvSpelling) -> list[Row]:
    return [
        {
            **contact,
            "gross": spelling.money(contact["gross"]),
            "refunds": spelling.money(contact["gross"] - contact["net"]),
            "net": spelling.money(contact["net"]),
            "aov": per_head(spelling.chosen(contact), contact["orders"], spelling.currency),
        }
        for contact in contacts
    ]

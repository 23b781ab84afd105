"""Subscriptions as a reader sees them: by month, by cycle, and by the click that brought them.

A month's churn = lapsed / active at its beginning, retention = 1 - churn. A cycle's retention =
those who reached it / those who could have: the others lapsed one cycle before, and who is still
waited for is in neither; survival is the product of the retentions up to it. LTV = revenue /
subscriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import end_of_month
from headwater.domain.money import from_minor
from headwater.domain.roi import per_head, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

STATES = ("credited", "unattributed", "pre_tracking")
_WITHHELD = (
    "Subscriptions are withheld until all older orders are in: an initial order may be missing."
)
_COUNTS = (
    "subscriptions",
    "active",
    "paused",
    "lapsed",
    "returned",
    "began_before",
    "inferred",
    "skipped",
    "orders",
    "rebills",
)
_TOLD = (*_COUNTS, "inferred_share", "lapsed_share", "gross", "refunds", "net", "ltv")
_NOW = ("active_at_end", "monthly_gross", "monthly_net")
type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SubscriptionSpelling:
    """Which revenue ratios are taken of, the currency, and the day of the run."""

    revenue: str
    currency: str
    as_of: date

    def money(self, minor: int) -> str:
        """Return an amount of minor units as decimal text."""
        return str(from_minor(minor, self.currency))

    def chosen(self, gross: int, net: int) -> int:
        """Return the revenue that ratios are taken of."""
        return gross if self.revenue == "gross" else net


def spell_subscriptions(
    document: Mapping[str, Any], part: str, spelling: SubscriptionSpelling
) -> Row:
    """Return the ``totals``, ``rows`` and ``notes`` of a report; ``part`` is one of ``PARTS``."""
    last = document["months"][-1] if document["months"] else ""
    active, _, gross, net = document["stock"].get(last, (0, 0, 0, 0))
    now = dict(zip(_NOW, (active, spelling.money(gross), spelling.money(net)), strict=True))
    return {
        "totals": {**_figures(document["totals"], spelling), **now},
        "rows": list(PARTS[part](document, spelling)),
        "notes": [],
    }


def withhold_subscriptions() -> Row:
    """Return the answer while initial orders may be missing."""
    return {"totals": dict.fromkeys((*_TOLD, *_NOW)), "rows": [], "notes": [_WITHHELD]}


def _figures(found: Sequence[int], spelling: SubscriptionSpelling) -> Row:
    *_, gross, net = found
    counts = dict(zip(_COUNTS, found, strict=False))
    return {
        **counts,
        "inferred_share": ratio(counts["inferred"], counts["subscriptions"]),
        "lapsed_share": ratio(counts["lapsed"], counts["subscriptions"]),
        "gross": spelling.money(gross),
        "refunds": spelling.money(gross - net),
        "net": spelling.money(net),
        "ltv": per_head(spelling.chosen(gross, net), counts["subscriptions"], spelling.currency),
    }


def _month_rows(document: Mapping[str, Any], spelling: SubscriptionSpelling) -> Iterator[Row]:
    def figures(name: str, month: str, width: int) -> list[int]:
        return document[name].get(month) or [0] * width

    # The first month is there for what was active at its end.
    before, *months = document["months"] or [""]
    at_begin = figures("stock", before, 4)[0]
    for month in months:
        active, inferred, gross, net = figures("stock", month, 4)
        new, returned, continued = figures("begun", month, 3)
        initials, rebills, rebill_gross, rebill_net, all_gross, all_net = figures("sold", month, 6)
        [lapsed], [skipped] = figures("lapsed", month, 1), figures("skipped", month, 1)
        yield {
            "month": month[: len("2026-11")],
            "active_before": at_begin,
            "new": new,
            "returned": returned,
            "continued": continued,
            "lapsed": lapsed,
            "active": active,
            "skipped": skipped,
            "initials": initials,
            "rebills": rebills,
            "rebill_gross": spelling.money(rebill_gross),
            "rebill_net": spelling.money(rebill_net),
            "gross": spelling.money(all_gross),
            "net": spelling.money(all_net),
            "churn": ratio(lapsed, at_begin),
            "retention": ratio(at_begin - lapsed, at_begin),
            "monthly_gross": spelling.money(gross),
            "monthly_net": spelling.money(net),
            "monthly_per_active": per_head(spelling.chosen(gross, net), active, spelling.currency),
            "inferred_share": ratio(inferred, active),
            "is_complete": end_of_month(date.fromisoformat(month), 0) < spelling.as_of,
        }
        at_begin = active


def _cycle_rows(document: Mapping[str, Any], spelling: SubscriptionSpelling) -> Iterator[Row]:
    survival, lost = Decimal(1), 0
    for cycle, reached, lapsed, waiting, orders, gross, net in document["cycles"]:
        survival *= Decimal(reached) / (reached + lost)
        chosen = spelling.chosen(gross, net)
        yield {
            "cycle": cycle,
            "subscriptions": reached,
            "lapsed": lapsed,
            "waiting": waiting,
            "retention": ratio(reached, reached + lost),
            "churn": ratio(lost, reached + lost),
            "survival": str(survival.quantize(Decimal("0.0001"))),
            "orders": orders,
            "gross": spelling.money(gross),
            "net": spelling.money(net),
            "aov": per_head(chosen, orders, spelling.currency),
        }
        lost = lapsed


def _campaign_rows(document: Mapping[str, Any], spelling: SubscriptionSpelling) -> Iterator[Row]:
    def place(row: Sequence[Any]) -> tuple[Any, ...]:
        return STATES.index(row[0]), -spelling.chosen(*row[-2:]), row[1:4]

    for state, channel, source, campaign, *found in sorted(document["campaigns"], key=place):
        names = {"kind": state, "channel": channel, "source": source, "campaign": campaign}
        yield {**names, **_figures(found, spelling)}


# Part → its rows.
PARTS: dict[str, Callable[[Mapping[str, Any], SubscriptionSpelling], Iterator[Row]]] = {
    "months": _month_rows,
    "cycles": _cycle_rows,
    "campaigns": _campaign_rows,
}

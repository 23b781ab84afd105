"""The coverage report: how much revenue and cost meets a click, and why the rest does not.

Coverage = attributed / (the store's own orders - pre-tracking). A share over zero is null.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.cost_join import PLATFORM_ONLY, UNMATCHED
from headwater.domain.health import sales_verdict
from headwater.domain.money import from_minor
from headwater.domain.roi import CREDITED, REST_KINDS, ratio
from headwater.domain.url_templates import URL_TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Why an order is not credited, or hardly; what a report lists first comes first.
CAUSES = (
    "no_identity",
    "no_click",
    "only_later_clicks",
    "outside_window",
    "no_role",
    "direct_only",
)
# The rows of the report's parts.
PARTS = ("revenue", "cost", "unmatched", "causes")
_NOT_JOINED = (UNMATCHED, PLATFORM_ONLY)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How amounts are spelled: which revenue shares are taken of, and the account's currency."""

    revenue: str
    currency: str

    def money(self, minor: int) -> str:
        """Return an amount of minor units as decimal text."""
        return str(from_minor(minor, self.currency))

    def chosen(self, gross: int, net: int) -> int:
        """Return the revenue that shares are taken of."""
        return gross if self.revenue == "gross" else net


def spell_coverage(
    document: Mapping[str, Any], models: Sequence[str], spelling: Spelling
) -> dict[str, Any]:
    """Return the ``totals``, the parts and the ``health`` of a report as they go to the reader.

    Args:
        document: what ``compute_coverage`` found.
        models: those to be told of, in this order.
        spelling: how amounts are spelled.
    """
    return {
        "totals": _spell_totals(document["joined"], spelling),
        "revenue": [
            row for model in models for row in _revenue_rows(document["outcomes"], model, spelling)
        ],
        "cost": _cost_rows(document["joined"], spelling),
        "unmatched": [_unmatched_row(row, spelling) for row in document["unmatched"]],
        "causes": [
            row for model in models for row in _cause_rows(document["causes"], model, spelling)
        ],
        "health": _spell_health(document["health"]),
    }


def _revenue_rows(
    outcomes: Sequence[Sequence[Any]], model: str, spelling: Spelling
) -> list[dict[str, Any]]:
    """Return what became of all orders under a model; every kind has its row, be it empty."""
    found = {kind: (orders, gross, net) for of, kind, orders, gross, net in outcomes if of == model}
    amounts = Counter(
        {kind: spelling.chosen(gross, net) for kind, (_, gross, net) in found.items()}
    )
    # An order that another source owns is that source's revenue.
    total = sum(amounts.values()) - amounts["duplicate"]
    coverage = ratio(amounts[CREDITED], amounts[CREDITED] + amounts["unattributed"])
    return [
        {
            "model": model,
            "kind": kind,
            "orders": orders,
            "gross": spelling.money(gross),
            "net": spelling.money(net),
            "share": None if kind == "duplicate" else ratio(amounts[kind], total),
            "coverage": coverage if kind == CREDITED else None,
        }
        for kind in (CREDITED, *REST_KINDS)
        for orders, gross, net in [found.get(kind, (0, 0, 0))]
    ]


def _cause_rows(
    causes: Sequence[Sequence[Any]], model: str, spelling: Spelling
) -> list[dict[str, Any]]:
    found = {cause: tuple(figures) for of, cause, *figures in causes if of == model}
    return [
        {
            "model": model,
            "cause": cause,
            "orders": orders,
            "gross": spelling.money(gross),
            "net": spelling.money(net),
        }
        for cause in CAUSES
        for orders, gross, net in [found.get(cause, (0, 0, 0))]
    ]


def _cost_rows(joined: Sequence[Sequence[Any]], spelling: Spelling) -> list[dict[str, Any]]:
    """Return each platform's cost and paid clicks by the key that joined them."""
    cost_of: Counter[str] = Counter()
    clicks_of: Counter[str] = Counter()
    for platform, _, cost, clicks in joined:
        cost_of[platform] += cost
        clicks_of[platform] += clicks
    return [
        {
            "platform": platform,
            "method": method,
            "is_joined": method not in _NOT_JOINED,
            "cost": spelling.money(cost),
            "cost_share": ratio(cost, cost_of[platform]),
            "clicks": clicks,
            "clicks_share": ratio(clicks, clicks_of[platform]),
        }
        for platform, method, cost, clicks in joined
    ]


def _spell_totals(joined: Sequence[Sequence[Any]], spelling: Spelling) -> dict[str, Any]:
    cost, clicks = sum(row[2] for row in joined), sum(row[3] for row in joined)
    loose = [row for row in joined if row[1] in _NOT_JOINED]
    loose_cost, loose_clicks = sum(row[2] for row in loose), sum(row[3] for row in loose)
    return {
        "cost": spelling.money(cost),
        "cost_joined": spelling.money(cost - loose_cost),
        "cost_without_clicks": spelling.money(loose_cost),
        "cost_joined_share": ratio(cost - loose_cost, cost),
        "clicks": clicks,
        "clicks_joined": clicks - loose_clicks,
        "clicks_without_cost": loose_clicks,
        "clicks_joined_share": ratio(clicks - loose_clicks, clicks),
    }


def _unmatched_row(row: Sequence[Any], spelling: Spelling) -> dict[str, Any]:
    """Return what meets nothing, with the text that mends it where the platform is known."""
    kind, platform, campaign_id, adset_id, ad_id, source, medium, campaign, cost, clicks = row
    template = URL_TEMPLATES.get(platform)
    return {
        "kind": kind,
        "platform": platform,
        "campaign_id": campaign_id,
        "adset_id": adset_id,
        "ad_id": ad_id,
        "source": source,
        "medium": medium,
        "campaign": campaign,
        "cost": spelling.money(cost),
        "clicks": clicks,
        "paste_into": template and template.place,
        "template": template and template.template,
    }


def _spell_health(health: Mapping[str, int]) -> dict[str, Any]:
    sales, attributed = health["new_sales"], health["attributed_new_sales"]
    return {
        **health,
        "attributed_share": ratio(attributed, sales),
        "verdict": sales_verdict(sales, attributed),
    }

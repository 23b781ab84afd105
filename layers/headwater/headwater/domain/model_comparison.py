"""All attribution models side by side, and how far they lie apart.

The spread of a row is the highest less the lowest amount that a model gives it; relative to the
mean of these amounts. Models that give each touch all of its order are shown and take no part in
it: they hand out more than there is, so they are always the highest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor
from headwater.domain.roi import CREDITED, REST_KINDS, ratio
from headwater.domain.roi_documents import ALL_MODELS, FIGURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KINDS = (CREDITED, *REST_KINDS)


def spell_comparison(
    document: Mapping[str, Any],
    *,
    by: Sequence[str],
    models: Sequence[str],
    revenue: str,
    currency: str,
) -> dict[str, Any]:
    """Return ``totals`` and ``rows`` of the comparison: what each model gives to each name.

    Args:
        document: of an ROI report.
        by: the dimensions of its rows.
        models: the account's.
        revenue: ``gross`` or ``net``.
        currency: the account's.
    """
    figure = FIGURES.index(revenue)
    rows = []
    for row in document["rows"]:
        shared = row["models"].get(ALL_MODELS)
        found = {model: row["models"].get(model, shared) for model in models}
        if any(found.values()):
            amounts = {model: each[figure] if each else 0 for model, each in found.items()}
            orders = {model: each[0] if each else 0 for model, each in found.items()}
            rows.append((row, amounts, orders))
    rows.sort(
        key=lambda each: (_KINDS.index(each[0]["kind"]), -max(each[1].values()), each[0]["names"])
    )
    return {
        "totals": _totals(document["totals"], models, revenue, currency),
        "rows": [
            {"kind": row["kind"]}
            | dict(zip(by, row["names"], strict=True))
            | {"cost": _cost(row, document, currency)}
            | _spread(amounts, document["whole"], currency)
            | {"revenue": _money(amounts, currency), "orders": orders}
            for row, amounts, orders in rows
        ],
    }


def _cost(row: Mapping[str, Any], document: Mapping[str, Any], currency: str) -> str | None:
    return str(from_minor(row.get("cost", 0), currency)) if document["told"]["cost"] else None


def _money(amounts: Mapping[str, int], currency: str) -> dict[str, str]:
    return {model: str(from_minor(amount, currency)) for model, amount in amounts.items()}


def _spread(
    amounts: Mapping[str, int], whole: Sequence[str], currency: str
) -> dict[str, str | None]:
    compared = {model: amount for model, amount in amounts.items() if model not in whole}
    if not compared:
        return dict.fromkeys(("lowest", "highest", "spread", "relative_spread"))
    lowest, highest = min(compared.values()), max(compared.values())
    return {
        "lowest": str(from_minor(lowest, currency)),
        "highest": str(from_minor(highest, currency)),
        "spread": str(from_minor(highest - lowest, currency)),
        "relative_spread": ratio((highest - lowest) * len(compared), sum(compared.values())),
    }


def _totals(
    totals: Mapping[str, Any], models: Sequence[str], revenue: str, currency: str
) -> dict[str, Any]:
    creditable = totals[f"creditable_{revenue}"]
    own = {model: totals["models"][model] for model in models}
    attributed = {model: each[f"attributed_{revenue}"] for model, each in own.items()}
    earlier = {model: each[f"pre_tracking_{revenue}"] for model, each in own.items()}
    rest = {model: creditable - attributed[model] - earlier[model] for model in models}
    return {
        "orders": totals["orders"],
        "gross": str(from_minor(totals["gross"], currency)),
        "refunds": str(from_minor(totals["gross"] - totals["net"], currency)),
        "net": str(from_minor(totals["net"], currency)),
        "cost": str(from_minor(totals["cost"], currency)),
        "attributed": _money(attributed, currency),
        "pre_tracking": _money(earlier, currency),
        "unattributed": _money(rest, currency),
        "coverage": {m: ratio(attributed[m], creditable - earlier[m]) for m in models},
    }

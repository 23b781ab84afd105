"""How long it takes until clicks have brought what they bring, as a reader sees it.

Let ``r(d)`` be the revenue that a model gives to the clicks of a name for orders at most ``d`` days
after their click, of clicks that are at least ``horizon`` days old. The age at share ``q`` is the
least whole ``d`` with ``r(d) >= q * r(horizon)``. The evaluation time is the age at 90 %: a tenth
of the revenue comes later than that. A name with fewer than ``LEAST_ORDERS`` such orders is judged
by all names together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor

if TYPE_CHECKING:
    from collections.abc import Mapping

# Percent of the revenue whose ages are told; the last one is the evaluation time.
PERCENTS = (50, 80, 90)
# As in health: fewer tell nothing about others to come.
LEAST_ORDERS = 30
LEAST_HORIZON, MOST_HORIZON, USUAL_HORIZON = 7, 730, 90
OWN, ALL = "own", "all"
_WITHHELD = "Withheld until all older orders are in: who bought first is not known yet."
type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ForecastSpelling:
    """The currency, the names of the rows, the day of the run, and how old clicks have to be."""

    currency: str
    by: tuple[str, ...]
    as_of: date
    horizon: int


def spell_forecast(document: Mapping[str, Any], spelling: ForecastSpelling) -> Row:
    """Return ``totals``, ``rows`` and ``notes``.

    ``document`` holds ``totals`` and ``rows``, each a mapping of ``orders amount days first last``:
    ``days`` are the ages at ``PERCENTS`` or None, ``first`` and ``last`` the days on which a name's
    clicks have been seen. Rows stand with their names.
    """
    whole = _figures(document["totals"], spelling)
    by_all = whole["days_90"] if document["totals"]["orders"] >= LEAST_ORDERS else None
    rows = [
        {
            **dict(zip(spelling.by, names, strict=True)),
            **_figures(found, spelling),
            **_judged(found, by_all, spelling),
        }
        for names, found in sorted(
            document["rows"], key=lambda row: (-row[1]["amount"], -row[1]["orders"], row[0])
        )
    ]
    notes = [] if document["totals"]["orders"] else [_nothing(spelling)]
    return {"totals": whole, "rows": rows, "notes": notes}


def withhold_forecast() -> Row:
    """Return the answer while nobody can know who bought for the first time."""
    ages = (f"days_{percent}" for percent in PERCENTS)
    totals = dict.fromkeys(("orders", "revenue", *ages))
    return {"totals": totals, "rows": [], "notes": [_WITHHELD]}


def _nothing(spelling: ForecastSpelling) -> str:
    return (
        f"No click of the range that is {spelling.horizon} days old has brought an order: "
        "ask for an earlier range, or a shorter horizon."
    )


def _figures(found: Mapping[str, Any], spelling: ForecastSpelling) -> Row:
    days = found["days"] or (None,) * len(PERCENTS)
    return {
        "orders": found["orders"],
        "revenue": str(from_minor(found["amount"], spelling.currency)),
        **{f"days_{percent}": age for percent, age in zip(PERCENTS, days, strict=True)},
    }


def _judged(found: Mapping[str, Any], by_all: int | None, spelling: ForecastSpelling) -> Row:
    """Return by which time a name is judged, and how much of that it has run."""
    is_own = found["orders"] >= LEAST_ORDERS and found["days"] is not None
    evaluation = found["days"][-1] if is_own else by_all
    first = found["first"]
    ran = None if first is None else (spelling.as_of - date.fromisoformat(first)).days
    return {
        "evaluation_days": evaluation,
        "basis": None if evaluation is None else OWN if is_own else ALL,
        "first_click_on": first,
        "last_click_on": found["last"],
        "running_days": ran,
        "is_old_enough": None if evaluation is None or ran is None else ran >= evaluation,
    }

"""What a range of orders says of the ways to them, as a reader sees it.

Rows are of sections, so that one table holds them all: how many touches and days an order took,
the lags of first orders, the most frequent paths, what assists and closes, what occurs together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.money import from_minor
from headwater.domain.roi import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

# The first value of each bucket.
TOUCH_BUCKETS = (0, 1, 2, 3, 4, 5, 6, 11, 21)
DAY_BUCKETS = (0, 1, 2, 4, 8, 15, 31, 61, 91, 181)
# Measure → the buckets of its section.
MEASURES = {
    "touches": TOUCH_BUCKETS,
    "days": DAY_BUCKETS,
    "touch_to_opt_in": DAY_BUCKETS,
    "opt_in_to_purchase": DAY_BUCKETS,
    "touch_to_purchase": DAY_BUCKETS,
}
# The lags are of first orders, which cannot be told before the whole history is in.
LAGS = ("touch_to_opt_in", "opt_in_to_purchase", "touch_to_purchase")
SHARES = (0.5, 0.75, 0.9)
SHARE_NAMES = ("median", "p75", "p90")
LISTS = ("path", "assist_channel", "assist_campaign", "overlap")


def bucket_name(buckets: tuple[int, ...], place: int) -> str:
    """Return a bucket as a range of values: ``0``, ``4-7``, ``91+``."""
    first = buckets[place]
    if place + 1 == len(buckets):
        return f"{first}+"
    last = buckets[place + 1] - 1
    return str(first) if first == last else f"{first}-{last}"


def spell_journeys(
    document: Mapping[str, Any], *, currency: str, is_history_complete: bool
) -> dict[str, Any]:
    """Return ``totals`` and ``rows`` as they go to the reader; amounts are decimal strings."""
    told = [name for name in MEASURES if is_history_complete or name not in LAGS]
    totals = document["totals"]
    return {
        "totals": {
            "orders": totals["orders"],
            "orders_with_path": totals["orders_with_path"],
            "rebills": totals["rebills"],
            "gross": str(from_minor(totals["gross"], currency)),
            "net": str(from_minor(totals["net"], currency)),
            **{
                name: _spell_measure(document["measures"][name]) if name in told else None
                for name in MEASURES
            },
        },
        "rows": [
            *(
                _spell_row(name, bucket_name(buckets, place), found, currency)
                for name, buckets in MEASURES.items()
                if name in told
                for place, found in enumerate(document["measures"][name]["buckets"])
            ),
            *(
                _spell_row(section, name, found, currency)
                for section in LISTS
                for name, found in document["lists"][section]
            ),
        ],
    }


def _spell_measure(measure: Mapping[str, Any]) -> dict[str, int | None]:
    shares = measure["shares"] or (None,) * len(SHARES)
    return {"orders": measure["orders"], **dict(zip(SHARE_NAMES, shares, strict=True))}


def _spell_row(section: str, name: str, found: list[int], currency: str) -> dict[str, Any]:
    """Return one row; ``found`` is orders, gross, net and, of what assists, how often it closes."""
    orders, gross, net, *closed = found
    last = closed[0] if closed else None
    return {
        "section": section,
        "name": name,
        "orders": orders,
        "gross": str(from_minor(gross, currency)),
        "net": str(from_minor(net, currency)),
        "last_orders": last,
        "assists_per_last": None if last is None else ratio(orders, last),
    }

"""How long new customers took from click to opt-in to purchase, by the click that brought them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.journey_facts import DAY_BUCKETS, LAGS, SHARE_NAMES, bucket_name
from headwater.domain.ltv import REST_STATES
from headwater.domain.roi import CREDITED, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

# Per measure: how many have it, their percentiles, and how many of them fall in each bucket.
type Measure = tuple[int, Sequence[int] | None, Sequence[int]]
type Row = dict[str, Any]
_ORDER = (CREDITED, *REST_STATES)
_WITHHELD = "Withheld until all older orders are in: who bought first is not known yet."


def spell_lags(document: Mapping[str, Any], by: Sequence[str], part: str) -> Row:
    """Return ``totals``, the ``rows`` of a part, and ``notes``.

    ``document`` holds ``totals`` and ``rows``: state, names, customers, and a ``Measure`` of each
    of ``LAGS``.
    """
    rows = sorted(
        document["rows"], key=lambda row: (_ORDER.index(row[0]), -row[2]["customers"], row[1])
    )
    return {
        "totals": _figures(document["totals"]),
        "rows": [spelled for row in rows for spelled in PARTS[part](*row, by)],
        "notes": [],
    }


def withhold_lags() -> Row:
    """Return the answer while nobody can know who bought for the first time."""
    return {"totals": dict.fromkeys(("customers", *LAGS)), "rows": [], "notes": [_WITHHELD]}


def _figures(found: Mapping[str, Any]) -> Row:
    return {"customers": found["customers"], **{lag: _spell_measure(found[lag]) for lag in LAGS}}


def _spell_measure(measure: Measure) -> Row:
    customers, shares, _ = measure
    named = zip(SHARE_NAMES, shares or (None,) * len(SHARE_NAMES), strict=True)
    return {"customers": customers, **dict(named)}


def _named(state: str, names: Sequence[str], by: Sequence[str]) -> Row:
    return {"kind": state, **dict(zip(by, names, strict=True))}


def _name_rows(
    state: str, names: Sequence[str], found: Mapping[str, Any], by: Sequence[str]
) -> Iterator[Row]:
    yield {**_named(state, names, by), **_figures(found)}


def _bucket_rows(
    state: str, names: Sequence[str], found: Mapping[str, Any], by: Sequence[str]
) -> Iterator[Row]:
    """Yield each measure's buckets; a measure that nobody of the name has is left out."""
    for lag in LAGS:
        everybody, _, buckets = found[lag]
        so_far = 0
        for place, customers in enumerate(buckets if everybody else ()):
            so_far += customers
            yield {
                **_named(state, names, by),
                "measure": lag,
                "days": bucket_name(DAY_BUCKETS, place),
                "customers": customers,
                "share": ratio(customers, everybody),
                "cumulative_share": ratio(so_far, everybody),
            }


# Part → the rows of a name.
PARTS: dict[str, Callable[..., Iterator[Row]]] = {
    "percentiles": _name_rows,
    "distribution": _bucket_rows,
}

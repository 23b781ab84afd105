"""The rows of the cohort report, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.cohorts import (
    WINDOWS,
    Cohort,
    CohortSpelling,
    Sums,
    end_of_month,
    impact,
    months_between,
    read_cohorts,
)
from headwater.domain.journey_facts import DAY_BUCKETS, SHARE_NAMES, bucket_name
from headwater.domain.roi import per_head, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

LAGS = ("click_to_purchase", "opt_in_to_purchase", "purchase_to_repeat")
NOT_YET = "not yet"
_COUNTS = ("members", "leads", "customers", "new_customers", "repeat_customers")
_FIGURES = (
    *_COUNTS,
    *("orders", "gross", "refunds", "net", "cost"),
    *("cpl", "ncac", "value", "ltv", "aov", "repeat_rate", "roi", "roas"),
)
_WITHHELD = "Cohorts are withheld until all older orders are in: who bought first is not known yet."
type Row = dict[str, Any]


def spell_cohorts(document: Mapping[str, Any], part: str, spelling: CohortSpelling) -> Row:
    """Return the ``totals``, ``rows`` and ``notes`` of a report.

    Args:
        document: what ``usecases.reports.cohort_cells`` found.
        part: one of ``PARTS``.
        spelling: how it is to be told.
    """
    cohorts = read_cohorts(document)
    rows = PARTS[part]
    return {
        "totals": _totals(document, cohorts, spelling),
        "rows": list(rows(document, cohorts, spelling)),
        "notes": [],
    }


def withhold_cohorts() -> Row:
    """Return the answer while nobody can know who bought for the first time."""
    names = (*_FIGURES, "not_converted_orders", "not_converted_costs", *LAGS)
    return {"totals": dict.fromkeys(names), "rows": [], "notes": [_WITHHELD]}


def _totals(
    document: Mapping[str, Any], cohorts: Sequence[Cohort], spelling: CohortSpelling
) -> Row:
    together = Cohort(spelling.first)
    for name in (*_COUNTS, "cost"):
        setattr(together, name, sum(getattr(cohort, name) for cohort in cohorts))
    sums = sum((cohort.sums for cohort in cohorts), start=Sums())
    return {
        **_figures(together, sums, spelling),
        "not_converted_orders": document["not_converted"],
        "not_converted_costs": sum(missing for _, _, missing in document["cost"]),
        **{name: _percentiles(document["lags"].get(name)) for name in LAGS},
    }


def _percentiles(lag: Mapping[str, Any] | None) -> Row | None:
    if lag is None:
        return None
    shares = lag["shares"] or (None,) * len(SHARE_NAMES)
    return {"customers": lag["done"], **dict(zip(SHARE_NAMES, shares, strict=True))}


def _figures(cohort: Cohort, sums: Sums, spelling: CohortSpelling) -> Row:
    chosen, cost, currency = spelling.chosen(sums), cohort.cost, spelling.currency
    return {
        **{name: getattr(cohort, name) for name in _COUNTS},
        "orders": sums.orders,
        "gross": spelling.money(sums.gross),
        "refunds": spelling.money(sums.gross - sums.net),
        "net": spelling.money(sums.net),
        "cost": spelling.money(cost),
        "cpl": per_head(cost, cohort.leads, currency),
        "ncac": per_head(cost, cohort.new_customers, currency),
        "value": per_head(chosen, cohort.members, currency),
        "ltv": per_head(chosen, cohort.customers, currency),
        "aov": per_head(chosen, sums.orders, currency),
        "repeat_rate": ratio(cohort.repeat_customers, cohort.customers),
        "roi": ratio(chosen - cost, cost),
        "roas": ratio(chosen, cost),
    }


def _cohort_rows(
    _: Mapping[str, Any], cohorts: Sequence[Cohort], spelling: CohortSpelling
) -> Iterator[Row]:
    for cohort in cohorts:
        yield {
            "cohort": _name(cohort.month),
            **_figures(cohort, cohort.sums, spelling),
            "break_even_month": cohort.break_even_month(),
            "break_even_day": cohort.break_even_day(),
            "is_complete": spelling.joined_since(cohort.month) == cohort.month
            and spelling.joined_until(cohort.month) == end_of_month(cohort.month, 0)
            and spelling.is_over(end_of_month(cohort.month, 0)),
        }


def _month_rows(
    _: Mapping[str, Any], cohorts: Sequence[Cohort], spelling: CohortSpelling
) -> Iterator[Row]:
    for cohort in cohorts:
        so_far = Sums()
        for age in range(months_between(cohort.month, spelling.as_of) + 1):
            bought = cohort.by_month.get(age, Sums())
            so_far += bought
            last = end_of_month(cohort.month, age)
            yield {
                "cohort": _name(cohort.month),
                "age": age,
                "month": _name(last),
                "members": cohort.members,
                "customers": bought.customers,
                "retention": ratio(bought.customers, cohort.members),
                "orders": bought.orders,
                "gross": spelling.money(bought.gross),
                "net": spelling.money(bought.net),
                **_cumulative(cohort, so_far, spelling),
                "is_complete": spelling.is_over(last),
            }


def _day_rows(
    _: Mapping[str, Any], cohorts: Sequence[Cohort], spelling: CohortSpelling
) -> Iterator[Row]:
    """Yield the ages that at least the first member can have reached."""
    for cohort in cohorts:
        age_of_first = (spelling.as_of - spelling.joined_since(cohort.month)).days
        age_of_last = (spelling.as_of - spelling.joined_until(cohort.month)).days
        for days in WINDOWS:
            if days < age_of_first:
                sums = cohort.window(days)
                yield {
                    "cohort": _name(cohort.month),
                    "days": days,
                    "members": cohort.members,
                    "customers": sums.customers,
                    "orders": sums.orders,
                    **_cumulative(cohort, sums, spelling),
                    "is_complete": days < age_of_last,
                }


def _cumulative(cohort: Cohort, so_far: Sums, spelling: CohortSpelling) -> Row:
    """Return what stands at an age of a cohort, from its first day on."""
    chosen, at_first = spelling.chosen(so_far), spelling.chosen(cohort.window(0))
    return {
        "cumulative_gross": spelling.money(so_far.gross),
        "cumulative_net": spelling.money(so_far.net),
        "value": per_head(chosen, cohort.members, spelling.currency),
        "impact": impact(chosen, at_first),
        "roi": ratio(chosen - cohort.cost, cohort.cost),
    }


def _last_click_rows(
    document: Mapping[str, Any], _: Sequence[Cohort], spelling: CohortSpelling
) -> Iterator[Row]:
    for month, channel, source, campaign, customers, gross, net in document["last_clicks"]:
        yield {
            "cohort": month[: len("2026-11")],
            "channel": channel,
            "source": source,
            "campaign": campaign,
            "customers": customers,
            "gross": spelling.money(gross),
            "net": spelling.money(net),
        }


def _lag_rows(
    document: Mapping[str, Any], _cohorts: Sequence[Cohort], _spelling: CohortSpelling
) -> Iterator[Row]:
    for measure, lag in document["lags"].items():
        names = [bucket_name(DAY_BUCKETS, place) for place in range(len(DAY_BUCKETS))]
        everybody, so_far = lag["done"] + lag["waiting"], 0
        for name, customers in zip(names, lag["buckets"], strict=True):
            so_far += customers
            yield _lag_row(measure, name, customers, so_far, everybody)
        yield _lag_row(measure, NOT_YET, lag["waiting"], everybody, everybody)


def _lag_row(measure: str, days: str, customers: int, so_far: int, everybody: int) -> Row:
    return {
        "measure": measure,
        "days": days,
        "customers": customers,
        "share": ratio(customers, everybody),
        "cumulative_share": ratio(so_far, everybody),
    }


def _name(day: date) -> str:
    return f"{day:%Y-%m}"


# Part → its rows.
PARTS: dict[str, Callable[[Mapping[str, Any], Sequence[Cohort], CohortSpelling], Iterator[Row]]] = {
    "cohorts": _cohort_rows,
    "months": _month_rows,
    "days": _day_rows,
    "last_clicks": _last_click_rows,
    "time_to_purchase": _lag_rows,
}

"""Whatever an account holds, its cohorts, customers and subscriptions add up to what it sold."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.cohorts import FILTERS, KINDS
from headwater.domain.row_filters import read_condition
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.subscriptions import (
    SUBSCRIPTIONS,
    SubscriptionsQuery,
    SubscriptionsRequest,
)
from tests.random_shop import Events, events, happen, open_shop
from tests.workshop import Workshop, span

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS = ("2026-08-01", "2026-11-21")
COUNTS = ("members", "customers", "new_customers", "repeat_customers", "orders")


def cohorts(shop: Workshop, kind: str, part: str = "cohorts", where: str = "") -> dict[str, Any]:
    condition = read_condition("where", where) if where else None
    return shop.report(COHORTS, CohortsRequest(Joining(span(*DAYS), kind, condition), part))


def ltv(shop: Workshop, by: str) -> dict[str, Any]:
    return shop.report(LTV, LtvRequest(LtvQuery(Joining(span(*DAYS)), (by,))))


def total(rows: Sequence[dict[str, Any]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def customers_are_the_store(shop: Workshop) -> None:
    totals, sold = cohorts(shop, "first_purchase")["totals"], shop.roi(*DAYS)["totals"]
    assert (totals["gross"], totals["net"]) == (sold["gross"], sold["net"])
    assert totals["orders"] - totals["not_converted_orders"] == sold["orders"]
    for by in (*FILTERS, "contact"):
        report = ltv(shop, by)
        assert report["totals"]["customers"] == totals["members"]
        for column in ("orders", "gross", "net"):
            assert total(report["rows"], column) == Decimal(totals[column]), by


def a_cohort_is_the_sum_of_its_months(shop: Workshop, kind: str) -> None:
    report = cohorts(shop, kind)
    for column in (*COUNTS, "gross", "net", "cost"):
        assert total(report["rows"], column) == Decimal(report["totals"][column]), column
    months = cohorts(shop, kind, "months")["rows"]
    for cohort in report["rows"]:
        own = [row for row in months if row["cohort"] == cohort["cohort"]]
        assert total(own, "net") == Decimal(cohort["net"])
        assert own[-1]["cumulative_net"] == cohort["net"]
        assert all(row["customers"] <= cohort["members"] for row in own)


def value_never_falls_with_age(shop: Workshop, kind: str) -> None:
    days = cohorts(shop, kind, "days")["rows"]
    for earlier, later in pairwise(days):
        if earlier["cohort"] == later["cohort"]:
            assert Decimal(earlier["cumulative_net"]) <= Decimal(later["cumulative_net"])
            assert earlier["is_complete"] >= later["is_complete"]


def a_name_and_all_others_are_everybody(shop: Workshop, kind: str) -> None:
    everybody = cohorts(shop, kind)["totals"]
    parts = [
        cohorts(shop, kind, where=where)["totals"]
        for where in ("source = google", "not (source = google)")
    ]
    for column in (*COUNTS, "net", "cost"):
        assert total(parts, column) == Decimal(everybody[column]), column


def everybody_took_some_time_or_is_not_there_yet(shop: Workshop, kind: str) -> None:
    report = cohorts(shop, kind, "time_to_purchase")
    for measure in {row["measure"] for row in report["rows"]}:
        rows = [row for row in report["rows"] if row["measure"] == measure]
        assert rows[-1]["cumulative_share"] in (None, "1.0000")
        assert total(rows[:-1], "customers") == report["totals"][measure]["customers"]


def subscriptions_go_on_or_lapse(shop: Workshop) -> None:
    query = SubscriptionsQuery(span(*DAYS))
    report = shop.report(SUBSCRIPTIONS, SubscriptionsRequest(query))
    for row in report["rows"]:
        came = row["new"] + row["returned"] + row["continued"]
        assert row["active"] == row["active_before"] + came - row["lapsed"]
    for column in ("orders", "net"):
        campaigns = shop.report(SUBSCRIPTIONS, SubscriptionsRequest(query, "campaigns"))["rows"]
        assert total(campaigns, column) == Decimal(report["totals"][column])
    orders = total(report["rows"], "initials") + total(report["rows"], "rebills")
    assert (orders, total(report["rows"], "net")) == (
        report["totals"]["orders"],
        Decimal(report["totals"]["net"]),
    )


# An example is some fifty reports: a few crowded accounts find as much as many small ones.
@settings(max_examples=4)
@given(what=events(10, 40), spent=st.integers(0, 2))
def test_members_add_up(what: Events, spent: int) -> None:
    shop = open_shop()
    happen(shop, what)
    for number in range(spent):
        shop.spend(f"2026-09-{10 + number}", "12.34", utm_source="google", utm_medium="cpc")
    shop.run(reported=False)
    customers_are_the_store(shop)
    for kind in KINDS:
        a_cohort_is_the_sum_of_its_months(shop, kind)
        value_never_falls_with_age(shop, kind)
        a_name_and_all_others_are_everybody(shop, kind)
        everybody_took_some_time_or_is_not_there_yet(shop, kind)
    subscriptions_go_on_or_lapse(shop)

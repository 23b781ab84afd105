"""Reports of first orders alone, and of the others: together they are what all orders are."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.row_views import flat_row
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.cohorts import COHORTS, CohortsRequest
from headwater.usecases.reports.coverage import COVERAGE, CoverageQuery, CoverageRequest
from headwater.usecases.reports.forecast import FORECAST, ForecastQuery, ForecastRequest
from headwater.usecases.reports.leads import LEADS, LeadsQuery, LeadsRequest
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from tests.following import Reader, check, open_busy_shop
from tests.workshop import ACCOUNT, STORE, Workshop, span

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.usecases.reports.report import Report
    from headwater.usecases.reports.which_orders import WhichOrders

RANGE = span("2026-09-01", "2026-10-20")
type Ask = Callable[[WhichOrders], Any]


def coverage(part: str) -> Ask:
    return lambda orders: CoverageRequest(CoverageQuery(RANGE, orders), part, "net", "linear")


def leads(orders: WhichOrders) -> LeadsRequest:
    return LeadsRequest(LeadsQuery(RANGE, ("source",), orders))


def forecast(orders: WhichOrders) -> ForecastRequest:
    return ForecastRequest(ForecastQuery(RANGE, ("source",), orders, horizon=7), "linear")


def cohorts(part: str) -> Ask:
    return lambda orders: CohortsRequest(Joining(RANGE, orders=orders), part)


def ltv(orders: WhichOrders) -> LtvRequest:
    return LtvRequest(LtvQuery(Joining(RANGE, orders=orders), ("source",)))


# Report, how it is asked, the figures that are sums over orders, and those of no orders.
ASKED: dict[str, tuple[Report[Any, Any], Ask, set[str], set[str]]] = {
    "revenue": (COVERAGE, coverage("revenue"), {"orders", "gross", "net"}, set()),
    "causes": (COVERAGE, coverage("causes"), {"orders", "gross", "net"}, set()),
    "leads": (
        *(LEADS, leads),
        *({"orders", "gross", "refunds", "net"}, {"leads", "reengaged", "cost", "cpl"}),
    ),
    "cohorts": (
        *(COHORTS, cohorts("cohorts")),
        {"orders", "gross", "refunds", "net"},
        {"members", "leads", "customers", "new_customers", "repeat_customers", "cost", "ncac"},
    ),
    "months": (
        *(COHORTS, cohorts("months")),
        *({"orders", "gross", "net", "cumulative_gross", "cumulative_net"}, {"members"}),
    ),
    "ltv": (
        *(LTV, ltv),
        {"orders", "gross", "refunds", "net"},
        {"customers", "repeat_customers", "cost", "customers_30", "repeat_rate"},
    ),
    "forecast": (FORECAST, forecast, {"orders", "revenue"}, {"running_days"}),
}
HEALTH = ("new_sales", "attributed_new_sales", "orders_without_identity")
every_report = pytest.mark.parametrize("name", ASKED)


def answers(name: str) -> list[dict[str, Any]]:
    report, ask, *_ = ASKED[name]
    which: tuple[WhichOrders, ...] = ("all", "new", "repeat")
    return [open_busy_shop().report(report, ask(orders)) for orders in which]


def keyed(answer: dict[str, Any], names: set[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(str(row[name]) for name in sorted(names)): row for row in answer["rows"]}


@every_report
def test_first_orders_and_the_others_are_all_orders(name: str) -> None:
    _, _, of_orders, of_all = ASKED[name]
    every, new, repeat = answers(name)
    assert [answer["parameters"]["orders"] for answer in (every, new, repeat)] == [
        *("all", "new", "repeat")
    ]
    names = {"model", "kind", "cause", "source", "cohort", "age"} & every["rows"][0].keys()
    for key, row in keyed(every, names).items():
        parts = [keyed(answer, names).get(key) for answer in (new, repeat)]
        for figure in of_orders:
            told = sum(Decimal(part[figure]) for part in parts if part)
            assert told == Decimal(row[figure]), (key, figure)
        for figure in of_all:
            assert {part[figure] for part in parts if part} <= {row[figure]}, (key, figure)
    for answer in (new, repeat):
        assert any(int(row["orders"]) for row in answer["rows"]), "the shop has both"


def test_customers_stay_who_they_are_and_later_orders_are_worth_the_rest() -> None:
    shop = Workshop()
    for number, day, total in ((1, "03", "100.00"), (2, "10", "40.00"), (3, "11", "1.00")):
        shop.order(number, f"2026-11-{day} 12:00", total)
    shop.order(4, "2026-11-05 12:00", "60.00", email="bob@example.com")
    shop.run(reported=False)
    november, told = span("2026-11-01", "2026-11-20"), {}
    for orders in ("all", "new", "repeat"):
        joining = Joining(november, orders=orders)
        for report, request in (
            (COHORTS, CohortsRequest(joining)),
            (LTV, LtvRequest(LtvQuery(joining))),
        ):
            totals = shop.report(report, request)["totals"]
            names = ("customers", "repeat_customers", "orders", "net", "ltv", "aov")
            told[orders, report.name] = [totals[name] for name in names]
    assert told["all", "ltv"] == [2, 1, 4, "201.00", "100.50", "50.25"]
    assert told["new", "ltv"] == [2, 1, 2, "160.00", "80.00", "80.00"]
    assert told["repeat", "ltv"] == [2, 1, 2, "41.00", "20.50", "20.50"]
    for orders in ("all", "new", "repeat"):
        assert told[orders, "cohorts"] == told[orders, "ltv"]


def test_the_health_of_sales_is_that_of_the_same_orders() -> None:
    every, new, repeat = (answer["health"] for answer in answers("revenue"))
    for figure in HEALTH:
        assert new[figure] + repeat[figure] == every[figure]
    assert 0 < new["new_sales"] < every["new_sales"]
    assert new["touches"] == repeat["touches"] == every["touches"]


def test_cost_and_clicks_are_those_of_all_whichever_orders_are_meant() -> None:
    every, new, repeat = answers("revenue")
    assert new["totals"] == repeat["totals"] == every["totals"]
    assert new["cost"] == every["cost"]


@every_report
def test_a_figure_is_followed_to_the_orders_that_are_meant(name: str) -> None:
    report, ask, *_ = ASKED[name]
    found = Counter(map(check, Reader(open_busy_shop(), report, ask("repeat")).follow_all()))
    assert found["orders"]


def test_the_days_until_a_lead_bought_are_those_to_the_orders_that_are_meant() -> None:
    shop = Workshop()
    shop.click("2026-11-01 09:00", source="google")
    shop.opt_in("2026-11-01 10:00")
    shop.order(1, "2026-11-03 12:00", "100.00")
    shop.order(2, "2026-11-10 12:00", "40.00")
    shop.run(reported=False)
    days = {}
    for orders in ("all", "new", "repeat"):
        query = LeadsQuery(span("2026-11-01", "2026-11-01"), ("source",), orders)
        totals = flat_row(shop.report(LEADS, LeadsRequest(query))["totals"])
        days[orders] = (totals["days_to_purchase_median"], totals["net"], totals["customers"])
    assert days == {"all": (2, "140.00", 1), "new": (2, "100.00", 1), "repeat": (9, "40.00", 1)}


@pytest.mark.parametrize("name", ["revenue", "leads"])
def test_who_is_new_cannot_be_told_before_the_history_is_in(name: str) -> None:
    shop = Workshop()
    shop.order(1, "2026-10-01 15:00", "150.00")
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=1, orders_total=2)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    report, ask, *_ = ASKED[name]
    with pytest.raises(InvalidParameterError, match="orders: new cannot be told before"):
        shop.report(report, ask("new"))

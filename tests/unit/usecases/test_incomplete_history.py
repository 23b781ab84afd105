"""What reports say, and do not say, while the order history is still coming in."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from headwater.domain.row_views import flat_row
from headwater.usecases.ports import Source
from tests.every_report import ONE_OF_EACH, Question
from tests.workshop import ACCOUNT, STORE, Workshop, span

DAYS = ("2026-11-20", "2026-11-20")
WITHHELD = ("new_customers", "ncac")


def shop_with(**fields: Any) -> Workshop:  # noqa: ANN401
    shop = Workshop()
    shop.click("2026-11-19 09:00", source="google", medium="cpc", campaign="brand")
    shop.order(1, "2026-11-20 15:00", "150.00")
    source = Source(STORE, "bigcommerce", "abc123", "arn", **fields)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    return shop


def test_a_report_says_how_much_of_the_history_is_in() -> None:
    report = shop_with(orders_done=4_500, orders_total=12_873).roi(*DAYS)
    assert report["history"] == {STORE: "4500 of 12873"}
    assert report["totals"]["gross"] == "150.00"


def test_orders_that_came_since_the_store_counted_them_raise_the_total() -> None:
    report = shop_with(orders_done=20, orders_total=18).roi(*DAYS)
    assert report["history"] == {STORE: "20 of 20"}


def test_who_is_new_is_withheld_until_the_history_is_complete() -> None:
    shop = shop_with(orders_done=1, orders_total=2)
    report = shop.roi(*DAYS)
    for figures in (report["totals"], *report["rows"]):
        assert {figures[name] for name in WITHHELD if name in figures} == {None}


@pytest.mark.parametrize(
    "fields",
    [
        {"orders_done": 2, "orders_total": 2, "is_history_complete": True},
        {"orders_done": 1, "orders_total": 2, "status": "removed", "is_paused": True},
    ],
    ids=["complete", "removed with its history half pulled"],
)
def test_a_complete_history_withholds_nothing(fields: dict[str, Any]) -> None:
    report = shop_with(**fields).roi(*DAYS)
    assert report["history"] == "complete"
    assert report["totals"]["new_customers"] == 1


def test_a_paused_source_keeps_its_history_incomplete() -> None:
    report = shop_with(orders_done=1, orders_total=2, is_paused=True).roi(*DAYS)
    assert report["history"] == {STORE: "1 of 2"}


@pytest.mark.parametrize("question", ONE_OF_EACH, ids=str)
def test_what_is_withheld_stays_so_beside_another_range(question: Question) -> None:
    shop, days = half_known(), span(*DAYS)
    alone = shop.report(question.report, question.ask(days))
    beside = shop.report(question.report, question.ask(days), "previous_year")
    question.shape.model_validate(beside)
    assert beside["totals"] == alone["totals"]
    withheld = {name for name, value in flat_row(alone["totals"]).items() if value is None}
    for told in (beside["previous"]["totals"], beside["previous"]["change"]):
        assert {flat_row(told)[name] for name in withheld & flat_row(told).keys()} <= {None}


@cache
def half_known() -> Workshop:
    return shop_with(orders_done=1, orders_total=2)

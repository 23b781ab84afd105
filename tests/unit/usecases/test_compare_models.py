"""All models side by side, on journeys small enough to check by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.models import MODELS
from headwater.errors import InvalidParameterError
from headwater.usecases.reports.models import MODELS_REPORT, ModelsRequest
from headwater.usecases.reports.roi import RoiQuery
from tests.workshop import Workshop, span

READ, COMPUTED = ("2026-10-22", "2026-11-20"), ("2026-11-01", "2026-11-19")


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """One order whose first click and last click differ, and one that no click explains."""
    shop = Workshop()
    shop.visit("2026-01-01", "v0", source="x", medium="cpc", campaign="starts tracking")
    shop.click("2026-11-02 09:00", source="g", medium="cpc", campaign="first")
    shop.opt_in("2026-11-02 10:00")
    shop.click("2026-11-09 09:00", source="k", medium="email", campaign="last")
    shop.order(1, "2026-11-10 15:00", "100.00")
    shop.order(2, "2026-11-11 15:00", "30.00", email="nobody@example.com")
    shop.run()
    return shop


def compared(
    shop: Workshop, days: tuple[str, str] = COMPUTED, by: str = "campaign", revenue: str = "net"
) -> dict[str, Any]:
    query = RoiQuery(span(*days), tuple(by.split(",")))
    return shop.report(MODELS_REPORT, ModelsRequest(query, revenue))


def test_each_model_says_what_it_gives_to_a_campaign(shop: Workshop) -> None:
    rows = {row["campaign"]: row for row in compared(shop)["rows"] if row["kind"] == "credited"}
    assert rows["first"]["revenue"]["first_click"] == "100.00"
    assert rows["first"]["revenue"]["last_click"] == "0.00"
    assert rows["first"]["revenue"]["linear"] == "50.00"
    assert rows["last"]["orders"]["last_click"] == 1
    assert rows["last"]["orders"]["first_click"] == 0


def test_the_spread_is_of_models_that_hand_out_no_more_than_there_is(shop: Workshop) -> None:
    [first] = [row for row in compared(shop)["rows"] if row["campaign"] == "first"]
    assert (first["lowest"], first["highest"], first["spread"]) == ("0.00", "100.00", "100.00")
    others = [Decimal(first["revenue"][model]) for model in MODELS if model != "full_impact"]
    mean = sum(others, Decimal()) / len(others)
    assert Decimal(first["relative_spread"]) == (100 / mean).quantize(Decimal("0.0001"))


@pytest.mark.parametrize("days", [READ, COMPUTED], ids=["read", "computed"])
@pytest.mark.parametrize("by", ["campaign", "channel", "campaign,new_repeat", "product"])
@pytest.mark.parametrize("revenue", ["gross", "net"])
def test_every_column_adds_up_to_the_store(
    shop: Workshop, days: tuple[str, str], by: str, revenue: str
) -> None:
    report = compared(shop, days, by, revenue)
    totals = report["totals"]
    for model in MODELS:
        parts = [totals[part][model] for part in ("attributed", "pre_tracking", "unattributed")]
        assert sum(map(Decimal, parts)) == Decimal(totals[revenue])
        if model != "full_impact":
            column = [Decimal(row["revenue"][model]) for row in report["rows"]]
            assert sum(column) == Decimal(totals[revenue])


def test_it_agrees_with_the_report_of_each_model(shop: Workshop) -> None:
    rows = compared(shop)["rows"]
    for model in MODELS:
        own = {
            row["campaign"]: row["net"]
            for row in shop.roi(*COMPUTED, model=model)["rows"]
            if row["kind"] == "credited" and row["orders"]
        }
        side_by_side = {
            row["campaign"]: row["revenue"][model]
            for row in rows
            if row["kind"] == "credited" and row["orders"][model]
        }
        assert side_by_side == own


def test_by_click_date_there_is_no_comparison() -> None:
    with pytest.raises(InvalidParameterError, match=r"^date:"):
        ModelsRequest(RoiQuery(span(*COMPUTED), ("channel",), "click"), "net")

"""How orders came about, on journeys small enough to check by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.journeys import JOURNEYS, JourneysQuery, JourneysRequest
from headwater.usecases.reports.report import Report
from tests.workshop import ACCOUNT, STORE, Workshop, span

if TYPE_CHECKING:
    from headwater.usecases.reports.which_orders import WhichOrders

WHICH: tuple[WhichOrders, ...] = ("all", "new", "repeat")
READ, COMPUTED = ("2026-10-22", "2026-11-20"), ("2026-11-01", "2026-11-19")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
MAIL = {"source": "klaviyo", "medium": "email", "campaign": "news"}


def furnished() -> Workshop:
    shop = Workshop()
    shop.click("2026-11-01 12:00", **SEARCH)
    shop.click("2026-11-02 12:00", **SEARCH)
    shop.opt_in("2026-11-04 12:00")
    shop.click("2026-11-06 12:00", **MAIL)
    shop.order(1, "2026-11-09 12:00", "100.00")
    shop.click("2026-11-10 12:00", **MAIL)
    shop.order(2, "2026-11-10 18:00", "50.00")
    shop.order(3, "2026-11-11 12:00", "30.00", email="nobody@example.com")
    shop.order(4, "2026-11-11 12:00", "9.00", email="b@example.com", order_source="amazon")
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Two orders of one person, one that no touch explains, and one of a marketplace."""
    shop = furnished()
    shop.run()
    return shop


def journeys(shop: Workshop, days: tuple[str, str] = COMPUTED) -> dict[str, Any]:
    return shop.report(JOURNEYS, JourneysRequest(JourneysQuery(span(*days))))


def section(report: dict[str, Any], name: str, figure: str = "orders") -> dict[str, Any]:
    return {
        row["name"]: row[figure]
        for row in report["rows"]
        if row["section"] == name and (row["orders"] or row["last_orders"])
    }


def test_a_path_begins_after_the_order_before_and_equal_steps_are_one(shop: Workshop) -> None:
    report = journeys(shop)
    assert section(report, "path") == {"paid_search > email": 1, "email": 1}
    assert section(report, "touches") == {"0": 1, "1": 1, "3": 1}
    assert section(report, "days") == {"0": 1, "8-14": 1}


def test_first_orders_and_the_others_are_all_orders_together(shop: Workshop) -> None:
    whole, new, repeat = (
        shop.report(JOURNEYS, JourneysRequest(JourneysQuery(span(*COMPUTED), orders)))
        for orders in WHICH
    )
    assert section(new, "path") == {"paid_search > email": 1}
    assert section(repeat, "path") == {"email": 1}
    for name in ("orders", "orders_with_path", "rebills"):
        assert new["totals"][name] + repeat["totals"][name] == whole["totals"][name]


def test_which_orders_are_first_ones_is_not_told_before_all_are_in() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=4, orders_total=40)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    query = JourneysQuery(span(*COMPUTED), "repeat")
    with pytest.raises(InvalidParameterError, match=r"^orders: repeat cannot be told"):
        shop.report(JOURNEYS, JourneysRequest(query))


def test_totals_are_the_stores_own_orders(shop: Workshop) -> None:
    totals = journeys(shop)["totals"]
    assert (totals["orders"], totals["orders_with_path"], totals["net"]) == (3, 2, "180.00")
    assert totals["touches"] == {"orders": 3, "median": 1, "p75": 3, "p90": 3}


def test_lags_lead_from_the_first_touch_over_the_opt_in_to_the_first_order(
    shop: Workshop,
) -> None:
    totals = journeys(shop)["totals"]
    lags = ("touch_to_opt_in", "opt_in_to_purchase", "touch_to_purchase")
    assert [totals[lag]["median"] for lag in lags] == [3, 5, 8]
    assert [totals[lag]["orders"] for lag in lags] == [1, 1, 1]


def test_what_comes_before_the_last_touch_assists(shop: Workshop) -> None:
    report = journeys(shop)
    assert section(report, "assist_channel") == {"paid_search": 1, "email": 0}
    assert section(report, "assist_channel", "last_orders") == {"paid_search": 0, "email": 2}
    assert section(report, "assist_campaign") == {"brand": 1, "news": 0}
    assert section(report, "overlap") == {"email + paid_search": 1}


def test_read_and_computed_are_the_same(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    read = journeys(shop, READ)
    monkeypatch.setattr(Report, "key", lambda *_: "no such report")
    assert journeys(shop, READ) == read


def test_a_range_without_orders_is_a_report_of_nothing(shop: Workshop) -> None:
    report = journeys(shop, ("2024-01-01", "2024-01-31"))
    assert report["totals"]["orders"] == 0
    assert report["totals"]["days"] == {"orders": 0, "median": None, "p75": None, "p90": None}


def test_lags_are_withheld_until_the_history_is_in() -> None:
    shop = furnished()
    shop.accounts.save_source(ACCOUNT, Source(STORE, "bigcommerce", "h", "arn:x", orders_total=9))
    shop.run()
    report = journeys(shop)
    assert report["totals"]["touch_to_purchase"] is None
    assert section(report, "touch_to_purchase") == {}
    assert report["totals"]["days"]["orders"] == 2

"""What the new customers of a row have bought to date, whoever got the credit for that later."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from tests.workshop import ACCOUNT, STORE, Workshop, span

if TYPE_CHECKING:
    from headwater.usecases.reports.range_tables import DateBasis
    from headwater.usecases.reports.which_orders import WhichOrders

AUGUST = ("2026-08-01", "2026-08-31")
ALL = ("2026-07-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring"}


def furnished() -> Workshop:
    """Ann comes by search in August and buys again; Bob is no new customer then; Cara has no click.

    Ann's later orders, one of them refunded, follow another click.
    """
    shop = Workshop()
    shop.visit("2026-06-01 12:00", "the first visitor ever")
    shop.click("2026-08-01 12:00", "ann@example.com", **SEARCH)
    shop.order(1, "2026-08-02 12:00", "100.00", email="ann@example.com")
    shop.click("2026-09-01 12:00", "ann@example.com", **SOCIAL)
    shop.order(2, "2026-09-02 12:00", "60.00", email="ann@example.com")
    shop.order(3, "2026-11-02 12:00", "30.00", email="ann@example.com", status_id=4)
    shop.order(4, "2026-07-10 12:00", "15.00", email="bob@example.com")
    shop.click("2026-08-10 12:00", "bob@example.com", **SEARCH)
    shop.order(5, "2026-08-11 12:00", "25.00", email="bob@example.com")
    shop.order(6, "2026-08-20 12:00", "40.00", email="cara@example.com")
    shop.order(7, "2026-10-20 12:00", "2.00", email="cara@example.com")
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def told(row: dict[str, Any]) -> list[Any]:
    return [row[name] for name in ("new_customers", "lifetime_gross", "lifetime_net", "ltv")]


def rows(report: dict[str, Any]) -> dict[tuple[str, str], list[Any]]:
    return {(row["kind"], row["campaign"]): told(row) for row in report["rows"]}


def test_new_customers_bring_a_row_all_that_they_ever_buy(shop: Workshop) -> None:
    report = shop.roi(*AUGUST)
    # Ann has bought for 190.00, of which 30.00 were paid back; Bob was there before.
    assert rows(report)["credited", "brand"] == [1, "190.00", "160.00", "160.00"]
    assert rows(report)["unattributed", ""] == [1, "42.00", "42.00", "42.00"]
    assert told(report["totals"]) == [2, "232.00", "202.00", "101.00"]
    gross = shop.roi(*AUGUST, revenue="gross")
    assert rows(gross)["credited", "brand"][-1] == "190.00"


def test_a_range_whose_buyers_are_known_acquires_nobody(shop: Workshop) -> None:
    report = shop.roi("2026-09-01", "2026-09-30")
    assert rows(report)["credited", "spring"] == [0, "0.00", "0.00", None]
    assert told(report["totals"]) == [0, "0.00", "0.00", None]


@pytest.mark.parametrize("by", ["campaign", "source,medium", "new_repeat"])
def test_rows_add_up_to_the_totals_under_a_model_of_one_touch(shop: Workshop, by: str) -> None:
    report = shop.roi(*ALL, by=by, model="first_click")
    for name in ("lifetime_gross", "lifetime_net"):
        whole = sum(float(row[name]) for row in report["rows"])
        assert whole == float(report["totals"][name]), name


def test_under_first_click_it_is_what_the_ltv_report_says(shop: Workshop) -> None:
    ltv = shop.report(LTV, LtvRequest(LtvQuery(Joining(span(*ALL)))))
    roi = shop.roi(*ALL, model="first_click")
    expected = {
        (row["kind"], row["campaign"]): [row["customers"], row["gross"], row["net"], row["ltv"]]
        for row in ltv["rows"]
        if row["customers"]
    }
    assert {key: row for key, row in rows(roi).items() if row[0]} == expected
    assert told(roi["totals"])[1:3] == [ltv["totals"]["gross"], ltv["totals"]["net"]]


def test_by_click_date_the_clicks_of_the_range_have_acquired(shop: Workshop) -> None:
    report = shop.roi("2026-08-01", "2026-08-01", basis="click")
    assert rows(report) == {("credited", "brand"): [1, "190.00", "160.00", "160.00"]}


def test_it_is_withheld_while_older_orders_are_missing() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    assert {tuple(row) for row in rows(shop.roi(*AUGUST)).values()} == {(None,) * 4}


def test_a_document_of_an_earlier_release_tells_none(shop: Workshop) -> None:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    request = RoiRequest(RoiQuery(span(*AUGUST), ("campaign",)), "last_click", "net")
    document = ROI.document(request, published, facts=shop.facts, lake=shop.lake)
    for name in ("lifetime_gross", "lifetime_net"):
        del document["totals"][name]
    for row in document["rows"]:
        row["models"] = {model: found[:-2] for model, found in row["models"].items()}
    report = ROI.spell(request, document, published)
    assert {row["ltv"] for row in (report["totals"], *report["rows"])} == {None}


def of_orders(shop: Workshop, orders: WhichOrders, basis: DateBasis = "conversion") -> Any:  # noqa: ANN401
    query = RoiQuery(span(*ALL), ("campaign",), basis, orders)
    return shop.report(ROI, RoiRequest(query, "last_click", "net"))


def test_first_orders_and_the_others_are_all_orders_together(shop: Workshop) -> None:
    whole, new, repeat = (of_orders(shop, each) for each in ("all", "new", "repeat"))
    for name in ("orders", "gross", "net", "attributed", "unattributed", "lifetime_net"):
        parts = [Decimal(each["totals"][name]) for each in (new, repeat)]
        assert sum(parts) == Decimal(whole["totals"][name]), name
    assert [each["totals"]["orders"] for each in (whole, new, repeat)] == [7, 3, 4]
    # Ann's and Bob's first orders; what costs and clicks stays whole.
    assert (new["totals"]["net"], new["totals"]["clicks"]) == (
        "155.00",
        whole["totals"]["clicks"],
    )
    assert rows(repeat)["credited", "spring"] == [0, "0.00", "0.00", None]
    assert of_orders(shop, "new", "click")["totals"]["attributed_orders"] == 1


def test_which_orders_are_first_ones_is_not_told_before_all_are_in() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    with pytest.raises(InvalidParameterError, match=r"^orders: new cannot be told"):
        of_orders(shop, "new")

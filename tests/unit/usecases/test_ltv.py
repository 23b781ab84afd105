"""What customers are worth, on an account that is small enough to be checked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.domain import ltv as spelled
from headwater.domain.row_filters import read_condition
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports import ltv_cells
from headwater.usecases.reports.ltv import LTV, LtvQuery, LtvRequest
from headwater.usecases.reports.members import Joining
from tests.workshop import ACCOUNT, STORE, Workshop, span

# The run is on 2026-11-21 in New York.
DAYS = ("2026-07-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring"}


def furnished() -> Workshop:
    """Two by search, one of them since last week; one by social; one by no click; one elsewhere."""
    shop = Workshop()
    shop.visit("2026-06-01 12:00", "the first visitor ever")
    shop.click("2026-07-01 12:00", "ann@example.com", **SEARCH)
    shop.order(1, "2026-07-05 12:00", "100.00", email="ann@example.com")
    shop.order(2, "2026-07-25 12:00", "30.00", email="ann@example.com")
    shop.click("2026-09-01 12:00", "ann@example.com", **SOCIAL)
    shop.order(3, "2026-09-02 12:00", "70.00", email="ann@example.com")
    shop.click("2026-11-14 12:00", "bob@example.com", **SEARCH)
    shop.order(4, "2026-11-15 12:00", "50.00", email="bob@example.com")
    shop.click("2026-08-29 12:00", "cara@example.com", **SOCIAL)
    shop.order(5, "2026-08-31 12:00", "40.00", email="cara@example.com")
    shop.order(6, "2026-09-20 12:00", "30.00", email="dan@example.com")
    shop.order(7, "2026-09-21 12:00", "9.00", email="eve@example.com", order_source="amazon")
    shop.spend("2026-08-15", "125.00", utm_source="google", utm_medium="cpc", utm_campaign="brand")
    shop.spend("2026-08-16", "5.00", utm_source="bing", utm_medium="cpc", utm_campaign="other")
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def ltv(shop: Workshop, by: str = "campaign", where: str = "", revenue: str = "net") -> Any:  # noqa: ANN401
    joining = Joining(span(*DAYS), where=read_condition("where", where) if where else None)
    return shop.report(LTV, LtvRequest(LtvQuery(joining, tuple(by.split(","))), revenue))


def test_a_customer_is_worth_all_he_buys_to_the_click_that_brought_him(shop: Workshop) -> None:
    names = ("kind", "campaign", "customers", "net", "cost", "ltv", "ncac", "payback_ratio", "roi")
    assert [[row[name] for name in names] for row in ltv(shop)["rows"]] == [
        ["credited", "brand", 2, "250.00", "125.00", "125.00", "62.50", "2.0000", "1.0000"],
        ["credited", "spring", 1, "40.00", "0.00", "40.00", "0.00", None, None],
        ["credited", "other", 0, "0.00", "5.00", None, None, "0.0000", "-1.0000"],
        ["unattributed", "", 1, "30.00", "0.00", "30.00", "0.00", None, None],
        ["untracked_channel", "", 1, "9.00", "0.00", "9.00", "0.00", None, None],
    ]


def test_ages_are_of_those_alone_who_have_reached_them(shop: Workshop) -> None:
    [brand, *_] = ltv(shop)["rows"]
    ages = (0, 30, 60, 90, 180, 365)
    # Bob came six days ago; Ann has been there for 138 days, and bought again after 20 and 59.
    assert [brand[f"customers_{age}"] for age in ages] == [2, 1, 1, 1, 0, 0]
    assert [brand[f"value_{age}"] for age in ages] == [
        "75.00",
        "130.00",
        "200.00",
        "200.00",
        None,
        None,
    ]
    assert [brand[f"impact_{age}"] for age in ages] == [
        "0.0000",
        "0.3000",
        "1.0000",
        "1.0000",
        None,
        None,
    ]


def test_rows_add_up_to_the_store(shop: Workshop) -> None:
    report, sold = ltv(shop, "channel,source"), shop.roi(*DAYS)["totals"]
    assert sum(row["customers"] for row in report["rows"]) == sold["new_customers"]
    assert {name: report["totals"][name] for name in ("orders", "gross", "net", "cost")} == {
        name: sold[name] for name in ("orders", "gross", "net", "cost")
    }


def test_contacts_stand_one_by_one_the_best_first(shop: Workshop) -> None:
    report = ltv(shop, "contact")
    assert [(row["campaign"], row["orders"], row["net"]) for row in report["rows"]] == [
        ("brand", 3, "200.00"),
        ("brand", 1, "50.00"),
        ("spring", 1, "40.00"),
        ("", 1, "30.00"),
        ("", 1, "9.00"),
    ]
    [ann, *_] = report["rows"]
    assert (ann["acquired_on"], ann["last_order_on"]) == ("2026-07-05", "2026-09-02")
    assert report["notes"] == []
    assert "@" not in str(report)


def test_more_contacts_than_fit_are_said_to_be_cut(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ltv_cells, "MOST_CONTACTS", 2)
    report = ltv(shop, "contact")
    assert (len(report["rows"]), report["totals"]["customers"], len(report["notes"])) == (2, 5, 1)


def test_a_name_chooses_customers_and_cost(shop: Workshop) -> None:
    report = ltv(shop, where="source = google")
    assert [row["campaign"] for row in report["rows"]] == ["brand"]
    assert (report["totals"]["customers"], report["totals"]["cost"]) == (2, "125.00")


def test_it_is_withheld_while_older_orders_are_missing() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    report = ltv(shop)
    assert report["rows"] == []
    assert report["totals"] == spelled.withhold_ltv()["totals"]


@pytest.mark.parametrize("by", ["", "coupon", "campaign,campaign", "contact,campaign"])
def test_other_names_are_refused(by: str) -> None:
    with pytest.raises(InvalidParameterError, match=r"^by: choose among channel"):
        LtvQuery(Joining(span(*DAYS)), tuple(by.split(",")))


def test_another_revenue_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="revenue"):
        LtvRequest(LtvQuery(Joining(span(*DAYS))), "profit")

"""Every dimension of the ROI report adds up to the store's totals, under every model."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.facts import DIMENSIONS
from headwater.domain.journeys import Campaign, Touchpoint
from headwater.domain.models import MODELS
from headwater.domain.nodes import email_node
from headwater.domain.orders import OrderLine, Refund, RefundItem
from headwater.domain.products import Product
from headwater.domain.report_dimensions import REPORT_DIMENSIONS
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.reports.report import Report
from headwater.usecases.reports.roi import RoiQuery
from tests.workshop import ACCOUNT, STORE, Workshop, at, span

# No usual range: computed. November to date is a usual one: read.
COMPUTED, READ = ("2026-09-03", "2026-11-19"), ("2026-10-22", "2026-11-20")
AD = {"source": "google", "medium": "cpc", "campaign_id": "11", "adset_id": "21", "ad_id": "31"}


def line(line_id: int, total: str, product_id: int) -> OrderLine:
    return OrderLine(line_id, product_id, "", f"Product {product_id}", 1, Decimal(total))


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """A shop with touches, products, coupons and refunds of all kinds, after its run."""
    shop = Workshop()
    shop.visit("2026-01-01", "v0", source="x", medium="cpc", campaign="starts tracking")
    names = {"campaign": "Brand", "adset": "Shoes", "ad": "Red shoe"}
    shop.spend("2026-11-02", "40.00", campaign_id="11", adset_id="21", ad_id="31", **names)
    visit = Touchpoint(
        "landed",
        at("2026-11-02 09:00"),
        node=email_node("ann@example.com"),
        campaign=Campaign(**AD),
        landing_page="/shoes/?a=b",
        device="mobile",
        is_imported=True,
    )
    shop.journeys.add_touchpoints(ACCOUNT, [visit], shop.clock.now())
    shop.opt_in("2026-11-02 10:00")
    shop.click("2026-11-05 09:00", source="klaviyo", medium="email", campaign="welcome")
    shop.click("2026-11-09 09:00", source="bing", medium="cpc", campaign="again")
    shop.order(
        1,
        "2026-11-10 15:00",
        "100.01",
        lines=(line(1, "33.33", 7), line(2, "33.34", 8), line(3, "40.00", 9)),
        coupon_codes=("B", "A", "B"),
        channel_id=3,
    )
    given_back = Refund(1, at("2026-11-19"), Decimal("10.01"), (RefundItem("PRODUCT", 1, 1, None),))
    shop.order(
        2,
        "2026-11-18 15:00",
        "50.00",
        lines=(line(1, "60.00", 7),),
        refunds=(given_back,),
        coupon_codes=("A",),
    )
    shop.order(3, "2026-11-13 15:00", "30.00", email="cid@example.com")
    shop.order(4, "2026-11-13 15:00", "10.00", email="eve@example.com", order_source="amazon")
    shop.order(5, "2026-11-14 15:00", "77.00", currency="EUR", email="dan@example.com")
    sold = {7: ("Clog", ("Shoes", "Sale")), 8: ("Mug", ("Kitchen",)), 9: ("Gift", ())}
    for product_id, (name, categories) in sold.items():
        product = Product(STORE, product_id, name, categories=categories)
        shop.products.save(ACCOUNT, [product], shop.clock.now())
    shop.run()
    return shop


def figures(shop: Workshop, by: str, figure: str = "net", model: str = "last_click") -> Any:  # noqa: ANN401
    """Return name → figure of the credited rows that have orders."""
    return {
        row[by]: row[figure]
        for row in shop.roi(*COMPUTED, by=by, model=model)["rows"]
        if row["kind"] == "credited" and row["orders"]
    }


@pytest.mark.parametrize(
    ("days", "by"),
    [
        *(pytest.param(COMPUTED, by, id=f"computed-{by}") for by in REPORT_DIMENSIONS),
        *(pytest.param(READ, by, id=f"read-{by}") for by in DIMENSIONS),
    ],
)
def test_rows_add_up_to_the_store_by_every_dimension_and_model(
    shop: Workshop, days: tuple[str, str], by: str
) -> None:
    reports = shop.roi_by_model(*days, by=by)
    assert set(reports) == set(MODELS)
    for model, report in reports.items():
        totals, rows = report["totals"], report["rows"]
        assert (totals["gross"], totals["net"], totals["orders"]) == ("190.01", "180.00", 4)
        if model != "full_impact":
            for money in ("gross", "refunds", "net"):
                assert sum(Decimal(row[money]) for row in rows) == Decimal(totals[money])
        for figure in ("clicks", "leads", "cost"):
            known = [row[figure] for row in rows if row[figure] is not None]
            assert not known or sum(map(Decimal, known)) == Decimal(totals[figure])


def test_a_path_of_dimensions_adds_up_as_well(shop: Workshop) -> None:
    for by in ("channel,product", "campaign,new_repeat,coupon", "product,category,device"):
        report = shop.roi(*COMPUTED, by=by, model="linear")
        assert sum(Decimal(row["net"]) for row in report["rows"]) == Decimal("180.00")
        assert {row["cost"] for row in report["rows"]} == {None}


def test_a_figure_stands_only_under_dimensions_that_have_it(shop: Workshop) -> None:
    told = {
        by: tuple(
            all(row[figure] is not None for row in shop.roi(*COMPUTED, by=by)["rows"])
            for figure in ("clicks", "leads", "cost")
        )
        for by in ("ad", "adset", "landing_page", "device", "coupon", "product")
    }
    assert told == {
        "ad": (True, True, True),
        "adset": (True, True, True),
        "landing_page": (True, True, False),
        "device": (True, True, False),
        "coupon": (False, False, False),
        "product": (False, False, False),
    }


def test_ad_set_and_ad_have_the_platforms_names_and_the_page_no_query(shop: Workshop) -> None:
    assert figures(shop, "ad", model="first_click") == {"Red shoe": "140.00"}
    assert figures(shop, "adset", "cost", "first_click") == {"Shoes": "40.00"}
    assert figures(shop, "landing_page", model="first_click") == {"/shoes": "140.00"}
    assert figures(shop, "device", "leads", "first_click") == {"mobile": 1}


def test_an_order_stands_under_what_it_is(shop: Workshop) -> None:
    assert figures(shop, "new_repeat") == {"new": "100.01", "repeat": "39.99"}
    assert figures(shop, "order_kind") == {"one_time": "140.00"}
    assert figures(shop, "store") == {STORE: "140.00"}
    assert figures(shop, "store_channel") == {"3": "100.01", "1": "39.99"}


def test_several_coupons_of_an_order_are_one_name(shop: Workshop) -> None:
    assert figures(shop, "coupon") == {"A + B": "100.01", "A": "39.99"}


def test_products_get_what_their_lines_brought_and_the_rest_line_the_rest(shop: Workshop) -> None:
    gross = figures(shop, "product", "gross")
    assert gross == {"Clog": "93.33", "Mug": "33.34", "Gift": "40.00", "": "-16.66"}
    net = figures(shop, "product")
    assert net["Clog"] == "33.33"
    assert sum(map(Decimal, net.values())) == Decimal("140.00")


def test_a_product_of_two_categories_counts_half_in_each(shop: Workshop) -> None:
    gross = figures(shop, "category", "gross")
    assert gross == {"Sale": "46.67", "Shoes": "46.66", "Kitchen": "33.34", "": "23.34"}


def test_what_no_click_gets_has_the_names_of_its_orders(shop: Workshop) -> None:
    rows = shop.roi(*COMPUTED, by="coupon")["rows"]
    rest = {(row["kind"], row["coupon"]): row["net"] for row in rows if row["orders"]}
    assert rest["unattributed", ""] == "30.00"
    assert rest["untracked_channel", ""] == "10.00"


def test_full_impact_counts_an_order_once_per_product(shop: Workshop) -> None:
    assert figures(shop, "product", "gross", "full_impact")["Mug"] == "33.34"
    assert figures(shop, "product", "orders", "full_impact")["Clog"] == 2


def test_a_run_stores_the_usual_ranges_by_each_dimension_of_clicks_alone(shop: Workshop) -> None:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    range_ = "_".join(READ)
    stored = {name for name in published.manifest.reports if name.startswith(f"roi/{range_}/")}
    assert stored == {f"roi/{range_}/{by}" for by in DIMENSIONS}


@pytest.mark.parametrize("by", DIMENSIONS)
def test_read_and_computed_are_the_same(
    shop: Workshop, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = shop.roi(*READ, by=by, model="linear")
    monkeypatch.setattr(Report, "key", lambda *_: "no such report")
    assert shop.roi(*READ, by=by, model="linear") == read


def test_new_and_repeat_are_withheld_until_the_history_is_in() -> None:
    shop = Workshop()
    source = Source(STORE, "bigcommerce", "h", "arn:x", orders_total=100, orders_done=5)
    shop.accounts.save_source(ACCOUNT, replace(source, is_history_complete=False))
    shop.order(1, "2026-11-10 15:00")
    shop.run()
    for by in ("new_repeat", "channel,order_kind"):
        with pytest.raises(InvalidParameterError, match=f"by: {by.split(',')[-1]}"):
            shop.roi(*COMPUTED, by=by)


def test_a_dimension_that_there_is_not_is_named() -> None:
    with pytest.raises(InvalidParameterError, match=r"^by: choose among channel, "):
        RoiQuery(span(*COMPUTED), ("shade",))

"""What the export takes from the tables, and what it leaves as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from headwater.domain.orders import OrderLine, Refund
from headwater.domain.products import Product
from headwater.errors import LeaseLostError
from headwater.usecases.export_facts import list_marked_days
from tests.workshop import ACCOUNT, STORE, Workshop, at

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def rows(shop: Workshop, table: str, columns: str = "*", group: str = "") -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        shop.facts.mount(db, shop.objects(), [table])
        return db.execute(f"SELECT {columns} FROM {table} {group} ORDER BY ALL").fetchall()


def partitions(shop: Workshop, table: str) -> Sequence[str]:
    return list(shop.objects().get(table, {}))


def test_an_open_month_has_an_object_per_day_and_a_closed_one_a_single_object(
    shop: Workshop,
) -> None:
    for number, day in enumerate(["2026-10-01", "2026-10-31", "2026-11-01", "2026-11-20"]):
        shop.order(number, day)
    shop.run(reported=False)
    assert partitions(shop, "orders") == ["2026-10", "2026-11-01", "2026-11-20"]
    assert len(rows(shop, "orders")) == 4


def test_a_month_that_closes_is_written_as_one_object_without_losing_a_row(
    shop: Workshop,
) -> None:
    for number, day in enumerate(["2026-11-01", "2026-11-20"]):
        shop.order(number, day)
    shop.run(reported=False)
    before = rows(shop, "orders")
    shop.days_later(15)
    shop.run(reported=False)
    assert partitions(shop, "orders") == ["2026-11"]
    assert rows(shop, "orders") == before


def test_a_changed_day_of_a_closed_month_leaves_the_other_days_alone(shop: Workshop) -> None:
    shop.order(1, "2026-08-01", "10.00")
    shop.order(2, "2026-08-02", "20.00")
    shop.run(reported=False)
    shop.clock.advance(timedelta(hours=1))
    shop.order(1, "2026-08-01", "11.00")
    shop.run(reported=False)
    assert rows(shop, "orders", "order_id, gross_minor") == [("1", 1100), ("2", 2000)]


def test_an_order_that_moves_to_another_day_leaves_no_trace_on_the_old_one(
    shop: Workshop,
) -> None:
    shop.order(1, "2026-11-20")
    shop.run(reported=False)
    shop.clock.advance(timedelta(hours=1))
    shop.order(1, "2026-10-02")
    shop.run(reported=False)
    assert partitions(shop, "orders") == ["2026-10"]
    assert len(rows(shop, "orders")) == 1


def test_lines_and_their_rest_sum_to_gross_and_to_refunds(shop: Workshop) -> None:
    stored = shop.order(1, "2026-11-20", "100.00", lines=())
    refund = Refund(1, at("2026-11-20"), stored.total / 4, ())
    shop.order(2, "2026-11-20", "55.55", refunds=(replace(refund, refund_id=2),))
    shop.run(reported=False)
    sums = rows(shop, "lines", "order_id, sum(gross_minor), sum(refund_minor)", "GROUP BY order_id")
    assert sums == [("1", 10000, 0), ("2", 5555, 2500)]


def test_an_order_in_a_currency_without_a_rate_is_kept_and_not_converted(shop: Workshop) -> None:
    shop.order(1, "2026-11-20", "80.00", currency="EUR")
    shop.order(2, "2026-11-20", "80.00", currency="EUR", rate=2, store_currency="USD")
    shop.run(reported=False)
    assert rows(shop, "orders", "order_id, total_minor, gross_minor") == [
        ("1", 8000, None),
        ("2", 8000, 4000),
    ]


def test_another_account_currency_exports_all_orders_anew(shop: Workshop) -> None:
    shop.order(1, "2026-08-01", currency="EUR")
    shop.order(2, "2026-11-20", currency="EUR")
    shop.run(reported=False)
    shop.accounts.save_settings(ACCOUNT, replace(shop.settings, currency="EUR"), shop.clock.now())
    shop.days_later(1)
    shop.run(reported=False)
    assert rows(shop, "orders", "gross_minor") == [(10000,), (10000,)]


def test_a_run_that_lost_its_lease_exports_nothing(shop: Workshop) -> None:
    shop.order(1, "2026-11-20")
    dead = shop.begin()
    shop.clock.advance(timedelta(minutes=21))
    shop.begin()
    with pytest.raises(LeaseLostError):
        shop.export(dead)
    assert not shop.facts.objects


def test_orders_and_lines_carry_what_reports_group_by(shop: Workshop) -> None:
    line = OrderLine(
        *(1, 7, "CD", "Record", 1, Decimal(88)),
        unit_cost=Decimal(22),
        discount_codes=("SPRING",),
        variant_id=71,
    )
    shop.order(
        1,
        "2026-11-20",
        "88.00",
        lines=(line,),
        currency="EUR",
        store_currency="USD",
        rate=Decimal("0.88"),
        coupon_codes=("SPRING",),
        payment_method="PayPal",
        country="DE",
    )
    shop.order(2, "2026-11-20", customer_id=5)
    shop.run(reported=False)
    grouped = "order_id, is_guest, country, payment_method, channel_id, coupon_codes"
    assert rows(shop, "orders", grouped) == [
        ("1", True, "DE", "PayPal", 1, ["SPRING"]),
        ("2", False, "", "", 1, []),
    ]
    of_line = "order_id, line_id, variant_id, unit_cost_minor, discount_codes"
    assert rows(shop, "lines", of_line)[:2] == [
        ("1", 0, 0, None, []),
        ("1", 1, 71, 2500, ["SPRING"]),
    ]


def test_products_are_exported_as_the_catalog_has_them_now(shop: Workshop) -> None:
    mug = Product(STORE, 7, "Mug", "MUG", Decimal("4.50"), ("Kitchen",))
    shop.products.save(ACCOUNT, [mug, Product(STORE, 8, "Cup", is_deleted=True)], shop.clock.now())
    shop.run(reported=False)
    shop.days_later(40)
    shop.products.save(ACCOUNT, [replace(mug, name="Red mug")], shop.clock.now())
    shop.run(reported=False)
    named = "product_id, name, sku, cost_minor, categories, is_deleted"
    assert rows(shop, "products", named) == [
        (7, "Red mug", "MUG", 450, ["Kitchen"], False),
        (8, "Cup", "", None, [], True),
    ]


def test_facts_of_an_older_version_are_exported_anew() -> None:
    shop = Workshop()
    shop.order(1, "2026-10-20")
    shop.run(reported=False)
    key = shop.runs.head(ACCOUNT).manifest
    assert key is not None
    document = shop.lake.get_json(key) | {"rules_version": "0"}
    shop.lake.put_json(key, document)
    run = shop.begin()
    listed = list_marked_days(
        ACCOUNT, run, desk=shop.desk, accounts=shop.accounts, marks=shop.marks
    )
    exports = shop.lake.get_json(listed.exports)
    assert ("orders", "2026-10", True) in [
        (item["table"], each["month"], each["whole"]) for item in exports for each in item["months"]
    ]


def test_an_older_version_whose_facts_lack_a_column_is_no_obstacle() -> None:
    shop = Workshop()
    shop.order(1, "2026-10-20")
    shop.run(reported=False)
    before = rows(shop, "orders")
    key = shop.objects()["orders"]["2026-10"]
    with duckdb.connect() as db:
        shop.facts.mount(db, shop.objects(), ["orders"])
        older = shop.facts.save(
            db, ACCOUNT, "orders", "2026-10", "SELECT * EXCLUDE (is_guest) FROM orders"
        )
    assert older is not None
    shop.facts.objects[key] = shop.facts.objects[older]
    manifest = shop.runs.head(ACCOUNT).manifest
    assert manifest is not None
    shop.lake.put_json(manifest, shop.lake.get_json(manifest) | {"rules_version": "0"})
    shop.order(2, "2026-11-20")
    shop.run(reported=False)
    assert rows(shop, "orders")[0] == before[0]


def test_a_month_that_closes_without_a_change_is_written_as_one_object(shop: Workshop) -> None:
    for number, day in enumerate(["2026-11-01", "2026-11-20"]):
        shop.order(number, day)
    for _ in range(3):
        shop.run(reported=False)
        shop.days_later(1)
    assert not list(shop.marks.raised(ACCOUNT))
    before = rows(shop, "orders")
    shop.days_later(15)
    shop.run(reported=False)
    assert partitions(shop, "orders") == ["2026-11"]
    assert rows(shop, "orders") == before


def test_months_of_a_table_and_half_year_are_one_item_of_the_list(shop: Workshop) -> None:
    for number, day in enumerate(["2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01"]):
        shop.order(number, day)
    run = shop.begin()
    listed = list_marked_days(
        ACCOUNT, run, desk=shop.desk, accounts=shop.accounts, marks=shop.marks
    )
    assert listed.months == 4
    assert [
        (item["table"], item["half_year"], [each["month"] for each in item["months"]])
        for item in shop.lake.get_json(listed.exports)
    ] == [
        ("orders", "2025H2", ["2025-12"]),
        ("orders", "2026H1", ["2026-01", "2026-06"]),
        ("orders", "2026H2", ["2026-07"]),
    ]

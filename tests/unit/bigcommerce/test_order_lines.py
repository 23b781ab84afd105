from __future__ import annotations

from decimal import Decimal

import pytest

from headwater.adapters.bigcommerce.orders import lacks_lines, to_order
from tests.unit.bigcommerce.samples import Json, consigned, line_row, order_row, read


def test_the_older_form_of_consignments_is_read_too() -> None:
    older = [order_row()["consignments"]]
    assert read(order_row(consignments=older)) == read(order_row())


@pytest.mark.parametrize("kind", ["pickups", "downloads"])
def test_a_lone_line_may_come_as_an_object(kind: str) -> None:
    consignments = consigned(kind=kind) | {kind: [{"line_items": line_row()}]}
    assert read(order_row(consignments=consignments)).lines == read(order_row()).lines


def test_a_sold_gift_certificate_is_a_line() -> None:
    consignments = consigned()
    consignments["email"] = {"gift_certificates": [{"line_items": line_row(name="Gift")}]}
    assert [line.name for line in read(order_row(consignments=consignments)).lines] == ["Gift"]


def test_lines_stand_in_the_order_of_their_ids_wherever_they_are_sent() -> None:
    consignments = consigned(line_row(id=9), line_row(id=7))
    consignments["downloads"] = [{"line_items": [line_row(id=8)]}]
    assert [line.line_id for line in read(order_row(consignments=consignments)).lines] == [7, 8, 9]


def test_lines_that_are_given_stand_in_for_the_embedded_ones() -> None:
    order = to_order("bigcommerce", order_row(), [line_row(id=1), line_row(id=2)], ())
    assert [line.line_id for line in order.lines] == [1, 2]


def test_a_complete_order_lacks_no_lines() -> None:
    assert not lacks_lines(order_row())


@pytest.mark.parametrize(
    "row",
    [
        order_row(items_total=3),
        order_row(consignments=consigned(line_row(), __warning__={"message": "only 50"})),
        order_row(consignments={"url": "https://api.example/x", "resource": "/orders/1"}),
        order_row(consignments=consigned({"url": "https://api.example/x", "resource": "/x"})),
        order_row(consignments=None),
    ],
    ids=["other count", "cut off", "a link", "a link inside", "none"],
)
def test_an_order_whose_lines_were_left_out_lacks_them(row: Json) -> None:
    assert lacks_lines(row)


def test_what_the_shopper_paid_for_a_line_is_computed_where_it_is_not_stated() -> None:
    line = line_row()
    del line["discounted_total_inc_tax"]
    assert read(order_row(consignments=consigned(line))).lines[0].total == Decimal("43.2")


@pytest.mark.parametrize("total", ["0.0000", "-5.0000"])
def test_free_and_negative_lines_are_kept(total: str) -> None:
    line = line_row(discounted_total_inc_tax=total)
    assert read(order_row(consignments=consigned(line))).lines[0].total == Decimal(total)


def test_a_cost_of_zero_is_no_cost() -> None:
    line = line_row(cost_price_inc_tax="0.0000", base_cost_price="0.0000")
    assert read(order_row(consignments=consigned(line))).lines[0].unit_cost is None


def test_coupon_codes_are_listed_once_and_other_discounts_have_none() -> None:
    manual = {"id": "manual-discount", "amount": "1.0000", "code": None}
    coupon = {"id": "coupon", "amount": "1.0000", "code": "SPRING"}
    lines = [line_row(id=1, applied_discounts=[manual, coupon]), line_row(id=2)]
    lines[1]["applied_discounts"] = [coupon]
    assert read(order_row(consignments=consigned(*lines))).coupon_codes == ("SPRING",)

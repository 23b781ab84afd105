from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.dynamodb import codec
from headwater.adapters.dynamodb.attributes import pack_item, unpack_item
from headwater.domain.costs import CostRow
from headwater.domain.journeys import Campaign, Touchpoint
from headwater.domain.orders import Order, OrderLine, Refund, RefundItem
from headwater.usecases.ports import Bookmark

texts = st.text(max_size=20)
numbers = st.integers(0, 2**40)
instants = st.datetimes(timezones=st.just(UTC))
amounts = st.decimals(allow_nan=False, allow_infinity=False)


def tuples_of[T](items: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(items, max_size=3).map(tuple)


refund_items = st.builds(RefundItem, texts, numbers, numbers, st.none() | amounts)
refunds = st.builds(Refund, numbers, instants, amounts, tuples_of(refund_items))
lines = st.builds(
    OrderLine,
    *(numbers, numbers, texts, texts, numbers, amounts),
    unit_cost=st.none() | amounts,
    options=tuples_of(st.tuples(texts, texts)),
    discount_codes=tuples_of(texts),
)
orders = st.builds(
    Order,
    *(texts, texts, instants, instants, numbers, st.booleans(), texts, amounts),
    rate=st.none() | amounts,
    email=texts,
    staff_notes=texts,
    coupon_codes=tuples_of(texts),
    lines=tuples_of(lines),
    refunds=tuples_of(refunds),
)
bookmarks = st.builds(Bookmark, since=st.none() | instants, pulled_until=st.none() | instants)
cost_rows = st.builds(
    CostRow,
    *(st.dates(), texts, texts, texts, amounts, numbers, numbers),
    conversions=amounts,
    value=amounts,
    campaign=texts,
)
touchpoints = st.builds(
    Touchpoint,
    *(texts, instants, texts, texts, st.builds(Campaign, source=texts, campaign=texts)),
    is_bot=st.booleans(),
)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDER = Order(
    "store",
    "1",
    placed_at=NOON,
    modified_at=NOON,
    status_id=2,
    is_archived=False,
    currency="USD",
    total=Decimal("49.90"),
)


@given(orders)
def test_an_order_survives_its_document(order: Order) -> None:
    assert codec.from_document(Order, codec.to_document(order)) == order


@given(orders)
def test_an_order_read_back_has_the_same_document_to_the_byte(order: Order) -> None:
    document = codec.to_document(order)
    assert codec.to_document(codec.from_document(Order, document)) == document
    document.encode()


@given(bookmarks)
def test_a_bookmark_survives_its_document(bookmark: Bookmark) -> None:
    assert codec.from_document(Bookmark, codec.to_document(bookmark)) == bookmark


@given(cost_rows)
def test_a_cost_row_survives_as_an_item(row: CostRow) -> None:
    stored = unpack_item(pack_item(codec.to_attributes(row)))
    assert codec.from_plain(CostRow, stored) == row


@given(touchpoints)
def test_a_touchpoint_survives_as_plain_values(touch: Touchpoint) -> None:
    assert codec.from_plain(Touchpoint, codec.to_plain(touch)) == touch


def test_the_decimals_of_an_amount_are_kept() -> None:
    order = replace(ORDER, total=Decimal("10.50"))
    assert json.loads(codec.to_document(order))["total"] == "10.50"


def test_an_instant_of_any_zone_is_written_in_utc_with_fixed_width() -> None:
    eastern = datetime(2026, 11, 20, 7, 0, tzinfo=timezone(timedelta(hours=-5)))
    document = json.loads(codec.to_document(replace(ORDER, placed_at=eastern)))
    assert document["placed_at"] == "2026-11-20T12:00:00.000000Z"


def test_a_field_that_an_older_document_lacks_has_its_default() -> None:
    document = json.loads(codec.to_document(ORDER))
    del document["channel_id"]
    assert codec.from_document(Order, json.dumps(document)) == ORDER


def test_a_field_that_nobody_knows_any_more_is_passed_over() -> None:
    document = {**json.loads(codec.to_document(ORDER)), "gift_wrap": True}
    assert codec.from_document(Order, json.dumps(document)) == ORDER


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        codec.to_plain(replace(ORDER, total=1.5))  # type: ignore[arg-type]


def test_only_none_is_left_out_of_an_item() -> None:
    packed = pack_item({"pk": "a", "empty": "", "none": None, "no": False, "zero": 0})
    assert packed == {
        "pk": {"S": "a"},
        "empty": {"S": ""},
        "no": {"BOOL": False},
        "zero": {"N": "0"},
    }


def test_a_text_that_is_empty_by_default_takes_no_attribute() -> None:
    touch = Touchpoint("", NOON, visitor="v1", referrer="")
    assert codec.to_attributes(touch).keys().isdisjoint({"node", "referrer", "device"})
    assert codec.to_attributes(touch)["touch_id"] == ""


def test_lists_and_mappings_of_an_item_survive() -> None:
    item = {"previous": [{"manifest": "m", "n": 1}, {"manifest": "m2", "ok": True}], "none": []}
    assert unpack_item(pack_item(item)) == item


def test_a_float_is_no_attribute() -> None:
    with pytest.raises(TypeError):
        pack_item({"share": 0.5})

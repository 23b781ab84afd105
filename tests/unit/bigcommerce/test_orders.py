from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.bigcommerce.wire import read_amount, read_instant
from headwater.domain.orders import Order, OrderLine, Refund, RefundItem
from headwater.errors import InvalidRowError
from tests.unit.bigcommerce.samples import consigned, line_row, order_row, read, refund_row


def test_an_order_is_read_with_its_lines_and_refunds() -> None:
    order = read(order_row(), (refund_row(),))

    assert order == Order(
        source="bigcommerce",
        order_id="3482",
        placed_at=datetime(2026, 3, 14, 23, 41, 7, tzinfo=UTC),
        modified_at=datetime(2026, 3, 18, 9, 5, 32, tzinfo=UTC),
        status_id=14,
        is_archived=False,
        currency="GBP",
        total=Decimal("49.2"),
        store_currency="GBP",
        rate=Decimal(1),
        email="ann@example.com",
        payment_method="Credit Card",
        payment_status="partially refunded",
        coupon_codes=("WELCOME10",),
        lines=(
            OrderLine(
                line_id=5501,
                product_id=118,
                sku="COF-250",
                name="House Coffee",
                quantity=2,
                total=Decimal("43.2"),
                unit_cost=Decimal("10.8"),
                options=(("Subscription", "Every 30 days"),),
                discount_codes=("WELCOME10",),
                variant_id=93,
            ),
        ),
        refunds=(
            Refund(
                refund_id=61,
                created_at=datetime(2026, 3, 18, 9, 5, 31, tzinfo=UTC),
                amount=Decimal("16.2"),
                items=(RefundItem("PRODUCT", 5501, 1, None),),
            ),
        ),
    )


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(-720, 720),
)
def test_both_date_formats_mean_the_same_instant(naive: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    instant = naive.replace(microsecond=0, tzinfo=zone)
    assert read_instant(format_datetime(instant)) == instant
    assert read_instant(instant.isoformat()) == instant
    assert read_instant(instant.isoformat()).tzinfo is UTC


def test_z_and_a_missing_offset_mean_utc() -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    assert read_instant("2026-03-14T12:00:00Z") == noon
    assert read_instant("2026-03-14T12:00:00") == noon
    assert read_instant("Sat, 14 Mar 2026 12:00:00 -0000") == noon


@given(st.decimals(-(10**9), 10**9, places=4))
def test_an_amount_is_the_same_as_a_text_and_as_a_number(amount: Decimal) -> None:
    as_number = json.loads(str(amount), parse_float=Decimal)
    assert read_amount(str(amount)) == read_amount(as_number) == amount


@pytest.mark.parametrize("value", ["", None, "ten", "NaN", "Infinity", True, "1e15", {}, []])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(InvalidRowError, match="total_inc_tax"):
        read(order_row(total_inc_tax=value))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None),
        ("id", 0),
        ("date_created", ""),
        ("date_created", "yesterday"),
        ("status_id", None),
        ("default_currency_code", ""),
        ("consignments", consigned(line_row(quantity="some"))),
    ],
)
def test_an_order_that_cannot_be_counted_is_refused_with_the_field(
    field: str, value: object
) -> None:
    named = "quantity" if field == "consignments" else field
    with pytest.raises(InvalidRowError, match=named):
        read(order_row(**{field: value}))


def test_a_reason_never_quotes_a_person() -> None:
    row = order_row(billing_address={"email": {"deep": "ann@example.com"}})
    with pytest.raises(InvalidRowError) as refused:
        read(row)
    assert "ann" not in str(refused.value)


BLANKS: list[object] = [None, "", {}, []]


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize(
    "field",
    [
        "customer_id",
        "date_modified",
        "is_deleted",
        "items_total",
        "store_default_currency_code",
        "store_default_to_transactional_exchange_rate",
        "order_source",
        "channel_id",
        "external_source",
        "external_id",
        "external_order_id",
        "payment_method",
        "payment_status",
        "staff_notes",
        "billing_address",
    ],
)
def test_any_blank_stands_for_an_unset_field(field: str, blank: object) -> None:
    with_blank = read(order_row(**{field: blank}))
    without = order_row()
    del without[field]
    assert with_blank == read(without)


@pytest.mark.parametrize("blank", [*BLANKS, "0"])
def test_any_blank_stands_for_an_empty_list(blank: object) -> None:
    line = line_row(applied_discounts=blank, product_options=blank)
    order = read(order_row(consignments=consigned(line)))
    assert order.lines[0].options == ()
    assert order.coupon_codes == ()


def test_an_unknown_status_and_unknown_fields_are_taken_as_they_come() -> None:
    order = read(order_row(status_id=99, loyalty={"points": [1, 2]}))
    assert order.status_id == 99


def test_an_id_may_be_a_number_or_a_text() -> None:
    order = read(order_row(id="3482", external_id=77, customer_id="12", channel_id="3"))
    assert (order.order_id, order.external_id, order.customer_id, order.channel_id) == (
        *("3482", "77", 12, 3),
    )


@pytest.mark.parametrize(
    "email", ["", "n/a", "ann@example", "a b@example.com", "x" * 250 + "@b.co"]
)
def test_an_order_without_a_usable_email_has_none(email: str) -> None:
    assert read(order_row(billing_address={"email": email})).email == ""


def test_a_store_with_one_currency_states_no_rate() -> None:
    order = read(
        order_row(
            store_default_currency_code="",
            store_default_to_transactional_exchange_rate="1.0000000000",
        )
    )
    assert (order.store_currency, order.rate) == ("", None)


def test_the_rate_of_a_foreign_order_is_kept_exactly() -> None:
    order = read(
        order_row(
            default_currency_code="JPY",
            store_default_currency_code="USD",
            store_default_to_transactional_exchange_rate="151.2345678901",
        )
    )
    assert (order.currency, order.store_currency) == ("JPY", "USD")
    assert order.rate == Decimal("151.2345678901")


def test_an_archived_order_says_so() -> None:
    assert read(order_row(is_deleted=True)).is_archived
    assert read(order_row(is_deleted="true")).is_archived


@pytest.mark.parametrize("method", ["Test Payment Gateway", "Test payment provider"])
def test_an_order_of_the_trial_gateway_is_a_test(method: str) -> None:
    assert read(order_row(payment_method=method)).is_test
    assert not read(order_row(payment_method="Credit Card")).is_test


def test_half_a_surrogate_pair_does_not_stop_the_order_from_being_stored() -> None:
    order = read(order_row(staff_notes="gift \ud83d"))
    assert order.staff_notes.encode() == b"gift ?"

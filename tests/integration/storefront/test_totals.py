"""The shop's own books."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.storefront.amounts import divide_half_even
from local.storefront.model import StoreLine, StorePayment, StoreRefund
from local.storefront.server import Storefront
from local.storefront.totals import StoreTotals

from .conftest import PlaceOrder

MARCH_13 = date(2026, 3, 13)
NOON = datetime(2026, 3, 13, 16, tzinfo=UTC)


def line(price: str) -> tuple[StoreLine, ...]:
    return (StoreLine("Thing", Decimal(price)),)


def day_totals(shop: Storefront, **options: object) -> StoreTotals:
    return shop.store.totals(MARCH_13, MARCH_13, **options)  # type: ignore[arg-type]


def test_net_is_gross_less_accepted_refunds_on_the_orders_day(
    shop: Storefront, place: PlaceOrder
) -> None:
    place()
    order_id = place()
    shop.store.refund(order_id, Decimal("5.25"))
    shop.store.refund(order_id, Decimal(3), declined=True)
    totals = day_totals(shop)
    assert (totals.orders, totals.gross, totals.refunds, totals.net) == (
        2,
        Decimal("40.00"),
        Decimal("5.25"),
        Decimal("34.75"),
    )


def test_only_the_accepted_part_of_a_split_payment_counts(
    shop: Storefront, place: PlaceOrder
) -> None:
    payments = (StorePayment(Decimal(4)), StorePayment(Decimal(6), declined=True))
    place(refunds=(StoreRefund(Decimal(10), NOON, payments=payments),), status_id=14)
    assert day_totals(shop).refunds == Decimal(4)


def test_status_4_without_a_refund_counts_as_refunded_in_full(
    shop: Storefront, place: PlaceOrder
) -> None:
    shop.store.set_status(place(), 4)
    totals = day_totals(shop)
    assert (totals.gross, totals.net) == (Decimal(20), Decimal(0))


def test_status_4_with_a_refund_counts_what_was_refunded(
    place: PlaceOrder, shop: Storefront
) -> None:
    place(status_id=4, refunds=(StoreRefund(Decimal(15), NOON),))
    assert day_totals(shop).net == Decimal(5)


def test_paid_statuses_count_and_others_do_not(shop: Storefront, place: PlaceOrder) -> None:
    for status in range(15):
        place(status_id=status)
    totals = day_totals(shop)
    assert set(totals.by_status) == {2, 3, 4, 8, 9, 10, 11, 14}
    assert totals.orders == 8
    assert day_totals(shop, statuses={7, 12}).gross == Decimal(40)


def test_archived_orders_do_not_count_and_migrated_ones_do(
    shop: Storefront, place: PlaceOrder
) -> None:
    place(is_deleted=True)
    place(external_source="M-MIG")
    assert day_totals(shop).orders == 1


def test_an_order_is_converted_at_its_own_rate_and_rounded_once(
    shop: Storefront, place: PlaceOrder
) -> None:
    for _ in range(3):
        place(lines=line("10.00"), currency="EUR", rate=Decimal("0.9"))
    totals = day_totals(shop)
    assert totals.gross == 3 * Decimal("11.11")
    assert totals.by_currency["EUR"].gross == Decimal(30)
    assert totals.not_converted == 0


@pytest.mark.parametrize(("price", "dollars"), [("0.05", "0.02"), ("0.15", "0.08")])
def test_half_cents_go_to_the_even_cent(
    shop: Storefront, place: PlaceOrder, price: str, dollars: str
) -> None:
    place(lines=line(price), currency="CAD", rate=Decimal(2))
    assert day_totals(shop).gross == Decimal(dollars)


def test_an_order_without_a_rate_is_counted_apart(shop: Storefront, place: PlaceOrder) -> None:
    place()
    place(currency="EUR", rate=None)
    totals = day_totals(shop)
    assert (totals.orders, totals.gross, totals.not_converted) == (1, Decimal(20), 1)
    assert totals.by_currency["EUR"].orders == 1


def test_totals_are_in_the_minor_units_of_the_stores_currency(
    shop: Storefront, place: PlaceOrder
) -> None:
    shop.store.configure(currency="JPY")
    place(lines=line("10.00"), currency="USD", rate=Decimal("0.0067"))
    assert str(day_totals(shop).gross) == "1493"


def test_large_amounts_stay_exact(shop: Storefront, place: PlaceOrder) -> None:
    place(lines=line("90000000000.01"))
    place(lines=line("0.01"))
    assert day_totals(shop).gross == Decimal("90000000000.02")


@pytest.mark.parametrize(
    ("placed_at", "day"),
    [
        ("2026-03-08T04:59:59+00:00", "2026-03-07"),
        ("2026-03-08T05:00:00+00:00", "2026-03-08"),
        ("2026-03-09T03:59:59+00:00", "2026-03-08"),
        ("2026-03-09T04:00:00+00:00", "2026-03-09"),
    ],
)
def test_a_day_ends_at_midnight_of_the_zone_also_when_it_has_23_hours(
    shop: Storefront, place: PlaceOrder, placed_at: str, day: str
) -> None:
    place(placed_at=datetime.fromisoformat(placed_at))
    totals = shop.store.totals(date(2026, 3, 7), date(2026, 3, 9))
    assert [str(row.day) for row in totals.days if row.orders] == [day]
    assert len(totals.days) == 3


def test_another_zone_has_other_days(shop: Storefront, place: PlaceOrder) -> None:
    place(placed_at=datetime(2026, 3, 12, 20, tzinfo=UTC))
    assert day_totals(shop).orders == 0
    assert day_totals(shop, zone="Asia/Tokyo").orders == 1


def test_days_and_groups_add_up_to_the_whole(shop: Storefront, place: PlaceOrder) -> None:
    for number in range(12):
        place(
            placed_at=datetime(2026, 3, 1 + number, tzinfo=UTC),
            status_id=(11, 14)[number % 2],
            refunds=(StoreRefund(Decimal(number), NOON),) if number else (),
        )
    totals = shop.store.totals(date(2026, 3, 1), date(2026, 3, 31))
    for parts in (totals.days, tuple(totals.by_status.values())):
        assert sum(part.gross for part in parts) == totals.gross
        assert sum(part.refunds for part in parts) == totals.refunds
        assert sum(part.orders for part in parts) == totals.orders


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**12))
def test_division_rounds_to_the_nearest_and_ties_to_even(numerator: int, denominator: int) -> None:
    doubled = 2 * (divide_half_even(numerator, denominator) * denominator - numerator)
    assert abs(doubled) <= denominator
    if abs(doubled) == denominator:
        assert divide_half_even(numerator, denominator) % 2 == 0

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.fact_rows import REST_LINE_ID, line_rows, order_row
from headwater.domain.facts import COLUMNS
from headwater.domain.orders import Order, OrderLine, Refund, RefundItem, Revenue, revenue_of
from headwater.domain.settings import AccountSettings
from headwater.errors import InvalidParameterError

PLACED = datetime(2026, 11, 20, 15, tzinfo=UTC)


def order_of(total: str, **fields: Any) -> Order:  # noqa: ANN401 - any field
    values: dict[str, Any] = {"status_id": 11, "is_archived": False, "currency": "USD", **fields}
    return Order("store", "7", PLACED, PLACED, total=Decimal(total), **values)


def refund_of(amount: str, *items: RefundItem) -> Refund:
    return Refund(1, PLACED + timedelta(days=40), Decimal(amount), items)


def lines_of(order: Order) -> dict[int, tuple[int, int]]:
    """Return (gross, refund) of each line of an order's facts."""
    names = list(COLUMNS["lines"])
    rows: list[dict[str, Any]] = [
        dict(zip(names, row, strict=True)) for row in line_rows(order, AccountSettings())
    ]
    return {row["line_id"]: (row["gross_minor"], row["refund_minor"]) for row in rows}


def test_net_is_gross_less_what_was_paid_back() -> None:
    order = order_of("65.40", refunds=(refund_of("16.20"), refund_of("4.20")))
    revenue = revenue_of(order, "USD")
    assert (revenue.gross, revenue.refund, revenue.net) == (6540, 2040, 4500)


def test_a_refund_counts_on_the_day_of_its_order() -> None:
    row = order_row(order_of("65.40", refunds=(refund_of("16.20"),)), AccountSettings())
    values = dict(zip(COLUMNS["orders"], row, strict=True))
    assert values["placed_at"] == PLACED.replace(tzinfo=None)
    assert values["refund_minor"] == 1620


@pytest.mark.parametrize("refunds", [(), (refund_of("0"),)], ids=["no refund", "a declined one"])
def test_a_refunded_order_without_money_paid_back_counts_as_refunded_whole_and_is_flagged(
    refunds: tuple[Refund, ...],
) -> None:
    assert revenue_of(order_of("20", status_id=4, refunds=refunds), "USD") == Revenue(
        2000, 2000, refund_assumed=True
    )


def test_a_refunded_order_with_a_refund_is_worth_what_that_left() -> None:
    order = order_of("20", status_id=4, refunds=(refund_of("19.50"),))
    assert revenue_of(order, "USD") == Revenue(2000, 1950, refund_assumed=False)


def test_a_partially_refunded_order_without_a_refund_keeps_its_whole_revenue() -> None:
    assert revenue_of(order_of("20", status_id=14), "USD") == Revenue(2000, 0, refund_assumed=False)


def test_an_orders_own_rate_converts_it_and_its_refunds() -> None:
    order = order_of(
        "92.00",
        currency="EUR",
        store_currency="USD",
        rate=Decimal("0.92"),
        refunds=(refund_of("9.20"),),
    )
    assert revenue_of(order, "USD") == Revenue(10_000, 1_000, refund_assumed=False)


@pytest.mark.parametrize(
    ("store_currency", "rate"), [("", None), ("USD", None), ("CAD", Decimal("1.5"))]
)
def test_another_currency_without_a_rate_to_the_accounts_is_not_converted(
    store_currency: str, rate: Decimal | None
) -> None:
    order = order_of("92.00", currency="EUR", store_currency=store_currency, rate=rate)
    revenue = revenue_of(order, "USD")
    assert (revenue.gross, revenue.refund, revenue.net) == (None, None, None)


@pytest.mark.parametrize(("currency", "minor"), [("USD", 1234), ("JPY", 12), ("KWD", 12_345)])
def test_amounts_are_whole_minor_units_of_the_accounts_currency(currency: str, minor: int) -> None:
    assert revenue_of(order_of("12.345", currency=currency), currency).gross == minor


def test_the_revenue_set_is_what_was_paid_or_refunded() -> None:
    assert AccountSettings().revenue_statuses == {2, 3, 4, 8, 9, 10, 11, 14}


@pytest.mark.parametrize("status", [1, 7, 12, 13])
def test_pending_awaited_held_and_disputed_orders_count_by_choice(status: int) -> None:
    chosen = AccountSettings().revenue_statuses | {status}
    assert status in AccountSettings(revenue_statuses=chosen).revenue_statuses


@pytest.mark.parametrize("status", [0, 5, 6])
def test_incomplete_canceled_and_declined_orders_never_count(status: int) -> None:
    with pytest.raises(InvalidParameterError, match="never sales"):
        AccountSettings(revenue_statuses=frozenset({11, status}))


def test_shipping_and_order_discounts_are_the_rest_line() -> None:
    line = OrderLine(51, 7, "MUG", "Mug", 2, Decimal("36.00"))
    assert lines_of(order_of("40.99", lines=(line,))) == {51: (3600, 0), REST_LINE_ID: (499, 0)}
    assert lines_of(order_of("31.00", lines=(line,))) == {51: (3600, 0), REST_LINE_ID: (-500, 0)}


def test_a_refund_of_a_product_is_its_lines_and_any_other_the_rest_lines() -> None:
    lines = (
        OrderLine(51, 7, "MUG", "Mug", 2, Decimal("36.00")),
        OrderLine(52, 8, "TEA", "Tea", 1, Decimal("9.00")),
    )
    items = (RefundItem("PRODUCT", 51, 1, None), RefundItem("SHIPPING", 0, 1, None))
    order = order_of("49.99", lines=lines, refunds=(refund_of("22.99", *items),))
    assert lines_of(order) == {51: (3600, 1800), 52: (900, 0), REST_LINE_ID: (499, 499)}


@given(
    totals=st.lists(st.decimals(-50, 500, places=2), max_size=5),
    rest=st.decimals(-5, 20, places=2),
    refunded=st.decimals(0, 100, places=2),
    rate=st.sampled_from([None, Decimal("0.92"), Decimal("1.337")]),
)
def test_whatever_an_order_holds_its_lines_and_their_rest_sum_to_its_revenue(
    totals: list[Decimal], rest: Decimal, refunded: Decimal, rate: Decimal | None
) -> None:
    lines = tuple(OrderLine(n, 7, "", "", 1, total) for n, total in enumerate(totals, start=1))
    order = order_of(
        str(sum(totals, rest)),
        lines=lines,
        refunds=(refund_of(str(refunded), RefundItem("PRODUCT", 1, 1, None)),),
        currency="EUR" if rate else "USD",
        store_currency="USD",
        rate=rate,
    )
    revenue, found = revenue_of(order, "USD"), lines_of(order).values()
    assert sum(gross for gross, _ in found) == revenue.gross
    assert sum(refund for _, refund in found) == revenue.refund

"""One rule per cause, and the bridge that always adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.copy_faults import duplicates_of, fault_of
from headwater.domain.orders import Order, Refund, revenue_of
from headwater.domain.panel_clocks import PanelClock
from headwater.domain.reconciliation import (
    ListedOrder,
    Pair,
    ReportRules,
    compare_day,
)
from headwater.domain.reconciliation_causes import (
    BASIS_CAUSES,
    EXPLANATIONS,
    OPEN_CAUSES,
    Cause,
)
from headwater.domain.reporting_days import reporting_day

if TYPE_CHECKING:
    from headwater.domain.day_comparisons import DayComparison

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)  # noon in New York
HOUR = timedelta(hours=1)
RULES = ReportRules(
    "USD", "America/New_York", frozenset({2, 4, 10, 11, 14}), PanelClock("America/New_York")
)


def order(order_id: str = "1", **more: Any) -> Order:  # noqa: ANN401
    values: dict[str, Any] = {
        "source": "bigcommerce",
        "order_id": order_id,
        "placed_at": NOON,
        "modified_at": NOON,
        "status_id": 11,
        "is_archived": False,
        "currency": "USD",
        "total": Decimal("100.00"),
        "email": "ann@example.com",
    }
    return Order(**values | more)


def paired(theirs: Order | None, ours: Order | None, *, is_gone: bool = False) -> Pair:
    listed = ListedOrder(theirs) if theirs else None
    fault = fault_of(listed, ours, RULES, is_gone=is_gone)
    live = None if theirs is None or theirs.is_archived else listed
    return Pair("1", live, ours, fault)


def compared(*pairs: Pair, day: date = DAY, rules: ReportRules = RULES) -> DayComparison:
    return compare_day(day, pairs, rules)


def causes(comparison: DayComparison) -> dict[Cause, tuple[int, int]]:
    """Return cause → (orders, cents) over all statuses."""
    found: dict[Cause, tuple[int, int]] = {}
    for (_, cause), difference in comparison.differences.items():
        orders, amount = found.get(cause, (0, 0))
        found[cause] = (orders + difference.orders, amount + difference.amount)
    return found


def same(one: Order, rules: ReportRules = RULES, day: date = DAY) -> dict[Cause, tuple[int, int]]:
    """Return the causes where our copy is the store's."""
    return causes(compared(Pair(one.order_id, ListedOrder(one), one), day=day, rules=rules))


def test_a_faithful_copy_of_a_plain_order_differs_by_nothing() -> None:
    comparison = compared(paired(order(), order()))
    assert causes(comparison) == {}
    figures = comparison.figures[11]
    assert (figures.store_orders, figures.store_total) == (1, 100_00)
    assert (figures.our_orders, figures.our_total) == (1, 100_00)


def test_an_order_that_only_the_store_has_is_missing() -> None:
    comparison = compared(paired(order(), None))
    assert causes(comparison) == {Cause.MISSING: (-1, -100_00)}
    assert comparison.open_orders() == {"1"}


def test_an_unpaid_order_that_only_the_store_has_is_missing_without_a_sum() -> None:
    assert causes(compared(paired(order(status_id=0), None))) == {
        Cause.STATUS_NOT_COUNTED: (-1, -100_00),
        Cause.MISSING: (0, 0),
    }


def test_an_order_that_the_store_has_archived_counts_too_much() -> None:
    archived = order(is_archived=True, modified_at=NOON + HOUR)
    assert causes(compared(paired(archived, order()))) == {Cause.ARCHIVED: (1, 100_00)}


def test_an_order_that_the_store_has_deleted_is_gone() -> None:
    comparison = compared(paired(None, order(), is_gone=True))
    assert causes(comparison) == {Cause.GONE: (1, 100_00)}


def test_an_order_that_the_store_neither_shows_nor_denies_is_unexplained() -> None:
    assert causes(compared(paired(None, order()))) == {Cause.UNEXPLAINED: (1, 100_00)}


def test_an_order_that_both_have_retracted_is_no_difference() -> None:
    archived = order(is_archived=True)
    assert causes(compared(paired(archived, archived))) == {}
    assert causes(compared(paired(None, archived, is_gone=True))) == {}


def test_an_order_changed_since_it_was_fetched_is_edited() -> None:
    newer = order(total=Decimal("80.00"), modified_at=NOON + HOUR)
    assert causes(compared(paired(newer, order()))) == {Cause.EDITED: (0, 20_00)}


def test_an_order_whose_status_changed_moves_between_statuses() -> None:
    newer = order(status_id=5, modified_at=NOON + HOUR)
    comparison = compared(paired(newer, order()))
    assert comparison.differences[11, Cause.EDITED].amount == 100_00
    assert comparison.differences[5, Cause.STATUS_NOT_COUNTED].amount == -100_00


def test_a_refund_that_did_not_touch_the_date_of_change_is_an_edit() -> None:
    refunded = order(refunds=(Refund(9, NOON, Decimal(30)),))
    found = causes(compared(paired(refunded, order())))
    assert found == {Cause.GROSS_VS_NET: (0, -30_00), Cause.EDITED: (0, 30_00)}


def test_a_newer_date_of_change_alone_is_an_edit_that_changes_no_sum() -> None:
    comparison = compared(paired(order(modified_at=NOON + HOUR), order()))
    assert causes(comparison) == {Cause.EDITED: (0, 0)}
    assert comparison.open_orders() == {"1"}


def test_another_amount_under_the_same_date_of_change_is_unexplained() -> None:
    found = causes(compared(paired(order(total=Decimal("99.99")), order())))
    assert found == {Cause.UNEXPLAINED: (0, 1)}


def test_an_order_that_the_store_shows_and_we_have_retracted_is_unexplained() -> None:
    found = causes(compared(paired(order(), order(is_archived=True))))
    assert found == {Cause.UNEXPLAINED: (-1, -100_00)}


def test_a_back_dated_order_leaves_one_day_and_enters_another() -> None:
    moved = order(placed_at=NOON - timedelta(days=3), modified_at=NOON + HOUR)
    pair = paired(moved, order())
    assert causes(compared(pair)) == {Cause.BACK_DATED: (1, 100_00)}
    earlier = DAY - timedelta(days=3)
    assert causes(compared(pair, day=earlier)) == {Cause.BACK_DATED: (-1, -100_00)}


def test_a_status_that_is_no_sale_is_listed_and_not_counted() -> None:
    assert same(order(status_id=0)) == {Cause.STATUS_NOT_COUNTED: (-1, -100_00)}


def test_a_refund_of_the_same_day_is_gross_against_net() -> None:
    assert same(order(refunds=(Refund(9, NOON + HOUR, Decimal(30)),))) == {
        Cause.GROSS_VS_NET: (0, -30_00)
    }


def test_an_order_marked_refunded_without_a_refund_is_refunded_whole() -> None:
    assert same(order(status_id=4)) == {Cause.GROSS_VS_NET: (0, -100_00)}


def test_a_refund_of_another_day_is_a_matter_of_timing() -> None:
    refunded = order(refunds=(Refund(9, NOON + timedelta(days=2), Decimal(30)),))
    assert same(refunded) == {Cause.REFUND_TIMING: (0, -30_00)}
    # On the day it was paid, what the store takes off there is put back.
    assert same(refunded, day=DAY + timedelta(days=2)) == {
        Cause.GROSS_VS_NET: (0, -30_00),
        Cause.REFUND_TIMING: (0, 30_00),
    }


def test_an_order_without_a_rate_is_not_converted() -> None:
    assert same(order(currency="EUR")) == {Cause.CURRENCY: (-1, -100_00)}


def test_an_order_with_a_rate_differs_by_its_conversion() -> None:
    euros = order(currency="EUR", store_currency="USD", rate=Decimal("0.8"))
    assert same(euros) == {Cause.CURRENCY: (0, 25_00)}


def test_a_late_order_of_a_western_store_is_on_another_day() -> None:
    western = replace(RULES, panel=PanelClock("America/Los_Angeles"))
    late = order(placed_at=datetime(2026, 11, 21, 6, tzinfo=UTC))  # 01:00 in New York
    assert same(late, western) == {Cause.TIME_ZONE_EDGE: (-1, -100_00)}
    assert same(late, western, DAY + timedelta(days=1)) == {Cause.TIME_ZONE_EDGE: (1, 100_00)}


def test_a_forgotten_box_puts_the_panel_an_hour_off_its_own_zone() -> None:
    summer_in_winter = PanelClock("America/New_York", timedelta(hours=-4), is_box_ticked=True)
    rules = replace(RULES, panel=summer_in_winter)
    late = order(placed_at=datetime(2026, 11, 21, 4, 30, tzinfo=UTC))  # 23:30 in New York
    comparison = compared(Pair("1", ListedOrder(late), late), rules=rules)
    assert causes(comparison) == {Cause.TIME_ZONE_EDGE: (1, 100_00)}
    assert comparison.box_orders == {"1"}


def test_the_box_unticked_in_winter_puts_no_order_elsewhere() -> None:
    winter = replace(RULES, panel=PanelClock("America/New_York", timedelta(hours=-5)))
    late = order(placed_at=datetime(2026, 11, 21, 4, 30, tzinfo=UTC))
    assert same(late, winter) == {}


def test_tax_and_shipping_are_parts_of_the_stores_figure() -> None:
    listed = ListedOrder(order(), tax=Decimal("8.00"), shipping=Decimal("5.00"))
    figures = compared(Pair("1", listed, order())).figures[11]
    assert (figures.store_total, figures.tax, figures.shipping) == (100_00, 8_00, 5_00)


@pytest.mark.parametrize(
    ("other", "is_duplicate"),
    [
        (order("77", source="api"), True),
        (order("77", source="api", placed_at=NOON + timedelta(minutes=9)), True),
        (order("77", source="api", placed_at=NOON + timedelta(minutes=11)), False),
        (order("77", source="api", total=Decimal("99.00")), False),
        (order("77", source="api", total=Decimal("99.99")), True),
        (order("77", source="api", email="", external_id="1", external_source="shop"), True),
        (order("77", source="api", email="", external_id="2", external_source="shop"), False),
        (order("77", source="api", email="bob@example.com"), False),
        (order("1", source="twin", email="", total=Decimal(1)), True),
        (order("77", source="twin", email=""), False),
    ],
)
def test_the_same_sale_in_another_source_is_a_duplicate(
    other: Order, *, is_duplicate: bool
) -> None:
    found = duplicates_of({"1": order()}, [other], frozenset({"twin"}))
    assert found == ({f"{other.source}/{other.order_id}": other} if is_duplicate else {})


def test_a_duplicate_counts_the_sale_twice() -> None:
    other = order("77", source="api")
    pair = Pair("api/77", None, other, Cause.DUPLICATE)
    comparison = compared(paired(order(), order()), pair)
    assert causes(comparison) == {Cause.DUPLICATE: (1, 100_00)}


def test_every_cause_is_explained_in_a_sentence() -> None:
    assert set(EXPLANATIONS) == set(Cause)
    assert not BASIS_CAUSES & OPEN_CAUSES
    for explanation in EXPLANATIONS.values():
        assert explanation.sentence.endswith(".")
        assert explanation.advice.endswith(".")


INSTANTS = st.integers(min_value=-40, max_value=40).map(lambda n: NOON + n * HOUR)
REFUNDS = st.lists(
    st.builds(Refund, st.integers(1, 5), INSTANTS, st.decimals(0, 60, places=2)), max_size=3
).map(tuple)
ORDERS = st.builds(
    order,
    placed_at=INSTANTS,
    modified_at=INSTANTS,
    status_id=st.sampled_from([0, 4, 5, 10, 11, 14]),
    is_archived=st.booleans(),
    currency=st.sampled_from(["USD", "EUR", "JPY"]),
    total=st.decimals(-50, 500, places=2),
    store_currency=st.sampled_from(["", "USD"]),
    rate=st.none() | st.decimals("0.1", 200, places=4),
    refunds=REFUNDS,
)
PANELS = st.sampled_from(
    [
        PanelClock("America/New_York"),
        PanelClock("America/Los_Angeles", timedelta(hours=-7), is_box_ticked=True),
        PanelClock("Asia/Tokyo", timedelta(hours=9)),
    ]
)


@given(st.lists(st.tuples(st.none() | ORDERS, st.none() | ORDERS), max_size=5), PANELS)
def test_the_stores_figure_and_all_differences_are_our_figure_to_the_cent(
    sides: list[tuple[Order | None, Order | None]], panel: PanelClock
) -> None:
    rules = replace(RULES, panel=panel)
    pairs = [
        replace(paired(theirs, ours), order_id=str(n)) for n, (theirs, ours) in enumerate(sides)
    ]
    comparison = compare_day(DAY, pairs, rules)
    differences = sum(each.amount for each in comparison.differences.values())
    moved = sum(each.orders for each in comparison.differences.values())
    listed = [pair.theirs.order for pair in pairs if pair.theirs]
    on_day = [one for one in listed if panel.day(one.placed_at) == DAY]
    store = sum(round(one.total * 100) for one in on_day)
    ours = [pair.ours for pair in pairs if pair.ours]
    counted = [
        net
        for one in ours
        if not one.is_archived
        and one.status_id in rules.revenue_statuses
        and reporting_day(one.placed_at, rules.time_zone) == DAY
        and (net := revenue_of(one, "USD").net) is not None
    ]
    assert store + differences == sum(counted)
    assert len(on_day) + moved == len(counted)


@given(ORDERS, PANELS)
def test_a_faithful_copy_differs_by_rules_alone(one: Order, panel: PanelClock) -> None:
    rules = replace(RULES, panel=panel)
    live = replace(one, is_archived=False)
    assert fault_of(ListedOrder(live), live, rules) is None
    comparison = compare_day(DAY, [Pair("1", ListedOrder(live), live)], rules)
    assert {cause for _, cause in comparison.differences} <= BASIS_CAUSES

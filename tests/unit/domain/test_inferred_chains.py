"""Chains that no id names, rule by rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.cadence import USUAL, Cadence
from headwater.domain.inferred_chains import Visit, infer_tracks

START = date(2026, 1, 10)
COFFEE, TEA = "coffee", "tea"
MONTH = Cadence(1, 0)


def visit(day: date | int, *products: str, stated: Cadence | None = None) -> Visit:
    on = START + timedelta(days=day) if isinstance(day, int) else day
    return Visit(on, tuple((product, stated) for product in products or (COFFEE,)))


def chains(*visits: Visit) -> list[list[int]]:
    return [track.orders for track in infer_tracks(sorted(visits, key=lambda v: v.day))]


def test_two_marked_orders_are_no_chain_yet_and_three_are_one() -> None:
    assert chains(visit(0), visit(30)) == []
    assert chains(visit(0), visit(30), visit(60)) == [[0, 1, 2]]


def test_marked_orders_without_a_steady_cadence_are_no_chain() -> None:
    assert chains(visit(0), visit(10), visit(55), visit(62)) == []


@pytest.mark.parametrize("cadence", USUAL, ids=lambda cadence: cadence.name)
def test_each_usual_cadence_is_found(cadence: Cadence) -> None:
    days = [START]
    for _ in range(4):
        days.append(cadence.due(days[-1], anchor=START.day))
    (track,) = infer_tracks([visit(day) for day in days])
    assert len(track.orders) == 5
    # 28 days, 30 days and a month lie within each other's tolerance.
    assert abs(track.cadence.length - cadence.length) <= 3


def test_a_monthly_chain_follows_the_ends_of_months() -> None:
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    (track,) = infer_tracks([visit(day) for day in ends])
    assert (len(track.orders), track.cadence) == (4, MONTH)


@given(st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=20))
def test_a_fifth_of_the_interval_is_no_reason_to_leave_an_order_out(shifts: list[float]) -> None:
    days = [0.0]
    for shift in shifts:
        days.append(days[-1] + 30 * (1 + shift))
    stated = [visit(int(day), stated=Cadence(0, 30)) for day in days]
    assert chains(*stated) == [list(range(len(days)))]


def test_a_missed_cycle_leaves_the_chain_whole() -> None:
    assert chains(visit(0), visit(30), visit(60), visit(120), visit(150)) == [[0, 1, 2, 3, 4]]


def test_after_two_missed_cycles_a_chain_returns_as_a_new_one_that_names_the_old() -> None:
    days = (0, 30, 60, 90, 200, 230, 260)
    old, new = infer_tracks([visit(day) for day in days])
    assert (old.orders, new.orders) == ([0, 1, 2, 3], [4, 5, 6])
    assert new.returned_from is old
    assert old.returned_from is None


def test_who_returns_begins_a_new_chain_with_one_order() -> None:
    old, new = infer_tracks([visit(day) for day in (0, 30, 60, 200)])
    assert (new.orders, new.returned_from) == ([3], old)


def test_a_swapped_product_stays_in_its_chain() -> None:
    visits = [visit(30 * n, COFFEE if n < 4 else TEA) for n in range(8)]
    assert chains(*visits) == [list(range(8))]


def test_products_that_vary_each_time_are_one_chain() -> None:
    visits = [visit(30 * n, f"box of month {n}") for n in range(6)]
    assert chains(*visits) == [list(range(6))]


def test_a_changed_interval_stays_in_its_chain() -> None:
    days = [0, 30, 60, 90, 150, 210, 270]
    stated = [Cadence(0, 30)] * 3 + [Cadence(0, 60)] * 4
    visits = [visit(day, stated=one) for day, one in zip(days, stated, strict=True)]
    assert chains(*visits) == [list(range(7))]


def test_two_subscriptions_side_by_side_are_two_chains() -> None:
    coffee = [visit(30 * n, COFFEE) for n in range(5)]
    tea = [visit(4 + 14 * n, TEA) for n in range(6)]
    found = infer_tracks(sorted(coffee + tea, key=lambda one: one.day))
    assert sorted((len(track.orders), min(track.products)) for track in found) == [
        (5, COFFEE),
        (6, TEA),
    ]


def test_two_subscriptions_of_one_product_are_told_apart_by_their_stated_intervals() -> None:
    weekly = [visit(7 * n, stated=Cadence(0, 7)) for n in range(8)]
    monthly = [visit(2 + 30 * n, stated=Cadence(0, 30)) for n in range(4)]
    found = infer_tracks(sorted(weekly + monthly, key=lambda one: one.day))
    assert sorted(len(track.orders) for track in found) == [4, 8]


def test_two_products_in_every_order_are_one_chain() -> None:
    assert chains(*(visit(30 * n, COFFEE, TEA) for n in range(4))) == [[0, 1, 2, 3]]


def test_an_extra_marked_order_in_between_belongs_to_no_chain() -> None:
    assert chains(visit(0), visit(30), visit(42), visit(60), visit(90)) == [[0, 1, 3, 4]]


@given(st.lists(st.tuples(st.integers(0, 800), st.sampled_from([COFFEE, TEA])), max_size=25))
def test_whatever_comes_every_chain_is_ordered_and_has_three_orders_or_returned(
    drawn: list[tuple[int, str]],
) -> None:
    visits = sorted((visit(day, product) for day, product in drawn), key=lambda one: one.day)
    for track in infer_tracks(visits):
        assert track.orders == sorted(set(track.orders))
        assert len(track.orders) >= 3 or track.returned_from

"""The engine's invariants, on random journeys, and against a plain reading of the rules."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.attribution import Credits, attribute
from headwater.domain.models import MODELS
from headwater.domain.roles import (
    NEVER,
    NONE,
    ReOptIns,
    Touches,
    TouchSearch,
    find_roles,
    last_at_or_before,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

ids = st.integers(NONE, 6)
role_rows = st.lists(st.tuples(ids, ids, ids, ids), min_size=1, max_size=20)


def credit(roles: list[tuple[int, ...]], gross: list[int], net: list[int]) -> Credits:
    never = np.zeros(len(roles), dtype=bool)
    return attribute(
        np.array(roles, dtype=np.int64),
        gross=np.array(gross, dtype=np.int64),
        net=np.array(net, dtype=np.int64),
        is_known_before=never,
        is_placed_before_tracking=never,
    )


@given(role_rows, st.data())
def test_credits_and_rest_sum_to_the_revenue_of_every_order(
    roles: list[tuple[int, ...]], data: st.DataObject
) -> None:
    amounts = st.lists(st.integers(-(10**9), 10**9), min_size=len(roles), max_size=len(roles))
    gross, net = data.draw(amounts), data.draw(amounts)
    credits_ = credit(roles, gross, net)
    for model in MODELS:
        if model == "full_impact":
            continue
        for revenue, parts, rest in (
            (gross, credits_.gross, credits_.rest_gross),
            (net, credits_.net, credits_.rest_net),
        ):
            total = rest[model].copy()
            np.add.at(total, credits_.order, parts[model].filled(0))
            assert total.tolist() == revenue


@given(role_rows)
def test_full_impact_gives_all_of_the_order_to_each_distinct_touch(
    roles: list[tuple[int, ...]],
) -> None:
    credits_ = credit(roles, [700] * len(roles), [500] * len(roles))
    rows = list(zip(credits_.order.tolist(), credits_.touch.tolist(), strict=True))
    assert rows == [(n, t) for n, row in enumerate(roles) for t in sorted(set(row) - {NONE})]
    assert (credits_.gross["full_impact"] == 700).all()


@given(role_rows)
def test_an_order_is_credited_alone_as_it_is_among_others(roles: list[tuple[int, ...]]) -> None:
    amounts = [1_001 + n for n in range(len(roles))]
    together = credit(roles, amounts, amounts)
    for n, row in enumerate(roles):
        alone = credit([row], [amounts[n]], [amounts[n]])
        mine = together.order == n
        for model in MODELS:
            assert together.gross[model][mine].tolist() == alone.gross[model].tolist()


def test_a_contact_known_before_tracking_keeps_only_the_roles_that_could_be_seen() -> None:
    credits_ = attribute(
        np.array([[0, 1, 2, 3], [0, 1, NONE, NONE]], dtype=np.int64),
        gross=np.array([100, 100]),
        net=np.array([100, 100]),
        is_known_before=np.array([True, True]),
        is_placed_before_tracking=np.array([False, True]),
    )
    assert credits_.touch.tolist() == [2, 3]
    assert credits_.is_pre_tracking["first_click"].tolist() == [True, True]
    assert credits_.is_pre_tracking["linear"].tolist() == [False, True]
    assert credits_.rest_gross["linear"].tolist() == [0, 100]


moments = st.integers(0, 30)
rows = st.lists(st.tuples(st.integers(0, 3), moments, st.booleans()), max_size=25)
questions = st.lists(st.tuples(st.integers(0, 4), moments), min_size=1, max_size=8)


def as_touches(touches: list[tuple[int, int, bool]]) -> Touches:
    ordered = sorted(touches, key=lambda touch: touch[:2])
    columns = list(zip(*ordered, strict=True)) or [(), (), ()]
    return Touches(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=bool),
    )


@given(rows, questions)
def test_the_search_finds_the_last_row_that_is_not_later(
    touches: list[tuple[int, int, bool]], asked: list[tuple[int, int]]
) -> None:
    columns = as_touches(touches)
    who, when = (np.array(values, dtype=np.int64) for values in zip(*asked, strict=True))
    found = last_at_or_before(columns.contact, columns.at, who, when)
    for index, (contact, at) in zip(found.tolist(), asked, strict=True):
        candidates = [
            n for n in range(len(columns)) if columns.contact[n] == contact and columns.at[n] <= at
        ]
        assert index == max(candidates, default=NONE)


def eligible(touches: Touches, contact: int, first: int, last: int) -> list[int]:
    """Read the rule plainly: inside the window, and direct only if all of them are."""
    inside = [
        n
        for n in range(len(touches))
        if touches.contact[n] == contact and first <= touches.at[n] <= last
    ]
    return [n for n in inside if not touches.is_direct[n]] or inside


def plain_roles(
    touches: Touches, again: ReOptIns, contact: int, placed: int, lead_at: int
) -> list[int]:
    re_opted = [
        int(at)
        for who, at in zip(again.contact, again.at, strict=True)
        if who == contact and at < placed
    ]
    windows = [
        (0, placed, min),
        (lead_at - 7, lead_at, max) if NEVER < lead_at <= placed else None,
        (max(re_opted) - 7, max(re_opted), max) if re_opted else None,
        (placed - 10, placed, max),
    ]
    roles = []
    for window in windows:
        found = eligible(touches, contact, *window[:2]) if window else []
        roles.append(window[2](found) if window and found else NONE)
    return roles


@given(rows, questions, st.lists(st.tuples(st.integers(0, 3), moments), max_size=6), st.data())
def test_roles_are_what_a_plain_reading_of_the_rules_finds(
    touches: list[tuple[int, int, bool]],
    orders: list[tuple[int, int]],
    opt_ins: list[tuple[int, int]],
    data: st.DataObject,
) -> None:
    columns = as_touches(touches)
    again = as_touches([(who, at, False) for who, at in opt_ins])
    lead_at = data.draw(
        st.lists(
            st.one_of(st.just(int(NEVER)), moments), min_size=len(orders), max_size=len(orders)
        )
    )
    contact, placed = (np.array(values, dtype=np.int64) for values in zip(*orders, strict=True))
    found: NDArray[np.int64] = find_roles(
        TouchSearch(columns),
        contact=contact,
        placed_at=placed,
        lead_at=np.array(lead_at, dtype=np.int64),
        re_opt_ins=ReOptIns(again.contact, again.at),
        last_click_window=timedelta(microseconds=10),
        opt_in_window=timedelta(microseconds=7),
    )
    for n, (who, at) in enumerate(orders):
        expected = plain_roles(columns, ReOptIns(again.contact, again.at), who, at, lead_at[n])
        assert found[n].tolist() == expected

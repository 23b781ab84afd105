"""The engine against a plain reading of the rules, and its invariants, on random journeys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.domain.attribution.apportion import exact_parts
from headwater.domain.attribution.columns import LATER_THAN_ALL
from headwater.domain.attribution.engine import attribute, attribute_blocks
from headwater.domain.attribution.explanation import Explainer
from tests.unit.domain.attribution_oracle import (
    MODELS,
    Account,
    Order,
    Touch,
    credited,
    definition,
)

if TYPE_CHECKING:
    from headwater.domain.attribution.credits import Credits
    from headwater.domain.attribution.definitions import ModelDefinition

NAMES = [model.name for model in MODELS]
# Every touch of an order's window gets a part of it.
FRACTIONAL = [
    "linear_all",
    "linear_channels",
    "position_based",
    "time_decay",
    "w_shaped",
    "markov",
]
# An example is an account under sixteen models: fewer of them find as much.
few = settings(max_examples=25)
contacts, days = st.integers(0, 3), st.integers(0, 60)
touches = st.lists(st.builds(Touch, contacts, days, st.integers(0, 3)), max_size=25)
amounts = st.one_of(st.integers(-300, 300), st.integers(-(10**15), 10**15))


@st.composite
def orders(draw: st.DrawFn) -> list[Order]:
    found = draw(
        st.lists(st.builds(Order, contacts, days, amounts, amounts), min_size=1, max_size=8)
    )
    rebills = draw(st.lists(st.integers(0, len(found) - 1), max_size=2))
    again = [replace(found[n], day=60, gross=77, net=70, root=n) for n in rebills]
    return [*found, *again]


accounts = st.builds(
    Account,
    touches,
    orders(),
    st.lists(st.tuples(contacts, days), max_size=6),
    known_before=st.frozensets(contacts, max_size=2),
    tracking_start=days,
)

type Rows = dict[tuple[int, int], tuple[int, int]]


def run(
    account: Account,
    models: tuple[ModelDefinition, ...] = MODELS,
    block_orders: int = 20_000,
) -> Credits:
    return attribute(
        *account.columns()[:3], models, account.columns()[3], block_orders=block_orders
    )


def rows_of(credits_: Credits, model: str) -> Rows:
    """Return (order, touch) → gross, net of what takes part in a model."""
    given_ = credits_.models[model]
    return {
        (int(credits_.order[row]), int(credits_.touch[row])): (int(gross), int(net))
        for row, gross, net in zip(given_.row, given_.gross, given_.net, strict=True)
    }


@given(accounts)
def test_every_model_is_what_its_rule_says(account: Account) -> None:
    credits_ = run(account)
    for model in NAMES:
        expected: Rows = {}
        for n, order in enumerate(account.orders):
            gross = credited(account, n, model, order.gross)
            net = credited(account, n, model, order.net)
            expected |= {(n, touch): (gross[touch], net[touch]) for touch in gross}
        assert rows_of(credits_, model) == expected, model


@few
@given(accounts)
def test_credits_and_rest_sum_to_the_revenue_of_every_order(account: Account) -> None:
    credits_ = run(account)
    for model in NAMES:
        given_ = credits_.models[model]
        for revenue, parts, rest in (
            ([order.gross for order in account.orders], given_.gross, given_.rest_gross),
            ([order.net for order in account.orders], given_.net, given_.rest_net),
        ):
            if model == "full_impact":
                taking_part = {order for order, _ in rows_of(credits_, model)}
                assert all(
                    (rest[n] == 0) == (n in taking_part or revenue[n] == 0)
                    for n in range(len(rest))
                )
                continue
            total = rest.copy()
            np.add.at(total, credits_.order[given_.row], parts)
            assert total.tolist() == revenue


@few
@given(accounts, st.integers(1, 4))
def test_the_size_of_the_blocks_changes_nothing(account: Account, size: int) -> None:
    whole, cut = run(account), run(account, block_orders=size)
    assert whole.order.tolist() == cut.order.tolist()
    assert whole.roles.tolist() == cut.roles.tolist()
    for model in NAMES:
        assert rows_of(whole, model) == rows_of(cut, model)
        assert whole.models[model].is_pre_tracking.tolist() == (
            cut.models[model].is_pre_tracking.tolist()
        )


def test_two_threads_give_the_same_blocks_in_the_same_order() -> None:
    account = Account(
        [Touch(n % 4, n % 30) for n in range(40)], [Order(n % 4, 20 + n) for n in range(12)]
    )
    orders_, touches_, milestones, effects = account.columns()
    one, two = (
        list(
            attribute_blocks(
                orders_, touches_, milestones, MODELS, effects, block_orders=2, threads=threads
            )
        )
        for threads in (1, 2)
    )
    assert [block.orders.tolist() for block in one] == [block.orders.tolist() for block in two]
    assert [rows_of(block, "time_decay") for block in one] == [
        rows_of(block, "time_decay") for block in two
    ]


@few
@given(accounts, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(account: Account, random: object) -> None:
    plain = [order for order in account.orders if order.root < 0]
    account = replace(account, orders=plain)
    shuffled = list(range(len(plain)))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = replace(account, orders=[plain[n] for n in shuffled])
    for model in NAMES:
        found = rows_of(run(other), model)
        assert {(shuffled[n], touch): credit for (n, touch), credit in found.items()} == rows_of(
            run(account), model
        )


@few
@given(accounts)
def test_a_contact_alone_is_credited_as_among_all_others(account: Account) -> None:
    plain = [order for order in account.orders if order.root < 0]
    together = run(replace(account, orders=plain))
    for contact in range(account.contacts):
        mine = [n for n, order in enumerate(plain) if order.contact == contact]
        sorted_touches = account.sorted_touches
        own = [n for n, touch in enumerate(sorted_touches) if touch.contact == contact]
        alone = run(
            replace(
                account,
                touches=[sorted_touches[n] for n in own],
                orders=[plain[n] for n in mine],
                opt_ins=[each for each in account.opt_ins if each[0] == contact],
            )
        )
        for model in NAMES:
            assert {
                (mine[n], own[touch]): credit
                for (n, touch), credit in rows_of(alone, model).items()
            } == {key: value for key, value in rows_of(together, model).items() if key[0] in mine}


@few
@given(accounts)
def test_the_same_input_gives_the_same_credits_again(account: Account) -> None:
    one, two = run(account), run(account)
    assert all(rows_of(one, model) == rows_of(two, model) for model in NAMES)


@few
@given(accounts)
def test_a_negative_order_is_the_mirror_of_a_positive_one(account: Account) -> None:
    mirrored = replace(
        account, orders=[replace(o, gross=-o.gross, net=-o.net) for o in account.orders]
    )
    for model in NAMES:
        assert rows_of(run(mirrored), model) == {
            key: (-gross, -net) for key, (gross, net) in rows_of(run(account), model).items()
        }


@few
@given(accounts)
def test_a_whole_refund_leaves_the_touches_and_nothing_net(account: Account) -> None:
    refunded = replace(account, orders=[replace(o, net=0) for o in account.orders])
    for model in NAMES:
        found = rows_of(run(refunded), model)
        assert found.keys() == rows_of(run(account), model).keys()
        assert all(net == 0 for _, net in found.values())


@few
@given(accounts, contacts, st.integers(0, 3))
def test_a_later_touch_never_changes_an_earlier_order(
    account: Account, contact: int, channel: int
) -> None:
    later = replace(account, touches=[*account.touches, Touch(contact, 61, channel)])
    added = later.sorted_touches.index(Touch(contact, 61, channel))
    for model in NAMES:
        found = rows_of(run(later), model)
        assert {
            (order, touch - (touch > added)): credit for (order, touch), credit in found.items()
        } == rows_of(run(account), model)


@few
@given(accounts)
def test_two_contacts_that_turn_out_to_be_one_equal_having_been_one(account: Account) -> None:
    # Nobody has the code of the contact that was merged; had there been one, nobody had it either.
    merged = with_contacts(account, (0, 0, 2, 3), 4)
    one = with_contacts(account, (0, 0, 1, 2), 3)
    assert all(rows_of(run(merged), model) == rows_of(run(one), model) for model in NAMES)


def with_contacts(account: Account, codes: tuple[int, ...], contacts: int) -> Account:
    """Return an account whose contacts have other codes, some of them the same one."""
    return Account(
        [replace(touch, contact=codes[touch.contact]) for touch in account.touches],
        [replace(order, contact=codes[order.contact]) for order in account.orders],
        [(codes[who], day) for who, day in account.opt_ins],
        contacts,
    )


@few
@given(accounts)
def test_a_wider_window_holds_every_touch_of_a_narrower_one(account: Account) -> None:
    # Direct visits may give way to a campaign that the wider window holds.
    marked = replace(account, touches=[t for t in account.touches if not t.is_direct])
    kept: set[tuple[int, int]] = set()
    for width in (1, 10, 30, 60):
        wider = replace(definition("linear_all"), window=timedelta(days=width))
        found = set(rows_of(run(marked, (*MODELS[:7], wider)), "linear_all"))
        assert kept <= found
        kept = found


@few
@given(accounts)
def test_all_fractional_models_agree_where_the_window_holds_one_touch(account: Account) -> None:
    credits_ = run(account)
    paths = [order for order, _ in rows_of(credits_, "linear_all")]
    single = {order for order in paths if paths.count(order) == 1}
    for model in FRACTIONAL:
        found = rows_of(credits_, model)
        assert {key: credit for key, credit in found.items() if key[0] in single} == {
            key: credit
            for key, credit in rows_of(credits_, "linear_all").items()
            if key[0] in single
        }


def test_both_ends_of_every_window_belong_to_it() -> None:
    account = Account([Touch(0, 0), Touch(0, 30), Touch(1, 0)], [Order(0, 30), Order(1, 31)])
    assert rows_of(run(account), "linear_all") == {(0, 0): (50, 50), (0, 1): (50, 50)}


def test_only_an_opt_in_opens_the_last_stage_of_the_funnel_and_no_order_in_its_place() -> None:
    journey = Account([Touch(0, 0), Touch(0, 8), Touch(0, 38)], [Order(0, 10), Order(0, 40)])
    opted_in = replace(journey, opt_ins=[(0, 9)])
    shares = [
        {touch: gross for (order, touch), (gross, _) in rows.items() if order == 1}
        for rows in (rows_of(run(account), "full_funnel") for account in (journey, opted_in))
    ]
    assert shares == [{0: 50, 1: 25, 2: 25}, {0: 34, 1: 33, 2: 33}]


def test_ties_in_time_break_by_the_touches_own_order() -> None:
    account = Account([Touch(0, 5, 0), Touch(0, 5, 1), Touch(0, 5, 2)], [Order(0, 5, 100, 100)])
    credits_ = run(account)
    assert rows_of(credits_, "first_click") == {(0, 0): (100, 100)}
    assert rows_of(credits_, "last_click") == {(0, 2): (100, 100)}
    assert [gross for gross, _ in rows_of(credits_, "linear_all").values()] == [34, 33, 33]


@pytest.mark.parametrize("amount", [2**31, 2**40 + 1, 10**17 + 3])
def test_amounts_beyond_32_bits_are_shared_to_the_last_unit(amount: int) -> None:
    account = Account(
        [Touch(0, day, day % 3) for day in range(1, 30)], [Order(0, 30, amount, amount - 1)]
    )
    credits_ = run(account)
    for model in FRACTIONAL:
        expected = credited(account, 0, model, amount)
        assert {t: gross for (_, t), (gross, _) in rows_of(credits_, model).items()} == expected


def test_ten_thousand_touches_of_one_contact_are_shared_exactly() -> None:
    account = Account(
        [Touch(0, 1 + n // 400, n % 3) for n in range(10_000)], [Order(0, 26, 10**9 + 7, 10**9)]
    )
    credits_ = run(account)
    for model in FRACTIONAL:
        expected = credited(account, 0, model, 10**9 + 7)
        assert {t: gross for (_, t), (gross, _) in rows_of(credits_, model).items()} == expected


def test_a_thousand_orders_of_one_contact_have_their_own_windows() -> None:
    account = Account(
        [Touch(0, 100 * n, n % 3) for n in range(30)],
        [Order(0, 3 * n, 100 + n, 90) for n in range(1_000)],
    )
    credits_ = run(account)
    for n in (0, 10, 33, 34, 999):
        for model in NAMES:
            found = {t: gross for (o, t), (gross, _) in rows_of(credits_, model).items() if o == n}
            assert found == credited(account, n, model, 100 + n)


def test_twenty_years_lie_between_a_first_click_and_its_order() -> None:
    account = Account([Touch(0, 0)], [Order(0, 7_305)])
    assert rows_of(run(account), "first_click") == {(0, 0): (100, 100)}
    assert rows_of(run(account), "linear_all") == {}


def test_without_any_touch_everything_is_left_to_the_rest() -> None:
    credits_ = run(Account([], [Order(0, 5, 100, 90), Order(1, 6, 0, 0)]))
    assert len(credits_.order) == 0
    for model in NAMES:
        assert credits_.models[model].rest_net.tolist() == [90, 0]


def test_an_order_without_revenue_still_has_its_touches() -> None:
    credits_ = run(Account([Touch(0, 4)], [Order(0, 5, 0, 0)]))
    assert rows_of(credits_, "position_based") == {(0, 0): (0, 0)}


def test_touches_out_of_order_are_refused() -> None:
    orders_, touches_, milestones, effects = Account(
        [Touch(0, 1), Touch(0, 2)], [Order(0, 3)]
    ).columns()
    backwards = replace(touches_, at=touches_.at[::-1])
    with pytest.raises(ValueError, match="sorted"):
        attribute(orders_, backwards, milestones, MODELS, effects)


def pre_tracking(account: Account, model: str) -> list[bool]:
    return [bool(each) for each in run(account).models[model].is_pre_tracking]


def test_a_contact_known_before_tracking_keeps_the_touches_that_could_be_seen() -> None:
    account = Account(
        [Touch(0, 20)],
        [Order(0, 5), Order(0, 25)],
        known_before=frozenset({0}),
        tracking_start=10,
    )
    assert pre_tracking(account, "first_click") == [True, True]
    assert pre_tracking(account, "first_paid") == [True, True]
    assert pre_tracking(account, "new_lead") == [True, True]
    assert pre_tracking(account, "linear") == [True, False]
    assert rows_of(run(account), "linear") == {(1, 0): (100, 100)}


def test_each_model_waits_for_its_own_window_after_tracking_began() -> None:
    account = Account(
        [], [Order(0, 19), Order(1, 20), Order(2, 39), Order(3, 40)], tracking_start=10
    )
    assert pre_tracking(account, "last_click") == [True, False, False, False]
    assert pre_tracking(account, "reengaged_lead") == [True, False, False, False]
    assert pre_tracking(account, "linear_all") == [True, True, True, False]


def test_where_nothing_was_ever_tracked_every_order_precedes_it() -> None:
    account = Account([], [Order(0, 19)])
    orders_, touches_, milestones, effects = account.columns()
    never = replace(milestones, tracking_start=LATER_THAN_ALL)
    credits_ = attribute(orders_, touches_, never, MODELS, effects)
    assert credits_.models["linear_all"].is_pre_tracking.tolist() == [True]


@few
@given(accounts, st.data())
def test_the_explanation_of_an_order_gives_a_share_or_a_reason_to_every_touch(
    account: Account, data: st.DataObject
) -> None:
    order = data.draw(st.integers(0, len(account.orders) - 1))
    orders_, touches_, milestones, effects = account.columns()
    found = Explainer(orders_, touches_, milestones, MODELS, effects).explain(order)
    credits_ = run(account)
    for model in NAMES:
        verdicts = dict(zip(found.touches, found.verdicts[model], strict=True))
        sharing = {touch: each for touch, each in verdicts.items() if not each.reason}
        stored = {t: gross for (o, t), (gross, _) in rows_of(credits_, model).items() if o == order}
        assert {touch: each.gross for touch, each in sharing.items()} == stored
        if model != "full_impact" and sharing:
            gross = account.orders[order].gross
            parts = exact_parts([each.weight for each in sharing.values()], abs(gross))
            assert list(stored.values()) == [-part if gross < 0 else part for part in parts]

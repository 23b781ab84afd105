"""Every figure of the subscriptions report is followed to what sums to it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.nodes import email_node
from headwater.domain.orders import OrderLine, Refund, RefundItem
from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_rules import SubscriptionRule
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.ports import Source
from headwater.usecases.reports.subscriptions import (
    SUBSCRIPTIONS,
    SubscriptionsQuery,
    SubscriptionsRequest,
)
from tests.following import Followed, Reader, check
from tests.workshop import ACCOUNT, STORE, Workshop, at, span

TEA, BOX = "Subscription ID", "Deliver"
RULES = (
    SubscriptionRule("legacy", external_source="Legacy", renewals="always"),
    SubscriptionRule("tea", option_name=f"^{TEA}$", marks="line", id_from="option_value"),
    SubscriptionRule("box", option_name=f"^{BOX}$"),
)
# The run is on 2026-11-21 in New York.
DAYS = ("2026-05-10", "2026-11-20")
NOTHING = "of: no rows stand behind is_complete: it says whether the month is over"
NAMES = ("channel", "source", "campaign")


def furnished() -> Workshop:
    """Return an account of subscriptions of all kinds; tracking begins in May."""
    shop = Workshop(AccountSettings(subscription_rules=RULES))
    shop.visit("2026-05-01 12:00", "the first visitor ever")
    for person in ("ann", "bob", "eve"):
        campaign = "social" if person == "eve" else "brand"
        shop.click("2026-05-10 12:00", f"{person}@example.com", source="google", campaign=campaign)
    # Ann skipped August; Bob lapsed; Cara's is paused; of Dan's no interval is known.
    pay(shop, "ann", 100, "06-03 07-03 09-03 10-03 11-03", total="30.01")
    pay(shop, "bob", 200, "06-10 07-10", total="20.00")
    pay(shop, "cara", 300, "08-25 09-25", total="50.00")
    pay(shop, "dan", 400, "11-19", total="9.99")
    # Known by their orders alone: one skipped twice in a month, lapsed and returned.
    pay(shop, "eve", 500, "05-12 05-19 05-26 06-02 06-16 06-30 09-01 09-08 09-15", BOX)
    # Begun before the history, and before tracking.
    pay(shop, "finn", 600, "07-02 08-02 09-02 10-02 11-02", "Note", external_source="Legacy")
    pay(shop, "gil", 700, "03-30 04-29", total="11.00")
    # What no rate converts counts as an order, and in no amount.
    pay(shop, "hal", 800, "10-05 11-05", total="77.00", currency="EUR")
    # An order of two subscriptions stands under the older one.
    lines = tuple(
        OrderLine(n, 7, "TEA", "Tea", 1, Decimal("7.50"), options=((TEA, each),))
        for n, each in enumerate(("ann", "second"), 1)
    )
    shop.order(900, "2026-11-05 12:00", "15.00", lines=lines)
    shop.order(901, "2026-07-01 12:00", "99.00", email="ida@example.com")
    return shop


def pay(
    shop: Workshop,
    person: str,
    first: int,
    days: str,
    option: str = TEA,
    total: str = "10.00",
    **more: Any,  # noqa: ANN401 - fields of an order
) -> None:
    """Let a person pay for a subscription on some days; a part of the first order is paid back."""
    options = ((option, "every week" if option == BOX else person),)
    line = OrderLine(1, 7, "TEA", "Tea", 1, Decimal(total), options=options)
    for number, day in enumerate(days.split(), first):
        placed = f"2026-{day} 15:00"
        back = Decimal("1.25")
        refund = Refund(number, at(placed), back, (RefundItem("ORDER", number, 1, back),))
        shop.order(
            number,
            placed,
            total,
            email=f"{person}@example.com",
            lines=(line,),
            refunds=(refund,) if number == first else (),
            **more,
        )


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def reader(shop: Workshop, part: str = "months", revenue: str = "net") -> Reader:
    query = SubscriptionsQuery(span(*DAYS))
    return Reader(shop, SUBSCRIPTIONS, SubscriptionsRequest(query, part, revenue))


@pytest.mark.parametrize(
    ("part", "revenue", "behind"),
    [
        ("months", "net", {"chains": 74, "orders": 47, "formula": 31, NOTHING: 7}),
        ("cycles", "gross", {"chains": 29, "orders": 23, "formula": 27}),
        ("campaigns", "net", {"chains": 43, "orders": 25, "formula": 15}),
    ],
)
def test_every_figure_is_the_sum_of_its_rows(
    shop: Workshop, part: str, revenue: str, behind: dict[str, int]
) -> None:
    assert Counter(map(checked, reader(shop, part, revenue).follow_all())) == behind


def checked(found: Followed) -> str:
    """Check a figure; a subscription or an order stands once behind it."""
    for name in ("chain", "order_id"):
        if found.answer.get("holds") == {"chain": "chains", "order_id": "orders"}[name]:
            listed = [row[name] for row in found.answer["rows"]]
            assert len(listed) == len(set(listed)), found
    return check(found)


def test_a_row_tells_how_a_subscription_stands_and_leads_to_its_subscriber(shop: Workshop) -> None:
    answer = reader(shop).follow("skipped", {"month": "2026-06"})
    [row] = answer["rows"]
    assert row == {
        "chain": f"{STORE}#inferred#500#7",
        "contact": email_node("eve@example.com"),
        "app": "box",
        "status": "lapsed",
        "is_inferred": True,
        "cadence": "weekly",
        "began_on": "2026-05-12",
        "lapsed_on": "2026-07-14",
        "orders": 6,
        "gross": "60.00",
        "net": "58.75",
        "amount": 2,
        "follow": f"/v1/contacts/{email_node('eve@example.com')}/journey",
    }


def test_monthly_value_is_told_of_each_active_subscription(shop: Workshop) -> None:
    rows = reader(shop).follow("monthly_net")["rows"]
    assert [(row["chain"], row["amount"]) for row in rows] == [
        (f"{STORE}#cara", "50.00"),
        (f"{STORE}#ann", "15.00"),
        (f"{STORE}#inferred#600#7", "10.00"),
        # Neither is converted, nor has shown an interval, nor has an order of its own.
        (f"{STORE}#dan", "0.00"),
        (f"{STORE}#hal", "0.00"),
        (f"{STORE}#second", "0.00"),
    ]


def test_survival_leads_to_whoever_came_so_far_and_lapsed_in_each_cycle(shop: Workshop) -> None:
    cycles = reader(shop, "cycles")
    answer = cycles.follow("survival", {"cycle": "3"})
    assert answer["formula"].count("/") == 4
    values = {part["figure"]: part["value"] for part in answer["parts"]}
    rows = cycles.answer["rows"]
    for cycle in range(4):
        assert values[f"subscriptions_{cycle}"] == rows[cycle]["subscriptions"]
        lapsed = rows[cycle - 1]["lapsed"] if cycle else 0
        assert values[f"lapsed_before_{cycle}"] == lapsed
        [link] = [p["follow"] for p in answer["parts"] if p["figure"] == f"lapsed_before_{cycle}"]
        assert link.endswith(f"&of=lapsed_before_{cycle}&cycle=3")
        behind = cycles.follow(f"lapsed_before_{cycle}", {"cycle": "3"})
        assert {row["status"] for row in behind["rows"]} <= {"lapsed"}
        assert behind["value"] == len(behind["rows"]) == lapsed


@pytest.mark.parametrize(
    ("part", "of", "key"),
    [
        ("months", "active_before", None),
        ("months", "waiting", {"month": "2026-10"}),
        ("cycles", "lapsed_before_x", {"cycle": "1"}),
        ("cycles", "lapsed_before", None),
        ("campaigns", "active_at_end", {"kind": "unattributed", **dict.fromkeys(NAMES, "")}),
    ],
)
def test_what_another_part_has_is_no_figure_of_this_one(
    shop: Workshop, part: str, of: str, key: dict[str, str] | None
) -> None:
    with pytest.raises(InvalidParameterError, match=f"of: there is no figure {of}; there are "):
        reader(shop, part).follow(of, key)


def test_what_is_withheld_has_nothing_behind_it() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=7, orders_total=70)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    withheld = reader(shop, "cycles")
    found = list(withheld.follow_all())
    assert Counter(map(check, found)) == {"untold": 16, "formula": 3}
    assert not [part for each in found for part in each.answer["parts"] if part["value"]]
    with pytest.raises(UnknownResourceError):
        withheld.follow("subscriptions_1", {"cycle": "1"})
    beside = withheld.follow("subscriptions_1")
    assert (beside["value"], beside["totals"], beside["rows"]) == (None, None, [])

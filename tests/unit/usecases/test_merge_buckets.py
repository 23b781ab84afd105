"""An account in several buckets of contacts: the very objects that it has in one."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from headwater.domain.settings import AccountSettings
from headwater.domain.subscription_rules import SubscriptionRule
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.attribute_orders import attribute_orders
from headwater.usecases.chain_subscriptions import chain_subscriptions
from headwater.usecases.merge_buckets import merge_buckets
from headwater.usecases.train_effects import train_effects
from tests.workshop import ACCOUNT, STORE, Workshop

DAYS = ("2026-08-03", "2026-09-30", "2026-10-20", "2026-11-05", "2026-11-20")
PEOPLE = 12
MARKS: tuple[dict[str, str], ...] = (
    {"source": "google", "medium": "cpc", "campaign": "brand"},
    {"source": "klaviyo", "medium": "email", "campaign": "weekly"},
    {"source": "facebook", "medium": "paid", "campaign": "autumn"},
    {},
)


def person(number: int) -> str:
    return f"p{number % PEOPLE}@example.com"


@pytest.fixture(scope="module")
def town() -> Workshop:
    """People who click, share tablets, subscribe for one another, and buy in two stores."""
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    settings = AccountSettings(subscription_rules=(rule,), duplicate_owners=(STORE, "retail"))
    shop = Workshop(settings=replace(settings, markov_min_paths=1))
    for number in range(40):
        day, who = DAYS[number % len(DAYS)], person(number * 7)
        shop.click(f"{day} 08:{number:02}", who, **MARKS[number % 4])
        shop.visit(
            f"{day} 09:{number:02}", f"tablet{number % 5}", f"s{number}", **MARKS[-1 - number % 4]
        )
        if number % 3:
            shop.identify(f"{day} 10:{number:02}", f"tablet{number % 5}", who, f"s{number}")
        if number % 4 == 0:
            shop.opt_in(f"{day} 11:00", who)
        shop.order(number, f"{day} 15:00", f"{number + 10}.37", email=who)
        shop.claim(number, f"tablet{(number + 1) % 5}", f"{day} 15:01")
    for cycle, day in enumerate(DAYS):
        # Each renewal is paid by somebody else.
        shop.order(100 + cycle, f"{day} 16:00", "29.00", email=person(cycle), staff_notes="sub_1")
    for number in (3, 4):
        day = DAYS[number]
        shop.order(200 + number, f"{day} 15:00", "77.00", email="x@example.com", external_id="R-9")
        shop.order(300 + number, f"{day} 15:02", "77.00", email="x@example.com", source="retail")
    shop.spend("2026-11-05", "20.00", utm_source="google", utm_medium="cpc", utm_campaign="brand")
    return shop


def run_with(town: Workshop, buckets: int) -> Workshop:
    shop = copy.deepcopy(town)
    changed = replace(shop.accounts.settings(ACCOUNT), contact_buckets=buckets)
    shop.accounts.save_settings(ACCOUNT, changed, shop.clock.now())
    shop.run(reported=False)
    return shop


@pytest.fixture(scope="module")
def in_one(town: Workshop) -> Workshop:
    return run_with(town, 1)


@pytest.mark.parametrize("buckets", [2, 3, 7])
def test_every_object_is_the_one_of_a_single_bucket(
    town: Workshop, in_one: Workshop, buckets: int
) -> None:
    shop = run_with(town, buckets)
    assert shop.objects() == in_one.objects()
    assert {"credits", "leads", "spend", "clicks", "duplicates"} <= set(in_one.objects())
    for order in (0, 13, 39, 104):
        trail = shop.trail(order) | {"data_version": ""}
        assert trail == in_one.trail(order) | {"data_version": ""}


def test_a_bucket_holds_its_contacts_alone_and_all_of_a_chain(town: Workshop) -> None:
    shop = copy.deepcopy(town)
    changed = replace(shop.accounts.settings(ACCOUNT), contact_buckets=5)
    shop.accounts.save_settings(ACCOUNT, changed, shop.clock.now())
    run = shop.begin()
    shop.export(run)
    chain_subscriptions(ACCOUNT, run, desk=shop.desk, facts=shop.facts)
    train_effects(ACCOUNT, run, desk=shop.desk, facts=shop.facts)
    parts = [
        attribute_orders(ACCOUNT, run, desk=shop.desk, facts=shop.facts, bucket=b, of=5)
        for b in range(5)
    ]
    assert sum(part.orders for part in parts) == 49
    # The five payers of the chain are together; the other eight people are wherever they fall.
    assert max(part.orders for part in parts) < 49


def test_a_bucket_done_twice_changes_nothing(in_one: Workshop, town: Workshop) -> None:
    shop = copy.deepcopy(town)
    changed = replace(shop.accounts.settings(ACCOUNT), contact_buckets=3)
    shop.accounts.save_settings(ACCOUNT, changed, shop.clock.now())
    run = shop.begin()
    shop.export(run)
    shop.compute(run, reported=False)
    attribute_orders(ACCOUNT, run, desk=shop.desk, facts=shop.facts, bucket=2, of=3)
    merge_buckets(ACCOUNT, run, desk=shop.desk, facts=shop.facts)
    shop.finish(run)
    assert shop.objects() == in_one.objects()


def test_a_partition_without_rows_any_more_is_gone_in_several_buckets_too() -> None:
    shop = Workshop(settings=AccountSettings(contact_buckets=3))
    for number, day in enumerate(DAYS):
        shop.order(number, f"{day} 15:00", email=person(number))
    shop.run(reported=False)
    assert "2026-08" in shop.objects()["credits"]
    shop.days_later(1)
    shop.order(0, f"{DAYS[0]} 15:00", email=person(0), is_archived=True)
    shop.run(reported=False)
    assert "2026-08" not in shop.objects()["credits"]


def test_with_a_bucket_missing_nothing_is_merged(town: Workshop) -> None:
    shop = copy.deepcopy(town)
    changed = replace(shop.accounts.settings(ACCOUNT), contact_buckets=2)
    shop.accounts.save_settings(ACCOUNT, changed, shop.clock.now())
    run = shop.begin()
    shop.export(run)
    with pytest.raises(UnknownResourceError, match="0 of 2"):
        merge_buckets(ACCOUNT, run, desk=shop.desk, facts=shop.facts)


@pytest.mark.parametrize("buckets", [0, -1, 33])
def test_the_number_of_buckets_is_bounded(buckets: int) -> None:
    with pytest.raises(InvalidParameterError, match="contact_buckets"):
        AccountSettings(contact_buckets=buckets)

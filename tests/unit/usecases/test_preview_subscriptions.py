from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headwater.domain.subscription_rules import SubscriptionRule, rules_document
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.preview_subscriptions import preview_subscriptions
from headwater.usecases.published_runs import open_published_run
from tests.workshop import ACCOUNT, STORE, Workshop

CHANNEL = [{"app": "stripe starter", "channel_ids": [7]}]


@pytest.fixture
def shop() -> Workshop:
    """A store whose channel 7 sells subscriptions, which no default rule knows."""
    shop = Workshop()
    for number, month in enumerate(("07", "08", "09", "10"), start=1):
        shop.order(number, f"2026-{month}-15 15:00", channel_id=7)
    shop.order(9, "2026-09-20", email="bob@example.com")
    shop.run(reported=False)
    return shop


def preview(shop: Workshop, rules: object) -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return preview_subscriptions(ACCOUNT, rules, published, facts=shop.facts)


def test_it_tells_what_the_rules_would_chain(shop: Workshop) -> None:
    tried = preview(shop, CHANNEL)
    counts = ("orders_marked", "chains", "inferred_chains", "initials", "rebills")
    assert [tried[name] for name in counts] == [4, 1, 1, 1, 3]
    assert tried["rules"] == [{"app": "stripe starter", "orders_marked": 4, "is_estimate": False}]
    (chain,) = tried["samples"]
    assert (chain["cadence"], chain["is_inferred"]) == ("monthly", True)
    assert [order["order_id"] for order in chain["orders"]] == ["1", "2", "3", "4"]
    assert [order["cycle"] for order in chain["orders"]] == [0, 1, 2, 3]


def test_it_tells_which_orders_change_their_kind(shop: Workshop) -> None:
    changed = preview(shop, CHANNEL)["changed"]
    assert changed["orders"] == 4
    moves = {(one["from"], one["to"]): one for one in changed["moves"]}
    assert moves["one_time", "initial"]["samples"] == [{"source": STORE, "order_id": "1"}]
    assert moves["one_time", "rebill"]["orders"] == 3


def test_the_present_rules_change_nothing(shop: Workshop) -> None:
    settings = replace(shop.settings, subscription_rules=(SubscriptionRule("x", channel_ids=(7,)),))
    shop.accounts.save_settings(ACCOUNT, settings, shop.clock.now())
    shop.run(reported=False)
    assert preview(shop, rules_document(settings.rules))["changed"] == {"orders": 0, "moves": []}
    (move, other) = preview(shop, [])["changed"]["moves"]
    assert {move["to"], other["to"]} == {"one_time"}


def test_nothing_is_stored(shop: Workshop) -> None:
    before = dict(shop.lake.objects), dict(shop.facts.objects), shop.accounts.settings(ACCOUNT)
    preview(shop, CHANNEL)
    assert (shop.lake.objects, shop.facts.objects, shop.accounts.settings(ACCOUNT)) == before


def test_a_steady_habit_without_a_mark_is_suggested_and_not_chained(shop: Workshop) -> None:
    tried = preview(shop, [])
    assert tried["chains"] == 0
    assert tried["suggested"] == {
        "contacts": 1,
        "samples": [{"source": STORE, "order_ids": ["1", "2", "3", "4"], "days": 31}],
    }
    assert preview(shop, CHANNEL)["suggested"] == {"contacts": 0, "samples": []}


def test_a_rule_over_texts_that_no_run_has_looked_for_is_called_an_estimate(
    shop: Workshop,
) -> None:
    (rule,) = preview(shop, [{"app": "club", "staff_notes": "club"}])["rules"]
    assert rule["is_estimate"]


def test_bad_rules_are_refused(shop: Workshop) -> None:
    with pytest.raises(InvalidParameterError, match=r"rules\.0\.external_source"):
        preview(shop, [{"app": "x", "external_source": "["}])


def test_before_the_first_run_of_this_version_there_is_no_preview(shop: Workshop) -> None:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    older = replace(published, manifest=replace(published.manifest, rules_version="1"))
    with pytest.raises(UnknownResourceError, match="no preview yet"):
        preview_subscriptions(ACCOUNT, CHANNEL, older, facts=shop.facts)

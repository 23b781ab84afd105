"""Several sources of orders in one account, through the whole pipeline."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.orders import OrderLine
from headwater.errors import InvalidParameterError
from headwater.usecases.change_settings import SettingPorts
from headwater.usecases.list_duplicates import list_duplicates
from headwater.usecases.own_duplicates import own_duplicates
from headwater.usecases.ports import Source
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.serve_reports import serve_credits
from tests.workshop import ACCOUNT, STORE, Workshop

OUTLET = "outlet"
RANGE = ("2026-11-01", "2026-11-20")


def two_stores() -> Workshop:
    """Return an account with two stores and no order."""
    shop = Workshop()
    for name in (STORE, OUTLET):
        source = Source(name, "bigcommerce", f"{name}hash", "arn", is_history_complete=True)
        shop.accounts.save_source(ACCOUNT, source)
    return shop


@pytest.fixture
def shop() -> Workshop:
    return two_stores()


def trail(shop: Workshop, source: str, order_id: str) -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return serve_credits(ACCOUNT, source, order_id, published, facts=shop.facts, orders=shop.orders)


def duplicates(shop: Workshop, state: str | None = None) -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return list_duplicates(ACCOUNT, published, facts=shop.facts, state=state)


def own(shop: Workshop, *sources: str) -> None:
    ports = SettingPorts(shop.accounts, shop.pipeline, shop.clock)
    own_duplicates(ACCOUNT, sources, ports=ports)


def row(report: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any]
    [found] = [one for one in report["rows"] if one["kind"] == kind]
    return found


def subscription(order_id: int, name: str) -> tuple[OrderLine, ...]:
    option = (("Subscription ID", name),)
    return (OrderLine(order_id, 7, "CD", "Record", 1, Decimal(50), options=option),)


# --- two stores ----------------------------------------------------------------------------------


def test_orders_of_the_same_number_in_two_stores_are_two_orders(shop: Workshop) -> None:
    shop.order(7, "2026-11-18", "100.00")
    shop.order(7, "2026-11-19", "30.00", source=OUTLET, email="bob@example.com")
    shop.run(reported=False)
    assert trail(shop, STORE, "7")["order"]["net"] == "100.00"
    assert trail(shop, OUTLET, "7")["order"]["net"] == "30.00"
    totals = shop.roi(*RANGE)["totals"]
    assert (totals["orders"], totals["net"]) == (2, "130.00")


def test_a_customer_id_means_another_person_in_another_store(shop: Workshop) -> None:
    shop.order(1, "2026-11-18", customer_id=5, email="")
    shop.order(1, "2026-11-19", customer_id=5, email="", source=OUTLET)
    shop.run(reported=False)
    assert (
        trail(shop, STORE, "1")["order"]["contact"] != trail(shop, OUTLET, "1")["order"]["contact"]
    )


def test_one_email_is_one_contact_in_both_stores_and_new_in_the_first(shop: Workshop) -> None:
    shop.click("2026-11-17 09:00", source="google", campaign="brand")
    shop.order(1, "2026-11-18", customer_id=5)
    shop.order(1, "2026-11-19", customer_id=9, source=OUTLET)
    shop.run(reported=False)
    here, there = trail(shop, STORE, "1"), trail(shop, OUTLET, "1")
    assert here["order"]["contact"] == there["order"]["contact"]
    assert (here["order"]["is_new"], there["order"]["is_new"]) == (True, False)
    for told in (here, there):
        assert [touch["campaign"] for touch in told["touches"]] == ["brand"]
    totals = shop.roi(*RANGE)["totals"]
    assert (totals["customers"], totals["new_customers"], totals["attributed"]) == (1, 1, "200.00")


def test_chains_of_two_stores_do_not_mix(shop: Workshop) -> None:
    for number, day in ((1, "01"), (2, "10")):
        for source in (STORE, OUTLET):
            lines = subscription(number, "S-1")
            shop.order(number, f"2026-11-{day}", "50.00", source=source, lines=lines)
    shop.run(reported=False)
    kinds = {
        (source, order_id): trail(shop, source, order_id)["order"]["kind"]
        for source in (STORE, OUTLET)
        for order_id in ("1", "2")
    }
    assert kinds == {
        (STORE, "1"): "initial",
        (STORE, "2"): "rebill",
        (OUTLET, "1"): "initial",
        (OUTLET, "2"): "rebill",
    }


def test_a_claim_is_for_the_order_of_its_own_store(shop: Workshop) -> None:
    shop.visit("2026-11-18 08:00", "v1", source="google", campaign="brand")
    shop.order(7, "2026-11-18 09:00", email="ann@example.com")
    shop.order(7, "2026-11-18 09:00", "30.00", source=OUTLET, email="bob@example.com")
    shop.claim(7, "v1", "2026-11-18 09:01")
    shop.run(reported=False)
    assert len(trail(shop, STORE, "7")["touches"]) == 1
    assert trail(shop, OUTLET, "7")["touches"] == []


def test_taking_one_store_away_leaves_the_other_ones_figures(shop: Workshop) -> None:
    shop.order(1, "2026-11-18", "100.00")
    gone = shop.order(1, "2026-11-19", "30.00", source=OUTLET)
    shop.run(reported=False)
    assert shop.roi(*RANGE)["totals"]["net"] == "130.00"
    shop.days_later(1)
    archived = replace(gone, is_archived=True, modified_at=shop.clock.now())
    shop.orders.upsert(ACCOUNT, [archived], shop.clock.now())
    shop.run(reported=False)
    assert shop.roi(*RANGE)["totals"]["net"] == "100.00"


# --- the same sale in two sources ----------------------------------------------------------------


@pytest.fixture(scope="module")
def doubled_sale() -> Workshop:
    """Ann's sale stands in both sources, a minute apart; Bob's in one. Not to be changed."""
    shop = two_stores()
    shop.click("2026-11-17 09:00", source="google", campaign="brand")
    shop.order(10, "2026-11-18 09:00", "64.90")
    shop.order(3, "2026-11-18 09:01", "64.90", source=OUTLET)
    shop.order(11, "2026-11-18 12:00", "10.00", email="bob@example.com")
    shop.run(reported=False)
    return shop


@pytest.fixture
def doubled(doubled_sale: Workshop) -> Workshop:
    return copy.deepcopy(doubled_sale)


def test_until_somebody_owns_it_a_doubled_sale_counts_twice_and_the_report_says_so(
    doubled: Workshop,
) -> None:
    report = doubled.roi(*RANGE)
    assert report["totals"]["net"] == "139.80"
    assert report["totals"]["suspected_duplicates"] == 1
    assert "counted twice: 1" in report["notes"][0]
    found = duplicates(doubled)
    assert (found["pairs"], found["open"]) == (1, 1)
    [pair] = found["rows"]
    assert [order["source"] for order in pair["orders"]] == [STORE, OUTLET]
    assert (pair["reason"], pair["owner"], pair["is_open"]) == ("email_amount_time", None, True)


def test_the_owners_order_counts_and_the_other_has_a_row_of_its_own(doubled: Workshop) -> None:
    own(doubled, STORE)
    doubled.run(reported=False)
    report = doubled.roi(*RANGE)
    totals = report["totals"]
    assert (totals["net"], totals["orders"], totals["attributed"]) == ("74.90", 2, "64.90")
    assert (totals["duplicate_orders"], totals["duplicate_net"]) == (1, "64.90")
    assert (totals["suspected_duplicates"], report["notes"]) == (0, [])
    assert row(report, "duplicate")["net"] == "64.90"
    assert sum(Decimal(one["net"]) for one in report["rows"]) == Decimal("139.80")
    assert trail(doubled, OUTLET, "3")["order"]["order_class"] == "duplicate"
    assert trail(doubled, OUTLET, "3")["touches"] == []
    assert duplicates(doubled, "open")["rows"] == []
    assert duplicates(doubled, "settled")["rows"][0]["owner"] == STORE


def test_the_answer_can_be_changed_and_taken_back(doubled: Workshop) -> None:
    own(doubled, OUTLET, STORE)
    doubled.run(reported=False)
    assert trail(doubled, STORE, "10")["order"]["order_class"] == "duplicate"
    assert trail(doubled, OUTLET, "3")["order"]["order_class"] == "store"
    own(doubled)
    doubled.run(reported=False)
    assert shop_classes(doubled) == {"store"}
    assert doubled.roi(*RANGE)["totals"]["net"] == "139.80"


def shop_classes(shop: Workshop) -> set[str]:
    orders = [(STORE, "10"), (OUTLET, "3"), (STORE, "11")]
    return {trail(shop, *key)["order"]["order_class"] for key in orders}


def test_an_earlier_duplicate_does_not_make_the_owners_order_a_repeat(doubled: Workshop) -> None:
    own(doubled, OUTLET)
    doubled.run(reported=False)
    assert trail(doubled, STORE, "10")["order"]["is_new"] is False
    assert trail(doubled, OUTLET, "3")["order"]["is_new"] is True
    assert doubled.roi(*RANGE)["totals"]["new_customers"] == 2


def test_what_the_owner_cancels_counts_in_the_other_source(doubled: Workshop) -> None:
    own(doubled, STORE)
    doubled.days_later(1)
    doubled.order(10, "2026-11-18 09:00", "64.90", status_id=5)
    doubled.run(reported=False)
    assert duplicates(doubled)["pairs"] == 0
    assert trail(doubled, OUTLET, "3")["order"]["order_class"] == "store"
    assert doubled.roi(*RANGE)["totals"]["net"] == "74.90"


def test_an_external_id_finds_the_sale_without_an_email(shop: Workshop) -> None:
    shop.order(10, "2026-11-18 09:00", "64.90")
    more = {"email": "", "external_id": "10", "external_source": STORE}
    shop.order(77, "2026-11-19 15:00", "60.00", source=OUTLET, **more)
    own(shop, STORE)
    shop.run(reported=False)
    [pair] = duplicates(shop)["rows"]
    assert (pair["reason"], pair["owner"]) == ("external_id", STORE)
    assert shop.roi(*RANGE)["totals"]["net"] == "64.90"


def test_a_rebill_of_an_initial_that_another_source_owns_keeps_its_credit(shop: Workshop) -> None:
    shop.click("2026-10-30 09:00", source="google", campaign="brand")
    shop.order(1, "2026-11-01 09:00", "50.00", lines=subscription(1, "S-1"))
    shop.order(2, "2026-11-15 09:00", "50.00", lines=subscription(2, "S-1"))
    shop.order(9, "2026-11-01 09:01", "50.00", source=OUTLET)
    own(shop, OUTLET)
    shop.run(reported=False)
    rebill = trail(shop, STORE, "2")
    assert rebill["order"]["order_class"] == "store"
    assert [touch["credits"]["last_click"]["net"] for touch in rebill["touches"]] == ["50.00"]


def test_what_is_not_converted_or_a_test_is_no_duplicate(shop: Workshop) -> None:
    shop.order(1, "2026-11-18 09:00", "50.00", currency="EUR")
    shop.order(1, "2026-11-18 09:00", "50.00", currency="EUR", source=OUTLET)
    shop.order(2, "2026-11-18 19:00", "50.00", is_test=True)
    shop.order(2, "2026-11-18 19:00", "50.00", source=OUTLET)
    shop.run(reported=False)
    assert duplicates(shop)["pairs"] == 0


def test_a_range_tells_of_its_own_suspicions_only(doubled: Workshop) -> None:
    assert doubled.roi("2026-11-19", "2026-11-20")["totals"]["suspected_duplicates"] == 0
    assert doubled.roi("2026-11-18", "2026-11-18")["totals"]["suspected_duplicates"] == 1


def test_two_runs_of_the_same_facts_are_the_same_data(doubled: Workshop) -> None:
    assert doubled.run(reported=False) == doubled.run(reported=False)


@pytest.mark.parametrize("sources", [["nowhere"], [STORE, STORE]])
def test_an_owner_is_a_source_of_the_account_named_once(shop: Workshop, sources: list[str]) -> None:
    with pytest.raises(InvalidParameterError, match="sources"):
        own(shop, *sources)


def test_an_answer_starts_a_run_also_when_it_is_said_again(shop: Workshop) -> None:
    own(shop, STORE)
    own(shop, STORE)
    assert shop.accounts.settings(ACCOUNT).duplicate_owners == (STORE,)
    assert shop.pipeline.pulled == [ACCOUNT, ACCOUNT]

"""Nothing of a person stays, nothing comes back, and the store's totals stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.domain.identity import sorted_pair
from headwater.domain.journeys import Edge, OptIn, Profile
from headwater.domain.nodes import customer_node, email_node
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.databases import open_database
from headwater.usecases.erase_contact import ErasePorts, erase_contact
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.sweep_objects import sweep_objects
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from headwater.domain.orders import Order

ANN, BOB = (email_node(f"{name}@example.com") for name in ("ann", "bob"))
CUSTOMER = customer_node(STORE, 5) or ""


@pytest.fixture
def shop() -> Workshop:
    """Ann and Bob share a tablet; she is a customer with two orders, he has one."""
    shop = Workshop()
    shop.click("2026-11-01 09:00", source="google", campaign="spring")
    shop.visit("2026-11-02 09:00", "tablet", "s-ann", campaign="summer")
    shop.identify("2026-11-02 09:01", "tablet", "ann@example.com", "s-ann")
    shop.visit("2026-11-03 09:00", "tablet", "s-bob", campaign="autumn")
    shop.identify("2026-11-03 09:01", "tablet", "bob@example.com", "s-bob")
    shop.opt_in("2026-11-02 09:01")
    shop.order(1, "2026-11-10 15:00", customer_id=5, staff_notes="Ann called")
    shop.order(2, "2026-11-11 15:00", customer_id=5)
    shop.order(3, "2026-11-12 15:00", email="bob@example.com")
    shop.claim(1, "tablet", "2026-11-10 15:01")
    shop.journeys.add_profiles(ACCOUNT, [Profile(ANN, "ann@example.com")], shop.clock.now())
    record = Edge(CUSTOMER, ANN, shop.clock.now(), "record")
    shop.edges.add_records(ACCOUNT, [record], shop.clock.now())
    link = Edge(*sorted_pair(ANN, BOB), shop.clock.now(), "unlink")
    shop.edges.put(ACCOUNT, link, shop.clock.now())
    shop.run(reported=False)
    shop.clock.advance(timedelta(hours=1))
    return shop


def erase(shop: Workshop, contact: str, *, is_published: bool = True) -> dict[str, Any]:
    published = (
        open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake) if is_published else None
    )
    ports = ErasePorts(
        shop.clock,
        published,
        shop.facts,
        shop.people,
        shop.orders,
        shop.erasures,
        shop.forgetting,
        shop.pipeline,
    )
    return erase_contact(ACCOUNT, contact, ports=ports)


def all_facts(shop: Workshop) -> str:
    """Return every row of every fact table of the last run, as text."""
    tables = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake).manifest.tables
    with open_database() as db:
        shop.facts.mount(db, tables, list(tables))
        return repr({table: db.execute(f"FROM {table}").fetchall() for table in tables})


def known_in_the_lake(shop: Workshop, node: str) -> bool:
    """Tell whether any object of facts or reports, of whatever run, holds a node."""
    with open_database() as db:
        rows = [
            db.execute(f"FROM read_parquet('{shop.facts.file(key)}')").fetchall()
            for key in shop.facts.objects
        ]
    reports = [body for key, body in shop.lake.objects.items() if key.startswith("reports/")]
    return node in repr((rows, reports))


def of_ann(shop: Workshop) -> list[Order]:
    return [stored.item for stored in shop.people.orders_of(ACCOUNT, {ANN, CUSTOMER})]


def test_no_trace_of_a_person_stays_in_tables_and_facts(shop: Workshop) -> None:
    assert ANN in all_facts(shop)
    answer = erase(shop, "ann@example.com")
    assert (answer["orders_blanked"], answer["touchpoints_removed"]) == (2, 2)
    assert shop.pipeline.pulled == [ACCOUNT]
    assert of_ann(shop) == []
    assert (ACCOUNT, ANN) not in shop.journeys.profiles
    assert shop.journeys.claims == {}
    shop.run(reported=False)
    facts = all_facts(shop)
    assert not [node for node in (ANN, CUSTOMER, "s-ann", "spring", "summer") if node in facts]
    assert BOB in facts


def test_what_earlier_runs_knew_a_person_by_is_swept_by_the_day_that_is_told(
    shop: Workshop,
) -> None:
    told = erase(shop, ANN)["earlier_runs_until"]
    shop.clock.advance(timedelta(hours=23))
    shop.run(reported=False)
    assert known_in_the_lake(shop, ANN)
    while shop.clock.now().date().isoformat() <= told:
        sweep_objects(ACCOUNT, shop.clock.now() + timedelta(minutes=4), ports=shop.sweep_ports())
        shop.clock.advance(timedelta(hours=1))
    assert not known_in_the_lake(shop, ANN)
    assert known_in_the_lake(shop, BOB)


def test_what_was_sold_and_what_others_did_stay(shop: Workshop) -> None:
    before = shop.trail(3)
    erase(shop, ANN)
    shop.run(reported=False)
    assert shop.trail(1)["order"]["gross"] == "100.00"
    assert shop.trail(1)["order"]["contact"] == f"{STORE}#1"
    assert shop.trail(3)["order"] == before["order"]
    assert shop.credited(3, "first_click") == {"autumn": "100.00"}


def test_neither_a_pull_nor_an_import_brings_a_person_back(shop: Workshop) -> None:
    [first, second] = sorted(of_ann(shop), key=lambda order: order.order_id)
    erase(shop, ANN)
    shop.clock.advance(timedelta(hours=1))
    now = shop.clock.now()
    again = replace(first, modified_at=now, staff_notes="Ann called twice")
    shop.orders.upsert(ACCOUNT, [again, second], now)
    shop.journeys.add_profiles(ACCOUNT, [Profile(ANN, "ann@example.com")], now)
    opt_in = OptIn("crm", now - timedelta(days=9), ANN, "klaviyo", "created")
    shop.journeys.add_opt_ins(ACCOUNT, [opt_in], now)
    shop.edges.add_records(ACCOUNT, [Edge(CUSTOMER, ANN, now, "record")], now)
    shop.click("2026-11-01 09:00", source="google", campaign="spring")
    shop.run(reported=False)
    assert "ann" not in repr(of_ann(shop))
    assert ANN not in all_facts(shop)


def test_who_comes_back_is_known_by_what_he_does_then(shop: Workshop) -> None:
    erase(shop, ANN)
    shop.clock.advance(timedelta(days=2))
    shop.order(9, shop.clock.now().strftime("%Y-%m-%d %H:%M"), customer_id=5)
    shop.run(reported=False)
    assert shop.trail(9)["order"]["contact"] == ANN
    assert shop.trail(9)["order"]["is_new"] is True


def test_an_erasure_is_repeated_without_harm_and_finishes_what_was_left(shop: Workshop) -> None:
    erase(shop, ANN)
    again = erase(shop, ANN)
    assert (again["orders_blanked"], again["touchpoints_removed"], again["items_removed"]) == (
        0,
        0,
        0,
    )
    shop.run(reported=False)
    assert erase(shop, "ann@example.com")["orders_blanked"] == 0


def test_orders_that_no_run_has_seen_go_too_with_the_new_customer_that_they_name(
    shop: Workshop,
) -> None:
    shop.order(8, "2026-11-15 15:00", customer_id=77)
    shop.order(7, "2026-11-15 16:00", customer_id=77, email="ann@work.example")
    assert erase(shop, ANN)["orders_blanked"] == 4
    assert erase(shop, "bob@example.com", is_published=False)["orders_blanked"] == 1


def test_the_customer_of_a_till_is_no_way_to_other_people(shop: Workshop) -> None:
    for number in range(10, 17):
        shop.order(number, "2026-11-15 15:00", customer_id=6, email=f"buyer{number}@example.com")
    shop.run(reported=False)
    shop.clock.advance(timedelta(hours=1))
    assert erase(shop, "buyer10@example.com")["orders_blanked"] == 1


def test_a_stranger_is_not_found_and_nothing_is_remembered_of_him(shop: Workshop) -> None:
    with pytest.raises(UnknownResourceError, match="nothing is known"):
        erase(shop, "stranger@example.com")
    assert not shop.erasures.of(ACCOUNT).since
    with pytest.raises(InvalidParameterError, match="contact: no contact's id"):
        erase(shop, "store#7")
    with pytest.raises(InvalidParameterError, match="placeholder"):
        erase(shop, "no@email.com")

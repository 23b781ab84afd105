"""Contacts and chains of an account, as the next step finds them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from headwater.domain.identity import sorted_pair
from headwater.domain.journeys import Edge
from headwater.domain.nodes import customer_node, email_node
from headwater.domain.orders import OrderLine
from headwater.domain.subscription_rules import SubscriptionRule
from tests.workshop import ACCOUNT, STORE, Workshop, at


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def rows(shop: Workshop, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        shop.facts.mount(db, shop.objects(), ["contacts", "chains"])
        return db.execute(query).fetchall()


def subscribed(name: str) -> dict[str, Any]:
    option = (("Subscription ID", name),)
    return {"lines": (OrderLine(1, 7, "TEA", "Tea", 1, Decimal(10), options=option),)}


def test_emails_that_share_a_customer_id_are_one_contact_named_by_the_earliest(
    shop: Workshop,
) -> None:
    shop.order(1, "2026-11-19", customer_id=5)
    shop.order(2, "2026-11-20", customer_id=5, email="second@example.com")
    shop.run(reported=False)
    ann, second = email_node("ann@example.com"), email_node("second@example.com")
    assert dict(rows(shop, "SELECT node, contact FROM contacts")) == dict.fromkeys(
        (ann, second, customer_node(STORE, 5)), ann
    )


def test_a_till_that_types_one_customer_for_everybody_joins_nobody(shop: Workshop) -> None:
    for number in range(6):
        shop.order(number, "2026-11-20", customer_id=9, email=f"p{number}@example.com")
    shop.run(reported=False)
    assert rows(shop, "SELECT node FROM contacts WHERE is_flagged") == [(customer_node(STORE, 9),)]
    assert len(rows(shop, "SELECT DISTINCT contact FROM contacts WHERE NOT is_flagged")) == 6


def test_an_order_without_email_and_customer_is_a_contact_of_its_own(shop: Workshop) -> None:
    shop.order(1, "2026-11-20 15:00", email="")
    shop.order(2, "2026-11-20 15:00", email="")
    shop.run(reported=False)
    assert shop.trail(1)["order"]["contact"] == f"{STORE}#1"
    assert shop.roi("2026-11-20", "2026-11-20")["totals"]["customers"] == 2


def test_orders_with_a_subscription_id_form_a_chain(shop: Workshop) -> None:
    shop.order(1, "2026-09-20", **subscribed("s1"))
    shop.order(2, "2026-10-20", **subscribed("s1"))
    shop.order(3, "2026-11-20", **subscribed("s1"))
    shop.order(4, "2026-11-20")
    shop.run(reported=False)
    assert rows(shop, "SELECT order_id, kind, cycle, root_order_id FROM chains ORDER BY ALL") == [
        ("1", "initial", 0, "1"),
        ("2", "rebill", 1, "1"),
        ("3", "rebill", 2, "1"),
    ]


def test_a_canceled_initial_order_hands_its_place_on(shop: Workshop) -> None:
    shop.order(1, "2026-09-20", status_id=5, **subscribed("s1"))
    shop.order(2, "2026-10-20", **subscribed("s1"))
    shop.run(reported=False)
    assert rows(shop, "SELECT order_id, kind FROM chains") == [("2", "initial")]


RECHARGE: dict[str, Any] = {"order_source": "external", "external_source": "Recharge"}
OPTION = (("Delivery frequency", "1 month"),)


def tea(*options: tuple[str, str], product: int = 7) -> tuple[OrderLine, ...]:
    return (OrderLine(1, product, "TEA", "Tea", 1, Decimal(100), options=options),)


def kinds(shop: Workshop) -> list[tuple[str, str, int | None]]:
    return rows(shop, "SELECT order_id, kind, cycle FROM chains ORDER BY order_id::INT")


def subscriptions(shop: Workshop, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        shop.facts.mount(db, shop.objects(), ["subscriptions"])
        return db.execute(f"SELECT {columns} FROM subscriptions ORDER BY started_at").fetchall()


def test_marked_orders_at_a_steady_cadence_are_chained_from_the_third_on(shop: Workshop) -> None:
    shop.order(1, "2026-08-20", lines=tea(*OPTION))
    shop.order(2, "2026-09-20", lines=tea(), **RECHARGE)
    shop.run(reported=False)
    assert kinds(shop) == []
    shop.order(3, "2026-10-21", lines=tea(), **RECHARGE)
    shop.run(reported=False)
    assert kinds(shop) == [("1", "initial", 0), ("2", "rebill", 1), ("3", "rebill", 2)]
    assert rows(shop, "SELECT DISTINCT is_inferred FROM chains") == [(True,)]


def test_a_steady_cadence_without_a_mark_chains_nothing(shop: Workshop) -> None:
    for number, month in enumerate(("07", "08", "09", "10", "11"), start=1):
        shop.order(number, f"2026-{month}-15")
    shop.run(reported=False)
    assert kinds(shop) == []


def test_an_inferred_rebill_inherits_the_credit_of_its_initial_order(shop: Workshop) -> None:
    shop.click("2026-08-19", source="google", campaign="first")
    shop.order(1, "2026-08-20", lines=tea(*OPTION))
    shop.click("2026-10-20", source="google", campaign="later")
    shop.order(2, "2026-09-20", lines=tea(), **RECHARGE)
    shop.order(3, "2026-10-21", lines=tea(), **RECHARGE)
    shop.run(reported=False)
    assert shop.credited(3, "last_click") == {"first": "100.00"}
    assert shop.trail(3)["order"]["kind"] == "rebill"


def test_an_add_on_line_stays_with_its_rebill_and_is_no_product_of_the_subscription(
    shop: Workshop,
) -> None:
    for number, month in enumerate(("07", "08", "09"), start=1):
        add_on = OrderLine(2, 99, "MUG", "Mug", 1, Decimal(20)) if number == 3 else None
        lines = (*tea(*OPTION), *([add_on] if add_on else []))
        shop.order(number, f"2026-{month}-15", lines=lines)
    # The add-on comes back alone, one cycle later: no order of the subscription.
    shop.order(4, "2026-10-15", lines=tea(product=99))
    shop.run(reported=False)
    assert kinds(shop) == [("1", "initial", 0), ("2", "rebill", 1), ("3", "rebill", 2)]


def test_if_the_initial_leaves_the_revenue_set_the_next_order_takes_its_place(
    shop: Workshop,
) -> None:
    shop.order(1, "2026-07-20", lines=tea(*OPTION), status_id=5)
    for number, month in ((2, "08"), (3, "09"), (4, "10")):
        shop.order(number, f"2026-{month}-20", lines=tea(), **RECHARGE)
    shop.run(reported=False)
    assert kinds(shop) == [("2", "initial", 0), ("3", "rebill", 1), ("4", "rebill", 2)]


def test_a_chain_first_seen_in_a_renewal_has_unknown_cycles_and_is_pre_tracking(
    shop: Workshop,
) -> None:
    # Another contact shows that this app's subscriptions begin in the shop.
    other = {"email": "bob@example.com"}
    shop.order(11, "2026-08-20", lines=tea(*OPTION), **other)
    shop.order(12, "2026-09-20", lines=tea(), **RECHARGE, **other)
    shop.order(13, "2026-10-20", lines=tea(), **RECHARGE, **other)
    shop.visit("2026-07-01 12:00", "somebody")
    for number, month in ((1, "08"), (2, "09"), (3, "10")):
        shop.click(f"2026-{month}-09", source="google", campaign="late")
        shop.order(number, f"2026-{month}-10", lines=tea(), **RECHARGE)
    shop.run(reported=False)
    assert [kind for kind in kinds(shop) if int(kind[0]) < 10] == [
        ("1", "rebill", None),
        ("2", "rebill", None),
        ("3", "rebill", None),
    ]
    rest = shop.trail(3)["rest"]
    assert {model: one["kind"] for model, one in rest.items()} == dict.fromkeys(
        rest, "pre_tracking"
    )
    assert rest["last_click"]["net"] == "100.00"
    assert shop.credited(3, "linear") == {}


def test_a_hosted_checkouts_first_order_is_an_initial_though_the_app_made_it(
    shop: Workshop,
) -> None:
    for number, month in ((1, "08"), (2, "09"), (3, "10")):
        shop.order(number, f"2026-{month}-10", lines=tea(), **RECHARGE)
    shop.run(reported=False)
    assert kinds(shop)[0] == ("1", "initial", 0)


def test_an_unmarked_order_of_the_shop_is_found_as_the_initial(shop: Workshop) -> None:
    shop.order(1, "2026-07-20", lines=tea())
    for number, month in ((2, "08"), (3, "09"), (4, "10")):
        shop.order(number, f"2026-{month}-20", lines=tea(), order_source="external")
    shop.run(reported=False)
    assert kinds(shop)[:2] == [("1", "initial", 0), ("2", "rebill", 1)]


def test_orders_by_another_system_are_no_subscription_for_being_steady(shop: Workshop) -> None:
    shop.order(1, "2026-07-20", lines=tea())
    for number, month in ((2, "08"), (3, "09"), (4, "10")):
        shop.order(
            number,
            f"2026-{month}-20",
            lines=tea(),
            order_source="external",
            external_source="NetSuite",
        )
    shop.run(reported=False)
    assert kinds(shop) == []


def test_a_changed_rule_needs_only_a_run(shop: Workshop) -> None:
    for number, month in ((1, "08"), (2, "09"), (3, "10")):
        notes = f"Anna's club, member {month}"
        shop.order(number, f"2026-{month}-10", staff_notes=notes)
    shop.run(reported=False)
    assert kinds(shop) == []
    rule = SubscriptionRule("club", staff_notes=r"club, member \d+")
    settings = replace(shop.settings, subscription_rules=(rule,))
    shop.accounts.save_settings(ACCOUNT, settings, shop.clock.now())
    shop.run(reported=False)
    assert [kind for _, kind, _ in kinds(shop)] == ["initial", "rebill", "rebill"]


def test_a_chain_knows_its_status_cadence_next_order_and_monthly_value(shop: Workshop) -> None:
    quarterly = (("Delivery frequency", "Every 3 months"),)
    for number, day in ((1, "2026-03-31"), (2, "2026-06-30"), (3, "2026-09-30")):
        shop.order(number, f"{day} 15:00", lines=tea(*quarterly))
    shop.run(reported=False)
    columns = "app, status, cadence, orders, cycles, skipped, next_expected, monthly_minor"
    assert subscriptions(shop, f"{columns}, days_to_churn, first_order_id, is_inferred") == [
        (
            "product options",
            "active",
            "quarterly",
            3,
            2,
            0,
            date(2026, 12, 31),
            3_333,
            None,
            "1",
            True,
        )
    ]


def test_a_chain_is_paused_after_one_missed_order_and_lapsed_after_two(shop: Workshop) -> None:
    for number, day in ((1, "2026-07-05"), (2, "2026-08-05"), (3, "2026-09-05")):
        shop.order(number, f"{day} 15:00", lines=tea(*OPTION))
    columns = "status, next_expected, lapsed_on, days_to_churn"
    shop.clock.advance(at("2026-10-20") - shop.clock.now())
    shop.run(reported=False)
    assert subscriptions(shop, columns) == [("active", date(2026, 10, 5), None, None)]
    shop.clock.advance(timedelta(days=15))
    shop.run(reported=False)
    assert subscriptions(shop, columns) == [("paused", date(2026, 11, 5), None, None)]
    shop.clock.advance(timedelta(days=30))
    shop.run(reported=False)
    assert subscriptions(shop, columns) == [("lapsed", None, date(2026, 11, 5), 123)]


def test_a_skipped_cycle_is_counted(shop: Workshop) -> None:
    for number, month in ((1, "05"), (2, "06"), (3, "07"), (4, "09"), (5, "10")):
        shop.order(number, f"2026-{month}-15", lines=tea(*OPTION))
    shop.run(reported=False)
    assert subscriptions(shop, "orders, skipped, pauses") == [(5, 1, 0)]


def test_an_explicit_chain_lives_on_after_a_pause_and_an_inferred_one_returns_as_another(
    shop: Workshop,
) -> None:
    days = ("2025-01-15", "2025-02-15", "2025-03-15", "2026-09-15", "2026-10-15", "2026-11-15")
    for number, day in enumerate(days, start=1):
        shop.order(number, day, **subscribed("s1"))
        shop.order(10 + number, day, lines=tea(*OPTION), email="bob@example.com")
    shop.run(reported=False)
    chains = subscriptions(shop, "is_inferred, orders, pauses, returned_from <> ''")
    assert sorted(chains) == [(False, 6, 1, False), (True, 3, 0, False), (True, 3, 0, True)]
    named = subscriptions(shop, "chain_id, returned_from")
    assert {old for _, old in named} - {""} <= {chain for chain, _ in named}


def contact_of(shop: Workshop, email: str) -> str:
    node = email_node(email)
    [(contact,)] = rows(shop, f"SELECT contact FROM contacts WHERE node = '{node}'")
    assert isinstance(contact, str)
    return contact


def record(shop: Workshop, customer_id: int, email: str, when: str) -> None:
    """Let a store say that a customer has an email."""
    customer = customer_node(STORE, customer_id) or ""
    edge = Edge(customer, email_node(email), at(when), "record")
    shop.edges.add_records(ACCOUNT, [edge], shop.clock.now())


def say(shop: Workshop, kind: str, one: str, other: str) -> Edge:
    """Say by hand that two emails are one person's, or are not."""
    edge = Edge(*sorted_pair(email_node(one), email_node(other)), shop.clock.now(), kind)
    shop.edges.put(ACCOUNT, edge, shop.clock.now())
    return edge


def test_a_customer_record_joins_an_email_that_never_ordered(shop: Workshop) -> None:
    shop.order(1, "2026-11-20", customer_id=5)
    record(shop, 5, "ann@example.com", "2026-11-01")
    record(shop, 5, "new@example.com", "2026-11-21")
    shop.run(reported=False)
    assert contact_of(shop, "new@example.com") == email_node("ann@example.com")


def test_an_order_follows_a_customer_to_his_new_email(shop: Workshop) -> None:
    shop.click("2026-11-18", "new@example.com", campaign="spring")
    shop.order(1, "2026-11-20", customer_id=5)
    record(shop, 5, "new@example.com", "2026-11-21")
    shop.run(reported=False)
    assert shop.credited(1, "last_click") == {"spring": "100.00"}


def test_orders_of_a_flagged_customer_and_no_email_are_contacts_of_their_own(
    shop: Workshop,
) -> None:
    for number in range(6):
        record(shop, 9, f"p{number}@example.com", "2026-11-01")
    shop.order(1, "2026-11-20", customer_id=9, email="", order_source="manual")
    shop.order(2, "2026-11-20", customer_id=9, email="", order_source="manual")
    shop.run(reported=False)
    assert {shop.trail(n)["order"]["contact"] for n in (1, 2)} == {f"{STORE}#1", f"{STORE}#2"}


def test_linked_by_hand_journeys_and_customers_are_merged_and_parted_again(
    shop: Workshop,
) -> None:
    shop.click("2026-11-18", "ann@example.com", campaign="spring")
    shop.order(1, "2026-11-20 15:00", email="ann@example.com")
    shop.order(2, "2026-11-20 15:00", email="ann@work.example")
    version = shop.run(reported=False)

    def customers() -> int:
        found: int = shop.roi("2026-11-20", "2026-11-20")["totals"]["customers"]
        return found

    assert (customers(), shop.credited(2, "first_click")) == (2, {})
    link = say(shop, "link", "ann@example.com", "ann@work.example")
    assert shop.run(reported=False) != version
    assert (customers(), shop.credited(2, "first_click")) == (1, {"spring": "100.00"})
    shop.edges.remove(ACCOUNT, link)
    assert shop.run(reported=False) == version
    assert (customers(), shop.credited(2, "first_click")) == (2, {})


def test_the_last_word_on_two_emails_counts(shop: Workshop) -> None:
    shop.order(1, "2026-11-20", email="a@example.com")
    shop.order(2, "2026-11-20", email="b@example.com")
    say(shop, "link", "a@example.com", "b@example.com")
    shop.clock.advance(timedelta(minutes=1))
    say(shop, "unlink", "b@example.com", "a@example.com")
    shop.run(reported=False)
    assert contact_of(shop, "a@example.com") != contact_of(shop, "b@example.com")


def test_a_customer_record_beside_an_order_re_engages_nobody_and_one_away_from_it_does(
    shop: Workshop,
) -> None:
    shop.opt_in("2026-10-01", kind="form")
    shop.click("2026-11-09", campaign="autumn")
    shop.opt_in("2026-11-10 12:30", kind="customer")
    shop.order(1, "2026-11-10 12:00")
    shop.order(2, "2026-11-12")
    shop.run(reported=False)
    assert shop.credited(2, "reengaged_lead") == {}
    shop.opt_in("2026-11-10 14:00", kind="subscriber")
    shop.run(reported=False)
    assert shop.credited(2, "reengaged_lead") == {"autumn": "100.00"}

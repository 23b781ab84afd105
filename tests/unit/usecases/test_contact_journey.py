"""A contact's journey in one time line, on an account small enough to be checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from headwater.domain.identity import sorted_pair
from headwater.domain.journeys import Edge, Profile, Touchpoint
from headwater.domain.nodes import customer_node, email_node
from headwater.domain.orders import Refund
from headwater.domain.subscription_rules import SubscriptionRule
from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.contact_journey import ContactPorts, read_journey
from headwater.usecases.published_runs import open_published_run
from headwater.usecases.search_contacts import search_contacts
from tests.workshop import ACCOUNT, STORE, Workshop, at

ANN, WORK = email_node("ann@example.com"), email_node("ann@work.example")
LEA = email_node("lea@example.com")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}


def furnished() -> Workshop:
    """Ann has two addresses and a subscription; Lea only signs up; one order names nobody."""
    shop = Workshop()
    rule = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
    settings = replace(shop.settings, subscription_rules=(rule,))
    shop.accounts.save_settings(ACCOUNT, settings, shop.clock.now())
    shop.visit("2026-10-01 10:00", "v1", "s1", "/mugs/", **SEARCH)
    bot = Touchpoint("s0", at("2026-10-01 09:00"), "v1", is_bot=True)
    shop.journeys.add_touchpoints(ACCOUNT, [bot], shop.clock.now())
    shop.identify("2026-10-01 10:05", "v1", "ann@example.com", "s1")
    shop.opt_in("2026-10-01 10:05", "ann@example.com")
    shop.opt_in("2026-10-01 10:06", "ann@example.com", kind="subscriber")
    shop.order(1, "2026-10-02 12:00", "30.00", customer_id=7, staff_notes="sub_1")
    shop.claim(1, "v1", "2026-10-02 12:01", session="s1")
    refund = Refund(9, at("2026-10-03 12:00"), Decimal("5.00"))
    shop.order(
        2,
        "2026-11-02 12:00",
        "30.00",
        customer_id=7,
        email="ann@work.example",
        staff_notes="sub_1",
        order_source="external",
        refunds=(refund,),
    )
    shop.order(3, "2026-11-03 12:00", "99.00", customer_id=7, status_id=5)
    profiles = [Profile(ANN, "ann@example.com"), Profile(LEA, "lea@example.com")]
    shop.journeys.add_profiles(ACCOUNT, profiles, shop.clock.now())
    shop.click("2026-11-04 12:00", "lea@example.com", **SEARCH)
    shop.opt_in("2026-11-04 12:10", "lea@example.com")
    shop.order(4, "2026-11-05 12:00", "3.00", email="")
    shop.run(reported=False)
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    return furnished()


def ports(shop: Workshop) -> ContactPorts:
    return ContactPorts(shop.facts, shop.people, shop.edges, shop.erasures)


def journey(shop: Workshop, contact: str = ANN, model: str = "last_click") -> dict[str, Any]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    return read_journey(ACCOUNT, contact, model, published, ports=ports(shop))


def search(shop: Workshop, field: str, text: str) -> list[dict[str, Any]]:
    published = open_published_run(ACCOUNT, runs=shop.runs, lake=shop.lake)
    rows: list[dict[str, Any]]
    rows = search_contacts(ACCOUNT, field, text, published, ports=ports(shop))["rows"]
    return rows


def of_type(report: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [event for event in report["events"] if event["type"] == kind]


def test_all_that_a_contact_did_stands_in_one_time_line(shop: Workshop) -> None:
    events = journey(shop)["events"]
    assert [(event["at"][:16], event["type"]) for event in events] == [
        ("2026-10-01T09:00", "touch"),
        ("2026-10-01T10:00", "touch"),
        ("2026-10-01T10:05", "identification"),
        ("2026-10-01T10:05", "opt_in"),
        ("2026-10-01T10:06", "opt_in"),
        ("2026-10-02T12:00", "order"),
        ("2026-10-02T12:01", "claim"),
        ("2026-10-03T12:00", "refund"),
        ("2026-11-02T12:00", "order"),
        ("2026-11-03T12:00", "order"),
    ]


def test_a_bots_visit_is_flagged_and_earns_nothing(shop: Workshop) -> None:
    bot, click = of_type(journey(shop), "touch")
    assert (bot["is_bot"], bot["channel"], bot["credited_orders"]) == (True, "", [])
    assert (click["is_bot"], click["channel"]) == (False, "paid_search")
    assert (click["campaign"], click["landing_page"]) == ("brand", "/mugs")
    assert [(each["order_id"], each["net"]) for each in click["credited_orders"]] == [
        ("1", "30.00"),
        ("2", "25.00"),
    ]


def test_an_order_tells_its_chain_its_credit_and_what_was_paid_back(shop: Workshop) -> None:
    first, rebill, cancelled = of_type(journey(shop), "order")
    assert (first["order_kind"], first["cycle"], first["is_new"]) == ("initial", 0, True)
    assert (rebill["order_kind"], rebill["cycle"], rebill["chain"]) == (
        "rebill",
        1,
        first["chain"],
    )
    assert (rebill["gross"], rebill["refunds"], rebill["net"]) == ("30.00", "5.00", "25.00")
    [credited] = first["credited"]
    assert credited["roles"] == ["first_click", "new_lead", "last_click"]
    assert (credited["touch_id"], credited["gross"]) == ("s1", "30.00")
    assert first["rest"] == {"kind": "unattributed", "gross": "0.00", "net": "0.00"}
    assert (cancelled["is_revenue"], cancelled["credited"], cancelled["rest"]) == (
        False,
        None,
        None,
    )
    [refund] = of_type(journey(shop), "refund")
    assert (refund["order_id"], refund["amount"], refund["currency"]) == ("2", "5.00", "USD")


def test_credits_are_those_of_the_orders_own_trails(shop: Workshop) -> None:
    for model in ("last_click", "linear", "markov"):
        for order in of_type(journey(shop, model=model), "order")[:2]:
            trail = shop.trail(int(order["order_id"]))
            expected = [touch["credits"][model] for touch in trail["touches"]]
            told = [{money: one[money] for money in ("gross", "net")} for one in order["credited"]]
            assert (told, order["rest"]) == (expected, trail["rest"][model])


def test_opt_ins_and_claims_tell_what_they_count_as(shop: Workshop) -> None:
    report = journey(shop)
    assert [event["counts_as"] for event in of_type(report, "opt_in")] == ["new_lead", "repeated"]
    [claim] = of_type(report, "claim")
    assert (claim["order_id"], claim["visitor"], claim["is_believed"]) == ("1", "v1", True)


def test_every_id_of_a_contact_leads_to_the_present_one(shop: Workshop) -> None:
    report = journey(shop)
    customer = customer_node(STORE, 7)
    assert report["contact"] == ANN
    identities = {each["id"]: each for each in report["identities"]}
    assert report["identities"][0]["is_present"]
    assert {node: each["email"] for node, each in identities.items()} == {
        ANN: "ann@example.com",
        WORK: "ann@work.example",
        customer: None,
    }
    assert (identities[customer]["store"], identities[customer]["customer_id"]) == (STORE, "7")
    for other in (WORK, customer, "ANN@work.example"):
        assert journey(shop, str(other))["events"] == report["events"]


def test_the_summary_adds_up(shop: Workshop) -> None:
    assert journey(shop)["summary"] == {
        "orders": 2,
        "gross": "60.00",
        "refunds": "5.00",
        "net": "55.00",
        "first_order_at": "2026-10-02T12:00:00+00:00",
        "last_order_at": "2026-11-02T12:00:00+00:00",
        "touches": 1,
        "bot_touches": 1,
        "opt_ins": 2,
        "chains": 1,
    }


def test_who_only_signed_up_has_a_journey_too(shop: Workshop) -> None:
    report = journey(shop, LEA)
    assert [event["type"] for event in report["events"]] == ["touch", "opt_in"]
    assert (report["summary"]["orders"], report["summary"]["first_order_at"]) == (0, None)


def test_an_order_that_names_nobody_is_a_contact_of_its_own(shop: Workshop) -> None:
    [row] = search(shop, "order", "4")
    report = journey(shop, row["contact"])
    assert report["contact"] == f"{STORE}#4"
    assert report["identities"] == []
    assert [event["order_id"] for event in report["events"]] == ["4"]


@pytest.mark.parametrize("contact", [email_node("nobody@example.com"), "bigcommerce#1"])
def test_a_stranger_is_not_found(shop: Workshop, contact: str) -> None:
    with pytest.raises(UnknownResourceError, match="knows nobody"):
        journey(shop, contact)


def test_what_is_no_id_or_no_model_is_refused(shop: Workshop) -> None:
    with pytest.raises(InvalidParameterError, match=r"^contact: "):
        journey(shop, "ann")
    with pytest.raises(InvalidParameterError, match=r"^model: choose among"):
        journey(shop, model="magic")


def test_what_came_since_is_told_apart_and_an_erased_person_is_gone() -> None:
    shop = furnished()
    shop.clock.advance(timedelta(hours=1))
    shop.click("2026-11-20 12:00", "ann@example.com", source="bing", campaign="late")
    report = journey(shop)
    assert len(of_type(report, "touch")) == 2
    assert [each["campaign"] for each in report["arrived_since"]["touches"]] == ["late"]
    shop.erasures.add(ACCOUNT, [ANN, WORK], shop.clock.now())
    with pytest.raises(UnknownResourceError, match=r"^contact: erased at 2026-11-21"):
        journey(shop)
    assert search(shop, "email", "ann@example.com") == []


def test_two_who_were_linked_by_hand_have_one_journey() -> None:
    shop = furnished()
    edge = Edge(*sorted_pair(ANN, LEA), shop.clock.now(), "link")
    shop.edges.put(ACCOUNT, edge, shop.clock.now())
    shop.run(reported=False)
    report = journey(shop, LEA)
    assert report["contact"] == ANN
    assert (report["summary"]["touches"], report["summary"]["orders"]) == (2, 2)


def test_contacts_are_found_by_what_one_has_at_hand(shop: Workshop) -> None:
    [ann] = search(shop, "email", "Ann@Work.example")
    assert ann == {
        "contact": ANN,
        "emails": ["ann@example.com"],
        "orders": 2,
        "gross": "60.00",
        "refunds": "5.00",
        "net": "55.00",
        "first_order_on": "2026-10-02",
        "last_order_on": "2026-11-02",
        "opted_in_on": "2026-10-01",
        "journey": f"/v1/contacts/{ANN}/journey",
    }
    for field, text in (("order", "3"), ("q", "2"), ("q", "7"), ("q", WORK), ("q", ann["contact"])):
        assert search(shop, field, text) == [ann], (field, text)
    assert search(shop, "order", "999") == []
    assert search(shop, "q", "nobody@example.com") == []
    with pytest.raises(InvalidParameterError, match=r"^email: "):
        search(shop, "email", "ann")

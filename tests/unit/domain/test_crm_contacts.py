from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headwater.domain.crm_contacts import (
    FIELD_TARGETS,
    CrmContact,
    LeadField,
    StatedClick,
    contact_edges,
    lead_row,
    usual_target,
)
from headwater.domain.imported_leads import read_lead
from headwater.domain.nodes import customer_node, email_node

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANN = CrmContact("7", "ann@example.com", NOON, NOON + timedelta(days=1))


def contact(**more: object) -> CrmContact:
    return CrmContact(**{"contact_id": "7", "email": "ann@example.com", "created_at": NOON} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("utm_source", "first_utm_source"),
        ("UTM Source", "first_utm_source"),
        ("Initial UTM Campaign", "first_utm_campaign"),
        ("original-utm-medium", "first_utm_medium"),
        ("last_utm_term", "last_utm_term"),
        ("utm_content (latest)", "last_utm_content"),
        ("gclid", "first_gclid"),
        ("Last FBCLID", "last_fbclid"),
        ("source", ""),
        ("campaign", ""),
        ("url", ""),
        ("last name", ""),
        ("first_at", ""),
        ("", ""),
    ],
)
def test_a_custom_field_is_taken_for_what_its_name_says(name: str, target: str) -> None:
    assert usual_target(name) == target
    assert target in (*FIELD_TARGETS, "")


def test_custom_fields_become_marks_of_the_first_click() -> None:
    row = lead_row("crm", contact(properties={"UTM Source": "google", "gclid": "g1", "size": "M"}))
    assert row["first_utm"] == {"source": "google", "gclid": "g1"}
    [touch] = read_lead(row, NOON).touchpoints
    assert (touch.at, touch.campaign.source, touch.campaign.click_id) == (NOON, "google", "g1")
    assert touch.touch_id.startswith("crm-")


def test_what_the_account_has_chosen_wins_over_names() -> None:
    properties = {"utm_source": "form", "Where from": "podcast", "When": "1763640000"}
    fields = [LeadField("Where from", "last_utm_source"), LeadField("When", "last_at")]
    row = lead_row("crm", contact(properties=properties), [*fields, LeadField("utm_source", "")])
    assert "first_utm" not in row
    assert row["last_utm"] == {"source": "podcast"}
    assert row["last_at"] == "2025-11-20T12:00:00+00:00"


def test_what_the_crm_itself_says_wins_over_custom_fields() -> None:
    first = StatedClick({"source": "bing"}, at=NOON - timedelta(days=1))
    row = lead_row("crm", contact(first=first, properties={"utm_source": "google"}))
    assert row["first_utm"] == {"source": "bing"}
    assert row["first_at"] == "2026-11-19T12:00:00+00:00"


@pytest.mark.parametrize("text", ["soon", "2026-11-20T12:00:00", "2031-01-01T00:00:00Z", "9" * 13])
def test_a_time_that_is_none_or_uncertain_makes_no_click(text: str) -> None:
    fields = [LeadField("when", "last_at"), LeadField("from", "last_utm_source")]
    row = lead_row("crm", contact(properties={"when": text, "from": "x"}), fields)
    assert "last_at" not in row
    assert read_lead(row, NOON).touchpoints == ()


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://shop.example/sale?utm_source=meta&fbclid=f1", "/sale"),
        ("shop.example/sale?utm_source=meta&fbclid=f1", "/sale"),
    ],
)
def test_a_landing_page_says_where_from(url: str, page: str) -> None:
    row = lead_row("crm", contact(first=StatedClick(url=url, referrer="https://l.example/x")))
    [touch] = read_lead(row, NOON).touchpoints
    assert (touch.campaign.source, touch.campaign.click_id) == ("meta", "f1")
    assert (touch.landing_page, touch.referrer) == (page, "l.example")


@pytest.mark.parametrize("url", ["", "about:blank", "mailto:x@y.example", "https://[x"])
def test_a_page_that_is_none_costs_no_contact(url: str) -> None:
    lead = read_lead(lead_row("crm", contact(first=StatedClick(url=url))), NOON)
    assert lead.touchpoints == ()


def test_a_phone_is_kept_with_the_profile_and_other_texts_are_not() -> None:
    for text, phone in (("+1 (212) 555-0100", "+1 (212) 555-0100"), ("call me", "")):
        lead = read_lead(lead_row("crm", contact(phone=text)), NOON)
        assert lead.profile
        assert lead.profile.phone == phone


def test_a_contact_with_one_address_joins_nothing() -> None:
    assert contact_edges("crm", ANN, "", ()) == []
    assert contact_edges("crm", ANN, email_node("ann@example.com"), ()) == []


def test_a_contact_that_changed_its_address_joins_the_two_from_the_change_on() -> None:
    old = email_node("old@example.com")
    person = customer_node("crm", "contact:7")
    assert [(e.node, e.other, e.at) for e in contact_edges("crm", ANN, old, ())] == [
        (person, email_node("ann@example.com"), NOON + timedelta(days=1)),
        (person, old, NOON),
    ]


def test_merged_contacts_and_further_addresses_are_one_person() -> None:
    one = contact(other_emails=("Two@Example.com", "no address"))
    nodes = {edge.other for edge in contact_edges("crm", one, "", [email_node("old@example.com")])}
    assert nodes == {
        email_node(email) for email in ("ann@example.com", "two@example.com", "old@example.com")
    }

"""What is special about single CRMs, besides what the contract suite asks of all."""

from __future__ import annotations

import json

import pytest

from headwater.adapters.connectors.exchange import Answer, Ask
from headwater.adapters.connectors.vendors import activecampaign, hubspot, mailchimp, ontraport
from headwater.errors import (
    CredentialsRejectedError,
    MissingScopeError,
    RateLimitedError,
    StoreUnavailableError,
)
from tests.fakes import FakeClock

NOW = FakeClock().now()


def answer(status: int, body: object = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer("/contacts", status, headers, raw, NOW)


@pytest.mark.parametrize("key", ["5e2f8c1b-us19", "a-b-c-us6"])
def test_mailchimps_data_center_stands_behind_the_keys_last_dash(key: str) -> None:
    [host] = mailchimp.MAILCHIMP.hosts.values()
    named = host.format(**mailchimp.MAILCHIMP.derive({"api_key": key}))
    assert named == f"https://{key.rpartition('-')[2]}.api.mailchimp.com/3.0"


@pytest.mark.parametrize("key", ["", "no-data/center", "k-us1.evil.example", "plain", "k-us19#"])
def test_a_key_of_mailchimp_that_leads_elsewhere_is_refused(key: str) -> None:
    with pytest.raises(CredentialsRejectedError, match="data center"):
        mailchimp.MAILCHIMP.derive({"api_key": key})


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://harbor.api-us1.com", "https://harbor.api-us1.com"),
        (" https://Harbor.api-us1.com/api/3 ", "https://harbor.api-us1.com"),
        ("https://harbor.activehosted.com/", "https://harbor.activehosted.com"),
    ],
)
def test_activecampaigns_address_is_taken_as_it_is_shown(url: str, host: str) -> None:
    assert activecampaign.ACTIVECAMPAIGN.derive({"url": url}) == {"url": host}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://harbor.api-us1.com",
        "https://evil.example",
        "https://harbor.api-us1.com.evil.example",
        "https://harbor.api-us1.com@evil.example",
        "https://harbor.api-us1.com:8443",
        "https://169.254.169.254",
    ],
)
def test_another_address_than_activecampaigns_is_refused(url: str) -> None:
    with pytest.raises(CredentialsRejectedError, match="API URL"):
        activecampaign.ACTIVECAMPAIGN.derive({"url": url})


def test_a_list_of_mailchimp_that_became_shorter_is_gone_on_with_earlier() -> None:
    paginator = mailchimp._ShrinkingOffset()
    rows: list[object] = [{}] * 100
    second = paginator.place_behind({"total_items": 250}, rows, "")
    assert second == "100/250"
    assert paginator.ask_for(Ask("/m"), second).query == {"offset": 100}
    # Two of the first page have changed meanwhile, and with them the rows behind have moved up.
    assert paginator.place_behind({"total_items": 248}, rows, second) == "98/248"
    assert paginator.place_behind({"total_items": 248}, rows, "98/248") == "198/248"
    assert paginator.place_behind({"total_items": 248}, rows[:50], "198/248") == ""


def test_a_page_of_a_search_at_hubspot_is_a_search_above_the_last_id() -> None:
    paginator = hubspot._SearchById()
    changed = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1"}
    ask = Ask("/search", json={"filterGroups": [{"filters": [changed]}], "limit": 200})
    assert paginator.place_behind({}, [{"id": "9"}, {"id": "512"}], "") == "512"
    assert paginator.place_behind({}, [], "512") == ""
    asked = paginator.ask_for(ask, "512").json
    above = {"propertyName": "hs_object_id", "operator": "GT", "value": "512"}
    assert asked == {"filterGroups": [{"filters": [changed, above]}], "limit": 200}


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [("SECONDLY", 1), ("TEN_SECONDLY_ROLLING", 10), ("DAILY", 21_600), ("OTHER", None)],
)
def test_hubspot_says_by_a_name_how_long_to_wait(policy: str, seconds: float | None) -> None:
    error = hubspot.classify(answer(429, {"policyName": policy}))
    assert isinstance(error, RateLimitedError)
    assert error.retry_after == seconds


def test_ontraports_plain_text_is_a_permission_and_a_gateways_page_is_none() -> None:
    refused = ontraport.classify(answer(403, b"You may not read these objects."))
    assert isinstance(refused, MissingScopeError)
    for body in (b"", b"<html><body>403</body></html>"):
        assert isinstance(ontraport.classify(answer(403, body)), StoreUnavailableError)


def test_ontraports_zero_is_no_time() -> None:
    row = ontraport._Contact.model_validate({"id": "1", "date": "0", "dlm": "1795132800"})
    assert row.date is None
    assert row.dlm
    assert row.dlm.isoformat() == "2026-11-20T00:00:00+00:00"

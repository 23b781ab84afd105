"""What a vendor's server holds our requests against, and what it may send instead of a date."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.adapters.connectors.exchange import Ask
from headwater.errors import RequestRejectedError
from headwater.usecases.connectors import AD_COST, KINDS, LEADS
from tests.integration.connectors.ad_world import AD_ACCOUNT, TODAY, AdWorld, ad_day
from tests.integration.connectors.cases import CASES
from tests.integration.connectors.conftest import begun
from tests.integration.connectors.lead_world import LeadWorld, contact
from tests.integration.connectors.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.storefront.exchange import Request, Response
    from tests.integration.connectors.world import World

CRMS = [kind for kind in KINDS if KINDS[kind].role == LEADS]
PLATFORMS = [kind for kind in KINDS if KINDS[kind].role == AD_COST]
# What each specification does not have; where an API takes no parameters, a field of its body.
STREAM = f"/customers/{AD_ACCOUNT}/googleAds:searchStream"
UNSPECIFIED = {
    "google_ads": Ask(STREAM, method="POST", json={"query": "SELECT campaign.price FROM campaign"}),
    "meta_ads": Ask(f"/act_{AD_ACCOUNT}/ads", {"fields": "id,price"}),
    "microsoft_ads": Ask(
        "/GenerateReport/Submit",
        method="POST",
        json={"ReportRequest": {"Type": "NoSuchReportRequest"}},
    ),
    "tiktok_ads": Ask("/smart_plus/ad/get/", {"advertiser_id": AD_ACCOUNT, "page_size": 101}),
    "klaviyo": Ask("/profiles", {"page[size]": 101}),
    "activecampaign": Ask("/contacts", {"limit": 101}),
    "hubspot": Ask("/crm/objects/2026-03/contacts/search", method="POST", json={"limit": 201}),
    "mailchimp": Ask("/lists", {"count": 1001}),
    "drip": Ask("/9999999/subscribers", {"per_page": 1001}),
    "keap": Ask("/rest/v2/contacts", {"page_size": 1001}),
    "ontraport": Ask("/Contacts", {"condition": "no condition"}),
    "omnisend": Ask("/contacts", {"limit": 251}),
}
# Vendor → what it writes where there is no date.
NO_DATE = {
    **dict.fromkeys(CRMS, None),
    "activecampaign": "0000-00-00T00:00:00-05:00",
    "mailchimp": "",
    "ontraport": "0",
}
UNDATED = datetime(2026, 10, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Iterator[World]:
    yield from begun(*CASES[request.param])


@pytest.fixture(params=CRMS)
def crm(request: pytest.FixtureRequest) -> Iterator[World]:
    yield from begun(*CASES[request.param])


def test_a_request_that_the_vendor_does_not_specify_is_refused(world: World) -> None:
    opened: Any = world.connectors().open(world.source)
    with pytest.raises(RequestRejectedError):
        opened._caller.call(UNSPECIFIED[world.kind])


def test_a_renamed_campaign_keeps_its_former_name_on_the_days_before(platform: World) -> None:
    assert isinstance(platform, AdWorld)
    platform.book.spend(AD_ACCOUNT, [ad_day(1)])
    platform.connect()
    platform.pull_all()
    tomorrow = TODAY + timedelta(days=1)
    platform.clock.advance(timedelta(days=1))
    platform.book.spend(AD_ACCOUNT, [ad_day(1, tomorrow)])
    platform.book.rename_campaign(ad_day(1).campaign_id, "Renamed")
    platform.pull_all()
    names = [row.campaign for row in platform.costs.on_day(ACCOUNT, TODAY, tomorrow)]
    assert names == ["Campaign 0", "Renamed"]


def test_a_contact_without_a_date_is_put_aside_and_harms_no_other(
    crm: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(crm, LeadWorld)
    crm.connect()
    crm.enter(3)
    later = UNDATED + timedelta(hours=1)
    undated = replace(contact(7, later), created=UNDATED, updated=later, lists=())
    crm.book.enter([undated])
    answer = crm.application.answer

    def forget_date(request: Request, now: datetime) -> Response:
        response = answer(request, now)
        if b"{" not in response.body:
            return response
        emptied = _without(json.loads(response.body), NO_DATE[crm.kind])
        return replace(response, body=json.dumps(emptied).encode())

    monkeypatch.setattr(crm.application, "answer", forget_date)
    crm.pull_all()
    assert (crm.source.status, crm.source.reason) == ("ok", "")
    assert crm.kept() == crm.at_vendor()
    kept = [text for key, text in crm.lake.objects.items() if key.startswith("raw/rejected/")]
    rejected = "".join(each.decode() for each in kept)
    assert "created_at: missing" in rejected
    assert undated.email not in rejected


def _without(content: Any, nothing: str | None) -> Any:  # noqa: ANN401 - any JSON value
    """Return an answer in which nothing stands where the one date stood."""
    if isinstance(content, dict):
        return {name: _without(value, nothing) for name, value in content.items()}
    if isinstance(content, list):
        return [_without(value, nothing) for value in content]
    return nothing if isinstance(content, str) and _is_undated(content) else content


def _is_undated(text: str) -> bool:
    if text == str(int(UNDATED.timestamp())):
        return True
    try:
        return datetime.fromisoformat(text) == UNDATED
    except (ValueError, TypeError):
        return False

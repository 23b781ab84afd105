"""An ad platform from its connection to the report, with the policies that the functions have."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.create_account import create_account_on_stack
from local.vendors.ad_book import AdDay, BookAccount
from local.vendors.google_ads import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    GoogleApplication,
)
from tests.e2e.conftest import YESTERDAY

if TYPE_CHECKING:
    from tests.e2e.conftest import System

pytestmark = pytest.mark.xdist_group("deployed")

AD_ACCOUNT, SOURCE = "1234567890", "google_ads"


def test_what_ads_cost_comes_from_the_platform_into_the_report(system: System) -> None:
    application = system.google.application
    assert isinstance(application, GoogleApplication)
    application.book.open(BookAccount(AD_ACCOUNT, "Harbor Coffee"))
    ids = ("111", "Brand", "222", "Exact", "333", "Mugs")
    ad = AdDay(YESTERDAY, *ids, cost=Decimal("12.34"), clicks=3)
    alone = AdDay(YESTERDAY, "777", "Performance Max", "", "", "", "", cost=Decimal("7.66"))
    application.book.spend(AD_ACCOUNT, [ad, alone])
    # An account of its own: no run of another test is under way in it.
    owner = create_account_on_stack(system.stack, "advertiser")
    body = {
        "kind": SOURCE,
        "credentials": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
        },
        "api_url": system.google.url,
        "pull_now": False,
    }
    connected = system.call("POST", "/v1/sources", key=owner, json=body)
    assert connected.status_code == 201, connected.text
    assert [one["id"] for one in connected.json()["ad_accounts"]] == [AD_ACCOUNT]

    # The run has to renew the access token, and to keep it.
    application.expire()
    system.call("POST", f"/v1/sources/{SOURCE}/resume", key=owner)
    last = system.wait_for_a_run(owner)
    assert (last["status"], last["failure"], last["ad_cost_gaps"]) == ("done", "", "")
    query = {"from": YESTERDAY.isoformat(), "to": YESTERDAY.isoformat(), "by": "campaign"}
    report = system.call("GET", "/v1/reports/roi", key=owner, params=query).json()
    assert report["totals"]["cost"] == "20.00"
    source = system.call("GET", f"/v1/sources/{SOURCE}", key=owner).json()["source"]
    assert (source["status"], source["is_complete"]) == ("ok", True)

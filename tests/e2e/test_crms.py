"""A CRM from its connection to the reports, with the policies that the functions have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.create_account import create_account_on_stack
from local.vendors.contact_book import BookClick, BookContact
from local.vendors.klaviyo import API_KEY, KlaviyoApplication
from tests.e2e.conftest import YESTERDAY, noon

if TYPE_CHECKING:
    from tests.e2e.conftest import System

pytestmark = pytest.mark.xdist_group("deployed")

SOURCE = "klaviyo"
BOUGHT = noon(YESTERDAY)
SIGNED_UP = BOUGHT - timedelta(days=3)
MARKS = {"source": "meta", "medium": "paid", "campaign": "sampler"}
ANN = BookContact(
    7,
    "ann@crm.example",
    SIGNED_UP,
    SIGNED_UP,
    phone="+12125550100",
    lists=(("L1", SIGNED_UP + timedelta(seconds=5)),),
    first=BookClick(SIGNED_UP, MARKS, "gclid-1"),
)


def test_a_lead_comes_from_the_crm_into_roi_and_cohorts(system: System) -> None:
    application = system.klaviyo.application
    assert isinstance(application, KlaviyoApplication)
    application.book.lists["L1"] = "Newsletter"
    application.book.enter([ANN, replace(ANN, number=8, email="bob@crm.example")])
    # An account of its own: no run of another test is under way in it.
    owner = create_account_on_stack(system.stack, "publisher")
    body = {
        "kind": SOURCE,
        "credentials": {"api_key": API_KEY},
        "api_url": system.klaviyo.url,
        "pull_now": False,
    }
    connected = system.call("POST", "/v1/sources", key=owner, json=body)
    assert connected.status_code == 201, connected.text
    order = {
        "order_id": "1",
        "placed_at": BOUGHT.isoformat(),
        "total": "50.00",
        "email": "Ann@crm.example",
    }
    orders = {"source": "retail", "currency": "USD", "rows": [order]}
    assert system.call("POST", "/v1/orders", key=owner, json=orders).ok

    # What custom fields stand for is seen before it is saved, and the pull reads them so.
    fields = {"fields": {"utm_medium": "first_utm_term", "utm_term": ""}}
    path = f"/v1/sources/{SOURCE}/fields"
    shown = system.call("POST", f"{path}/preview", key=owner, json=fields)
    assert shown.status_code == 200, shown.text
    [first, *_] = shown.json()["rows"]
    assert first["clicks"]["first_utm"]["term"] == "paid"
    saved = system.call("PUT", path, key=owner, json={"fields": {"size": "first_utm_content"}})
    assert saved.status_code == 200, saved.text

    last = system.wait_for_a_run(owner)
    assert (last["status"], last["lead_gaps"]) == ("done", ""), last
    days = {"from": SIGNED_UP.date().isoformat(), "to": YESTERDAY.isoformat()}
    roi = {**days, "by": "campaign", "model": "first_click"}
    report = system.call("GET", "/v1/reports/roi", key=owner, params=roi).json()
    [row] = [one for one in report["rows"] if one["campaign"] == MARKS["campaign"]]
    assert (row["leads"], row["net"]) == (2, "50.00")
    by_opt_in = {**days, "by": "first_opt_in"}
    cohorts = system.call("GET", "/v1/reports/cohorts", key=owner, params=by_opt_in)
    assert cohorts.status_code == 200, cohorts.text
    source = system.call("GET", f"/v1/sources/{SOURCE}", key=owner).json()["source"]
    assert source["status"] == "ok"

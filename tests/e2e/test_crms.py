"""Every CRM from its connection to the reports, with the policies that the functions have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from headwater.usecases.connectors import KINDS, LEADS
from local.create_account import create_account_on_stack
from local.vendors.contact_book import BookClick, BookContact
from local.vendors.token_desk import APP_CREDENTIALS
from tests.e2e.conftest import YESTERDAY, noon
from tests.integration.connectors.cases import CASES

if TYPE_CHECKING:
    from tests.e2e.conftest import System


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


# Its refresh tokens are good once.
BY_APP = "keap"
OTHERS = [kind for kind in KINDS if KINDS[kind].role == LEADS and kind != SOURCE]


def connect(system: System, kind: str, owner: str, *contacts: BookContact) -> None:
    """Connect a CRM that has some contacts."""
    server = system.vendors[kind]
    book = server.application.book  # type: ignore[attr-defined]  # every CRM has one
    book.lists["L1"] = "Newsletter"
    book.enter(contacts)
    body = {
        "kind": kind,
        "credentials": APP_CREDENTIALS if kind == BY_APP else dict(CASES[kind][1].credentials),
        "api_url": server.url,
        "pull_now": False,
    }
    connected = system.call("POST", "/v1/sources", key=owner, json=body)
    assert connected.status_code == 201, connected.text


def lead_of(kind: str) -> BookContact:
    """Return somebody whom one CRM alone knows, and who came by a campaign of that name."""
    first = BookClick(SIGNED_UP, {**MARKS, "campaign": kind}, "")
    return replace(ANN, email=f"{kind}@crm.example", first=first)


def test_leads_come_from_every_crm_into_roi_and_cohorts(system: System) -> None:
    # An account of its own: no run of another test is under way in it.
    owner = create_account_on_stack(system.stack, "publisher")
    connect(system, SOURCE, owner, ANN, replace(ANN, number=8, email="bob@crm.example"))
    for kind in OTHERS:
        connect(system, kind, owner, lead_of(kind))
    bought = {"placed_at": BOUGHT.isoformat(), "total": "50.00"}
    rows = [{"order_id": kind, "email": lead_of(kind).email, **bought} for kind in OTHERS]
    rows.append({"order_id": "1", "email": "Ann@crm.example", **bought})
    orders = {"source": "retail", "currency": "USD", "rows": rows}
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
    # Mailchimp has cut the name.
    cut = {"fields": {"UTM_CAMPAI": "first_utm_campaign"}}
    assert system.call("PUT", "/v1/sources/mailchimp/fields", key=owner, json=cut).ok

    # The run has to renew this one's access token, and to keep the next refresh token.
    system.vendors[BY_APP].application.expire()
    last = system.wait_for_a_run(owner)
    assert (last["status"], last["lead_gaps"]) == ("done", ""), last
    days = {"from": SIGNED_UP.date().isoformat(), "to": YESTERDAY.isoformat()}
    roi = {**days, "by": "campaign", "model": "first_click"}
    report = system.call("GET", "/v1/reports/roi", key=owner, params=roi).json()
    told = {row["campaign"]: (row["leads"], row["net"]) for row in report["rows"]}
    assert told[MARKS["campaign"]] == (2, "50.00")
    assert {kind: told.get(kind) for kind in OTHERS} == dict.fromkeys(OTHERS, (1, "50.00"))
    by_opt_in = {**days, "by": "first_opt_in"}
    cohorts = system.call("GET", "/v1/reports/cohorts", key=owner, params=by_opt_in).json()["rows"]
    members = sum(cohort["members"] for cohort in cohorts)
    assert (members, sum(cohort["customers"] for cohort in cohorts)) == (9, 8)
    for kind in (SOURCE, *OTHERS):
        source = system.call("GET", f"/v1/sources/{kind}", key=owner).json()["source"]
        assert (kind, source["status"]) == (kind, "ok")

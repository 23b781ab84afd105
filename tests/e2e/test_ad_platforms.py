"""Every ad platform from its connection to the reports, with the policies that functions have."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.usecases.connectors import AD_COST, KINDS
from local.create_account import create_account_on_stack
from local.vendors.ad_book import AdDay, BookAccount
from local.vendors.microsoft_ads import MicrosoftApplication
from tests.e2e.conftest import YESTERDAY, noon
from tests.integration.connectors.cases import CASES

if TYPE_CHECKING:
    from tests.e2e.conftest import System


AD_ACCOUNT = "1234567890"
PLATFORMS = [kind for kind in KINDS if KINDS[kind].role == AD_COST]
ALONE = AdDay(YESTERDAY, "777", "Performance Max", "", "", "", "", cost=Decimal("7.66"))


def ad_of(kind: str) -> AdDay:
    """Return what the one ad of a platform cost."""
    number = PLATFORMS.index(kind) + 1
    ids = (f"{number}11", f"Brand {kind}", f"{number}22", "Exact", f"{number}33", "Mugs")
    return AdDay(YESTERDAY, *ids, cost=Decimal(f"{10 + number}.34"), clicks=3)


def connect(system: System, kind: str, owner: str) -> None:
    """Connect a platform on which an ad has cost something."""
    server = system.vendors[kind]
    book = server.application.book  # type: ignore[attr-defined]  # every ad platform has one
    book.open(BookAccount(AD_ACCOUNT, "Harbor Coffee"))
    book.spend(AD_ACCOUNT, [ad_of(kind)])
    body = {
        "kind": kind,
        "credentials": dict(CASES[kind][1].credentials),
        "api_url": server.url,
        "pull_now": False,
    }
    connected = system.call("POST", "/v1/sources", key=owner, json=body)
    assert connected.status_code == 201, connected.text
    assert [one["id"] for one in connected.json()["ad_accounts"]] == [AD_ACCOUNT]


def sell(system: System, owner: str) -> None:
    """Let somebody click on the ad of each platform, and buy an hour later."""
    clicks, orders = [], []
    for kind in PLATFORMS:
        ad, email = ad_of(kind), f"{kind}@ads.example"
        ids = f"utm_campaign={ad.campaign_id}&utm_term={ad.adset_id}&utm_content={ad.ad_id}"
        url = f"https://shop.example/?utm_source={KINDS[kind].platform}&utm_medium=cpc&{ids}"
        bought = noon(YESTERDAY)
        clicked = bought - timedelta(hours=1)
        clicks.append({"email": email, "at": clicked.isoformat(), "url": url, "opt_in": True})
        order = {"placed_at": bought.isoformat(), "total": "50.00", "email": email}
        orders.append({"order_id": f"ads-{kind}", **order})
    posted: dict[str, Any] = {"/v1/touchpoints": {"rows": clicks}}
    posted["/v1/orders"] = {"source": "retail", "currency": "USD", "rows": orders}
    for path, body in posted.items():
        taken = system.call("POST", path, key=owner, json=body)
        assert taken.ok, taken.text
        assert not taken.json()["rejected"], taken.text


def test_what_ads_cost_comes_from_every_platform_into_roi_and_cohorts(system: System) -> None:
    # An account of its own: no run of another test is under way in it.
    owner = create_account_on_stack(system.stack, "advertiser")
    google, microsoft = (
        system.vendors[kind].application for kind in ("google_ads", "microsoft_ads")
    )
    google.book.spend(AD_ACCOUNT, [ALONE])  # type: ignore[attr-defined]  # every ad platform has one
    assert isinstance(microsoft, MicrosoftApplication)
    microsoft.looks = 1
    for kind in PLATFORMS:
        connect(system, kind, owner)
    sell(system, owner)

    # The run has to renew the access tokens, and to keep them.
    google.expire()
    microsoft.expire()
    system.call("POST", "/v1/sources/google_ads/resume", key=owner)
    last = system.wait_for_a_run(owner)
    assert (last["status"], last["failure"], last["ad_cost_gaps"]) == ("done", "", "")
    days = {"from": YESTERDAY.isoformat(), "to": YESTERDAY.isoformat()}
    roi = {**days, "by": "campaign", "model": "last_click"}
    report = system.call("GET", "/v1/reports/roi", key=owner, params=roi).json()
    cost = sum((ad_of(kind).cost for kind in PLATFORMS), ALONE.cost)
    assert report["totals"]["cost"] == str(cost)
    rows = {row["campaign"]: (row["cost"], row["net"]) for row in report["rows"]}
    for kind in PLATFORMS:
        assert rows[ad_of(kind).campaign] == (str(ad_of(kind).cost), "50.00")
    cohorts = {**days, "by": "first_purchase"}
    [cohort] = system.call("GET", "/v1/reports/cohorts", key=owner, params=cohorts).json()["rows"]
    assert (cohort["new_customers"], cohort["net"], cohort["cost"]) == (4, "200.00", str(cost))
    for kind in PLATFORMS:
        source = system.call("GET", f"/v1/sources/{kind}", key=owner).json()["source"]
        assert (source["status"], source["is_complete"]) == ("ok", True)

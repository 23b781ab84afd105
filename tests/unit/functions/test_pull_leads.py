from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headwater.errors import LeaseLostError
from local.vendors.contact_book import BookClick, BookContact
from local.vendors.klaviyo import API_KEY
from local.vendors.server import Fault
from tests.lambda_side import OWNER, logged, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from local.vendors.server import VendorServer
    from tests.lambda_side import LambdaSide

RUN = sample("pull_leads")["run"]
SIGNED_UP = datetime(2026, 11, 18, 9, 10, tzinfo=UTC)
ANN = BookContact(
    7,
    "ann@example.com",
    SIGNED_UP,
    SIGNED_UP,
    lists=(("L1", SIGNED_UP + timedelta(seconds=2)),),
    first=BookClick(SIGNED_UP, {"source": "meta", "medium": "paid", "campaign": "sampler"}),
)


@pytest.fixture
def connected(side: LambdaSide, klaviyo: VendorServer) -> LambdaSide:
    """An account with a CRM of one contact, who has bought, in a run."""
    book = klaviyo.application.book  # type: ignore[attr-defined]  # every CRM has one
    book.lists["L1"] = "Newsletter"
    book.enter([ANN])
    side.workshop.order(1, "2026-11-20 15:00", "100.00")
    body = {"kind": "klaviyo", "credentials": {"api_key": API_KEY}, "api_url": klaviyo.url}
    assert side.call("POST /v1/sources", caller=OWNER, body=body)["statusCode"] == 201
    now = side.workshop.clock.now()
    assert side.workshop.runs.acquire(ACCOUNT, RUN, now, now)
    return side


def pull(side: LambdaSide, seconds: float = 900) -> dict[str, Any]:
    return side.invoke("pull_leads", sample("pull_leads"), seconds=seconds)


def test_a_lead_and_its_first_click_are_in_the_report(connected: LambdaSide) -> None:
    told = pull(connected)
    # The contact, and once more as a member of the list.
    assert (told["leads"], told["leads_rejected"], told["more"]) == (2, 0, False)
    connected.workshop.runs.release(ACCOUNT, RUN)
    connected.run_pipeline()
    query = "from=2026-11-01&to=2026-11-20&by=campaign&model=first_click"
    report = connected.call("GET /v1/reports/roi", caller=OWNER, query=query)["json"]
    [row] = [one for one in report["rows"] if one["campaign"] == "sampler"]
    assert (row["leads"], row["net"]) == (1, "100.00")


def test_it_goes_on_where_the_time_was_up(connected: LambdaSide) -> None:
    assert pull(connected, seconds=60)["more"]
    assert pull(connected)["more"] is False
    assert pull(connected)["leads"] == 0


def test_a_crm_that_fails_is_named_and_the_run_goes_on(
    connected: LambdaSide, klaviyo: VendorServer, caplog: pytest.LogCaptureFixture
) -> None:
    klaviyo.trouble(Fault.UNAUTHORIZED)
    assert pull(connected)["more"] is False
    assert "source of leads failed" in logged(caplog)
    assert API_KEY not in logged(caplog)
    connected.workshop.runs.release(ACCOUNT, RUN)
    state = connected.call("GET /v1/runs", caller=OWNER)["json"]
    assert state["last_run"]["lead_gaps"] == "klaviyo: reauthorize"
    assert state["sources"][0]["status"] == "reauthorize"


def test_no_address_is_logged(connected: LambdaSide, caplog: pytest.LogCaptureFixture) -> None:
    pull(connected)
    assert "leads pulled" in logged(caplog)
    assert ANN.email not in logged(caplog)


def test_a_gap_that_is_filled_in_the_same_run_is_none(
    connected: LambdaSide, klaviyo: VendorServer
) -> None:
    klaviyo.trouble(Fault.UNAUTHORIZED)
    pull(connected)
    klaviyo.heal()
    pull(connected)
    assert connected.workshop.runs.recorded(ACCOUNT, RUN)["lead_gaps"] == ""


def test_a_paused_crm_is_left_alone(connected: LambdaSide, klaviyo: VendorServer) -> None:
    connected.call("POST /v1/sources/{source}/pause", caller=OWNER, source="klaviyo")
    klaviyo.requests.clear()
    assert pull(connected)["leads"] == 0
    assert not klaviyo.requests


@pytest.mark.parametrize(("data", "left"), [("keep", 1), ("delete", 0)])
def test_a_crm_that_is_removed_leaves_its_leads(
    connected: LambdaSide, data: str, left: int
) -> None:
    pull(connected)
    route = "DELETE /v1/sources/{source}"
    connected.call(route, caller=OWNER, query=f"data={data}", source="klaviyo")
    pull(connected)
    assert len(connected.workshop.accounts.sources(ACCOUNT)) == left
    assert len(connected.workshop.journeys.profiles) == 1


def test_a_run_that_lost_its_lease_pulls_nothing(
    connected: LambdaSide, klaviyo: VendorServer
) -> None:
    connected.workshop.runs.release(ACCOUNT, RUN)
    klaviyo.requests.clear()
    with pytest.raises(LeaseLostError):
        pull(connected)
    assert not klaviyo.requests


def test_an_account_without_crms_has_nothing_to_pull(side: LambdaSide) -> None:
    now = side.workshop.clock.now()
    side.workshop.runs.acquire(ACCOUNT, RUN, now, now)
    told = pull(side)
    assert (told["account"], told["run"], told["more"]) == (ACCOUNT, RUN, False)
    assert "lead_gaps" not in side.workshop.runs.recorded(ACCOUNT, RUN)


def test_a_crm_says_how_far_it_is_pulled(connected: LambdaSide) -> None:
    def shown() -> dict[str, Any]:
        answer = connected.call("GET /v1/sources/{source}", caller=OWNER, source="klaviyo")
        source: dict[str, Any] = answer["json"]["source"]
        return source

    assert (shown()["is_complete"], shown()["history"]["percent"]) == (False, 0)
    assert shown()["pulled_until"] is None
    pull(connected)
    assert (shown()["is_complete"], shown()["history"]["done"]) == (True, 2)
    assert shown()["pulled_until"] == connected.workshop.clock.now().isoformat()
    assert shown()["fields"] == {}

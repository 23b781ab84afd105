from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from local.vendors.contact_book import BookContact
from local.vendors.klaviyo import API_KEY
from tests.lambda_side import OWNER, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from local.vendors.server import VendorServer
    from tests.lambda_side import LambdaSide

RUN = sample("pull_leads")["run"]
PREVIEW, SAVE = "POST /v1/sources/{source}/fields/preview", "PUT /v1/sources/{source}/fields"
SIGNED_UP = datetime(2026, 11, 18, 9, 10, tzinfo=UTC)
ANN = BookContact(
    7, "ann@example.com", SIGNED_UP, SIGNED_UP, properties={"Where from": "podcast", "size": "M"}
)


@pytest.fixture
def connected(side: LambdaSide, klaviyo: VendorServer) -> LambdaSide:
    """An account with a CRM of two contacts, with custom fields of their own."""
    bob = replace(ANN, number=8, email="bob@example.com", properties={"utm_source": "bing"})
    klaviyo.application.book.enter([ANN, bob])  # type: ignore[attr-defined]  # every CRM has one
    body = {"kind": "klaviyo", "credentials": {"api_key": API_KEY}, "api_url": klaviyo.url}
    assert side.call("POST /v1/sources", caller=OWNER, body=body)["statusCode"] == 201
    now = side.workshop.clock.now()
    assert side.workshop.runs.acquire(ACCOUNT, RUN, now, now)
    return side


def ask(side: LambdaSide, route: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    answer: dict[str, Any] = side.call(
        route, caller=OWNER, body=body, source=more.get("source", "klaviyo")
    )
    return answer


def pulled_sources(side: LambdaSide, run: str = RUN) -> set[str]:
    side.invoke("pull_leads", {"account": ACCOUNT, "run": run})
    return {one.campaign.source for one in side.workshop.journeys.touchpoints.values()}


def test_a_preview_shows_fields_of_real_contacts_and_what_comes_of_them(
    connected: LambdaSide,
) -> None:
    shown = ask(connected, PREVIEW, {"fields": {"Where from": "first_utm_source"}})["json"]
    assert shown["contacts"] == 2
    fields = {one["name"]: one for one in shown["fields"]}
    assert fields["Where from"] == {
        "name": "Where from",
        "target": "first_utm_source",
        "is_chosen": True,
        "filled": 1,
        "samples": ["podcast"],
    }
    assert (fields["utm_source"]["target"], fields["utm_source"]["is_chosen"]) == (
        "first_utm_source",
        False,
    )
    assert fields["size"]["target"] == ""
    clicks = [row["clicks"] for row in shown["rows"]]
    assert clicks == [{"first_utm": {"source": "podcast"}}, {"first_utm": {"source": "bing"}}]
    assert "example.com" not in str(shown)


def test_a_preview_keeps_nothing(connected: LambdaSide) -> None:
    ask(connected, PREVIEW, {"fields": {"Where from": "first_utm_source"}})
    assert connected.workshop.accounts.sources(ACCOUNT)[0].lead_fields == ()
    assert connected.workshop.journeys.profiles == {}


def test_without_fields_the_preview_is_of_what_is_saved(connected: LambdaSide) -> None:
    ask(connected, SAVE, {"fields": {"size": "first_utm_term"}})
    shown = ask(connected, PREVIEW, {})["json"]
    assert {"size": "first_utm_term"}.items() <= {
        one["name"]: one["target"] for one in shown["fields"] if one["is_chosen"]
    }.items()


def test_contacts_are_read_again_by_what_was_saved(connected: LambdaSide) -> None:
    assert pulled_sources(connected) == {"bing"}
    saved = ask(connected, SAVE, {"fields": {"Where from": "first_utm_source"}})
    assert saved["json"]["fields"] == {"Where from": "first_utm_source"}
    assert pulled_sources(connected) == {"bing", "podcast"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"size": "first_size"}, "fields.size: not empty and not one of"),
        ({"": "first_utm_source"}, "fields: not a name"),
        ({"a": "first_at", "b": "first_at"}, "fields: two are to be first_at"),
    ],
)
def test_what_a_field_cannot_stand_for_is_refused(
    connected: LambdaSide, fields: dict[str, str], reason: str
) -> None:
    for route in (PREVIEW, SAVE):
        answer = ask(connected, route, {"fields": fields})
        assert answer["statusCode"] == 400
        assert reason in answer["json"]["detail"]


def test_a_store_has_no_such_fields(connected: LambdaSide) -> None:
    assert ask(connected, SAVE, {"fields": {}}, source="nobody")["statusCode"] == 404

"""An ad platform over the routes of sources, against the platform's own server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.vendors.server import Fault
from local.vendors.tiktok_ads import ACCESS_TOKEN, APP_ID, SECRET
from tests.lambda_side import OWNER, logged
from tests.unit.functions.conftest import FIRST, SECOND
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from local.vendors.server import VendorServer
    from tests.lambda_side import LambdaSide


def body(tiktok: VendorServer, **changed: object) -> dict[str, Any]:
    credentials = {"access_token": ACCESS_TOKEN, "app_id": APP_ID, "secret": SECRET}
    return {
        "kind": "tiktok_ads",
        "credentials": credentials,
        "api_url": tiktok.url,
        "ad_accounts": [FIRST],
        **changed,
    }


def connect(side: LambdaSide, tiktok: VendorServer, **changed: object) -> dict[str, Any]:
    return side.call("POST /v1/sources", caller=OWNER, body=body(tiktok, **changed))


def test_a_platform_is_connected_and_pulled(side: LambdaSide, tiktok: VendorServer) -> None:
    answer = connect(side, tiktok)
    assert answer["statusCode"] == 201
    told = answer["json"]
    assert (told["source"], told["kind"], told["status"]) == ("tiktok_ads", "tiktok_ads", "ok")
    assert [one["id"] for one in told["ad_accounts"]] == [FIRST]
    assert {one["state"] for one in told["scopes"]} == {"granted"}
    assert side.workshop.pipeline.pulled == [ACCOUNT]


def test_credentials_are_told_to_nobody(
    side: LambdaSide, tiktok: VendorServer, caplog: pytest.LogCaptureFixture
) -> None:
    answer = connect(side, tiktok)
    listed = side.call("GET /v1/sources", caller=OWNER)
    said = answer["body"] + listed["body"] + logged(caplog)
    assert ACCESS_TOKEN not in said
    assert SECRET not in said
    [kept] = side.secrets.tokens.values()
    assert json.loads(kept)["access_token"] == ACCESS_TOKEN


def test_a_check_keeps_nothing_and_lists_the_ad_accounts(
    side: LambdaSide, tiktok: VendorServer
) -> None:
    tried = body(tiktok)
    del tried["ad_accounts"]
    answer = side.call("POST /v1/sources/check", caller=OWNER, body=tried)
    assert answer["statusCode"] == 200
    assert [one["id"] for one in answer["json"]["ad_accounts"]] == [FIRST, SECOND]
    assert answer["json"]["ad_accounts"][0]["time_zone"] == "Europe/Oslo"
    assert side.secrets.tokens == {}


def test_a_check_names_the_missing_permission(side: LambdaSide, tiktok: VendorServer) -> None:
    tiktok.application.lacks.add("Reporting")
    tried = body(tiktok)
    del tried["ad_accounts"]
    told = side.call("POST /v1/sources/check", caller=OWNER, body=tried)["json"]
    assert told["can_connect"] is False
    assert "Reporting" in told["reason"]
    assert told["ad_accounts"] == []


def test_one_of_several_ad_accounts_has_to_be_chosen(
    side: LambdaSide, tiktok: VendorServer
) -> None:
    for chosen in (None, [], ["999"]):
        answer = connect(side, tiktok, ad_accounts=chosen)
        assert answer["statusCode"] == 400
        assert f"{SECOND} (Harbor 2)" in answer["json"]["detail"]
    assert side.workshop.accounts.sources(ACCOUNT) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"kind": "myspace_ads"}, "kind"),
        ({"credentials": {"app_id": "1", "secret": "s3cr3t-s3cr3t"}}, "credentials.access_token"),
        ({"credentials": {"pin": "s3cr3t-s3cr3t"}}, "credentials.pin"),
        ({"source": "No such name!"}, "source"),
        ({"api_url": "http://169.254.169.254"}, "api_url"),
        ({"credentials": "s3cr3t-s3cr3t"}, "credentials"),
    ],
)
def test_what_is_wrong_with_a_request_is_named_and_its_value_is_not(
    side: LambdaSide, tiktok: VendorServer, changed: dict[str, object], named: str
) -> None:
    answer = connect(side, tiktok, **changed)
    assert answer["statusCode"] == 400
    assert answer["json"]["detail"].startswith(named)
    assert "s3cr3t" not in answer["body"]
    assert not tiktok.requests


def test_rejected_credentials_are_the_platforms_own_answer(
    side: LambdaSide, tiktok: VendorServer
) -> None:
    tiktok.trouble(Fault.UNAUTHORIZED)
    answer = connect(side, tiktok)
    assert answer["statusCode"] == 400
    assert answer["json"]["type"].endswith("credentials-rejected")


def test_ad_accounts_are_chosen_anew_and_stay_when_it_is_connected_again(
    side: LambdaSide, tiktok: VendorServer
) -> None:
    connect(side, tiktok)
    route = "PUT /v1/sources/{source}/options"
    chosen = side.call(
        route, caller=OWNER, body={"ad_accounts": [SECOND, FIRST]}, source="tiktok_ads"
    )
    assert [one["id"] for one in chosen["json"]["source"]["ad_accounts"]] == [SECOND, FIRST]
    again = side.call(
        "POST /v1/sources/{source}/reconnect",
        caller=OWNER,
        body={"credentials": body(tiktok)["credentials"]},
        source="tiktok_ads",
    )
    assert again["statusCode"] == 201
    assert [one["id"] for one in again["json"]["ad_accounts"]] == [SECOND, FIRST]


def test_a_test_writes_down_how_it_is(side: LambdaSide, tiktok: VendorServer) -> None:
    connect(side, tiktok)
    route = "POST /v1/sources/{source}/test"
    tiktok.trouble(Fault.UNAUTHORIZED)
    told = side.call(route, caller=OWNER, source="tiktok_ads")["json"]
    assert (told["source"]["status"], told["scopes"]) == ("reauthorize", [])
    assert "developer portal" in told["source"]["to_do"]
    tiktok.heal()
    told = side.call(route, caller=OWNER, source="tiktok_ads")["json"]
    assert told["source"]["status"] == "ok"
    assert [one["id"] for one in told["ad_accounts"]] == [FIRST, SECOND]


def test_it_is_paused_resumed_and_removed(side: LambdaSide, tiktok: VendorServer) -> None:
    connect(side, tiktok)
    for route, status in (
        ("POST /v1/sources/{source}/pause", "paused"),
        ("POST /v1/sources/{source}/resume", "ok"),
        ("DELETE /v1/sources/{source}", "removed"),
    ):
        told = side.call(route, caller=OWNER, source="tiktok_ads")["json"]
        assert told["source"]["status"] == status
    assert side.secrets.tokens == {}
    refused = side.call("POST /v1/sources/{source}/test", caller=OWNER, source="tiktok_ads")
    assert refused["statusCode"] == 400


def test_a_name_stays_with_its_kind(side: LambdaSide, tiktok: VendorServer) -> None:
    connect(side, tiktok, source="ads")
    store = {"store": "abc123", "access_token": "t", "source": "ads"}
    assert side.call("POST /v1/sources", caller=OWNER, body=store)["statusCode"] == 400


def test_an_ad_platform_keeps_no_report_waiting_for_its_history(
    side: LambdaSide, tiktok: VendorServer
) -> None:
    connect(side, tiktok)
    side.run_pipeline()
    report = side.call("GET /v1/reports/roi", caller=OWNER)["json"]
    assert report["history"] == "complete"

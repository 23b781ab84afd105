"""A CRM over the routes of sources, by an app whose refresh tokens are good once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.vendors.keap import API_KEY, KeapApplication
from local.vendors.token_desk import APP_CREDENTIALS
from tests.lambda_side import OWNER, logged
from tests.unit.functions.conftest import reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.vendors.server import VendorServer
    from tests.lambda_side import LambdaSide


@pytest.fixture
def keap(side: LambdaSide, monkeypatch: pytest.MonkeyPatch) -> Iterator[VendorServer]:
    with reachable(KeapApplication(), side, monkeypatch) as server:
        yield server


def ask(side: LambdaSide, path: str, keap: VendorServer, **credentials: str) -> dict[str, Any]:
    body = {"kind": "keap", "credentials": credentials, "api_url": keap.url}
    return side.call(path, caller=OWNER, body=body)


def test_what_a_check_has_renewed_connects(
    side: LambdaSide, keap: VendorServer, caplog: pytest.LogCaptureFixture
) -> None:
    check = ask(side, "POST /v1/sources/check", keap, **APP_CREDENTIALS)["json"]
    assert check["can_connect"] is True
    assert check["renewed"].keys() == {"refresh_token"}
    used_up = ask(side, "POST /v1/sources", keap, **APP_CREDENTIALS)
    assert used_up["statusCode"] == 400
    renewed = APP_CREDENTIALS | check["renewed"]
    connected = ask(side, "POST /v1/sources", keap, **renewed)
    assert (connected["statusCode"], connected["json"]["status"]) == (201, "ok")
    assert renewed["refresh_token"] not in connected["body"] + logged(caplog)
    [kept] = side.secrets.tokens.values()
    assert json.loads(kept)["refresh_token"] == keap.application.desk.refresh_token  # type: ignore[attr-defined]  # of an application with a desk


def test_a_key_renews_nothing(side: LambdaSide, keap: VendorServer) -> None:
    check = ask(side, "POST /v1/sources/check", keap, api_key=API_KEY)["json"]
    assert (check["can_connect"], check["renewed"]) == (True, {})


@pytest.mark.parametrize("given", [{}, {"client_id": "a", "refresh_token": "b"}, {"api_key": " "}])
def test_neither_a_key_nor_a_whole_app_is_refused(
    side: LambdaSide, keap: VendorServer, given: dict[str, str]
) -> None:
    answer = ask(side, "POST /v1/sources", keap, **given)
    assert answer["statusCode"] == 400
    wanted = "needs api_key; or client_id and client_secret and refresh_token"
    assert wanted in answer["json"]["detail"]

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

import pytest

from headwater.runtime.accessing import session_ports
from headwater.usecases.authorize_request import COOKIE, hash_of_key
from headwater.usecases.manage_sessions import invite
from headwater.usecases.ports import ApiKey
from tests.lambda_side import OWNER, http_event, logged, sample
from tests.workshop import ACCOUNT

if TYPE_CHECKING:
    from tests.lambda_side import LambdaSide

OPEN, OUT = "POST /v1/sign-in/{token}", "POST /v1/sign-out"
HOST = sample("open_session")["headers"]["host"]
OWN = {"origin": f"https://{HOST}"}


@pytest.fixture
def token(side: LambdaSide) -> str:
    assert side.workshop
    text, _ = invite(ACCOUNT, "Kim", days=30, hours=24, created_by="key 1", ports=session_ports())
    return text


def signed_in(side: LambdaSide, token: str) -> dict[str, Any]:
    return side.call(OPEN, headers=OWN, token=token)


def session_of(side: LambdaSide) -> ApiKey:
    (session,) = side.workshop.access.cookies.values()
    return session


def test_the_sample_is_answered(side: LambdaSide) -> None:
    assert side.invoke("open_session", sample("open_session"))["statusCode"] == 404


def test_the_button_of_a_link_sets_a_cookie_that_no_script_reads(
    side: LambdaSide, token: str
) -> None:
    answer = signed_in(side, token)
    assert answer["statusCode"] == 201
    (text,) = answer["cookies"]
    cookie = SimpleCookie(text)[COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == ("/", "Lax", "")
    assert int(cookie["max-age"]) == 30 * 86_400
    assert hash_of_key(cookie.value) in side.workshop.access.cookies
    assert cookie.value not in answer["body"]
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert answer["json"]["session"]["state"] == "open"


def test_a_link_lets_in_once(side: LambdaSide, token: str) -> None:
    signed_in(side, token)
    again = signed_in(side, token)
    assert again["statusCode"] == 404
    assert again["cookies"] == []
    assert "Ask for a new one" in again["json"]["detail"]


def test_opening_the_page_uses_nothing_up(side: LambdaSide, token: str) -> None:
    for _ in range(3):
        page = side.call("GET /v1/sign-in/{token}", token=token)
        assert page["statusCode"] == 200
        assert token not in page["body"]
        assert page["cookies"] == []
    assert signed_in(side, token)["statusCode"] == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": f"http://{HOST}"},
        {"origin": f"https://{HOST}.evil.example"},
        {"origin": f"https://{HOST}:8443"},
        {"origin": HOST},
        {"host": "", "origin": "https://"},
    ],
)
def test_no_other_site_signs_anybody_in(
    side: LambdaSide, token: str, headers: dict[str, str]
) -> None:
    answer = side.call(OPEN, headers=headers, token=token)
    assert answer["statusCode"] == 403
    assert answer["json"]["type"].endswith("foreign-origin")
    assert signed_in(side, token)["statusCode"] == 201


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566", "[::1]:4566"])
def test_on_this_machine_plain_http_is_our_own_too(side: LambdaSide, token: str, host: str) -> None:
    headers = {"host": host, "origin": f"http://{host}"}
    assert side.call(OPEN, headers=headers, token=token)["statusCode"] == 201


def test_signing_out_ends_the_session_and_takes_the_cookie(side: LambdaSide, token: str) -> None:
    signed_in(side, token)
    answer = side.call(OUT, caller=session_of(side), headers=OWN)
    assert answer["statusCode"] == 200
    assert "Max-Age=0" in answer["cookies"][0]
    assert side.workshop.access.cookies == {}


def test_a_key_signs_out_of_nothing(side: LambdaSide) -> None:
    assert side.call(OUT, caller=OWNER, headers=OWN)["statusCode"] == 400


def test_with_a_cookie_no_other_site_changes_anything_but_all_may_link_to_reports(
    reported: LambdaSide,
) -> None:
    kim = ApiKey(ACCOUNT, "marketer", "5d41", "session")
    foreign = {"origin": "https://evil.example"}
    for route, body in (
        (OUT, None),
        ("POST /v1/views", {"name": "Channels", "report": "roi"}),
        ("POST /v1/validations", {"url": "https://shop.example/", "kind": "lead"}),
    ):
        for headers in (foreign, {}):
            answer = reported.call(route, caller=kim, headers=headers, body=body)
            assert answer["statusCode"] == 403
    assert reported.call("GET /v1/reports", caller=kim, headers=foreign)["statusCode"] == 200
    made = reported.call(
        "POST /v1/views", caller=kim, headers=OWN, body={"name": "Channels", "report": "roi"}
    )
    assert made["statusCode"] == 201


def test_a_key_needs_no_origin(reported: LambdaSide) -> None:
    body = {"name": "Channels", "report": "roi"}
    answer = reported.call("POST /v1/views", caller=OWNER, body=body)
    assert answer["statusCode"] == 201


@pytest.mark.parametrize("path", ["/v1/home", "/v1/sign-in/x"])
def test_a_page_runs_its_own_script_and_talks_to_its_own_origin_alone(
    side: LambdaSide, path: str
) -> None:
    route = "GET /v1/home" if path == "/v1/home" else "GET /v1/sign-in/{token}"
    page = side.call(route, token="x")
    policy = page["headers"]["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page["headers"]["Referrer-Policy"] == "no-referrer"
    # Nothing of anybody else's: no address but relative ones.
    assert not re.search(r"""src=|href="/|https?://""", page["body"])


def test_neither_link_nor_cookie_is_logged(
    side: LambdaSide, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = signed_in(side, token)
    secret = SimpleCookie(answer["cookies"][0])[COOKIE].value
    side.invoke("open_session", http_event("GET /v1/sign-in/{token}", None, token=token))
    assert "signed in" in logged(caplog)
    assert token not in logged(caplog)
    assert secret not in logged(caplog)

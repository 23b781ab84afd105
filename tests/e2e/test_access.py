"""Keys and sign-ins stop at once; what they change comes from our own pages and is written down."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from tests.e2e.conftest import System


COOKIE = "__Host-hw_session"


def by_cookie(
    system: System, method: str, path: str, cookie: str = "", **headers: str
) -> requests.Response:
    """Call the reports API as a browser does."""
    sent = headers | ({"Cookie": f"theme=dark; {COOKIE}={cookie}"} if cookie else {})
    return requests.request(method, system.stack.reports_url + path, headers=sent, timeout=60)


def own_origin(system: System) -> dict[str, str]:
    return {"Origin": f"http://{urlsplit(system.stack.reports_url).netloc}"}


def entries_of(system: System, word: str) -> list[dict[str, Any]]:
    rows = system.get("/v1/audit", limit="1000")["rows"]
    return [row for row in rows if word in row["subject"] + row["note"] + row["actor"]["id"]]


def test_a_key_works_until_it_is_rotated_or_removed_and_not_a_request_longer(
    connected: System,
) -> None:
    made = connected.post("/v1/keys", {"role": "marketer", "label": "e2e sheet"})
    key = made["key"]["id"]

    def status(secret: str) -> int:
        return connected.call("GET", "/v1/views", key=secret).status_code

    assert status(made["secret"]) == 200
    rotated = connected.post(f"/v1/keys/{key}/rotate", {})
    assert (status(made["secret"]), status(rotated["secret"])) == (403, 200)
    late = connected.post(f"/v1/keys/{key}/rotate", {"grace_hours": 1})
    assert (status(rotated["secret"]), status(late["secret"])) == (200, 200)
    assert connected.call("DELETE", f"/v1/keys/{key}").ok
    assert (status(rotated["secret"]), status(late["secret"])) == (403, 403)
    assert [row["action"] for row in entries_of(connected, key)] == [
        "DELETE /v1/keys/{key}",
        "POST /v1/keys/{key}/rotate",
        "POST /v1/keys/{key}/rotate",
        "POST /v1/keys",
    ]


def test_a_marketer_signs_in_by_a_link_reads_and_is_shut_out(connected: System) -> None:
    link = connected.post("/v1/sign-in-links", {"label": "e2e Kim", "days": 2})
    path, own = link["path"], own_origin(connected)
    assert by_cookie(connected, "GET", path).text.startswith("<!doctype html>")
    assert by_cookie(connected, "POST", path).status_code == 403
    entered = by_cookie(connected, "POST", path, **own)
    assert entered.status_code == 201, entered.text
    cookie = SimpleCookie(entered.headers["Set-Cookie"])[COOKIE].value
    assert by_cookie(connected, "POST", path, **own).status_code == 404
    assert by_cookie(connected, "GET", "/v1/reports", cookie).ok
    assert by_cookie(connected, "GET", "/v1/keys", cookie).status_code == 403
    foreign = by_cookie(connected, "POST", "/v1/sign-out", cookie, Origin="https://evil.example")
    assert foreign.json()["type"].endswith("foreign-origin")
    session = link["session"]["id"]
    assert connected.call("DELETE", f"/v1/sessions/{session}").ok
    assert by_cookie(connected, "GET", "/v1/reports", cookie).status_code == 403
    assert [(row["action"], row["outcome"]) for row in entries_of(connected, session)] == [
        ("DELETE /v1/sessions/{session}", "done"),
        ("sign in", "done"),
        ("POST /v1/sign-in-links", "done"),
    ]


def test_a_marketer_signs_out(connected: System) -> None:
    link = connected.post("/v1/sign-in-links", {"label": "e2e Lee"})
    own = own_origin(connected)
    entered = by_cookie(connected, "POST", link["path"], **own)
    cookie = SimpleCookie(entered.headers["Set-Cookie"])[COOKIE].value
    left = by_cookie(connected, "POST", "/v1/sign-out", cookie, **own)
    assert left.ok, left.text
    assert "Max-Age=0" in left.headers["Set-Cookie"]
    assert by_cookie(connected, "GET", "/v1/reports", cookie).status_code == 403

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headwater
from headwater.domain.rate_limits import RateLimits
from headwater.domain.sites import Site, Sites
from headwater.errors import StoreUnavailableError
from headwater.usecases.browser_answers import Answer, Request
from headwater.usecases.collect_hits import collect_hits, truncated_ip
from tests.fakes import FakeClock, FakeHitQueue

ORIGIN = "https://www.shop.example"
HIT = {"type": "page", "id": "e1", "session": "s1", "url": f"{ORIGIN}/?utm_source=google"}
SITES = Sites.from_document(
    {
        "hw_pub_1": {"account": "acme", "source": "shop", "origins": [ORIGIN + "/"]},
        "hw_pub_2": {"account": "other", "source": "shop", "origins": ["https://other.example"]},
    }
)


def _envelope(**fields: object) -> str:
    envelope = {"v": 1, "key": "hw_pub_1", "sent": 1795269600000, "visitor": "v1", "events": [HIT]}
    return json.dumps(envelope | fields)


def _post(body: str, **headers: str) -> Request:
    agent = {"origin": ORIGIN, "host": "t.shop.example", "user-agent": "Mozilla/5.0"}
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("POST", "/e", headers=agent | headers, body=body, source_ip="192.0.2.77")


def _without(request: Request, header: str) -> Request:
    kept = {name: value for name, value in request.headers.items() if name != header}
    return replace(request, headers=kept)


def _collect(request: Request, queue: FakeHitQueue | None = None) -> Answer:
    return collect_hits(
        request,
        sites=lambda: SITES,
        queue=queue or FakeHitQueue(),
        clock=FakeClock(),
        limits=RateLimits(per_second=100),
    )


def _queued(request: Request) -> dict[str, Any]:
    queue = FakeHitQueue()
    _collect(request, queue)
    [message] = queue.messages
    document: dict[str, Any] = json.loads(message)
    return document


def test_hits_are_queued_with_what_the_edge_knows_of_their_sender() -> None:
    assert _queued(_post(_envelope())) == {
        "account": "acme",
        "source": "shop",
        "received_at": "2026-11-21T14:00:00+00:00",
        "sent": 1795269600000,
        "visitor": "v1",
        "user_agent": "Mozilla/5.0",
        "ip_truncated": "192.0.2.0/24",
        "gpc": False,
        "trust": "origin-ok",
        "consent": "",
        "events": [HIT],
    }


def test_the_answer_has_no_content_and_is_not_stored() -> None:
    answer = _collect(_post(_envelope()))
    assert (answer.status, answer.body, answer.hits) == (HTTPStatus.NO_CONTENT, "", 1)
    assert answer.headers["cache-control"] == "no-store"


def test_a_body_in_base64_is_decoded() -> None:
    encoded = base64.b64encode(_envelope(visitor="v2").encode()).decode()
    assert _queued(replace(_post(encoded), is_base64=True))["visitor"] == "v2"


def test_a_registered_origin_is_echoed_with_credentials() -> None:
    headers = _collect(_post(_envelope())).headers
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "request_",
    [
        _post("{"),
        _post(_envelope(key="unknown")),
        _post("x" * 70_000),
        Request("GET", "/nowhere", headers={"origin": ORIGIN}),
        Request("PUT", "/e", headers={"origin": ORIGIN}),
        Request("OPTIONS", "/e", headers={"origin": ORIGIN}),
        Request("GET", "/p.gif", headers={"origin": ORIGIN}),
    ],
)
def test_every_answer_to_a_registered_origin_lets_its_script_read_it(request_: Request) -> None:
    headers = _collect(request_).headers
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-allow-credentials"] == "true"


def test_a_page_of_somebody_else_is_refused() -> None:
    queue = FakeHitQueue()
    answer = _collect(_post(_envelope(), origin="https://evil.example"), queue)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert json.loads(answer.body)["detail"] == "origin: not registered for this key"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert not queue.messages


def test_the_origin_of_another_account_is_refused() -> None:
    answer = _collect(_post(_envelope(), origin="https://other.example"))
    assert answer.status == HTTPStatus.FORBIDDEN


def test_hits_without_an_origin_are_taken_and_marked() -> None:
    assert _queued(_without(_post(_envelope()), "origin"))["trust"] == "origin-missing"


def test_an_unknown_key_is_refused_and_says_so() -> None:
    queue = FakeHitQueue()
    answer = _collect(_post(_envelope(key="hw_pub_9")), queue)
    assert (answer.status, answer.reason) == (HTTPStatus.FORBIDDEN, "key: unknown")
    assert not queue.messages


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not JSON"),
        ('{"v":1', "not JSON"),
        ("[" * 60_000, "not JSON"),
        ('{"v":NaN}', "not JSON"),
        ("[]", "not a JSON object"),
        (_envelope(v=2), "v: not 1"),
        (_envelope(key=7), "key"),
        (_envelope(sent=None), "sent"),
        (_envelope(sent=True), "sent"),
        (_envelope(events=[]), "events"),
        (_envelope(events=[HIT] * 51), "events"),
        (_envelope(events={"0": HIT}), "events"),
        (_envelope().replace("1795269600000", "1e999"), "too large"),
        (_envelope(events=[{"order_id": 2**64}]), "too large"),
        (_envelope(events=[json.loads("[" * 30 + "]" * 30)]), "nested"),
    ],
)
def test_what_cannot_be_read_is_refused_and_kept(body: str, reason: str) -> None:
    queue = FakeHitQueue()
    answer = _collect(_post(body), queue)
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert reason in json.loads(answer.body)["detail"]
    [message] = queue.messages
    rejected = json.loads(message)["rejected"]
    assert rejected == {"reason": answer.reason, "raw": body[:1024]}


def test_an_unreadable_text_is_kept_for_the_account_whose_key_stands_in_it() -> None:
    assert _queued(_post(_envelope()[:-3]))["account"] == "acme"
    assert _queued(_post("{"))["account"] == "_unidentified"


def test_bytes_that_are_no_text_are_kept_as_well_as_they_can_be() -> None:
    body = base64.b64encode(b'{"v":1,\xff').decode()
    assert _queued(replace(_post(body), is_base64=True))["rejected"]["raw"] == '{"v":1,�'
    assert _queued(replace(_post("&&&"), is_base64=True))["rejected"]["raw"] == "&&&"


@pytest.mark.parametrize("is_base64", [True, False])
def test_a_body_over_64_kb_is_refused_and_its_beginning_kept(*, is_base64: bool) -> None:
    text = _envelope(events=[{"id": "x" * 65_536}])
    body = base64.b64encode(text.encode()).decode() if is_base64 else text
    queue = FakeHitQueue()
    answer = _collect(replace(_post(body), is_base64=is_base64), queue)
    assert answer.status == 413
    [message] = queue.messages
    assert json.loads(message)["rejected"]["raw"] == text[:1024]


@pytest.mark.parametrize("body", [_envelope(), "{"])
def test_when_the_queue_refuses_the_browser_keeps_its_hits(body: str) -> None:
    answer = _collect(_post(body), FakeHitQueue(is_down=True))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_a_browser_that_asks_not_to_be_followed_is_marked_and_gets_no_cookie() -> None:
    request = _post(_envelope(), sec_gpc="1")
    assert _queued(request)["gpc"] is True
    assert _collect(request).cookies == ()


def test_hits_of_a_shopper_who_did_not_agree_are_marked_and_he_gets_no_cookie() -> None:
    answer = _collect(_post(_envelope(consent="denied")))
    assert (answer.status, answer.hits, answer.cookies) == (HTTPStatus.NO_CONTENT, 1, ())
    assert answer.headers["x-reason"] == "consent: not given, kept without ids"
    assert _queued(_post(_envelope(consent="denied")))["consent"] == "denied"
    assert _queued(_post(_envelope(consent={"ads": 1})))["consent"] == "unreadable"
    assert _collect(_post(_envelope(consent="granted"))).cookies


@pytest.mark.parametrize(
    "request_",
    [_post(_envelope(consent="denied")), _post(_envelope(), sec_gpc="1")],
    ids=["consent", "gpc"],
)
def test_who_does_not_want_to_be_followed_loses_the_cookie_that_he_has(request_: Request) -> None:
    [cookie] = _collect(replace(request_, cookies=("a=b", "_hwid=v1"))).cookies
    assert cookie.startswith("_hwid=; Domain=shop.example;")
    assert "Max-Age=0" in cookie


@pytest.mark.parametrize(
    "request_",
    [
        _post('{"consent": "denied", "visitor": "v1"'),
        _post('{"visitor": "v1"', sec_gpc="1"),
        _post("v1" * 40_000, sec_gpc="1"),
    ],
)
def test_of_an_unreadable_text_only_the_reason_is_kept_where_nobody_may_be_followed(
    request_: Request,
) -> None:
    rejected = _queued(request_)["rejected"]
    assert rejected["raw"] == ""
    assert rejected["reason"]


def test_the_cookie_is_set_again_as_the_script_wrote_it() -> None:
    [cookie] = _collect(replace(_post(_envelope()), cookies=("_hwid=1.v1.1795269600",))).cookies
    assert cookie.startswith("_hwid=1.v1.1795269600; ")
    [cookie] = _collect(replace(_post(_envelope()), cookies=("_hwid=someone-else",))).cookies
    assert cookie.startswith("_hwid=v1; ")


def test_the_visitors_cookie_is_set_again_for_the_domain_of_the_shop() -> None:
    [cookie] = _collect(_post(_envelope())).cookies
    name, *attributes = cookie.split("; ")
    assert name == "_hwid=v1"
    assert {"Domain=shop.example", "Secure", "SameSite=Lax", "Path=/"} < set(attributes)


@pytest.mark.parametrize(
    "request_",
    [
        _post(_envelope(), host="collector.elsewhere.example"),
        _post(_envelope(), host="127.0.0.1:8000"),
        _post(_envelope(visitor="")),
        _post(_envelope(visitor="v1; Domain=evil.example")),
        _post(_envelope(visitor={"id": "v1"})),
        _without(_post(_envelope()), "origin"),
    ],
)
def test_no_cookie_without_a_shared_domain_and_a_plain_id(request_: Request) -> None:
    answer = _collect(request_)
    assert (answer.status, answer.cookies) == (HTTPStatus.NO_CONTENT, ())


def _pixel(query: str, **headers: str) -> Request:
    return Request("GET", "/p.gif", query=query, headers=headers, source_ip="2001:db8:1:2::3")


def test_the_pixel_is_a_gif_and_a_page_view() -> None:
    request = _pixel("key=hw_pub_1&id=e1&url=https%3A%2F%2Fwww.shop.example%2F%3Fa%3Db&visitor=v1")
    answer = _collect(request)
    assert (answer.status, answer.headers["content-type"]) == (HTTPStatus.OK, "image/gif")
    assert "no-store" in answer.headers["cache-control"]
    gif = base64.b64decode(answer.body)
    assert (gif[:6], len(gif)) == (b"GIF89a", 43)
    message = _queued(request)
    assert message["events"][0]["url"] == "https://www.shop.example/?a=b"
    assert (message["visitor"], message["ip_truncated"]) == ("v1", "2001:db8:1::/48")
    assert message["trust"] == "origin-missing"


def test_the_pixel_takes_the_page_from_the_referer_header() -> None:
    message = _queued(_pixel("key=hw_pub_1", referer=f"{ORIGIN}/shoes"))
    assert message["events"][0]["url"] == f"{ORIGIN}/shoes"
    assert message["trust"] == "origin-ok"
    assert len(message["events"][0]["id"]) == 32


def test_the_pixel_of_an_unknown_site_is_a_gif_and_nothing_else() -> None:
    queue = FakeHitQueue()
    answer = _collect(_pixel("key=nobody"), queue)
    assert (answer.headers["content-type"], answer.reason) == ("image/gif", "key: unknown")
    assert not queue.messages


def test_a_preflight_is_answered_for_two_hours() -> None:
    answer = _collect(Request("OPTIONS", "/e", headers={"origin": ORIGIN}))
    assert answer.status == HTTPStatus.NO_CONTENT
    assert answer.headers["access-control-max-age"] == "7200"
    assert "content-type" in answer.headers["access-control-allow-headers"]


def test_health_and_robots_are_answered() -> None:
    assert _collect(Request("GET", "/healthz")).status == HTTPStatus.OK
    assert "Disallow: /" in _collect(Request("GET", "/robots.txt")).body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/x", 404), ("GET", "/e", 405), ("DELETE", "/p.gif", 405)],
)
def test_other_requests_find_nothing(method: str, path: str, status: int) -> None:
    assert _collect(Request(method, path)).status == status


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:abcd:12::1", "2001:db8:abcd::/48"),
        ("::1", "::/48"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_an_address_is_kept_as_its_network(address: str, network: str) -> None:
    assert truncated_ip(address) == network


def _edge(limits: RateLimits, clock: FakeClock, queue: FakeHitQueue) -> dict[str, Any]:
    return {"sites": lambda: SITES, "queue": queue, "clock": clock, "limits": limits}


def test_a_store_that_sends_too_much_is_told_when_to_come_back_and_loses_nothing() -> None:
    limits, clock, queue = RateLimits(per_second=1), FakeClock(), FakeHitQueue()
    ten = _post(_envelope(events=[HIT] * 10))
    assert collect_hits(ten, **_edge(limits, clock, queue)).status == HTTPStatus.NO_CONTENT
    answer = collect_hits(ten, **_edge(limits, clock, queue))
    assert (answer.status, answer.hits, answer.headers["retry-after"]) == (429, 0, "10")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    clock.advance(timedelta(seconds=10))
    assert collect_hits(ten, **_edge(limits, clock, queue)).hits == 10
    assert len(queue.messages) == 2


def test_one_stores_flood_leaves_room_for_the_others() -> None:
    limits, clock, queue = RateLimits(per_second=1), FakeClock(), FakeHitQueue()
    flood = _post(_envelope(events=[HIT] * 10))
    other = _post(_envelope(key="hw_pub_2"), origin="https://other.example")
    for _ in range(3):
        collect_hits(flood, **_edge(limits, clock, queue))
    assert collect_hits(other, **_edge(limits, clock, queue)).hits == 1


def test_rubbish_is_limited_as_well() -> None:
    limits, clock, queue = RateLimits(per_second=1), FakeClock(), FakeHitQueue()
    statuses = [collect_hits(_post("{"), **_edge(limits, clock, queue)).status for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    assert collect_hits(_post(_envelope()), **_edge(limits, clock, queue)).hits == 1


def test_a_store_may_have_a_limit_of_its_own() -> None:
    document = {"account": "acme", "source": "shop", "origins": [ORIGIN], "hits_per_second": 5}
    edge = _edge(RateLimits(per_second=1), FakeClock(), FakeHitQueue())
    edge["sites"] = lambda: Sites.from_document({"hw_pub_1": document})
    assert collect_hits(_post(_envelope(events=[HIT] * 50)), **edge).hits == 50
    assert collect_hits(_post(_envelope()), **edge).headers["retry-after"] == "1"


def test_a_site_that_is_new_is_looked_for_before_its_hits_are_refused() -> None:
    queue = FakeHitQueue()
    edge = _edge(RateLimits(per_second=100), FakeClock(), queue)
    older = Sites({})
    known = edge | {"sites": lambda: older, "newer_sites": lambda: SITES}
    answer = collect_hits(_post(_envelope()), **known)
    assert (answer.status, answer.hits) == (HTTPStatus.NO_CONTENT, 1)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert len(queue.messages) == 1


def test_a_page_that_is_new_is_looked_for_too() -> None:
    moved = Sites({"hw_pub_1": Site("acme", "shop", frozenset({"https://before.example"}))})
    edge = _edge(RateLimits(per_second=100), FakeClock(), FakeHitQueue())
    asked: list[int] = []

    def newer() -> Sites:
        asked.append(1)
        return SITES

    known = edge | {"sites": lambda: moved, "newer_sites": newer}
    assert collect_hits(_post(_envelope()), **known).hits == 1
    assert collect_hits(_post(_envelope()), **known | {"sites": lambda: SITES}).hits == 1
    assert len(asked) == 1


def test_whoever_is_in_no_list_is_refused() -> None:
    edge = _edge(RateLimits(per_second=100), FakeClock(), FakeHitQueue())
    answer = collect_hits(_post(_envelope(key="none")), **edge | {"newer_sites": lambda: SITES})
    assert (answer.status, answer.reason) == (HTTPStatus.FORBIDDEN, "key: unknown")


def test_without_the_list_of_sites_the_browser_keeps_its_hits() -> None:
    def unreadable() -> Sites:
        message = "AWS does not answer"
        raise StoreUnavailableError(message)

    edge = _edge(RateLimits(per_second=1), FakeClock(), FakeHitQueue())
    answer = collect_hits(_post(_envelope()), **edge | {"sites": unreadable})
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("request_", [_post("{"), _post(_envelope(key="nobody")), _pixel("key=x")])
def test_a_refusal_says_why_in_a_header_that_scripts_may_read(request_: Request) -> None:
    answer = _collect(request_)
    assert answer.headers["x-reason"] == answer.reason != ""
    assert "x-reason" in answer.headers["access-control-expose-headers"]


@given(
    body=st.text() | st.binary().map(lambda raw: raw.decode("latin-1")),
    method=st.sampled_from(["GET", "POST", "OPTIONS", "PUT"]),
    path=st.sampled_from(["/e", "/p.gif", "/", "/healthz"]) | st.text(),
    query=st.text(),
    origin=st.sampled_from([ORIGIN, ""]) | st.text(),
    is_base64=st.booleans(),
)
def test_no_request_breaks_the_edge(
    *, body: str, method: str, path: str, query: str, origin: str, is_base64: bool
) -> None:
    headers = {"origin": origin, "user-agent": body, "referer": query, "host": origin}
    request = Request(method, path, query, headers, body, is_base64, body)
    queue = FakeHitQueue()
    answer = _collect(request, queue)
    assert 200 <= answer.status < 500
    for message in queue.messages:
        assert message.isascii()


def test_the_edge_imports_the_standard_library_alone() -> None:
    program = (
        "import sys; before = set(sys.modules); import headwater.usecases.collect_hits;"
        "print('\\n'.join({m.partition('.')[0] for m in set(sys.modules) - before}))"
    )
    root = Path(headwater.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {program}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert set(done.stdout.split()) <= {"headwater"} | sys.stdlib_module_names

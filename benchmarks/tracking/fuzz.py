"""Inputs that no browser sends, through the edge and the worker, and what must hold for each.

No answer is a 5xx. What the edge takes is stored, withheld for privacy or kept with its reason,
hit by hit; what it cannot read is kept too. What comes twice is stored once.
"""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

from headwater.domain.deliveries import LARGEST_MESSAGE, Delivery, read_message
from headwater.domain.hits import read_hits
from headwater.domain.rate_limits import RateLimits
from headwater.domain.sites import Site, Sites
from headwater.usecases.browser_answers import Request
from headwater.usecases.collect_hits import collect_hits
from headwater.usecases.record_hits import QueuedMessage, record_hits
from tests.fakes import FakeClock, FakeHitQueue, FakeJourneys, FakeLake, FakeMarks, FakeValidations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ORIGIN = "https://shop.example"
_SITES = Sites({"k1": Site("acme", "shop", frozenset({_ORIGIN}))})
_SERVER_ERROR = 500
_KEPT = frozenset({400, 413})
# Of this share of the inputs every message is delivered twice.
_REDELIVERED = 0.2
_STRANGE: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 1e300, 2**62, "", "x", "\x00", "\ud800", "é" * 40, "a#b", [], {}),
    *(
        [1, [2]],
        {"a": {"b": None}},
        "0" * 600,
        "javascript:alert(1)",
        "https://[::1",
        "\x7f" * 30_000,
    ),
)
_FIELDS = ("v", "key", "sent", "visitor", "consent", "events")
_EVENT_FIELDS = (
    *("type", "id", "session", "visitor", "created", "url", "referrer", "kind", "form", "email"),
    *("email_sha256", "order_id", "page_type", "unheard_of"),
)


def draw_requests(count: int, seed: int) -> Iterator[Request]:
    """Yield requests: some as a browser sends them, most of them broken in some way."""
    rng = Random(seed)
    for number in range(count):
        yield _request(rng, number)


def check_request(request: Request, *, twice: bool) -> str:
    """Send a request through edge and worker; return which promise is broken, or nothing."""
    queue = FakeHitQueue()
    answer = collect_hits(
        request,
        sites=lambda: _SITES,
        queue=queue,
        clock=FakeClock(),
        limits=RateLimits(per_second=1000),
    )
    if answer.status >= _SERVER_ERROR:
        return f"the edge answers {answer.status}"
    if answer.status in _KEPT and len(queue.messages) != 1:
        return "a text that cannot be read is lost"
    if any(len(body) > LARGEST_MESSAGE for body in queue.messages):
        return "a message is larger than the queue takes"
    told = sum(map(_accounted_for, queue.messages))
    if told != (len(queue.messages) if answer.status in _KEPT else answer.hits):
        return f"{answer.hits} hits were taken, and {told} are accounted for"
    return _check_worker(queue.messages, twice=twice)


def _check_worker(bodies: Sequence[str], *, twice: bool) -> str:
    lake, journeys = FakeLake(), FakeJourneys()
    messages = [QueuedMessage(str(n), body) for n, body in enumerate(bodies)]
    ports: dict[str, Any] = {
        "journeys": journeys,
        "lake": lake,
        "marks": FakeMarks(),
        "tests": FakeValidations(),
    }
    if record_hits(messages, **ports, clock=FakeClock()).failed:
        return "the worker asks for a message again"
    if twice:
        again = record_hits(messages, **ports, clock=FakeClock())
        if again.recorded or again.failed:
            return "what came twice is stored twice"
    return ""


def fuzz(count: int, seed: int) -> list[str]:
    """Return the promises that inputs break, with the inputs."""
    rng = Random(seed)
    broken = []
    for request in draw_requests(count, seed):
        try:
            found = check_request(request, twice=rng.random() < _REDELIVERED)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            found = f"{type(error).__name__}: {error}"
        if found:
            broken.append(f"{found}: {request!r}")
    return broken


def _accounted_for(body: str) -> int:
    """Return how many hits of a message are stored, withheld or kept with a reason."""
    delivery = read_message(body)
    if not isinstance(delivery, Delivery):
        return 1
    hits = read_hits(delivery)
    signed_up = {opt_in.opt_in_id for opt_in in hits.opt_ins}
    named = sum(link.event_id not in signed_up for link in hits.identifications)
    kept = len(hits.touchpoints) + len(hits.opt_ins) + len(hits.claims) + len(hits.rejected)
    return kept + named + hits.withheld


def _request(rng: Random, number: int) -> Request:
    headers = {"origin": _ORIGIN, "user-agent": "Mozilla/5.0 (X11)", "host": "t.shop.example"}
    if _one_in(rng, 5):
        name = rng.choice(("origin", "user-agent", "host", "referer", "sec-gpc"))
        headers[name] = rng.choice(("", "1", "null", "\x00", "é", "https://[::1", "x" * 9000))
    if _one_in(rng, 10):
        query = _text(rng) if _one_in(rng, 2) else f"key=k1&id=e{number}&url={_ORIGIN}/"
        return Request("GET", "/p.gif", _mangled(rng, query), headers, source_ip=_text(rng))
    body, is_base64 = _body(rng, number), _one_in(rng, 10)
    if is_base64 and not _one_in(rng, 5):
        body = base64.b64encode(body.encode("utf-8", "replace")).decode()
    return Request("POST", "/e", "", headers, body, is_base64, "192.0.2.7")


def _body(rng: Random, number: int) -> str:
    if _one_in(rng, 20):
        return _text(rng)
    envelope = _envelope(rng, number)
    if _one_in(rng, 2):
        _spoil(rng, envelope)
    text = json.dumps(envelope)
    return _mangled(rng, text) if _one_in(rng, 5) else text


def _envelope(rng: Random, number: int) -> dict[str, Any]:
    return {
        "v": 1,
        "key": "k1",
        "sent": 1_795_269_600_000 + rng.randint(-(10**9), 10**9),
        "visitor": f"v{rng.randint(1, 9)}",
        "events": [_event(rng, f"{number}-{n}") for n in range(rng.randint(1, 4))],
    }


def _event(rng: Random, name: str) -> dict[str, Any]:
    return {
        "type": rng.choice(("page", "page", "identify", "optin", "order")),
        "id": f"e{name}",
        "session": f"s{rng.randint(1, 9)}",
        "created": 1_795_269_600_000 + rng.randint(-(10**9), 10**9),
        "url": f"{_ORIGIN}/shoes?utm_source=google&gclid=Ab#x",
        "kind": "form",
        "email": "ann@example.com",
        "order_id": rng.randint(1, 10**6),
    }


def _spoil(rng: Random, envelope: dict[str, Any]) -> None:
    """Put strange values where good ones stood."""
    for _ in range(rng.randint(1, 3)):
        events = envelope["events"]
        if _one_in(rng, 3) or not isinstance(events, list):
            envelope[rng.choice(_FIELDS)] = _strange(rng)
            continue
        place = rng.randrange(len(events) or 1)
        if _one_in(rng, 5) or not events or not isinstance(events[place], dict):
            events[place : place + 1] = [_strange(rng)]
        else:
            events[place][rng.choice(_EVENT_FIELDS)] = _strange(rng)


def _strange(rng: Random) -> Any:  # noqa: ANN401 - any JSON value
    # A copy, for it may be put into itself.
    return deepcopy(rng.choice(_STRANGE))


def _mangled(rng: Random, text: str) -> str:
    """Cut, double or replace a part of a text."""
    start = rng.randrange(len(text) + 1)
    end = min(len(text), start + rng.randint(0, 20))
    middle = rng.choice(("", text[start:end] * 2, _text(rng), '"', "}", "%", "\\"))
    return text[:start] + middle + ("" if _one_in(rng, 3) else text[end:])


def _one_in(rng: Random, count: int) -> bool:
    return rng.randrange(count) == 0


def _text(rng: Random) -> str:
    return "".join(chr(rng.choice((rng.randint(0, 127), rng.randint(0, 0xFFFF)))) for _ in range(8))

"""The collector: the edge that takes hits, and the worker that records them, against json.loads."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.lines import Line
from benchmarks.timing import best_of
from headwater.domain.rate_limits import RateLimits
from headwater.domain.sites import Site, Sites
from headwater.usecases.browser_answers import Request
from headwater.usecases.collect_hits import collect_hits
from headwater.usecases.record_hits import QueuedMessage, record_hits
from tests.fakes import FakeClock, FakeHitQueue, FakeJourneys, FakeLake, FakeMarks, FakeValidations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.scale import Scale

_SEED = 20_261_121
# 2026-11-21T14:00 in ms since 1970, as a browser's clock says it.
_NOW_MS = 1_795_269_600_000
_ORIGIN = "https://www.shop.example"
_SITES = Sites({"hw_pub_1": Site("acme", "shop", frozenset({_ORIGIN}))})
_USER_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
_MOST_HITS_PER_REQUEST = 3
_EDGE_BUDGET_US, _WORKER_BUDGET_US = 500, 1000
_FLOOR = "json.loads of the body"


def measure(scale: Scale) -> list[Line]:
    """Measure what one hit costs at the edge, and what one event costs in the worker."""
    posts = list(_draw_posts(scale.hits))
    hits = sum(len(post["events"]) for post in posts)
    requests = [_request(post) for post in posts]
    messages = [QueuedMessage(str(n), _message(post)) for n, post in enumerate(posts)]
    edge_floor, edge, worker_floor, worker = best_of(
        scale.rounds * 3,
        lambda: _parse(request.body for request in requests),
        lambda: _collect(requests, hits),
        lambda: _parse(message.body for message in messages),
        lambda: _record(messages),
    )
    return [
        Line(
            f"collector: edge, {hits:,} hits",
            edge.cpu / hits * 1e6,
            "CPU us/hit",
            edge.cpu / edge_floor.cpu,
            _FLOOR,
            f"< {_EDGE_BUDGET_US} us",
            is_over=edge.cpu / hits * 1e6 > _EDGE_BUDGET_US,
        ),
        Line(
            f"collector: worker, {hits:,} events",
            worker.cpu / hits * 1e6,
            "CPU us/event",
            worker.cpu / worker_floor.cpu,
            _FLOOR,
            f"< {_WORKER_BUDGET_US} us",
            is_over=worker.cpu / hits * 1e6 > _WORKER_BUDGET_US,
        ),
    ]


def _parse(bodies: Iterable[str]) -> None:
    for body in bodies:
        json.loads(body)


def _collect(requests: list[Request], hits: int) -> None:
    edge: dict[str, Any] = {
        "sites": lambda: _SITES,
        "queue": FakeHitQueue(),
        "clock": FakeClock(),
        # The clock stands still: the bucket has to hold all of them.
        "limits": RateLimits(per_second=hits),
    }
    taken = sum(collect_hits(request, **edge).hits for request in requests)
    if taken != hits:
        message = f"the edge took {taken} of {hits} hits"
        raise RuntimeError(message)


def _record(messages: list[QueuedMessage]) -> None:
    result = record_hits(
        messages,
        journeys=FakeJourneys(),
        lake=FakeLake(),
        marks=FakeMarks(),
        tests=FakeValidations(),
        clock=FakeClock(),
    )
    if result.failed or result.rejected:
        message = f"the worker did not record all: {result}"
        raise RuntimeError(message)


def _draw_posts(hits: int) -> list[dict[str, Any]]:
    """Return what browsers post: at most three hits at a time, most of them page views."""
    rng = Random(_SEED)
    posts: list[dict[str, Any]] = []
    drawn = 0
    while drawn < hits:
        size = min(rng.randint(1, _MOST_HITS_PER_REQUEST), hits - drawn)
        events = [_event(rng, drawn + n) for n in range(size)]
        visitor = f"v{rng.getrandbits(80):020x}"
        posts.append(
            {"v": 1, "key": "hw_pub_1", "sent": _NOW_MS, "visitor": visitor, "events": events}
        )
        drawn += size
    return posts


def _event(rng: Random, number: int) -> dict[str, Any]:
    event = {
        "id": f"e{rng.getrandbits(80):020x}",
        "session": f"s{rng.getrandbits(80):020x}",
        "created": _NOW_MS - rng.randint(0, 60_000),
    }
    [kind] = rng.choices(("page", "identify", "optin", "order"), (90, 4, 3, 3))
    email = f"shopper{number}@shop.example"
    match kind:
        case "page":
            campaign = rng.randint(1, 200)
            marks = f"utm_source=google&utm_medium=cpc&utm_campaign=Campaign+{campaign}"
            url = f"{_ORIGIN}/products/{number % 500}?{marks}&gclid=Cj0K{rng.getrandbits(160):040x}"
            return event | {"type": kind, "url": url, "referrer": "https://www.google.com/"}
        case "identify":
            return event | {"type": kind, "kind": "form", "email": email}
        case "optin":
            return event | {"type": kind, "form": "newsletter", "email": email}
        case _:
            return event | {"type": kind, "order_id": 1000 + number}


def _request(post: dict[str, Any]) -> Request:
    headers = {
        "origin": _ORIGIN,
        "host": "t.shop.example",
        "user-agent": _USER_AGENT,
        "content-type": "text/plain;charset=UTF-8",
    }
    return Request("POST", "/e", headers=headers, body=json.dumps(post), source_ip="192.0.2.77")


def _message(post: dict[str, Any]) -> str:
    """Return a message of the queue between edge and worker."""
    sender = {
        "account": "acme",
        "source": "shop",
        "received_at": "2026-11-21T14:00:00+00:00",
        "user_agent": _USER_AGENT,
        "ip_truncated": "192.0.2.0/24",
        "gpc": False,
        "trust": "origin-ok",
    }
    hits = {name: post[name] for name in ("sent", "visitor", "events")}
    return json.dumps(sender | hits, separators=(",", ":"))

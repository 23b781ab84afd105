"""The last days' hits, as browsers post them to the collector: good ones and odd ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

from local.demo.chance import happens, identifier, stream
from local.demo.landings import SHOP_ORIGIN
from local.demo.people import KnownBy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    from local.demo.journeys import Period, SignUp, Visit

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
_BROWSERS = (
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Mobile Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
)
_BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_FURTHER_PAGES = ("/cart.php", "/jazz", "/bestsellers", "/new-releases", "/search.php?q=blue")
_WRONG_CLOCK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class HitPost:
    """One request to ``POST /e``. A broken one is refused, and kept with the reason."""

    body: str
    headers: dict[str, str]
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Transmission:
    """What a browser has to say, kept by its script until it can be sent.

    ``events`` are (true instant, fields) pairs. ``clock_ahead`` is how wrong the browser's clock
    is. ``is_cut``: the connection breaks, and half of the body arrives.
    """

    visitor: str
    user_agent: str
    events: tuple[tuple[datetime, dict[str, str]], ...]
    clock_ahead: timedelta = timedelta()
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False

    def post(self, public_key: str, sent_at: datetime) -> HitPost:
        """Return the request with which the browser sends it all at an instant."""
        envelope = {
            "v": 1,
            "key": public_key,
            "sent": _milliseconds(sent_at + self.clock_ahead),
            "visitor": self.visitor,
            "events": [
                {**fields, "created": _milliseconds(at + self.clock_ahead)}
                for at, fields in self.events
            ],
        }
        body = json.dumps(envelope, separators=(",", ":"))
        headers = {
            "Content-Type": "text/plain;charset=UTF-8",
            "Origin": SHOP_ORIGIN,
            "User-Agent": self.user_agent,
            **self.headers,
        }
        sent = body[: len(body) // 2] if self.is_cut else body
        return HitPost(sent, headers, is_broken=self.is_cut)


def live_transmissions(
    visits: Iterable[Visit], sign_ups: Iterable[SignUp], period: Period, seed: int
) -> list[Transmission]:
    """Return what the collector gets of the live days: one transmission per session, by time.

    Added to those are a crawler, a repetition, a browser whose clock is two days ahead, one that
    asks not to be followed, an event of an unknown type, a body that is cut off, and a stranger who
    claims an order that another browser has claimed before.
    """
    rng = stream(seed, "hits")
    signed_up = {each.visit.key: each for each in sign_ups}
    usual = [
        _transmission(rng, visit, signed_up.get(visit.key))
        for visit in sorted(visits, key=lambda visit: (visit.at, visit.person.number))
        if period.is_live(visit.at)
    ]
    return usual + _odd(rng, usual)


def _transmission(rng: Random, visit: Visit, sign_up: SignUp | None) -> Transmission:
    session = identifier(rng)

    def event(event_type: str, **fields: str) -> dict[str, str]:
        return {"type": event_type, "id": identifier(rng), "session": session, **fields}

    email = visit.person.email_sha256
    landing = visit.landing
    events = [(visit.at, event("page", url=landing.url, referrer=landing.referrer))]
    for number in range(rng.randrange(3)):
        at = visit.at + timedelta(seconds=12 + 8 * number)
        page = f"{SHOP_ORIGIN}{rng.choice(_FURTHER_PAGES)}"
        events.append((at, event("page", url=page, referrer=landing.url)))
    if sign_up:
        joined = event("optin", form="newsletter", email_sha256=email)
        events.append((sign_up.at, joined))
    elif visit.person.customer_id and happens(rng, 0.4):
        login = event("identify", kind="login", email_sha256=email)
        events.append((visit.at + timedelta(seconds=45), login))
    if visit.order:
        known = {"email_sha256": email} if visit.person.known_by is not KnownBy.NOTHING else {}
        claim = event("order", order_id=str(visit.order.order_id), **known)
        events.append((visit.order.placed_at + timedelta(seconds=rng.randrange(3, 20)), claim))
    return Transmission(visit.device, rng.choice(_BROWSERS), tuple(events))


def _odd(rng: Random, usual: Sequence[Transmission]) -> list[Transmission]:
    """Return what is not quite as it should be, at the time of a real visit."""
    at, _ = usual[0].events[0]

    def visit(path: str, event_type: str = "page") -> Transmission:
        fields = {"type": event_type, "id": identifier(rng), "session": identifier(rng)}
        seen = {**fields, "url": f"{SHOP_ORIGIN}{path}"}
        return Transmission(identifier(rng), _BROWSERS[0], ((at, seen),))

    claims = (event for each in usual for event in each.events if event[1]["type"] == "order")
    return [
        usual[0],
        replace(visit("/bestsellers"), user_agent=_BOT),
        replace(visit("/jazz?utm_source=facebook&utm_medium=paid"), clock_ahead=_WRONG_CLOCK),
        replace(visit("/rock?gclid=demo-of-a-private-person"), headers={"Sec-GPC": "1"}),
        visit("/", event_type="hover"),
        replace(visit("/classical"), is_cut=True),
        *(_second_claim(rng, claim) for claim in islice(claims, 1)),
    ]


def _second_claim(rng: Random, claim: tuple[datetime, dict[str, str]]) -> Transmission:
    """Return somebody else who opens the order page of a shopper, from a link he was sent."""
    at, fields = claim
    stranger = sha256(b"a.stranger@example.com").hexdigest()
    again = {**fields, "id": identifier(rng), "session": identifier(rng), "email_sha256": stranger}
    return Transmission(identifier(rng), _BROWSERS[1], ((at + timedelta(minutes=9), again),))


def _milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

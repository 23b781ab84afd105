"""Hits: what the tracking script reports, read into journeys.

A hit's fields are checked one by one; a wrong one rejects that hit alone, with its reason. Fields
that nobody reads are ignored, so that a newer script may say more than an older worker knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.bots import is_bot
from headwater.domain.deliveries import MINTED_ID
from headwater.domain.devices import device_class
from headwater.domain.journeys import (
    Identification,
    OptIn,
    OrderClaim,
    Profile,
    Touchpoint,
    form_opt_in_id,
)
from headwater.domain.landings import read_landing, referrer_host
from headwater.domain.page_types import page_type
from headwater.domain.rows import (
    as_row,
    email_of,
    key_text,
    one_of,
    required_token,
    text,
    token,
)
from headwater.domain.validations import Visit
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from headwater.domain.deliveries import Delivery
    from headwater.domain.landings import Landing
    from headwater.domain.rows import Row

# How far a hit may be from its arrival: scripts give up after a day, and clocks drift by minutes.
_LONGEST_DELAY = timedelta(days=7)
_LARGEST_LEAD = timedelta(minutes=5)
# What a request takes, a cold start and a slow line included; more is the clock's error.
_LONGEST_WAY = timedelta(seconds=10)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The year 5138 in milliseconds; no clock is that wrong, and NaN is not below it either.
_LARGEST_READING = 10**14

_TYPES = ("page", "identify", "optin", "order")
# What the script calls a sign-up that it saw itself.
SITE_SOURCE = "site"


@dataclass(frozen=True, slots=True)
class RejectedHit:
    """A hit that breaks a rule, and which."""

    reason: str
    event: Any


@dataclass(frozen=True, slots=True)
class PageView:
    """A page that was looked at: all that is kept of it where it opens no session."""

    event_id: str
    at: datetime
    visitor: str
    session: str
    page_type: str
    path: str
    is_bot: bool


@dataclass(slots=True)
class Hits:
    """What one delivery adds to the journeys.

    Each page view stands in ``page_views``, and in ``touchpoints`` as the possible opening of its
    session. ``test_visits`` are those whose address has the code of a test. ``withheld`` counts
    hits dropped for privacy.
    """

    page_views: list[PageView] = field(default_factory=list)
    touchpoints: list[Touchpoint] = field(default_factory=list)
    test_visits: list[Visit] = field(default_factory=list)
    identifications: list[Identification] = field(default_factory=list)
    opt_ins: list[OptIn] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    claims: list[OrderClaim] = field(default_factory=list)
    rejected: list[RejectedHit] = field(default_factory=list)
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class _Hit:
    """What all hits have in common. ``visitor`` and ``session`` may be empty."""

    event_id: str
    at: datetime
    visitor: str
    session: str


def read_hits(delivery: Delivery) -> Hits:
    """Read the hits of a delivery.

    Where nobody may be followed (``is_private``), a page view is kept without its visitor, session
    and click id, and other hits not at all; of a bad one remain its type and its id.
    """
    hits = Hits()
    for event in delivery.events:
        try:
            _read_hit(hits, delivery, as_row(event))
        except InvalidRowError as error:
            kept = _harmless(event) if delivery.is_private else event
            hits.rejected.append(RejectedHit(str(error), kept))
    return hits


def _harmless(event: object) -> dict[str, str]:
    """Return what of a bad hit tells nothing of the person."""
    values = event if isinstance(event, dict) else {}
    return {
        name: value
        for name in ("type", "id")
        if isinstance(value := values.get(name), str) and MINTED_ID.fullmatch(value)
    }


def corrected_time(received_at: datetime, sent: float | None, created: object) -> datetime:
    """Return when a hit happened, by our clock.

    The browser's clock may be wrong by days, but not by much between two of its own readings. Where
    it was sent up to ten seconds before it was received, the clock is believed and the difference
    is the way: created. Else it is the clock's error: received − (sent − created). Either is kept
    within [received − 7 days, received + 5 minutes]. Without either reading the hit happened when
    it was received.

    Args:
        received_at: our clock when the hit arrived.
        sent: the browser's clock when it sent the hit, in milliseconds since 1970.
        created: the browser's clock when the hit happened, likewise.

    Raises:
        InvalidRowError: ``created`` is neither a number nor missing.
    """
    if created is None or sent is None:
        return received_at
    if isinstance(created, bool) or not isinstance(created, int | float):
        message = "created: not milliseconds since 1970"
        raise InvalidRowError(message)
    if not abs(created) < _LARGEST_READING:
        message = "created: too far from 1970"
        raise InvalidRowError(message)
    way = _milliseconds(received_at - _EPOCH) - sent
    since = sent - created + (way if 0 <= way <= _milliseconds(_LONGEST_WAY) else 0)
    delay = min(max(since, -_milliseconds(_LARGEST_LEAD)), _milliseconds(_LONGEST_DELAY))
    return received_at - timedelta(milliseconds=round(delay))


def _milliseconds(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)


def _read_hit(hits: Hits, delivery: Delivery, event: Row) -> None:
    kind = one_of(event, "type", _TYPES)
    hit = _Hit(
        event_id=required_token(event, "id"),
        at=corrected_time(delivery.received_at, delivery.sent, event.get("created")),
        visitor=token(event, "visitor") or token({"visitor": delivery.visitor}, "visitor"),
        session=token(event, "session"),
    )
    if delivery.is_private:
        hit = replace(hit, visitor="", session="")
    match kind:
        case "page":
            landing = _landing(event)
            touch = _touchpoint(delivery, hit, event, landing)
            hits.touchpoints.append(touch)
            if code := landing.test_code:
                hits.test_visits.append(_visit(code, delivery, hit, touch))
            hits.page_views.append(_page_view(hit, touch, event))
        case _ if delivery.is_private:
            hits.withheld += 1
        case "optin":
            _add_opt_in(hits, hit, event)
        case "identify":
            _add_identification(hits, hit, event)
        case _:
            hits.claims.append(_claim(delivery, hit, event))


def _landing(event: Row) -> Landing:
    url = event.get("url")
    if not isinstance(url, str):
        message = "url: missing"
        raise InvalidRowError(message)
    return read_landing(url)


def _touchpoint(delivery: Delivery, hit: _Hit, event: Row, landing: Landing) -> Touchpoint:
    campaign = landing.campaign
    if delivery.is_private:
        campaign = replace(campaign, click_id="")
    referrer = event.get("referrer")
    session = hit.session or hit.event_id
    return Touchpoint(
        touch_id=session,
        at=hit.at,
        # A browser that keeps no id is a new visitor in every session.
        visitor=hit.visitor or session,
        campaign=campaign,
        referrer=referrer_host(referrer) if isinstance(referrer, str) else "",
        landing_page=landing.path,
        device=device_class(delivery.user_agent),
        is_bot=is_bot(delivery.user_agent),
    )


def _visit(code: str, delivery: Delivery, hit: _Hit, touch: Touchpoint) -> Visit:
    return Visit(code, hit.event_id, touch.visitor, touch.touch_id, delivery.is_private)


def _page_view(hit: _Hit, touch: Touchpoint, event: Row) -> PageView:
    return PageView(
        event_id=hit.event_id,
        at=hit.at,
        visitor=touch.visitor,
        session=touch.touch_id,
        page_type=page_type(event.get("page_type"), touch.landing_page),
        path=touch.landing_page,
        is_bot=touch.is_bot,
    )


def _add_identification(hits: Hits, hit: _Hit, event: Row) -> None:
    kind = one_of(event, "kind", ("form", "login"))
    node, email = _required_email(event)
    visitor = _required_visitor(hit)
    hits.identifications.append(
        Identification(hit.event_id, hit.at, visitor, hit.session or hit.event_id, node, kind)
    )
    if email:
        hits.profiles.append(Profile(node, email))


def _add_opt_in(hits: Hits, hit: _Hit, event: Row) -> None:
    node, email = _required_email(event)
    form = text(event, "form")
    opt_in_id = form_opt_in_id(hit.event_id, form) if form else hit.event_id
    kind = "form" if form else "api"
    if visitor := hit.visitor or hit.session:
        session = hit.session or hit.event_id
        hits.identifications.append(
            Identification(hit.event_id, hit.at, visitor, session, node, "form")
        )
    hits.opt_ins.append(OptIn(opt_in_id, hit.at, node, SITE_SOURCE, kind))
    if email:
        hits.profiles.append(Profile(node, email, hit.at))


def _claim(delivery: Delivery, hit: _Hit, event: Row) -> OrderClaim:
    node, _ = email_of(event)
    return OrderClaim(
        event_id=hit.event_id,
        source=delivery.source,
        order_id=key_text(event, "order_id"),
        visitor=_required_visitor(hit),
        session=hit.session or hit.event_id,
        at=hit.at,
        received_at=delivery.received_at,
        node=node,
    )


def _required_email(event: Row) -> tuple[str, str]:
    node, email = email_of(event)
    if not node:
        message = "email: give it or email_sha256"
        raise InvalidRowError(message)
    return node, email


def _required_visitor(hit: _Hit) -> str:
    if visitor := hit.visitor or hit.session:
        return visitor
    message = "visitor: missing, and no session either"
    raise InvalidRowError(message)

"""Collect hits: the edge that browsers talk to. It stamps what arrives, queues it, and answers.

It looks only as far as it must to know whose hits these are; the worker reads them. It imports
the standard library alone, so that a cold start costs a shopper nothing.
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import replace
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from headwater.domain.deliveries import (
    KEPT_CHARACTERS,
    ORIGIN_MISSING,
    ORIGIN_OK,
    UNIDENTIFIED,
    Delivery,
    RejectedText,
)
from headwater.domain.sites import normalize_origin
from headwater.errors import RetriableError
from headwater.usecases.browser_answers import Answer, cookies_of, problem, shared_headers
from headwater.usecases.hit_envelopes import RefusedError, body_text, read_envelope

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headwater.domain.rate_limits import RateLimits
    from headwater.domain.sites import Site, Sites
    from headwater.usecases.browser_answers import Request
    from headwater.usecases.ports import Clock, HitQueue

_LONGEST_USER_AGENT = 512
# How long the script may wait before it sends refused hits again, in seconds.
_RETRY_AFTER = 5
# Chrome keeps a preflight's answer no longer than two hours.
_PREFLIGHT_MAX_AGE = 7200
_KEY_IN_TEXT = re.compile(r'"key"\s*:\s*"([^"\\]{1,128})"')
_DENIED_IN_TEXT = re.compile(r'"consent"\s*:\s*"denied"')
# One transparent pixel.
_GIF = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
_ADDRESS_BITS = {4: 24, 6: 48}
_TOO_MANY = "rate: this store sends more hits than it may"
_WITHHELD = "consent: not given, kept without ids"


def collect_hits(
    request: Request,
    *,
    sites: Callable[[], Sites],
    queue: HitQueue,
    clock: Clock,
    limits: RateLimits,
    newer_sites: Callable[[], Sites] | None = None,
) -> Answer:
    """Answer one request of a browser, and queue the hits that it brings.

    ``sites`` may be those of a moment ago. Who is no site of them is looked for in ``newer_sites``
    before he is refused: a script lets go of what is refused.

    Routes: ``POST /e``, ``GET /p.gif``, ``OPTIONS`` (any path), ``GET /healthz``,
    ``GET /robots.txt``. Every answer carries CORS headers, and ``x-reason`` where hits were
    refused or something was left out of them. Hits that cannot be taken now are answered 429 or
    503 with ``retry-after``: the script keeps them.
    """
    origin = request.headers.get("origin", "")
    try:
        known = sites()
    except RetriableError:
        answer = _unavailable("the list of sites cannot be read now")
        # Whose origin it is cannot be told, and this answer holds nothing that is anybody's.
        return replace(
            answer, headers=shared_headers(origin, answer, is_known=True) | answer.headers
        )
    try:
        answer = _answer(request, known, queue, clock.now(), limits)
        if answer.status == HTTPStatus.FORBIDDEN and newer_sites:
            known, older = newer_sites(), known
            if known is not older:
                answer = _answer(request, known, queue, clock.now(), limits)
    except RetriableError:
        answer = _unavailable("the queue takes no hits now")
    headers = shared_headers(origin, answer, is_known=known.knows_origin(origin))
    return replace(answer, headers=headers | answer.headers)


def _unavailable(reason: str) -> Answer:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, _RETRY_AFTER)


def _answer(
    request: Request, sites: Sites, queue: HitQueue, now: datetime, limits: RateLimits
) -> Answer:
    try:
        return _route(request, sites, queue, now, limits)
    except RefusedError as refused:
        if refused.kept is not None:
            account = _account_in(refused.kept, sites)
            # Who sends rubbish may fill his own share of the queue, and nobody else's.
            if wait := limits.take(f"{account}#", 1, now):
                return problem(HTTPStatus.TOO_MANY_REQUESTS, _TOO_MANY, wait)
            is_private = _gpc(request) or bool(_DENIED_IN_TEXT.search(refused.kept))
            kept = "" if is_private else refused.kept
            queue.send([RejectedText(account, now, refused.reason, kept).message()])
        return problem(refused.status, refused.reason, refused.retry_after)


def _route(
    request: Request, sites: Sites, queue: HitQueue, now: datetime, limits: RateLimits
) -> Answer:
    if request.method == "OPTIONS":
        return Answer(HTTPStatus.NO_CONTENT, {"access-control-max-age": str(_PREFLIGHT_MAX_AGE)})
    match request.method, request.path:
        case "POST", "/e":
            return _take_envelope(request, sites, queue, now, limits)
        case "GET", "/p.gif":
            return _take_pixel(request, sites, queue, now, limits)
        case "GET", "/healthz":
            return Answer(HTTPStatus.OK, {"content-type": "application/json"}, body='{"ok":true}')
        case "GET", "/robots.txt":
            body = "User-agent: *\nDisallow: /\n"
            return Answer(HTTPStatus.OK, {"content-type": "text/plain"}, body=body)
        case _, "/e" | "/p.gif" | "/healthz" | "/robots.txt":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "method: not one of this path")
        case _:
            raise RefusedError(HTTPStatus.NOT_FOUND, "path: nothing here")


def _take_envelope(
    request: Request, sites: Sites, queue: HitQueue, now: datetime, limits: RateLimits
) -> Answer:
    envelope = read_envelope(body_text(request.body, is_base64=request.is_base64))
    site = _site(sites, envelope.key)
    trust = _trust(request, site)
    _limit(limits, site, len(envelope.events), now)
    delivery = Delivery(
        account=site.account,
        source=site.source,
        received_at=now,
        events=envelope.events,
        sent=envelope.sent,
        visitor=envelope.visitor,
        trust=trust,
        consent=envelope.consent,
        **_sender(request),
    )
    queue.send(delivery.messages())
    return Answer(
        HTTPStatus.NO_CONTENT,
        {"cache-control": "no-store"},
        cookies=cookies_of(request, delivery),
        hits=len(envelope.events),
        reason=_WITHHELD if delivery.is_private else "",
    )


def _take_pixel(
    request: Request, sites: Sites, queue: HitQueue, now: datetime, limits: RateLimits
) -> Answer:
    """Read a page view from a query, for pages that run no script."""
    query = {name: values[0] for name, values in parse_qs(request.query).items()}
    site = sites.find(query.get("key", ""))
    answer = Answer(
        HTTPStatus.OK,
        {"content-type": "image/gif", "cache-control": "no-store, private"},
        body=base64.b64encode(_GIF).decode(),
        is_base64=True,
    )
    if site is None:
        return replace(answer, reason="key: unknown")
    _limit(limits, site, 1, now)
    referrer = request.headers.get("referer", "")
    event = {
        "type": "page",
        # A page view without an id is named here, so that its message may be delivered twice.
        "id": query.get("id") or os.urandom(16).hex(),
        "url": query.get("url") or referrer,
        "referrer": query.get("referrer", ""),
        "session": query.get("session", ""),
    }
    is_own = _origin_of(referrer) in site.origins
    delivery = Delivery(
        account=site.account,
        source=site.source,
        received_at=now,
        events=(event,),
        visitor=query.get("visitor", ""),
        trust=ORIGIN_OK if is_own else ORIGIN_MISSING,
        consent=query.get("consent", ""),
        **_sender(request),
    )
    queue.send(delivery.messages())
    return replace(answer, hits=1, reason=_WITHHELD if delivery.is_private else "")


def _limit(limits: RateLimits, site: Site, hits: int, now: datetime) -> None:
    wait = limits.take(f"{site.account}#{site.source}", hits, now, site.hits_per_second)
    if wait:
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, _TOO_MANY, retry_after=wait)


def _site(sites: Sites, key: str) -> Site:
    site = sites.find(key)
    if site is None:
        raise RefusedError(HTTPStatus.FORBIDDEN, "key: unknown")
    return site


def _trust(request: Request, site: Site) -> str:
    """Say how far the sender is known; a page of somebody else's is refused."""
    origin = request.headers.get("origin", "")
    if not origin:
        return ORIGIN_MISSING
    if normalize_origin(origin) not in site.origins:
        raise RefusedError(HTTPStatus.FORBIDDEN, "origin: not registered for this key")
    return ORIGIN_OK


def _sender(request: Request) -> dict[str, Any]:
    return {
        "user_agent": request.headers.get("user-agent", "")[:_LONGEST_USER_AGENT],
        "ip_truncated": truncated_ip(request.source_ip),
        "gpc": _gpc(request),
    }


def _gpc(request: Request) -> bool:
    """Tell whether the browser asks not to be followed (Global Privacy Control)."""
    return request.headers.get("sec-gpc", "").strip() == "1"


def truncated_ip(address: str) -> str:
    """Return the /24 (IPv4) or /48 (IPv6) network of an address; nothing for what is none."""
    try:
        version = ip_address(address.strip()).version
        return str(ip_network(f"{address.strip()}/{_ADDRESS_BITS[version]}", strict=False))
    except ValueError:
        return ""


def _origin_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return normalize_origin(f"{parts.scheme}://{parts.netloc}")


def _account_in(text: str, sites: Sites) -> str:
    """Guess whose unreadable text this is, from a key that stands in it."""
    match = _KEY_IN_TEXT.search(text[:KEPT_CHARACTERS])
    site = sites.find(match.group(1)) if match else None
    return site.account if site else UNIDENTIFIED

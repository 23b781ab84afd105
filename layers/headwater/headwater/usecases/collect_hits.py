"""Collect hits: the edge that browsers talk to. It stamps what arrives, queues it, and answers.

It looks only as far as it must to know whose hits these are; the worker reads them. It imports
the standard library alone, so that a cold start costs a shopper nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from headwater.domain.deliveries import (
    KEPT_CHARACTERS,
    MINTED_ID,
    ORIGIN_MISSING,
    ORIGIN_OK,
    UNIDENTIFIED,
    Delivery,
    RejectedText,
)
from headwater.domain.sites import normalize_origin
from headwater.errors import RetriableError
from headwater.usecases.hit_envelopes import RefusedError, body_text, read_envelope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.domain.sites import Site, Sites
    from headwater.usecases.ports import Clock, HitQueue

_LONGEST_USER_AGENT = 512
# How long the script may wait before it sends refused hits again, in seconds.
_RETRY_AFTER = 5
# Chrome keeps a preflight's answer no longer than two hours.
_PREFLIGHT_MAX_AGE = 7200
# 390 days; browsers cut a cookie's life at 400.
_COOKIE_MAX_AGE = 390 * 86_400
_KEY_IN_TEXT = re.compile(r'"key"\s*:\s*"([^"\\]{1,128})"')
# One transparent pixel.
_GIF = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
_ADDRESS_BITS = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are in lower case, ``query`` is raw."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    is_base64: bool = False
    source_ip: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. ``hits`` counts what was queued, ``reason`` says why nothing was."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: str = ""
    is_base64: bool = False
    hits: int = 0
    reason: str = ""


def collect_hits(request: Request, *, sites: Sites, queue: HitQueue, clock: Clock) -> Answer:
    """Answer one request of a browser, and queue the hits that it brings.

    Routes: ``POST /e``, ``GET /p.gif``, ``OPTIONS`` (any path), ``GET /healthz``,
    ``GET /robots.txt``. Every answer carries CORS headers: a registered origin is echoed, with
    credentials; any other reads ``*``, which lets its developer see the reason of a refusal.
    """
    try:
        answer = _answer(request, sites, queue, clock.now())
    except RetriableError:
        answer = _problem(HTTPStatus.SERVICE_UNAVAILABLE, "the queue takes no hits now")
        answer.headers["retry-after"] = str(_RETRY_AFTER)
    return replace(answer, headers=_cors(request, sites) | answer.headers)


def _answer(request: Request, sites: Sites, queue: HitQueue, now: datetime) -> Answer:
    try:
        return _route(request, sites, queue, now)
    except RefusedError as refused:
        if refused.kept is not None:
            account = _account_in(refused.kept, sites)
            queue.send([RejectedText(account, now, refused.reason, refused.kept).message()])
        return _problem(refused.status, refused.reason)


def _route(request: Request, sites: Sites, queue: HitQueue, now: datetime) -> Answer:
    if request.method == "OPTIONS":
        return Answer(HTTPStatus.NO_CONTENT, {"access-control-max-age": str(_PREFLIGHT_MAX_AGE)})
    match request.method, request.path:
        case "POST", "/e":
            return _take_envelope(request, sites, queue, now)
        case "GET", "/p.gif":
            return _take_pixel(request, sites, queue, now)
        case "GET", "/healthz":
            return Answer(HTTPStatus.OK, {"content-type": "application/json"}, body='{"ok":true}')
        case "GET", "/robots.txt":
            body = "User-agent: *\nDisallow: /\n"
            return Answer(HTTPStatus.OK, {"content-type": "text/plain"}, body=body)
        case _, "/e" | "/p.gif" | "/healthz" | "/robots.txt":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "method: not one of this path")
        case _:
            raise RefusedError(HTTPStatus.NOT_FOUND, "path: nothing here")


def _take_envelope(request: Request, sites: Sites, queue: HitQueue, now: datetime) -> Answer:
    envelope = read_envelope(body_text(request.body, is_base64=request.is_base64))
    site = _site(sites, envelope.key)
    delivery = Delivery(
        account=site.account,
        source=site.source,
        received_at=now,
        events=envelope.events,
        sent=envelope.sent,
        visitor=envelope.visitor,
        trust=_trust(request, site),
        **_sender(request),
    )
    queue.send(delivery.messages())
    return Answer(
        HTTPStatus.NO_CONTENT,
        {"cache-control": "no-store"},
        cookies=_cookies(request, delivery),
        hits=len(envelope.events),
    )


def _take_pixel(request: Request, sites: Sites, queue: HitQueue, now: datetime) -> Answer:
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
    referrer = request.headers.get("referer", "")
    event = {
        "type": "page",
        "id": query.get("id") or _pixel_id(request, now),
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
        **_sender(request),
    )
    queue.send(delivery.messages())
    return replace(answer, hits=1)


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
        "gpc": request.headers.get("sec-gpc", "").strip() == "1",
    }


def truncated_ip(address: str) -> str:
    """Return the /24 (IPv4) or /48 (IPv6) network of an address; nothing for what is none."""
    try:
        version = ip_address(address.strip()).version
        return str(ip_network(f"{address.strip()}/{_ADDRESS_BITS[version]}", strict=False))
    except ValueError:
        return ""


def _cookies(request: Request, delivery: Delivery) -> tuple[str, ...]:
    """Set the visitor's cookie again, where the page and the collector share a domain.

    A cookie that a server sets outlives one that a script sets in browsers that cut the latter's
    life short. On a collector of another domain it would be a third party's, which none keeps.
    """
    domain = _shared_domain(
        urlsplit(request.headers.get("origin", "")).hostname or "",
        request.headers.get("host", "").partition(":")[0].lower(),
    )
    visitor = delivery.visitor
    if (
        delivery.gpc
        or not domain
        or not isinstance(visitor, str)
        or not MINTED_ID.fullmatch(visitor)
    ):
        return ()
    attributes = f"Domain={domain}; Path=/; Max-Age={_COOKIE_MAX_AGE}; Secure; SameSite=Lax"
    return (f"_hwid={visitor}; {attributes}",)


def _shared_domain(page: str, collector: str) -> str:
    """Return the longest domain of two labels or more that both hosts lie in."""
    shared: list[str] = []
    for one, other in zip(page.split(".")[::-1], collector.split(".")[::-1], strict=False):
        if one != other:
            break
        shared.insert(0, one)
    # The last label of an IP address is a number.
    return ".".join(shared) if len(shared) > 1 and not shared[-1].isdigit() else ""


def _origin_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return normalize_origin(f"{parts.scheme}://{parts.netloc}")


def _pixel_id(request: Request, now: datetime) -> str:
    """Name a page view that has no id, so that its message may be delivered twice."""
    seen = "\n".join((now.isoformat(), request.source_ip, request.query))
    return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]


def _account_in(text: str, sites: Sites) -> str:
    """Guess whose unreadable text this is, from a key that stands in it."""
    match = _KEY_IN_TEXT.search(text[:KEPT_CHARACTERS])
    site = sites.find(match.group(1)) if match else None
    return site.account if site else UNIDENTIFIED


def _problem(status: HTTPStatus, reason: str) -> Answer:
    """Return an error as RFC 9457 has it."""
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": reason,
    }
    headers = {"content-type": "application/problem+json", "cache-control": "no-store"}
    return Answer(status, headers, body=json.dumps(document), reason=reason)


def _cors(request: Request, sites: Sites) -> dict[str, str]:
    headers = {
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": "content-type",
        "access-control-expose-headers": "retry-after",
        "vary": "Origin",
    }
    origin = request.headers.get("origin", "")
    if origin and sites.knows_origin(origin):
        return headers | {
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
        }
    return headers | {"access-control-allow-origin": "*"}

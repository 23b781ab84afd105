"""What the collector's edge is asked and what it answers: requests, answers, CORS, the cookie."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headwater.domain.deliveries import MINTED_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http import HTTPStatus

    from headwater.domain.deliveries import Delivery

# 390 days; browsers cut a cookie's life at 400.
_COOKIE_MAX_AGE = 390 * 86_400
_COOKIE = "_hwid"
# What the script may keep in the cookie: the visitor's id, and what it notes beside it.
_COOKIE_VALUE = re.compile(r"[A-Za-z0-9._~-]{1,256}")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are in lower case, ``query`` is raw, cookies are name=value."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    is_base64: bool = False
    source_ip: str = ""
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer.

    ``hits`` counts what was queued, ``reason`` says why nothing was, or what was left out of it.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: str = ""
    is_base64: bool = False
    hits: int = 0
    reason: str = ""


def problem(status: HTTPStatus, reason: str, retry_after: int = 0) -> Answer:
    """Return an error as RFC 9457 has it; ``retry_after`` seconds, where the sender may repeat."""
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": reason,
    }
    headers = {"content-type": "application/problem+json", "cache-control": "no-store"}
    if retry_after:
        headers["retry-after"] = str(retry_after)
    return Answer(status, headers, body=json.dumps(document), reason=reason)


def shared_headers(origin: str, answer: Answer, *, is_known: bool) -> dict[str, str]:
    """Return the headers that every answer carries: CORS, and the reason for whoever debugs.

    A known origin is echoed, with credentials; for any other the answer reads ``*``, which lets
    its developer see why he is refused.
    """
    headers = {
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": "content-type",
        "access-control-expose-headers": "retry-after, x-reason",
        "access-control-allow-origin": "*",
        "vary": "Origin",
    }
    if answer.reason:
        headers["x-reason"] = answer.reason
    if origin and is_known:
        headers["access-control-allow-origin"] = origin
        headers["access-control-allow-credentials"] = "true"
    return headers


def cookies_of(request: Request, delivery: Delivery) -> tuple[str, ...]:
    """Set the visitor's cookie again, where the page and the collector share a domain.

    A cookie that a server sets outlives one that a script sets in browsers that cut the latter's
    life short. On a collector of another domain it would be a third party's, which none keeps.
    Whoever does not want to be followed loses the cookie that he still has.
    """
    domain = _shared_domain(
        urlsplit(request.headers.get("origin", "")).hostname or "",
        request.headers.get("host", "").partition(":")[0].lower(),
    )
    if not domain:
        return ()
    kept = _kept_value(request.cookies)
    if delivery.is_private:
        return (_cookie("", domain, 0),) if kept is not None else ()
    visitor = delivery.visitor
    if not isinstance(visitor, str) or not MINTED_ID.fullmatch(visitor):
        return ()
    is_his = kept is not None and visitor in kept and _COOKIE_VALUE.fullmatch(kept)
    return (_cookie(kept if kept and is_his else visitor, domain, _COOKIE_MAX_AGE),)


def _cookie(value: str, domain: str, max_age: int) -> str:
    return f"{_COOKIE}={value}; Domain={domain}; Path=/; Max-Age={max_age}; Secure; SameSite=Lax"


def _kept_value(cookies: tuple[str, ...]) -> str | None:
    named = (cookie.strip().partition("=") for cookie in cookies)
    return next((value for name, _, value in named if name == _COOKIE), None)


def _shared_domain(page: str, collector: str) -> str:
    """Return the longest domain of two labels or more that both hosts lie in."""
    shared: list[str] = []
    for one, other in zip(page.split(".")[::-1], collector.split(".")[::-1], strict=False):
        if one != other:
            break
        shared.insert(0, one)
    # The last label of an IP address is a number.
    return ".".join(shared) if len(shared) > 1 and not shared[-1].isdigit() else ""

"""Authorize a request: whose key, or whose session's cookie, is this?"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headwater.usecases.ports import Clock
    from headwater.usecases.ports.access import ApiKey, Callers

# 32 random bytes in URL-safe base64 are 43 characters.
KEY_PREFIX, KEY_BYTES = "hw_", 32
# With this prefix a browser takes the cookie from its own host alone, for all of it, and only
# where nobody listens (on this machine itself, too).
COOKIE = "__Host-hw_session"
_SECRET = r"[A-Za-z0-9_-]{43}"  # noqa: S105 - the form of one
_BEARER = re.compile(rf"bearer +({KEY_PREFIX}{_SECRET})", re.IGNORECASE | re.ASCII)
_SESSION = re.compile(rf"\s*{COOKIE}=({_SECRET})\s*", re.ASCII)


def authorize_request(
    authorization: str | None, cookies: Iterable[str], *, callers: Callers, clock: Clock
) -> ApiKey | None:
    """Return the account and role of a key or of a session; None for a stranger.

    Args:
        authorization: the header of that name. Where there is one, no cookie is looked at.
        cookies: the request's cookies, ``name=value``, one or several (``a=1; b=2``) in a text.
        callers: finds whose they are.
        clock: says when they end.

    Whatever has another form is refused without a look at the table. Keys and sessions are found
    by their hash, so there is nothing whose comparison could be timed.
    """
    if authorization:
        bearer = _BEARER.fullmatch(authorization.strip())
        found = callers.find_key(hash_of_key(bearer[1])) if bearer else None
    else:
        session = session_of(cookies)
        found = callers.find_session(hash_of_key(session)) if session else None
    has_ended = found and found.ends_at and clock.now() >= found.ends_at
    return None if has_ended else found


def session_of(cookies: Iterable[str]) -> str:
    """Return the secret of the session that the first such cookie holds; empty without one."""
    parts = (part for cookie in cookies for part in cookie.split(";"))
    return next((found[1] for part in parts if (found := _SESSION.fullmatch(part))), "")


def is_secret(text: str) -> bool:
    """Tell whether a text has the form of ``KEY_BYTES`` random bytes."""
    return re.fullmatch(_SECRET, text, re.ASCII) is not None


def hash_of_key(key: str) -> str:
    """Return the SHA-256 under which a key, a link or a session is stored.

    It has 256 random bits: unlike a password it needs no slow hash.
    """
    return hashlib.sha256(key.encode()).hexdigest()

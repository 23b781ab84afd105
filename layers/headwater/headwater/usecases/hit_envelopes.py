"""The envelope in which a browser sends its hits: its encoding, its size, its outer fields."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from headwater.domain.deliveries import KEPT_CHARACTERS

_LARGEST_BODY = 65_536
_MOST_EVENTS = 50
_DEEPEST = 20
_LARGEST_NUMBER = 2**63
# Python 3.12 and 3.13 spell its name differently.
_CONTENT_TOO_LARGE = HTTPStatus(413)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What ``POST /e`` carries, checked as far as the edge looks."""

    key: str
    sent: float
    events: tuple[Any, ...]
    visitor: Any
    consent: str = ""


class RefusedError(Exception):
    """The request is not taken.

    ``kept`` is the text of it that is kept nevertheless; after ``retry_after`` seconds the same
    request may be taken.
    """

    def __init__(
        self, status: HTTPStatus, reason: str, kept: str | None = None, retry_after: int = 0
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.kept = kept
        self.retry_after = retry_after


def body_text(body: str, *, is_base64: bool) -> str:
    """Return a request's body as text, at most 64 KiB of UTF-8.

    Raises:
        RefusedError: it is too long or no text; its first kilobyte is to be kept.
    """
    raw = body.encode("utf-8", "replace")
    if is_base64:
        # Base64 writes 3 bytes as 4: what is too long now is too long decoded.
        if len(raw) > _LARGEST_BODY * 4 // 3 + 4:
            kept = _decoded(raw[: KEPT_CHARACTERS * 4]).decode("utf-8", "replace")
            raise RefusedError(_CONTENT_TOO_LARGE, "body: over 64 kB", kept)
        raw = _decoded(raw)
    kept = raw[:KEPT_CHARACTERS].decode("utf-8", "replace")
    if len(raw) > _LARGEST_BODY:
        raise RefusedError(_CONTENT_TOO_LARGE, "body: over 64 kB", kept)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body: not UTF-8", kept) from None


def _decoded(raw: bytes) -> bytes:
    try:
        return base64.b64decode(raw, validate=True)
    except ValueError:
        kept = raw[:KEPT_CHARACTERS].decode("utf-8", "replace")
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body: not base64", kept) from None


def read_envelope(text: str) -> Envelope:
    """Read an envelope.

    Raises:
        RefusedError: the text is none; it is to be kept.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (RecursionError, ValueError):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body: not JSON", text) from None
    reason = _fault(value)
    if reason:
        raise RefusedError(HTTPStatus.BAD_REQUEST, reason, text)
    return Envelope(
        key=value["key"],
        sent=float(value["sent"]),
        events=tuple(value["events"]),
        visitor=value.get("visitor") or "",
        consent=_consent(value.get("consent")),
    )


def _consent(stated: object) -> str:
    """Return what the script says of the shopper's consent; what cannot be read is none."""
    if stated is None or isinstance(stated, str):
        return stated or ""
    return "unreadable"


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _fault(value: object) -> str:
    """Return what is wrong with an envelope; nothing if it is right."""
    if not isinstance(value, dict):
        return "body: not a JSON object"
    if value.get("v") != 1:
        return "v: not 1"
    if not isinstance(value.get("key"), str):
        return "key: not a text"
    sent = value.get("sent")
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        return "sent: not milliseconds since 1970"
    events = value.get("events")
    if not isinstance(events, list) or not 1 <= len(events) <= _MOST_EVENTS:
        return f"events: not a list of 1 to {_MOST_EVENTS}"
    return _excess(value)


def _excess(value: object) -> str:
    """Return what in a JSON value other programs could not take; nothing if all is well."""
    pending: list[tuple[object, int]] = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        if depth > _DEEPEST:
            return f"body: nested deeper than {_DEEPEST} levels"
        # 1e999 is a JSON number, and reads as infinity.
        if isinstance(item, int | float) and not abs(item) < _LARGEST_NUMBER:
            return "body: a number is too large"
        if isinstance(item, dict):
            pending.extend((inner, depth + 1) for inner in item.values())
        elif isinstance(item, list):
            pending.extend((inner, depth + 1) for inner in item)
    return ""

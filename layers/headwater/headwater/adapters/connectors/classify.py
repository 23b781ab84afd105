"""What an answer means, by HTTP's own rules; a vendor's row adds its dialect."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from headwater.errors import (
    CredentialsRejectedError,
    GoneError,
    HeadwaterError,
    MalformedAnswerError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.adapters.connectors.exchange import Answer

    type Classifier = Callable[[Answer], HeadwaterError | None]

_LONGEST_EXCERPT = 200
# No header means more than this, a day; durations stay representable.
_LONGEST_WAIT = 86_400.0
_ACCEPTED_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_REFUSALS: dict[int, tuple[type[HeadwaterError], str]] = {
    HTTPStatus.UNAUTHORIZED: (CredentialsRejectedError, "the credentials are rejected"),
    HTTPStatus.FORBIDDEN: (MissingScopeError, "a permission is missing"),
    HTTPStatus.NOT_FOUND: (GoneError, "there is no such thing"),
    HTTPStatus.GONE: (GoneError, "it was withdrawn"),
}


def by_status(answer: Answer) -> HeadwaterError | None:
    """Return the error that an answer's status says, or None for a good one.

    A 403 that explains itself in JSON names a permission that is missing. One that does not is a
    gateway's: it passes, and says nothing about the credentials.
    """
    status, where = answer.status, f"{answer.path} ({answer.status})"
    if answer.is_good:
        return None
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitedError(f"too many requests: {where}", seconds(answer, "Retry-After"))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _ACCEPTED_LATER:
        return StoreUnavailableError(f"no answer now: {where}")
    if status == HTTPStatus.FORBIDDEN and answer.said() is None:
        return StoreUnavailableError(f"refused without a reason: {where}")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return MalformedAnswerError(f"{where} points elsewhere")
    meant, sentence = _REFUSALS.get(status, (RequestRejectedError, "the request is refused"))
    return meant(f"{sentence}: {excerpt(answer)} [{where}]")


def json_by_status(answer: Answer) -> HeadwaterError | None:
    """Return what ``by_status`` does; a good answer that is no JSON, or half of it, is none."""
    error = by_status(answer)
    if error is None and answer.said() is None:
        return MalformedAnswerError(f"{answer.path}: {len(answer.body)} bytes that are not JSON")
    return error


def seconds(answer: Answer, header: str) -> float | None:
    """Return a header's number of seconds; None where it is missing or no duration."""
    return duration(answer.headers.get(header))


def duration(value: object) -> float | None:
    """Return a number of seconds from whatever a vendor writes; None where it is none."""
    try:
        number = float(str(value).strip().removesuffix("s"))
    except ValueError:
        return None
    return min(max(number, 0.0), _LONGEST_WAIT) if math.isfinite(number) else None


def excerpt(answer: Answer) -> str:
    """Return what an error's body says, shortened: never a page of HTML, never a value of ours."""
    text = _sentence(answer.said())
    return text[:_LONGEST_EXCERPT] or "no reason given"


def _sentence(said: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the sentence in one of the usual envelopes of errors."""
    if isinstance(said, list):
        return _sentence(said[0]) if said else ""
    if isinstance(said, str):
        return said
    if not isinstance(said, dict):
        return ""
    for name in ("detail", "message", "Message", "error_description", "title", "code"):
        if isinstance(said.get(name), str | int) and said[name] not in {"", 0}:
            return str(said[name])
    for name in ("error", "errors", "Errors", "OperationErrors"):
        if text := _sentence(said.get(name)):
            return text
    return ""

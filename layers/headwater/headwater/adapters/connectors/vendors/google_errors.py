"""What Google's errors mean: families of codes inside of a body that may be an array."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.classify import by_status, duration, excerpt
from headwater.adapters.connectors.exchange import at
from headwater.errors import (
    CredentialsRejectedError,
    HeadwaterError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headwater.adapters.connectors.exchange import Answer

# Family of codes → what all of its codes mean.
_FAMILIES: dict[str, type[HeadwaterError]] = {
    "authenticationError": CredentialsRejectedError,
    "authorizationError": MissingScopeError,
    "internalError": StoreUnavailableError,
}
_QUOTA = "quotaError"


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer's codes say; without any its status counts."""
    if answer.is_good:
        return None
    said = answer.said()
    error = at(said[0] if isinstance(said, list) and said else said, "error")
    reason = f"{excerpt(answer)} [{answer.path}]"
    for one in _failures(error):
        for family, code in (at(one, "errorCode") or {}).items():
            if family == _QUOTA:
                return RateLimitedError(f"{code}: {reason}", _retry_delay(one))
            if meant := _FAMILIES.get(family):
                return meant(f"{code}: {reason}")
    if answer.status == HTTPStatus.BAD_REQUEST:
        codes = [code for one in _failures(error) for code in (at(one, "errorCode") or {}).values()]
        return RequestRejectedError(f"{', '.join(map(str, codes))}: {reason}")
    return by_status(answer)


def _failures(error: object) -> Iterator[Mapping[str, Any]]:
    for detail in at(error, "details") or []:
        yield from at(detail, "errors") or []


def _retry_delay(failure: Mapping[str, Any]) -> float | None:
    told = duration(at(failure, "details", "quotaErrorDetails", "retryDelay"))
    if told is None and (match := re.search(r"[Rr]etry in (\d+) s", str(failure.get("message")))):
        told = float(match[1])
    return told

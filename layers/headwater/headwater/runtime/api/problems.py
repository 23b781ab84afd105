"""Errors as the API's callers see them: problem documents (RFC 9457)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from headwater.errors import (
    CredentialsRejectedError,
    InvalidParameterError,
    MissingScopeError,
    RateLimitedError,
    RetriableError,
    StoreNotFoundError,
    UnknownResourceError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:headwater:problem:"
# Seconds after which a caller may try again, where nobody told us better.
_RETRY_AFTER = 5
# What Python 3.12 and 3.13 call by different names.
_CONTENT_TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: an HTTP status, the problem's kind, and a sentence for the caller."""

    status: int
    kind: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the problem as RFC 9457 has it."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.kind,
            "title": self.kind.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
        }
        return document | ({"errors": list(self.errors)} if self.errors else {})

    def body(self) -> str:
        """Return the document as JSON."""
        return json.dumps(self.document())

    def all_headers(self) -> dict[str, str]:
        """Return the headers of the answer."""
        return {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", **self.headers}


class ProblemError(Exception):
    """The request cannot be answered otherwise than by this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def not_authenticated() -> ProblemError:
    """Nobody says whose request this is."""
    detail = "Give a key in the Authorization header: Bearer hw_..., or sign in."
    headers = {"WWW-Authenticate": "Bearer"}
    return ProblemError(Problem(HTTPStatus.UNAUTHORIZED, "not-authenticated", detail, headers))


def role_missing(role: str, needed: Iterable[str]) -> ProblemError:
    """The key is good, but not for this route."""
    detail = f"This needs the role {' or '.join(sorted(needed))}; the key has the role {role}."
    return ProblemError(Problem(HTTPStatus.FORBIDDEN, "role-missing", detail))


def foreign_origin() -> ProblemError:
    """A session's cookie came with a request that no page of ours has made."""
    detail = "With a session, changes are taken from this API's own pages alone (Origin)."
    return ProblemError(Problem(HTTPStatus.FORBIDDEN, "foreign-origin", detail))


def no_route() -> ProblemError:
    """There is nothing at this address."""
    detail = "There is no such route; GET /v1/openapi.json lists them."
    return ProblemError(Problem(HTTPStatus.NOT_FOUND, "no-route", detail))


def too_large(detail: str) -> ProblemError:
    """A body is larger than we send or take."""
    return ProblemError(Problem(_CONTENT_TOO_LARGE, "too-large", detail))


def invalid_body(detail: str) -> ProblemError:
    """The body as a whole cannot be read."""
    return ProblemError(Problem(HTTPStatus.BAD_REQUEST, "invalid-body", detail))


def invalid_fields(errors: Iterable[Mapping[str, Any]]) -> ProblemError:
    """Fields or parameters break the rules of their models.

    Args:
        errors: those of pydantic, of which the place and the reason are told, not the value.
    """
    told = tuple({"name": _place(error["loc"]), "reason": str(error["msg"])} for error in errors)
    detail = "; ".join(f"{error['name']}: {error['reason']}" for error in told)
    return ProblemError(Problem(HTTPStatus.BAD_REQUEST, "invalid-parameter", detail, errors=told))


def answered_problem(status: int, body: str) -> Problem:
    """Read back a problem that one of our routes has answered."""
    told = json.loads(body)
    kind = told["type"].removeprefix(TYPE_PREFIX)
    return Problem(status, kind, told["detail"], errors=tuple(told.get("errors", ())))


# Of an error's own message we tell the caller what he can do something about.
_TOLD: dict[type[Exception], tuple[int, str]] = {
    InvalidParameterError: (HTTPStatus.BAD_REQUEST, "invalid-parameter"),
    CredentialsRejectedError: (HTTPStatus.BAD_REQUEST, "credentials-rejected"),
    MissingScopeError: (HTTPStatus.BAD_REQUEST, "missing-scope"),
    StoreNotFoundError: (HTTPStatus.BAD_REQUEST, "store-not-found"),
    UnknownResourceError: (HTTPStatus.NOT_FOUND, "unknown-resource"),
}


def problem_of(error: Exception) -> Problem:
    """Return how an error is told to the caller; what he cannot mend is told without details."""
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, RateLimitedError):
        seconds = math.ceil(error.retry_after or _RETRY_AFTER)
        detail = f"Too many requests; try again in {seconds} s."
        headers = {"Retry-After": str(seconds)}
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, "rate-limited", detail, headers)
    if isinstance(error, RetriableError):
        detail = "Something that this needs does not answer now; try again."
        headers = {"Retry-After": str(_RETRY_AFTER)}
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers)
    for kind_of_error, (status, kind) in _TOLD.items():
        if isinstance(error, kind_of_error):
            return Problem(status, kind, str(error), errors=_missing_scopes(error))
    detail = "This is a defect of ours; it is in the logs."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail)


def _missing_scopes(error: Exception) -> tuple[Mapping[str, str], ...]:
    """Return the scopes that a token lacks, each with what it is needed for."""
    scopes = error.scopes if isinstance(error, MissingScopeError) else {}
    return tuple({"name": title, "reason": needed_for} for title, needed_for in scopes.items())


_KINDS = ("body", "query", "path")


def _place(location: Iterable[object]) -> str:
    """Return where a field is: the path inside a body, or a parameter's name."""
    kind, *parts = location
    # A parameter that a model holds is given by its own name.
    named = parts[-1:] if kind == "query" else [p for p in (kind, *parts) if p not in _KINDS]
    return ".".join(map(str, named))

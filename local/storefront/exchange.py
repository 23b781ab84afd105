"""Requests and answers, apart from sockets; and the two shapes of BigCommerce's error bodies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

_TYPE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names are lower-case, of a repeated query parameter the last one counts."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer.

    ``shown`` are the orders on it, ``delay_ms`` is how long it is held back, and ``reset`` tells
    that the connection is to be reset in the middle of the body.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[int, ...] = ()
    delay_ms: int = 0
    reset: bool = False

    def with_headers(self, headers: Mapping[str, str]) -> "Response":
        """Return the answer with more headers."""
        return replace(self, headers={**self.headers, **headers})


class Refusal(Exception):  # noqa: N818 - an answer, not a failure of this program
    """Ends a request with an error answer.

    Args:
        status: The HTTP status.
        message: What the body says.
        errors: V3 only: parameter to complaint.
    """

    def __init__(self, status: int, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors or {}


def json_response(content: object, status: int = 200, shown: tuple[int, ...] = ()) -> Response:
    """Return an answer with a JSON body."""
    body = json.dumps(content, separators=(",", ":")).encode()
    return Response(status, body, shown=shown)


def listing(items: list[dict[str, Any]], shown: tuple[int, ...] = ()) -> Response:
    """Return V2's bare array; an empty one is a 204 without a single byte."""
    return json_response(items, shown=shown) if items else Response(204)


def list_problem(status: int, message: str) -> Response:
    """Return an error of a V2 resource, which is an array."""
    return json_response([{"status": status, "message": message}], status)


def object_problem(status: int, title: str, errors: Mapping[str, str] | None = None) -> Response:
    """Return an error of a V3 resource, or of the gateway before V2 and V3 alike."""
    content = {"status": status, "title": title, "type": _TYPE, "errors": dict(errors or {})}
    return json_response(content, status)


def gateway_problem(status: int) -> Response:
    """Return an error that the gateway answers before any resource is asked."""
    return object_problem(status, HTTPStatus(status).phrase)


def scope_problem() -> Response:
    """Return the error for a token without the scope, and for a store that is not the token's."""
    return object_problem(403, "You don't have a required scope to access the endpoint")

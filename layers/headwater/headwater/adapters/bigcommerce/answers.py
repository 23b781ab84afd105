"""What the store's answers mean: a status and a body become JSON, or one of our errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from headwater.adapters.bigcommerce.limits import asked_to_wait
from headwater.errors import (
    CredentialsRejectedError,
    HeadwaterError,
    MalformedAnswerError,
    MissingScopeError,
    RateLimitedError,
    RequestRejectedError,
    StoreNotFoundError,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# 509, "bandwidth limit exceeded", has been seen in place of 429.
_THROTTLED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, 509})
_GOOD = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})
_LONGEST_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission of an access token: its name in the control panel, and in the API."""

    title: str
    name: str


ORDERS = Scope("Orders", "store_v2_orders_read_only")
TRANSACTIONS = Scope("Order Transactions", "store_v2_transactions_read_only")
CUSTOMERS = Scope("Customers", "store_v2_customers_read_only")
PRODUCTS = Scope("Products", "store_v2_products_read_only")
INFORMATION = Scope("Information & Settings", "store_v2_information_read_only")
CHANNELS = Scope("Channel Settings", "store_channel_settings_read_only")
SITES = Scope("Sites & Routes", "store_sites_read_only")
CONTENT = Scope("Content on modify", "store_v2_content")
CHECKOUT_CONTENT = Scope("Checkout Content on modify", "store_content_checkout")


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to ask for: a path below the store's own, and the scopes that it needs."""

    path: str
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP, and when it was asked for; header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    asked_at: datetime


def read(answer: Answer, resource: Resource) -> Any:  # noqa: ANN401 - any JSON value
    """Return an answer's JSON, with every fraction as a Decimal; None where the body is empty.

    Raises:
        RateLimitedError: with the wait that the store asks for, if it says.
        StoreUnavailableError: a server error.
        MalformedAnswerError: the body is not JSON.
        CredentialsRejectedError: the token is wrong or revoked.
        MissingScopeError: the token may not read this resource.
        StoreNotFoundError: the path does not exist.
        RequestRejectedError: any other refusal, a redirect included; a defect of ours.
    """
    if answer.status == HTTPStatus.NO_CONTENT:
        return None
    if answer.status in _GOOD:
        return _parse(answer.body)
    raise _refusal(answer, resource)


def _parse(body: bytes) -> Any:  # noqa: ANN401
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        message = f"the store answered 200 with {len(body)} bytes that are not JSON"
        raise MalformedAnswerError(message) from None


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _refusal(answer: Answer, resource: Resource) -> HeadwaterError:
    status, path = answer.status, resource.path
    if status in _THROTTLED:
        message = f"the store's request quota is used up ({status} on {path})"
        return RateLimitedError(message, asked_to_wait(answer.headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return StoreUnavailableError(f"the store answered {status} on {path}")
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return CredentialsRejectedError(
                "the store rejects the access token: it is wrong, or its API account was deleted"
            )
        case HTTPStatus.FORBIDDEN:
            return MissingScopeError(_how_to_grant(resource))
        case HTTPStatus.NOT_FOUND:
            return StoreNotFoundError(f"the store has no {path}: is the store hash right?")
    return RequestRejectedError(f"the store refused {path} with {status}: {_excerpt(answer.body)}")


def _how_to_grant(resource: Resource) -> str:
    if not resource.scopes:
        return (
            f"the store lets the access token not use {resource.path}, which needs no scope: its"
            " plan may not have it, or the API account has changed"
        )
    scopes = " and ".join(f"{scope.title} ({scope.name})" for scope in resource.scopes)
    return (
        f"the access token may not use {resource.path}: it needs the scope {scopes}. A store-level"
        " account's scopes cannot be changed: create a new one in the control panel under Settings"
        " > Store-level API accounts and connect the store again with its token. A wrong store hash"
        " gives the same answer."
    )


def _excerpt(body: bytes) -> str:
    """Return what an error body says: V2 sends a list of objects, V3 an object."""
    try:
        said = json.loads(body)
    except ValueError:
        return "no reason given"
    if isinstance(said, list) and said:
        said = said[0]
    if not isinstance(said, dict):
        return "no reason given"
    return str(said.get("title") or said.get("message") or "no reason given")[:_LONGEST_EXCERPT]

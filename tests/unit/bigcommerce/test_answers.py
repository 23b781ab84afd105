from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from requests.structures import CaseInsensitiveDict

from headwater.adapters.bigcommerce.answers import (
    ORDERS,
    TRANSACTIONS,
    Answer,
    Resource,
    read,
)
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

REFUNDS = Resource("/v3/orders/payment_actions/refunds", (ORDERS, TRANSACTIONS))


def answer(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, CaseInsensitiveDict(headers or {}), body, datetime.now(UTC))


def test_no_content_is_nothing_rather_than_broken_json() -> None:
    assert read(answer(204), REFUNDS) is None


def test_fractions_are_read_without_rounding() -> None:
    content = read(answer(200, b'{"data": [{"amount": 16.2000000000000001}]}'), REFUNDS)
    assert content["data"][0]["amount"] == Decimal("16.2000000000000001")


@pytest.mark.parametrize(
    "body", [b"", b"<html></html>", b'[{"id": 1', b"[NaN]", b"\xff", b"[" * 99999]
)
def test_an_ok_that_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read(answer(200, body), REFUNDS)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, RequestRejectedError),
        (400, RequestRejectedError),
        (401, CredentialsRejectedError),
        (403, MissingScopeError),
        (404, StoreNotFoundError),
        (413, RequestRejectedError),
        (422, RequestRejectedError),
        (429, RateLimitedError),
        (500, StoreUnavailableError),
        (502, StoreUnavailableError),
        (503, StoreUnavailableError),
        (504, StoreUnavailableError),
        (509, RateLimitedError),
    ],
)
def test_each_status_is_an_error_of_its_own_kind(status: int, kind: type[HeadwaterError]) -> None:
    with pytest.raises(HeadwaterError) as raised:
        read(answer(status), REFUNDS)
    assert type(raised.value) is kind


def test_a_missing_scope_is_named_with_the_place_to_grant_it() -> None:
    with pytest.raises(MissingScopeError) as raised:
        read(answer(403), REFUNDS)
    told = str(raised.value)
    assert "Order Transactions (store_v2_transactions_read_only)" in told
    assert "Settings > Store-level API accounts" in told
    assert "hash" in told


def test_the_wait_that_the_store_asks_for_travels_with_the_error() -> None:
    with pytest.raises(RateLimitedError) as raised:
        read(answer(429, headers={"X-Rate-Limit-Time-Reset-Ms": "4000"}), REFUNDS)
    assert raised.value.retry_after == 4.1


def test_a_429_without_headers_leaves_the_wait_open() -> None:
    with pytest.raises(RateLimitedError) as raised:
        read(answer(429), REFUNDS)
    assert raised.value.retry_after is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'[{"status":400,"message":"bad min_id"}]', "bad min_id"),
        (b'{"status":422,"title":"bad sort","errors":{}}', "bad sort"),
        (b"<html>", "no reason given"),
        (b"[]", "no reason given"),
        (b'"what"', "no reason given"),
    ],
)
def test_the_stores_own_words_are_kept_for_a_refused_request(body: bytes, reason: str) -> None:
    with pytest.raises(RequestRejectedError, match=reason):
        read(answer(400, body), REFUNDS)

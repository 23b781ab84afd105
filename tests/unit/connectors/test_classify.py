"""What an answer means by HTTP's own rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from headwater import errors
from headwater.adapters.connectors.classify import by_status, duration
from headwater.adapters.connectors.exchange import Answer


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("/contacts", status, CaseInsensitiveDict(named), body, at)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"{}", None),
        (204, b"", None),
        (302, b"", errors.MalformedAnswerError),
        (400, b'{"message": "no"}', errors.RequestRejectedError),
        (401, b"", errors.CredentialsRejectedError),
        (403, b'{"errors": [{"detail": "scope"}]}', errors.MissingScopeError),
        (403, b"", errors.StoreUnavailableError),
        (403, b"<html>", errors.StoreUnavailableError),
        (404, b"", errors.GoneError),
        (410, b"", errors.GoneError),
        (429, b"", errors.RateLimitedError),
        (502, b"<html>", errors.StoreUnavailableError),
    ],
)
def test_a_status_is_one_of_our_errors(status: int, body: bytes, expected: type | None) -> None:
    error = by_status(answer(status, body))
    assert type(error) is (expected or type(None))


def test_a_wait_that_is_asked_for_is_told() -> None:
    error = by_status(answer(429, retry_after="17"))
    assert isinstance(error, errors.RateLimitedError)
    assert error.retry_after == 17


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"errors":[{"status":400,"title":"Bad","detail":"The filter."}]}', "The filter."),
        (b'{"type":"x","title":"Forbidden","detail":""}', "Forbidden"),
        (b'{"error":{"message":"(#100) No","code":100}}', "(#100) No"),
        (b'[{"error":{"code":3,"message":"In an array"}}]', "In an array"),
        (b'{"TrackingId":"g","Errors":[{"Code":109,"Message":"Expired"}]}', "Expired"),
        (b'{"error":"invalid_grant"}', "invalid_grant"),
        (b"<html>secret page</html>", "no reason given"),
    ],
)
def test_the_sentence_of_an_error_is_found_in_each_envelope(body: bytes, said: str) -> None:
    assert said in str(by_status(answer(400, body)))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30s", 30), ("1.5", 1.5), (7, 7), ("-3", 0), ("soon", None), (None, None), ("inf", None)],
)
def test_seconds_are_read_as_vendors_write_them(value: object, seconds: float | None) -> None:
    assert duration(value) == seconds

"""What AWS refuses, in the words of our error tree."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

from headwater.errors import RateLimitedError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_SERVER_ERROR = 500


def code_of(error: ClientError) -> str:
    """Return AWS's name of an error, such as ``ConditionalCheckFailedException``."""
    return str(error.response["Error"]["Code"])


@contextmanager
def translated() -> Iterator[None]:
    """Turn throttling and outages into errors that a state machine retries.

    Anything else that AWS refuses is a defect or a missing permission and passes as it is.

    Raises:
        RateLimitedError: AWS asks us to slow down, and the client's own retries are used up.
        StoreUnavailableError: a server error, or no answer at all.
    """
    try:
        yield
    except (ConnectionError, HTTPClientError) as error:
        message = f"AWS does not answer: {type(error).__name__}"
        raise StoreUnavailableError(message) from error
    except ClientError as error:
        message = f"{error.operation_name}: {code_of(error)}"
        if code_of(error) in _THROTTLED:
            raise RateLimitedError(message) from error
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status >= _SERVER_ERROR:
            raise StoreUnavailableError(message) from error
        raise

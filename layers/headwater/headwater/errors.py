"""The error tree, by the caller's reaction.

::

    HeadwaterError
    ├── RetriableError              wait, then do the same again
    │   ├── RateLimitedError
    │   ├── StoreUnavailableError
    │   ├── MalformedAnswerError
    │   └── ConflictError
    ├── SkippableError              keep the bad row with its reason, go on with the others
    │   └── InvalidRowError
    └── FatalError                  stop; a person has to act
        ├── CredentialsRejectedError
        ├── MissingScopeError
        ├── StoreNotFoundError
        ├── GoneError
        ├── TooMuchDataError
        ├── RequestRejectedError
        ├── InvalidParameterError
        │   └── UndecidedError
        ├── UnknownResourceError
        ├── LeaseLostError
        └── ConfigurationError

A state machine matches error names as strings, so its ``Retry`` lists the leaves; a test holds
that list against this tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "ConfigurationError",
    "ConflictError",
    "CredentialsRejectedError",
    "FatalError",
    "GoneError",
    "HeadwaterError",
    "InvalidParameterError",
    "InvalidRowError",
    "LeaseLostError",
    "MalformedAnswerError",
    "MissingScopeError",
    "RateLimitedError",
    "RequestRejectedError",
    "RetriableError",
    "SkippableError",
    "StoreNotFoundError",
    "StoreUnavailableError",
    "TooMuchDataError",
    "UndecidedError",
    "UnknownResourceError",
]


class HeadwaterError(Exception):
    """The root of everything that Headwater raises on purpose."""


class RetriableError(HeadwaterError):
    """The same call may succeed later."""


class SkippableError(HeadwaterError):
    """One record is bad; the rest of the work is not."""


class FatalError(HeadwaterError):
    """No retry helps; a person has to act."""


class RateLimitedError(RetriableError):
    """The other side asks us to wait.

    Attributes:
        retry_after: seconds to wait, or None where the answer did not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreUnavailableError(RetriableError):
    """The store answers with a server error, or not at all."""


class MalformedAnswerError(RetriableError):
    """The answer is not what its status promises: cut short, HTML, or not JSON."""


class ConflictError(RetriableError):
    """Somebody else changed the same item between our read and our write."""


class InvalidRowError(SkippableError):
    """A row that we were given breaks a rule; the message is the reason."""


class CredentialsRejectedError(FatalError):
    """The access token is wrong or revoked: the connection must be authorized again."""


class MissingScopeError(FatalError):
    """The access token lacks a scope; the message names it.

    Attributes:
        scopes: title → what it is for, where several were tried at once.
    """

    def __init__(self, message: str, scopes: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.scopes = dict(scopes or {})


class StoreNotFoundError(FatalError):
    """There is no store under this hash."""


class GoneError(FatalError):
    """What we ask of was withdrawn: a version of an API, or an account there."""


class TooMuchDataError(FatalError):
    """The other side refuses so much at once: ask for less."""


class RequestRejectedError(FatalError):
    """The other side calls our request wrong: a defect of ours."""


class InvalidParameterError(FatalError):
    """A caller's parameter is impossible; the message says which and why."""


class UndecidedError(InvalidParameterError):
    """What a caller sent can be read in several ways, or in none; the message asks him.

    Attributes:
        option: the option that would answer.
        choices: what it may be, where it is one of a few.
    """

    def __init__(self, message: str, option: str, choices: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.option = option
        self.choices = tuple(choices)


class UnknownResourceError(FatalError):
    """What the caller asks for does not exist in this account."""


class LeaseLostError(FatalError):
    """Another run holds the account's lease: this one must write nothing more."""


class ConfigurationError(FatalError):
    """The deployment lacks something that it needs."""

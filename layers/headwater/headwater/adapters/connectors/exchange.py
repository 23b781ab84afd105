"""What is asked of a vendor, and what comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from headwater.errors import MalformedAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

API = "api"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request.

    ``path`` lies below the vendor's ``host``, which is the name of one of its row's hosts; or it is
    a whole address that the vendor has given us, and begins with http. ``is_json``: a good answer
    that is none has broken off. ``is_anonymous``: the address itself is the permission, as that of
    a file which a vendor has made for us; it may lie anywhere, and is told nothing of us.
    """

    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    method: str = "GET"
    json: object = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    host: str = API
    is_json: bool = True
    is_anonymous: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back, without any secret that it quoted; header names are case-insensitive."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    asked_at: datetime

    @property
    def is_good(self) -> bool:
        """Tell whether the status promises what was asked for."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own numbers

    def content(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the JSON of the body, every fraction a Decimal; None for an empty body.

        Raises:
            MalformedAnswerError: the body is no JSON.
        """
        try:
            return self._parsed
        except (ValueError, RecursionError):
            message = f"{self.path}: {len(self.body)} bytes that are not JSON ({self.status})"
            raise MalformedAnswerError(message) from None

    @cached_property
    def _parsed(self) -> Any:  # noqa: ANN401
        if not self.body and self.status == HTTPStatus.NO_CONTENT:
            return None
        return json.loads(self.body, parse_float=Decimal, parse_constant=_no_constant)

    def said(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the JSON of the body, or None where it is none."""
        try:
            return self.content()
        except MalformedAnswerError:
            return None


def at(content: Any, *names: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return what stands below some names of a JSON value, or None."""
    for name in names:
        if not isinstance(content, dict):
            return None
        content = content.get(name)
    return content


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)

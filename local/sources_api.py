"""The reports API's routes of connected stores, as the terminal calls them: HTTP and a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

# The gateway answers within thirty seconds, one way or the other.
_TIMEOUT = 40
_FORBIDDEN = 403


class RefusedError(RuntimeError):
    """The API refused; the message is for a person."""


class SourcesApi:
    """The sources of the account that a key belongs to.

    Args:
        url: the stack's output ``ReportsUrl``.
        key: an owner's key.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Return what a route answers.

        Raises:
            RefusedError: it is a problem, or there is no answer.
        """
        try:
            answer = self._session.request(
                method, self._url + path, json=body, timeout=_TIMEOUT, allow_redirects=False
            )
            document = answer.json()
        except requests.JSONDecodeError:
            message = f"{self._url} answers {answer.status_code}, but not as Headwater does"
            raise RefusedError(message) from None
        except requests.RequestException as error:
            message = f"{self._url} cannot be reached ({type(error).__name__})"
            raise RefusedError(message) from None
        if answer.ok:
            return document
        if answer.status_code == _FORBIDDEN and "detail" not in document:
            message = "the key is unknown here: `make account` prints an owner key once"
            raise RefusedError(message)
        raise RefusedError(str(document.get("detail") or document))

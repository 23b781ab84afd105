"""The deployed APIs as a program of the merchant's would call them: over HTTP, with a key."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.demo.live_hits import HitPost

# What the reports API takes in one call.
_MOST_ROWS = 1_000
# Browsers that send at the same time.
_BROWSERS = 4
# The pull of a long history may hold a connection open for its ten minutes.
_TIMEOUT = 900


class ApiError(RuntimeError):
    """The API refused; the message holds its problem document."""


class ReportsApi:
    """The reports API under one key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return what a route answers."""
        return self._answer(self._session.get(self.url + path, params=parameters, timeout=_TIMEOUT))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Post a JSON body; amounts are decimal strings."""
        return self._send("POST", path, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Put a JSON body."""
        return self._send("PUT", path, body)

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return self._answer(
            self._session.request(
                method,
                self.url + path,
                data=json.dumps(body, default=str),
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUT,
            )
        )

    def post_rows(self, path: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Post rows in slices; return how many the API took. Refused rows are an error here."""
        taken = 0
        for start in range(0, len(rows), _MOST_ROWS):
            answer = self.post(path, {"rows": rows[start : start + _MOST_ROWS]})
            if answer["rejected"]:
                message = f"{path} refused {answer['rejected'][:3]}"
                raise ApiError(message)
            taken += answer["accepted"]
        return taken

    @staticmethod
    def _answer(response: requests.Response) -> Any:  # noqa: ANN401
        if not response.ok:
            message = f"{response.request.method} {response.url}: {response.status_code}"
            msg = f"{message} {response.text[:500]}"
            raise ApiError(msg)
        return response.json()


def send_hits(collector_url: str, posts: Sequence[HitPost]) -> dict[int, int]:
    """Send hits to the collector as browsers do, several at a time; return status → count."""

    def send(post: HitPost) -> int:
        return requests.post(
            f"{collector_url}/e",
            data=post.body.encode(),
            headers={"Content-Type": "text/plain;charset=UTF-8", **post.headers},
            timeout=30,
        ).status_code

    with ThreadPoolExecutor(_BROWSERS) as browsers:
        return dict(Counter(browsers.map(send, posts)))

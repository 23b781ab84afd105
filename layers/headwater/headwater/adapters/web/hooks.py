"""Posts messages to addresses that owners give: to public ones, and where no redirect leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain.fetching import Allowance, host_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.adapters.web.pages import WebPages

_HEADERS = {"Content-Type": "application/json", "User-Agent": "Headwater/1.0"}


class WebHooks:
    """The port ``Hooks`` on the open web.

    Args:
        pages: asks the web by the rules for what strangers name.
        loopback: whether receivers on this very machine may be asked; for local stacks only.
    """

    def __init__(self, pages: WebPages, *, loopback: bool = False) -> None:
        self._pages = pages
        self._loopback = loopback

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        """Return the answer's status, or 0 and why there is none; follows no redirect."""
        allowance = Allowance(frozenset({host_of(url)}), self._loopback)
        answer = self._pages.post(url, allowance, {**_HEADERS, **headers}, body)
        return answer.status, answer.failure.value if answer.failure else ""

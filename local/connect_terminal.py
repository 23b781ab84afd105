"""What `make connect` talks to: the API, and a person at a terminal."""

from __future__ import annotations

import getpass
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from local.sources_api import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Api(Protocol):
    """The routes of connected sources."""

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Return what a route answers; raises RefusedError."""
        ...


@dataclass(frozen=True)
class Terminal:
    """A person at a keyboard, or a script without one (``asks`` is false then)."""

    asks: bool
    ask: Callable[[str], str] = input
    ask_secret: Callable[[str], str] = getpass.getpass
    say: Callable[[str], object] = print
    sleep: Callable[[float], object] = time.sleep

    def value(self, given: str | None, name: str, question: str, default: str = "") -> str:
        """Return what was given, or what a person answers.

        Raises:
            RefusedError: nobody can be asked, and there is no default.
        """
        if given is not None:
            return given
        if not self.asks:
            if default:
                return default
            message = f"{name} is missing"
            raise RefusedError(message)
        shown = f" [{default}]" if default else ""
        return self.ask(f"{question}{shown}: ").strip() or default

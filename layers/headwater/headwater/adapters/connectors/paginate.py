"""How lists are paged. A place in a list is a text, so that a bookmark can hold it.

The empty text is the beginning of a list, and, as the place behind a page, its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from headwater.adapters.connectors.exchange import Ask, at

if TYPE_CHECKING:
    from collections.abc import Sequence


class Paginator(Protocol):
    """A way of paging."""

    def ask_for(self, ask: Ask, place: str) -> Ask:
        """Return the request for the page at a place of a list."""
        ...

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401
        """Return the place behind the page at a place."""
        ...


@dataclass(frozen=True, slots=True)
class SinglePage:
    """A list that comes whole."""

    def ask_for(self, ask: Ask, place: str) -> Ask:  # noqa: ARG002
        """Return the request."""
        return ask

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401, ARG002
        """Return that it has ended."""
        return ""


@dataclass(frozen=True, slots=True)
class NextUrl:
    """The body names the next page's whole address."""

    next_at: tuple[str, ...]

    def ask_for(self, ask: Ask, place: str) -> Ask:
        """Return the request: at the address, which has the whole query in it."""
        return replace(ask, path=place, query={}) if place else ask

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401, ARG002
        """Return the address that the body names."""
        return str(at(content, *self.next_at) or "")


@dataclass(frozen=True, slots=True)
class CursorParameter:
    """The body names a cursor, which goes into a parameter.

    ``alone``: the cursor carries the filters of the list, and nothing may stand beside it.
    """

    parameter: str
    next_at: tuple[str, ...]
    alone: bool = False

    def ask_for(self, ask: Ask, place: str) -> Ask:
        """Return the request with the cursor."""
        if not place:
            return ask
        return replace(ask, query={**({} if self.alone else ask.query), self.parameter: place})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401, ARG002
        """Return the cursor that the body names."""
        return str(at(content, *self.next_at) or "")


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Pages are numbered from 1, and the body says how many there are."""

    parameter: str
    total_at: tuple[str, ...]

    def ask_for(self, ask: Ask, place: str) -> Ask:
        """Return the request for a page by its number."""
        return replace(ask, query={**ask.query, self.parameter: int(place or 1)})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401
        """Return the next number, unless that page was the last or empty."""
        number, total = int(place or 1), int(at(content, *self.total_at) or 0)
        return str(number + 1) if rows and number < total else ""


@dataclass(frozen=True, slots=True)
class Offset:
    """Pages begin at the n-th row; without a total a short page is the last."""

    parameter: str
    size: int
    total_at: tuple[str, ...] = ()

    def ask_for(self, ask: Ask, place: str) -> Ask:
        """Return the request for the rows behind the n-th."""
        return replace(ask, query={**ask.query, self.parameter: int(place or 0)})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401
        """Return how many rows lie behind us, unless these are all."""
        behind = int(place or 0) + len(rows)
        total = at(content, *self.total_at) if self.total_at else None
        is_last = len(rows) < self.size if total is None else behind >= int(total)
        return "" if is_last or not rows else str(behind)


@dataclass(frozen=True, slots=True)
class IdKeyset:
    """Pages hold the rows whose id is greater than the last one's."""

    parameter: str
    id_at: tuple[str, ...]
    size: int

    def ask_for(self, ask: Ask, place: str) -> Ask:
        """Return the request for the rows above an id."""
        return replace(ask, query={**ask.query, self.parameter: place or "0"})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401, ARG002
        """Return the greatest id of the page, unless the page is short."""
        if len(rows) < self.size:
            return ""
        return str(max(int(at(row, *self.id_at)) for row in rows))

"""Tests of the tracking: a link with a code, a visit by it, and what has to come of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus, urlsplit, urlunsplit

from headwater.domain.landings import TEST_CODE, known_marks
from headwater.domain.rows import clean_text
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from datetime import datetime

LEAD, SALES = "lead", "sales"
KINDS = (LEAD, SALES)
# Whoever forgets to end a test has ended it by then.
LONGEST_TEST = timedelta(hours=24)
# A test's link is opened once or twice; more visits than this are somebody else's.
MOST_VISITS = 20

WAITING, PASSED, FAILED, SKIPPED = "waiting", "passed", "failed", "skipped"

_LONGEST_LINK = 2048


@dataclass(frozen=True, slots=True)
class Visit:
    """A page view whose address has the code of a test.

    Of a private one visitor and session are made up, and nothing follows from it.
    """

    validation_id: str
    event_id: str
    visitor: str
    session: str
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One request on the way to the page; status 0 where there was no answer.

    ``dropped`` names the marks that the address before still had.
    """

    url: str
    status: int
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something failed, and what to do about it."""

    cause: str
    fix: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list: ``state`` is waiting, passed, failed or skipped.

    ``seen`` says what there was to see; of what failed ``cause`` says why, and ``fix`` what to do.
    """

    name: str
    state: str
    seen: str = ""
    cause: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Validation:
    """A test. It ends by itself at ``closes_at``.

    ``steps`` and ``page`` are what the page looked like when the test began. ``items`` is the list
    as it was when the test ended, and as it last changed.
    """

    validation_id: str
    kind: str
    url: str
    link: str
    started_at: datetime
    closes_at: datetime
    steps: tuple[Step, ...] = ()
    page: tuple[Item, ...] = ()
    items: tuple[Item, ...] = ()
    ended_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Tell whether no visit counts any more."""
        return self.ended_at is not None or now >= self.closes_at


def named_by_time(now: datetime, random: str) -> str:
    """Return the id of a test: later ones sort behind earlier ones, and nobody guesses one."""
    return f"{round(now.timestamp() * 1000):011x}{random}"


def link_with_code(url: str, code: str) -> str:
    """Put a test's code into the address of a page; one that it has already is replaced.

    Raises:
        InvalidParameterError: the text is no address of a page, or too long for a link.
    """
    parts = urlsplit(url)
    kept = [
        pair
        for pair in parts.query.split("&")
        if pair and unquote_plus(pair.partition("=")[0]).lower() != TEST_CODE
    ]
    link = urlunsplit(parts._replace(query="&".join([*kept, f"{TEST_CODE}={code}"])))
    if len(link) > _LONGEST_LINK:
        message = f"url: longer than {_LONGEST_LINK} characters with the code of the test"
        raise InvalidParameterError(message)
    return link


def marks_of(url: str) -> dict[str, str]:
    """Return the campaign marks of an address by their names in lower case, the code included."""
    parts = urlsplit(url)
    fragment = parts.fragment.rpartition("?")[2]
    found: dict[str, str] = {}
    for name, value in [*parse_qsl(parts.query), *parse_qsl(fragment)]:
        if value and name.lower() in known_marks():
            found.setdefault(name.lower(), value)
    return found


def steps_of(chain: tuple[tuple[str, int], ...]) -> tuple[Step, ...]:
    """Return the steps of a chain of addresses and statuses, each with the marks that it lost."""
    steps: list[Step] = []
    had: dict[str, str] = {}
    for url, status in chain:
        has = marks_of(url)
        dropped = sorted(name for name, value in had.items() if has.get(name) != value)
        # A server may write anything into a redirect, and terminals show what is told here.
        steps.append(Step(clean_text(url), status, tuple(dropped)))
        had = has
    return tuple(steps)


def verdict(items: tuple[Item, ...]) -> str:
    """Return ``failed`` if anything did, else ``waiting`` if anything is open, else ``passed``."""
    states = {item.state for item in items}
    return next((state for state in (FAILED, WAITING) if state in states), PASSED)

"""Saved views: a report with its parameters, under a name that people gave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MOST_VIEWS = 200
LONGEST_NAME = 80
MOST_PARAMETERS, LONGEST_VALUE = 20, 4_000
# A place in the pages of one version of the data: it is worth nothing after the next run.
_PASSING = "after"


@dataclass(frozen=True, slots=True)
class View:
    """A view. ``parameters`` are those of its report's route, as texts, by name.

    A relative range among them is read again each time that the view is.
    """

    view_id: str
    name: str
    report: str
    parameters: tuple[tuple[str, str], ...]
    created_at: datetime
    changed_at: datetime


def read_parameters(given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a view's parameters in the order of their names.

    Raises:
        InvalidParameterError: there are too many, one is too long, or one cannot be kept.
    """
    if len(given) > MOST_PARAMETERS:
        message = f"parameters: at most {MOST_PARAMETERS}"
        raise InvalidParameterError(message)
    for name, value in given.items():
        if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
            message = f"parameters: {name[:LONGEST_NAME]!r} is too long"
            raise InvalidParameterError(message)
    if _PASSING in given:
        message = f"parameters: {_PASSING} is a place in one version's pages; leave it out"
        raise InvalidParameterError(message)
    return tuple(sorted(given.items()))


def read_name(text: str, what: str = "name") -> str:
    """Return a name that people gave, without spaces around it.

    Raises:
        InvalidParameterError: it is empty, too long, or holds what cannot be printed.
    """
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        message = f"{what}: from 1 to {LONGEST_NAME} characters that can be printed"
        raise InvalidParameterError(message)
    return name

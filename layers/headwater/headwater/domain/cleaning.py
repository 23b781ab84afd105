"""How an account cleans names: aliases of source, medium and campaign, and rules for channels.

Raw values stay as they came. A run names every click anew, so a changed rule reaches the whole
history.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_ALIASES, MOST_CHANNEL_RULES = 500, 100
LONGEST_PATTERN, LONGEST_NAME = 200, 200
# The ways in which a pattern is compared.
TESTS = ("equals", "starts_with", "contains", "glob")
# The names that have aliases, and what a channel rule looks at.
ALIASED = ("source", "medium", "campaign")
CONDITIONS = (*ALIASED, "referrer", "landing_page", "click_id_kind")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def fold(value: str) -> str:
    """Return a value as patterns see it: without letter case and superfluous blanks."""
    return " ".join(value.split()).casefold()


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a value has to look like: ``test`` is one of ``TESTS``; letter case does not matter.

    In a ``glob``, ``*`` stands for any characters and ``?`` for one.
    """

    test: str
    value: str

    def __post_init__(self) -> None:
        """Refuse a pattern that fits nothing or everything; raises InvalidParameterError."""
        if not 0 < len(self.value) <= LONGEST_PATTERN:
            message = f"{self.test}: give 1 to {LONGEST_PATTERN} characters"
            raise InvalidParameterError(message)
        if not fold(self.value).strip("*?" if self.test == "glob" else ""):
            message = f"{self.test}: {self.value!r} would fit everything"
            raise InvalidParameterError(message)

    def fits(self, folded: str) -> bool:
        """Tell whether a folded value looks like this."""
        wanted = fold(self.value)
        match self.test:
            case "equals":
                return folded == wanted
            case "starts_with":
                return folded.startswith(wanted)
            case "contains":
                return wanted in folded
            case _:
                return fnmatch.fnmatchcase(folded, wanted.replace("[", "[[]"))


@dataclass(frozen=True, slots=True)
class Alias:
    """Values that a pattern fits are called ``name``."""

    pattern: Pattern
    name: str

    def __post_init__(self) -> None:
        """Refuse a name that reports could not show; raises InvalidParameterError."""
        is_bare = self.name == " ".join(self.name.split()) and not _UNPRINTABLE.search(self.name)
        if not is_bare or not 0 < len(self.name) <= LONGEST_NAME:
            message = f"name: give 1 to {LONGEST_NAME} characters without blanks around"
            raise InvalidParameterError(message)


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """Clicks that meet all conditions (field, pattern) came by this channel."""

    channel: str
    conditions: tuple[tuple[str, Pattern], ...]

    def __post_init__(self) -> None:
        """Refuse a rule that cannot work; raises InvalidParameterError naming the field."""
        if not _CHANNEL.fullmatch(self.channel):
            message = (
                "channel: give a name of lower-case letters, digits and _, "
                "one of the built-in ones or a new one"
            )
            raise InvalidParameterError(message)
        if not self.conditions:
            message = "channel: a rule without a condition would take every click"
            raise InvalidParameterError(message)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """An account's aliases and channel rules, in the order in which they are tried.

    ``paid_channels`` are channels that count as ads beside the built-in ones.
    """

    source: tuple[Alias, ...] = ()
    medium: tuple[Alias, ...] = ()
    campaign: tuple[Alias, ...] = ()
    channel_rules: tuple[ChannelRule, ...] = ()
    paid_channels: tuple[str, ...] = ()

    @property
    def landing_patterns(self) -> tuple[Pattern, ...]:
        """Return the patterns of landing pages, each once."""
        patterns = (
            pattern
            for rule in self.channel_rules
            for field, pattern in rule.conditions
            if field == "landing_page"
        )
        return tuple(dict.fromkeys(patterns))


NO_CLEANING = Cleaning()


class Cleaner:
    """Applies an account's cleaning; every value is looked up once."""

    def __init__(self, cleaning: Cleaning) -> None:
        self._aliases = {field: getattr(cleaning, field) for field in ALIASED}
        self._rules = cleaning.channel_rules
        self._names: dict[tuple[str, str], str] = {}
        self._fits: dict[tuple[Pattern, str], bool] = {}

    def name(self, field: str, value: str) -> str:
        """Return what a source, medium or campaign is called: itself, if no alias fits.

        A name that another alias fits is called by that one in turn.
        """
        key = field, value
        if key not in self._names:
            self._names[key] = follow(self._aliases[field], value)[-1]
        return self._names[key]

    def channel(self, values: Mapping[str, str], otherwise: str) -> str:
        """Return the channel of the first rule that holds.

        Args:
            values: of ``CONDITIONS``; a missing one is empty.
            otherwise: the channel where no rule holds.
        """
        for rule in self._rules:
            if all(self._meets(p, values.get(field, "")) for field, p in rule.conditions):
                return rule.channel
        return otherwise

    def _meets(self, pattern: Pattern, value: str) -> bool:
        key = pattern, value
        if key not in self._fits:
            self._fits[key] = pattern.fits(fold(value))
        return self._fits[key]


def follow(aliases: Sequence[Alias], value: str) -> list[str]:
    """Return a value and the names that aliases give it one after the other.

    Ends where no alias fits, or with a name that stands in the list already.
    """
    names = [value]
    while alias := next((a for a in aliases if a.pattern.fits(fold(names[-1]))), None):
        names.append(alias.name)
        if alias.name in names[:-1]:
            break
    return names


def cycles_of(aliases: Sequence[Alias]) -> Iterator[tuple[int, list[str]]]:
    """Yield the aliases, by position, whose names lead back to themselves by way of others."""
    for position, alias in enumerate(aliases):
        names = follow(aliases, alias.name)
        if len(names) > 2 and names[0] == names[-1]:  # noqa: PLR2004 - there and back
            yield position, names

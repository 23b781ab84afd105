"""Conditions on the columns of a row: ``source = google and (net > 100 or campaign ~ 'spring')``.

``= != < <= > >=`` compare numbers as numbers and texts as texts; ``~`` finds a text in another,
whatever the case. ``and`` binds closer than ``or``; ``not`` and parentheses do as usual. Texts with
anything but letters, digits and ``_ . : / % -`` stand in quotes, doubled within. ``null`` is what a
row does not tell; nothing compares with it but ``=`` and ``!=``.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NoReturn
from unicodedata import category

from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LONGEST = 2_000
_DEEPEST = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<quoted>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|(?P<sign>!=|<=|>=|[=<>~()])"
    r"|(?P<word>[\w.:/%-]+))",
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Test:
    """One column held against a value; None is null."""

    __test__ = False

    column: str
    sign: str
    value: str | None

    def columns(self) -> Iterator[str]:
        """Yield the columns that it looks at."""
        yield self.column

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row passes; a column that it does not have is null."""
        found = row.get(self.column)
        if self.value is None or found is None:
            return _COMPARE[self.sign](found, self.value) if self.sign in ("=", "!=") else False
        text = str(found).lower() if isinstance(found, bool) else str(found)
        if self.sign == "~":
            return self.value.casefold() in text.casefold()
        numbers = number_of(text), number_of(self.value)
        return _COMPARE[self.sign](*((text, self.value) if None in numbers else numbers))

    def sql(self) -> str:
        """Return the SQL of it, where the column is a text that is never null."""
        value = "'" + (self.value or "").replace("'", "''") + "'"
        if self.sign == "~":
            return f"contains(lower({self.column}), lower({value}))"
        return f"{self.column} {self.sign} {value}"

    def text(self) -> str:
        """Return it in the one way in which it can be read again."""
        value = "null" if self.value is None else "'" + self.value.replace("'", "''") + "'"
        return f"{self.column} {self.sign} {value}"


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold."""

    inner: Condition

    def columns(self) -> Iterator[str]:
        """Yield the columns that it looks at."""
        yield from self.inner.columns()

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row passes."""
        return not self.inner.holds(row)

    def sql(self) -> str:
        """Return the SQL of it."""
        return f"NOT ({self.inner.sql()})"

    def text(self) -> str:
        """Return it as it can be read again."""
        return f"not ({self.inner.text()})"


@dataclass(frozen=True, slots=True)
class Several:
    """Conditions that hold all (``and``), or of which one holds (``or``)."""

    word: str
    parts: tuple[Condition, ...]

    def columns(self) -> Iterator[str]:
        """Yield the columns that they look at."""
        for part in self.parts:
            yield from part.columns()

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row passes."""
        found = (part.holds(row) for part in self.parts)
        return all(found) if self.word == "and" else any(found)

    def sql(self) -> str:
        """Return the SQL of them."""
        return f" {self.word} ".join(f"({part.sql()})" for part in self.parts)

    def text(self) -> str:
        """Return them as they can be read again."""
        return f" {self.word} ".join(f"({part.text()})" for part in self.parts)


type Condition = Test | Not | Several


def read_condition(parameter: str, text: str) -> Condition:
    """Read a condition.

    Args:
        parameter: what to call it in errors.
        text: the condition.

    Raises:
        InvalidParameterError: it is none, or too long, or too deep.
    """
    reader = _Reader(parameter, text)
    condition = reader.either(0)
    reader.expect_end()
    return condition


class _Reader:
    """Reads the words of a condition from left to right."""

    def __init__(self, parameter: str, text: str) -> None:
        self._parameter = parameter
        if len(text) > LONGEST:
            self._refuse(f"at most {LONGEST} characters")
        if any(category(letter) in {"Cc", "Cs"} for letter in text):
            self._refuse("there is a character that nobody can write")
        self._tokens: list[tuple[str, str]] = []
        place, text = 0, text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                self._refuse(f"cannot read {text[place:].strip()[:20]!r}")
            self._tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            place = found.end()
        self._place = 0

    def either(self, depth: int) -> Condition:
        """Read parts joined by ``or``."""
        if depth > _DEEPEST:
            self._refuse(f"parentheses go at most {_DEEPEST} deep")
        return self._several("or", lambda: self._several("and", lambda: self._one(depth)))

    def expect_end(self) -> None:
        """Refuse words that follow a whole condition."""
        if self._place < len(self._tokens):
            self._refuse(f"did not expect {self._tokens[self._place][1][:20]!r}")

    def _several(self, word: str, read: Callable[[], Condition]) -> Condition:
        parts = [read()]
        while self._is_next(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Several(word, tuple(parts))

    def _one(self, depth: int) -> Condition:
        if self._is_next("not"):
            if depth > _DEEPEST:
                self._refuse(f"parentheses go at most {_DEEPEST} deep")
            return Not(self._one(depth + 1))
        if self._is_next("("):
            inner = self.either(depth + 1)
            if not self._is_next(")"):
                self._refuse("a parenthesis is not closed")
            return inner
        _, column = self._take("word", "a column")
        _, sign = self._take("sign", f"one of {', '.join((*_COMPARE, '~'))}")
        if sign in "()":
            self._refuse(f"{column} is held against nothing")
        kind, value = self._take("", "a value")
        if kind == "quoted":
            return Test(column, sign, value[1:-1].replace(value[0] * 2, value[0]))
        return Test(column, sign, None if value == "null" else value)

    def _is_next(self, word: str) -> bool:
        if self._place < len(self._tokens):
            kind, text = self._tokens[self._place]
            if kind != "quoted" and text.lower() == word:
                self._place += 1
                return True
        return False

    def _take(self, kind: str, what: str) -> tuple[str, str]:
        token = self._tokens[self._place] if self._place < len(self._tokens) else ("", "the end")
        if token[0] == "" or (token[0] != kind if kind else token[0] == "sign"):
            self._refuse(f"expected {what}, not {token[1][:20]!r}")
        self._place += 1
        return token

    def _refuse(self, reason: str) -> NoReturn:
        message = f"{self._parameter}: {reason}"
        raise InvalidParameterError(message)


def number_of(text: str) -> Decimal | None:
    """Return a text as the finite number that it spells, or None."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

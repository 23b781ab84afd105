"""Contacts, as a CRM keeps them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BookClick:
    """A click that a CRM remembers: utm marks by their bare names, and a Google click id."""

    at: datetime
    marks: Mapping[str, str]
    gclid: str = ""


@dataclass(frozen=True, slots=True)
class BookContact:
    """A contact; ``lists`` are (id of the list, instant) of those that it joined."""

    number: int
    email: str
    created: datetime
    updated: datetime
    phone: str = ""
    lists: tuple[tuple[str, datetime], ...] = ()
    first: BookClick | None = None
    last: BookClick | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    other_emails: tuple[str, ...] = ()
    merged: tuple[int, ...] = ()


@dataclass
class ContactBook:
    """All contacts of a CRM, and its lists by id."""

    lists: dict[str, str] = field(default_factory=dict)
    contacts: dict[int, BookContact] = field(default_factory=dict)

    def enter(self, contacts: Iterable[BookContact]) -> None:
        """Enter contacts, or change them."""
        for one in contacts:
            self.contacts[one.number] = one

    def forget(self, number: int) -> None:
        """Let a contact vanish."""
        del self.contacts[number]

    def merge(self, kept: int, merged: int, now: datetime) -> None:
        """Merge a contact into another one, as a person does with doubles."""
        one, other = self.contacts[kept], self.contacts.pop(merged)
        self.contacts[kept] = replace(
            one,
            updated=now,
            other_emails=(*one.other_emails, other.email),
            merged=(*one.merged, merged),
        )

    def by_number(self) -> Sequence[BookContact]:
        """Return all contacts by number."""
        return [self.contacts[number] for number in sorted(self.contacts)]

    def by_change(self) -> Sequence[BookContact]:
        """Return all contacts, those that changed last at the end."""
        return sorted(self.contacts.values(), key=lambda one: (one.updated, one.number))

    def by_creation(self) -> Sequence[BookContact]:
        """Return all contacts, the youngest at the end."""
        return sorted(self.contacts.values(), key=lambda one: (one.created, one.number))

    def members(self, list_id: str) -> Sequence[tuple[BookContact, datetime]]:
        """Return who joined a list when, the last ones at the end."""
        found = [
            (one, joined)
            for one in self.contacts.values()
            for name, joined in one.lists
            if name == list_id
        ]
        return sorted(found, key=lambda pair: (pair[1], pair[0].number))


def between(
    contacts: Sequence[BookContact],
    first: datetime | None,
    last: datetime | None,
    moment: Callable[[BookContact], datetime] = lambda one: one.updated,
) -> Sequence[BookContact]:
    """Return those of some contacts whose moment, by which they are sorted, lies between two.

    Both ends count; None is no bound.
    """
    begin = bisect_left(contacts, first, key=moment) if first else 0
    end = bisect_right(contacts, last, key=moment) if last else len(contacts)
    return contacts if (begin, end) == (0, len(contacts)) else contacts[begin:end]

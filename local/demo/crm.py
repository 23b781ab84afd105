"""What the shop's CRM knows of its contacts: their sign-ups, as Klaviyo keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.vendors.contact_book import BookClick, BookContact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.vendors.contact_book import ContactBook


def fill(book: ContactBook, rows: Iterable[Mapping[str, Any]]) -> int:
    """Enter contacts, given as rows of ``POST /v1/leads``; return how many there are.

    The shop's form has written the utm values of the visit into custom fields. When that visit was
    it did not write.
    """
    for number, row in enumerate(rows, 1):
        joined = [
            (_list_of(book, each["name"]), datetime.fromisoformat(each["joined_at"]))
            for each in row["lists"]
        ]
        created = datetime.fromisoformat(row["created_at"])
        marks = row.get("first_utm", {})
        contact = BookContact(
            number,
            row["email"],
            created,
            max([created, *(at for _, at in joined)]),
            lists=tuple(joined),
            first=BookClick(created, marks) if marks else None,
        )
        book.enter([contact])
    return len(book.contacts)


def _list_of(book: ContactBook, name: str) -> str:
    """Return the id of a list by its name, which is founded where there is none yet."""
    known = next((one for one, called in book.lists.items() if called == name), "")
    list_id = known or f"L{len(book.lists) + 1:03}"
    book.lists[list_id] = name
    return list_id

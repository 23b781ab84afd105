from __future__ import annotations

from datetime import UTC, datetime

from local.demo import crm
from local.vendors.contact_book import ContactBook

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_crm_knows_who_signed_up_when_and_from_where() -> None:
    book = ContactBook()
    row = {
        "source": "klaviyo",
        "external_id": "01",
        "email": "ann@example.com",
        "created_at": NOON.isoformat(),
        "lists": [
            {"name": "Newsletter", "joined_at": NOON.isoformat()},
            {"name": "Win back", "joined_at": LATER.isoformat()},
        ],
    }
    marked = row | {"email": "bob@example.com", "first_utm": {"source": "meta"}}
    assert crm.fill(book, [row, marked]) == 2
    ann, bob = book.by_number()
    assert (ann.email, ann.created, ann.updated, ann.first) == (
        "ann@example.com",
        NOON,
        LATER,
        None,
    )
    assert [book.lists[name] for name, _ in ann.lists] == ["Newsletter", "Win back"]
    assert bob.first
    assert (bob.first.at, bob.first.marks) == (NOON, {"source": "meta"})
    assert sorted(book.lists.values()) == ["Newsletter", "Win back"]

"""A contact as a CRM tells of it, and the row of ``POST /v1/leads`` that this makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from headwater.domain.journeys import Edge
from headwater.domain.landings import CLICK_IDS, read_landing
from headwater.domain.nodes import customer_node, email_node
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

UTM_MARKS = ("source", "medium", "campaign", "content", "term")
# What of a click may stand in a custom field; ``at`` is its time.
_SAYS = (*(f"utm_{mark}" for mark in UTM_MARKS), *CLICK_IDS, "url", "referrer", "at")
# What a custom field may be taken for: first_utm_source, last_gclid, first_url …
FIELD_TARGETS = tuple(f"{click}_{says}" for click in ("first", "last") for says in _SAYS)
# The targets that are marks, and how a row calls them.
_MARK_OF = {
    click: {
        **{f"{click}_utm_{mark}": mark for mark in UTM_MARKS},
        **{f"{click}_{click_id}": click_id for click_id in CLICK_IDS},
    }
    for click in ("first", "last")
}
# What people call fields of the first and of the last click; without a word it is the first.
_FIRST_WORDS, _LAST_WORDS = ("first", "initial", "original", "ft"), ("last", "latest", "lt")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_EARLIEST_YEAR = 2000
# As spreadsheets and forms write an instant, besides ISO 8601: seconds or milliseconds since 1970.
_EPOCH_SECONDS = re.compile(r"\d{10}")
_EPOCH_MILLISECONDS = re.compile(r"\d{13}")


@dataclass(frozen=True, slots=True)
class StatedClick:
    """A click that a CRM remembers.

    ``marks`` are utm marks by their bare names (source, medium …) and click ids by theirs. ``at``
    is None where the CRM does not say when.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    referrer: str = ""
    at: datetime | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is known of it."""
        return bool(self.marks or self.url or self.referrer)


@dataclass(frozen=True, slots=True)
class CrmContact:
    """What one row of a CRM says of a contact.

    ``email`` is empty where the row names its contact by id alone. ``lists`` are (name, instant)
    of the lists that it joined, ``properties`` its custom fields as texts, ``merged_ids`` the
    contacts that were merged into this one, ``other_emails`` further addresses of the same person.
    """

    contact_id: str
    email: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    phone: str = ""
    lists: tuple[tuple[str, datetime], ...] = ()
    tags: tuple[str, ...] = ()
    first: StatedClick = StatedClick()
    last: StatedClick = StatedClick()
    properties: Mapping[str, str] = field(default_factory=dict)
    other_emails: tuple[str, ...] = ()
    merged_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadField:
    """A custom field of a CRM (``name``) and what it is taken for, one of ``FIELD_TARGETS``."""

    name: str
    target: str


# An account has some hundred custom fields, and a hundred thousand contacts with them.
@lru_cache(maxsize=4096)
def usual_target(name: str) -> str:
    """Return what a custom field is taken for by its name alone; empty where it says nothing.

    ``UTM Source``, ``initial_utm_source`` and ``gclid`` are of the first click, ``Last UTM
    Campaign`` and ``utm_medium (latest)`` of the last one.
    """
    words = _NO_LETTER.sub("_", name.lower()).strip("_").split("_")
    click = "last" if set(words) & {*_LAST_WORDS} else "first"
    rest = "_".join(word for word in words if word not in {*_FIRST_WORDS, *_LAST_WORDS})
    if rest in _SAYS and (rest.startswith("utm_") or rest in CLICK_IDS):
        return f"{click}_{rest}"
    return ""


def lead_row(source: str, contact: CrmContact, fields: Sequence[LeadField] = ()) -> dict[str, Any]:
    """Return the row of ``POST /v1/leads`` that a contact makes.

    Args:
        source: the CRM.
        contact: as it tells of him.
        fields: the account's word on custom fields; those that it does not mention are taken for
            what their names say. What the CRM itself says of a click wins over custom fields.
    """
    stated = {"first": contact.first, "last": contact.last}
    told = _told(contact.properties, fields)
    row: dict[str, Any] = {
        "source": source,
        "external_id": contact.contact_id,
        "email": contact.email,
        "created_at": contact.created_at and contact.created_at.isoformat(),
        "phone": contact.phone,
        "lists": [
            {"name": name, "joined_at": joined_at.isoformat()} for name, joined_at in contact.lists
        ],
    }
    for click, known in stated.items():
        latest = contact.updated_at or contact.created_at
        row |= _click_fields(click, known, told, latest)
    return {name: value for name, value in row.items() if value}


def contact_edges(
    source: str, contact: CrmContact, known_as: str, merged: Iterable[str]
) -> list[Edge]:
    """Return what joins a contact's addresses, if it has or had several.

    Args:
        source: the CRM.
        contact: as it is now.
        known_as: the email node that its id has stood for so far, empty if it is new.
        merged: the email nodes of the contacts that were merged into it.
    """
    node = email_node(contact.email) if contact.email else ""
    others = {*merged, known_as, *_nodes_of(contact.other_emails)} - {node, ""}
    if not others or not contact.created_at:
        return []
    person = customer_node(source, f"contact:{contact.contact_id}") or ""
    since = contact.created_at
    changed_at = contact.updated_at or since
    present = changed_at if known_as not in ("", node) else since
    return [
        *([Edge(person, node, present, "record")] if node else []),
        *(Edge(person, other, since, "record") for other in sorted(others)),
    ]


def _nodes_of(emails: Collection[str]) -> set[str]:
    nodes = set()
    for email in emails:
        try:
            nodes.add(email_node(email))
        except InvalidRowError:
            continue
    return nodes


def _told(properties: Mapping[str, str], fields: Sequence[LeadField]) -> dict[str, str]:
    """Return what custom fields say, by target; what the account has chosen wins."""
    chosen = {one.name: one.target for one in fields}
    told: dict[str, str] = {}
    for name in sorted(properties):
        if name not in chosen and properties[name] and (target := usual_target(name)):
            told.setdefault(target, properties[name])
    for name, target in chosen.items():
        if target and properties.get(name):
            told[target] = properties[name]
    return told


def _click_fields(
    click: str, known: StatedClick, told: Mapping[str, str], latest: datetime | None
) -> dict[str, Any]:
    """Return the fields of a row that tell of its first or last click."""
    mark_of = _MARK_OF[click]
    marks = {mark_of[target]: value for target, value in told.items() if target in mark_of}
    marks |= known.marks
    at = known.at or _instant(told.get(f"{click}_at", ""), latest)
    return {
        f"{click}_utm": marks,
        f"{click}_url": _address(known.url) or _address(told.get(f"{click}_url", "")),
        f"{click}_referrer": known.referrer or told.get(f"{click}_referrer", ""),
        f"{click}_at": at and at.isoformat(),
    }


def _address(text: str) -> str:
    """Return a page's address, which some CRMs keep without its scheme; nothing if it is none."""
    url = text if "://" in text or not text else f"https://{text}"
    try:
        read_landing(url)
    except InvalidRowError:
        return ""
    return url


def _instant(text: str, latest: datetime | None) -> datetime | None:
    """Return the instant that a custom field holds, None where it is none that is certain."""
    try:
        if _EPOCH_SECONDS.fullmatch(text):
            found = datetime.fromtimestamp(int(text), UTC)
        elif _EPOCH_MILLISECONDS.fullmatch(text):
            found = datetime.fromtimestamp(int(text) / 1000, UTC)
        else:
            found = datetime.fromisoformat(text)
        is_possible = found.tzinfo and found.year >= _EARLIEST_YEAR and latest and found <= latest
    except (ValueError, OverflowError, OSError):
        return None
    return found if is_possible else None

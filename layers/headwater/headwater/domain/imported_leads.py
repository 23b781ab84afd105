"""Contacts of a CRM, imported as leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headwater.domain.hits import SITE_SOURCE
from headwater.domain.imported_touchpoints import IMPORT_SOURCE, imported_touch
from headwater.domain.journeys import Campaign, OptIn, Profile, Touchpoint
from headwater.domain.rows import (
    as_row,
    email_of,
    instant,
    key_text,
    refuse_unknown,
    required_instant,
    text,
)
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from headwater.domain.rows import Row

_FIELDS = frozenset(
    {"source", "external_id", "email", "email_sha256", "created_at", "lists", "tags"}
    | {"first_utm", "first_at", "last_utm", "last_at"}
)
_UTM_FIELDS = ("source", "medium", "campaign", "content", "term")
# A contact on more lists than this is an accident of somebody's export.
_MOST_MEMBERSHIPS = 100
# These sources of opt-ins are ours; a CRM of that name would be taken for them.
_OUR_SOURCES = frozenset({SITE_SOURCE, IMPORT_SOURCE})


@dataclass(frozen=True, slots=True)
class ImportedLead:
    """What a CRM knows of a contact. ``profile`` is None where only the email's hash came."""

    source: str
    external_id: str
    node: str
    profile: Profile | None
    opt_ins: tuple[OptIn, ...]
    touchpoints: tuple[Touchpoint, ...]


def read_lead(value: object, now: datetime) -> ImportedLead:
    """Read a row of a lead import.

    The contact's creation and each list that it joined are opt-ins. Tags are checked and not
    kept: a tag says nothing of consent. ``first_utm`` is a click at ``first_at``, else at the
    creation; ``last_utm`` one at ``last_at``, without which it is no click.

    Raises:
        InvalidRowError: with the reason.
    """
    row = as_row(value)
    refuse_unknown(row, _FIELDS)
    source, external_id = key_text(row, "source"), key_text(row, "external_id")
    if source in _OUR_SOURCES:
        message = f"source: {source!r} is a name of our own"
        raise InvalidRowError(message)
    node, email = email_of(row)
    if not node:
        message = "email: give it or email_sha256"
        raise InvalidRowError(message)
    created_at = required_instant(row, "created_at", now)
    for _ in _memberships(row, "tags", "at", now):
        pass
    opt_ins = [OptIn(f"created:{external_id}", created_at, node, source, "created")]
    opt_ins += [
        OptIn(f"list:{name}:{joined_at.isoformat()}", joined_at, node, source, "list")
        for name, joined_at in _memberships(row, "lists", "joined_at", now)
    ]
    clicks = (
        (instant(row, "first_at", now) or created_at, _campaign(row, "first_utm")),
        (instant(row, "last_at", now), _campaign(row, "last_utm")),
    )
    return ImportedLead(
        source,
        external_id,
        node,
        Profile(node, email, created_at) if email else None,
        tuple(opt_ins),
        tuple(imported_touch(at, utm, node=node) for at, utm in clicks if at and utm),
    )


def _memberships(
    row: Row, field: str, time_field: str, now: datetime
) -> Iterator[tuple[str, datetime]]:
    """Yield (name, instant) of a row's lists or tags."""
    items: Any = row.get(field) or []
    if not isinstance(items, list) or len(items) > _MOST_MEMBERSHIPS:
        message = f"{field}: not a list of at most {_MOST_MEMBERSHIPS}"
        raise InvalidRowError(message)
    for item in items:
        try:
            membership = as_row(item)
            refuse_unknown(membership, ("name", time_field))
            yield key_text(membership, "name"), required_instant(membership, time_field, now)
        except InvalidRowError as error:
            message = f"{field}: {error}"
            raise InvalidRowError(message) from None


def _campaign(row: Row, field: str) -> Campaign:
    utm: Any = row.get(field) or {}
    try:
        values = as_row(utm)
        refuse_unknown(values, _UTM_FIELDS)
        return Campaign(**{name: text(values, name) for name in _UTM_FIELDS})
    except InvalidRowError as error:
        message = f"{field}: {error}"
        raise InvalidRowError(message) from None

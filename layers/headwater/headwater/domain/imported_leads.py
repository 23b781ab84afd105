"""Contacts of a CRM, imported as leads."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from headwater.domain.hits import SITE_SOURCE
from headwater.domain.imported_touchpoints import IMPORT_SOURCE, imported_touch
from headwater.domain.journeys import Campaign, OptIn, Profile, Touchpoint, list_opt_in_id
from headwater.domain.landings import CLICK_IDS, campaign_of, read_landing, referrer_host
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
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from headwater.domain.rows import Row

_FIELDS = frozenset(
    {"source", "external_id", "email", "email_sha256", "created_at", "lists", "tags"}
    | {
        f"{click}_{says}"
        for click in ("first", "last")
        for says in ("utm", "at", "url", "referrer")
    }
    | {"phone"}
)
# What may stand in first_utm and last_utm → the parameter that it is in a landing's URL.
_MARKS = {name: f"utm_{name}" for name in ("source", "medium", "campaign", "content", "term")}
_MARKS |= {name: name for name in CLICK_IDS}
_NO_CAMPAIGN = Campaign()
# Digits, and what people put between them.
_PHONE = re.compile(r"\+?[\d\s().-]{5,30}", re.ASCII)
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
    kept: a tag says nothing of consent. ``first_utm`` (utm marks and click ids), ``first_url`` and
    ``first_referrer`` are a click at ``first_at``, else at the creation; what begins with ``last``
    is one at ``last_at``, without which it is no click.

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
    opt_ins += list_opt_ins(source, node, [*_memberships(row, "lists", "joined_at", now)])
    clicks = (
        _click(row, "first", node, instant(row, "first_at", now) or created_at),
        _click(row, "last", node, instant(row, "last_at", now)),
    )
    return ImportedLead(
        source,
        external_id,
        node,
        Profile(node, email, created_at, _phone(row)) if email else None,
        tuple(opt_ins),
        tuple(click for click in clicks if click),
    )


def list_opt_ins(source: str, node: str, lists: Sequence[tuple[str, datetime]]) -> list[OptIn]:
    """Return the opt-ins of a contact that joined lists, given as (name, instant)."""
    return [
        OptIn(list_opt_in_id(name, joined_at), joined_at, node, source, "list")
        for name, joined_at in lists
    ]


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


def _phone(row: Row) -> str:
    """Return a phone number as it is written, or nothing where the text is none."""
    phone = text(row, "phone")
    return phone if _PHONE.fullmatch(phone) else ""


def _click(row: Row, click: str, node: str, at: datetime | None) -> Touchpoint | None:
    """Return the first or the last click that a row tells of; utm marks win over its page's."""
    campaign, page = _campaign(row, f"{click}_utm"), ""
    referrer = referrer_host(text(row, f"{click}_referrer"))
    if url := row.get(f"{click}_url"):
        try:
            landing = read_landing(url if isinstance(url, str) else "")
        except InvalidRowError as error:
            message = f"{click}_{error}"
            raise InvalidRowError(message) from None
        marks = {name: mark for name, mark in asdict(campaign).items() if mark}
        campaign, page = replace(landing.campaign, **marks), landing.path
    if at is None or not (campaign or referrer):
        return None
    return imported_touch(
        at, campaign, node=node, referrer=referrer, landing_page=page, is_retold=True
    )


def _campaign(row: Row, field: str) -> Campaign:
    utm: Any = row.get(field)
    if not utm:
        return _NO_CAMPAIGN
    try:
        values = as_row(utm)
        refuse_unknown(values, _MARKS)
        return campaign_of({_MARKS[name]: text(values, name) for name in values})
    except InvalidRowError as error:
        message = f"{field}: {error}"
        raise InvalidRowError(message) from None

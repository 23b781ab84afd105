"""Say what a CRM's custom fields stand for, with a look at real rows first."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.crm_contacts import FIELD_TARGETS, LeadField, lead_row, usual_target
from headwater.errors import InvalidParameterError
from headwater.usecases.connectors import KINDS, LEADS
from headwater.usecases.manage_sources import known_source, refuse_removed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headwater.domain.crm_contacts import CrmContact
    from headwater.usecases.ports import Accounts, Pipeline, Source
    from headwater.usecases.ports.connectors import Connectors, LeadSource

_MOST_FIELDS = 100
_LONGEST_NAME = 200
_LONGEST_SAMPLE = 80
_SAMPLES = 3
_ROWS = 10
# Contacts of these days are looked at; a CRM in which none has changed shows its first ones.
_RECENT = timedelta(days=30)
_CLICK_FIELDS = tuple(
    f"{click}_{says}" for click in ("first", "last") for says in ("utm", "url", "referrer", "at")
)


@dataclass(frozen=True, slots=True)
class SeenField:
    """A custom field of some contacts: what it is taken for, how many have it, and some values.

    ``is_chosen``: the account has said so; else it is what its name says.
    """

    name: str
    target: str
    is_chosen: bool
    filled: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadContact:
    """A contact by its id, and the first and last click that is read from it."""

    contact_id: str
    created_at: datetime | None
    clicks: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldPreview:
    """What the custom fields of some contacts hold, and what comes of the contacts."""

    contacts: int
    fields: tuple[SeenField, ...]
    rows: tuple[ReadContact, ...]


def preview_fields(
    account: str,
    name: str,
    asked: Mapping[str, str] | None,
    *,
    accounts: Accounts,
    connectors: Connectors,
    now: datetime,
) -> FieldPreview:
    """Read a page of contacts as a pull would with these fields; keep nothing.

    Args:
        account: whose.
        name: the source's.
        asked: custom field → target, or nothing for one to pass over; None for what is saved.
        accounts: where sources are.
        connectors: opens the CRM.
        now: our clock.

    Raises:
        UnknownResourceError: there is no such source.
        InvalidParameterError: it is no CRM, or what a field shall stand for is nothing.
        FatalError, RetriableError: the vendor's.
    """
    source = _crm(account, name, accounts)
    fields = source.lead_fields if asked is None else read_fields(asked)
    crm: LeadSource = connectors.open(replace(source, lead_fields=fields))
    page = crm.page(since=now - _RECENT, until=now, place="")
    if not page.rows:
        page = crm.page(since=None, until=now, place="")
    read = [_read(name, contact, fields) for contact in page.rows]
    telling = [row for row in read if row.clicks]
    return FieldPreview(
        len(page.rows), tuple(_seen(page.rows, fields)), tuple((telling or read)[:_ROWS])
    )


def map_fields(
    account: str, name: str, asked: Mapping[str, str], *, accounts: Accounts, pipeline: Pipeline
) -> Source:
    """Save what custom fields stand for, and pull all contacts again with it.

    Clicks that were read by other fields stay.

    Raises:
        UnknownResourceError, InvalidParameterError: see ``preview_fields``.
    """
    _crm(account, name, accounts)
    # What was read by other fields is no reason to wait.
    accounts.change_source(account, name, lead_fields=read_fields(asked), pulled_at=None)
    pipeline.pull(account)
    return known_source(accounts, account, name)


def read_fields(asked: Mapping[str, str]) -> tuple[LeadField, ...]:
    """Return custom fields with what they shall stand for.

    Raises:
        InvalidParameterError: naming the field.
    """
    if len(asked) > _MOST_FIELDS:
        message = f"fields: more than {_MOST_FIELDS}"
        raise InvalidParameterError(message)
    for name, target in asked.items():
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            message = f"fields: not a name of 1 to {_LONGEST_NAME} printable characters"
            raise InvalidParameterError(message)
        if target and target not in FIELD_TARGETS:
            message = f"fields.{name}: not empty and not one of {', '.join(FIELD_TARGETS)}"
            raise InvalidParameterError(message)
    twice = [target for target, count in Counter(asked.values()).items() if target and count > 1]
    if twice:
        message = f"fields: two are to be {twice[0]}"
        raise InvalidParameterError(message)
    return tuple(LeadField(name, target) for name, target in sorted(asked.items()))


def _crm(account: str, name: str, accounts: Accounts) -> Source:
    source = known_source(accounts, account, name)
    kind = KINDS.get(source.kind)
    if kind is None or kind.role != LEADS:
        message = f"source: {name} is no CRM"
        raise InvalidParameterError(message)
    refuse_removed(source)
    return source


def _read(source: str, contact: CrmContact, fields: Sequence[LeadField]) -> ReadContact:
    row = lead_row(source, contact, fields)
    clicks = {name: row[name] for name in _CLICK_FIELDS if name in row}
    return ReadContact(contact.contact_id, contact.created_at, clicks)


def _seen(contacts: Sequence[CrmContact], fields: Sequence[LeadField]) -> list[SeenField]:
    """Return the custom fields of some contacts and those chosen, the most used first."""
    chosen = {one.name: one.target for one in fields}
    values: defaultdict[str, list[str]] = defaultdict(list)
    for contact in contacts:
        for name, value in contact.properties.items():
            values[name].append(value)
    seen = [
        SeenField(
            name,
            chosen.get(name, usual_target(name)),
            name in chosen,
            len(values[name]),
            tuple(text[:_LONGEST_SAMPLE] for text in [*dict.fromkeys(values[name])][:_SAMPLES]),
        )
        for name in {*values, *chosen}
    ]
    return sorted(seen, key=lambda one: (not one.target, -one.filled, one.name))

"""Ontraport, v1: contacts; what their first click is called stands in lists of its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, ConfigDict

from headwater.adapters.connectors.auth import StaticHeaders
from headwater.adapters.connectors.classify import json_by_status, seconds
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask
from headwater.adapters.connectors.leads import (
    Text,
    first_known,
    marks,
    read_contacts,
    split_place,
    texts,
)
from headwater.adapters.connectors.listing import Listing, VendorModel, read_pages
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import CrmContact, StatedClick
from headwater.errors import MissingScopeError, RateLimitedError
from headwater.usecases.connectors import ontraport as kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.adapters.connectors.exchange import Answer
    from headwater.errors import HeadwaterError
    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports.connectors import LeadPage

# More are cut off without a word.
_PAGE = 50
# Mark → (field of a contact, the type of object that names its values).
_NAMED = {
    "source": ("n_lead_source", 76),
    "medium": ("n_medium", 77),
    "campaign": ("n_campaign", 75),
    "content": ("n_content", 78),
    "term": ("n_term", 79),
}
_CUSTOM_FIELD = re.compile(r"f\d+")


def _unix(value: object) -> object:
    """Return seconds since 1970 as an instant; 0 and nothing stand for none."""
    if value in {None, "", "0", 0}:
        return None
    return datetime.fromtimestamp(int(str(value)), UTC)


type UnixTime = Annotated[datetime | None, BeforeValidator(_unix)]


class _Contact(VendorModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    email: Text = ""
    date: UnixTime = None
    dlm: UnixTime = None
    sms_number: Text = ""
    home_phone: Text = ""
    office_phone: Text = ""
    n_lead_source: Text = ""
    n_medium: Text = ""
    n_campaign: Text = ""
    n_content: Text = ""
    n_term: Text = ""


class _Name(VendorModel):
    id: str
    name: Text = ""


@dataclass(frozen=True, slots=True)
class _AboveId:
    """Pages hold the rows above an id, under whatever other conditions; an empty one is the last.

    Rows that change meanwhile would shift pages by offset, and rows would be lost between them.
    """

    conditions: tuple[Mapping[str, object], ...] = ()

    def ask_for(self, ask: Ask, place: str) -> Ask:
        clauses: list[object] = []
        for condition in (*self.conditions, _condition("id", ">", int(place or 0))):
            clauses += ["AND", condition] if clauses else [condition]
        return replace(ask, query={**ask.query, "condition": json.dumps(clauses)})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401, ARG002
        return str(max((int(row["id"]) for row in rows), default=""))


class Ontraport(VendorClient):
    """The port ``LeadSource`` on Ontraport."""

    _names: Mapping[str, Mapping[str, str]] | None = None

    def try_permission(self, permission: Permission) -> bool:
        """Make the call that needs a permission."""
        if permission is kind.NAMES:
            self._caller.call(Ask("/objects", {"objectID": 76, "range": 1}))
        else:
            self._caller.call(Ask("/Contacts", {"range": 1}))
        return True

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:  # noqa: ARG002
        """Return a page of the changed contacts, by id."""
        changed = (_condition("dlm", ">=", int(since.timestamp())),) if since else ()
        listing = Listing(Ask("/Contacts", _BY_ID), _Contact, ("data",), _AboveId(changed))
        _, inner = split_place(place)
        names = self._known_names()
        return read_contacts(
            self._caller,
            listing,
            lambda one: _contact(one, names),
            chapter="contacts",
            inner=inner,
        )

    def _known_names(self) -> Mapping[str, Mapping[str, str]]:
        """Return mark → id → name; nothing where the key may not read them."""
        if self._names is None:
            try:
                self._names = {mark: self._names_of(number) for mark, (_, number) in _NAMED.items()}
            except MissingScopeError:
                self._names = {}
        return self._names

    def _names_of(self, number: int) -> Mapping[str, str]:
        ask = Ask("/objects", {"objectID": number, **_BY_ID})
        pages = read_pages(self._caller, Listing(ask, _Name, ("data",), _AboveId()))
        return {one.id: one.name for page in pages for one in page.rows}


_BY_ID: dict[str, str | int] = {"range": _PAGE, "sort": "id", "sortDir": "asc"}


def _condition(field: str, operator: str, value: int) -> Mapping[str, object]:
    return {"field": {"field": field}, "op": operator, "value": {"value": value}}


def _contact(one: _Contact, names: Mapping[str, Mapping[str, str]]) -> CrmContact:
    named = {
        mark: names.get(mark, {}).get(getattr(one, field)) for mark, (field, _) in _NAMED.items()
    }
    custom = {
        name: value
        for name, value in (one.model_extra or {}).items()
        if _CUSTOM_FIELD.fullmatch(name)
    }
    return CrmContact(
        contact_id=one.id,
        email=one.email,
        created_at=one.date,
        updated_at=one.dlm,
        phone=first_known(one.sms_number, one.home_phone, one.office_phone),
        first=StatedClick(marks(named.items())),
        properties=texts(custom),
    )


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer means: by its status alone, since bodies may be plain text."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = seconds(answer, "X-Rate-Limit-Reset")
        return RateLimitedError(f"too many requests: {answer.path}", wait)
    if answer.status == HTTPStatus.FORBIDDEN and answer.body and b"<html" not in answer.body[:200]:
        return MissingScopeError(f"the key's owner may not read {answer.path}")
    return json_by_status(answer)


def _pause(answer: Answer) -> float:
    """Return the time to wait once the minute's calls are used up, which each answer tells."""
    left = seconds(answer, "X-Rate-Limit-Remaining")
    return seconds(answer, "X-Rate-Limit-Reset") or 0.0 if left == 0 else 0.0


ONTRAPORT = Vendor(
    kind=kind.ONTRAPORT.kind,
    title=kind.ONTRAPORT.title,
    hosts={"api": "https://api.ontraport.com/1"},
    auth=StaticHeaders({"Api-Key": "{api_key}", "Api-Appid": "{app_id}"}),
    client=Ontraport,
    secrets=kind.ONTRAPORT.secrets,
    classify=classify,
    pause_after=_pause,
    # 180 a minute.
    shortest_gap=0.34,
)

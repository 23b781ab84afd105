"""Omnisend, version 2026-03-15: contacts with their consents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.auth import StaticHeaders
from headwater.adapters.connectors.classify import duration, json_by_status
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.leads import Moment, Text, iso, read_contacts, split_place, texts
from headwater.adapters.connectors.listing import Listing, VendorModel
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import CrmContact
from headwater.errors import RateLimitedError
from headwater.usecases.connectors import omnisend as kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.adapters.connectors.exchange import Answer
    from headwater.errors import HeadwaterError
    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports.connectors import LeadPage

VERSION = "2026-03-15"
_PAGE = 250
# Where the body of a refusal for haste names no time.
_A_MINUTE = 60.0


class _OptIn(VendorModel):
    channel: Text = ""
    optInAt: Moment = None  # noqa: N815 - Omnisend's name


class _Contact(VendorModel):
    id: str
    email: Text = ""
    phone: list[str] | None = None
    createdAt: Moment = None  # noqa: N815
    updatedAt: Moment = None  # noqa: N815
    optIns: list[_OptIn] | None = None  # noqa: N815
    customProperties: dict[str, Any] | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class _Cursor:
    """A cursor carries filters and sort: nothing but the page's size may stand beside it."""

    def ask_for(self, ask: Ask, place: str) -> Ask:
        return replace(ask, query={"limit": _PAGE, "after": place}) if place else ask

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401, ARG002
        has_more = at(content, "paging", "hasMore")
        return str(at(content, "paging", "cursors", "after") or "") if has_more else ""


class Omnisend(VendorClient):
    """The port ``LeadSource`` on Omnisend."""

    def try_permission(self, permission: Permission) -> bool:  # noqa: ARG002 - there is one
        """Make the call that needs the permission."""
        self._caller.call(Ask("/contacts", {"limit": 1}))
        return True

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:  # noqa: ARG002
        """Return a page of the changed contacts."""
        query: dict[str, str | int] = {"limit": _PAGE, "sort": "updatedAt", "direction": "asc"}
        if since:
            query["updatedAtFrom"] = iso(since)
        listing = Listing(Ask("/contacts", query), _Contact, ("contacts",), _Cursor())
        _, inner = split_place(place)
        return read_contacts(self._caller, listing, _contact, chapter="contacts", inner=inner)


def _contact(one: _Contact) -> CrmContact:
    joined = ((opt_in.channel, opt_in.optInAt) for opt_in in one.optIns or ())
    return CrmContact(
        contact_id=one.id,
        email=one.email,
        created_at=one.createdAt,
        updated_at=one.updatedAt,
        phone=next(iter(one.phone or ()), ""),
        lists=tuple((channel, moment) for channel, moment in joined if channel and moment),
        properties=texts(one.customProperties),
    )


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer means; how long to wait stands in the body."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = duration(at(answer.said(), "retryAfter")) or _A_MINUTE
        return RateLimitedError(f"too many requests: {answer.path}", wait)
    return json_by_status(answer)


OMNISEND = Vendor(
    kind=kind.OMNISEND.kind,
    title=kind.OMNISEND.title,
    hosts={"api": "https://api.omnisend.com/api"},
    auth=StaticHeaders(
        {"Authorization": "Omnisend-API-Key {api_key}", "Omnisend-Version": VERSION}
    ),
    client=Omnisend,
    secrets=kind.OMNISEND.secrets,
    classify=classify,
    # 400 a minute.
    shortest_gap=0.16,
)

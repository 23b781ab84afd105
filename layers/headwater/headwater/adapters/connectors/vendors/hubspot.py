"""HubSpot, paths of 2026-03: contacts with their first page, and who joined which list when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.auth import KeyOrApp, OAuthRefresh, StaticHeaders
from headwater.adapters.connectors.classify import json_by_status
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.leads import (
    Moment,
    Text,
    first_known,
    read_contacts,
    split_place,
    texts,
)
from headwater.adapters.connectors.listing import Listing, VendorModel, read_pages
from headwater.adapters.connectors.paginate import CursorParameter
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import UTM_MARKS, CrmContact, StatedClick
from headwater.errors import MissingScopeError, RateLimitedError
from headwater.usecases.connectors import hubspot as kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headwater.adapters.connectors.exchange import Answer
    from headwater.errors import HeadwaterError
    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports.connectors import LeadPage

_CONTACTS, _LISTS = "/crm/objects/2026-03/contacts", "/crm/lists/2026-03"
_ALL, _CHANGED, _LIST = "all", "changed", "list:"
_PAGE, _FOUND, _MEMBERS, _LISTS_AT_ONCE = 100, 200, 250, 500
_OURS = (
    *("email", "phone", "mobilephone", "createdate", "lastmodifieddate"),
    *("hs_analytics_first_url", "hs_analytics_first_referrer", "hs_analytics_first_timestamp"),
    *("hs_additional_emails", "hs_merged_object_ids"),
)
# What shops call fields of their own; HubSpot passes over those that do not exist.
_USUAL = (*(f"utm_{mark}" for mark in UTM_MARKS), "gclid", "fbclid", "msclkid", "ttclid")
# Policy of a limit → seconds until there is room.
_WAITS = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": 6 * 3600.0}


class _Properties(VendorModel):
    email: Text = ""
    phone: Text = ""
    mobilephone: Text = ""
    createdate: Moment = None
    lastmodifieddate: Moment = None
    hs_analytics_first_url: Text = ""
    hs_analytics_first_referrer: Text = ""
    hs_analytics_first_timestamp: Moment = None
    hs_additional_emails: Text = ""
    hs_merged_object_ids: Text = ""


class _Contact(VendorModel):
    id: str
    properties: dict[str, Any]


class _Membership(VendorModel):
    recordId: Text  # noqa: N815 - HubSpot's names
    membershipTimestamp: Moment = None  # noqa: N815


class _List(VendorModel):
    listId: Text  # noqa: N815
    name: Text = ""
    objectTypeId: Text = ""  # noqa: N815


@dataclass(frozen=True, slots=True)
class _SearchById:
    """A search gives 10,000 rows at most: each page is a new one above the last id."""

    def ask_for(self, ask: Ask, place: str) -> Ask:
        body: Any = ask.json
        above = {"propertyName": "hs_object_id", "operator": "GT", "value": place or "0"}
        filters = [*body["filterGroups"][0]["filters"], above]
        return replace(ask, json={**body, "filterGroups": [{"filters": filters}]})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401, ARG002
        return str(max((int(row["id"]) for row in rows), default=""))


@dataclass(frozen=True, slots=True)
class _OffsetInBody:
    """The body of the request says where a page begins, and that of the answer if more follow."""

    def ask_for(self, ask: Ask, place: str) -> Ask:
        body: Any = ask.json
        return replace(ask, json={**body, "offset": int(place or 0)})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401
        return str(int(place or 0) + len(rows)) if rows and at(content, "hasMore") else ""


class HubSpot(VendorClient):
    """The port ``LeadSource`` on HubSpot."""

    _names: Mapping[str, str] | None = None

    def try_permission(self, permission: Permission) -> bool:
        """Make the call that needs a permission."""
        if permission is kind.LISTS:
            self._caller.call(_lists_ask(1))
        else:
            self._caller.call(Ask(_CONTACTS, {"limit": 1}))
        return True

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:  # noqa: ARG002
        """Return a page of all contacts, or of the changed ones, and then of each list's members.

        A list does not tell who has joined it since a day: all its members come each time.
        """
        chapter, inner = split_place(place)
        if chapter.startswith(_LIST):
            return self._members(chapter.removeprefix(_LIST), inner)
        if since is None:
            return read_contacts(
                self._caller,
                self._all(),
                _contact,
                chapter=_ALL,
                inner=inner,
                then=self._list_behind,
            )
        return read_contacts(
            self._caller,
            self._changed(since),
            _contact,
            chapter=_CHANGED,
            inner=inner,
            then=self._list_behind,
        )

    def _all(self) -> Listing[_Contact]:
        ask = Ask(_CONTACTS, {"limit": _PAGE, "properties": ",".join(self._wanted())})
        return Listing(ask, _Contact, ("results",), CursorParameter("after", _AFTER))

    def _changed(self, since: datetime) -> Listing[_Contact]:
        changed = {
            "propertyName": "lastmodifieddate",
            "operator": "GTE",
            "value": str(int(since.timestamp() * 1000)),
        }
        body = {
            "filterGroups": [{"filters": [changed]}],
            "sorts": ["hs_object_id"],
            "limit": _FOUND,
            "properties": self._wanted(),
        }
        ask = Ask(f"{_CONTACTS}/search", method="POST", json=body)
        return Listing(ask, _Contact, ("results",), _SearchById())

    def _members(self, list_id: str, inner: str) -> LeadPage:
        name = self._lists().get(list_id, list_id)
        ask = Ask(f"{_LISTS}/{list_id}/memberships/join-order", {"limit": _MEMBERS})
        listing = Listing(ask, _Membership, ("results",), CursorParameter("after", _AFTER))
        return read_contacts(
            self._caller,
            listing,
            lambda one: _joined(one, name),
            chapter=f"{_LIST}{list_id}",
            inner=inner,
            then=lambda: self._list_behind(list_id),
            may_vanish=True,
        )

    def _wanted(self) -> list[str]:
        return [*dict.fromkeys((*_OURS, *_USUAL, *self._custom_fields))]

    def _list_behind(self, list_id: str = "0") -> str:
        """Return the place of the list that follows one, by id; empty behind the last."""
        following = sorted((one for one in self._lists() if int(one) > int(list_id)), key=int)
        return f"{_LIST}{following[0]} " if following else ""

    def _lists(self) -> Mapping[str, str]:
        """Return the contact lists' names by id; none where the token may not read them."""
        if self._names is None:
            listing = Listing(_lists_ask(_LISTS_AT_ONCE), _List, ("lists",), _OffsetInBody())
            try:
                pages = [*read_pages(self._caller, listing)]
            except MissingScopeError:
                pages = []
            self._names = {
                one.listId: one.name or one.listId
                for page in pages
                for one in page.rows
                if one.objectTypeId in {"", "0-1"}
            }
        return self._names


_AFTER = ("paging", "next", "after")


def _lists_ask(count: int) -> Ask:
    body = {"query": "", "offset": 0, "count": count}
    return Ask(f"{_LISTS}/search", method="POST", json=body)


def _contact(one: _Contact) -> CrmContact:
    said = _Properties.model_validate(one.properties)
    custom = {name: value for name, value in one.properties.items() if name not in _OURS}
    return CrmContact(
        contact_id=one.id,
        email=said.email,
        created_at=said.createdate,
        updated_at=said.lastmodifieddate,
        phone=first_known(said.phone, said.mobilephone),
        first=StatedClick(
            url=said.hs_analytics_first_url,
            referrer=said.hs_analytics_first_referrer,
            at=said.hs_analytics_first_timestamp,
        ),
        properties=texts(custom),
        other_emails=_several(said.hs_additional_emails),
        merged_ids=_several(said.hs_merged_object_ids),
    )


def _joined(one: _Membership, name: str) -> CrmContact:
    joined_at = one.membershipTimestamp
    return CrmContact(one.recordId, lists=((name, joined_at),) if joined_at else ())


def _several(text: str) -> tuple[str, ...]:
    """Return the values of a property that holds several, between semicolons."""
    return tuple(part for part in (one.strip() for one in text.split(";")) if part)


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer means; which limit was passed stands in the body."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        policy = str(at(answer.said(), "policyName") or "")
        return RateLimitedError(f"too many requests: {answer.path} ({policy})", _WAITS.get(policy))
    return json_by_status(answer)


HUBSPOT = Vendor(
    kind=kind.HUBSPOT.kind,
    title=kind.HUBSPOT.title,
    hosts={"api": "https://api.hubapi.com", "oauth": "https://api.hubapi.com/oauth/2026-03"},
    auth=KeyOrApp(
        StaticHeaders({"Authorization": "Bearer {access_token}"}),
        OAuthRefresh("/token", {"client_id": "{client_id}", "client_secret": "{client_secret}"}),
    ),
    client=HubSpot,
    secrets=kind.HUBSPOT.secrets,
    classify=classify,
    # 4 searches a second, whatever the account's tier; the next invocation knows nothing of ours.
    shortest_gap=0.34,
)

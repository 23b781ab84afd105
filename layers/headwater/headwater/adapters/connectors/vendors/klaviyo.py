"""Klaviyo, revision 2026-07-15: profiles, and who joined which list when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from headwater.adapters.connectors.auth import KeyOrApp, OAuthRefresh, StaticHeaders
from headwater.adapters.connectors.classify import json_by_status, seconds
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.leads import Moment, Text, iso, read_contacts, split_place, texts
from headwater.adapters.connectors.listing import Listing, VendorModel, read_pages
from headwater.adapters.connectors.paginate import NextUrl
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import CrmContact
from headwater.errors import MissingScopeError
from headwater.usecases.connectors import klaviyo as kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headwater.adapters.connectors.exchange import Answer
    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports.connectors import LeadPage

REVISION = "2026-07-15"
_HEADERS = {"revision": REVISION, "Accept": "application/vnd.api+json"}
_PROFILES, _LIST = "profiles", "list:"
_PAGE = 100
_FIELDS = "email,phone_number,created,updated,properties"
_NEXT = NextUrl(("links", "next"))


class _Attributes(VendorModel):
    email: Text = ""
    phone_number: Text = ""
    created: Moment = None
    updated: Moment = None
    joined_group_at: Moment = None
    properties: dict[str, Any] | None = None


class _Profile(VendorModel):
    id: str
    attributes: _Attributes


class _ListAttributes(VendorModel):
    name: Text = ""


class _List(VendorModel):
    id: str
    attributes: _ListAttributes = Field(default_factory=_ListAttributes)


class Klaviyo(VendorClient):
    """The port ``LeadSource`` on Klaviyo."""

    _names: Mapping[str, str] | None = None

    def try_permission(self, permission: Permission) -> bool:
        """Make the call that needs a permission."""
        if permission is kind.LISTS:
            self._caller.call(Ask("/lists", {"page[size]": 1}))
        else:
            self._caller.call(Ask("/profiles", {"page[size]": 1, "fields[profile]": "created"}))
        return True

    def identity(self) -> str:
        """Return the account's id, or nothing where the key may not read it."""
        try:
            [account, *_] = at(self._caller.call(Ask("/accounts")).content(), "data") or [{}]
        except MissingScopeError:
            return ""
        return str(at(account, "id") or "")

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:  # noqa: ARG002
        """Return a page of the changed profiles, and behind them of each list's new members."""
        chapter, inner = split_place(place)
        if not chapter.startswith(_LIST):
            return read_contacts(
                self._caller,
                _profiles(since),
                _contact,
                chapter=_PROFILES,
                inner=inner,
                then=self._list_behind,
            )
        list_id = chapter.removeprefix(_LIST)
        name = self._lists().get(list_id, list_id)
        return read_contacts(
            self._caller,
            _members(list_id, since),
            lambda profile: _contact(profile, name),
            chapter=chapter,
            inner=inner,
            then=lambda: self._list_behind(list_id),
            may_vanish=True,
        )

    def _list_behind(self, list_id: str = "") -> str:
        """Return the place of the list that follows one, by id; empty behind the last."""
        following = [one for one in sorted(self._lists()) if one > list_id]
        return f"{_LIST}{following[0]} " if following else ""

    def _lists(self) -> Mapping[str, str]:
        """Return the lists' names by id; none where the key may not read them."""
        if self._names is None:
            listing = Listing(
                Ask("/lists", {"page[size]": 10, "sort": "id"}), _List, ("data",), _NEXT
            )
            try:
                pages = [*read_pages(self._caller, listing)]
            except MissingScopeError:
                pages = []
            self._names = {
                one.id: one.attributes.name or one.id for page in pages for one in page.rows
            }
        return self._names


def _profiles(since: datetime | None) -> Listing[_Profile]:
    query: dict[str, str | int] = {
        "page[size]": _PAGE,
        "sort": "updated",
        "fields[profile]": _FIELDS,
    }
    if since:
        query["filter"] = f"greater-than(updated,{iso(since)})"
    return Listing(Ask("/profiles", query), _Profile, ("data",), _NEXT)


def _members(list_id: str, since: datetime | None) -> Listing[_Profile]:
    query: dict[str, str | int] = {
        "page[size]": _PAGE,
        "sort": "joined_group_at",
        "fields[profile]": f"{_FIELDS},joined_group_at",
    }
    if since:
        query["filter"] = f"greater-or-equal(joined_group_at,{iso(since)})"
    return Listing(Ask(f"/lists/{list_id}/profiles", query), _Profile, ("data",), _NEXT)


def _contact(profile: _Profile, joined: str = "") -> CrmContact:
    said = profile.attributes
    joined_at = said.joined_group_at
    return CrmContact(
        contact_id=profile.id,
        email=said.email,
        created_at=said.created,
        updated_at=said.updated,
        phone=said.phone_number,
        lists=((joined, joined_at),) if joined and joined_at else (),
        properties=texts(said.properties),
    )


def _pause(answer: Answer) -> float:
    """Return the time to wait once the quota is used up, which each answer tells."""
    left = seconds(answer, "RateLimit-Remaining")
    return seconds(answer, "RateLimit-Reset") or 0.0 if left == 0 else 0.0


KLAVIYO = Vendor(
    kind=kind.KLAVIYO.kind,
    title=kind.KLAVIYO.title,
    hosts={"api": "https://a.klaviyo.com/api", "oauth": "https://a.klaviyo.com/oauth"},
    auth=KeyOrApp(
        StaticHeaders({"Authorization": "Klaviyo-API-Key {api_key}", **_HEADERS}),
        OAuthRefresh(
            "/token", {}, {"Authorization": "Bearer {access_token}", **_HEADERS}, basic=True
        ),
    ),
    client=Klaviyo,
    secrets=kind.KLAVIYO.secrets | {"access_token"},
    classify=json_by_status,
    pause_after=_pause,
    # 75 a second and 750 a minute are allowed.
    shortest_gap=0.085,
)

"""Mailchimp Marketing, 3.0: the members of all audiences, one audience after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.auth import Basic
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
from headwater.adapters.connectors.paginate import Offset
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import CrmContact
from headwater.errors import CredentialsRejectedError, RateLimitedError
from headwater.usecases.connectors import mailchimp as kind
from headwater.usecases.ports.connectors import LeadPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.adapters.connectors.exchange import Answer
    from headwater.errors import HeadwaterError
    from headwater.usecases.check_store import Permission

_PAGE = 1000
_DATA_CENTER = re.compile(r".+-([a-z]{2,4}\d{1,4})")
_FIELDS = ",".join(
    (
        "total_items",
        *(
            f"members.{name}"
            for name in (
                *("id", "contact_id", "email_address", "timestamp_signup", "timestamp_opt"),
                *("last_changed", "merge_fields", "sms_phone_number"),
            )
        ),
    )
)


class _Audience(VendorModel):
    id: str
    name: Text = ""


class _Member(VendorModel):
    id: str
    contact_id: Text = ""
    email_address: Text = ""
    timestamp_signup: Moment = None
    timestamp_opt: Moment = None
    last_changed: Moment = None
    sms_phone_number: Text = ""
    merge_fields: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _ShrinkingOffset:
    """Pages begin at the n-th row of a list from which rows that change drop out.

    A place is ``offset/total``. A list that has become shorter has drawn that many rows from the
    page ahead to the page behind us: it is gone on with that much earlier.
    """

    def ask_for(self, ask: Ask, place: str) -> Ask:
        offset, _, _ = place.partition("/")
        return replace(ask, query={**ask.query, "offset": int(offset or 0)})

    def place_behind(self, content: Any, rows: Sequence[Any], place: str) -> str:  # noqa: ANN401
        total = int(at(content, "total_items") or 0)
        offset, _, before = place.partition("/")
        lost = max(0, int(before or total) - total)
        if lost and int(offset or 0):
            return f"{max(0, int(offset) - lost)}/{total}"
        behind = int(offset or 0) + len(rows)
        return f"{behind}/{total}" if rows and behind < total else ""


class Mailchimp(VendorClient):
    """The port ``LeadSource`` on Mailchimp."""

    _audiences: Mapping[str, str] | None = None

    def try_permission(self, permission: Permission) -> bool:  # noqa: ARG002 - there is one
        """Make the call that needs the permission."""
        self._caller.call(Ask("/lists", {"count": 1, "fields": "total_items,lists.id"}))
        return True

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:
        """Return a page of an audience's changed members, and behind them of the next audience."""
        audience, inner = split_place(place)
        audience = audience or self._audience_behind("")
        if not audience:
            return LeadPage((), (), b"", "")
        following = self._audience_behind(audience)
        name = self._known_audiences().get(audience, audience)
        return read_contacts(
            self._caller,
            _members(audience, since, until),
            lambda member: _contact(member, audience, name),
            chapter=audience,
            inner=inner,
            then=lambda: f"{following} " if following else "",
            may_vanish=True,
        )

    def _audience_behind(self, audience: str) -> str:
        """Return the audience that follows one, by id; empty behind the last."""
        return next((one for one in sorted(self._known_audiences()) if one > audience), "")

    def _known_audiences(self) -> Mapping[str, str]:
        """Return the audiences' names by id."""
        if self._audiences is None:
            query: dict[str, str | int] = {
                "count": _PAGE,
                "fields": "total_items,lists.id,lists.name",
            }
            listing = Listing(
                Ask("/lists", query),
                _Audience,
                ("lists",),
                Offset("offset", _PAGE, ("total_items",)),
            )
            pages = read_pages(self._caller, listing)
            self._audiences = {one.id: one.name or one.id for page in pages for one in page.rows}
        return self._audiences


def _members(audience: str, since: datetime | None, until: datetime) -> Listing[_Member]:
    query: dict[str, str | int] = {
        "count": _PAGE,
        "before_last_changed": _iso(until),
        "sort_field": "last_changed",
        "sort_dir": "ASC",
        "fields": _FIELDS,
    }
    if since:
        query["since_last_changed"] = _iso(since)
    ask = Ask(f"/lists/{audience}/members", query)
    return Listing(ask, _Member, ("members",), _ShrinkingOffset())


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _contact(member: _Member, audience: str, name: str) -> CrmContact:
    fields = texts(member.merge_fields)
    opted_in = member.timestamp_opt
    return CrmContact(
        contact_id=f"{audience}:{member.contact_id or member.id}",
        email=member.email_address,
        created_at=member.timestamp_signup or opted_in,
        updated_at=member.last_changed,
        phone=first_known(member.sms_phone_number, fields.get("PHONE")),
        lists=((name, opted_in),) if opted_in else (),
        properties=fields,
    )


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer means; a 403 that is no JSON says that we are too fast."""
    if answer.status == HTTPStatus.FORBIDDEN and answer.said() is None:
        return RateLimitedError(f"refused without a reason: {answer.path}")
    return json_by_status(answer)


def _data_center(kept: Mapping[str, str]) -> Mapping[str, str]:
    """Return the data center that stands behind the key's last dash."""
    match = _DATA_CENTER.fullmatch(kept.get("api_key", ""))
    if not match:
        message = "the API key names no data center: it ends with a dash and letters, as in -us19"
        raise CredentialsRejectedError(message)
    return {"data_center": match[1]}


MAILCHIMP = Vendor(
    kind=kind.MAILCHIMP.kind,
    title=kind.MAILCHIMP.title,
    hosts={"api": "https://{data_center}.api.mailchimp.com/3.0"},
    auth=Basic(user="headwater", password="{api_key}"),  # noqa: S106 - names a credential
    client=Mailchimp,
    secrets=kind.MAILCHIMP.secrets,
    classify=classify,
    derive=_data_center,
)

"""Keap (Infusionsoft), REST v2: contacts with the utm marks of their first and last touch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.auth import KeyOrApp, OAuthRefresh, StaticHeaders
from headwater.adapters.connectors.classify import json_by_status, seconds
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask
from headwater.adapters.connectors.leads import (
    Moment,
    Text,
    marks,
    read_contacts,
    split_place,
    texts,
)
from headwater.adapters.connectors.listing import Listing, VendorModel
from headwater.adapters.connectors.paginate import CursorParameter
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import CrmContact, StatedClick
from headwater.usecases.connectors import keap as kind

if TYPE_CHECKING:
    from headwater.adapters.connectors.exchange import Answer
    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports.connectors import LeadPage

_PAGE = 1000
_FIELDS = "id,email_addresses,phone_numbers,create_time,update_time,custom_fields,utm_parameters"
_MAIN_ADDRESS = "EMAIL1"
# The minute's calls are given back one by one.
_RECOVERY = 15.0


class _Address(VendorModel):
    email: Text = ""
    field: Text = ""


class _Phone(VendorModel):
    number: Text = ""
    number_e164: Text = ""


class _Utm(VendorModel):
    utmSource: Text = ""  # noqa: N815 - Keap's names
    utmMedium: Text = ""  # noqa: N815
    utmCampaign: Text = ""  # noqa: N815
    utmTerm: Text = ""  # noqa: N815
    utmContent: Text = ""  # noqa: N815
    firstTouch: bool | None = None  # noqa: N815
    lastTouch: bool | None = None  # noqa: N815
    dateCreated: Moment = None  # noqa: N815


class _Custom(VendorModel):
    id: Text = ""
    content: Any = None


class _Contact(VendorModel):
    id: str
    email_addresses: list[_Address] | None = None
    phone_numbers: list[_Phone] | None = None
    create_time: Moment = None
    update_time: Moment = None
    custom_fields: list[_Custom] | None = None
    utm_parameters: list[_Utm] | None = None


class Keap(VendorClient):
    """The port ``LeadSource`` on Keap."""

    def try_permission(self, permission: Permission) -> bool:  # noqa: ARG002 - there is one
        """Make the call that needs the permission."""
        self._caller.call(Ask("/rest/v2/contacts", {"page_size": 1, "fields": "id"}))
        return True

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:
        """Return a page of the contacts that changed up to the pull's begin."""
        bounds = [f"end_update_time=={_instant(until)}"]
        if since:
            bounds.insert(0, f"start_update_time=={_instant(since)}")
        query: dict[str, str | int] = {
            "page_size": _PAGE,
            "order_by": "update_time asc",
            "filter": ";".join(bounds),
            "fields": _FIELDS,
        }
        paginator = CursorParameter("page_token", ("next_page_token",))
        listing = Listing(Ask("/rest/v2/contacts", query), _Contact, ("contacts",), paginator)
        _, inner = split_place(place)
        return read_contacts(self._caller, listing, _contact, chapter="contacts", inner=inner)


def _instant(moment: datetime) -> str:
    """Return an instant with milliseconds, which Keap insists on."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _contact(one: _Contact) -> CrmContact:
    addresses = sorted(one.email_addresses or (), key=lambda each: each.field != _MAIN_ADDRESS)
    emails = [each.email for each in addresses if each.email]
    phones = (each.number_e164 or each.number for each in one.phone_numbers or ())
    utms = one.utm_parameters or ()
    return CrmContact(
        contact_id=one.id,
        email=emails[0] if emails else "",
        other_emails=tuple(emails[1:]),
        created_at=one.create_time,
        updated_at=one.update_time,
        phone=next(filter(None, phones), ""),
        first=_click(next((utm for utm in utms if utm.firstTouch), None)),
        last=_click(next((utm for utm in utms if utm.lastTouch), None)),
        properties=texts({each.id: each.content for each in one.custom_fields or ()}),
    )


def _click(utm: _Utm | None) -> StatedClick:
    if utm is None:
        return StatedClick()
    named = {
        "source": utm.utmSource,
        "medium": utm.utmMedium,
        "campaign": utm.utmCampaign,
        "term": utm.utmTerm,
        "content": utm.utmContent,
    }
    return StatedClick(marks(named.items()), at=utm.dateCreated)


def _pause(answer: Answer) -> float:
    """Return how long to wait once the minute's calls are used up."""
    return _RECOVERY if seconds(answer, "x-keap-product-throttle-available") == 0 else 0.0


KEAP = Vendor(
    kind=kind.KEAP.kind,
    title=kind.KEAP.title,
    hosts={"api": "https://api.infusionsoft.com/crm", "oauth": "https://api.infusionsoft.com"},
    auth=KeyOrApp(
        StaticHeaders({"X-Keap-API-Key": "{api_key}"}),
        OAuthRefresh("/token", {}, basic=True),
    ),
    client=Keap,
    secrets=kind.KEAP.secrets | {"access_token"},
    classify=json_by_status,
    pause_after=_pause,
    # 240 a minute and 10 a second.
    shortest_gap=0.26,
    throttle_gap=_RECOVERY,
)

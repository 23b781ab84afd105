"""Drip, v2: subscribers with the page on which they came and where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headwater.adapters.connectors.auth import Basic
from headwater.adapters.connectors.classify import json_by_status
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask
from headwater.adapters.connectors.leads import Moment, Text, iso, read_contacts, split_place, texts
from headwater.adapters.connectors.listing import Listing, VendorModel
from headwater.adapters.connectors.paginate import PageNumber
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import CrmContact, StatedClick
from headwater.usecases.connectors import drip as kind

if TYPE_CHECKING:
    from datetime import datetime

    from headwater.usecases.check_store import Permission
    from headwater.usecases.ports.connectors import LeadPage

_PAGE = 1000


class _Subscriber(VendorModel):
    id: str
    email: Text = ""
    phone: Text = ""
    created_at: Moment = None
    original_referrer: Text = ""
    landing_url: Text = ""
    custom_fields: dict[str, Any] | None = None


class Drip(VendorClient):
    """The port ``LeadSource`` on Drip."""

    def try_permission(self, permission: Permission) -> bool:  # noqa: ARG002 - there is one
        """Make the call that needs the permission."""
        self._caller.call(Ask(self._path(), {"status": "all", "per_page": 1}))
        return True

    def identity(self) -> str:
        """Return the account's id."""
        return self._caller.credentials["account_id"]

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:
        """Return a page of the subscribers who were created before the pull began.

        Later ones would shift the pages.
        """
        query: dict[str, str | int] = {
            "status": "all",
            "per_page": _PAGE,
            "subscribed_before": iso(until),
        }
        if since:
            query["subscribed_after"] = iso(since)
        paginator = PageNumber("page", ("meta", "total_pages"))
        listing = Listing(Ask(self._path(), query), _Subscriber, ("subscribers",), paginator)
        _, inner = split_place(place)
        return read_contacts(self._caller, listing, _contact, chapter="subscribers", inner=inner)

    def _path(self) -> str:
        return f"/{quote(self._caller.credentials['account_id'], safe='')}/subscribers"


def _contact(one: _Subscriber) -> CrmContact:
    return CrmContact(
        contact_id=one.id,
        email=one.email,
        created_at=one.created_at,
        phone=one.phone,
        first=StatedClick(url=one.landing_url, referrer=one.original_referrer),
        properties=texts(one.custom_fields),
    )


DRIP = Vendor(
    kind=kind.DRIP.kind,
    title=kind.DRIP.title,
    hosts={"api": "https://api.getdrip.com/v2"},
    auth=Basic(user="{api_token}"),
    client=Drip,
    secrets=kind.DRIP.secrets,
    classify=json_by_status,
    # 3,600 an hour.
    shortest_gap=1.0,
    throttle_gap=60.0,
)

"""ActiveCampaign, v3: contacts, with their lists, custom fields and first visit beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from headwater.adapters.connectors.auth import StaticHeaders
from headwater.adapters.connectors.classify import json_by_status
from headwater.adapters.connectors.client import VendorClient
from headwater.adapters.connectors.exchange import Ask, at
from headwater.adapters.connectors.leads import Moment, Text, marks, texts
from headwater.adapters.connectors.listing import Listing, VendorModel, read_pages, read_rows
from headwater.adapters.connectors.paginate import IdKeyset, Offset
from headwater.adapters.connectors.vendor import Vendor
from headwater.domain.crm_contacts import CrmContact, StatedClick
from headwater.errors import CredentialsRejectedError, MalformedAnswerError, MissingScopeError
from headwater.usecases.connectors import activecampaign as kind
from headwater.usecases.ports.connectors import LeadPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from headwater.adapters.connectors.exchange import Answer
    from headwater.errors import HeadwaterError
    from headwater.usecases.check_store import Permission

_PAGE = 100
_WHO_AM_I = "/users/me"
# An empty page is the last: what the vendor cuts a page to is its own affair.
_ABOVE_ID = IdKeyset("id_greater", ("id",), 1)
_HOST = re.compile(r"[a-z0-9-]+\.(?:api-[a-z]{2}\d|activehosted)\.com")


class _Contact(VendorModel):
    id: str
    email: Text = ""
    phone: Text = ""
    cdate: Moment = None
    udate: Moment = None


class _Membership(VendorModel):
    contact: Text
    list: Text = ""
    sdate: Moment = None


class _FieldValue(VendorModel):
    contact: Text
    field: Text = ""
    value: Any = None


class _Visit(VendorModel):
    contact: Text
    tstamp: Moment = None
    ga_campaign_source: Text = ""
    ga_campaign_name: Text = ""
    ga_campaign_medium: Text = ""
    ga_campaign_term: Text = ""
    ga_campaign_content: Text = ""
    ga_first_visit: Moment = None


class _Named(VendorModel):
    id: str
    name: Text = ""
    title: Text = ""


class ActiveCampaign(VendorClient):
    """The port ``LeadSource`` on ActiveCampaign."""

    _lists: Mapping[str, str] | None = None
    _fields: Mapping[str, str] | None = None

    def try_permission(self, permission: Permission) -> bool:
        """Make the call that needs a permission."""
        path = "/lists" if permission is kind.LISTS else "/contacts"
        self._call(Ask(path, {"limit": 1}))
        return True

    def identity(self) -> str:
        """Return the account's host."""
        return urlsplit(self._caller.credentials["url"]).netloc

    def page(self, *, since: datetime | None, until: datetime, place: str) -> LeadPage:  # noqa: ARG002
        """Return a page of the changed contacts, by id."""
        query: dict[str, str | int] = {
            "limit": _PAGE,
            "orders[id]": "ASC",
            "status": -1,
            "include": "contactLists,fieldValues,contactData",
        }
        if since:
            query["filters[updated_after]"] = f"{since:%Y-%m-%d}"
        answer = self._call(_ABOVE_ID.ask_for(Ask("/contacts", query), place))
        content = answer.content()
        found = at(content, "contacts")
        if not isinstance(found, list):
            message = f"{answer.path}: no contacts in it"
            raise MalformedAnswerError(message)
        rows, rejected = read_rows(found, _Contact)
        beside = _Beside(content, self._named_lists(), self._named_fields())
        contacts = tuple(beside.contact(row) for row in rows)
        behind = _ABOVE_ID.place_behind(content, found, place)
        if behind and behind == place:
            message = f"{answer.path}: gives the same page again and again"
            raise MalformedAnswerError(message)
        return LeadPage(contacts, rejected, answer.body, behind)

    def _call(self, ask: Ask) -> Answer:
        """Make a call; a refusal without a reason may mean the key, and may mean its permissions.

        Raises:
            CredentialsRejectedError: the vendor knows the key no longer.
            MissingScopeError: it does, and refuses this call alone.
        """
        before = self._caller.credentials
        try:
            return self._caller.call(ask)
        except MissingScopeError:
            self._caller.call(Ask(_WHO_AM_I))
            if self._caller.credentials == before:
                raise
            return self._caller.call(ask)

    def _named_lists(self) -> Mapping[str, str]:
        """Return the lists' names by id; none where the key may not read them."""
        if self._lists is None:
            self._lists = self._names("/lists", "lists")
        return self._lists

    def _named_fields(self) -> Mapping[str, str]:
        """Return the custom fields' titles by id."""
        if self._fields is None:
            self._fields = self._names("/fields", "fields")
        return self._fields

    def _names(self, path: str, rows_at: str) -> Mapping[str, str]:
        paginator = Offset("offset", 1, ("meta", "total"))
        listing = Listing(Ask(path, {"limit": _PAGE}), _Named, (rows_at,), paginator)
        try:
            pages = [*read_pages(self._caller, listing)]
        except MissingScopeError:
            return {}
        return {one.id: one.name or one.title or one.id for page in pages for one in page.rows}


class _Beside:
    """What stands beside the contacts of a page, by contact."""

    def __init__(self, content: Any, lists: Mapping[str, str], fields: Mapping[str, str]) -> None:  # noqa: ANN401
        self._lists = lists
        self._fields = fields
        self._memberships = _by_contact(content, "contactLists", _Membership)
        self._values = _by_contact(content, "fieldValues", _FieldValue)
        self._visits = _by_contact(content, "contactData", _Visit)

    def contact(self, one: _Contact) -> CrmContact:
        """Return a contact with what stands beside it."""
        joined = [(row.list, row.sdate) for row in self._memberships[one.id]]
        values = {self._fields.get(v.field, v.field): v.value for v in self._values[one.id]}
        return CrmContact(
            contact_id=one.id,
            email=one.email,
            created_at=one.cdate,
            updated_at=one.udate,
            phone=one.phone,
            lists=tuple((self._lists.get(name, name), moment) for name, moment in joined if moment),
            first=next((_click(visit) for visit in self._visits[one.id]), StatedClick()),
            properties=texts(values),
        )


def _click(visit: _Visit) -> StatedClick:
    named = {
        "source": visit.ga_campaign_source,
        "medium": visit.ga_campaign_medium,
        "campaign": visit.ga_campaign_name,
        "content": visit.ga_campaign_content,
        "term": visit.ga_campaign_term,
    }
    return StatedClick(marks(named.items()), at=visit.ga_first_visit or visit.tstamp)


def _by_contact[M: (_Membership, _FieldValue, _Visit)](
    content: Any,  # noqa: ANN401 - any JSON value
    name: str,
    model: type[M],
) -> defaultdict[str, list[M]]:
    """Return the rows beside a page by their contact; what is no row of its kind is passed over."""
    found: Iterable[Any] = at(content, name) or []
    by_contact: defaultdict[str, list[M]] = defaultdict(list)
    for row in read_rows([*found], model)[0]:
        by_contact[row.contact].append(row)
    return by_contact


def classify(answer: Answer) -> HeadwaterError | None:
    """Return what an answer means; a key that is wrong is refused as a permission would be."""
    error = json_by_status(answer)
    if (
        isinstance(error, MissingScopeError)
        and answer.status == HTTPStatus.FORBIDDEN
        and answer.path == _WHO_AM_I
    ):
        return CredentialsRejectedError("the key is rejected: it is wrong, or was revoked")
    return error


def _account(kept: Mapping[str, str]) -> Mapping[str, str]:
    """Return the account's address, which is one of the vendor's."""
    parts = urlsplit(kept.get("url", "").strip())
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc.lower()):
        message = "the API URL is none of ActiveCampaign's: it looks like https://shop.api-us1.com"
        raise CredentialsRejectedError(message)
    return {"url": f"https://{parts.netloc.lower()}"}


ACTIVECAMPAIGN = Vendor(
    kind=kind.ACTIVECAMPAIGN.kind,
    title=kind.ACTIVECAMPAIGN.title,
    hosts={"api": "{url}/api/3"},
    auth=StaticHeaders({"Api-Token": "{api_key}"}),
    client=ActiveCampaign,
    secrets=kind.ACTIVECAMPAIGN.secrets,
    classify=classify,
    derive=_account,
    # 5 a second for the whole account, which others share.
    shortest_gap=0.25,
)

"""ActiveCampaign's API, v3, as far as its documentation tells."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta, timezone
from typing import Any

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookContact
from local.vendors.crm_application import CrmApplication, whole
from local.vendors.rules import Parameter, faults_of

API_KEY = "ac-local-key-f00d8812"  # gitleaks:allow
# The account's own zone, in which filters are days and instants are written.
_ZONE = timezone(timedelta(hours=-6))
_INCLUDES = frozenset(
    {"contactLists", "fieldValues", "contactData", "contactTags", "geoIps", "deals"}
)
_NAMES = (
    Parameter("limit", "integer", least=1, most=100),
    Parameter("offset", "integer", least=0),
)
_LIST = (
    *_NAMES,
    Parameter("orders[id]", choices=frozenset({"ASC", "DESC"})),
    Parameter("id_greater", "integer", least=0),
    Parameter("status", choices=frozenset({"-1", "0", "1", "2", "3"})),
    Parameter("include", "list", choices=_INCLUDES),
    Parameter("filters[updated_after]", "day"),
    Parameter("filters[created_after]", "day"),
)
# The custom fields of every account of ours.
_FIELDS = {"12": "UTM Source Last", "13": "gclid"}


class ActiveCampaignApplication(CrmApplication):
    """ActiveCampaign: all values are texts, and a key that is wrong is a 403 like any other."""

    kind = "activecampaign"

    def __init__(self) -> None:
        super().__init__()
        self.api_key = API_KEY

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return its limit."""
        return ((5, 1),)

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resources."""
        return (
            ("GET", "/api/users/me", self._me),
            ("GET", "/api/contacts", self._contacts),
            ("GET", "/api/lists", self._lists),
            ("GET", "/api/fields", self._fields),
        )

    def unauthorized(self) -> Response:
        """Return the answer to a key that is wrong or revoked."""
        return json_response({"message": "You do not have permission to access this."}, 403)

    def throttled(self, seconds: float) -> Response:
        """Return the answer to too many calls."""
        wait = str(max(1, round(seconds + 0.5)))
        return Response(429, b"{}", headers={"RateLimit-Remaining": "0", "Retry-After": wait})

    def _refusal(
        self, call: Call, parameters: Sequence[Parameter], permission: str
    ) -> Response | None:
        if call.header("api-token") != self.api_key:
            return self.unauthorized()
        if hasty := self.refuse_haste(call.now):
            return hasty
        if permission in self.lacks:
            detail = f"You do not have permission to view {permission}."
            error = {"status": 403, "title": "Forbidden", "detail": detail}
            return json_response({"errors": [error]}, 403)
        if faults := faults_of(call.query, parameters):
            return json_response({"errors": [{"title": one} for one in faults]}, 400)
        return None

    def _me(self, call: Call) -> Response:
        return self._refusal(call, (), "") or json_response({"user": {"id": "1"}})

    def _contacts(self, call: Call) -> Response:
        if refusal := self._refusal(call, _LIST, "contacts"):
            return refusal
        found = self.book.by_number()
        if day := call.query.get("filters[updated_after]"):
            begin = datetime.combine(datetime.fromisoformat(day).date(), time(), _ZONE)
            found = [one for one in found if one.updated >= begin]
        shown = self.page_above(found, whole(call, "id_greater", 0), whole(call, "limit", 20))
        return json_response(
            {
                "contacts": [_contact(one) for one in shown],
                "meta": {"total": str(len(found))},
                **{
                    name: [row for one in shown for row in _beside(one, name)]
                    for name in filter(None, call.query.get("include", "").split(","))
                },
            }
        ).with_headers({"RateLimit-Limit": "5", "RateLimit-Remaining": "3"})

    def _lists(self, call: Call) -> Response:
        if refusal := self._refusal(call, _NAMES, "lists"):
            return refusal
        rows = [{"id": one, "name": name} for one, name in sorted(self.book.lists.items())]
        return _paged(call, "lists", rows)

    def _fields(self, call: Call) -> Response:
        if refusal := self._refusal(call, _NAMES, "fields"):
            return refusal
        rows = [{"id": one, "title": title} for one, title in sorted(_FIELDS.items())]
        return _paged(call, "fields", rows)


def _paged(call: Call, name: str, rows: list[dict[str, str]]) -> Response:
    start = whole(call, "offset", 0)
    shown = rows[start : start + whole(call, "limit", 20)]
    return json_response({name: shown, "meta": {"total": str(len(rows))}})


def _contact(one: BookContact) -> dict[str, str]:
    return {
        "id": str(one.number),
        "email": one.email,
        "phone": one.phone,
        "firstName": "",
        "lastName": "",
        "cdate": _iso(one.created),
        "udate": _iso(one.updated),
        "deleted": "0",
        "anonymized": "0",
        "ip": "2130706433",
    }


def _beside(one: BookContact, name: str) -> list[dict[str, Any]]:
    """Return the rows of another kind that belong to a contact."""
    contact = str(one.number)
    match name:
        case "contactLists":
            return [
                {"contact": contact, "list": list_id, "sdate": _iso(joined), "status": "1"}
                for list_id, joined in one.lists
            ]
        case "fieldValues":
            gclid = one.first.gclid if one.first else ""
            return [{"contact": contact, "field": "13", "value": gclid}]
        case "contactData" if one.first:
            names = {"campaign": "name"}
            marks = {
                f"ga_campaign_{names.get(mark, mark)}": value
                for mark, value in one.first.marks.items()
            }
            tstamp = _iso(one.first.at)
            return [{"contact": contact, "tstamp": tstamp, "ga_first_visit": None, **marks}]
        case _:
            return []


def _iso(moment: datetime) -> str:
    return moment.astimezone(_ZONE).isoformat(timespec="seconds")

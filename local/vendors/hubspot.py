"""HubSpot's CRM API, paths of 2026-03, as far as its client library and documentation tell."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookContact
from local.vendors.crm_application import CrmApplication, whole
from local.vendors.rules import Parameter, faults_of
from local.vendors.token_desk import TokenDesk

ACCESS_TOKEN = "pat-na1-local-90c4"  # noqa: S105 - of a server on this machine
_CONTACTS, _LISTS = "/api/crm/objects/2026-03/contacts", "/api/crm/lists/2026-03"
_ALL = (
    Parameter("limit", "integer", least=1, most=100),
    Parameter("after"),
    Parameter("properties"),
    Parameter("propertiesWithHistory"),
    Parameter("associations"),
    Parameter("archived", "boolean"),
)
_MEMBERS = (
    Parameter("limit", "integer", least=1, most=250),
    Parameter("after"),
    Parameter("before"),
)
_SEARCH = frozenset({"filterGroups", "sorts", "query", "properties", "limit", "after"})
_MOST_FOUND, _MOST_IN_ALL = 200, 10_000
# The lists of a portal have numbers; the book's are told by theirs.
_FIRST_LIST = 41
_CONTACT_TYPE = "0-1"


class HubSpotApplication(CrmApplication):
    """HubSpot: a list of all, a search of 10,000 at most, lists with the times of joining."""

    kind = "hubspot"

    def __init__(self) -> None:
        super().__init__()
        self.access_token = ACCESS_TOKEN
        self.desk = TokenDesk(1_800, rotates=False, basic=False)

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return its limits: those of a free account, and the search's for all."""
        return ((4, 1), (100, 10))

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resources."""
        return (
            ("POST", "/oauth/token", self.desk.grant),
            ("GET", _CONTACTS, self._all),
            ("POST", f"{_CONTACTS}/search", self._search),
            ("POST", f"{_LISTS}/search", self._lists),
            ("GET", f"{_LISTS}/(?P<id>\\d+)/memberships/join-order", self._members),
        )

    def expire(self) -> None:
        """Let the access tokens of the app run out; a key does not."""
        self.desk.expire()

    def unauthorized(self) -> Response:
        """Return the answer to a token that is wrong or revoked."""
        message = "Authentication credentials not found."
        return _error(401, message, category="INVALID_AUTHENTICATION")

    def throttled(self, seconds: float) -> Response:  # noqa: ARG002 - the policy says it
        """Return the answer to too many calls."""
        message = "You have reached your ten_secondly_rolling limit."
        policy = "TEN_SECONDLY_ROLLING"
        return _error(429, message, errorType="RATE_LIMIT", policyName=policy)

    def _refusal(self, call: Call, parameters: Sequence[Parameter], scope: str) -> Response | None:
        own = call.header("authorization") == f"Bearer {self.access_token}"
        if not own and not self.desk.knows(call):
            return self.unauthorized()
        if hasty := self.refuse_haste(call.now):
            return hasty
        if scope in self.lacks:
            message = f"This app hasn't been granted all required scopes: {scope}."
            return _error(403, message, category="MISSING_SCOPES")
        if faults := faults_of(call.query, parameters):
            return _error(400, "; ".join(faults), category="VALIDATION_ERROR")
        return None

    def _all(self, call: Call) -> Response:
        if refusal := self._refusal(call, _ALL, "crm.objects.contacts.read"):
            return refusal
        size = min(whole(call, "limit", 10), self.rows_per_page)
        contacts = self.book.by_number()
        shown = self.page_above(contacts, whole(call, "after", 0), size)
        names = call.query.get("properties", "email").split(",")
        rows = [_contact(one, names) for one in shown]
        has_more = bool(shown) and shown[-1].number < contacts[len(contacts) - 1].number
        return _answer(rows, str(shown[-1].number) if has_more else "", call)

    def _search(self, call: Call) -> Response:
        if refusal := self._refusal(call, (), "crm.objects.contacts.read"):
            return refusal
        try:
            body = json.loads(call.request.body)
            bounds = _bounds(body)
        except (ValueError, KeyError, TypeError) as error:
            return _error(400, f"Invalid input: {error}", category="VALIDATION_ERROR")
        found = self.book.by_number()
        if since := bounds.get("lastmodifieddate"):
            moment = datetime.fromtimestamp(since / 1000, UTC)
            found = [one for one in found if one.updated >= moment]
        size = min(body.get("limit", 10), self.rows_per_page)
        shown = self.page_above(found, bounds.get("hs_object_id", 0), size)
        rows = [_contact(one, body.get("properties") or ["email"]) for one in shown]
        return json_response({"total": len(found), "results": rows})

    def _lists(self, call: Call) -> Response:
        if refusal := self._refusal(call, (), "crm.lists.read"):
            return refusal
        body = json.loads(call.request.body)
        start, count = int(body.get("offset", 0)), int(body.get("count", 20))
        rows = [
            {"listId": str(_FIRST_LIST + n), "name": name, "objectTypeId": _CONTACT_TYPE}
            for n, (_, name) in enumerate(sorted(self.book.lists.items()))
        ]
        shown = rows[start : start + count]
        more = start + count < len(rows)
        return json_response(
            {"lists": shown, "offset": start + len(shown), "hasMore": more, "total": len(rows)}
        )

    def _members(self, call: Call) -> Response:
        if refusal := self._refusal(call, _MEMBERS, "crm.lists.read"):
            return refusal
        number = int(call.ids["id"]) - _FIRST_LIST
        if not 0 <= number < len(self.book.lists):
            return _error(404, "List does not exist", category="OBJECT_NOT_FOUND")
        found = self.book.members(sorted(self.book.lists)[number])
        start = whole(call, "after", 0)
        size = min(whole(call, "limit", 100), self.rows_per_page)
        rows = [
            {"recordId": str(one.number), "membershipTimestamp": _iso(joined)}
            for one, joined in self.page_of(found, start, size)
        ]
        behind = start + size
        return _answer(rows, str(behind) if behind < len(found) else "", call)


def _bounds(body: dict[str, Any]) -> dict[str, int]:
    """Return property → lower bound of a search; raises ValueError where it is none."""
    if strange := set(body) - _SEARCH:
        message = f"unknown field {sorted(strange)[0]}"
        raise ValueError(message)
    if not 1 <= body.get("limit", 10) <= _MOST_FOUND:
        message = f"limit: not 1 to {_MOST_FOUND}"
        raise ValueError(message)
    if int(body.get("after", 0)) >= _MOST_IN_ALL:
        message = f"after: a search gives {_MOST_IN_ALL} rows"
        raise ValueError(message)
    [group] = body["filterGroups"]
    bounds: dict[str, int] = {}
    for one in group["filters"]:
        if one["operator"] not in {"GT", "GTE"}:
            message = f"operator {one['operator']}"
            raise ValueError(message)
        bounds[one["propertyName"]] = int(one["value"])
    return bounds


def _contact(one: BookContact, names: Sequence[str]) -> dict[str, Any]:
    url = "https://shop.example/"
    if one.first:
        marks = {f"utm_{name}": value for name, value in one.first.marks.items()}
        url += f"?{urlencode({**marks, 'gclid': one.first.gclid})}"
    known = {
        "email": one.email,
        "phone": one.phone,
        "createdate": _iso(one.created),
        "lastmodifieddate": _iso(one.updated),
        "hs_object_id": str(one.number),
        "hs_analytics_first_url": url,
        "hs_analytics_first_referrer": "",
        "hs_analytics_first_timestamp": _iso(one.first.at) if one.first else None,
        "hs_additional_emails": ";".join(one.other_emails),
        "hs_merged_object_ids": ";".join(map(str, one.merged)),
        **one.properties,
    }
    return {
        "id": str(one.number),
        "properties": {name: known[name] for name in names if name in known},
        "createdAt": _iso(one.created),
        "updatedAt": _iso(one.updated),
        "archived": False,
    }


def _answer(rows: list[dict[str, Any]], after: str, call: Call) -> Response:
    content: dict[str, Any] = {"results": rows}
    if after:
        link = f"{call.request.base_url}{call.request.path}?after={after}"
        content["paging"] = {"next": {"after": after, "link": link}}
    return json_response(content)


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _error(status: int, message: str, **more: str) -> Response:
    identity = "aeb5f871-7f07-4993-9211-075dc63e7cbf"
    content = {"status": "error", "message": message, "correlationId": identity, **more}
    return json_response(content, status)

"""Klaviyo's API, revision 2026-07-15, as far as its specification tells."""

import base64
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookContact
from local.vendors.crm_application import CrmApplication
from local.vendors.rules import Parameter, faults_of
from local.vendors.token_desk import TokenDesk

API_KEY = "pk_local_5fd1c8a2b3"  # gitleaks:allow
_REVISIONS = frozenset({"2026-07-15", "2026-10-15"})
_FILTER = re.compile(r"(greater-than|less-than|greater-or-equal|less-or-equal)\((\w+),([^)]+)\)")
_OWN_FIELDS = {
    *("created", "email", "external_id", "first_name", "id", "image", "last_event_date"),
    *("last_name", "locale", "location", "organization", "phone_number", "properties", "title"),
    *("subscriptions", "predictive_analytics", "updated"),
}
_CURSOR = Parameter("page[cursor]")
_PROFILES = (
    Parameter("additional-fields[profile]", choices=frozenset({"subscriptions"})),
    Parameter("fields[profile]", "list", choices=frozenset(_OWN_FIELDS)),
    Parameter("filter"),
    _CURSOR,
    Parameter("page[size]", "integer", least=1, most=100),
    Parameter(
        "sort",
        choices=frozenset(
            {
                f"{sign}{name}"
                for sign in ("", "-")
                for name in ("created", "email", "id", "updated")
            }
        ),
    ),
)
_MEMBERS = (
    Parameter("fields[profile]", "list", choices=frozenset({*_OWN_FIELDS, "joined_group_at"})),
    Parameter("filter"),
    _CURSOR,
    Parameter("page[size]", "integer", least=1, most=100),
    Parameter("sort", choices=frozenset({"joined_group_at", "-joined_group_at"})),
)
_LISTS = (
    Parameter("fields[list]", "list", choices=frozenset({"created", "id", "name", "updated"})),
    Parameter("filter"),
    _CURSOR,
    Parameter("page[size]", "integer", least=1, most=10),
    Parameter(
        "sort",
        choices=frozenset(
            {f"{sign}{name}" for sign in ("", "-") for name in ("created", "id", "name", "updated")}
        ),
    ),
)
# Field → the operators that a filter may use on it.
_FILTERS = {
    "created": {"greater-than", "less-than"},
    "updated": {"greater-than", "less-than"},
    "joined_group_at": {"greater-or-equal", "greater-than", "less-or-equal", "less-than"},
}


class KlaviyoApplication(CrmApplication):
    """Klaviyo: JSON:API, cursors inside whole addresses, 75 calls a second and 750 a minute."""

    kind = "klaviyo"

    def __init__(self) -> None:
        super().__init__()
        self.api_key = API_KEY
        self.desk = TokenDesk(3_600, rotates=False, basic=True)

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return its limits."""
        return ((75, 1), (750, 60))

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resources."""
        return (
            ("POST", "/oauth/token", self.desk.grant),
            ("GET", "/api/profiles", self._profiles),
            ("GET", "/api/lists", self._lists),
            ("GET", "/api/lists/(?P<id>[^/]+)/profiles", self._members),
            ("GET", "/api/accounts", self._accounts),
        )

    def expire(self) -> None:
        """Let the access tokens of the app run out; a key does not."""
        self.desk.expire()

    def unauthorized(self) -> Response:
        """Return the answer to a key that is wrong or revoked."""
        return _problem(401, "not_authenticated", "Missing or invalid private key.")

    def throttled(self, seconds: float) -> Response:
        """Return the answer to too many calls."""
        wait = max(1, round(seconds + 0.5))
        message = f"Request was throttled. Expected available in {wait} seconds."
        return _problem(429, "throttled", message).with_headers({"Retry-After": str(wait)})

    def _refusal(
        self, call: Call, parameters: Sequence[Parameter], *scopes: str
    ) -> Response | None:
        own = call.header("authorization") == f"Klaviyo-API-Key {self.api_key}"
        if not own and not self.desk.knows(call):
            return self.unauthorized()
        if call.header("revision") not in _REVISIONS:
            return _problem(400, "invalid", "A valid revision header is required.")
        if hasty := self.refuse_haste(call.now):
            return hasty
        if lacking := sorted(self.lacks & {*scopes}):
            return _problem(403, "permission_denied", f"The key lacks {', '.join(lacking)}.")
        if faults := faults_of(call.query, parameters):
            return _problem(400, "invalid", "; ".join(faults))
        return None

    def _profiles(self, call: Call) -> Response:
        if refusal := self._refusal(call, _PROFILES, "profiles:read"):
            return refusal
        found = self.book.by_change()
        bound = _bound(call, {"created", "updated"})
        if isinstance(bound, Response):
            return bound
        if bound:
            name, operator, moment = bound
            found = [one for one in found if _holds(getattr(one, name), operator, moment)]
        return self._paged(call, found, lambda one: _profile(one, call))

    def _members(self, call: Call) -> Response:
        if refusal := self._refusal(call, _MEMBERS, "lists:read", "profiles:read"):
            return refusal
        if call.ids["id"] not in self.book.lists:
            return _problem(404, "not_found", "A list with the given id does not exist.")
        found = self.book.members(call.ids["id"])
        bound = _bound(call, {"joined_group_at"})
        if isinstance(bound, Response):
            return bound
        if bound:
            _, operator, moment = bound
            found = [pair for pair in found if _holds(pair[1], operator, moment)]
        return self._paged(
            call, found, lambda pair: _profile(pair[0], call, {"joined_group_at": _iso(pair[1])})
        )

    def _lists(self, call: Call) -> Response:
        if refusal := self._refusal(call, _LISTS, "lists:read"):
            return refusal
        return self._paged(
            call,
            sorted(self.book.lists.items()),
            lambda pair: {"type": "list", "id": pair[0], "attributes": {"name": pair[1]}},
            default=10,
        )

    def _accounts(self, call: Call) -> Response:
        if refusal := self._refusal(call, (), "accounts:read"):
            return refusal
        account = {"type": "account", "id": "HwLoc1", "attributes": {"timezone": "US/Eastern"}}
        return json_response({"data": [account], "links": {"self": "", "next": None}})

    def _paged(self, call: Call, rows: Sequence[Any], show: Any, default: int = 20) -> Response:  # noqa: ANN401
        """Return a page; the cursor is good for this list alone, and nothing may follow it."""
        start = 0
        if cursor := call.query.get("page[cursor]"):
            try:
                start = int(base64.urlsafe_b64decode(cursor.encode()).decode().split(":")[1])
            except (ValueError, IndexError):
                return _problem(400, "invalid", "page[cursor]: not a cursor of this list")
        size = min(int(call.query.get("page[size]", default)), self.rows_per_page)
        shown = [show(row) for row in self.page_of(rows, start, size)]
        following = None
        if start + size < len(rows):
            name = base64.urlsafe_b64encode(f"next:{start + size}".encode()).decode()
            query = urlencode({**call.query, "page[cursor]": name})
            following = f"{call.request.base_url}{call.request.path}?{query}"
        links = {"self": call.request.path, "next": following, "prev": None}
        return json_response({"data": shown, "links": links}).with_headers(
            {"RateLimit-Limit": "75", "RateLimit-Remaining": "74", "RateLimit-Reset": "1"}
        )


def _bound(call: Call, fields: set[str]) -> tuple[str, str, datetime] | Response | None:
    """Return (field, operator, instant) of a filter, or why it is none."""
    text = call.query.get("filter")
    if text is None:
        return None
    match = _FILTER.fullmatch(text)
    if not match or match[2] not in fields or match[1] not in _FILTERS[match[2]]:
        return _problem(400, "invalid", f"filter: {text} is not allowed here")
    try:
        return match[2], match[1], datetime.fromisoformat(match[3])
    except ValueError:
        return _problem(400, "invalid", f"filter: {match[3]} is no datetime")


def _holds(value: datetime, operator: str, moment: datetime) -> bool:
    return {
        "greater-than": value > moment,
        "greater-or-equal": value >= moment,
        "less-than": value < moment,
        "less-or-equal": value <= moment,
    }[operator]


def _profile(one: BookContact, call: Call, more: dict[str, str] | None = None) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "email": one.email,
        "phone_number": one.phone or None,
        "external_id": None,
        "created": _iso(one.created),
        "updated": _iso(one.updated),
        "properties": {"$source": "Footer form", **_properties(one)},
        **(more or {}),
    }
    wanted = call.query.get("fields[profile]")
    names = wanted.split(",") if wanted else list(attributes)
    return {
        "type": "profile",
        "id": f"01GDDK{one.number}",
        "attributes": {name: attributes.get(name) for name in names},
    }


def _properties(one: BookContact) -> dict[str, Any]:
    """Return custom properties: what the shop's form has put there, as shops do."""
    found: dict[str, Any] = dict(one.properties)
    for prefix, click in (("", one.first), ("last_", one.last)):
        if click:
            found |= {f"{prefix}utm_{name}": value for name, value in click.marks.items()}
            found |= {f"{prefix}gclid": click.gclid} if click.gclid else {}
    return found


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _problem(status: int, code: str, detail: str) -> Response:
    error = {
        "id": "2c76424d-b1ff-4afd-a2a1-728d85dac775",
        "status": status,
        "code": code,
        "title": detail,
        "detail": detail,
        "source": {"pointer": "/data/"},
        "meta": {},
    }
    body = json.dumps({"errors": [error]}).encode()
    return Response(status, body, "application/vnd.api+json")

"""Omnisend's API, version 2026-03-15, as far as its documentation tells."""

import base64
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookContact, between
from local.vendors.crm_application import CrmApplication, aware, iso, whole
from local.vendors.rules import Parameter, faults_of

API_KEY = "omnisend-local-key-8c21"  # gitleaks:allow
_VERSION = "2026-03-15"
_LIST = (
    Parameter("limit", "integer", least=1, most=250),
    Parameter("sort", choices=frozenset({"createdAt", "updatedAt", "id"})),
    Parameter("direction", choices=frozenset({"asc", "desc"})),
    Parameter("updatedAtFrom"),
    Parameter("updatedAtTo"),
    Parameter("email"),
    Parameter("after"),
    Parameter("before"),
)
# A cursor carries all of these, and they may not be given beside it.
_CARRIED = ("sort", "direction", "updatedAtFrom", "updatedAtTo", "email")


class OmnisendApplication(CrmApplication):
    """Omnisend: problems by RFC 9457, cursors that carry the filters, 400 calls a minute."""

    kind = "omnisend"

    def __init__(self) -> None:
        super().__init__()
        self.api_key = API_KEY

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return its limit."""
        return ((400, 60),)

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the one resource."""
        return (("GET", "/api/contacts", self._contacts),)

    def unauthorized(self) -> Response:
        """Return the answer to a key that is wrong or revoked."""
        return _problem(401, "unauthorized", "Authentication is missing or invalid")

    def throttled(self, seconds: float) -> Response:
        """Return the answer to too many calls: how long to wait stands in the body."""
        wait = max(1, round(seconds + 0.5))
        return _problem(429, "rate-limit-exceeded", "Rate limit exceeded", retryAfter=wait)

    def _contacts(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        start, since = 0, call.query.get("updatedAtFrom")
        if cursor := call.query.get("after"):
            if beside := [name for name in _CARRIED if name in call.query]:
                return _problem(400, "bad-request", f"{beside[0]}: not beside a cursor")
            try:
                start, since = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            except ValueError:
                return _problem(400, "bad-request", "after: not a cursor")
        try:
            first = aware(since) if since else None
        except ValueError as error:
            return _problem(400, "bad-request", f"updatedAtFrom: {error}")
        found = between(self.book.by_change(), first, None)
        size = min(whole(call, "limit", 100), self.rows_per_page)
        shown = [_contact(one) for one in self.page_of(found, start, size)]
        has_more = start + size < len(found)
        place = json.dumps([start + size, since]).encode()
        after = base64.urlsafe_b64encode(place).decode() if has_more else None
        paging = {"limit": size, "hasMore": has_more, "cursors": {"after": after, "before": None}}
        return json_response({"contacts": shown, "paging": paging})

    def _refusal(self, call: Call) -> Response | None:
        if call.header("authorization") != f"Omnisend-API-Key {self.api_key}":
            return self.unauthorized()
        if call.header("omnisend-version") != _VERSION:
            return _problem(410, "gone", "This version is retired")
        if hasty := self.refuse_haste(call.now):
            return hasty
        if "contacts.read" in self.lacks:
            return _problem(403, "forbidden", "The key lacks contacts.read")
        if faults := faults_of(call.query, _LIST):
            return _problem(400, "bad-request", "; ".join(faults))
        return None


def _contact(one: BookContact) -> dict[str, Any]:
    custom: dict[str, Any] = dict(one.properties)
    if one.first:
        custom |= {f"utm_{name}": value for name, value in one.first.marks.items()}
        custom["gclid"] = one.first.gclid
    return {
        "id": f"60a6{one.number}",
        "email": one.email,
        "phone": [one.phone],
        "createdAt": iso(one.created),
        "updatedAt": iso(one.updated),
        "status": "subscribed",
        "tags": ["source: shop"],
        "segments": [],
        "optIns": [{"channel": "email", "optInAt": iso(joined)} for _, joined in one.lists],
        "consents": [],
        "customProperties": custom,
    }


def _problem(status: int, name: str, detail: str, **more: object) -> Response:
    content = {
        "type": f"https://problems.omnisend.com/{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": "urn:omnisend:request:00000000-0000-0000-0000-000000000001",
        **more,
    }
    return Response(status, json.dumps(content).encode(), "application/problem+json")

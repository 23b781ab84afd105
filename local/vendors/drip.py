"""Drip's API, v2, as far as its documentation tells."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookContact, between
from local.vendors.crm_application import CrmApplication, aware, iso, whole
from local.vendors.rules import Parameter, faults_of

API_TOKEN, ACCOUNT_ID = "drip-local-token-77d0", "9999999"
_LIST = (
    Parameter(
        "status",
        choices=frozenset(
            {"all", "active", "unsubscribed", "active_or_unsubscribed", "undeliverable"}
        ),
    ),
    Parameter("tags"),
    Parameter("subscribed_before"),
    Parameter("subscribed_after"),
    Parameter("page", "integer", least=1),
    Parameter("per_page", "integer", least=1, most=1000),
)


class DripApplication(CrmApplication):
    """Drip: basic authentication, pages by number, 3,600 calls an hour and no word how long."""

    kind = "drip"

    def __init__(self) -> None:
        super().__init__()
        self.api_token = API_TOKEN

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return its limit."""
        return ((3600, 3600),)

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resource."""
        return (("GET", "/api/(?P<account>[^/]+)/subscribers", self._subscribers),)

    def unauthorized(self) -> Response:
        """Return the answer to a token that is wrong or revoked."""
        return _errors(401, "authentication_error", "Authentication failed, check your credentials")

    def throttled(self, seconds: float) -> Response:  # noqa: ARG002 - Drip does not say
        """Return the answer to too many calls, whose body is flat."""
        message = "API rate limit exceeded. Please try again in an hour."
        return json_response({"message": message, "documentation": "https://drip.example"}, 429)

    def _refusal(self, call: Call) -> Response | None:
        pair = base64.b64encode(f"{self.api_token}:".encode()).decode()
        if call.header("authorization") != f"Basic {pair}":
            return self.unauthorized()
        if not call.header("user-agent"):
            return _errors(403, "authorization_error", "A User-Agent is required")
        if hasty := self.refuse_haste(call.now):
            return hasty
        if call.ids["account"] != ACCOUNT_ID or "subscribers" in self.lacks:
            message = "You are not authorized to access this resource"
            return _errors(403, "authorization_error", message)
        if faults := faults_of(call.query, _LIST):
            return _errors(422, "invalid_error", "; ".join(faults))
        return None

    def _subscribers(self, call: Call) -> Response:
        if refusal := self._refusal(call):
            return refusal
        try:
            bounds = [
                aware(call.query[name]) if name in call.query else None
                for name in ("subscribed_after", "subscribed_before")
            ]
        except ValueError as error:
            return _errors(422, "date_error", str(error))
        found = between(
            self.book.by_creation(), bounds[0], bounds[1], moment=lambda one: one.created
        )
        return self._paged(call, found)

    def _paged(self, call: Call, found: Sequence[BookContact]) -> Response:
        page, size = whole(call, "page", 1), min(whole(call, "per_page", 100), self.rows_per_page)
        shown = [_subscriber(one) for one in self.page_of(found, (page - 1) * size, size)]
        meta = {
            "page": page,
            "count": len(shown),
            "total_pages": -(-len(found) // size),
            "total_count": len(found),
        }
        return json_response({"links": {}, "meta": meta, "subscribers": shown}).with_headers(
            {"X-RateLimit-Limit": "3600", "X-RateLimit-Remaining": "3597"}
        )


def _subscriber(one: BookContact) -> dict[str, Any]:
    landing = "https://shop.example/"
    if one.first:
        marks = {f"utm_{name}": value for name, value in one.first.marks.items()}
        landing += f"?{urlencode({**marks, 'gclid': one.first.gclid})}"
    return {
        "id": f"z{one.number}",
        "status": "active",
        "email": one.email,
        "first_name": None,
        "phone": one.phone,
        "time_zone": "America/Los_Angeles",
        "utc_offset": -480,
        "created_at": iso(one.created),
        "original_referrer": "https://www.google.com/",
        "landing_url": landing,
        "tags": ["Customer"],
        "custom_fields": dict(one.properties),
        "links": {"account": ACCOUNT_ID},
    }


def _errors(status: int, code: str, message: str) -> Response:
    return json_response({"errors": [{"code": code, "message": message}]}, status)

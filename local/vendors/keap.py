"""Keap's REST v2, as far as its specification tells."""

import base64
import re
from collections.abc import Sequence
from typing import Any

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookClick, BookContact, between
from local.vendors.crm_application import CrmApplication, aware, iso, whole
from local.vendors.rules import Parameter, faults_of
from local.vendors.token_desk import TokenDesk

API_KEY = "KeapAK-local-3b9e"  # gitleaks:allow
_FIELDS = frozenset(
    {
        *("addresses", "anniversary_date", "birth_date", "company", "contact_type", "create_time"),
        *("custom_fields", "email_addresses", "family_name", "fax_numbers", "given_name", "id"),
        *("job_title", "leadsource_id", "links", "middle_name", "notes", "origin", "owner_id"),
        *("phone_numbers", "preferred_locale", "preferred_name", "prefix", "referral_code"),
        *("score_value", "social_accounts", "source_type", "spouse_name", "suffix", "tag_ids"),
        *("time_zone", "update_time", "utm_parameters", "website", "account_id", "created_by"),
    }
)
_LIST = (
    Parameter("fields", "list", choices=_FIELDS),
    Parameter("filter"),
    Parameter("order_by"),
    Parameter("page_size", "integer", least=0, most=1000),
    Parameter("page_token"),
)
_FILTERS = frozenset({"email", "start_update_time", "end_update_time", "ids", "given_name"})
_ORDER = re.compile(r"(id|create_time|update_time|email) (asc|desc)")
_MILLISECONDS = re.compile(r".*\.\d{3}Z")


class KeapApplication(CrmApplication):
    """Keap: fields that have to be named, filters of two equal signs, 240 calls a minute."""

    kind = "keap"

    def __init__(self) -> None:
        super().__init__()
        self.api_key = API_KEY
        self.desk = TokenDesk(86_400, rotates=True, basic=True)

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return its limits."""
        return ((10, 1), (240, 60))

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resource."""
        return (
            ("POST", "/oauth/token", self.desk.grant),
            ("GET", "/api/rest/v2/contacts", self._contacts),
        )

    def expire(self) -> None:
        """Let the access tokens of the app run out; a key does not."""
        self.desk.expire()

    def unauthorized(self) -> Response:
        """Return the answer to a key that is wrong or revoked."""
        return _error(401, "Unauthorized", "UNAUTHENTICATED")

    def throttled(self, seconds: float) -> Response:  # noqa: ARG002 - Keap does not say
        """Return the answer to too many calls."""
        return Response(429, b"{}", headers={"x-keap-product-throttle-available": "0"})

    def _contacts(self, call: Call) -> Response:
        if call.header("x-keap-api-key") != self.api_key and not self.desk.knows(call):
            return self.unauthorized()
        if hasty := self.refuse_haste(call.now):
            return hasty
        if "contacts" in self.lacks:
            return _error(403, "Forbidden", "PERMISSION_DENIED")
        faults = faults_of(call.query, _LIST)
        if "order_by" in call.query and not _ORDER.fullmatch(call.query["order_by"]):
            faults.append("order_by: no such order")
        if faults:
            return _error(400, "; ".join(faults), "INVALID_ARGUMENT")
        try:
            found = between(self.book.by_change(), *_bounds(call.query.get("filter", "")))
            start = int(base64.b64decode(call.query.get("page_token", "").encode()).decode() or 0)
        except ValueError as error:
            return _error(400, str(error), "INVALID_ARGUMENT")
        return self._paged(call, found, start)

    def _paged(self, call: Call, found: Sequence[BookContact], start: int) -> Response:
        size = min(whole(call, "page_size", 100) or 100, self.rows_per_page)
        names = [*filter(None, call.query.get("fields", "id").split(","))]
        shown = [
            {name: value for name, value in _contact(one).items() if name in names}
            for one in self.page_of(found, start, size)
        ]
        behind = start + size
        token = base64.b64encode(str(behind).encode()).decode() if behind < len(found) else ""
        return json_response({"contacts": shown, "next_page_token": token}).with_headers(
            {
                "x-keap-product-throttle-available": "239",
                "x-keap-product-quota-available": "29990",
            }
        )


def _bounds(text: str) -> tuple[Any, Any]:
    """Return the instants of a filter; raises ValueError where it is none."""
    found: dict[str, Any] = {}
    for clause in filter(None, text.split(";")):
        name, equal, value = clause.partition("==")
        if not equal or name not in _FILTERS:
            message = f"filter: {clause} is not allowed"
            raise ValueError(message)
        if name.endswith("_time"):
            if not _MILLISECONDS.fullmatch(value):
                message = f"filter: {value} has no milliseconds and zone"
                raise ValueError(message)
            found[name] = aware(value)
    return found.get("start_update_time"), found.get("end_update_time")


def _contact(one: BookContact) -> dict[str, Any]:
    emails = (one.email, *one.other_emails)
    return {
        "id": str(one.number),
        "email_addresses": [
            {"email": email, "field": f"EMAIL{n}"} for n, email in enumerate(emails, 1)
        ][::-1],
        "phone_numbers": [{"field": "PHONE1", "number": "1", "number_e164": one.phone}],
        "create_time": iso(one.created),
        "update_time": iso(one.updated),
        "tag_ids": ["91"],
        "source_type": "WEBFORM",
        "custom_fields": [{"id": name, "content": value} for name, value in one.properties.items()],
        "utm_parameters": [
            _utm(click, is_first=is_first)
            for click, is_first in ((one.first, True), (one.last, False))
            if click
        ],
    }


def _utm(click: BookClick, *, is_first: bool) -> dict[str, Any]:
    return {
        **{f"utm{name.title()}": value for name, value in click.marks.items()},
        "firstTouch": is_first,
        "lastTouch": not is_first,
        "dateCreated": iso(click.at),
    }


def _error(code: int, message: str, status: str) -> Response:
    details = [{"domain": "keap.com", "resource": ""}]
    content = {"code": code, "message": message, "status": status, "details": details}
    return json_response(content, code)

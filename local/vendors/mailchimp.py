"""Mailchimp's Marketing API, 3.0, as far as its client library and documentation tell."""

import base64
import hashlib
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookContact, between
from local.vendors.crm_application import CrmApplication, aware, iso, whole
from local.vendors.rules import Parameter, faults_of

API_KEY = "5e2f8c1b0d7a4e93-us19"  # gitleaks:allow
_ANY_LIST = (
    Parameter("fields"),
    Parameter("exclude_fields"),
    Parameter("count", "integer", least=1, most=1000),
    Parameter("offset", "integer", least=0),
    Parameter("sort_dir", choices=frozenset({"ASC", "DESC"})),
)
_LISTS = (*_ANY_LIST, Parameter("sort_field", choices=frozenset({"date_created"})))
_MEMBERS = (
    *_ANY_LIST,
    Parameter("since_last_changed"),
    Parameter("before_last_changed"),
    Parameter("since_timestamp_opt"),
    Parameter("before_timestamp_opt"),
    Parameter("status"),
    Parameter(
        "sort_field", choices=frozenset({"timestamp_opt", "timestamp_signup", "last_changed"})
    ),
)


class MailchimpApplication(CrmApplication):
    """Mailchimp: audiences for lists, offsets, no word of its limits.

    Who is on a list of the book has confirmed. The others have signed up alone, in the first one.
    """

    kind = "mailchimp"

    def __init__(self) -> None:
        super().__init__()
        self.api_key = API_KEY

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return that it counts connections alone."""
        return ()

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resources."""
        return (
            ("GET", "/api/lists", self._lists),
            ("GET", "/api/lists/(?P<id>[^/]+)/members", self._members),
        )

    def unauthorized(self) -> Response:
        """Return the answer to a key that is wrong or revoked."""
        detail = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
        return _problem(401, "API Key Invalid", detail)

    def throttled(self, seconds: float) -> Response:  # noqa: ARG002 - Mailchimp does not say
        """Return the answer to too many connections."""
        detail = "You have exceeded the limit of 10 simultaneous connections."
        return _problem(429, "Too Many Requests", detail)

    def _refusal(self, call: Call, parameters: Sequence[Parameter]) -> Response | None:
        scheme, _, pair = call.header("authorization").partition(" ")
        try:
            _, _, password = base64.b64decode(pair).decode().partition(":")
        except ValueError:
            password = ""
        if scheme != "Basic" or password != self.api_key:
            return self.unauthorized()
        if "audiences" in self.lacks:
            return _problem(403, "Forbidden", "You do not have permission to access this resource.")
        if faults := faults_of(call.query, parameters):
            return _problem(400, "Invalid Resource", "; ".join(faults))
        return None

    def _lists(self, call: Call) -> Response:
        if refusal := self._refusal(call, _LISTS):
            return refusal
        start, size = whole(call, "offset", 0), whole(call, "count", 10)
        rows = [{"id": one, "name": name} for one, name in sorted(self.book.lists.items())]
        shown = rows[start : start + size]
        return json_response({"lists": shown, "total_items": len(rows)})

    def _members(self, call: Call) -> Response:
        if refusal := self._refusal(call, _MEMBERS):
            return refusal
        if call.ids["id"] not in self.book.lists:
            return _problem(404, "Resource Not Found", "The requested resource could not be found.")
        try:
            first, last = (
                aware(call.query[name]) if name in call.query else None
                for name in ("since_last_changed", "before_last_changed")
            )
        except ValueError as error:
            return _problem(400, "Invalid Resource", str(error))
        audience = call.ids["id"]
        found = between(self._in(audience), first, last)
        start = whole(call, "offset", 0)
        size = min(whole(call, "count", 10), self.rows_per_page)
        shown = [_member(one, audience) for one in self.page_of(found, start, size)]
        names = {
            name.removeprefix("members.")
            for name in call.query.get("fields", "").split(",")
            if name.startswith("members.")
        }
        if names:
            shown = [{name: row[name] for name in row if name in names} for row in shown]
        return json_response({"members": shown, "total_items": len(found)})

    def _in(self, audience: str) -> Sequence[BookContact]:
        """Return the members of an audience, those that changed last at the end."""
        contacts = self.book.by_change()
        if audience == min(self.book.lists):
            return contacts
        return [one for one in contacts if audience in dict(one.lists)]


def _member(one: BookContact, audience: str) -> dict[str, Any]:
    opted_in = dict(one.lists).get(audience)
    fields: dict[str, Any] = {"FNAME": "", "PHONE": one.phone, **one.properties}
    if one.first:
        # A merge tag has ten characters at most.
        fields |= {f"UTM_{name.upper()}"[:10]: value for name, value in one.first.marks.items()}
    return {
        "id": hashlib.md5(one.email.encode(), usedforsecurity=False).hexdigest(),
        "contact_id": f"c{one.number}",
        "email_address": one.email,
        "status": "subscribed",
        "source": "Embed Form",
        "timestamp_signup": iso(one.created, "+00:00"),
        "timestamp_opt": iso(opted_in, "+00:00") if opted_in else "",
        "last_changed": iso(one.updated, "+00:00"),
        "sms_phone_number": "",
        "merge_fields": fields,
        "tags_count": 1,
        "tags": [{"id": 7, "name": "lead"}],
    }


def _problem(status: int, title: str, detail: str) -> Response:
    content = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": "c3d51f0b-0000-0000-0000-000000000000",
    }
    return Response(status, json.dumps(content).encode(), "application/problem+json")

"""Ontraport's API, v1, as far as its documentation and client libraries tell."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from local.storefront.exchange import Response, json_response
from local.vendors.application import Call, Handler
from local.vendors.contact_book import BookContact
from local.vendors.crm_application import CrmApplication, whole
from local.vendors.rules import Parameter, faults_of

API_KEY, APP_ID = "ontraport-local-key-51aa", "2_90001_localApp"  # gitleaks:allow
_LIST = (
    Parameter("start", "integer", least=0),
    Parameter("range", "integer", least=1),
    Parameter("sort"),
    Parameter("sortDir", choices=frozenset({"asc", "desc"})),
    Parameter("condition"),
    Parameter("listFields"),
    Parameter("count", "boolean"),
    Parameter("search"),
)
_OBJECTS = (*_LIST, Parameter("objectID", "integer", is_required=True))
_MOST = 50
_OPERATORS = frozenset({"=", "<>", "<", ">", "<=", ">=", "IN", "NOT IN", "IS", "LIKE"})
# Type of object → the mark that its rows name.
_NAMES = {76: "source", 77: "medium", 75: "campaign", 78: "content", 79: "term"}
_FIELDS = {"source": "lead_source"}


class OntraportApplication(CrmApplication):
    """Ontraport: 50 rows whatever is asked for, marks by their ids, errors in plain text."""

    kind = "ontraport"

    def __init__(self) -> None:
        super().__init__()
        self.api_key = API_KEY
        self._names: dict[str, dict[str, str]] = {mark: {} for mark in _NAMES.values()}

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return its limit."""
        return ((180, 60),)

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return the resources."""
        return (
            ("GET", "/api/Contacts", self._contacts),
            ("GET", "/api/objects", self._objects),
        )

    def unauthorized(self) -> Response:
        """Return the answer to a key that is wrong or revoked, which is no JSON."""
        return _text(401, "Your App ID and API key do not authenticate.")

    def throttled(self, seconds: float) -> Response:
        """Return the answer to too many calls."""
        wait = str(max(1, round(seconds + 0.5)))
        headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": wait}
        return Response(429, b"", "text/plain", headers)

    def _refusal(
        self, call: Call, parameters: Sequence[Parameter], permission: str
    ) -> Response | None:
        if (call.header("api-key"), call.header("api-appid")) != (self.api_key, APP_ID):
            return self.unauthorized()
        if hasty := self.refuse_haste(call.now):
            return hasty
        if permission in self.lacks:
            return _text(403, "You do not have permission to read these objects.")
        if faults := faults_of(call.query, parameters):
            return _text(422, "; ".join(faults))
        return None

    def _contacts(self, call: Call) -> Response:
        if refusal := self._refusal(call, _LIST, "Contacts"):
            return refusal
        try:
            bounds = _bounds(call.query.get("condition", "[]"))
        except (ValueError, KeyError, TypeError) as error:
            return _text(422, f"condition: {error}")
        found = self.book.by_number()
        if since := bounds.get(("dlm", ">=")):
            moment = datetime.fromtimestamp(since, UTC)
            found = [one for one in found if one.updated >= moment]
        size = min(whole(call, "range", _MOST), _MOST)
        shown = self.page_above(found, bounds.get(("id", ">"), 0), size)
        return _answer([self._contact(one) for one in shown])

    def _objects(self, call: Call) -> Response:
        if refusal := self._refusal(call, _OBJECTS, "Tracking fields"):
            return refusal
        mark = _NAMES.get(whole(call, "objectID", 0))
        if mark is None:
            return _text(404, "Object type not found")
        try:
            above = _bounds(call.query.get("condition", "[]")).get(("id", ">"), 0)
        except (ValueError, KeyError, TypeError) as error:
            return _text(422, f"condition: {error}")
        for one in self.book.contacts.values():
            self._id_of(one, mark)
        rows = [
            {"id": number, "name": name}
            for name, number in self._names[mark].items()
            if int(number) > above
        ]
        return _answer(rows[: min(whole(call, "range", _MOST), _MOST)])

    def _id_of(self, one: BookContact, mark: str) -> str:
        """Return the id under which a mark is kept: the first that is seen gets 1, none is 0."""
        if not one.first or mark not in one.first.marks:
            return "0"
        names = self._names[mark]
        return names.setdefault(one.first.marks[mark], str(len(names) + 1))

    def _contact(self, one: BookContact) -> dict[str, str]:
        known = {
            "id": str(one.number),
            "email": one.email,
            "date": str(int(one.created.timestamp())),
            "dlm": str(int(one.updated.timestamp())),
            "dla": str(int(one.updated.timestamp())),
            "sms_number": one.phone,
            "home_phone": "",
            "contact_cat": "*/*3*/*7*/*",
            **one.properties,
        }
        for mark in _NAMES.values():
            known[f"n_{_FIELDS.get(mark, mark)}"] = self._id_of(one, mark)
            known[f"l_{_FIELDS.get(mark, mark)}"] = "0"
        return known


def _bounds(text: str) -> dict[tuple[str, str], int]:
    """Return (field, operator) → value of a condition; raises ValueError where it is none."""
    clauses = json.loads(text)
    found: dict[tuple[str, str], int] = {}
    for n, clause in enumerate(clauses):
        if n % 2:
            if clause not in {"AND", "OR"}:
                message = "clauses are joined by AND or OR"
                raise ValueError(message)
            continue
        if clause["op"] not in _OPERATORS:
            message = f"no operator {clause['op']}"
            raise ValueError(message)
        found[clause["field"]["field"], clause["op"]] = int(clause["value"]["value"])
    return found


def _answer(rows: list[dict[str, Any]]) -> Response:
    content = {"code": 0, "data": rows, "account_id": "90001", "misc": []}
    return json_response(content).with_headers(
        {
            "X-Rate-Limit-Limit": "180",
            "X-Rate-Limit-Remaining": "179",
            "X-Rate-Limit-Reset": "60",
        }
    )


def _text(status: int, message: str) -> Response:
    return Response(status, message.encode(), "text/plain")

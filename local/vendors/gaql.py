"""Google's query language, as far as reports need it, held against the fields of its API."""

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_SPECIFIED = json.loads((Path(__file__).parent / "specs" / "google_ads.json").read_text())
# Message → its fields by name, each with its type.
_MESSAGES = {
    message: dict(part.split(":") for part in fields.split())
    for message, fields in _SPECIFIED.items()
}
_ROOTS = {
    "customer": "Customer",
    "customer_client": "CustomerClient",
    "campaign": "Campaign",
    "ad_group": "AdGroup",
    "ad_group_ad": "AdGroupAd",
    "click_view": "ClickView",
    "segments": "Segments",
    "metrics": "Metrics",
}
_BELOW = {("AdGroupAd", "ad"): "Ad"}
_RESOURCES = frozenset({"customer", "customer_client", "campaign", "ad_group_ad", "click_view"})
_QUERY = re.compile(
    r"SELECT (?P<fields>[\w., ]+?) FROM (?P<resource>\w+)"
    r"(?: WHERE (?P<where>.+?))?(?: LIMIT (?P<limit>\d+))?"
)
_BETWEEN = re.compile(r"segments\.date BETWEEN '([\d-]+)' AND '([\d-]+)'")
_ON = re.compile(r"segments\.date = '([\d-]+)'")


class QueryError(Exception):
    """A query that Google refuses, by a code of ``queryError``."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read. ``days`` are the first and last one, where it names any."""

    fields: tuple[str, ...]
    resource: str
    days: tuple[date, date] | None
    limit: int | None


def read_query(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: it is none, or names something that the API does not have.
    """
    match = _QUERY.fullmatch(text)
    if not match:
        message = "The query is malformed."
        raise QueryError(message, "UNEXPECTED_INPUT")
    fields = tuple(name.strip() for name in match["fields"].split(","))
    for name in fields:
        type_of(name)
    if match["resource"] not in _RESOURCES:
        message = f"'{match['resource']}' is no resource."
        raise QueryError(message, "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE")
    days = _days(match["where"] or "")
    if days is None and any(name.startswith("segments.") for name in fields):
        message = "A segment needs a range of dates."
        raise QueryError(message, "EXPECTED_FILTERS_ON_DATE_RANGE")
    limit = int(match["limit"]) if match["limit"] else None
    return Query(fields, match["resource"], days, limit)


def type_of(name: str) -> str:
    """Return the type of a field, as int64 or string.

    Raises:
        QueryError: the API has no such field.
    """
    root, *path = name.split(".")
    message = _ROOTS.get(root)
    for part in path[:-1]:
        message = _BELOW.get((message or "", part))
    if not path or message is None or path[-1] not in _MESSAGES[message]:
        text = f"Unrecognized field in the query: '{name}'."
        raise QueryError(text, "UNRECOGNIZED_FIELD")
    known: str = _MESSAGES[message][path[-1]]
    return known


def _days(where: str) -> tuple[date, date] | None:
    if match := _BETWEEN.search(where):
        return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    if match := _ON.search(where):
        return date.fromisoformat(match[1]), date.fromisoformat(match[1])
    return None

"""The query parameters of ``GET /v2/orders`` as SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from local.storefront.amounts import PER_UNIT
from local.storefront.dates import parse_filter
from local.storefront.exchange import Refusal
from local.storefront.settings import StoreSettings

DEFAULT_LIMIT = 50
MAX_LIMIT = 250

type Value = str | int | None


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"The field '{name}' is invalid."
        raise Refusal(400, message) from None


def _amount(name: str, text: str) -> int:
    try:
        return int(Decimal(text) * PER_UNIT)
    except (InvalidOperation, ValueError, OverflowError):
        message = f"The field '{name}' is invalid."
        raise Refusal(400, message) from None


def _instant(name: str, text: str) -> int | None:  # noqa: ARG001 - the signature of all parsers
    """Read an instant; what cannot be read is ignored, as the API does."""
    return parse_filter(text)


def _text(name: str, text: str) -> str:  # noqa: ARG001 - the signature of all parsers
    return text


_FILTERS: dict[str, tuple[str, Callable[[str, str], Value]]] = {
    "min_id": ("id >= ?", _integer),
    "max_id": ("id <= ?", _integer),
    "min_date_created": ("created_at >= ?", _instant),
    "max_date_created": ("created_at <= ?", _instant),
    "min_date_modified": ("modified_at >= ?", _instant),
    "max_date_modified": ("modified_at <= ?", _instant),
    "status_id": ("status_id = ?", _integer),
    "channel_id": ("channel_id = ?", _integer),
    "customer_id": ("customer_id = ?", _integer),
    "email": ("email = ?", _text),
    "cart_id": ("cart_id = ?", _text),
    "payment_method": ("payment_method = ?", _text),
    "external_order_id": ("external_order_id = ?", _text),
    "min_total": ("total_inc >= ?", _amount),
    "max_total": ("total_inc <= ?", _amount),
}

_SORTS = {
    "id": "id",
    "customer_id": "customer_id",
    "date_created": "created_at",
    "date_modified": "modified_at",
    "status_id": "status_id",
    "channel_id": "channel_id",
    "external_id": "external_id",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A ``WHERE`` clause and its parameters."""

    sql: str
    parameters: list[Value] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Window:
    """A page of a V2 collection."""

    limit: int
    offset: int


def order_condition(query: Mapping[str, str], settings: StoreSettings) -> Condition:
    """Return the condition that selects the orders of a list or a count.

    Unknown parameters and unreadable dates are ignored without a word.

    Raises:
        Refusal: 400, a number or a flag is malformed.
    """
    clauses: list[str] = []
    parameters: list[Value] = []
    for name, (clause, parse) in _FILTERS.items():
        if not query.get(name):
            continue
        value = parse(name, query[name])
        if value is not None:
            clauses.append(clause)
            parameters.append(value)
    deleted = _deleted_flag(query, settings)
    if deleted is not None:
        clauses.append("is_deleted = ?")
        parameters.append(deleted)
    return Condition(" AND ".join(clauses) or "TRUE", parameters)


def order_sorting(query: Mapping[str, str]) -> str:
    """Return the ``ORDER BY`` columns; ties are in order of id.

    Raises:
        Refusal: 400, there is no such field or direction.
    """
    name, _, direction = query.get("sort", "id:asc").partition(":")
    if name not in _SORTS or direction not in {"", "asc", "desc"}:
        message = "The field 'sort' is invalid."
        raise Refusal(400, message)
    return f"{_SORTS[name]} {direction or 'asc'}, id"


def page_window(query: Mapping[str, str], max_limit: int) -> Window:
    """Return the page that is asked for.

    Raises:
        Refusal: 413 for a limit above the maximum, 400 for what is no positive number.
    """
    limit = _integer("limit", query.get("limit") or str(min(DEFAULT_LIMIT, max_limit)))
    page = _integer("page", query.get("page") or "1")
    if limit > max_limit:
        message = f"The limit must not exceed {max_limit}."
        raise Refusal(413, message)
    for name, value in (("limit", limit), ("page", page)):
        if value < 1:
            message = f"The field '{name}' is invalid."
            raise Refusal(400, message)
    return Window(limit, (page - 1) * limit)


def _deleted_flag(query: Mapping[str, str], settings: StoreSettings) -> bool | None:
    text = query.get("is_deleted", "").lower()
    if not text:
        return None if settings.archived_in_default_listing else False
    if text not in {"true", "false", "1", "0"}:
        message = "The field 'is_deleted' is invalid."
        raise Refusal(400, message)
    return text in {"true", "1"}

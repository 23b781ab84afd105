"""Parameters, pages and envelopes of the V3 resources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local.storefront.call import Call
from local.storefront.dates import is_bare_date, parse_filter
from local.storefront.exchange import Refusal, Response, json_response
from local.storefront.filters import DEFAULT_LIMIT
from local.storefront.render_lines import Json

type Clause = tuple[str, list[str | int]]
type Reader = Callable[[Call, str, str], Clause]


def one_of(column: str, *, numeric: bool = True) -> Reader:
    """Return a reader of a comma-separated list."""

    def read(_: Call, name: str, text: str) -> Clause:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        values: list[str | int] = [_number(name, part) for part in parts] if numeric else [*parts]
        return f"{column} IN ({', '.join('?' * len(values))})", values

    return read


def instant(column: str, comparison: str, *, borrows_time: bool = False) -> Reader:
    """Return a reader of an inclusive bound.

    With ``borrows_time``, a bare date gets the present time of day, as catalog dates do.
    """

    def read(call: Call, name: str, text: str) -> Clause:
        if borrows_time and is_bare_date(text):
            text = f"{text}T{call.now:%H:%M:%S}+00:00"
        seconds = parse_filter(text)
        if seconds is None:
            raise InvalidValue(name)
        return f"{column} {comparison} ?", [seconds]

    return read


def flag(column: str) -> Reader:
    """Return a reader of ``true`` or ``false``."""

    def read(_: Call, name: str, text: str) -> Clause:
        if text not in {"true", "false"}:
            raise InvalidValue(name)
        return f"{column} = ?", [int(text == "true")]

    return read


@dataclass(frozen=True, slots=True)
class Selection:
    """What a V3 collection can be asked.

    ``sorts`` maps the fields that it can be sorted by to columns; a collection without any refuses
    the parameter. ``extras`` are parameters that the resource reads itself.
    """

    table: str
    readers: Mapping[str, Reader]
    sorts: Mapping[str, str] = field(default_factory=dict)
    extras: frozenset[str] = frozenset()
    has_meta: bool = True

    def answer(self, call: Call, render: Callable[[list[Json]], list[Json]]) -> Response:
        """Answer with a page; ``render`` turns rows into the API's objects.

        Raises:
            Refusal: 422, a parameter is unknown or malformed.
        """
        where, parameters = self._where(call)
        limit, page = self._page(call)
        order = self._order(call.query)
        rows = call.connection.execute(
            f"SELECT * FROM {self.table} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
            [*parameters, limit, (page - 1) * limit],
        )
        items = render([dict(row) for row in rows])
        if not self.has_meta:
            return json_response({"data": items, "meta": {}})
        count = f"SELECT COUNT(*) AS total FROM {self.table} WHERE {where}"
        total = call.connection.execute(count, parameters).fetchone()["total"]
        return json_response({"data": items, "meta": pagination(total, len(items), limit, page)})

    def _where(self, call: Call) -> Clause:
        known = {*self.readers, *self.extras, "page", "limit"} | ({"sort"} if self.sorts else set())
        unknown = {name: "unknown parameter" for name in call.query if name not in known}
        if unknown:
            message = f"The filter(s): {', '.join(unknown)} are not valid filter parameter(s)."
            raise Refusal(422, message, unknown)
        clauses, parameters = ["TRUE"], []
        for name, reader in self.readers.items():
            if call.query.get(name):
                clause, values = reader(call, name, call.query[name])
                clauses.append(clause)
                parameters += values
        return " AND ".join(clauses), parameters

    def _page(self, call: Call) -> tuple[int, int]:
        limit = _number("limit", call.query.get("limit") or str(min(DEFAULT_LIMIT, call.max_limit)))
        page = _number("page", call.query.get("page") or "1")
        if not 1 <= limit <= call.max_limit:
            msg = "limit"
            raise InvalidValue(msg)
        if page < 1:
            msg = "page"
            raise InvalidValue(msg)
        return limit, page

    def _order(self, query: Mapping[str, str]) -> str:
        name, _, direction = query.get("sort", "").partition(":")
        if not name:
            return "id"
        if name not in self.sorts or direction not in {"", "asc", "desc"}:
            msg = "sort"
            raise InvalidValue(msg)
        return f"{self.sorts[name]} {direction or 'asc'}, id"


def pagination(total: int, count: int, limit: int, page: int) -> Json:
    """Return the ``meta`` of a page; its links are query strings."""
    pages = max(1, -(-total // limit))
    links = {"current": f"?page={page}&limit={limit}"}
    if page > 1:
        links["previous"] = f"?page={page - 1}&limit={limit}"
    if page < pages:
        links["next"] = f"?page={page + 1}&limit={limit}"
    return {
        "pagination": {
            "total": total,
            "count": count,
            "per_page": limit,
            "current_page": page,
            "total_pages": pages,
            "links": links,
        }
    }


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidValue(name) from None


class InvalidValue(Refusal):
    """422: a parameter's value is malformed.

    Args:
        parameter: The parameter's name.
    """

    def __init__(self, parameter: str) -> None:
        message = f"The value of {parameter} is not valid."
        super().__init__(422, message, {parameter: "invalid value"})

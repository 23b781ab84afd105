"""Pages of a vendor's list, read into models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from headwater.adapters.connectors.exchange import at
from headwater.adapters.connectors.paginate import SinglePage
from headwater.errors import MalformedAnswerError
from headwater.usecases.ports import RejectedRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.adapters.connectors.caller import Caller
    from headwater.adapters.connectors.exchange import Ask
    from headwater.adapters.connectors.paginate import Paginator


class VendorModel(BaseModel):
    """A row of a vendor: what it adds to it some day is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Listing[M: VendorModel]:
    """A list: the request for its first page, how it is paged, and where its rows stand."""

    ask: Ask
    model: type[M]
    rows_at: tuple[str, ...]
    paginator: Paginator = field(default_factory=SinglePage)


@dataclass(frozen=True, slots=True)
class Page[M: VendorModel]:
    """The rows of a page; what is no row of its model stands apart. ``behind`` is "" at the end."""

    rows: tuple[M, ...]
    rejected: tuple[RejectedRow, ...]
    raw: bytes
    behind: str


def read_page[M: VendorModel](caller: Caller, listing: Listing[M], place: str = "") -> Page[M]:
    """Return the page at a place of a list.

    Raises:
        MalformedAnswerError: the answer has no rows, or the page leads back to itself. Also all
            errors of ``Caller.call``.
    """
    answer = caller.call(listing.paginator.ask_for(listing.ask, place))
    content = answer.content()
    found = at(content, *listing.rows_at) if listing.rows_at else content
    if not isinstance(found, list):
        message = f"{answer.path}: no rows where they should stand"
        raise MalformedAnswerError(message)
    rows, rejected = read_rows(found, listing.model)
    behind = listing.paginator.place_behind(content, found, place)
    if behind and behind == place:
        message = f"{answer.path}: gives the same page again and again"
        raise MalformedAnswerError(message)
    return Page(rows, rejected, answer.body, behind)


def read_pages[M: VendorModel](caller: Caller, listing: Listing[M]) -> Iterator[Page[M]]:
    """Yield all pages of a list; raises as ``read_page``."""
    page = read_page(caller, listing)
    yield page
    while page.behind:
        page = read_page(caller, listing, page.behind)
        yield page


def read_rows[M: VendorModel](
    found: list[Any], model: type[M]
) -> tuple[tuple[M, ...], tuple[RejectedRow, ...]]:
    """Read rows into models; a row that is none is kept apart with the reason."""
    rows: list[M] = []
    rejected: list[RejectedRow] = []
    for row in found:
        try:
            rows.append(model.model_validate(row))
        except ValidationError as error:
            [first, *_] = error.errors()
            place = ".".join(map(str, first["loc"]))
            rejected.append(RejectedRow(f"{place}: {first['msg']}", row))
    return tuple(rows), tuple(rejected)

"""What the clients of all CRMs have in common: places in several lists, and rows as contacts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from headwater.adapters.connectors.listing import read_page
from headwater.errors import GoneError
from headwater.usecases.ports.connectors import LeadPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headwater.adapters.connectors.caller import Caller
    from headwater.adapters.connectors.listing import Listing, VendorModel
    from headwater.domain.crm_contacts import CrmContact

# Custom fields beyond these are somebody's accident; a longer value is no mark of a click.
_MOST_PROPERTIES = 300
_LONGEST_VALUE = 2048


def split_place(place: str) -> tuple[str, str]:
    """Return the list that a place lies in, and the place within it; both empty at the start."""
    chapter, _, inner = place.partition(" ")
    return chapter, inner


def read_contacts[M: VendorModel](
    caller: Caller,
    listing: Listing[M],
    contact: Callable[[M], CrmContact],
    *,
    chapter: str,
    inner: str,
    then: Callable[[], str] = str,
    may_vanish: bool = False,
) -> LeadPage:
    """Return a page of a list as contacts.

    Args:
        caller: makes the call.
        listing: the list.
        contact: makes a contact of a row.
        chapter: the list's name in places.
        inner: the place within it.
        then: where it goes on behind the list's end; empty where that is the end of all.
        may_vanish: somebody may delete the list while it is read; it has ended then.
    """
    try:
        page = read_page(caller, listing, inner)
    except GoneError:
        if not may_vanish:
            raise
        return LeadPage((), (), b"", then())
    behind = f"{chapter} {page.behind}" if page.behind else then()
    return LeadPage(tuple(contact(row) for row in page.rows), page.rejected, page.raw, behind)


def texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the custom fields that are texts, numbers or booleans, as texts."""
    found: dict[str, str] = {}
    for name, value in (values or {}).items():
        if isinstance(value, str | int | float | Decimal) and value != "":
            found[str(name)] = str(value)[:_LONGEST_VALUE]
        if len(found) == _MOST_PROPERTIES:
            break
    return found


def first_known(*values: str | None) -> str:
    """Return the first text that is not empty."""
    return next((value for value in values if value), "")


def marks(pairs: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Return the marks of a click that are there."""
    return {name: value for name, value in pairs if value}


def iso(moment: datetime) -> str:
    """Return an instant as most vendors' filters want it: ``2026-11-20T00:00:00Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _moment(value: object) -> object:
    """Return what a vendor writes for an instant; None for its ways to write that there is none."""
    if value is None or value in {"", "0", 0} or str(value).startswith("0000-00-00"):
        return None
    return value


type Moment = Annotated[datetime | None, BeforeValidator(_moment)]
type Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]

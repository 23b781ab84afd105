"""What the applications of all CRMs have in common."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from local.storefront.exchange import Response
from local.vendors.application import Call, Meter, VendorApplication
from local.vendors.contact_book import BookContact, ContactBook


class CrmApplication(VendorApplication):
    """A CRM with a book of contacts.

    Attributes:
        book: its contacts.
        refused: how many calls came in too fast.
    """

    def __init__(self) -> None:
        super().__init__()
        self.book = ContactBook()
        self.refused = 0
        self._meters = [Meter(most, timedelta(seconds=window)) for most, window in self.limits()]

    @abstractmethod
    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return (calls, seconds) of each limit."""

    def refuse_haste(self, now: datetime) -> Response | None:
        """Count a call; return the answer to one that comes too fast."""
        waits = [wait for meter in self._meters if (wait := meter.take(now)) is not None]
        if not waits:
            return None
        self.refused += 1
        return self.throttled(max(waits))

    def page_above(
        self, contacts: Sequence[BookContact], number: int, size: int
    ) -> list[BookContact]:
        """Return the contacts of a page above a number, with what repeats at its edge."""
        start = bisect_right(contacts, number, key=lambda one: one.number)
        shown = list(contacts[start : start + min(size, self.rows_per_page)])
        if shown and start and self.repeats_edges:
            shown.insert(0, contacts[start - 1])
        return shown


def whole(call: Call, name: str, default: int) -> int:
    """Return a number of a query."""
    return int(call.query.get(name, default))


def aware(text: str) -> datetime:
    """Return an instant; raises ValueError where the text is none, or has no zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        message = "has no zone"
        raise ValueError(message)
    return found


def iso(moment: datetime, zone: str = "Z") -> str:
    """Return an instant in UTC, with the letter or the offset for it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{zone}"

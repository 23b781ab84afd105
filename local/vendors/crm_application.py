"""What the applications of all CRMs have in common."""

from datetime import datetime, timedelta

from local.storefront.exchange import Response
from local.vendors.application import Call, Meter, VendorApplication
from local.vendors.contact_book import ContactBook


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

    def limits(self) -> tuple[tuple[int, int], ...]:
        """Return (calls, seconds) of each limit."""
        raise NotImplementedError

    def refuse_haste(self, now: datetime) -> Response | None:
        """Count a call; return the answer to one that comes too fast."""
        waits = [wait for meter in self._meters if (wait := meter.take(now)) is not None]
        if not waits:
            return None
        self.refused += 1
        return self.throttled(max(waits))


def whole(call: Call, name: str, default: int) -> int:
    """Return a number of a query."""
    return int(call.query.get(name, default))

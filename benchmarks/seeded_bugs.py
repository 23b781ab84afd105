"""Bugs that a pull of orders could have, each by name and put into the running program.

Most are bugs that other extractors of BigCommerce's orders have or had. Two are left out because no
run could find them: the overlap of two pulls makes good a lower bound that is a second late, and
the storefront stamps and filters by one clock, so that nothing is lost there without an overlap.
Marks that are raised after their orders are written take a death at one call of a run: 120 runs
hold too few of those, and a test of the table holds that order.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from headwater.adapters.bigcommerce import client
from headwater.adapters.bigcommerce import orders as readers
from headwater.adapters.bigcommerce.client import BigCommerceOrders
from headwater.adapters.bigcommerce.session import Listing
from headwater.adapters.dynamodb import orders as order_table
from headwater.adapters.dynamodb.orders import DynamoOrders
from headwater.domain.readings import Reading
from headwater.domain.reporting_days import utc_day
from headwater.usecases import record_webhooks
from headwater.usecases.ports import OrderPage
from headwater.usecases.source_pull import SourcePull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FULL_PAGE = 250
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SeededBug:
    """A bug: (owner, attribute, what makes the wrong one of the right one) for each place."""

    name: str
    places: tuple[tuple[Any, str, Callable[[Any], Any]], ...]

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """Let the program have the bug within the block."""
        with ExitStack() as patches:
            for owner, attribute, wrong_of in self.places:
                wrong = wrong_of(vars(owner)[attribute])
                patches.enter_context(patch.object(owner, attribute, wrong))
            yield


def _bound_of_a_page(right: Any) -> Any:  # noqa: ANN401
    def page(self: Any, *, after_id: int, **bounds: Any) -> OrderPage:  # noqa: ANN401
        return right(self, after_id=after_id + 1 if after_id else 0, **bounds)  # type: ignore[no-any-return]

    return page


def _no_archive(right: Any) -> Any:  # noqa: ANN401
    def page(self: Any, *, archived: bool, **bounds: Any) -> OrderPage:  # noqa: ANN401
        if archived:
            return OrderPage((), (), 0, b"", is_last=True, fetched_at=datetime.now(UTC))
        return right(self, archived=archived, **bounds)  # type: ignore[no-any-return]

    return page


def _declined_as_paid(right: Any) -> Any:  # noqa: ANN401
    def refund_of(refund: Any) -> Any:  # noqa: ANN401
        paid = [one.model_copy(update={"is_declined": False}) for one in refund.payments]
        return right(refund.model_copy(update={"payments": paid}))

    return refund_of


def _saved_too_early(right: Any) -> Any:  # noqa: ANN401
    def keep(self: Any, page: OrderPage) -> None:  # noqa: ANN401
        if page.orders:
            self._save(replace(self._bookmark, last_id=page.last_id))
        right(self, page)

    return keep


def _whatever_comes_last(right: Any) -> Any:  # noqa: ANN401
    del right

    def replaces(self: Any, stored: Any) -> bool:  # noqa: ANN401
        return stored is None or self.item["content"] != stored["content"]

    return replaces


def _by_stamp_alone(right: Any) -> Any:  # noqa: ANN401
    del right

    def is_after(self: Reading, other: Reading) -> bool:
        return (self.modified_at, self.fetched_at) > (other.modified_at, other.fetched_at)

    return is_after


def _new_day_alone(right: Any) -> Any:  # noqa: ANN401
    def mark(self: Any, account: str, changed: Any, stored: Any) -> None:  # noqa: ANN401
        del stored
        right(self, account, changed, {})

    return mark


def _key_with_the_day(right: Any) -> Any:  # noqa: ANN401
    def key(self: Any) -> tuple[str, str]:  # noqa: ANN401
        pk, sk = right.func(self)
        return f"{pk}#{utc_day(self.order.placed_at)}", sk

    return property(key)


def _dropped_when_failed(right: Any) -> Any:  # noqa: ANN401
    def record(*args: Any, **named: Any) -> Any:  # noqa: ANN401
        return replace(right(*args, **named), failed=())

    return record


def _known_by_order(right: Any) -> Any:  # noqa: ANN401
    def read(text: str) -> Any:  # noqa: ANN401
        notice = right(text)
        return replace(notice, event=notice.order_id)

    return read


def _remembered_too_early(right: Any) -> Any:  # noqa: ANN401
    def fetch(self: Any, notices: Any) -> Any:  # noqa: ANN401
        now = self._ports.clock.now()
        events = {notice.event for notice in notices}
        self._ports.hooks.remember(self._account, self._source.source, events, now + _A_DAY)
        return right(self, notices)

    return fetch


BUGS = (
    SeededBug(
        "an exclusive bound: the id after the last one",
        ((BigCommerceOrders, "page", _bound_of_a_page),),
    ),
    SeededBug("a lost archive", ((BigCommerceOrders, "page", _no_archive),)),
    SeededBug(
        "an ignored refund", ((BigCommerceOrders, "refunded_since", lambda _: lambda *_: []),)
    ),
    SeededBug("a declined refund taken as paid", ((readers, "_refund", _declined_as_paid),)),
    SeededBug("the bookmark saved before the page", ((SourcePull, "_keep", _saved_too_early),)),
    SeededBug(
        "an older version over a newer one",
        ((order_table.Incoming, "replaces", _whatever_comes_last),),
    ),
    SeededBug(
        "a stamp believed whatever the store's clock did", ((Reading, "is_after", _by_stamp_alone),)
    ),
    SeededBug("the mark of the old day forgotten", ((DynamoOrders, "_mark", _new_day_alone),)),
    SeededBug(
        "a day move that leaves a trace",
        ((order_table.Incoming, "key", _key_with_the_day),),
    ),
    SeededBug("lines cut off at fifty", ((client, "lacks_lines", lambda _: lambda _: False),)),
    SeededBug(
        "a short page taken for the last",
        ((Listing, "is_last", lambda _: property(lambda page: len(page.rows) < _FULL_PAGE)),),
    ),
    SeededBug(
        "a webhook of a deleted order ignored",
        (
            (record_webhooks._SourceOrders, "_retract", lambda _: lambda *_: 0),  # noqa: SLF001
        ),
    ),
    SeededBug(
        "webhooks told apart by order and not by event",
        ((record_webhooks, "read_notice", _known_by_order),),
    ),
    SeededBug(
        "a webhook forgotten where the store did not answer",
        ((record_webhooks, "_record", _dropped_when_failed),),
    ),
    SeededBug(
        "a webhook remembered before its order is kept",
        (
            (record_webhooks._SourceOrders, "fetch", _remembered_too_early),  # noqa: SLF001
        ),
    ),
)

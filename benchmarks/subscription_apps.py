"""The subscription apps: how each leaves its orders in the store.

Nothing of the program takes part here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

STRIPE_CHANNEL = 1_294
PAID = 10


@dataclass(frozen=True, slots=True)
class LabeledLine:
    """A line; ``options`` are names with their values."""

    product_id: int
    price: int
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LabeledOrder:
    """An order as the store would show it, and the truth of it.

    ``first`` is the first order of the chain that it belongs to, its own id for an initial, and
    empty for a one-time order. ``kind`` is ``initial``, ``rebill`` or ``one_time``.
    """

    order_id: str
    email: str
    placed_at: datetime
    lines: tuple[LabeledLine, ...]
    status_id: int = PAID
    order_source: str = "www"
    external_source: str = ""
    channel_id: int = 1
    staff_notes: str = ""
    first: str = ""
    kind: str = "one_time"


@dataclass(frozen=True, slots=True)
class App:
    """How an app leaves its orders.

    Attributes:
        name: of the app, and of how it is installed.
        initial: marks the first order and its subscribed line.
        renewal: the same for later orders.
        marks_initial: the first order carries a mark.
        begins_in_shop: the first order is the shop's own, renewals are the app's.
        has_ids: every order names its subscription.
        marks_lines: single lines carry the mark, so that an add-on does not.
    """

    name: str
    initial: Callable[[LabeledOrder, str, str], LabeledOrder]
    renewal: Callable[[LabeledOrder, str, str], LabeledOrder]
    marks_initial: bool = True
    begins_in_shop: bool = True
    has_ids: bool = False
    marks_lines: bool = False


def _with_option(order: LabeledOrder, name: str, value: str) -> LabeledOrder:
    """Put an option on the subscribed lines: those that have none and no negative price."""
    lines = tuple(
        line if line.options else replace(line, options=((name, value),)) for line in order.lines
    )
    return replace(order, lines=lines)


def _from(source: str, order_source: str = "external") -> Callable[..., LabeledOrder]:
    def mark(order: LabeledOrder, _interval: str, _name: str) -> LabeledOrder:
        return replace(order, external_source=source, order_source=order_source)

    return mark


def _option(name: str, order_source: str = "www") -> Callable[..., LabeledOrder]:
    def mark(order: LabeledOrder, interval: str, _name: str) -> LabeledOrder:
        return replace(_with_option(order, name, interval), order_source=order_source)

    return mark


def _plain(order: LabeledOrder, _interval: str, _name: str) -> LabeledOrder:
    return order


def _by_id(order_source: str) -> Callable[..., LabeledOrder]:
    def mark(order: LabeledOrder, _interval: str, name: str) -> LabeledOrder:
        return replace(_with_option(order, "Subscription ID", name), order_source=order_source)

    return mark


def _paywhirl(order: LabeledOrder, _interval: str, _name: str) -> LabeledOrder:
    notes = "PayWhirl - Favorite roast: dark; call me: 555 0100"
    return replace(order, order_source="external", staff_notes=notes)


def _stripe(order: LabeledOrder, _interval: str, _name: str) -> LabeledOrder:
    return replace(order, channel_id=STRIPE_CHANNEL, order_source="checkout_api")


APPS = (
    App("explicit ids", _by_id("www"), _by_id("external"), has_ids=True, marks_lines=True),
    App("recharge, hosted", _from("Recharge"), _from("Recharge"), begins_in_shop=False),
    App("recharge, native", _option("Delivery frequency"), _from("ReCharge Payments")),
    App(
        "ordergroove",
        _option("Ordergroove subscription"),
        _option("Ordergroove subscription", "checkout_api"),
        marks_lines=True,
    ),
    App(
        "rebillia",
        _option("Subscribe & Save"),
        _option("Subscribe & Save", "external"),
        marks_lines=True,
    ),
    App("minibc, old", _plain, _from("", "external"), marks_initial=False),
    App("minibc, v2.1", _plain, _from("", "checkout_api"), marks_initial=False),
    App("paywhirl", _paywhirl, _paywhirl, begins_in_shop=False),
    App("stripe starter", _stripe, _stripe, begins_in_shop=False),
)

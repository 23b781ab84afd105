"""The bridge from a store's own figure of a day to ours, order by order and to the cent.

A store's own report adds up the totals of all orders that its panel shows on a day. Ours adds up
the net revenue, in the account's currency, of the orders that count, on the day of the account's
zone. Each order is walked from the one to the other in steps, and every step that changes the
order's day or amount posts the change under the step's cause. The steps of one order telescope, so
for each (day, status)

    store + sum of all postings = ours

holds exactly, whatever the data. What is left to find out is which of the postings are rules and
which are faults of our copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from headwater.domain.day_comparisons import (
    OURS,
    SHIPPING,
    STORE,
    TAX,
    DayComparison,
    OrderLine,
)
from headwater.domain.money import to_minor
from headwater.domain.orders import conversion_rate, revenue_of
from headwater.domain.reconciliation_causes import Cause
from headwater.domain.reporting_days import reporting_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from headwater.domain.orders import Order
    from headwater.domain.panel_clocks import PanelClock


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order as the store lists it: no lines, but its refunds.

    ``tax`` and ``shipping`` (without its tax) are parts of ``order.total``, in its currency.
    """

    order: Order
    tax: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ReportRules:
    """What decides how an order is reported, by us and by the store's panel."""

    currency: str
    time_zone: str
    revenue_statuses: frozenset[int]
    panel: PanelClock


@dataclass(frozen=True, slots=True)
class Pair:
    """One order on both sides: None where a side has none that is live.

    ``fault`` says what is wrong with our copy, None where nothing is.
    """

    order_id: str
    theirs: ListedOrder | None
    ours: Order | None
    fault: Cause | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What an order adds to a report: its amount in minor units, on a day under a status."""

    day: date
    status_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A change of the figure of (day, status) by a cause."""

    cause: Cause
    day: date
    status_id: int
    orders: int
    amount: int


def compare_day(day: date, pairs: Iterable[Pair], rules: ReportRules) -> DayComparison:
    """Return what stands between the store's report of a day and ours.

    Args:
        day: in the store's zone for the store's figure, in the account's zone for ours.
        pairs: at least all orders that either side has on the day; further ones do no harm.
        rules: how both sides report.
    """
    comparison = DayComparison()
    for pair in pairs:
        _add_figures(comparison, day, pair, rules)
        _add_differences(comparison, day, pair, rules)
    return comparison


def bridge(pair: Pair, rules: ReportRules) -> Iterator[Posting]:
    """Yield the steps that lead from the store's entry of an order to ours."""
    theirs = pair.theirs.order if pair.theirs else None
    listed = _listed_entry(theirs, rules) if theirs else None
    counted = listed if listed and listed.status_id in rules.revenue_statuses else None
    yield from _step(Cause.STATUS_NOT_COUNTED, listed, counted)
    converted = expected = None
    if theirs and counted:
        gross = revenue_of(theirs, rules.currency).gross
        converted = None if gross is None else Entry(counted.day, counted.status_id, gross)
        yield from _step(Cause.CURRENCY, counted, converted)
    if theirs and converted:
        yield from _refund_steps(theirs, converted, rules)
        expected = our_entry(theirs, rules)
        net = expected and Entry(converted.day, converted.status_id, expected.amount)
        yield from _step(Cause.TIME_ZONE_EDGE, net, expected)
    actual = our_entry(pair.ours, rules) if pair.ours else None
    if pair.fault or expected != actual:
        yield from _fault_step(pair, expected, actual, rules)


def our_entry(order: Order, rules: ReportRules) -> Entry | None:
    """Return what an order adds to our reports; None if it does not count."""
    if order.is_archived or order.status_id not in rules.revenue_statuses:
        return None
    net = revenue_of(order, rules.currency).net
    if net is None:
        return None
    return Entry(reporting_day(order.placed_at, rules.time_zone), order.status_id, net)


def _add_figures(comparison: DayComparison, day: date, pair: Pair, rules: ReportRules) -> None:
    if pair.theirs:
        order = pair.theirs.order
        listed = _listed_entry(order, rules)
        if listed.day == day:
            tax, shipping = (
                to_minor(part, rules.currency) for part in (pair.theirs.tax, pair.theirs.shipping)
            )
            figures = comparison.figures[listed.status_id]
            figures.store_orders += 1
            figures.store_total += listed.amount
            figures.tax += tax
            figures.shipping += shipping
            parts = ((STORE, 1, listed.amount), (TAX, 0, tax), (SHIPPING, 0, shipping))
            _add_lines(comparison, listed.status_id, pair, parts)
    entry = our_entry(pair.ours, rules) if pair.ours else None
    if entry and entry.day == day:
        figures = comparison.figures[entry.status_id]
        figures.our_orders += 1
        figures.our_total += entry.amount
        _add_lines(comparison, entry.status_id, pair, [(OURS, 1, entry.amount)])


def _add_lines(
    comparison: DayComparison,
    status_id: int,
    pair: Pair,
    parts: Iterable[tuple[str, int, int]],
) -> None:
    comparison.lines += [
        OrderLine(line, status_id, pair.order_id, orders, amount)
        for line, orders, amount in parts
        if orders or amount
    ]


def _add_differences(comparison: DayComparison, day: date, pair: Pair, rules: ReportRules) -> None:
    changes: dict[tuple[int, Cause], tuple[int, int]] = {}
    for posting in bridge(pair, rules):
        if posting.day == day:
            key = (posting.status_id, posting.cause)
            orders, amount = changes.get(key, (0, 0))
            changes[key] = (orders + posting.orders, amount + posting.amount)
    for (status_id, cause), (orders, amount) in changes.items():
        difference = comparison.differences[status_id, cause]
        difference.orders += orders
        difference.amount += amount
        difference.absolute += abs(amount)
        difference.order_ids.add(pair.order_id)
        line = OrderLine(cause.value, status_id, pair.order_id, orders, amount)
        comparison.lines.append(line)
        theirs = pair.theirs if cause == Cause.TIME_ZONE_EDGE else None
        if theirs and rules.panel.is_off(theirs.order.placed_at):
            comparison.box_orders.add(pair.order_id)


def _listed_entry(order: Order, rules: ReportRules) -> Entry:
    """Return an order as a plain sum of the store's list takes it: its total as it stands."""
    day = rules.panel.day(order.placed_at)
    return Entry(day, order.status_id, to_minor(order.total, rules.currency))


def _step(
    cause: Cause, before: Entry | None, after: Entry | None, *, always: bool = False
) -> Iterator[Posting]:
    if before == after and not always:
        return
    if before:
        yield Posting(cause, before.day, before.status_id, -1, -before.amount)
    if after:
        yield Posting(cause, after.day, after.status_id, 1, after.amount)


def _fault_step(
    pair: Pair, expected: Entry | None, actual: Entry | None, rules: ReportRules
) -> Iterator[Posting]:
    """Yield a fault; also one that changes no figure, so that its order is named."""
    cause = pair.fault or Cause.UNEXPLAINED
    yield from _step(cause, expected, actual, always=True)
    if expected is None and actual is None:
        order = pair.theirs.order if pair.theirs else pair.ours
        if order:
            day = reporting_day(order.placed_at, rules.time_zone)
            yield Posting(cause, day, order.status_id, 0, 0)


def _refund_steps(order: Order, gross: Entry, rules: ReportRules) -> Iterator[Posting]:
    """Yield an order's refunds: on the day they were paid, and moved to the day of the order."""
    status = gross.status_id
    for paid_on, amount in _refund_parts(order, gross.day, rules):
        yield Posting(Cause.GROSS_VS_NET, paid_on, status, 0, -amount)
        if paid_on != gross.day:
            yield Posting(Cause.REFUND_TIMING, paid_on, status, 0, amount)
            yield Posting(Cause.REFUND_TIMING, gross.day, status, 0, -amount)


def _refund_parts(order: Order, placed_on: date, rules: ReportRules) -> Iterator[tuple[date, int]]:
    """Yield (day, minor units) of an order's refunds; they add up to what we take off it.

    Each part is the growth of the rounded running sum, so that no cent is lost in rounding.
    """
    revenue = revenue_of(order, rules.currency)
    if revenue.refund_assumed and revenue.refund:
        yield placed_on, revenue.refund
        return
    rate = conversion_rate(order, rules.currency) or Decimal(1)
    running, posted = Decimal(0), 0
    for refund in order.refunds:
        running += refund.amount
        until_now = to_minor(running / rate, rules.currency)
        if until_now != posted:
            yield rules.panel.day(refund.created_at), until_now - posted
        posted = until_now

"""Erasing a person: what is his, and what stays away once it is gone."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from headwater.domain.journeys import Identification, Touchpoint
    from headwater.domain.orders import Order


class _OfNode(Protocol):
    """Something that a node did at an instant."""

    @property
    def node(self) -> str:
        """The node; empty for nobody."""
        ...

    @property
    def at(self) -> datetime:
        """The instant."""
        ...


@dataclass(frozen=True, slots=True)
class Erased:
    """The nodes of people who were erased, each with the instant.

    What happened up to then stays away, however often it is read again; somebody who comes back is
    known by what he does from then on.
    """

    since: Mapping[str, datetime] = field(default_factory=dict)

    def covers(self, node: str, at: datetime | None = None) -> bool:
        """Tell whether what a node did at an instant stays away; without one, whatever it is."""
        erased_at = self.since.get(node)
        return erased_at is not None and (at is None or at <= erased_at)

    def blank(self, order: Order) -> Order:
        """Return an order, without its person if that one was erased since it was placed."""
        nodes = order.email_node, order.customer_node
        is_gone = any(self.covers(node, order.placed_at) for node in nodes)
        return without_person(order) if is_gone else order


def without_person(order: Order) -> Order:
    """Return an order without what tells who placed it, or what a person wrote or chose in words.

    What was sold, when and for how much stays: the store's totals do not change.
    """
    return replace(
        order,
        email="",
        email_sha256="",
        customer_id=0,
        customer_key="",
        staff_notes="",
        customer_message="",
        cart_id="",
        lines=tuple(replace(line, options=()) for line in order.lines),
    )


def touches_of(
    nodes: Collection[str],
    touchpoints: Sequence[Touchpoint],
    identifications: Sequence[Identification],
) -> list[Touchpoint]:
    """Return which of some visitors' touchpoints belong to a person, as a run would say.

    A touch belongs to who was identified in its session, the last one there; else to the visitor's
    latest identification before it; else to his first one after it.

    Args:
        nodes: the person's.
        touchpoints: of visitors who have shown themselves to be one of them.
        identifications: all of the same visitors.
    """
    by_visitor: defaultdict[str, list[Identification]] = defaultdict(list)
    for shown in sorted(identifications, key=attrgetter("at", "event_id")):
        by_visitor[shown.visitor].append(shown)
    return [t for t in touchpoints if _owner(t, by_visitor[t.visitor]) in nodes]


def _owner(touch: Touchpoint, in_time: Sequence[Identification]) -> str:
    """Return the node that a touch belongs to; empty where nobody has shown himself."""
    if not in_time:
        return ""
    in_session = [shown for shown in in_time if shown.session == touch.touch_id]
    before = bisect_right(in_time, touch.at, key=attrgetter("at"))
    return (in_session[-1] if in_session else in_time[max(before - 1, 0)]).node


def spared[Event: _OfNode](items: Iterable[Event], erased: Erased) -> list[Event]:
    """Return the events but for those of people who were erased since."""
    return [item for item in items if not erased.covers(item.node, item.at)]

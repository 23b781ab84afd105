"""Erase a contact: nothing of a person stays, and nothing comes back with the next pull.

His nodes are remembered as erased before anything is removed, so a writer of the same moment keeps
nothing of him either. Whoever dies half-way is called again: what leads to the rest of a person
goes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.erasure import touches_of
from headwater.errors import UnknownResourceError
from headwater.usecases.find_contacts import contacts_of, node_named, nodes_beside
from headwater.usecases.sweep_objects import KEEP

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from headwater.domain.orders import Order
    from headwater.usecases.ports import Clock, Facts, Orders, Pipeline
    from headwater.usecases.ports.erasure import Erasures, Forgetting
    from headwater.usecases.ports.people import LivePeople, Stored
    from headwater.usecases.published_runs import PublishedRun

# For how long the lake keeps raw pages (template.yaml), and DynamoDB what a table once held.
RAW_PAGES = timedelta(days=30)
# For how long it keeps what runs have made of him: until the run that follows has replaced it, and
# the sweep that comes then, each of them within a day.
EARLIER_RUNS = KEEP + timedelta(days=2)
BACKUPS = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class ErasePorts:
    """What erasing needs from the outside world; ``published`` is None before the first run."""

    clock: Clock
    published: PublishedRun | None
    facts: Facts
    people: LivePeople
    orders: Orders
    erasures: Erasures
    forgetting: Forgetting
    pipeline: Pipeline


def erase_contact(account: str, contact: str, *, ports: ErasePorts) -> dict[str, Any]:
    """Erase a person, and start the run after which no report knows him.

    His profile, opt-ins, links, imported and tracked touches, and the claims on his orders are
    removed. His orders keep what was sold and lose who bought it. Called again, it finishes what
    was left, and counts what was still there.

    Args:
        account: the account.
        contact: the contact's id, one that it had before, or an email.
        ports: the outside world.

    Returns:
        What was removed, and until when copies exist that nobody can take single people out of.

    Raises:
        InvalidParameterError: no id and no email, or one that stands for nobody.
        UnknownResourceError: nothing is known of such a person.
        RetriableError: the run was not started; the same call may be repeated.
    """
    node = node_named(contact, "contact")
    nodes, orders = _all_of(account, node, ports)
    found = ports.people.of_nodes(account, nodes)
    is_known = nodes != {node} or orders or found.visitors or found.opt_ins or found.touchpoints
    if not (is_known or ports.erasures.of(account).covers(node)):
        message = "contact: nothing is known of such a person"
        raise UnknownResourceError(message)
    now = ports.clock.now()
    ports.erasures.add(account, nodes, now)
    touches = _forget_visits(account, nodes, found.visitors, ports)
    ports.forgetting.claims(account, [stored.item.key for stored in orders])
    items = ports.forgetting.nodes(account, nodes)
    # Orders go last, for they lead to nodes that no run has seen; and as if read after whatever is
    # stored, be it by a machine whose clock is a little ahead.
    read_at = max([now, *(stored.stored_at for stored in orders)]) + timedelta(microseconds=1)
    blanked = ports.orders.upsert(account, [stored.item for stored in orders], read_at)
    ports.pipeline.pull(account)
    return {
        "account": account,
        "erased_at": now.isoformat(),
        "orders_blanked": blanked,
        "touchpoints_removed": touches + len(found.touchpoints),
        "items_removed": items,
        "run_started": True,
        "earlier_runs_until": _day(now + EARLIER_RUNS),
        "raw_pages_until": _day(now + RAW_PAGES),
        "backups_until": _day(now + BACKUPS),
    }


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _all_of(account: str, node: str, ports: ErasePorts) -> tuple[set[str], list[Stored[Order]]]:
    """Return a person's nodes and orders: as the last run knew them, and what came since.

    A node that an order of his names belongs to him if the run knows nothing of it: one that it
    knows is his already, or many people's.
    """
    published, nodes = ports.published, {node}
    if published:
        nodes |= nodes_beside(published, ports.facts, node)
    orders = ports.people.orders_of(account, nodes)
    named = {one for o in orders for one in (o.item.email_node, o.item.customer_node) if one}
    new = named - nodes
    if published and new:
        new -= contacts_of(published, ports.facts, new).keys()
    return nodes | new, ports.people.orders_of(account, nodes | new) if new else orders


def _forget_visits(
    account: str, nodes: Collection[str], visitors: Collection[str], ports: ErasePorts
) -> int:
    """Remove what visitors did as this person; what they did as somebody else stays."""
    events = ports.people.of_visitors(account, visitors)
    shown = [stored.item for stored in events.identifications]
    touches = touches_of(nodes, [stored.item for stored in events.touchpoints], shown)
    ports.forgetting.visits(account, touches, [each for each in shown if each.node in nodes])
    return len(touches)

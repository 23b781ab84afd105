"""Lists of members and of what they have bought, of the tables of ``reports.members``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.usecases.following.listings import Listing
from headwater.usecases.reports.range_tables import LEAD_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headwater.usecases.following.listings import Unit

# Figure → what an order adds to it.
_OF_ORDERS: dict[str, tuple[str, Unit]] = {
    "orders": ("1", "count"),
    "gross": ("order_gross", "money"),
    "refunds": ("order_gross - order_net", "money"),
    "net": ("order_net", "money"),
}


def list_bought(figure: str, orders: str, where: str) -> Listing | None:
    """Return the list of some orders behind a figure of them, or of their buyers.

    Args:
        figure: ``orders gross refunds net``, or ``customers``; of others there is no list.
        orders: the SQL of a relation ``contact store order_id order_gross order_net``.
        where: which of its rows.
    """
    if figure == "customers":
        return Listing(
            "contacts",
            "SELECT contact, count(*) AS orders, sum(order_gross)::BIGINT AS gross, "
            f"sum(order_net)::BIGINT AS net, 1 AS amount FROM {orders} o WHERE {where} "
            "GROUP BY contact",
        )
    if figure not in _OF_ORDERS:
        return None
    amount, unit = _OF_ORDERS[figure]
    return Listing(
        "orders",
        f"SELECT store, order_id, order_gross AS gross, order_net AS net, {amount} AS amount "
        f"FROM {orders} o WHERE {where}",
        unit,
    )


def list_people(people: str, where: str) -> Listing:
    """Return the list of some people, with what they have bought since they joined.

    Args:
        people: the SQL of a relation ``contact day orders gross net``; ``day`` is that of joining.
        where: which of its rows.
    """
    return Listing(
        "contacts",
        "SELECT contact, day AS joined_on, orders, gross::BIGINT AS gross, net::BIGINT AS net, "
        f"1 AS amount FROM {people} p WHERE {where}",
    )


def list_opt_ins(opt_ins: str, where: str, names: Iterable[str]) -> Listing:
    """Return the list of some leads with the names of their clicks."""
    told = ", ".join(dict.fromkeys((*LEAD_NAMES, *names)))
    return Listing(
        "leads",
        f"SELECT contact, role, state, opted_in_at, touched_at, {told}, 1 AS amount "
        f"FROM {opt_ins} l WHERE {where}",
    )

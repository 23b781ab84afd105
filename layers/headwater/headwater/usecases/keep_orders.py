"""Keep orders that came from a store, whoever asked for them: all the ways in are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.usecases.ports import Lake, OrderPage, Orders
    from headwater.usecases.ports.directory import Products


@dataclass(frozen=True, slots=True)
class KeepPorts:
    """Where orders, raw pages, bad rows and the products that wait to be asked for go."""

    orders: Orders
    lake: Lake
    products: Products


def keep_orders(
    account: str,
    source: str,
    page: OrderPage,
    *,
    ports: KeepPorts,
    named: set[int] | None = None,
) -> int:
    """Keep a page: as it came, its orders, its bad rows; and ask for the products that it names.

    Args:
        account: the account.
        source: the source that it came from.
        page: the page.
        ports: where it goes.
        named: the products that were asked for already; those of this page join them.

    Returns:
        How many orders are new or changed.
    """
    if page.raw:
        ports.lake.keep_raw_page(account, source, page.raw)
    changed = ports.orders.upsert(account, page.orders, page.fetched_at)
    known = set() if named is None else named
    names = {line.product_id: line.name for order in page.orders for line in order.lines}
    new = {one: name for one, name in names.items() if one and one not in known}
    if new:
        ports.products.want(account, source, new)
        known |= new.keys()
    if page.rejected:
        ports.lake.keep_rejected(account, page.fetched_at.date(), page.rejected)
    return changed

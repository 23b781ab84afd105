"""Import orders: sales of other systems than BigCommerce, posted as JSON or as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headwater.domain.imported_orders import (
    POST_FIELDS,
    OrderPost,
    read_order,
    read_order_post,
)
from headwater.domain.order_files import read_order_file
from headwater.domain.rows import refuse_unknown
from headwater.errors import InvalidParameterError, InvalidRowError
from headwater.usecases.connect_source import SOURCE_NAME
from headwater.usecases.import_rows import (
    ImportRowsResult,
    RowFault,
    keep_faults,
    read_rows,
    rows_of,
)
from headwater.usecases.ports import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headwater.domain.imported_orders import PostedOrder
    from headwater.domain.order_files import FileDialect
    from headwater.domain.orders import Order
    from headwater.usecases.ports import Accounts, Clock, Lake, Orders

# The kind of a source whose orders are posted to us.
POSTED = "api"
# What a spreadsheet counts before the row whose index is 0.
_ROWS_BEFORE = 2


@dataclass(frozen=True, slots=True)
class OrderImportPorts:
    """What an import of orders needs from the outside world."""

    accounts: Accounts
    orders: Orders
    lake: Lake
    clock: Clock


def import_orders(account: str, body: object, *, ports: OrderImportPorts) -> ImportRowsResult:
    """Import up to 1,000 orders; the good ones are kept, the bad ones are answered one by one.

    An order that comes again is replaced by what it is now. The same post again changes nothing.
    The first post of a name makes it a source.

    Args:
        account: whose orders they are.
        body: ``{"source": ..., "currency": ..., "rows": [...]}``; JSON numbers with a fraction
            are Decimals.
        ports: the outside world.

    Raises:
        InvalidParameterError: the post as a whole is wrong; nothing of it was taken.
        RetriableError: a table did not take the rows; the same post may be repeated.
    """
    now = ports.clock.now()
    fields = _fields_of(body)
    post = read_order_head(account, fields, ports.accounts)
    rows = rows_of(fields)
    posted, faults = read_rows(rows, lambda row: read_order(row, post, now))
    changed = _take(account, post.source, posted, ports, now)
    kept = [(fault.reason, rows[fault.index]) for fault in faults]
    keep_faults(ports.lake, account, "orders", now, kept)
    return ImportRowsResult(len(posted), changed, tuple(faults))


def import_order_file(
    account: str,
    source: str,
    text: str,
    dialect: FileDialect,
    *,
    currency: str = "",
    ports: OrderImportPorts,
) -> ImportRowsResult:
    """Import the orders of a CSV file, as if its rows had been posted.

    Rows are counted, not orders; a fault's reason begins with the number that a spreadsheet shows.

    Args:
        account: whose orders they are.
        source: the source's name.
        text: the file.
        dialect: what its cells do not say.
        currency: of rows that name none.
        ports: the outside world.

    Raises:
        InvalidParameterError: the file as a whole is wrong; nothing of it was taken.
        RetriableError: a table did not take the rows; the same file may be sent again.
    """
    now = ports.clock.now()
    post = read_order_head(account, {"source": source, "currency": currency}, ports.accounts)
    file_orders, file_faults = read_order_file(text, dialect)
    posted, bad = read_rows(
        [order.row for order in file_orders], lambda r: read_order(r, post, now)
    )
    bad_indexes = {fault.index for fault in bad}
    taken = sum(len(o.numbers) for n, o in enumerate(file_orders) if n not in bad_indexes)
    changed = _take(account, post.source, posted, ports, now)
    faults = [(f.number, f.reason, f.cells) for f in file_faults]
    for fault in bad:
        order = file_orders[fault.index]
        faults.append((order.numbers[0], fault.reason, order.cells))
    faults.sort(key=lambda fault: fault[0])
    keep_faults(ports.lake, account, "orders", now, [(why, list(rows)) for _, why, rows in faults])
    told = (RowFault(n - _ROWS_BEFORE, f"row {n}: {reason}") for n, reason, _ in faults)
    return ImportRowsResult(taken, changed, tuple(told))


def _fields_of(body: object) -> Mapping[str, Any]:
    """Return the post if it is an object of fields that an import of orders has."""
    if not isinstance(body, dict):
        message = "body: not a JSON object"
        raise InvalidParameterError(message)
    try:
        refuse_unknown(body, POST_FIELDS)
    except InvalidRowError as error:
        raise InvalidParameterError(str(error)) from None
    return body


def read_order_head(account: str, fields: Mapping[str, Any], accounts: Accounts) -> OrderPost:
    """Read what all rows share; refuse a name that no posted orders can have."""
    post = read_order_post(fields, accounts.settings(account).currency)
    if not SOURCE_NAME.fullmatch(post.source):
        message = "source: a name has 1 to 32 of the characters a-z, 0-9, _ and -"
        raise InvalidParameterError(message)
    _is_known(account, post.source, accounts)
    return post


def _is_known(account: str, name: str, accounts: Accounts) -> bool:
    """Tell whether a source of posted orders is known; refuse the name of another kind of one."""
    known = next((one for one in accounts.sources(account) if one.source == name), None)
    if known and known.kind != POSTED:
        message = f"source: {name} is a store whose orders are pulled; choose another name"
        raise InvalidParameterError(message)
    if known and known.is_removed:
        message = f"source: {name} was removed; choose another name"
        raise InvalidParameterError(message)
    return known is not None


def _take(
    account: str,
    source: str,
    posted: Sequence[PostedOrder],
    ports: OrderImportPorts,
    now: datetime,
) -> int:
    """Store orders under their source, which the first of them creates; return how many changed."""
    if not posted:
        return 0
    register_source(account, source, ports.accounts)
    stored = ports.orders.get_many(account, {one.order.key for one in posted})
    return ports.orders.upsert(account, newest(posted, stored, now), now)


def register_source(account: str, source: str, accounts: Accounts) -> None:
    """Make a name a source of posted orders, if it is none yet.

    Raises:
        InvalidParameterError: it is the name of another kind of source.
    """
    if _is_known(account, source, accounts):
        return
    # Nothing is pulled from it, so there is no older history to wait for.
    new = Source(source, POSTED, store_hash="", secret_arn="", is_history_complete=True)
    if not accounts.add_source(account, new):
        _is_known(account, source, accounts)


def newest(
    posted: Sequence[PostedOrder], stored: Mapping[tuple[str, str], Order], now: datetime
) -> list[Order]:
    """Return the orders that a post changes, each as its last row leaves it.

    ``stored`` are those that are known of the same ids.

    A dated row replaces what is older; an undated one says how the order is now, so it replaces
    whatever it differs from.
    """
    current = dict(stored)
    for one in posted:
        order, known = one.order, current.get(one.order.key)
        if known and one.is_dated and order.modified_at < known.modified_at:
            continue
        if known and not one.is_dated:
            if replace(order, modified_at=known.modified_at) == known:
                continue
            order = replace(order, modified_at=max(now, known.modified_at))
        current[order.key] = order
    return [order for key, order in current.items() if order is not stored.get(key)]

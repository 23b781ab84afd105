"""Orders in CSV: one row per order, or one per line of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.csv_rows import plain_amount, read_csv
from headwater.domain.file_times import order_among, plain_instant
from headwater.domain.imported_orders import LINE_FIELDS, PLAIN_FIELDS
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from zoneinfo import ZoneInfo

    from headwater.domain.csv_rows import CsvRow

# 5 MB are some 25,000 narrow rows, whose orders would take longer to store than a call may last.
MOST_FILE_ROWS = 5_000
# Column → field of a line, of a refund.
_LINE_COLUMNS = {f"line_{name}": name for name in LINE_FIELDS}
_REFUND_COLUMNS = {"refund_id": "id", "refund_amount": "amount", "refunded_at": "at"}
FILE_COLUMNS = (*PLAIN_FIELDS, *_LINE_COLUMNS, *_REFUND_COLUMNS)
_REQUIRED = ("order_id", "placed_at", "total")
_AMOUNTS = frozenset(
    {"total", "rate", "line_price", "line_total", "line_unit_cost", "refund_amount"}
)
_INSTANTS = frozenset({"placed_at", "updated_at", "refunded_at"})
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_BETWEEN_CODES = "|"


@dataclass(frozen=True, slots=True)
class FileDialect:
    """What a file's cells do not say: the zone of local times, the decimal mark, how dates go."""

    zone: ZoneInfo | None = None
    decimal_mark: str = ""
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class FileOrder:
    """An order of a file: the row that a JSON post would hold, and the file's rows behind it."""

    numbers: tuple[int, ...]
    cells: tuple[Mapping[str, str], ...]
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why an order of a file, or a row without one, is not taken; ``number`` is the row's."""

    number: int
    reason: str
    cells: tuple[Mapping[str, str], ...] = ()


def read_order_file(text: str, dialect: FileDialect) -> tuple[list[FileOrder], list[FileFault]]:
    """Read a file into orders. Rows with the same order id are one order.

    An order with a bad row is not taken at all: without one of its lines it would be another.
    Where the dialect does not say how dates go, the file's own dates do if they agree.

    Raises:
        InvalidParameterError: the file as a whole is wrong; nothing of it is taken.
    """
    rows = read_csv(text, known=FILE_COLUMNS, required=_REQUIRED, most_rows=MOST_FILE_ROWS)
    if not dialect.date_order:
        dates = (row.cells.get(name, "") for row in rows for name in _INSTANTS)
        dialect = replace(dialect, date_order=order_among(dates))
    groups: dict[str, list[CsvRow]] = {}
    for row in rows:
        # A row without an id is an order by itself, and refused as such.
        groups.setdefault(row.cells.get("order_id") or f"\n{row.number}", []).append(row)
    orders: list[FileOrder] = []
    faults: list[FileFault] = []
    for group in groups.values():
        cells = tuple(row.cells for row in group)
        read = read_order_rows(group, dialect)
        if isinstance(read, FileFault):
            faults.append(FileFault(read.number, read.reason, cells))
        else:
            orders.append(FileOrder(tuple(row.number for row in group), cells, read))
    return orders, faults


def read_order_rows(group: Iterable[CsvRow], dialect: FileDialect) -> dict[str, Any] | FileFault:
    """Return an order's fields, as a JSON post has them, or what is wrong with one of its rows."""
    order: dict[str, Any] = {}
    lines: list[dict[str, Any]] = []
    refunds: list[dict[str, Any]] = []
    for row in group:
        if row.fault:
            return FileFault(row.number, row.fault)
        try:
            values = {name: _value(name, cell, dialect) for name, cell in row.cells.items()}
            _merge(order, {name: values[name] for name in PLAIN_FIELDS if name in values})
        except InvalidRowError as error:
            return FileFault(row.number, str(error))
        lines += _part(values, _LINE_COLUMNS)
        refunds += [part for part in _part(values, _REFUND_COLUMNS) if part not in refunds]
    return order | ({"lines": lines} if lines else {}) | ({"refunds": refunds} if refunds else {})


def _merge(order: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Add a row's fields to its order's; they may be repeated, and may not differ."""
    for name, value in values.items():
        if order.setdefault(name, value) != value:
            message = f"{name}: another one than in the order's row before"
            raise InvalidRowError(message)


def _part(values: Mapping[str, Any], columns: Mapping[str, str]) -> list[dict[str, Any]]:
    part = {field: values[column] for column, field in columns.items() if column in values}
    return [part] if part else []


def _value(name: str, cell: str, dialect: FileDialect) -> Any:  # noqa: ANN401 - as JSON has it
    try:
        if name in _AMOUNTS:
            return Decimal(plain_amount(cell, dialect.decimal_mark))
        if name in _INSTANTS:
            return plain_instant(cell, dialect.zone, dialect.date_order)
    except InvalidRowError as error:
        message = f"{name}: {error}"
        raise InvalidRowError(message) from None
    readers: dict[str, Callable[[str], Any]] = {
        "test": lambda text: _FLAGS.get(text.lower(), text),
        "coupon_codes": lambda text: text.split(_BETWEEN_CODES),
    }
    return readers.get(name, str)(cell)

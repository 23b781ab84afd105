"""What the terminal says of an import of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COUNTS = ("new", "changed", "unchanged", "rejected")


def progress_line(one: Mapping[str, Any]) -> str:
    """Return how far the work on an import is."""
    if not one["rows"]:
        return f"{one['state']}: looking at the file"
    return f"{one['state']}: {one['rows_done']:,} of {one['rows']:,} rows"


def reading_lines(one: Mapping[str, Any]) -> Iterator[str]:
    """Yield how a file is read."""
    read = one["recognized"]
    packed = ", gzip" if read["packed"] else ""
    yield f"  encoding        {read['encoding']}{packed}"
    yield f"  delimiter       {read['delimiter']}"
    yield f"  dates           {'day' if read['date_format'] == 'dmy' else 'month'} first"
    if read["time_zone"]:
        yield f"  time zone       {read['time_zone']}"
    if read["decimal_mark"]:
        yield f"  decimal mark    {read['decimal_mark']}"
    for header, column in read["columns"].items():
        if header != column:
            yield f"  column          {header} → {column or 'left out'}"


def tally_lines(tally: Mapping[str, Any], replaced: int = 0) -> Iterator[str]:
    """Yield what became, or would become, of a file's rows."""
    yield "  " + ", ".join(f"{tally[name]:,} {name}" for name in _COUNTS)
    if tally["days"]:
        yield f"  {tally['days']:,} days from {tally['first_day']} to {tally['last_day']}"
    for currency, amount in tally["amounts"].items():
        yield f"  {amount} {currency}"
    if replaced:
        yield f"  {replaced:,} rows that are shown now are not in the file, and go"
    for example in tally["examples"]:
        yield f"  row {example['row']}: {example['reason']}"


def undone_line(undone: Mapping[str, Any]) -> str:
    """Return what undoing came to."""
    kept = f", {undone['kept']:,} kept as they were changed since" if undone["kept"] else ""
    orders = f" (orders {', '.join(undone['kept_orders'])})" if undone["kept_orders"] else ""
    return f"Undone: {undone['removed']:,} removed, {undone['restored']:,} put back{kept}{orders}."

"""An import of a file as plain JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headwater.domain.file_imports import UNDOING, UNDONE, days_of_bits
from headwater.domain.file_layouts import DELIMITERS

if TYPE_CHECKING:
    from headwater.domain.file_imports import FileImport, Reading, Tally

type Json = dict[str, Any]


def told_import(one: FileImport) -> Json:
    """Return what an answer says of an import."""
    options = {name: value for name, value in asdict(one.options).items() if value}
    if one.options.columns:
        options["columns"] = dict(one.options.columns)
    return {
        "import": one.import_id,
        "kind": one.kind,
        "state": one.state,
        "options": options,
        "size": one.size,
        "created_at": one.created_at.isoformat(),
        "updated_at": one.updated_at.isoformat(),
        "rows": one.rows,
        "rows_done": one.place.rows,
        "recognized": _recognized(one.reading) if one.reading else None,
        "questions": [
            {"option": each.option, "text": each.text, "choices": list(each.choices)}
            for each in one.questions
        ],
        "reason": one.reason,
        "checked": _tally(one.checked),
        "replaced_rows": one.replaced,
        "imported": _tally(one.imported),
        "undone": _undone(one),
        "undo_until": one.undo_until.isoformat(),
    }


def _recognized(reading: Reading) -> Json:
    layout = reading.layout
    names = {mark: name for name, mark in DELIMITERS.items()}
    return {
        "encoding": layout.codec,
        "packed": layout.is_packed,
        "delimiter": names[layout.delimiter],
        "columns": dict(zip(layout.headers, layout.columns, strict=True)),
        "date_format": reading.date_order,
        "decimal_mark": reading.decimal_mark,
        "time_zone": reading.time_zone,
    }


def _tally(tally: Tally) -> Json | None:
    if not tally.rows:
        return None
    days, first, last = days_of_bits(tally.days)
    return {
        "new": tally.new,
        "changed": tally.changed,
        "unchanged": tally.unchanged,
        "rejected": tally.rejected,
        "days": days,
        "first_day": first.isoformat() if first else None,
        "last_day": last.isoformat() if last else None,
        "amounts": {currency: format(amount, "f") for currency, amount in tally.amounts},
        "examples": [{"row": each.row, "reason": each.reason} for each in tally.examples],
    }


def _undone(one: FileImport) -> Json | None:
    if one.state not in {UNDOING, UNDONE}:
        return None
    told = asdict(one.undone)
    return told | {"kept_orders": list(one.undone.kept_orders)}

"""Imports of files as other tests need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from headwater.domain.file_imports import (
    FileImport,
    ImportOptions,
    Place,
    Reading,
    Tally,
)
from headwater.domain.file_layouts import FileLayout

_NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_HEADERS = ("email", "at")
_READING = Reading(FileLayout("utf-8", False, "\n", ",", _HEADERS, _HEADERS, 9), "mdy", "", "")


def an_import(import_id: str, state: str = "waiting_for_file") -> FileImport:
    """Return an import of two clicks, one of which is refused, as it is in a state."""
    new = FileImport(import_id, "touchpoints", ImportOptions(), 60, _NOW, _NOW, state)
    if state == "waiting_for_file":
        return new
    tally = Tally(new=1, rejected=1)
    return replace(
        new,
        reading=_READING,
        rows=2,
        started_at=_NOW,
        place=Place(60, 4, 1, 2),
        checked=tally,
        imported=tally if state == "done" else Tally(),
    )

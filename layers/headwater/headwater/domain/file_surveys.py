"""A first look at all rows of a file, before any is taken."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from headwater.domain.file_batches import groups
from headwater.domain.file_evidence import Evidence
from headwater.domain.file_layouts import cells_of
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headwater.domain.csv_streams import Record
    from headwater.domain.file_batches import Group
    from headwater.domain.file_kinds import FileKind
    from headwater.domain.file_layouts import FileLayout

# 80 MB of what is kept of each order, and hours of writing.
MOST_ROWS = 5_000_000


@dataclass(slots=True)
class Survey:
    """What a file holds: ``rows`` with text, and what its cells tell of how they are meant."""

    rows: int = 0
    evidence: Evidence = field(default_factory=Evidence)


def survey(records: Iterable[Record], kind: FileKind, layout: FileLayout) -> Survey:
    """Look at all rows; 16 bytes are kept of an order, nothing of any other row.

    Raises:
        InvalidParameterError: there are no rows or too many, or the rows of an order stand apart:
            read in one pass, the second part would replace the first.
    """
    found, orders = Survey(), _Orders()
    for group in groups(_bounded(records), kind, layout):
        found.rows += len(group.records)
        if found.rows > MOST_ROWS:
            message = f"file: more than {MOST_ROWS:,} rows; send it in parts"
            raise InvalidParameterError(message)
        orders.add(group)
        if not group.fault:
            for record in group.records:
                found.evidence.observe(kind, record.number, cells_of(record, layout))
    if not found.rows:
        message = "file: a header without rows"
        raise InvalidParameterError(message)
    if apart := orders.apart():
        message = (
            f"file: rows {apart[0]} and {apart[1]} are one order, and others stand between them; "
            "sort the file by order_id"
        )
        raise InvalidParameterError(message)
    return found


def _bounded(records: Iterable[Record]) -> Iterator[Record]:
    """Hand rows on, those without text too, as long as there are not endlessly many."""
    for record in records:
        if record.number > 2 * MOST_ROWS:
            message = f"file: more than {2 * MOST_ROWS:,} lines; send it in parts"
            raise InvalidParameterError(message)
        yield record


class _Orders:
    """Where each order begins."""

    def __init__(self) -> None:
        self._keys, self._numbers = array("Q"), array("Q")

    def add(self, group: Group) -> None:
        if group.order_id:
            self._keys.append(hash_of(group.order_id))
            self._numbers.append(group.number)

    def apart(self) -> tuple[int, int] | None:
        """Return two rows where the same order begins, if there are any."""
        keys = np.frombuffer(self._keys, np.uint64) if self._keys else np.zeros(0, np.uint64)
        by_key = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[by_key[1:]] == keys[by_key[:-1]])
        if not len(same):
            return None
        first, second = (self._numbers[int(by_key[same[0] + step])] for step in (0, 1))
        return first, second


def hash_of(text: str) -> int:
    """Return 64 bits by which a text is told from millions of others."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest())

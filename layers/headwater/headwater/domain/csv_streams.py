"""The records of a CSV file that is read line by line, each with the place where it ends.

A record that is no CSV is one line, whatever its quotes promise: the next line is read afresh, so a
quote too many costs a row and not the rest of the file. Whoever goes on from a record's end reads
the same records as whoever has read all.
"""

from __future__ import annotations

import csv
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Record(NamedTuple):
    """A row as it came.

    ``number`` is the row's as a spreadsheet counts: the header is 1, empty rows count. ``end`` is
    the offset of the byte behind it. ``fault`` tells of a line that is no CSV; its text is the
    only cell then.
    """

    number: int
    cells: list[str]
    end: int
    fault: str = ""


def records(lines: Iterable[tuple[str, int]], delimiter: str, number: int = 1) -> Iterator[Record]:
    """Yield the records of lines.

    Args:
        lines: each with the offset of the byte behind it.
        delimiter: what stands between two cells.
        number: of the first record.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            text, end = feed.taken[0]
            feed.give_back(feed.taken[1:])
            yield Record(number, [text.rstrip("\r\n")], end, f"not CSV: {error}")
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
        else:
            yield Record(number, cells, feed.taken[-1][1])
        number += 1


class _Feed:
    """Hands lines to csv.reader, and takes back those of a record that was none."""

    def __init__(self, lines: Iterable[tuple[str, int]]) -> None:
        self._lines = iter(lines)
        self._again: deque[tuple[str, int]] = deque()
        self.taken: list[tuple[str, int]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line[0]

    def give_back(self, lines: list[tuple[str, int]]) -> None:
        self._again.extendleft(reversed(lines))

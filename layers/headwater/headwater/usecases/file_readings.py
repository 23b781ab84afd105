"""How a file is read: found out once for all of it, and then the same each time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from headwater.domain.csv_streams import records
from headwater.domain.file_evidence import DECIMAL_MARKS
from headwater.domain.file_imports import Place, Reading
from headwater.domain.file_kinds import KINDS
from headwater.domain.file_layouts import FileLayout, read_header
from headwater.domain.file_surveys import survey
from headwater.domain.file_text import (
    UTF_16,
    byte_order_mark,
    is_packed,
    line_end,
    lines,
    recognize_encoding,
    skipped,
    unpacked,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headwater.domain.csv_streams import Record
    from headwater.domain.file_evidence import Question
    from headwater.domain.file_imports import FileImport
    from headwater.usecases.ports.imports import ImportFiles

# A header's cells may hold line breaks.
_HEADER_LINES = 100


@dataclass(frozen=True, slots=True)
class SurveyedFile:
    """How a file is read, how many rows it has, and what its sender has to say first."""

    reading: Reading
    rows: int
    questions: tuple[Question, ...]


def survey_file(account: str, record: FileImport, files: ImportFiles) -> SurveyedFile:
    """Look at all of a file.

    Raises:
        UndecidedError: it is not even known what its columns are.
        InvalidParameterError: it is no file that can be imported.
    """
    layout = _layout_of(account, record, files)
    place = Place(layout.first_byte)
    found = survey(rows_from(account, record, layout, place, files), KINDS[record.kind], layout)
    options, evidence = record.options, found.evidence
    marks = {mark: name for name, mark in DECIMAL_MARKS.items()}
    reading = Reading(
        layout,
        options.date_format or evidence.date_order(),
        options.decimal_mark or marks.get(evidence.decimal_mark(), ""),
        options.time_zone,
    )
    questions = evidence.questions(
        date_order=options.date_format,
        decimal_mark=options.decimal_mark,
        time_zone=options.time_zone,
    )
    return SurveyedFile(reading, found.rows, tuple(questions))


def _layout_of(account: str, record: FileImport, files: ImportFiles) -> FileLayout:
    """Read a file's first bytes and its header."""
    first = next(files.blocks(account, record.import_id, record.etag), b"")
    packed, options = is_packed(first), record.options

    def content() -> Iterator[bytes]:
        return _content(account, record, files, packed=packed)

    head = next(content(), b"")
    codec, start = byte_order_mark(head)
    named = "utf-16-le" if options.encoding == UTF_16 else options.encoding
    codec = codec or named or recognize_encoding(content())
    end = line_end(head[start:].decode(codec, errors="replace"))
    opening = lines(skipped(content(), start), codec, end, start)
    header = read_header(
        list(islice(opening, _HEADER_LINES)),
        KINDS[record.kind],
        delimiter=options.delimiter,
        renamed=dict(options.columns),
    )
    return FileLayout(
        codec, packed, end, header.delimiter, header.headers, header.columns, header.first_byte
    )


def rows_from(
    account: str, record: FileImport, layout: FileLayout, place: Place, files: ImportFiles
) -> Iterator[Record]:
    """Yield a file's rows from a place on."""
    if layout.is_packed:
        content = skipped(_content(account, record, files, packed=True), place.first_byte)
    else:
        content = files.blocks(account, record.import_id, record.etag, place.first_byte)
    text = lines(content, layout.codec, layout.line_end, place.first_byte)
    return records(text, layout.delimiter, place.number)


def _content(
    account: str, record: FileImport, files: ImportFiles, *, packed: bool
) -> Iterator[bytes]:
    blocks = files.blocks(account, record.import_id, record.etag)
    return unpacked(blocks) if packed else blocks

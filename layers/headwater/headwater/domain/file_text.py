"""Files of text that arrive in blocks: unpacked, decoded, and handed on line by line.

Nothing here holds more than a block and a line, however long the file is.
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING

from headwater.errors import InvalidParameterError, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UTF_8, UTF_16, WINDOWS = "utf-8", "utf-16", "windows-1252"
ENCODINGS = (UTF_8, UTF_16, WINDOWS)
_MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_GZIP = b"\x1f\x8b"
# So much of a packed file is unpacked at once, whatever it says of itself.
_PIECE = 1_000_000
LARGEST_UNPACKED = 10_000_000_000
# A row's line; beyond it a file is no table. An order of 250 lines has 250 rows.
LONGEST_LINE = 1_000_000
# Letters of Western Europe, and marks around them: € … quotes, dashes, ™ and a blank. What stands
# for a letter in Central Europe's encoding, and for a mark in this one, is left out.
_WESTERN = frozenset({*range(0xC0, 0x100)} - {0xD7, 0xF7}) | frozenset(
    b"\x80\x85\x8a\x8e\x91\x92\x93\x94\x95\x96\x97\x99\x9a\x9e\xa0\xa7\xa9\xab\xae\xb0\xbb"
)
_ASCII = bytes(range(0x80))
# Words of other alphabets are runs of such bytes.
_LONG_RUN = re.compile(rb"[\x80-\xff]{3}")
# What UTF-8 looks like where a program has broken a part of it.
_BROKEN_UTF_8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]")


def is_packed(head: bytes) -> bool:
    """Tell whether a file is gzip."""
    return head.startswith(_GZIP)


def unpacked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack a gzip file, in pieces of a bounded size.

    Raises:
        InvalidParameterError: it is broken, ends too early, or is much too large.
    """
    unpacker = zlib.decompressobj(wbits=31)
    size = 0
    try:
        for block in blocks:
            rest = block
            while rest:
                # Files may be several packed ones, one behind the other.
                if unpacker.eof:
                    unpacker = zlib.decompressobj(wbits=31)
                piece = unpacker.decompress(rest, _PIECE)
                size += len(piece)
                if size > LARGEST_UNPACKED:
                    message = f"file: more than {LARGEST_UNPACKED:,} bytes when unpacked"
                    raise InvalidParameterError(message)
                if piece:
                    yield piece
                rest = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error:
        message = "file: broken gzip"
        raise InvalidParameterError(message) from None
    if not unpacker.eof:
        message = "file: gzip that ends too early"
        raise InvalidParameterError(message)


def skipped(blocks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """Leave out the first bytes of a file."""
    for block in blocks:
        if count < len(block):
            yield block[count:] if count else block
        count = max(count - len(block), 0)


def byte_order_mark(head: bytes) -> tuple[str, int]:
    """Return the codec that a file's first bytes name, and how many bytes do; or ("", 0)."""
    if head.startswith(codecs.BOM_UTF32_LE):
        message = "file: UTF-32; save it as UTF-8"
        raise InvalidParameterError(message)
    return next(((codec, len(mark)) for mark, codec in _MARKS if head.startswith(mark)), ("", 0))


def recognize_encoding(blocks: Iterable[bytes]) -> str:
    """Return the encoding of a file without a byte order mark: UTF-8, or Windows' Western one.

    All of the file is looked at: one wrong byte far down would else stop an import half-way.

    Raises:
        UndecidedError: it is not UTF-8, and may be several others.
    """
    decoder = codecs.getincrementaldecoder(UTF_8)()
    others: set[int] = set()
    is_utf_8, is_odd = True, False
    for block in blocks:
        if is_utf_8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf_8 = False
        if not block.isascii():
            others |= set(block.translate(None, _ASCII))
            is_odd = is_odd or bool(_LONG_RUN.search(block) or _BROKEN_UTF_8.search(block))
    if is_utf_8 and not decoder.getstate()[0]:
        return UTF_8
    if others <= _WESTERN and not is_odd:
        return WINDOWS
    message = "encoding: not UTF-8; name the file's encoding, or save it as UTF-8"
    raise UndecidedError(message, "encoding", ENCODINGS)


def line_end(head: str) -> str:
    """Return what ends a file's lines; old spreadsheets of Macintoshes did it by CR alone."""
    return "\r" if "\r" in head[:-1] and "\n" not in head else "\n"


def lines(
    blocks: Iterable[bytes], codec: str, end: str = "\n", offset: int = 0
) -> Iterator[tuple[str, int]]:
    """Yield a file's lines with their ends, each with the offset of the byte behind it.

    Args:
        blocks: the file from a line's first byte on.
        codec: as ``byte_order_mark`` or ``recognize_encoding`` names it.
        end: what ends a line.
        offset: of the first of these bytes.

    Raises:
        UndecidedError: the bytes are not in this encoding.
        InvalidParameterError: a line is longer than any row.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    rest = ""
    for text in _texts(blocks, decoder, codec):
        *whole, last = text.split(end)
        if whole:
            whole[0] = rest + whole[0]
            rest = ""
        for line in whole:
            offset += _size(line, codec) + _size(end, codec)
            yield line + end, offset
        rest += last
        if len(rest) > LONGEST_LINE:
            message = f"file: a line of more than {LONGEST_LINE:,} characters"
            raise InvalidParameterError(message)
    if rest:
        yield rest, offset + _size(rest, codec)


def _texts(
    blocks: Iterable[bytes], decoder: codecs.IncrementalDecoder, codec: str
) -> Iterator[str]:
    try:
        for block in blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        message = f"encoding: not {codec} throughout; name the file's encoding"
        raise UndecidedError(message, "encoding", ENCODINGS) from None


def _size(text: str, codec: str) -> int:
    return len(text) if text.isascii() and codec in {UTF_8, WINDOWS} else len(text.encode(codec))

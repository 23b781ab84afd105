from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain import file_text
from headwater.domain.file_text import (
    byte_order_mark,
    is_packed,
    line_end,
    lines,
    recognize_encoding,
    skipped,
    unpacked,
)
from headwater.errors import InvalidParameterError, UndecidedError

CODECS = ["utf-8", "utf-16-le", "utf-16-be"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def blocks(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


@given(text=TEXT, codec=st.sampled_from(CODECS), size=st.integers(1, 9))
def test_lines_are_those_of_the_text_wherever_blocks_are_cut(
    text: str, codec: str, size: int
) -> None:
    content = text.encode(codec)
    found = list(lines(blocks(content, size), codec, offset=7))
    assert "".join(line for line, _ in found) == text
    assert all(line.endswith("\n") and line.count("\n") == 1 for line, _ in found[:-1])
    for place, (_, end) in enumerate(found):
        rest = list(lines([content[end - 7 :]], codec, offset=end))
        assert rest == found[place + 1 :]


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(InvalidParameterError, match="1,000,000"):
        list(lines((b"x" * 1000 for _ in range(10_000)), "utf-8"))


def test_lines_may_end_as_on_an_old_macintosh() -> None:
    assert line_end("a,b\r1,2\r") == "\r"
    assert line_end("a,b\r\n1,2\r\n") == line_end("a") == line_end("a\r") == "\n"
    assert list(lines([b"a\rb"], "utf-8", "\r")) == [("a\r", 2), ("b", 3)]


@pytest.mark.parametrize(
    ("text", "codec", "expected"),
    [
        ("plain", "ascii", "utf-8"),
        ("Zoë, 10 €", "utf-8", "utf-8"),
        ("Zoë, 10 € “off”", "cp1252", "windows-1252"),
        ("Müller & Söhne", "cp1252", "windows-1252"),
    ],
)
def test_an_encoding_is_recognized(text: str, codec: str, expected: str) -> None:
    content = b"x" * 5000 + text.encode(codec)
    assert recognize_encoding(blocks(content, 64)) == expected


@pytest.mark.parametrize(
    "content",
    [
        "Иван".encode("cp1251"),
        "田中".encode("shift_jis"),
        "Łódź".encode("cp1250"),  # it would read £ódŸ
        "Zoë".encode() + b"\xe9",
        "10 €".encode()[:-1],
        b"\x81",
    ],
)
def test_an_encoding_that_may_be_several_is_asked_for(content: bytes) -> None:
    with pytest.raises(UndecidedError, match="name the file's encoding") as refusal:
        recognize_encoding([b"email\n", content])
    assert (refusal.value.option, len(refusal.value.choices)) == ("encoding", 3)


def test_a_byte_that_is_not_in_the_encoding_is_asked_about() -> None:
    with pytest.raises(UndecidedError, match="not utf-8 throughout"):
        list(lines([b"a\n", b"\xff\n"], "utf-8"))
    with pytest.raises(UndecidedError):
        list(lines([b"a\x00b"], "utf-16-le"))


def test_a_byte_order_mark_names_the_encoding() -> None:
    assert byte_order_mark("\ufeffa".encode()) == ("utf-8", 3)
    assert byte_order_mark("a".encode("utf-16")) == ("utf-16-le", 2)
    assert byte_order_mark(b"\xfe\xff\x00a") == ("utf-16-be", 2)
    assert byte_order_mark(b"a") == ("", 0)
    with pytest.raises(InvalidParameterError, match="UTF-32"):
        byte_order_mark("a".encode("utf-32"))


@given(parts=st.lists(st.binary(max_size=200), min_size=1), size=st.integers(1, 40))
def test_what_gzip_packed_is_unpacked(parts: list[bytes], size: int) -> None:
    packed = b"".join(map(gzip.compress, parts))
    assert is_packed(packed)
    assert b"".join(unpacked(blocks(packed, size))) == b"".join(parts)


def test_a_bomb_is_unpacked_piece_by_piece() -> None:
    pieces = unpacked([gzip.compress(bytes(50_000_000))])
    assert len(next(pieces)) <= 1_000_000


def test_a_bomb_is_unpacked_no_further_than_any_file_may_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_text, "LARGEST_UNPACKED", 2_500_000)
    pieces = unpacked([gzip.compress(bytes(50_000_000))])
    with pytest.raises(InvalidParameterError, match="2,500,000 bytes when unpacked"):
        list(pieces)


@given(content=st.binary(max_size=400), cut=st.integers(1, 30))
def test_a_broken_gzip_is_refused(content: bytes, cut: int) -> None:
    packed = gzip.compress(content)
    with pytest.raises(InvalidParameterError, match="gzip"):
        list(unpacked([packed[: max(len(packed) - cut, 2)]]))
    with pytest.raises(InvalidParameterError, match="gzip"):
        list(unpacked([packed[:10] + b"\xff" * 9]))


@given(content=st.binary(max_size=50), size=st.integers(1, 9), count=st.integers(0, 60))
def test_the_first_bytes_are_left_out(content: bytes, size: int, count: int) -> None:
    assert b"".join(skipped(blocks(content, size), count)) == content[count:]

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.core.text import (
    SIZE_LIMIT,
    Codec,
    TextError,
    content,
    decode,
    decode_pair,
    dominant,
    split_lines,
    terminated,
    terminator,
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a\n", ("a\n",)),
        ("a\r\nb", ("a\r\n", "b")),
        ("a\rb\n", ("a\rb\n",)),
        ("\n\n", ("\n", "\n")),
        ("a\x0b\x0c\x1c\x85\u2028\u2029b\nc", ("a\x0b\x0c\x1c\x85\u2028\u2029b\n", "c")),
    ],
)
def test_only_a_line_feed_ends_a_line(text: str, lines: tuple[str, ...]) -> None:
    assert split_lines(text) == lines


@pytest.mark.parametrize(
    ("line", "text", "end"),
    [("a\r\n", "a", "\r\n"), ("a\n", "a", "\n"), ("a\r", "a\r", ""), ("\r\r\n", "\r", "\r\n")],
)
def test_a_line_is_its_content_and_its_terminator(line: str, text: str, end: str) -> None:
    assert (content(line), terminator(line)) == (text, end)


@pytest.mark.parametrize(
    ("data", "encoding", "mark"),
    [
        (b"plain\n", "utf-8", ""),
        ("\ufeffmärked\r\n".encode(), "utf-8", "\ufeff"),
        ("\ufeffwide ö\n".encode("utf-16-le"), "utf-16-le", "\ufeff"),
        ("\ufeffwide ö\n".encode("utf-16-be"), "utf-16-be", "\ufeff"),
        (b"caf\xe9\n", "latin-1", ""),
    ],
)
def test_the_encoding_is_found_and_kept(data: bytes, encoding: str, mark: str) -> None:
    text = decode(data)
    assert text.codec == Codec(encoding=encoding, mark=mark)
    assert not "".join(text.lines).startswith("\ufeff")
    assert text.codec.encode(text.lines) == data


@pytest.mark.case(65)
@pytest.mark.parametrize(
    "data", [b"a\0b", b"\xff\xfe\0\0a\0\0\0", b"\xff\xfea", "wide".encode("utf-16-le")]
)
def test_binary_files_are_refused(data: bytes) -> None:
    if b"\0" not in data:
        assert decode(data).codec.encoding == "latin-1"
        return
    with pytest.raises(TextError, match="binary"):
        decode(data)


def test_very_large_files_are_refused_with_their_size() -> None:
    with pytest.raises(TextError, match="5,000,001 bytes"):
        decode(b"a" * (SIZE_LIMIT + 1))


def test_a_letter_that_the_encoding_lacks_is_named() -> None:
    with pytest.raises(TextError, match=r"U\+2013"):
        Codec(encoding="latin-1").encode(["a \u2013 b\n"])


@pytest.mark.case(64)
@pytest.mark.property
@given(st.binary())
def test_decoding_then_encoding_gives_every_byte_back(data: bytes) -> None:
    try:
        text = decode(data)
    except TextError:
        return
    assert text.codec.encode(text.lines) == data


@pytest.mark.property
@given(st.binary(), st.binary())
def test_both_sides_of_a_change_come_back_from_one_codec(before: bytes, after: bytes) -> None:
    pair = decode_pair(before, after)
    if pair is None:
        return
    codec, old, new = pair
    assert codec.encode(old) == before
    assert codec.encode(new) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\n", b"\xef\xbb\xbfa\n"),
        (b"caf\xe9\n", "café\n".encode()),
        (b"", "\ufeffa\n".encode("utf-16-le")),
        ("\ufeffa\n".encode("utf-16-le"), b""),
    ],
)
def test_a_change_of_mark_or_encoding_is_a_change_of_lines(before: bytes, after: bytes) -> None:
    pair = decode_pair(before, after)
    assert pair is not None
    assert pair[1] != pair[2]


def test_a_change_between_wide_and_narrow_text_is_decided_as_a_whole() -> None:
    assert decode_pair("\ufeffa\n".encode("utf-16-le"), b"a\n") is None


def test_the_dominant_terminator_is_the_most_frequent_of_the_first_text_with_any() -> None:
    assert dominant(["a"], ["a\r\n", "b\r\n", "c\n"]) == "\r\n"
    assert dominant([], ["a"]) == "\n"


def test_open_lines_inside_a_text_get_a_terminator_and_the_last_keeps_its_state() -> None:
    assert terminated(["a", "b\r\n", "c"], "\r\n") == ("a\r\n", "b\r\n", "c")

"""The text of a file and its bytes: what is read is written back byte for byte, or refused in words."""

from __future__ import annotations

import ast
import codecs
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixbot.project.source import Source, split_lines

HIRAGANA = "あ".encode("euc-jp")


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"", "utf-8", ""),
        (b"# only\n# comments\n", "utf-8", "# only\n# comments\n"),
        (b"x = 1", "utf-8", "x = 1"),
        (b"x = 1\r\ny = 2\rz = 3\n", "utf-8", "x = 1\r\ny = 2\rz = 3\n"),
        (b"if x:\n\ty\n\x0c\nz\n", "utf-8", "if x:\n\ty\n\x0c\nz\n"),
        (codecs.BOM_UTF8, "utf-8-sig", ""),
        (codecs.BOM_UTF8 + b"x = 1\n", "utf-8-sig", "x = 1\n"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\n", "utf-8-sig", "# coding: utf-8\n"),
        (b"# coding: utf-8-sig\n", "utf-8", "# coding: utf-8-sig\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", "iso-8859-1", "# coding: latin-1\nx = 'é'\n"),
        (b"# coding: cp1252\nx = '\x80'\n", "cp1252", "# coding: cp1252\nx = '€'\n"),
        (
            b"#!/usr/bin/python\n# vim: set fileencoding=euc-jp :\n# " + HIRAGANA,
            "euc-jp",
            "#!/usr/bin/python\n# vim: set fileencoding=euc-jp :\n# あ",
        ),
        (b"\x0c# coding: latin-1\n# \xe9\n", "iso-8859-1", "\x0c# coding: latin-1\n# é\n"),
    ],
)
def test_declared_encodings_marks_and_line_endings(data: bytes, encoding: str, text: str) -> None:
    source = Source.decode("x.py", data)
    assert (source.encoding, source.text, source.encode()) == (encoding, text, data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("x = 1".encode("utf-16"), "UTF-16"),
        ("x = 1".encode("utf-32"), "UTF-32"),
        (b"\xfe\xff\x00x", "UTF-16"),
        (b"# coding: utf-16\nx = 1\n", "utf-16"),
        (b"# coding: no-such-thing\n", "unknown encoding"),
        (b"# coding: rot13\nk = 1\n", "not a text encoding"),
        (b"# coding: hex\n", "not a text encoding"),
        (b"# coding: utf-7\nx = '+AGE-'\n", "would not give back the same bytes"),
        (b"# coding: unicode_escape\nx = 1\n", "would not give back the same bytes"),
        (b"# coding: raw_unicode_escape\nx = '\\ud800'\n", "would not give back the same bytes"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "encoding problem"),
        (b"x = '\xe9'\n", "invalid or missing encoding declaration"),
        (b"\n\n# coding: latin-1\nx = '\xe9'\n", "can't decode byte 0xe9"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises((SyntaxError, ValueError), match=words):
        Source.decode("x.py", data)


@given(st.binary())
def test_any_bytes_are_given_back_or_refused(data: bytes) -> None:
    try:
        source = Source.decode("x.py", data)
    except (SyntaxError, ValueError):
        return
    assert source.encode() == data


@given(
    st.sampled_from(["utf-8", "latin-1", "cp1252", "euc-jp", "shift_jis", "koi8-r", "big5", "iso2022_jp"]),
    st.lists(st.sampled_from(["x = 1", "é", "я", "あ", "~\\", "\t", "\x0c", "\r\n", "\r", "\n", "# 'a"])),
)
def test_what_an_encoding_can_hold_survives(encoding: str, parts: list[str]) -> None:
    text = f"# coding: {encoding}\n" + "".join(parts)
    if not Source("x.py", "", encoding).can_hold(text):
        return
    data = text.encode(encoding)
    try:
        source = Source.decode("x.py", data)
    except ValueError:
        return  # two ways to write one character, which only some of these encodings have
    assert source.encode() == data
    assert "".join(source.lines) == source.text


@given(st.text(st.sampled_from("ab\r\n\t\x0c\x0b\x1c\x85\u2028'")))
def test_lines_end_at_lf_cr_and_crlf_only(text: str) -> None:
    assert split_lines(text) == io.StringIO(text, newline="").readlines()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_numbered_as_the_parser_numbers_them(end: str) -> None:
    text = end.join(["a", "", '"""b', 'c"""', "\x0cd", "e = \\", "'x\x0cy\x0b\x85'", "f"])
    lines = split_lines(text)
    starts = [lines[node.lineno - 1][node.col_offset] for node in ast.parse(text).body]
    assert starts == ["a", '"', "d", "e", "f"]


@pytest.mark.parametrize(
    ("text", "end"), [("", "\n"), ("x", "\n"), ("x\r\ny\n", "\r\n"), ("x\ry", "\r"), ("\n\r\n", "\n")]
)
def test_the_line_ending_is_that_of_the_first_line(text: str, end: str) -> None:
    assert Source("x.py", text).newline == end


@pytest.mark.parametrize(
    ("line", "offset", "column"), [("ab", 1, 2), ("é = x", 5, 5), ("'😀' + b", 9, 7), ("é", 9, 2), ("", 0, 1)]
)
def test_columns_count_characters(line: str, offset: int, column: int) -> None:
    assert Source("x.py", line).column(1, offset) == column


def test_a_text_may_have_characters_that_its_file_cannot_hold() -> None:
    source = Source("x.py", "# coding: latin-1\n", "iso-8859-1")
    assert source.can_hold("é")
    assert not source.can_hold("€")
    assert not Source("x.py", "").can_hold("\ud800")

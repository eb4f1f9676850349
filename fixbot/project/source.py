"""One file's text, with everything needed to write it back byte for byte.

Declared encodings (PEP 263), byte order marks, CRLF, tabs, form feeds and a missing final newline
survive because the text is kept as it is: no newline translation happens on the way in or out.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True)
class Source:
    """A decoded Python file. `path` is relative to the root, with `/`."""

    path: str
    text: str
    encoding: str = "utf-8"

    @classmethod
    def decode(cls, path: str, data: bytes) -> Source:
        """Decode by BOM or PEP 263 cookie. Raises `SyntaxError` or `ValueError`, in words.

        An encoding with two ways to write a character, such as UTF-7, may not give back the same
        bytes; such a file cannot be worked on.
        """
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ValueError("it is UTF-16 or UTF-32, which Python does not read")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        try:
            source = cls(path, data.decode(encoding), encoding)
        except LookupError as exc:  # `hex`, `rot13`: codecs, but none for text
            raise ValueError(str(exc)) from exc
        if not encoding.startswith("utf-8") and not source._gives_back(data):
            raise ValueError(f"its encoding, {encoding}, would not give back the same bytes")
        return source

    def encode(self) -> bytes:
        """The bytes of the file, BOM included. Raises `UnicodeEncodeError` for a character its encoding lacks."""
        return self.text.encode(self.encoding)

    def can_hold(self, text: str) -> bool:
        """Whether the file's encoding has every character of `text`."""
        try:
            text.encode(self.encoding)
        except UnicodeError:
            return False
        return True

    def _gives_back(self, data: bytes) -> bool:
        """Whether encoding gives the same bytes; half a character, as `\\ud800` escapes, is no text at all."""
        whole = Source(self.path, "").can_hold(self.text)
        return whole and self.can_hold(self.text) and self.encode() == data

    def with_text(self, text: str) -> Source:
        return Source(self.path, text, self.encoding)

    @cached_property
    def lines(self) -> list[str]:
        """Lines with their endings, split where Python's tokenizer splits (not at form feeds)."""
        return split_lines(self.text)

    @cached_property
    def newline(self) -> str:
        """The line ending of the first line that has one."""
        found = re.search(r"\r\n|\r|\n", self.text)
        return found.group() if found else "\n"

    def column(self, line: int, byte_offset: int) -> int:
        """The 1-based character column of an ast `col_offset` (UTF-8 bytes, from 0)."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return byte_offset + 1
        return len(text.encode()[:byte_offset].decode(errors="ignore")) + 1


def split_lines(text: str) -> list[str]:
    """Split at LF, CRLF and CR only, keeping the ends; the parts add up to the text."""
    return _LINE.findall(text)

"""Text from the analysed project made fit to be shown: nothing in it can move the cursor or hide code."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with what has no glyph (controls, direction marks, odd blanks, undecodable bytes) as escapes."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    """One character as it is, or its escape: ESC -> `\\x1b`, the undecodable byte 0xff -> `\\xff`."""
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")

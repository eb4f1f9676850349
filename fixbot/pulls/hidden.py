"""Data that the bot hides in texts on the forge: an HTML comment, unseen by people, read again by the next run.

    <!-- fixbot:pull eyJicmFuY2gi... -->

Base64 keeps `--` and `>` out of the comment. Anybody can write such a comment: it is believed only in what the
bot itself has written (its login, its branch), and only when it is whole and of the expected shape.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TypeVar

import msgspec

from fixbot.pulls.model import VERSION

T = TypeVar("T")
_COMMENT = re.compile(r"<!-- fixbot:([a-z]+) ([A-Za-z0-9+/=]*) -->")
MOST = 60_000
"""Bytes of hidden data that are looked at, at the most."""


def hide(topic: str, data: object) -> str:
    """One line of text for `data`, a dataclass. `topic` is of the letters a to z."""
    return f"<!-- fixbot:{topic} {base64.b64encode(msgspec.json.encode(data)).decode()} -->"


def seek(topic: str, kind: type[T], text: str) -> T | None:
    """The data of this topic in a text; None where there is none, or it is not whole, or of another version."""
    for found in _COMMENT.finditer(text):
        if found.group(1) == topic and len(found.group(2)) <= MOST:
            try:
                data = msgspec.json.decode(base64.b64decode(found.group(2), validate=True), type=kind)
            except (binascii.Error, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                continue
            if getattr(data, "version", VERSION) == VERSION:
                return data
    return None


def without(text: str) -> str:
    """The text without what is hidden in it: what people see."""
    return _COMMENT.sub("", text)

"""Which paths fixbot never writes in a pull request, whatever a codemod or a bundle says."""

from __future__ import annotations

import re

MAX_PATH = 1_000


def path_problem(path: str) -> str:
    """Why a path is never written, "" if it may be: it leads out of the repository, or belongs to git or the forge."""
    name = shown(path)
    if not path or len(path) > MAX_PATH or not path.isprintable() or "\\" in path or path.startswith("/"):
        return f"{name} is no path that fixbot writes"
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or re.match(r"[A-Za-z]:", path):
        return f"{name} leads out of the repository"
    for part in parts:
        # as file systems see it that ignore case, trailing dots and blanks, streams or short names
        seen = part.casefold().partition(":")[0].rstrip(". ")
        if seen.startswith(".git") or re.fullmatch(r"git~\d+", seen):
            return f"{name} belongs to git or to the forge"
    return ""


def shown(text: str) -> str:
    """A text of unknown origin in a message: short, with nothing in it that a terminal would obey."""
    escaped = ascii(text)
    return escaped if len(escaped) <= 100 else f"{escaped[:97]}..."

"""Reads Markdown as a forge does, and tells what in it would act: links, HTML, images, mentions, references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ACTS = re.compile(r"(?<!\w)@\w|#\d|\bGH-\d|://|www\.|\b[0-9a-f]{7,40}\b", re.IGNORECASE)


def parser() -> MarkdownIt:
    """GitHub's dialect: tables, strike-through, and bare links."""
    found = MarkdownIt("gfm-like", {"linkify": True, "html": True})
    assert found.linkify is not None
    found.linkify.set({"fuzzy_link": False, "fuzzy_email": True})
    return found


def tokens(markdown: str) -> Iterator[Token]:
    for token in parser().parse(markdown):
        yield token
        yield from token.children or ()


_FOLDS = re.compile(
    r"<details>\n<summary>[\w ,.:?“”-]+</summary>|</details>|<!-- fixbot:[a-z]+ [A-Za-z0-9+/=]+ -->"
)


def acting(markdown: str, links: str = "") -> list[str]:
    """Whatever in the text is more than words and code; links below the address `links`, and what folds, are ours."""
    found = []
    for token in tokens(markdown):
        if token.type == "html_block" and links and not _FOLDS.sub("", token.content).strip():
            continue
        if token.type == "link_open" and links and str(token.attrs["href"]).startswith(links):
            continue
        if token.type in {"link_open", "image", "html_inline", "html_block"}:
            found.append(f"{token.type} {token.content}{token.attrs}")
        elif token.type == "text" and _ACTS.search(token.content):
            found.append(token.content)
    return found


def shapes(markdown: str) -> set[str]:
    """The types of everything in it."""
    return {token.type for token in tokens(markdown)}


def shown(markdown: str) -> str:
    """The words and the code, without what makes them Markdown."""
    return "".join(
        {"softbreak": "\n", "hardbreak": "\n"}.get(token.type, token.content)
        for token in tokens(markdown)
        if token.type in {"text", "code_inline", "fence", "code_block", "softbreak"}
        or token.type == "text_special"
    )

"""Text from the target repository made harmless in what the forge shows: Markdown, titles and commit messages.

File names, identifiers and source lines come from whoever wrote the repository. Left as they are, they could ping
people (`@team`), tie a pull request to others (`#12`, `fixes GH-3`), link elsewhere, hide code behind direction
marks, or pass for data of the bot's own. Two rules, without exception:

- In Markdown a word is shown as it is only when it is plainly a word; everything else becomes code, where a
  forge links and pings nothing.
- In titles and commit messages, which know no code, a character that would act is shown as its escape: `\\x40`.
"""

from __future__ import annotations

import re
from itertools import pairwise

from fixbot.escapes import visible

NOTHING = "(empty)"
CUT = "…"

_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_WORD = re.compile(r"[^\W_]+(?:['\u2019/+,.%:-][^\W_]+)*")
_PLAIN = re.compile(rf"[(\"“]*{_WORD.pattern}['\u2019]?[)\"”.,;:!?…%]*")
_GLUED = re.compile(r"[)\"”.,;:!?…%]*|['\u2019]s[)\"”.,;:!?…%]*|[(\"“]+|/|-[^\W_]+[)\"”.,;:!?…%]*")
_MARKS = {"—", "…", "→"}
_ACTS = re.compile(
    r"://|www\.|(?:mailto|xmpp):"  # links
    r"|[A-Za-z]-\d"  # GH-12, and the TICKET-7 that a repository can teach its forge
    r"|\b[0-9a-f]{7,64}\b"  # a commit
    r"|^\d+[.)]$"  # a numbered list, where it comes first
    r"|:[a-z0-9_+-]+:",  # an emoji
    re.IGNORECASE,
)


def code(text: str, most: int = 200) -> str:
    """One line of Markdown that shows `text` as code, at most `most` characters of it.

    Runs of white space become one blank; everything without a glyph becomes its escape.
    """
    text = visible(cut(" ".join(text.split()), most)).replace("<!-", "<\\x21-") or NOTHING
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str, most: int = 600) -> str:
    """One line of Markdown for a sentence that may quote code between backticks; at most `most` characters of it."""
    return " ".join(_chunk(chunk) for chunk in _chunks(cut(" ".join(text.split()), most)))


def paragraphs(text: str, most: int = 4_000) -> str:
    """Markdown for documentation: its paragraphs and list items stay, each as by `prose`; emphasis goes."""
    text = re.sub(r"(?<![*\w])\*([^\W_]+)\*(?![*\w])", r"\1", text)
    blocks = []
    for block in re.split(r"\n\s*\n", cut(text.strip(), most)):
        items = re.split(r"\n(?=- )", block.strip())
        if all(item.startswith("- ") for item in items):
            blocks.append("\n".join(f"- {prose(item[2:], most)}" for item in items if item[2:].strip()))
        else:
            blocks.append(prose(block, most))
    return "\n\n".join(filter(None, blocks))


def cell(text: str, most: int = 200) -> str:
    """A cell of a table. GFM splits rows before it looks for code, so a pipe is shown as a broken bar."""
    return prose(text.replace("|", "¦"), most)


def fence(text: str, language: str = "") -> str:
    """A block of code, fenced with more backticks than any run inside; lines stay lines."""
    lines = [visible(line.expandtabs(4)).replace("<!-", "<\\x21-") for line in text.splitlines()]
    marks = "`" * max(3, _longest_run(text) + 1)
    return "\n".join([f"{marks}{language}", *lines, marks])


def line(text: str, most: int = 200) -> str:
    """One line for a title or a commit message, which forges search for mentions, references and commands as well."""
    text = visible(cut(" ".join(text.split()), most))
    text = re.sub(r"[@<]", _escape, text)
    text = re.sub(r"#(?=\d)", _escape, text)
    text = re.sub(r"/(?=/)", _escape, text)
    text = re.sub(r"(?<=\b[A-Za-z]{2})-(?=\d)|\[(?=\w+[ -]?\w*\])", _escape, text)  # GH-12; [skip ci]
    return re.sub(r"(?i)(?<=www)\.|(?<=skip-checks):", _escape, text)


def cut(text: str, most: int) -> str:
    """At most `most` characters, with a mark where something was left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + CUT


def _escape(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def _chunks(text: str) -> list[list[str]]:
    """The text at its blanks; each chunk is its parts: quoted code with its backticks, and what is glued to it."""
    chunks: list[list[str]] = [[]]
    place = 0
    for found in [*_SPAN.finditer(text), None]:
        words = text[place : found.start() if found else len(text)].split(" ")
        for number, word in enumerate(words):
            if number:
                chunks.append([])
            if word:
                chunks[-1].append(word)
        if found:
            chunks[-1].append(found.group())
            place = found.end()
    return [chunk for chunk in chunks if chunk]


def _chunk(parts: list[str]) -> str:
    """One chunk: as it stands where every part is harmless, else the whole of it as code."""
    quoted = [_SPAN.fullmatch(part) for part in parts]
    whole = "".join(parts)
    if not any(quoted):
        plain = _PLAIN.fullmatch(whole) and not _ACTS.search(whole)
        return whole if whole in _MARKS or (plain and whole.isprintable()) else _peeled(whole)
    side_by_side = any(one and other for one, other in pairwise(quoted))
    glued = (part for part, span in zip(parts, quoted, strict=True) if not span)
    if side_by_side or not all(_GLUED.fullmatch(part) and part.isprintable() for part in glued):
        return _peeled(whole)
    return "".join(
        code(span.group(2).strip() or span.group(2)) if span else part
        for part, span in zip(parts, quoted, strict=True)
    )


def _peeled(chunk: str) -> str:
    """The chunk as code, without the punctuation of the sentence around it: `(__init__,` -> "(" code ","."""
    whole = re.fullmatch(r"\([^()]*\)[.,;:!?]*", chunk)
    opening = "(" if whole or (chunk.startswith("(") and chunk.count("(") > chunk.count(")")) else ""
    core = chunk.removeprefix(opening)
    closing = found.group() if (found := re.search(r"[.,;:!?]+$", core)) else ""
    core = core.removesuffix(closing)
    if core.endswith(")") and core.count("(") < core.count(")"):
        core, closing = core[:-1], ")" + closing
    return f"{opening}{code(core)}{closing}" if core else code(chunk)


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)

"""String literals cut in two where their text is, letter by letter and line by line as they are written.

A literal may be one string or several side by side, of one line or many, with escapes, and an f-string where
the cut does not touch its values.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.project.module import Module

_LITERAL = re.compile(r"(?P<prefix>[a-zA-Z]*)(?P<quote>'''|\"\"\"|'|\")(?P<body>.*)(?P=quote)", re.DOTALL)
_LETTER = re.compile(r"\\[\s\S]|[\s\S]")
_ESCAPED = {"\\\n": "", "\\n": "\n", "\\t": "\t", "\\\\": "\\", "\\'": "'", '\\"': '"'}


@dataclass(frozen=True)
class _Literal:
    prefix: str
    quote: str
    body: str

    @property
    def is_formatted(self) -> bool:
        return "f" in self.prefix.lower()

    def letters(self) -> list[str]:
        """The code of each letter, and of each escape."""
        return _LETTER.findall(self.body) if "r" not in self.prefix.lower() else [*self.body]

    def meant(self, letter: str) -> str | None:
        """What the code of a letter stands for; None where that is not looked up here."""
        if len(letter) > 1:
            return _ESCAPED.get(letter)
        return None if self.is_formatted and letter in "{}" else letter

    def part(self, letters: list[str], *, plain: bool = False) -> str:
        prefix = re.sub("[fF]", "", self.prefix) if plain else self.prefix
        return f"{prefix}{self.quote}{''.join(letters)}{self.quote}"


def cut(node: ast.expr, module: Module, *texts: str) -> list[list[str]] | None:
    """The literals of what stands before these texts, and of each of them, with `\\n` for every line break.

    The texts are what the string ends with, in their order. None unless the pieces, side by side, are the same string.
    """
    if not isinstance(node, ast.Constant | ast.JoinedStr):
        return None
    found = _literals(module.segment(node).replace("\r\n", "\n"))
    if not found:
        return None
    pieces: list[list[str]] = []
    for text in reversed(texts):
        piece = _taken(found, text)
        if piece is None:
            return None
        pieces.insert(0, piece)
    pieces.insert(0, [literal.part(literal.letters()) for literal in found if literal.body])
    return pieces if pieces[0] and _is_same(pieces, node) else None


def _literals(code: str) -> list[_Literal] | None:
    """The strings that stand side by side; None for anything else, comments between them too."""
    lines = [line + "\n" for line in f"({code})".split("\n")]
    found: list[_Literal] = []
    depth, start = 0, (0, 0)
    try:
        for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
            name = tokenize.tok_name[token.type]
            if name == "FSTRING_START":  # of Python 3.12 and newer
                start = start if depth else token.start
                depth += 1
            elif name == "FSTRING_END":
                depth -= 1
            if name == "COMMENT":
                return None
            if not depth and name in ("STRING", "FSTRING_END"):
                begin = token.start if name == "STRING" else start
                match = _LITERAL.fullmatch("".join(_between(lines, begin, token.end)))
                if match is None or {*match["prefix"].lower()} - {"r", "f"}:
                    return None
                found.append(_Literal(**match.groupdict()))
    except (tokenize.TokenError, SyntaxError):
        return None
    return found


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> Iterator[str]:
    for number in range(start[0], end[0] + 1):
        line = lines[number - 1]
        yield line[start[1] if number == start[0] else 0 : end[1] if number == end[0] else len(line)]


def _taken(literals: list[_Literal], text: str) -> list[str] | None:
    """The code of a text that the last of these literals end with, which is taken off them."""
    pieces: list[str] = []
    while text:
        if not literals:
            return None
        last = literals.pop()
        letters, taken = last.letters(), list[str]()
        while letters and text:
            meant = last.meant(letters[-1])
            if meant is None or not text.endswith(meant):
                return None
            text = text.removesuffix(meant)
            taken.insert(0, letters.pop())
        if taken:
            pieces.insert(0, last.part(taken, plain=True))
        if letters:
            literals.append(_Literal(last.prefix, last.quote, "".join(letters)))
    return pieces


def _is_same(pieces: list[list[str]], node: ast.expr) -> bool:
    """Whether Python reads the pieces, side by side, as the same string."""
    code = " ".join(literal for piece in pieces for literal in piece)
    try:
        return ast.dump(ast.parse(f"({code})", mode="eval").body) == ast.dump(node)
    except SyntaxError:
        return False

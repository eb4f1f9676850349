"""Whole files before and after: what each version says, and what a resolved one must not do with it."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from fixbot.conflicts.features import Fact, facts, flaws, lost, statements
from fixbot.project.undefined import undefined_names

_NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


class Text:
    """A whole file's text, and what is known of it; `tree` is None where it does not compile."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def tree(self) -> ast.Module | None:
        with suppress(*_NO_PYTHON), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(self.text)
            compile(self.text, "<resolved>", "exec", dont_inherit=True)
            return tree
        return None

    @cached_property
    def meaning(self) -> str:
        return ast.dump(self.tree) if self.tree else ""

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree)) if self.tree else ()

    @cached_property
    def facts(self) -> frozenset[Fact]:
        return facts(self.nodes)

    @cached_property
    def statements(self) -> Counter[str]:
        return statements(self.nodes)

    @cached_property
    def flaws(self) -> Counter[Fact]:
        return flaws(self.nodes)

    @cached_property
    def undefined(self) -> set[str]:
        return undefined_names(self.text) if self.tree else set()


@dataclass(frozen=True)
class Versions:
    """A file before both sides changed it (None where that is unknown), with our changes and with theirs."""

    base: Text | None
    ours: Text
    theirs: Text

    @property
    def known(self) -> bool:
        """Whether all three are Python, so that a lost change would be seen."""
        return bool(self.base and self.base.tree and self.ours.tree and self.theirs.tree)

    @property
    def undefined(self) -> set[str]:
        """Names that both sides use undefined already; all that one of them uses, where the other one is no Python."""
        if self.ours.tree and self.theirs.tree:
            return self.ours.undefined & self.theirs.undefined
        return self.ours.undefined | self.theirs.undefined

    def why_not(self, text: Text) -> str:
        """What is wrong with a resolved file that was right in both sides; "" if nothing is."""
        if gained := text.undefined - self.undefined:
            return f"it would use names that nothing defines: {', '.join(sorted(gained))}"
        if worse := text.flaws - (self.ours.flaws | self.theirs.flaws):
            kind, what = min(worse)
            return f"code would be there that {kind}: {what[:80]}"
        return ""

    def what_is_lost(self, text: Text) -> str:
        """A change of one side that the resolved file does not have; "" if there is none, or none can be seen."""
        if not self.known or self.base is None:
            return ""
        base, sides = self.base.facts, (self.ours.facts, self.theirs.facts)
        missing = [fact for side in sides for fact in lost(base, side, text.facts)]
        return f"a change would be lost: {' '.join(missing[0])[:80]}" if missing else ""


def strings_of(text: str) -> Iterator[tuple[int, int]]:
    """First and last lines of the strings of more than one line, up to where the text is no Python any more."""
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.end[0] > token.start[0] and tokenize.tok_name[token.type] in (
                "STRING",
                "FSTRING_MIDDLE",
            ):
                yield token.start[0], token.end[0]

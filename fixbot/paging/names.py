"""How what the edits need is written in a file: `Optional`, `Query`, and the imports that they take."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fixbot.codemod import Place
from fixbot.model import Import
from fixbot.project.module import Function

_UNION = re.compile(r"\| None\b")
"""As annotations write it: the file then runs on nothing older than 3.10."""


@dataclass(frozen=True)
class Names:
    """How what the edits need is written in one file, and the imports that it takes."""

    spelled: Mapping[str, str]
    imports: tuple[Import, ...]
    has_unions: bool
    """Whether `int | None` may stand there."""

    def __getitem__(self, name: str) -> str:
        return self.spelled[name]

    def optional(self, kind: str) -> str:
        return f"{kind} | None" if self.has_unions else f"{self['Optional']}[{kind}]"

    def union(self, *kinds: str) -> str:
        """Any of these, or None."""
        return (
            " | ".join((*kinds, "None")) if self.has_unions else f"{self['Union']}[{', '.join(kinds)}, None]"
        )


def names_for(wanted: Iterable[str], function: Function, at: Place) -> Names | None:
    """None when one of them means something else there. `Optional` and `Union` only count where `|` cannot stand."""
    there = Place(at.codemod, function.module, at.project, at.line_length)
    has_unions = at.project.python >= (3, 10) or bool(_UNION.search(function.module.source.text))
    needed = [
        dotted for dotted in wanted if not (has_unions and dotted in ("typing.Optional", "typing.Union"))
    ]
    found = {dotted.rpartition(".")[2]: _as_name(dotted, function.node, there) for dotted in needed}
    spelled = {name: known[0] for name, known in found.items() if known}
    if len(spelled) < len(found):
        return None
    imports = tuple(i for known in found.values() if known for i in known[1])
    return Names(spelled, imports, has_unions)


def _as_name(dotted: str, node: ast.AST, at: Place) -> tuple[str, tuple[Import, ...]] | None:
    """A name imported by itself, as people write `Optional` and `Query`, but not those of asyncio and json."""
    module, _, name = dotted.rpartition(".")
    if module in ("asyncio", "json"):
        return at.name(dotted, node)
    for local, target in at.module.imports.items():
        if target == dotted and not at.is_local(local, node):
            return local, ()
    if name in at.module.global_names or name in at.module.any_imports or at.is_local(name, node):
        return at.name(dotted, node)
    return name, (Import(module, name),)

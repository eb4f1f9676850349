"""How the function that reads the batches names what it uses, in the module it stands in."""

from __future__ import annotations

import ast

from fixbot.codemod import Place
from fixbot.model import Import
from fixbot.project.origin import global_value

Spelled = tuple[str, tuple[Import, ...]]
"""How something is written at a place, and the imports that it takes."""


def imported(at: Place, *dotted: str) -> Spelled | None:
    """How the first of these is written at the top of the module; those that it has already come first."""
    found = [spelling for name in dotted if (spelling := at.name(name, at.module.tree))]
    there = next((spelling for spelling in found if not spelling[1]), None)
    home, _, name = dotted[0].rpartition(".")
    if there is None and name not in at.module.global_names and at.module.any_imports.get(name) is None:
        return name, (Import(home, name),)
    return there or (found[0] if found else None)


def logger(at: Place) -> Spelled | None:
    """The module's own logger, when it is one of `logging`, else the one of its name."""
    for name in ("logger", "LOGGER", "log", "LOG", "_logger"):
        value, home = global_value(name, at.module, at.project) or (None, at.module)
        if isinstance(value, ast.Call) and home.dotted(value.func) == "logging.getLogger":
            if home is not at.module or home.parents[value] in home.tree.body:
                return name, ()
    found = at.name("logging.getLogger", at.module.tree)
    return (f"{found[0]}(__name__)", found[1]) if found else None

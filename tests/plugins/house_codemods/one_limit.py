"""Keep the limit in one place: `local_limit()` -> `limit()` of `app/limits.py`, which is made when missing."""

import ast
from collections.abc import Iterator

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Definition, Finding, Import, Severity

codemod = Codemod(
    __name__, triggers=[b"local_limit"], severity=Severity.LOW, category="Copies", after=["modern-names"]
)

LIMIT = Definition("app/limits.py", "limit", "def limit() -> int:\n    return 10")


@codemod.visit(ast.Call)
def local_limit(call: ast.Call, at: Place) -> Iterator[Finding]:
    match call.func:
        case ast.Name(id="local_limit"):
            edit = at.edit(
                call, cst.Call, shared, imports=[Import("app.limits", "limit")], definitions=[LIMIT]
            )
            yield at.finding(call, "the limit stands in several places", edits=[edit])


def shared(call: cst.Call) -> cst.Call:
    return call.with_changes(func=cst.Name("limit"))

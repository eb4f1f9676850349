"""Use the names that this house uses now.

## What it does
Replaces calls of `legacy_sum` by calls of `sum`.

## Why is this bad?
Nobody remembers what the old names mean.
"""

import ast
from collections.abc import Iterator

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Finding, Severity
from fixbot.safety import report, review

codemod = Codemod(__name__, triggers=[b"legacy_"], severity=Severity.HIGH, category="Old names")


@codemod.visit(ast.Call)
def legacy_call(call: ast.Call, at: Place) -> Iterator[Finding]:
    match call.func:
        case ast.Name(id="legacy_sum"):
            edits = [at.edit(call, cst.Call, renamed)]
            cost = {"round_trips": {"before": "n", "after": "1"}}
            yield at.finding(call, "`legacy_sum` has been `sum` since 2019", edits=edits, cost=cost)
        case ast.Name(id="legacy_pop"):
            edits = [at.edit(call, cst.Call, renamed)]
            doubt = review("`pop` raises where `legacy_pop` gave None")
            yield at.finding(call, "`legacy_pop` is `pop`", edits=edits, doubts=[doubt])
        case ast.Name(id="legacy_eval"):
            doubt = report("nothing takes its place")
            yield at.finding(call, "`legacy_eval` is gone", doubts=[doubt], severity=Severity.CRITICAL)


def renamed(call: cst.Call) -> cst.Call:
    name = cst.ensure_type(call.func, cst.Name)
    new = name.value.removeprefix("legacy_")
    return call.with_changes(
        func=cst.Name(new) if new == "sum" else cst.Attribute(cst.Name("house"), cst.Name(new))
    )

"""Remove code that stands twice: unreachable copies, repeated statements, equal branches, definitions, imports and keys.

## What it does

Looks for code that a bad merge or a copy and paste left behind:

- statements after `return`, `raise`, `continue` or `break` (and after an `if`, `try`, `match` or endless loop that
  always leaves), above all when they repeat the lines before them;
- a run of statements that is repeated at once, with nothing changed in between;
- neighbouring branches of one `if` with the same body;
- a function, class or test that a later definition of the same name replaces;
- an import that the same block has already made;
- a key that stands twice in one dictionary.

## Why is this bad

The copy is read, reviewed and changed like any other code, but it does nothing. A repair made to the copy that never
runs is no repair, and a test that a later one of the same name replaces never fails. Often the copy was meant to
become something else.

## Example

```python
from typing import Any


async def video_status(result: dict[str, Any]) -> dict[str, Any]:
    if result.get("error"):
        return {"status": "failed"}

    metadata = result.get("metadata", {})
    return {"status": "processing", "progress": metadata.get("progressPercent", 0)}

    metadata = result.get("metadata", {})
    return {"status": "processing", "progress": metadata.get("progressPercent", 0)}
```

## Use instead

```python
from typing import Any


async def video_status(result: dict[str, Any]) -> dict[str, Any]:
    if result.get("error"):
        return {"status": "failed"}

    metadata = result.get("metadata", {})
    return {"status": "processing", "progress": metadata.get("progressPercent", 0)}
```

## Fix safety

Safe are:

- an unreachable copy of the lines before it;
- the second of two equal runs that only import, guard (`if …: raise`) or assign pure values to names, when the run
  changes nothing that it reads;
- an import made before in the same block, when nothing in between binds the name or can have undone the import;
- the first of two equal definitions without decorators, when nothing uses it and nothing that runs in between could;
- a dictionary entry with the key and the pure value of an earlier one.

For review are other unreachable code (the line above it may be the mistake), equal branches (one of them was perhaps
meant to differ), repeated assignments to attributes and items (a setter runs once less), repetitions inside tests, and
whatever would take along or leave behind a comment that the other copy does not have.

Only reported is what a person must decide: definitions and keys that differ, since one of them is lost; tests of one
name (rename one); decorated definitions; repeated runs with calls; unreachable code that holds the only `yield`, alone
makes a name local, or defines functions; unreachable code of tests.

Left alone are `@overload`, property setters and whatever else uses the first definition, alternatives in `try`, `if`
and `match`, short branches that list their cases one by one, repeated calls, last lines of defence such as
`raise AssertionError`, and files that say they are generated. A comment such as `noqa: F811` on the spot is respected.

## References

- [CWE-561: Dead Code](https://cwe.mitre.org/data/definitions/561.html)
- [CWE-1041: Use of Redundant Code](https://cwe.mitre.org/data/definitions/1041.html)
- [ruff F811: redefinition of unused name](https://docs.astral.sh/ruff/rules/redefined-while-unused/)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.duplicates.comments import comments_inside, comments_of, lines_above
from fixbot.duplicates.likeness import (
    Definition,
    ImportNode,
    Replaced,
    copied,
    imported_again,
    replaced_definitions,
    runs,
    same,
)
from fixbot.duplicates.purity import (
    REGISTERS_NOTHING,
    effect_of,
    is_idempotent,
    is_literal,
    is_pure,
    is_quiet,
    last_name,
    suspends,
)
from fixbot.duplicates.removal import lines_of, removal, shares_line, without
from fixbot.duplicates.unreachable import Exit, Suite, block, count_yields, only_bound_by, unreachable
from fixbot.model import Edit, Finding, Safety, Severity, Span
from fixbot.project.module import bound_names, own_nodes
from fixbot.safety import Doubt, report, review

# any file can hold a copy, so none can be told by a few bytes
codemod = Codemod(__name__, triggers=[b""], severity=Severity.LOW, category="Bug", tests=True)

_GENERATED = re.compile(
    r"^#.*(?:@generated\b|\bdo not edit\b)"
    r"|^(?:#|\"\"\")\s*(?:this (?:file|code|module) (?:was|is) )?(?:auto(?:matically)?[- ]?)?generated (?:by|from|with)\b",
    re.IGNORECASE | re.MULTILINE,
)
_INTENDED = re.compile(
    r"#.*(?:F811|F60[12]|W0101|W0109|W0404|E0102|no-redef|reimported|function-redefined|duplicate-key|unreachable"
    r"|pragma: no cover)"
)
"""What a comment says when the author knows, and has told a reader or another linter so."""


def found(
    at: Place, nodes: Sequence[ast.AST], message: str, edits: Sequence[Edit], *doubts: Doubt | None
) -> Iterator[Finding]:
    """The finding at `nodes`, what goes first first; none where the author knows, or where a program is the author."""
    if _GENERATED.search(at.module.source.text, 0, 2000) or is_intended(at, nodes):
        return
    end = at.module.span(nodes[-1])
    span = Span(lines_of(nodes)[0], at.module.span(nodes[0]).column, end.end_line, end.end_column)
    yield replace(at.finding(nodes[0], message, edits=edits, doubts=doubts), span=span)


def is_intended(at: Place, nodes: Sequence[ast.AST]) -> bool:
    """Whether a comment on one of them says so; inside a compound statement it is about something else."""
    comments = comments_of(at.module.source)
    for node in nodes:
        first, last = lines_of([node])
        body: list[ast.stmt] = getattr(node, "body", [])
        end = max(first, lines_of(body)[0] - 1) if body else last
        if any(_INTENDED.search(comments.get(line, "")) for line in range(first, end + 1)):
            return True
    return False


def lines(nodes: Sequence[ast.AST]) -> str:
    first, last = lines_of(nodes)
    return f"line {first}" if first == last else f"lines {first} to {last}"


# --- unreachable code ----------------------------------------------------------------------------------


@codemod.visit(ast.FunctionDef, ast.AsyncFunctionDef)
def unreachable_code(function: ast.FunctionDef | ast.AsyncFunctionDef, at: Place) -> Iterator[Finding]:
    """Statements of a function that never run, since the one before them always leaves."""
    places = unreachable(function.body)
    if not places:
        return
    dead = block([statement for suite, start in places for statement in suite[start:]])
    local, only_yields = only_bound_by(dead, function), count_yields(dead) == count_yields(function)
    for suite, start in places:
        rest, before = suite[start:], copied(suite, start)
        edits, doubts = removal(at, suite, start, len(suite), before)
        if before:
            yield from found(
                at, rest, f"never runs: repeats {lines(before)}, which always leave", edits, *doubts
            )
        elif is_last_defence(rest) or (at.module.is_test and at.function(function)):
            continue  # what a test defines inside itself may be there to be left early
        else:
            by_layout = [doubt for doubt in doubts if doubt.safety is Safety.REPORT]
            by_function = changes_the_function(block(rest), local, only_yields)
            message = f"never runs: the statement in {lines(suite[start - 1 : start])} always leaves"
            doubt = review("what never runs may show that the line before it is wrong")
            if at.module.is_test:
                doubt = report("whether a test should stop there only a person can say")
            yield from found(at, rest, message, edits, doubt, *by_layout, *by_function)


def is_last_defence(rest: Suite) -> bool:
    """Whether unreachable code was written on purpose, against what cannot happen or to make a generator."""
    match rest:
        case [ast.Expr(value=ast.Yield() | ast.YieldFrom())]:
            return True
        case [ast.Expr(value=ast.Call(func=called))]:
            return last_name(called) in ("assert_never", "fail")
    return all(
        isinstance(s, ast.Pass | ast.Raise)
        or (isinstance(s, ast.Assert) and is_literal(s.test))
        or (isinstance(s, ast.Return | ast.Expr) and (s.value is None or is_literal(s.value)))
        for s in rest
    )


def changes_the_function(rest: ast.Module, local: set[str], only_yields: bool) -> Iterator[Doubt]:
    """What Python reads off code that never runs: kinds of functions and of names."""
    for name in sorted(local & set(bound_names(own_nodes(rest)))):
        yield report(f"only this code makes `{name}` local to the function")
    if only_yields and count_yields(rest):
        yield report("it holds the only `yield`: without it the function is no generator")
    if any(isinstance(node, ast.Global | ast.Nonlocal) for node in own_nodes(rest)):
        yield report("it declares a name global or nonlocal")
    if any(isinstance(statement, Definition) for statement in rest.body):
        yield report("it defines something that was perhaps to be indented less")


# --- repetitions in a suite ------------------------------------------------------------------------------


@codemod.visit(
    ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.AsyncFor, ast.While,
    ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.ExceptHandler, ast.match_case,
)  # fmt: skip
def repetitions(parent: ast.AST, at: Place) -> Iterator[Finding]:
    """Repeated runs, imports and definitions in each suite of a statement, up to its first exit."""
    for field in ("body", "orelse", "finalbody"):
        suite: list[ast.stmt] = getattr(parent, field, [])
        live = suite[: next((n for n, s in enumerate(suite) if isinstance(s, Exit)), None)]
        if len(live) < 2:
            continue
        gone: set[ast.stmt] = set()
        for start, length, end in runs(live):
            for finding in repeated_run(at, suite, start, length, end):
                gone.update(suite[start + length : end])
                yield finding
        if isinstance(parent, ast.Try | ast.TryStar | ast.ExceptHandler):
            continue  # these may end anywhere, and what is bound twice differs in between
        in_test = at.module.is_test and at.function(live[0]) is not None
        for number, again in imported_again(live, calls_undo=in_test):
            if suite[number] not in gone:
                yield from repeated_import(at, suite, number, again, in_test=in_test)
        for pair in replaced_definitions(live, in_class=isinstance(parent, ast.ClassDef)):
            yield from replaced_definition(at, suite, pair)


def repeated_run(at: Place, suite: Suite, start: int, length: int, end: int) -> Iterator[Finding]:
    """The run from `start` stands again, and doing it again changes nothing, as far as one can see."""
    kept, again = suite[start : start + length], suite[start + length : end]
    effects = [effect for statement in kept if (effect := effect_of(statement))]
    if len(effects) < length or not is_idempotent(effects):
        return
    calls = not all(effect.pure for effect in effects)
    stores = any(place[0] in ".[" for effect in effects for place in effect.writes)
    first, last = lines_of(kept)
    in_function = at.function(kept[0]) is not None
    if calls and in_function and first == last:
        return  # `line = file.readline()` twice skips one
    edits, doubts = removal(at, suite, start + length, end, kept)
    if at.module.is_test and (in_function or not all(isinstance(s, ImportNode) for s in kept)):
        if stores or calls or not spelled_alike(at, kept, again):
            return
        doubts.append(review("a test may do a thing twice on purpose"))
    if calls:
        doubts.append(report("it calls or iterates, which may do something each time"))
    if stores:
        doubts.append(review("a property or `__setitem__` would be set once less"))
    yield from found(at, again, f"repeats {lines(kept)}, with nothing changed in between", edits, *doubts)


def spelled_alike(at: Place, kept: Suite, again: Suite) -> bool:
    """Whether a copy is one to the letter; `0xFF` and `0xff` are not."""
    texts = ["".join(at.module.segment(s).split()) for s in (*kept, *again)]
    return all(text == texts[number % len(kept)] for number, text in enumerate(texts))


# --- imports ---------------------------------------------------------------------------------------------


def repeated_import(
    at: Place, suite: Suite, number: int, again: Mapping[int, ImportNode], *, in_test: bool
) -> Iterator[Finding]:
    """`again` are the places of the repeated names in this import, with the imports that bound them before."""
    statement, earlier = cast(ImportNode, suite[number]), next(iter(again.values()))
    aliases = [statement.names[place] for place in again]
    names = [alias.asname or alias.name for alias in aliases]
    rebound = set().union(*(function.outer_names for function in at.module.functions.values()))
    if any(name.partition(".")[0] in rebound for name in names):
        return  # by a function that declares it global
    message = f"{', '.join(f'`{name}`' for name in names)} already imported in line {earlier.lineno}"
    doubt = review("a test may import twice on purpose") if in_test else None
    if len(again) == len(statement.names):
        edits, doubts = removal(at, suite, number, number + 1, [earlier])
        yield from found(at, [statement], message, edits, *doubts, doubt)
    else:
        change, kind = (
            (without_from, cst.ImportFrom)
            if isinstance(statement, ast.ImportFrom)
            else (without_names, cst.Import)
        )
        edit = at.edit(statement, kind, partial(change, list(again)))
        after = statement.names[next(n for n in range(len(statement.names)) if n not in again)]
        beside = comment_beside(at, [[alias] for alias in aliases], after if 0 in again else None)
        yield from found(at, aliases[:1], message, [edit], beside, doubt)


def without_names(again: Sequence[int], node: cst.Import) -> cst.Import:
    return node.with_changes(names=without(node.names, again, None)[0])


def without_from(again: Sequence[int], node: cst.ImportFrom) -> cst.ImportFrom:
    names, closing = without(cast(Sequence[cst.ImportAlias], node.names), again, node.rpar)
    return node.with_changes(names=names, rpar=closing)


def comment_beside(
    at: Place, elements: Sequence[Sequence[ast.AST]], after: ast.AST | None = None
) -> Doubt | None:
    """A comment in one of these elements or right above it (or above `after`) would be lost or left alone."""
    source = at.module.source
    comments = lines_above(source, lines_of([after])[0]) if after else []
    for element in elements:
        first, last = lines_of(element)
        comments += lines_above(source, first)
        comments += [comments_of(source).get(line, "") for line in range(first, last + 1)]
    return next((report(f"this comment is in the way: {comment}") for comment in comments if comment), None)


# --- definitions -----------------------------------------------------------------------------------------


def replaced_definition(at: Place, suite: Suite, pair: Replaced) -> Iterator[Finding]:
    first, second = cast(Definition, suite[pair.first]), cast(Definition, suite[pair.second])
    equal, decorators = same(first, second), {last_name(decorator) for decorator in first.decorator_list}
    message = f"`{first.name}` is defined again in line {second.lineno}, before anything uses this one"
    if is_intended(at, [second]):
        return
    if equal and not decorators:
        edits, doubts = removal(at, suite, pair.first, pair.first + 1, [second])
        if not is_quiet(first):
            doubts.append(review("defining it may do something: it has base classes or default values"))
        if pair.loud is not None:
            doubts.append(review(f"line {suite[pair.loud].lineno} runs code while this one stands"))
        yield from found(at, [first], message, edits, *doubts)
    elif reason := why_decide(at, first, second, equal=equal, decorators=decorators):
        yield from found(at, [first], message, (), report(reason))


def why_decide(at: Place, first: Definition, second: Definition, *, equal: bool, decorators: set[str]) -> str:
    """What a person must decide about two definitions; "" where they may well live side by side."""
    if "overload" in decorators:
        return ""
    if at.module.is_test and first.name.lower().startswith("test"):
        return "this test never runs: give one of the two another name"
    if at.module.is_test and at.function(first):
        return ""  # a test may try several definitions, each for itself
    if decorators <= REGISTERS_NOTHING:
        return (
            "its decorators have run"
            if equal
            else "the two differ, and only a person can say which was meant"
        )
    if same(first.decorator_list, second.decorator_list) and isinstance(first.decorator_list[0], ast.Call):
        return "their decorators register both, and which one wins is for the framework to say"
    return ""


# --- branches --------------------------------------------------------------------------------------------


@codemod.visit(ast.If)
def equal_branches(node: ast.If, at: Place) -> Iterator[Finding]:
    """Neighbouring branches that do the same, if they are long enough to be a copy rather than a list of cases."""
    if is_elif(node, at):
        return  # seen from the top of its chain
    arms = [node]
    while (
        len(arms[-1].orelse) == 1 and isinstance(below := arms[-1].orelse[0], ast.If) and is_elif(below, at)
    ):
        arms.append(below)
    start = 0
    for number in range(1, len(arms) + 1):
        if number == len(arms) or not same(arms[start].body, arms[number].body):
            if number - start > 1:
                yield from equal_arms(at, arms[start:number])
            start = number
    if same(arms[-1].body, arms[-1].orelse):
        yield from needless_test(at, arms[-1], alone=len(arms) == 1)


def is_elif(node: ast.If, at: Place) -> bool:
    return at.module.source.lines[node.lineno - 1].encode()[node.col_offset :].startswith(b"elif")


def is_long(body: Suite) -> bool:
    first, last = lines_of(body)
    return len(body) > 1 or last - first > 1


def equal_arms(at: Place, arms: Sequence[ast.If]) -> Iterator[Finding]:
    body, test = arms[0].body, " or ".join(at.module.segment(arm.test) for arm in arms)
    if not is_long(body) or any(suspends(arm.test) for arm in arms):
        return
    if "\n" in test or arms[0].col_offset + len(f"elif {test}:") > at.line_length:
        return  # two long tests are easier to read apart
    said = [branch_comments(at, arm.lineno, arm.body) for arm in arms[1:]]
    if any(comments != comments_inside(at.module.source, *lines_of(body)) for comments in said):
        return  # each case explains itself
    doubt = review("one of the branches may have been meant to do something else")
    edit = at.edit(arms[0], cst.If, partial(joined, len(arms) - 1))
    yield from found(at, [arms[1], arms[-1].body[-1]], f"does the same as {lines(body)}", [edit], doubt)


def branch_comments(at: Place, first: int, body: Suite) -> list[str]:
    """Comments from above the line that opens a branch to its end."""
    above = [line for line in lines_above(at.module.source, first) if line]
    return above + comments_inside(at.module.source, first, lines_of(body)[1])


def joined(count: int, node: cst.If) -> cst.If:
    for _ in range(count):
        other = cst.ensure_type(node.orelse, cst.If)
        test = cst.BooleanOperation(operand(node.test), cst.Or(), operand(other.test))
        node = node.with_changes(test=test, orelse=other.orelse)
    return node


def operand(test: cst.BaseExpression) -> cst.BaseExpression:
    """In parentheses where `or` would bind more tightly, or a reader would have to think."""
    match test:
        case cst.BooleanOperation(operator=cst.And(), lpar=[]) | cst.IfExp(lpar=[]) | cst.Lambda(lpar=[]):
            return test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return test


def needless_test(at: Place, arm: ast.If, *, alone: bool) -> Iterator[Finding]:
    """The last branch does what the `else` does. At the end of a chain that lists cases, only a long one counts."""
    if isinstance(arm.body[0], ast.Pass) or not (alone or is_long(arm.body)) or narrows(arm.test):
        return
    line = lines_of(arm.orelse)[0]
    while not at.module.source.lines[line - 1].lstrip().startswith("else"):
        line -= 1
    if branch_comments(at, line, arm.orelse) != comments_inside(
        at.module.source, arm.lineno, lines_of(arm.body)[1]
    ):
        return
    doubts = [
        review("one of the branches may have been meant to do something else"),
        None if is_pure(arm.test) else report("its test makes a call, which may do something"),
        shares_line(at, arm.body),
    ]
    edit = at.edit(arm, cst.If, without_test if alone else as_else)
    yield from found(at, [arm], "does the same whether its test holds or not", [edit], *doubts)


def narrows(test: ast.expr) -> bool:
    """Whether a test tells a type checker or compiler something even where both branches are the same."""
    return isinstance(test, ast.Call) and last_name(test) == "isinstance"


def without_test(node: cst.If) -> cst.FlattenSentinel[cst.BaseStatement]:
    first, *rest = cst.ensure_type(node.body, cst.IndentedBlock).body
    return cst.FlattenSentinel([first.with_changes(leading_lines=node.leading_lines), *rest])


def as_else(node: cst.If) -> cst.Else:
    return cst.Else(node.body, leading_lines=node.leading_lines)


# --- dictionaries ----------------------------------------------------------------------------------------


@codemod.visit(ast.Dict)
def repeated_keys(node: ast.Dict, at: Place) -> Iterator[Finding]:
    """Keys that stand twice in one display: the first gives the place, the last the value."""
    places: dict[object, list[int]] = {}
    unpacked = 0
    for number, key in enumerate(node.keys):
        if key is None:
            unpacked += 1  # `**defaults`: what follows may override it on purpose
        elif isinstance(key, ast.Constant):
            places.setdefault((unpacked, type(key.value), key.value), []).append(number)
        elif is_pure(key):
            places.setdefault((unpacked, ast.dump(key)), []).append(number)
    again: list[int] = []
    lost: list[tuple[int, int]] = []
    for numbers in places.values():
        first = node.values[numbers[0]]
        if is_pure(first) and all(same(first, node.values[n]) for n in numbers):
            again += numbers[1:]
        elif len(numbers) > 1:
            lost.append((numbers[-1], numbers[-2]))
    if (again or lost) and any(isinstance(parent, ast.JoinedStr) for parent in at.module.ancestors(node)):
        return  # where things stand in an f-string, `ast` does not know well enough
    if again:
        yield from repeated_entries(at, node, sorted(again))
    if lost:
        yield from lost_values(at, node, *min(lost), count=len(lost))


def repeated_entries(at: Place, node: ast.Dict, again: Sequence[int]) -> Iterator[Finding]:
    entries = [entry(node, number) for number in again]
    message = (
        ", ".join(f"`{at.module.segment(key)}`" for key, _ in entries) + " stands with the same value before"
    )
    literal = all(is_literal(value) for _, value in entries)
    doubts = [
        None if literal or is_pure(node) else review("what is computed in between may change the value"),
        comment_beside(at, entries),
    ]
    edit = at.edit(node, cst.Dict, partial(without_entries, again))
    yield from found(at, entries[0], message, [edit], *doubts)


def lost_values(at: Place, node: ast.Dict, last: int, earlier: int, *, count: int) -> Iterator[Finding]:
    """One finding for all the keys of a dictionary whose values differ: tables can have hundreds."""
    (key, value), (_, lost) = entry(node, last), entry(node, earlier)
    more = f", and {count - 1} more are lost like it" if count > 1 else ""
    message = f"the value that line {lost.lineno} gives to `{at.module.segment(key)}` is lost{more}"
    reason = "both are computed" if same(value, lost) else "the two values differ"
    yield from found(
        at, [key, value], message, (), report(f"{reason}, and only a person can say what was meant")
    )


def entry(node: ast.Dict, number: int) -> tuple[ast.expr, ast.expr]:
    return cast(ast.expr, node.keys[number]), node.values[number]


def without_entries(again: Sequence[int], node: cst.Dict) -> cst.Dict:
    elements, closing = without(node.elements, again, node.rbrace)
    return node.with_changes(elements=elements, rbrace=closing)

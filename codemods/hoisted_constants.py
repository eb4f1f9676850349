"""Work out once what is the same for every request.

## What it does

Finds functions that normalise a constant list of strings anew at each call, only to look whether
something is in it, and moves that to module level, as a `frozenset`.

## Why is this bad

The same work for each request, and a list is searched item by item. The gain is small: measured, 0.29
microseconds for four e-mail addresses become 0.02, and 46 become 0.02 for a thousand.

## Example

```python
ALLOWED_EMAILS = ["Maya@north.example", "tomas@north.example "]


def is_invited(email: str) -> bool:
    allowed = [e.lower().strip() for e in ALLOWED_EMAILS]
    return email.lower().strip() in allowed
```

## Use instead

```python
ALLOWED_EMAILS = ["Maya@north.example", "tomas@north.example "]


_ALLOWED = frozenset(e.lower().strip() for e in ALLOWED_EMAILS)


def is_invited(email: str) -> bool:
    return email.lower().strip() in _ALLOWED
```

## Fix safety

*Safe* when the list is a literal of strings that nothing in the project or its tests assigns, changes,
patches or hands on, and is used for nothing but `in`. Where what is looked for may be something that a
set cannot be asked for (a list), it becomes a tuple. *Review* when it is a field of pydantic settings,
which the environment fills at start-up: who builds other settings later no longer reaches this code.

## References

- https://docs.python.org/3/library/stdtypes.html#set-types-set-frozenset
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Definition, Edit, Finding, Severity
from fixbot.project.constants import Constant, Kind, constant, what_changes
from fixbot.project.flow import block_of
from fixbot.project.module import Function
from fixbot.project.state import runs_at_startup
from fixbot.safety import Doubt, report, review

codemod = Codemod(__name__, triggers=[b" in "], severity=Severity.LOW, category="Inefficient")

_TEXT_METHODS = frozenset(
    "capitalize casefold lower lstrip removeprefix removesuffix replace rstrip strip swapcase title upper zfill".split()
)
"""Methods that make a string of a string, whatever it holds, without failing."""
_COLLECTING = frozenset("list set tuple frozenset sorted".split())
_KINDS: dict[type[ast.expr], type[cst.BaseExpression]] = {
    ast.Name: cst.Name,
    ast.Call: cst.Call,
    ast.ListComp: cst.ListComp,
    ast.SetComp: cst.SetComp,
    ast.GeneratorExp: cst.GeneratorExp,
}
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp


@codemod.visit(ast.ListComp, ast.SetComp, ast.GeneratorExp)
def works_out_again(collection: _Comprehension, at: Place) -> Iterator[Finding]:
    function = at.function(collection)
    if function is None or runs_at_startup(function) or _is_nested(collection, at):
        return
    whole = _with_call(collection, at)
    use = _use(whole, function, at)
    if use.tests and (source := _source(collection, function, at)):
        yield _found(collection, whole, source, use, function, at)


def _is_nested(collection: ast.expr, at: Place) -> bool:
    """Whether it is part of another comprehension or a lambda, whose variables it may use."""
    inner = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp, ast.Lambda)
    return any(isinstance(parent, inner) for parent in at.module.ancestors(collection))


def _with_call(collection: ast.expr, at: Place) -> ast.expr:
    """The comprehension, with the `set(...)` or `list(...)` that may be around it."""
    match at.module.parents[collection]:
        case ast.Call(func=ast.Name(id=name) as func, args=[only], keywords=[]) as call:
            if only is collection and name in _COLLECTING and at.module.dotted(func) == name:
                return call
    return collection


def _source(collection: _Comprehension, function: Function, at: Place) -> Constant | None:
    """The constant that it goes through, if each of its strings is only put into another form."""
    [first, *more] = collection.generators
    if more or first.is_async or first.ifs or not isinstance(first.target, ast.Name):
        return None
    if isinstance(collection.elt, ast.Call) and _is_form_of(collection.elt, first.target.id):
        return constant(first.iter, function, at.project)
    return None


def _is_form_of(expression: ast.expr, variable: str) -> bool:
    """Whether it is `variable`, or a string made of it by methods of strings and constants."""
    match expression:
        case ast.Name(id=name):
            return name == variable
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=arguments, keywords=[]):
            fixed = all(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in arguments)
            return attr in _TEXT_METHODS and fixed and _is_form_of(value, variable)
    return False


# --- where it is looked up -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Use:
    """What becomes of the collection: looked up in `tests`, perhaps by way of a variable, or else by `others`."""

    tests: Sequence[ast.Compare]
    assignment: ast.Assign | None = None
    others: bool = False

    @property
    def variable(self) -> str:
        match self.assignment:
            case ast.Assign(targets=[ast.Name(id=name)]):
                return name
        return ""


def _use(whole: ast.expr, function: Function, at: Place) -> _Use:
    match at.module.parents[whole]:
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]) as test if right is whole:
            return _Use([test])
        case ast.Assign(targets=[ast.Name(id=name)]) as assignment:
            if function.values.get(name) is whole and not isinstance(whole, ast.GeneratorExp):
                return _use_of_variable(name, assignment, function, at)
    return _Use([])


def _use_of_variable(name: str, assignment: ast.Assign, function: Function, at: Place) -> _Use:
    block = block_of(assignment, at.module) or [assignment]
    later = block[block.index(assignment) + 1 :]
    tests: list[ast.Compare] = []
    loads = [n for n in ast.walk(function.node) if isinstance(n, ast.Name) and n.id == name]
    for load in loads:
        match at.module.parents[load]:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]) as test if right is load:
                if any(parent in later for parent in at.module.ancestors(load)):
                    tests.append(test)
    return _Use(tests, assignment, others=len(tests) < len(loads) - 1)


# --- the edits -----------------------------------------------------------------------------------------


def _found(
    collection: _Comprehension, whole: ast.expr, source: Constant, use: _Use, function: Function, at: Place
) -> Finding:
    name = _free_name(source, use, at)
    texts = all(_is_text(test.left, function) for test in use.tests)
    elements = f"{at.module.segment(collection.elt)} for {_head(collection, at)}"
    code = "\n".join([*_comments_above(use, at), f"{name} = {'frozenset' if texts else 'tuple'}({elements})"])
    new = Definition(at.module.path, name, code, after=source.after)
    return at.finding(
        whole,
        f"`{at.module.segment(source.node)}` is put into the same form again at each call",
        edits=list(_edits(use, new, at)),
        doubts=[
            report("it is also used for more than `in`") if use.others else None,
            None if name else report("the names that fit are all taken at the top of the file"),
            _comment_inside(use.assignment or whole, at),
            _changes(source, function, at),
            _from_environment(source),
        ],
        cost={"times_worked_out": {"before": "n", "after": "1"}},
    )


def _head(collection: _Comprehension, at: Place) -> str:
    """`e in ALLOWED` of the comprehension."""
    [clause] = collection.generators
    return f"{at.module.segment(clause.target)} in {at.module.segment(clause.iter)}"


def _edits(use: _Use, new: Definition, at: Place) -> Iterator[Edit]:
    def named(_: cst.BaseExpression) -> cst.Name:
        return cst.Name(new.name or "_")

    for number, test in enumerate(use.tests):
        [right] = test.comparators
        yield at.edit(right, _KINDS[type(right)], named, definitions=[] if number else [new])
    if use.assignment:
        yield at.edit(use.assignment, cst.SimpleStatementLine, _nothing)


def _nothing(_: cst.SimpleStatementLine) -> cst.RemovalSentinel:
    return cst.RemoveFromParent()


def _free_name(source: Constant, use: _Use, at: Place) -> str:
    """A private constant's name, after the source or the variable; "" when all are taken."""
    base, variable = (f"_{name.strip('_').upper()}" for name in (source.name, use.variable))
    near = [base, variable] if isinstance(source.node, ast.Attribute) else [variable, base]
    for name in (*near, f"{base}_SET"):
        if len(name) > 1 and not re.search(rf"\b{name}\b", at.module.source.text):
            return name
    return ""


def _comments_above(use: _Use, at: Place) -> list[str]:
    """The comment that touches the assignment; it moves with it."""
    if use.assignment is None:
        return []
    found: list[str] = []
    for line in reversed(at.module.source.lines[: use.assignment.lineno - 1]):
        if not line.lstrip().startswith("#"):
            break
        found.insert(0, line.strip())
    return found


def _is_text(node: ast.expr, function: Function) -> bool:
    """Whether it surely is a string, which a set can be asked for. A list in a list is False, in a set an error."""
    match node:
        case ast.JoinedStr() | ast.Constant(value=str()):
            return True
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _TEXT_METHODS:
            return True
        case ast.Call(func=ast.Name(id="str")):
            return True
        case ast.Name(id=name) if name in function.values:
            return _is_text(function.values[name], function)
        case ast.Name(id=name):
            declared = {
                ast.unparse(a.annotation) for a in function.arguments if a.arg == name and a.annotation
            }
            return declared == {"str"} and name not in function.binders
    return False


# --- doubts --------------------------------------------------------------------------------------------


def _comment_inside(node: ast.AST, at: Place) -> Doubt | None:
    if "#" in "".join(at.module.source.lines[node.lineno - 1 : node.end_lineno]):  # type: ignore[attr-defined]
        return report("a comment inside would be lost")
    return None


def _changes(source: Constant, function: Function, at: Place) -> Doubt | None:
    reason = what_changes(source, function, at.project)
    return report(reason) if reason else None


def _from_environment(source: Constant) -> Doubt | None:
    if source.kind is Kind.LITERAL:
        return None
    return review(
        "it is a field of the settings; settings that are made or changed later would not be seen here"
    )

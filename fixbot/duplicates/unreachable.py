"""Which statements can never run, by syntax alone."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence

from fixbot.project.module import bound_names, own_nodes

Suite = Sequence[ast.stmt]
Exit = ast.Return | ast.Raise | ast.Continue | ast.Break


def block(statements: Suite) -> ast.Module:
    """Statements as the body of a scope, as `own_nodes` wants them."""
    return ast.Module(list(statements), [])


def unreachable(body: Suite) -> list[tuple[Suite, int]]:
    """The suites of a function's body that go on after an exit, each with the index of what can never run."""
    found: list[tuple[Suite, int]] = []
    _leaves(body, found)
    return found


def chain(node: ast.If) -> list[ast.If]:
    """The arms of `if … elif … elif`; what the last one has as `orelse` is the `else`."""
    arms = [node]
    while len(arms[-1].orelse) == 1 and isinstance(arms[-1].orelse[0], ast.If):
        arms.append(arms[-1].orelse[0])
    return arms


def only_bound_by(dead: ast.Module, function: ast.AST) -> set[str]:
    """Names that are local to the function because of this code alone, and that other code of it uses."""
    inside, everywhere = Counter(bound_names(own_nodes(dead))), Counter(bound_names(own_nodes(function)))
    uses, all_uses = (Counter(n.id for n in ast.walk(s) if isinstance(n, ast.Name)) for s in (dead, function))
    return {name for name in inside if inside[name] == everywhere[name] and uses[name] < all_uses[name]}


def count_yields(scope: ast.AST) -> int:
    return sum(isinstance(n, ast.Yield | ast.YieldFrom) for n in own_nodes(scope))


def _leaves(suite: Suite, dead: list[tuple[Suite, int]]) -> bool:
    """Whether control never runs off the end of `suite`; what stands after an exit is added to `dead`."""
    for number, statement in enumerate(suite, 1):
        if _always_leaves(statement, dead):
            if number < len(suite):
                dead.append((suite, number))
            return True
    return False


def _always_leaves(statement: ast.stmt, dead: list[tuple[Suite, int]]) -> bool:
    """What the syntax says, no more: `with` may suppress, `sys.exit` may be mocked, `assert` may be off."""
    match statement:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return True
        case ast.If():
            arms = chain(statement)
            leave = [_leaves(suite, dead) for suite in (*(arm.body for arm in arms), arms[-1].orelse)]
            return all(leave)
        case ast.Try() | ast.TryStar():
            body, otherwise, last = (
                _leaves(s, dead) for s in (statement.body, statement.orelse, statement.finalbody)
            )
            handlers = [_leaves(handler.body, dead) for handler in statement.handlers]
            return last or ((body or otherwise) and all(handlers))
        case ast.While(test=ast.Constant(value=endless), body=body, orelse=otherwise):
            _leaves(body, dead)
            _leaves(otherwise, dead)
            return bool(endless) and not _breaks(body)
        case ast.For() | ast.AsyncFor() | ast.While():
            _leaves(statement.body, dead)
            _leaves(statement.orelse, dead)
        case ast.With() | ast.AsyncWith():
            _leaves(statement.body, dead)
        case ast.Match(cases=cases):
            arms_leave = [_leaves(case.body, dead) for case in cases]
            return all(arms_leave) and any(_is_wildcard(case) for case in cases)
    return False


def _is_wildcard(case: ast.match_case) -> bool:
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None


def _breaks(body: Suite) -> bool:
    """Whether a `break` in here ends the loop whose body this is."""
    pending: list[ast.AST] = list(body)
    while pending:
        match pending.pop():
            case ast.Break():
                return True
            case ast.For(orelse=otherwise) | ast.AsyncFor(orelse=otherwise) | ast.While(orelse=otherwise):
                pending += otherwise
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.expr():
                pass
            case node:
                pending += ast.iter_child_nodes(node)
    return False

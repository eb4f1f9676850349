"""Loops that do the same thing for every item: what repeats, on what it depends, when it is skipped."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fixbot.project.flow import block_of
from fixbot.project.module import Function, Module, bound_names

_REPEATABLE = frozenset("list tuple set frozenset dict sorted enumerate zip reversed range".split())
_CONTAINERS = frozenset(
    "list List tuple Tuple set Set frozenset FrozenSet dict Dict Sequence MutableSequence Collection Mapping".split()
)
_VIEWS = frozenset({"items", "keys", "values"})


@dataclass(frozen=True, eq=False)
class Loop:
    """A `for` statement, or one `for` clause of a comprehension (`whole` is then the comprehension)."""

    target: ast.expr
    iterable: ast.expr
    body: tuple[ast.AST, ...]
    whole: ast.For | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

    @property
    def names(self) -> frozenset[str]:
        """The loop variables."""
        return frozenset(n.id for n in ast.walk(self.target) if isinstance(n, ast.Name))

    @property
    def is_statement(self) -> bool:
        return isinstance(self.whole, ast.For)

    def nodes(self) -> Iterator[ast.AST]:
        for part in self.body:
            yield from ast.walk(part)


def loop_around(node: ast.AST, module: Module) -> Loop | None:
    """The innermost `for` (statement or comprehension) that evaluates `node` for every item; None for `while`."""
    below = node
    for parent in module.ancestors(node):
        match parent:
            case ast.For(target=target, iter=iterable, body=body) if below in body:
                return Loop(target, iterable, tuple(body), parent)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                generators = parent.generators
                if len(generators) == 1 and not generators[0].is_async and not _inside(node, generators[0].iter, module):
                    return Loop(generators[0].target, generators[0].iter, _parts(parent), parent)
                if len(generators) > 1:
                    return None
            case ast.While() if below in parent.body:
                return None
            case ast.AsyncFor() if below in parent.body:
                return None
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return None
        below = parent
    return None


def expanded(expression: ast.expr, loop: Loop) -> ast.expr:
    """The expression with names that the loop body assigns once replaced by what they are assigned."""
    values: dict[str, list[ast.expr | None]] = {}
    for node in loop.nodes():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values.setdefault(name, []).append(value)
    stores = [n.id for n in loop.nodes() if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store | ast.Del)]

    class Substitute(ast.NodeTransformer):
        depth = 0

        def visit_Name(self, node: ast.Name) -> ast.expr:
            found = values.get(node.id, [])
            if len(found) != 1 or stores.count(node.id) != 1 or found[0] is None or self.depth > 8:
                return node
            self.depth += 1
            result: ast.expr = self.visit(_copy(found[0]))
            self.depth -= 1
            return result

    result: ast.expr = Substitute().visit(_copy(expression))
    return result


def assigned_in(loop: Loop) -> frozenset[str]:
    """Names that the body (re)binds."""
    return frozenset(bound_names(loop.nodes()))


def names_in(expression: ast.AST) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(expression) if isinstance(n, ast.Name))


def stops_early(loop: Loop) -> str:
    """How the loop can end before the last item: "break", "return", "raise", the strongest first; "" if it cannot."""
    found: set[str] = set()
    pending: list[tuple[ast.AST, bool]] = [(part, True) for part in loop.body]
    while pending:
        node, own = pending.pop()
        match node:
            case ast.Return():
                found.add("return")
            case ast.Break() if own:
                found.add("break")
            case ast.Raise():
                found.add("raise")
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                continue
        inner = own and not isinstance(node, ast.For | ast.AsyncFor | ast.While)
        pending += [(child, inner) for child in ast.iter_child_nodes(node)]
    return next((way for way in ("break", "return", "raise") if way in found), "")


def conditions(node: ast.AST, loop: Loop, module: Module) -> list[tuple[ast.expr, bool]] | None:
    """The tests that decide whether an item gets as far as `node`, each with the outcome that leads there.

    None when that cannot be said by tests alone (`while`, `match`, an earlier `except` ...).
    """
    found: list[tuple[ast.expr, bool]] = []
    below = node
    for parent in module.ancestors(node):
        match parent:
            case ast.If(test=test, body=body, orelse=orelse):
                if below in body:
                    found.append((test, True))
                elif below in orelse:
                    found.append((test, False))
            case ast.IfExp(test=test, body=then) if below is not test:
                found.append((test, below is then))
            case ast.BoolOp() if below is not parent.values[0]:
                return None
            case ast.While() | ast.Match() | ast.ExceptHandler() | ast.With() | ast.AsyncWith():
                return None
            case ast.Try() if below not in parent.body:
                return None
        if parent is loop.whole:
            if isinstance(parent, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
                found += [(test, True) for test in parent.generators[0].ifs if test is not below]
            break
        below = parent
    return _skips(node, loop, module) + found if isinstance(loop.whole, ast.For) else found


def _skips(node: ast.AST, loop: Loop, module: Module) -> list[tuple[ast.expr, bool]]:
    """`if test: continue` before `node`: the items that get past it."""
    found: list[tuple[ast.expr, bool]] = []
    statement: ast.stmt | None = module.statement(node)
    while statement is not None and statement is not loop.whole:
        block = block_of(statement, module) or []
        for earlier in block[: block.index(statement)] if statement in block else ():
            if isinstance(earlier, ast.If) and any(isinstance(n, ast.Continue) for n in ast.walk(earlier)):
                found.append((earlier.test, False))
        parent = module.parents[statement]
        statement = parent if isinstance(parent, ast.stmt) else module.statement(parent)
    return found


def is_repeatable(iterable: ast.expr, function: Function | None) -> bool:
    """Whether going through it twice is the same both times and does nothing: a container, or a view of one."""
    match iterable:
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.ListComp() | ast.SetComp() | ast.DictComp():
            return not any(isinstance(n, ast.Call | ast.Await) for n in ast.walk(iterable))
        case ast.Call(func=ast.Name(id=name), args=args) if name in _REPEATABLE:
            return all(is_repeatable(a, function) or isinstance(a, ast.Constant) for a in args)
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[]) if attr in _VIEWS:
            return is_repeatable(value, function)
        case ast.Subscript(value=value, slice=ast.Slice()):
            return is_repeatable(value, function)
        case ast.Name(id=name) if function is not None:
            return _is_container(name, function)
    return False


def _is_container(name: str, function: Function) -> bool:
    for argument in function.arguments:
        if argument.arg == name:
            return _is_container_type(argument.annotation) and not _rebound(name, function)
    values = [
        node.value
        for node in function.nodes
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and name in {t.id for t in (node.targets if isinstance(node, ast.Assign) else [node.target]) if isinstance(t, ast.Name)}
    ]
    annotated = [
        node.annotation
        for node in function.nodes
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name
    ]
    if any(_is_container_type(a) for a in annotated):
        return True
    return bool(values) and all(_makes_container(value, function) for value in values)


def _makes_container(value: ast.expr, function: Function) -> bool:
    match value:
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.ListComp() | ast.SetComp() | ast.DictComp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            if name in ("list", "tuple", "set", "frozenset", "dict", "sorted"):
                return True
            return _returns_container(name, function)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            return _returns_container(name, function)
        case ast.Name(id=name):
            return _is_container(name, function)
        case ast.BoolOp(values=values):
            return all(_makes_container(v, function) for v in values)
    return False


def _returns_container(name: str, function: Function) -> bool:
    """Whether a function or method of the same module is annotated to return a container."""
    found = [f for f in function.module.functions.values() if f.name == name]
    return len(found) == 1 and not found[0].is_generator and _is_container_type(found[0].node.returns)


def _is_container_type(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _CONTAINERS
        case ast.Subscript(value=ast.Name(id="Annotated" | "Optional") | ast.Attribute(attr="Annotated" | "Optional")):
            inner = annotation.slice
            return _is_container_type(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        case ast.Subscript(value=value):
            return _is_container_type(value)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            sides = [s for s in (left, right) if not (isinstance(s, ast.Constant) and s.value is None)]
            return all(_is_container_type(s) for s in sides)
        case ast.Constant(value=str(text)):
            try:
                return _is_container_type(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return False
    return False


def _rebound(name: str, function: Function) -> bool:
    return any(bound == name for bound in bound_names(function.nodes))


def _inside(node: ast.AST, top: ast.AST, module: Module) -> bool:
    return node is top or top in module.ancestors(node)


def _parts(comprehension: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> tuple[ast.AST, ...]:
    results = [comprehension.key, comprehension.value] if isinstance(comprehension, ast.DictComp) else [comprehension.elt]
    return (*results, *comprehension.generators[0].ifs)


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body

"""Purity: can evaluating this expression change anything, or depend on anything but its names? Would doing it again?

Operators, attributes and subscripts may run code of their classes. As readers do, we take that code to have no
effects. Calls are pure only if they are among a few that everybody knows; what awaits, yields, binds or iterates never
is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fixbot.duplicates.unreachable import Exit, block, chain
from fixbot.project.module import own_nodes

_PURE = (
    ast.Attribute | ast.BinOp | ast.BoolOp | ast.Compare | ast.Constant | ast.Dict | ast.FormattedValue | ast.IfExp
    | ast.JoinedStr | ast.List | ast.Name | ast.Set | ast.Slice | ast.Subscript | ast.Tuple | ast.UnaryOp
    | ast.expr_context | ast.operator | ast.boolop | ast.unaryop | ast.cmpop
)  # fmt: skip
_LITERAL = (
    ast.Constant | ast.Dict | ast.List | ast.Set | ast.Tuple | ast.UnaryOp | ast.expr_context | ast.unaryop
)
_PURE_FUNCTIONS = frozenset(
    """abs bool callable chr float getattr hasattr int isinstance issubclass len ord repr round str
    getLogger logging.getLogger""".split()
)
_CONTAINERS = frozenset({"dict", "frozenset", "list", "set", "tuple"})


def is_pure(node: ast.AST | None) -> bool:
    """Whether evaluating `node` (None is nothing to evaluate) has no effect and needs only the values of its names."""
    return node is None or all(_is_pure_by_itself(part) for part in _evaluated(node))


def is_literal(node: ast.AST) -> bool:
    """Whether `node` is written out in full: constants, and displays of them."""
    return all(isinstance(part, _LITERAL) for part in _evaluated(node))


def reads(node: ast.AST) -> set[str]:
    """What the value of `node` rests on, named as `written` does it."""
    found = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name):
                found.add(name)
            case ast.Attribute(attr=attr):
                found.add(f".{attr}")
            case ast.Subscript() | ast.Call() | ast.Compare():  # calls and comparisons look into containers
                found.add("[]")
    return found


def written(target: ast.expr) -> str:
    """What storing to `target` changes: a name, `.attribute` of any object, `[]` for an item of any; "" if several."""
    match target:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=attr):
            return f".{attr}"
        case ast.Subscript():
            return "[]"
    return ""


def _is_pure_by_itself(node: ast.AST) -> bool:
    match node:
        case ast.Call(
            func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(key)), *rest], keywords=[]
        ):
            return len(rest) < 2 and "/" not in key  # a mapping's; what has a `/` is a URL
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _CONTAINERS:
            return all(map(is_literal, arguments))
        case ast.Call(func=func, keywords=[]):
            return ast.unparse(func) in _PURE_FUNCTIONS
        case ast.Dict(keys=keys):
            return None not in keys  # `**x` iterates
        case ast.Lambda():
            return True
    return isinstance(node, _PURE)


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """`node` and all that is evaluated with it: not the body of a lambda, but its default values."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        match node:
            case ast.Lambda(args=arguments):
                stack += [d for d in (*arguments.defaults, *arguments.kw_defaults) if d]
            case _:
                stack += ast.iter_child_nodes(node)


# --- statements ----------------------------------------------------------------------------------


class Effect(NamedTuple):
    """What a statement reads and writes, named as `reads` and `written` do."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    certain: frozenset[str] = frozenset()
    """Names that it writes whenever it runs."""
    pure: bool = True
    """Whether all that it evaluates is."""

    def and_then(self, other: Effect) -> Effect:
        return Effect(
            self.reads | other.reads,
            self.writes | other.writes,
            self.certain | other.certain,
            self.pure and other.pure,
        )


def effect_of(statement: ast.stmt) -> Effect | None:
    """None for what is seldom the same when done again: calls, loops, `+=`, `await`, `del`, definitions and so on."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            return _assignment(targets, value)
        case ast.AnnAssign(target=target, value=value, annotation=annotation):
            return _assignment([target], value, annotation)
        case ast.If(test=test, body=[*_, last], orelse=[]) if isinstance(last, Exit) and not suspends(test):
            return Effect(frozenset(reads(test)), pure=is_pure(test))  # if it ran, nothing after it did
        case ast.If():
            return _choice(chain(statement))
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            bound = frozenset(alias.asname or alias.name.partition(".")[0] for alias in names)
            return Effect(writes=bound, certain=bound)
        case ast.Pass() | ast.Global() | ast.Nonlocal() | ast.Expr(value=ast.Constant()):
            return Effect()
    return None


def is_idempotent(effects: Sequence[Effect]) -> bool:
    """Whether these statements, done again at once, read what they read the first time."""
    fresh: frozenset[str] = frozenset()
    for number, effect in enumerate(effects):
        if effect.reads & (frozenset().union(*(e.writes for e in effects[number:])) - fresh):
            return False
        fresh |= effect.certain
    return True


def _assignment(
    targets: Iterable[ast.expr], value: ast.expr | None, annotation: ast.expr | None = None
) -> Effect | None:
    if value and suspends(value):
        return None
    read = [reads(part) for part in (value, annotation) if part]
    effect = Effect(frozenset().union(*read), pure=is_pure(value) and is_pure(annotation))
    for target in targets:
        match target:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                unpacks = not isinstance(value, ast.Tuple | ast.List)  # which iterates
            case _:
                parts, unpacks = [target], False
        for part in parts:
            place = written(part)
            if not place:
                return None
            inside = [child for child in ast.iter_child_nodes(part) if isinstance(child, ast.expr)]
            name = frozenset({place} if isinstance(part, ast.Name) and value else ())
            rest = frozenset().union(*map(reads, inside))
            stored = Effect(rest, frozenset({place}), name, not unpacks and all(map(is_pure, inside)))
            effect = effect.and_then(stored)
    return effect


def _choice(arms: Sequence[ast.If]) -> Effect | None:
    """An `if` whose branches only assign, none of them to what it reads."""
    effect = Effect()
    for arm in arms:
        if suspends(arm.test):
            return None
        effect = effect.and_then(Effect(frozenset(reads(arm.test)), pure=is_pure(arm.test)))
    for statement in (*(s for arm in arms for s in arm.body), *arms[-1].orelse):
        inner = effect_of(statement)
        if inner is None:
            return None
        effect = effect.and_then(inner)
    return None if effect.reads & effect.writes else effect._replace(certain=frozenset())


def suspends(node: ast.expr) -> bool:
    """Whether it awaits, yields or binds a name."""
    return any(isinstance(n, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for n in ast.walk(node))


# --- definitions ---------------------------------------------------------------------------------

REGISTERS_NOTHING = frozenset(
    """property cached_property staticmethod classmethod abstractmethod final override wraps cache lru_cache
    contextmanager asynccontextmanager fixture parametrize skip skipif skipIf skipUnless xfail usefixtures asyncio patch
    object dict dataclass field_validator model_validator validator root_validator computed_field""".split()
)
_PLAIN_BASES = frozenset(
    """object Exception ValueError TypeError RuntimeError KeyError LookupError OSError str int Enum IntEnum StrEnum ABC
    Protocol NamedTuple TypedDict""".split()
)


def last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)


def names_read(statement: ast.stmt) -> Iterator[str]:
    """What a statement reads or binds when it runs, annotations included (not what runs later, in functions)."""
    for node in own_nodes(block([statement]), classes=True):
        match node:
            case ast.Name(id=name):
                yield name
            case (
                ast.FunctionDef(args=arguments, returns=result)
                | ast.AsyncFunctionDef(args=arguments, returns=result)
            ):
                for part in (*ast.walk(arguments), *(ast.walk(result) if result else ())):
                    if isinstance(part, ast.Name):
                        yield part.id
                    elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield from re.findall(r"\w+", part.value)


def is_quiet(statement: ast.stmt) -> bool:
    """Whether running it can use nothing that was defined before, and changes nothing but its name."""
    match statement:
        case (
            ast.FunctionDef(decorator_list=decorators, args=a)
            | ast.AsyncFunctionDef(decorator_list=decorators, args=a)
        ):
            return (
                all(map(is_pure, (*a.defaults, *a.kw_defaults)))
                and set(map(last_name, decorators)) <= REGISTERS_NOTHING
            )
        case ast.ClassDef(bases=bases, keywords=[], decorator_list=[], body=body):
            return set(map(last_name, bases)) <= _PLAIN_BASES and all(map(is_quiet, body))
        case ast.Assign() | ast.AnnAssign():
            effect = effect_of(statement)
            return effect is not None and effect.pure and not any(place[0] in ".[" for place in effect.writes)
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
    return False

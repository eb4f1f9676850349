"""How a lazy iterator is used, and whether reading all of it at once would be the same.

`query.stream()` and its like return at once; the waiting happens in whoever iterates. Such a call
can only be moved to a thread together with its reading: `list(query.stream())`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from fixbot.project.effects import Effects
from fixbot.project.flow import may_follow
from fixbot.project.loops import names_in, place
from fixbot.project.module import Function
from fixbot.project.origin import chain
from fixbot.project.project import Project

_READ_ALL = frozenset("list tuple set frozenset dict sorted sum max min len".split())
_PASS_ON = frozenset("enumerate map filter iter".split())
_PEEK = frozenset("next any all zip".split())
_WALKS = {("os", "walk"): 1, ("os", "fwalk"): 1, ("pathlib", "Path.walk"): 0}
"""Walks through folders, with the position of the argument that says whether they begin at the top."""
_TOP_DOWN = ("topdown", "top_down")
_READS_LIST = _READ_ALL | _PASS_ON | _PEEK | {"bool", "print", "repr", "reversed", "str"}
_ADDS = frozenset("add append appendleft extend insert setdefault update".split())
_TAKES_OUT = frozenset("clear pop popitem popleft".split())
_LIMITS = frozenset({"limit", "limit_to_last", "find_nearest"})
_LOOPS = ast.For | ast.AsyncFor | ast.While


class Hazard(Enum):
    """What would be different if everything were read first."""

    EARLY_EXIT = "may stop before the end; reading everything first would read, and pay for, more"
    LIMITED_EXIT = "may stop before the end; reading all that the limit allows may read, and pay for, more"
    READ_TWICE = (
        "is looped over more than once, and the second loop finds nothing today; make it a list on purpose"
    )
    HANDED_ON = "is handed on before it is read; read it to a list where it is made"
    IN_MEMORY = "would hold all results in memory at once, where they were read one by one"
    EFFECTS = (
        "handles each item before the next is read; reading all first changes that order when something fails"
    )
    STEERED = (
        "is read while the loop steers the walk; put the whole loop into a function that runs in a thread"
    )


@dataclass(frozen=True)
class Use:
    """Where a lazy iterator is consumed: `node` is what to read in the thread, `hazards` what speaks against it.

    `whole` is a surrounding `list(...)` call, which can move to the thread as it is. So can `reader`, the
    `list(found)` that alone reads an iterator under a name; what makes the iterator stays where it is.
    `is_read` is False for what is no iterator, or is not read here.
    """

    node: ast.expr
    hazards: tuple[Hazard, ...] = ()
    whole: ast.Call | None = None
    is_read: bool = True
    reader: ast.Call | None = None


def use_of(call: ast.Call, function: Function, effects: Effects) -> Use | None:
    """How `function` consumes what `call` returns; None when it does not read it itself (it hands it on)."""
    match function.module.parents[call]:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return _use_of_name(name, call, function, effects)
        case ast.Assign(targets=[ast.Tuple(elts=elements) | ast.List(elts=elements)]):
            everything = any(isinstance(e, ast.Starred) for e in elements)
            return Use(call, () if everything else tuple(_early_exit(call, function, effects)))
    hazards = _hazards(call, call, function, effects)
    return None if hazards is None else Use(call, hazards, _whole(call, function))


def limit(call: ast.Call, function: Function, project: Project) -> int | None:
    """How many items the query may return at most: 1, 2 for any other number, None if it does not say."""
    for expression, _ in chain(call, function.module, project):
        match expression:
            case ast.Call(func=ast.Attribute(attr=attr), args=[number, *_]) if attr in _LIMITS:
                return _one_or_more(number)
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    if keyword.arg in ("max_results", "limit"):
                        return _one_or_more(keyword.value)
    return None


def _one_or_more(number: ast.expr) -> int:
    return 1 if isinstance(number, ast.Constant) and number.value == 1 else 2


def _use_of_name(name: str, call: ast.Call, function: Function, effects: Effects) -> Use | None:
    module = function.module
    reads = [
        node
        for node in function.nodes
        if isinstance(node, ast.Name)
        and node.id == name
        and isinstance(node.ctx, ast.Load)
        and may_follow(call, node, module)
    ]
    if _is_captured(name, function):
        return Use(call, (Hazard.HANDED_ON,))
    found = {node: _hazards(node, call, function, effects) for node in reads}
    if all(hazards is None for hazards in found.values()):
        return None
    hazards = [hazard for one in found.values() for hazard in ((Hazard.HANDED_ON,) if one is None else one)]
    if _read_again(call, reads, function):
        hazards.append(Hazard.READ_TWICE)
    same_try = all(_tries(node, function) == _tries(call, function) for node in reads)
    reader = _whole(reads[0], function) if len(reads) == 1 else None
    return Use(call if same_try else reads[0], tuple(dict.fromkeys(hazards)), reader=reader)


def _read_again(call: ast.Call, reads: list[ast.Name], function: Function) -> bool:
    module = function.module
    return any(a is not b and may_follow(a, b, module) for a in reads for b in reads) or any(
        may_follow(n, n, module) and not _same_loop(call, n, function) for n in reads
    )


def _hazards(
    node: ast.expr, call: ast.Call, function: Function, effects: Effects
) -> tuple[Hazard, ...] | None:
    """What the reader of `node` does with the items; None when `node` is not read here."""
    module = function.module
    parent = module.parents[node]
    match parent:
        case ast.For(iter=iterable) if iterable is node:
            return tuple(_loop_hazards(parent, call, function, effects))
        case ast.comprehension(iter=iterable) if iterable is node:
            whole = module.parents[parent]
            steered = _steers(parent.target, ast.walk(whole), call, function, effects)
            return (
                *_comprehension_hazards(whole, call, function, effects),
                *((Hazard.STEERED,) if steered else ()),
            )
        case ast.Call(func=ast.Name(id=name), args=args) if node in args and is_builtin(name, function):
            if name in _READ_ALL:
                return ()
            if name in _PEEK:
                return tuple(_early_exit(call, function, effects))
            if name in _PASS_ON:
                return _hazards(parent, call, function, effects)
        case ast.Starred():
            return ()
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return tuple(_early_exit(call, function, effects))
    return None


def _early_exit(call: ast.Call, function: Function, effects: Effects) -> Iterator[Hazard]:
    match limit(call, function, effects.project):
        case None:
            yield Hazard.EARLY_EXIT
        case 2:
            yield Hazard.LIMITED_EXIT


def _loop_hazards(loop: ast.For, call: ast.Call, function: Function, effects: Effects) -> Iterator[Hazard]:
    if _stops_early(loop):
        yield from _early_exit(call, function, effects)
    body = [n for statement in loop.body for n in ast.walk(statement)]
    if _steers(loop.target, body, call, function, effects):
        yield Hazard.STEERED
    if any(isinstance(n, ast.Yield) for n in body) or not (
        _collects(loop, body) or limit(call, function, effects.project)
    ):
        yield Hazard.IN_MEMORY
    if any(effects.summary_of(n, function).writes for n in body if isinstance(n, ast.Call)):
        yield Hazard.EFFECTS


def _comprehension_hazards(
    whole: ast.AST, call: ast.Call, function: Function, effects: Effects
) -> Iterator[Hazard]:
    if not isinstance(whole, ast.GeneratorExp):
        return
    match function.module.parents[whole]:
        case ast.Call(func=ast.Name(id=name)) if name in _READ_ALL:
            if name in ("sum", "max", "min") and not limit(call, function, effects.project):
                yield Hazard.IN_MEMORY
        case ast.Call(func=ast.Name(id=name)) if name in _PEEK:
            yield from _early_exit(call, function, effects)
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join")):
            return
        case _:
            yield Hazard.HANDED_ON


def _collects(loop: ast.For, body: list[ast.AST]) -> bool:
    """Whether a loop keeps something of each item anyway: in a container that it does not empty on the way."""
    emptied = _emptied(loop, body)
    for node in body:
        match node:
            case ast.Call(func=ast.Attribute(value=container, attr=attr)) if attr in _ADDS:
                pass
            case ast.Subscript(value=container, ctx=ast.Store()):
                pass
            case ast.AugAssign(target=container, value=ast.List() | ast.ListComp()):
                pass
            case _:
                continue
        kept = place(container)
        if not any(kept == other or kept.startswith(f"{other}.") for other in emptied):
            return True
    return False


def _emptied(loop: ast.For, body: list[ast.AST]) -> set[str]:
    """What begins anew in a turn of the loop: `rows` of `rows = []`, `rows.clear()` and `del rows[:]`."""
    grown = {node.target for node in body if isinstance(node, ast.AugAssign)}
    found = set(names_in(loop.target))
    for node in body:
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                found |= set() if node in grown else {place(node)}
            case ast.Subscript(value=value, slice=ast.Slice(), ctx=ast.Store() | ast.Del()):
                found.add(place(value))
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _TAKES_OUT:
                found.add(place(value))
    return found - {""}


def _steers(
    target: ast.expr, body: Iterable[ast.AST], call: ast.Call, function: Function, effects: Effects
) -> bool:
    """Whether a walk goes on by a list of folders that the body may change: the second thing that it gives."""
    walks = {_WALKS.get((e.module, e.qualname)) for e in effects.of_call(call, function.module).entries}
    if all(position is None or _is_bottom_up(call, position) for position in walks):
        return False
    match target:
        case ast.Tuple(elts=[_, ast.Tuple(elts=[_, folders, *_])]) | ast.Tuple(elts=[_, folders, _, *_]):
            names, harmless = names_in(folders), _only_reads
        case _:
            names, harmless = names_in(target), _takes_another_part
    own = set(ast.walk(target))
    return any(
        isinstance(n, ast.Name) and n.id in names and n not in own and not harmless(n, function) for n in body
    )


def _is_bottom_up(walk: ast.Call, position: int) -> bool:
    """Whether a walk gives a folder after all that is in it, when there is nothing left to steer."""
    given = [*walk.args[position : position + 1], *(k.value for k in walk.keywords if k.arg in _TOP_DOWN)]
    return any(isinstance(value, ast.Constant) and not value.value for value in given)


def _only_reads(name: ast.Name, function: Function) -> bool:
    """Whether nothing changes, or gets hold of, the list that a name stands for."""
    node: ast.expr = name
    parent = function.module.parents[node]
    while isinstance(parent, ast.BoolOp):
        node, parent = parent, function.module.parents[parent]
    match parent:
        case ast.Assign(targets=targets):
            return node in targets  # the name stands for another list from here on
        case ast.For(iter=value) | ast.comprehension(iter=value) | ast.If(test=value) | ast.IfExp(test=value):
            return value is node
        case ast.Subscript(value=value, ctx=ast.Load()):
            return value is node
        case ast.Call(func=ast.Name(id=called)):
            return called in _READS_LIST and is_builtin(called, function)
        case ast.Attribute(attr=attr):
            return attr in ("copy", "count", "index")
    return isinstance(parent, ast.BinOp | ast.Compare | ast.FormattedValue | ast.Starred | ast.UnaryOp)


def _takes_another_part(name: ast.Name, function: Function) -> bool:
    """Whether what a walk gives is asked for its first or third part."""
    match function.module.parents[name]:
        case ast.Subscript(value=value, slice=ast.Constant(value=0 | 2)):
            return value is name
    return False


def _stops_early(loop: ast.For) -> bool:
    pending: list[tuple[ast.AST, bool]] = [(s, True) for s in loop.body]
    while pending:
        node, breaks = pending.pop()
        if isinstance(node, ast.Return) or (isinstance(node, ast.Break) and breaks):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        inner = breaks and not isinstance(node, _LOOPS)
        pending += [(child, inner) for child in ast.iter_child_nodes(node)]
    return False


def _whole(iterator: ast.expr, function: Function) -> ast.Call | None:
    """`list(query.stream())`, when that is what stands around the iterator."""
    match function.module.parents[iterator]:
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set"), args=[only], keywords=[]) as whole if (
            only is iterator
        ):
            return whole if is_builtin(ast.unparse(whole.func), function) else None
    return None


def is_builtin(name: str, function: Function) -> bool:
    """Whether a name means the built-in function here: nothing around it binds the name."""
    module = function.module
    around = [
        function,
        *(module.functions[p] for p in module.ancestors(function.node) if p in module.functions),
    ]
    return name not in module.global_names and all(name not in f.local_names for f in around)


def _is_captured(name: str, function: Function) -> bool:
    """Whether nested functions read the name too."""
    return any(
        isinstance(n, ast.Name) and n.id == name
        for inner in function.module.functions.values()
        if name not in inner.local_names and function.node in function.module.ancestors(inner.node)
        for n in ast.walk(inner.node)
    )


def _tries(node: ast.AST, function: Function) -> list[ast.AST]:
    """The `try` blocks of the function that would catch what `node` raises."""
    found: list[ast.AST] = []
    below = node
    for parent in function.module.ancestors(node):
        if parent is function.node:
            break
        if isinstance(parent, ast.Try) and below in parent.body:
            found.append(parent)
        below = parent
    return found


def _same_loop(first: ast.AST, second: ast.AST, function: Function) -> bool:
    """Whether each turn of the loops around `second` makes a new iterator by `first`."""
    around = [p for p in function.module.ancestors(second) if isinstance(p, _LOOPS)]
    own = {p for p in function.module.ancestors(first) if isinstance(p, _LOOPS)}
    return all(p in own or (not isinstance(p, ast.While) and second in ast.walk(p.iter)) for p in around)

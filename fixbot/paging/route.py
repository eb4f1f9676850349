"""The route that answers with a list, if it can be given parameters for a page and an answer that tells of more."""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fixbot.project.effects import Effects
from fixbot.project.module import Function
from fixbot.project.origin import origin
from fixbot.project.project import Project

NAMES = ("limit", "start_after", "paging", "more")
"""What the route gets as parameters and variables."""
_OTHERS = {"aiohttp", "bottle", "flask", "litestar", "quart", "robyn", "sanic", "starlite"}
_ONE_VALUE = frozenset({"all", "any", "bool", "len", "max", "min", "next", "sum"})
_ANSWER = ("has_more", "next_cursor")


@dataclass(frozen=True, eq=False)
class Route:
    """`items = [await] service.list_x(...)` and `return {"items": items}` in a GET handler, in one statement or in two."""

    function: Function
    call: ast.Call
    assignment: ast.Assign | None
    """None where the call stands in the answer."""
    items: str
    """The variable of the list, which may be a new one."""
    returned: ast.Return
    answer: ast.Dict


def routes_to(listed: Function, effects: Effects, steps: int = 4) -> Iterator[Function]:
    """Every GET route that runs a function, however deep, for more than to count what it gives."""
    pending, seen = [(listed, steps)], {listed}
    while pending:
        function, left = pending.pop()
        if is_list_route(function):
            yield function
        for use in effects.users(function) if left else ():
            if not use.is_call or use.function.module.is_test or _is_counted(use.call, use.function):
                continue
            if use.function not in seen:
                seen.add(use.function)
                pending.append((use.function, left - 1))


def _is_counted(call: ast.Call, function: Function) -> bool:
    """Whether nothing, or one value, becomes of a list: `len(list_games())` is no answer with it."""
    parent = function.module.parents[call]
    if isinstance(parent, ast.Await):
        parent = function.module.parents[parent]
    return isinstance(parent, ast.Expr) or (isinstance(parent, ast.Call) and is_one_value(parent))


def is_one_value(call: ast.Call) -> bool:
    """Whether a call makes one value of a list: its length, its sum, its largest."""
    return isinstance(call.func, ast.Name) and call.func.id in _ONE_VALUE


def is_list_route(function: Function) -> bool:
    """A handler of GET requests whose path names no single thing."""
    for decorator in function.node.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Attribute(attr="get" | "route" as kind), args=[ast.Constant(value=str(path)), *_]
            ):
                return not {"{", "<"} & {*path} and (kind == "get" or _methods(decorator) == ["GET"])
    return False


def _methods(route: ast.Call) -> list[object]:
    """What Flask's `@app.route("/games", methods=["GET"])` answers."""
    for given in route.keywords:
        if given.arg == "methods":
            methods = given.value.elts if isinstance(given.value, ast.List | ast.Tuple) else []
            return [method.value if isinstance(method, ast.Constant) else None for method in methods]
    return ["GET"]


def is_of_fastapi(function: Function, project: Project) -> bool:
    """Whether a handler is registered with FastAPI, which is what the new parameters are written for."""
    imported = {target.partition(".")[0] for target in function.module.any_imports.values()}
    for decorator in function.node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(value=registry, attr="get")):
                made, home = origin(registry, function.module, project)
                dotted = home.dotted(made.func) if isinstance(made, ast.Call) else None
                if dotted and dotted.startswith("fastapi."):
                    return True
                return "fastapi" in imported and not imported & _OTHERS and made is registry
    return False


def traced(function: Function, listed: Function, effects: Effects, *, returns_list: bool) -> Route | str:
    """The route with what has to change in it, or why it cannot be changed."""
    if function is listed:
        return f"`{function.label}` reads the query and answers in one function"
    calls = [c for c in function.calls if listed in effects.of_call(c, function.module).functions]
    if len(calls) != 1:
        return f"`{function.label}` does not call `{listed.label}` itself, or more than once"
    [call] = calls
    if len(effects.of_call(call, function.module).functions) > 1:
        return f"`{listed.label}` is overridden"
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return f"`{function.label}` passes packed arguments on"
    outer = function.module.parents[call]
    statement = function.module.parents[outer] if isinstance(outer, ast.Await) else outer
    returns = [n for n in function.nodes if isinstance(n, ast.Return)]
    match statement, returns:
        case (
            ast.Assign(targets=[ast.Name(id=items)]),
            [ast.Return(value=ast.Dict() as answer) as returned],
        ) if statement in function.node.body:
            if refusal := refused(function, items, answer, NAMES):
                return refusal
            return Route(function, call, statement, items, returned, answer)
        case ast.Dict() as answer, [ast.Return() as returned] if (
            returned.value is answer and returned in function.node.body
        ):
            items = name_in_answer(outer if isinstance(outer, ast.Await) else call, function)
            if items and not (refusal := refused(function, items, answer, NAMES)):
                return Route(function, call, None, items, returned, answer)
            return refusal if items else f"the list has no name in `{function.label}`"
        case ast.Return(), _ if returns_list:
            return alone(function)
        case ast.Assign(targets=[ast.Name(id=items)]), [ast.Return(value=ast.Name(id=answer_name))] if (
            items == answer_name and returns_list
        ):
            return alone(function)
    return f"`{function.label}` does not answer with a dict made of the list"


def alone(function: Function) -> str:
    """What is said of an answer that has no keys, as pages need them."""
    return f"`{function.label}` answers with the list alone, which leaves no room to tell of more"


def name_in_answer(made: ast.AST, function: Function, others: Iterable[str] = ()) -> str:
    """A name for a list that is made in the dict that is returned: its key, or "items"; "" if they mean something."""
    match function.module.parents[made]:
        case ast.Dict(keys=keys, values=values) as answer if made in values:
            at = [*values].index(made)
            key, before = keys[at], [n for value in values[:at] for n in ast.walk(value)]
            acts = any(
                isinstance(n, ast.Call | ast.Await | ast.NamedExpr) for n in before
            )  # first, until now
            is_answer = isinstance(function.module.parents[answer], ast.Return)
            if isinstance(key, ast.Constant) and is_answer and not acts:
                taken = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name)}
                taken |= {*function.local_names, *NAMES, *others, *dir(builtins), *keyword.kwlist}
                fits = [n for n in (str(key.value), "items") if n.isidentifier() and n not in taken]
                return fits[0] if fits else ""
    return ""


def refused(function: Function, items: str, answer: ast.Dict, names: tuple[str, ...]) -> str:
    """Why an answer cannot be given the keys of a page, or "" when it can. `names` are to be free."""
    keys = [k.value for k in answer.keys if isinstance(k, ast.Constant)]
    if len(keys) < len(answer.keys) or set(_ANSWER) & set(keys):
        return f"the answer of `{function.label}` has such a key, or keys that are not constant"
    if len(function.binders.get(items, ())) > 1:
        return f"`{items}` gets another value in `{function.label}`"
    read = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name)}
    if taken := set(names) & (read | function.local_names):
        return f"`{sorted(taken)[0]}` is another name in `{function.label}`"
    if _has_model(function):
        return f"the response model of `{function.label}` has no fields to tell of more"
    return ""


def _has_model(function: Function) -> bool:
    """Whether something other than `dict[str, ...]` says what the answer looks like, and would drop what it does not know."""
    for decorator in function.node.decorator_list:
        if isinstance(decorator, ast.Call) and any(k.arg == "response_model" for k in decorator.keywords):
            return True
    return function.node.returns is not None and dict_value(function.node.returns) is None


def dict_value(annotation: ast.expr) -> ast.expr | None:
    """`X` of `dict[str, X]`; the annotation itself where it is only `dict`."""
    match annotation:
        case ast.Name(id="dict" | "Dict") | ast.Attribute(attr="Dict"):
            return annotation
        case ast.Subscript(
            value=ast.Name(id="dict" | "Dict") | ast.Attribute(attr="Dict"),
            slice=ast.Tuple(elts=[ast.Name(id="str"), value]),
        ):
            return value
    return None

"""Firestore: functions that read every document of a query and return all of them, and what a page of it takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from fixbot.codemod import Place
from fixbot.model import Definition, Edit
from fixbot.paging.cursor import Cursor
from fixbot.paging.names import names_for
from fixbot.paging.pieces import preceded, with_parameters
from fixbot.paging.route import NAMES
from fixbot.project.effects import Effects
from fixbot.project.module import Function
from fixbot.safety import Doubt, report

_READS = frozenset({"stream", "get"})
_QUERIES = frozenset(
    f"{name}.{read}"
    for name in ("Query", "AsyncQuery", "CollectionReference", "AsyncCollectionReference", "CollectionGroup")
    for read in _READS
)
_LIMITS = frozenset(
    "limit limit_to_last find_nearest count start_after start_at end_at end_before offset".split()
)
_STEPS = frozenset("where order_by select".split())
_CURSOR = "UnknownCursor"
_DEFINITION = f'''\
class {_CURSOR}(Exception):
    """The document that a page is to start after is not in the list."""
'''


@dataclass(frozen=True, eq=False)
class Listing:
    """`docs = query.stream()`, and all of `docs` in the list that the function returns."""

    function: Function
    read: ast.Call
    query: ast.expr
    items: str
    """The variable that holds the list, "" when it is returned without a name."""
    returned: ast.Return
    key: str
    """Under which each item holds its document's id, "" when it does not."""
    is_whole: bool
    """Whether there is one item for each document."""
    collection: ast.expr | None
    """What all that the query may be starts from, when that is one expression."""
    is_async: bool
    """Whether the library's own reads are awaited."""


def are_whole(listing: Listing) -> bool:
    """Whether the items hold all fields of their documents: nothing is selected, and nothing taken out."""
    called = {c.func.attr for c in listing.function.calls if isinstance(c.func, ast.Attribute)}
    return "to_dict" in called and not called & {"select", "pop"}


def listing_of(call: ast.Call, function: Function, effects: Effects) -> Listing | None:
    """What a call reads and its function returns, if that is every document of a query that has no limit."""
    entry = effects.of_call(call, function.module).entry
    if entry is None or entry.reads != "firestore" or entry.qualname not in _QUERIES:
        return None
    if not isinstance(call.func, ast.Attribute) or call.args or call.keywords:
        return None
    query = call.func.value
    parts = list(_parts(query, function))
    collection = _collection(parts)
    if collection is None or any(_is_limited(part) for part in parts):
        return None
    return next(_collected(call, query, collection, function, entry.qualname.startswith("Async")), None)


def _parts(query: ast.expr, function: Function) -> Iterator[ast.expr]:
    """All expressions that the query is put together from, through the assignments of local names."""
    pending, seen = [query], set[str]()
    while pending:
        expression = pending.pop()
        yield expression
        root = expression
        while isinstance(root, ast.Call | ast.Attribute):
            root = root.func if isinstance(root, ast.Call) else root.value
        if isinstance(root, ast.Name) and root.id in function.local_names and root.id not in seen:
            seen.add(root.id)
            for node in function.nodes:
                match node:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == root.id:
                        pending.append(value)


def _is_limited(expression: ast.expr) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in _LIMITS
        for n in ast.walk(expression)
    )


def _collection(parts: list[ast.expr]) -> ast.expr | None:
    """What is left when the steps of building a query are taken off; None unless all parts agree, names aside."""
    roots: dict[str, ast.expr] = {}
    names: set[str] = set()
    for part in parts:
        while (
            isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in _STEPS
        ):
            part = part.func.value
        if isinstance(part, ast.Name):
            names.add(part.id)
        else:
            roots[ast.unparse(part)] = part
    return next(iter(roots.values())) if len(roots) == 1 else None


# --- what becomes of the documents ---------------------------------------------------------------------


def _collected(
    call: ast.Call, query: ast.expr, collection: ast.expr, function: Function, is_async: bool
) -> Iterator[Listing]:
    """The list that the function returns, if all documents go into it."""
    for returned in (n for n in function.nodes if isinstance(n, ast.Return)):
        match returned.value:
            case ast.Name(id=items):
                found = _filled(items, call, function)
            case ast.ListComp() as comprehension:
                items, found = "", _of_comprehension(comprehension, call, function)
            case _:
                continue
        if found:
            key, is_whole = found
            yield Listing(function, call, query, items, returned, key, is_whole, collection, is_async)


def _filled(items: str, call: ast.Call, function: Function) -> tuple[str, bool] | None:
    """How a local list is filled from the documents: the key of their id, and whether there is one for each."""
    for node in function.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.ListComp() as comprehension) if (
                name == items
            ):
                if found := _of_comprehension(comprehension, call, function):
                    return found
            case (
                ast.For(target=ast.Name(id=doc), iter=iterable)
                | ast.AsyncFor(target=ast.Name(id=doc), iter=iterable)
            ) if _are(iterable, call, function):
                if found := _of_loop(items, doc, node):
                    return found
    return None


def _are(expression: ast.expr, call: ast.Call, function: Function) -> bool:
    """Whether an expression is what the call reads, by way of a variable or not."""
    while isinstance(expression, ast.Await):
        expression = expression.value
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name):
        if expression.func.id in ("list", "tuple") and len(expression.args) == 1:
            return _are(expression.args[0], call, function)
    if isinstance(expression, ast.Call) and call in expression.args:
        return True  # in a thread
    if isinstance(expression, ast.Name) and expression.id in function.values:
        return _are(function.values[expression.id], call, function)
    return expression is call


def _of_loop(items: str, doc: str, loop: ast.For | ast.AsyncFor) -> tuple[str, bool] | None:
    appended = [(statement, value) for statement in ast.walk(loop) for value in _appended(items, statement)]
    if len(appended) != 1 or any(isinstance(n, ast.Break | ast.Return) for n in ast.walk(loop)):
        return None
    statement, value = appended[0]
    skips = any(isinstance(n, ast.Continue) for n in ast.walk(loop))
    key = _key_in(value, doc)
    for node in ast.walk(loop):
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id=item), slice=ast.Constant(value=str(name)))],
                value=ast.Attribute(value=ast.Name(id=source), attr="id"),
            ) if source == doc and isinstance(value, ast.Name) and item == value.id and node in loop.body:
                key = name
    if isinstance(value, ast.Name) and not key:
        for node in loop.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=item)], value=given) if item == value.id:
                    key = _key_in(given, doc)
    return key, statement in loop.body and not skips


def _appended(items: str, statement: ast.AST) -> Iterator[ast.expr]:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value], keywords=[]
            )
        ) if name == items:
            yield value


def _of_comprehension(
    comprehension: ast.ListComp, call: ast.Call, function: Function
) -> tuple[str, bool] | None:
    match comprehension.generators:
        case [ast.comprehension(target=ast.Name(id=doc), iter=iterable, ifs=tests)]:
            if _are(iterable, call, function):
                return _key_in(comprehension.elt, doc), not tests
    return None


def _key_in(value: ast.expr, doc: str) -> str:
    """The key under which a dict display holds `doc.id`."""
    if isinstance(value, ast.Dict):
        for key, given in zip(value.keys, value.values, strict=True):
            match key, given:
                case ast.Constant(value=str(name)), ast.Attribute(value=ast.Name(id=source), attr="id"):
                    if source == doc:
                        return name
    return ""


# --- a page of it ---------------------------------------------------------------------------------------


def cursor_of(listing: Listing) -> Cursor:
    """The id of a document."""
    return Cursor((listing.key,), "str", 'pattern="^[^/]+$"', _CURSOR)


def doubts_of(listing: Listing, at: Place) -> Iterator[Doubt]:
    """Why the list cannot be cut into pages by rule."""
    taken = {*NAMES[:2], "cursor"} & listing.function.local_names
    arguments = listing.function.node.args
    if not isinstance(listing.query, ast.Name):
        yield report("give the query a name first; then the page can be put into it")
    elif not listing.items:
        yield report("give the list a name first; then the page can be cut from it")
    elif not listing.is_whole:
        yield report("documents are left out after they were read, so that a page could come out short")
    elif not listing.key:
        yield report("the items do not hold their document's id, which the next page would start after")
    elif taken or arguments.vararg or arguments.kwarg:
        yield report(f"`{listing.function.label}` has such parameters already, or takes any")
    elif _CURSOR in at.module.global_names:
        yield report(f"`{_CURSOR}` is something else here")


def in_service(listing: Listing, at: Place) -> Iterator[Edit]:
    """Its edits; none where a name that they need means something else."""
    in_thread = listing.function.is_async and not listing.is_async
    wanted = ["typing.Optional", *(["asyncio.to_thread"] if in_thread else [])]
    names = names_for(wanted, listing.function, at)
    if names is None:
        return
    query, items = ast.unparse(listing.query), listing.items
    collection = at.module.segment(listing.collection) if listing.collection else ""
    find = f"{collection}.document(start_after).get"
    if listing.is_async:
        find = f"await {find}()"
    elif in_thread:
        find = f"await {names['to_thread']}({find})"
    else:
        find = f"{find}()"
    before = f"""\
if start_after is not None:
    cursor = {find}
    if not cursor.exists:
        raise {_CURSOR}(start_after)
    {query} = {query}.start_at(cursor)
if limit is not None:
    {query} = {query}.limit(limit + 1 if start_after is not None else limit)
"""
    after = f"""\
if start_after is not None:
    # It comes first, unless it is not in this list: then it is none of the caller's business.
    if not {items} or {items}.pop(0)["{listing.key}"] != start_after:
        raise {_CURSOR}(start_after)
"""
    definition = Definition(at.module.path, _CURSOR, _DEFINITION)
    parameters = [f"limit: {names.optional('int')} = None", f"start_after: {names.optional('str')} = None"]
    yield at.edit(
        listing.function.node,
        cst.FunctionDef,
        with_parameters(parameters, listing.function, at.line_length),
        imports=names.imports,
        definitions=[definition],
    )
    reading = at.module.statement(listing.read)
    loops = isinstance(reading, ast.For | ast.AsyncFor)
    yield at.edit(reading, cst.For if loops else cst.SimpleStatementLine, preceded(before))
    yield at.edit(listing.returned, cst.SimpleStatementLine, preceded(after))

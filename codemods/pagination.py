"""Let list endpoints be read page by page.

## What it does

Finds list endpoints that return every document of a query, and gives the service and the route optional
parameters for a page: `limit` and `start_after`. Who passes none gets the same answer as before; who does is
told whether there are more, and where to go on.

## Why is this bad

Every document is read, paid for and sent with each request, and the list only grows.

## Example

```python
from fastapi import FastAPI
from google.cloud import firestore

app = FastAPI()
db = firestore.Client()


def list_games(owner: str) -> list[dict]:
    query = db.collection("games").where("owner", "==", owner)
    games = [{"id": doc.id, "name": doc.get("name")} for doc in query.stream()]
    return games


@app.get("/games")
def get_games(owner: str) -> dict:
    games = list_games(owner)
    return {"games": games}
```

## Use instead

```python
from typing import Annotated, Any, Optional

from fastapi import FastAPI, HTTPException, Query
from google.cloud import firestore

app = FastAPI()
db = firestore.Client()


class UnknownCursor(Exception):
    \"\"\"The document that a page is to start after is not in the list.\"\"\"


def list_games(
    owner: str,
    limit: Optional[int] = None,
    start_after: Optional[str] = None,
) -> list[dict]:
    query = db.collection("games").where("owner", "==", owner)
    if start_after is not None:
        cursor = db.collection("games").document(start_after).get()
        if not cursor.exists:
            raise UnknownCursor(start_after)
        query = query.start_at(cursor)
    if limit is not None:
        query = query.limit(limit + 1 if start_after is not None else limit)
    games = [{"id": doc.id, "name": doc.get("name")} for doc in query.stream()]
    if start_after is not None:
        # It comes first, unless it is not in this list: then it is none of the caller's business.
        if not games or games.pop(0)["id"] != start_after:
            raise UnknownCursor(start_after)
    return games


@app.get("/games")
def get_games(
    owner: str,
    limit: Annotated[Optional[int], Query(ge=1, le=100)] = None,
    start_after: Annotated[Optional[str], Query(pattern="^[^/]+$")] = None,
) -> dict:
    paging: dict[str, Any] = {}
    if limit is not None:
        paging["limit"] = limit + 1  # one more tells whether there are more
    if start_after is not None:
        paging["start_after"] = start_after
    try:
        games = list_games(owner, **paging)
    except UnknownCursor as exc:
        raise HTTPException(400, "Unknown start_after") from exc
    more: dict[str, Any] = {}
    if limit is not None:
        more["has_more"] = len(games) > limit
        games = games[:limit]
        more["next_cursor"] = games[-1]["id"] if more["has_more"] else None
    return {"games": games, **more}
```

## Fix safety

Always for *review*: it adds parameters and keys to the API, and its schema changes. Requests without the
parameters get what they got before, and call the service as before. The cursor is a document's id; it is
only accepted when the query itself gives that document, so that nobody can start from what they may not
see. Only *reported* where that cannot be done by rule: when the route cannot be followed to the query, when
its response model would drop the new keys, when items do not hold their document's id, or when documents
are left out after they were read.

## References

- https://cloud.google.com/firestore/docs/query-data/query-cursors
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Definition, Edit, Finding, Import, Severity
from fixbot.paging.listing import Listing, listing_of
from fixbot.paging.route import NAMES, Route, dict_value, routes_to, traced
from fixbot.project.module import Function
from fixbot.project.spelling import indent_unit, indentation
from fixbot.safety import Doubt, report, review

codemod = Codemod(
    __name__,
    triggers=[b".stream(", b".get("],
    severity=Severity.MEDIUM,
    category="Missing Feature",
    needs_effects=True,
    emits=(3, 9),
)

_CURSOR = "UnknownCursor"
_UNION = re.compile(r"\| None\b")
"""As annotations write it: the file then runs on nothing older than 3.10."""
_DEFINITION = f'''\
class {_CURSOR}(Exception):
    """The document that a page is to start after is not in the list."""
'''
_DIFFERENCE = (
    "adds the parameters `limit` and `start_after` to the API and, where they are given, `has_more` and `next_cursor` to the "
    "answer; without them nothing changes but the schema"
)


@codemod.visit(ast.FunctionDef, ast.AsyncFunctionDef)
def returns_everything(node: ast.FunctionDef | ast.AsyncFunctionDef, at: Place) -> Iterator[Finding]:
    function = at.module.functions[node]
    for call in function.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("stream", "get") and not call.args:
            if listing := listing_of(call, function, at.effects):
                routes = list(dict.fromkeys(routes_to(function, at.effects)))
                if routes:
                    yield _found(listing, routes, at)


def _found(listing: Listing, routes: list[Function], at: Place) -> Finding:
    route = (
        traced(routes[0], listing.function, at.effects)
        if len(routes) == 1
        else "several routes answer with it"
    )
    statement = at.module.statement(listing.read)
    edits: list[Edit] = []
    doubts = [*_doubts(listing, at)]
    if isinstance(route, str):
        doubts.append(report(f"{route}; add the parameters by hand"))
    else:
        edits = [*_in_service(listing, at), *_in_route(route, listing, at)]
        doubts.append(None if len(edits) == 7 else report("a name that is needed means something else"))
    return at.finding(
        statement if isinstance(statement, ast.Assign) else listing.read,
        f"`{listing.function.label}` returns every document of the query, however many there are",
        edits=edits,
        doubts=[review(_DIFFERENCE), *doubts],
        cost={"documents": {"before": "all", "after": "a page"}},
    )


def _doubts(listing: Listing, at: Place) -> Iterator[Doubt | None]:
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


# --- names -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Names:
    """How what the edits need is written in one file, and the imports that it takes."""

    spelled: Mapping[str, str]
    imports: tuple[Import, ...]
    has_unions: bool
    """Whether `int | None` may stand there."""

    def __getitem__(self, name: str) -> str:
        return self.spelled[name]

    def optional(self, kind: str) -> str:
        return f"{kind} | None" if self.has_unions else f"{self['Optional']}[{kind}]"

    def union(self, kind: str) -> str:
        return (
            f"{kind} | bool | str | None" if self.has_unions else f"{self['Union']}[{kind}, bool, str, None]"
        )


def _names(wanted: Iterable[str], function: Function, at: Place) -> _Names | None:
    """None when one of them means something else there. `Optional` and `Union` only count where `|` cannot stand."""
    there = Place(at.codemod, function.module, at.project, at.line_length)
    has_unions = at.project.python >= (3, 10) or bool(_UNION.search(function.module.source.text))
    needed = [
        dotted for dotted in wanted if not (has_unions and dotted in ("typing.Optional", "typing.Union"))
    ]
    found = {dotted.rpartition(".")[2]: _as_name(dotted, function.node, there) for dotted in needed}
    spelled = {name: known[0] for name, known in found.items() if known}
    if len(spelled) < len(found):
        return None
    imports = tuple(i for known in found.values() if known for i in known[1])
    return _Names(spelled, imports, has_unions)


def _as_name(dotted: str, node: ast.AST, at: Place) -> tuple[str, tuple[Import, ...]] | None:
    """A name imported by itself, as people write `Optional` and `Query`, but not those of asyncio."""
    module, _, name = dotted.rpartition(".")
    if module == "asyncio":
        return at.name(dotted, node)
    for local, target in at.module.imports.items():
        if target == dotted and not at.is_local(local, node):
            return local, ()
    if name in at.module.global_names or name in at.module.any_imports or at.is_local(name, node):
        return at.name(dotted, node)
    return name, (Import(module, name),)


# --- the service -----------------------------------------------------------------------------------------


def _in_service(listing: Listing, at: Place) -> Iterator[Edit]:
    in_thread = listing.function.is_async and not listing.is_async
    wanted = ["typing.Optional", *(["asyncio.to_thread"] if in_thread else [])]
    names = _names(wanted, listing.function, at)
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
        _with_parameters(parameters, listing.function, at.line_length),
        imports=names.imports,
        definitions=[definition],
    )
    reading = _reading_statement(listing, at)
    yield at.edit(reading, _KINDS.get(type(reading), cst.SimpleStatementLine), _preceded(before))
    yield at.edit(listing.returned, cst.SimpleStatementLine, _preceded(after))


_KINDS: dict[type[ast.stmt], type[cst.CSTNode]] = {
    ast.For: cst.For,
    ast.AsyncFor: cst.For,
}


def _reading_statement(listing: Listing, at: Place) -> ast.stmt:
    return at.module.statement(listing.read)


# --- the route -------------------------------------------------------------------------------------------


def _in_route(route: Route, listing: Listing, at: Place) -> Iterator[Edit]:
    there, items, union = route.function.module, route.items, _union_of(route.function)
    wanted = "typing.Annotated fastapi.Query fastapi.HTTPException typing.Optional typing.Any".split()
    names = _names([*wanted, *(["typing.Union"] if union is not None else [])], route.function, at)
    if names is None:
        return
    parameters = [
        f"limit: {names['Annotated']}[{names.optional('int')}, {names['Query']}(ge=1, le=100)] = None",
        f'start_after: {names["Annotated"]}[{names.optional("str")}, {names["Query"]}(pattern="^[^/]+$")] = None',
    ]
    returns = f"dict[str, {names.union(there.segment(union))}]" if union is not None else ""
    own_file = there is listing.function.module
    imports = [*names.imports, *([] if own_file else [Import(listing.function.module.name, _CURSOR)])]
    before = """\
paging: dict[str, Any] = {}
if limit is not None:
    paging["limit"] = limit + 1  # one more tells whether there are more
if start_after is not None:
    paging["start_after"] = start_after
"""
    after = f"""\
more: dict[str, Any] = {{}}
if limit is not None:
    more["has_more"] = len({items}) > limit
    {items} = {items}[:limit]
    more["next_cursor"] = {items}[-1]["{listing.key}"] if more["has_more"] else None
"""
    yield at.edit(
        route.function.node,
        cst.FunctionDef,
        _with_parameters(parameters, route.function, at.line_length, returns),
        imports=imports,
        module=there,
    )

    def called(old: cst.SimpleStatementLine) -> cst.FlattenSentinel[cst.BaseStatement]:
        first, *others = _statements(before)
        [tried] = _statements(
            f"try:\n    pass\nexcept {_CURSOR} as exc:\n"
            f'    raise {names["HTTPException"]}(400, "Unknown start_after") from exc\n'
        )
        body = cst.IndentedBlock([old.with_changes(leading_lines=[])])
        above = {"leading_lines": old.leading_lines}
        return cst.FlattenSentinel(
            [first.with_changes(**above), *others, tried.with_changes(body=body), *_statements(after)]
        )

    yield at.edit(route.assignment, cst.SimpleStatementLine, called, module=there)
    yield at.edit(route.call, cst.Call, _with_paging, module=there)
    yield at.edit(route.answer, cst.Dict, _with_more, module=there)


def _union_of(function: Function) -> ast.expr | None:
    """The type of the answer's values, where the annotation names one that admits no more than that."""
    annotation = function.node.returns
    value = dict_value(annotation) if annotation is not None else None
    if (
        value is None
        or value is annotation
        or (isinstance(value, ast.Name) and value.id in ("Any", "object"))
    ):
        return None
    return value


def _with_paging(call: cst.Call) -> cst.Call:
    return call.with_changes(args=[*call.args, cst.Arg(cst.Name("paging"), star="**")])


def _with_more(answer: cst.Dict) -> cst.Dict:
    return answer.with_changes(elements=[*answer.elements, cst.StarredDictElement(cst.Name("more"))])


# --- pieces of LibCST ------------------------------------------------------------------------------------


def _with_parameters(
    added: Sequence[str], where: Function, line_length: int, returns: str = ""
) -> Callable[[cst.FunctionDef], cst.FunctionDef]:
    """Add parameters at the end, and another return type; one on each line where they do not fit into one."""
    signature = cst.ensure_type(cst.parse_statement(f"def f({', '.join(added)}): ..."), cst.FunctionDef)
    room = line_length - len(indentation(where.node, where.module).expandtabs(4))
    inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent_unit(where)))

    def change(function: cst.FunctionDef) -> cst.FunctionDef:
        if returns and function.returns:
            annotation = function.returns.with_changes(annotation=cst.parse_expression(returns))
            function = function.with_changes(returns=annotation)
        old = function.params
        kind = "kwonly_params" if old.kwonly_params or isinstance(old.star_arg, cst.ParamStar) else "params"
        everything = [*getattr(old, kind), *signature.params.params]
        short = function.with_changes(
            params=old.with_changes(**{kind: _joined(everything, cst.SimpleWhitespace(" "))})
        )
        head = short.with_changes(
            body=cst.SimpleStatementSuite([cst.Pass()]), decorators=[], leading_lines=[]
        )
        if "\n" not in (code := cst.Module([head]).code.strip()) and len(code) - len(" pass") <= room:
            return short
        lines = {name: _joined(getattr(old, name), inner) for name in ("posonly_params", "params")}
        lines |= {kind: _joined(everything, inner, cst.ParenthesizedWhitespace(indent=True))}
        return function.with_changes(params=old.with_changes(**lines), whitespace_before_params=inner)

    return change


def _joined(
    parameters: Sequence[cst.Param],
    between: cst.BaseParenthesizableWhitespace,
    last: cst.BaseParenthesizableWhitespace | None = None,
) -> list[cst.Param]:
    """Parameters with the same space after each comma, and `last` after one that closes the list."""
    commas: list[cst.Comma | cst.MaybeSentinel] = [cst.Comma(whitespace_after=between) for _ in parameters]
    if commas:
        commas[-1] = cst.Comma(whitespace_after=last) if last else cst.MaybeSentinel.DEFAULT
    space = cst.SimpleWhitespace("")
    return [
        p.with_changes(comma=comma, whitespace_after_param=space)
        for p, comma in zip(parameters, commas, strict=True)
    ]


def _statements(code: str) -> list[Any]:
    return list(cst.parse_module(code).body)


def _preceded(code: str) -> Callable[[cst.BaseStatement], cst.FlattenSentinel[cst.BaseStatement]]:
    """Put code before a statement."""

    def change(statement: cst.BaseStatement) -> cst.FlattenSentinel[cst.BaseStatement]:
        return cst.FlattenSentinel([*_statements(code), statement])

    return change

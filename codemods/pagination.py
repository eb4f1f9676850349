"""Let list endpoints be read page by page.

## What it does

Finds list endpoints that return every document or row of a query, and gives the service and the route optional
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

SQL lists are read by sqlglot, which is in fixbot's extra `sql`; without it they are not found. A page is put into
a SELECT of one SQLite table, read by sqlite3 or aiosqlite, whose layout and letters stay: it starts after what the last
row of the page before has in the columns of the ORDER BY, by bound parameters (`(day, id) < (?, ?)`, `LIMIT ?`). The last of
these columns must be unique by the schema, or pages are ordered by the primary key as well, of which the reason tells;
those before it may be NULL. Several values travel as one text, a list in JSON. Without the parameters the same SQL runs,
but for a semicolon at its end. Joins, groups, parameters with names, SQL of which a part is not known, tables that
are made elsewhere or in two ways, other databases and other frameworks than FastAPI are *reported*, each with what to do.

Always for *review*: it adds parameters and keys to the API, and its schema changes. Requests without the
parameters get what they got before, and call the service as before. The cursor is a document's id; it is
only accepted when the query itself gives that document, so that nobody can start from what they may not
see. Only *reported* where that cannot be done by rule: when the route cannot be followed to the query, when
its response model would drop the new keys or it answers with the list alone, when items do not hold their
document's id or what their rows are ordered by, or when documents are left out after they were read. Where the list holds all fields of its documents or rows (`to_dict()`,
`SELECT *`), the finding says so; which of them clients need, only people know.

## References

- https://cloud.google.com/firestore/docs/query-data/query-cursors
- https://www.sqlite.org/rowvalue.html#scrolling_window_queries
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.codemod import Codemod, Place
from fixbot.model import Edit, Finding, Severity
from fixbot.paging import firestore, query, sql
from fixbot.paging.page import DIFFERENCE, in_route
from fixbot.paging.route import Route, is_of_fastapi, routes_to, traced
from fixbot.project.module import Function
from fixbot.safety import Doubt, report, review

codemod = Codemod(
    __name__,
    triggers=[b".stream(", b".get(", b"SELECT", b"Select", b"select"],
    severity=Severity.MEDIUM,
    category="Missing Feature",
    needs_effects=True,
    emits=(3, 9),
)

_MEANS_ELSE = report("a name that is needed means something else")


@codemod.visit(ast.FunctionDef, ast.AsyncFunctionDef)
def returns_everything(node: ast.FunctionDef | ast.AsyncFunctionDef, at: Place) -> Iterator[Finding]:
    function = at.module.functions[node]
    found: list[firestore.Listing | sql.Listing] = []
    for call in function.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("stream", "get") and not call.args:
            if documents := firestore.listing_of(call, function, at.effects):
                found.append(documents)
        elif (rows := sql.listing_of(call, function, at)) and query.is_returned(rows):
            found.append(rows)
    routes = _routes(function, at) if found else []
    several = _by_hand(f"`{function.label}` answers with several lists") if len(found) > 1 else None
    for listing in found if routes else ():
        if isinstance(listing, firestore.Listing):
            yield _documents(listing, routes, several, at)
        else:
            yield _rows(listing, routes, several, at)


def _routes(function: Function, at: Place) -> list[Function]:
    return list(dict.fromkeys(routes_to(function, at.effects)))


def _route(routes: list[Function], listed: Function, at: Place, *, returns_list: bool = True) -> Route | str:
    if len(routes) > 1:
        return "several routes run it"
    return _no_fastapi(routes[0], at) or traced(routes[0], listed, at.effects, returns_list=returns_list)


def _no_fastapi(route: Function, at: Place) -> str:
    return "" if is_of_fastapi(route, at.project) else f"`{route.label}` is not seen to be a route of FastAPI"


def _documents(
    listing: firestore.Listing, routes: list[Function], several: Doubt | None, at: Place
) -> Finding:
    route = _route(routes, listing.function, at)
    edits: list[Edit] = []
    doubts: list[Doubt | None] = [several, *firestore.doubts_of(listing, at)]
    if isinstance(route, str):
        doubts.append(_by_hand(route))
    else:
        cursor = firestore.cursor_of(listing)
        edits = [
            *firestore.in_service(listing, at),
            *in_route(route, cursor, listing.function.module, at),
        ]
        doubts.append(None if len(edits) == 7 else _MEANS_ELSE)
    whole = firestore.are_whole(listing)
    return _found(listing.function, listing.read, ("document", "documents"), edits, doubts, at, whole=whole)


def _rows(listing: sql.Listing, routes: list[Function], several: Doubt | None, at: Place) -> Finding:
    function = listing.function
    own_route = function in routes
    edits: list[Edit] = []
    doubts: list[Doubt | None] = [*query.doubts_of(listing, at, own_route=own_route)]
    doubts += [several] if several else []
    if elsewhere := next((why for route in routes if (why := _no_fastapi(route, at))), ""):
        doubts.append(_by_hand(elsewhere))
    elif len(routes) > 1 or not own_route:
        route = _route(routes, function, at, returns_list=query.returns_it(listing))
        if isinstance(route, str):
            doubts.append(_by_hand(route))
        elif not doubts:
            edits = [*query.in_service(listing, at), *in_route(route, listing.cursor, function.module, at)]
            doubts.append(None if len(edits) == 7 + bool(listing.name) else _MEANS_ELSE)
    else:
        answer = query.answer_of(listing)
        if isinstance(answer, str):
            doubts.append(_by_hand(answer))
        elif not doubts:
            edits = [*query.in_own_route(listing, answer, at)]
            doubts.append(None if edits else _MEANS_ELSE)
    whole = sql.are_whole(listing, at)
    added = listing.keyset.added if listing.keyset else ""
    order = (
        f"; pages are ordered by `{added}` too, which lists without the parameters are not" if added else ""
    )
    return _found(function, listing.ran, ("row", "rows"), edits, doubts, at, whole=whole, difference=order)


def _found(
    function: Function,
    read: ast.Call,
    what: tuple[str, str],
    edits: list[Edit],
    doubts: list[Doubt | None],
    at: Place,
    *,
    whole: bool,
    difference: str = "",
) -> Finding:
    one, many = what
    more = "; each with all its fields, of which a list may need few" if whole else ""
    statement = at.module.statement(read)
    return at.finding(
        statement if isinstance(statement, ast.Assign) else read,
        f"`{function.label}` returns every {one} of the query, however many there are{more}",
        edits=edits,
        doubts=[review(DIFFERENCE + difference), *doubts],
        cost={many: {"before": "all", "after": "a page"}},
    )


def _by_hand(why: str) -> Doubt:
    return report(f"{why}; add the parameters by hand")

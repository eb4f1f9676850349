"""What a route that answers with a page gets: two parameters, and two keys that tell whether there is more."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import libcst as cst

from fixbot.codemod import Place
from fixbot.model import Edit, Import
from fixbot.paging.cursor import Cursor, definition_of, is_free
from fixbot.paging.names import Names, names_for
from fixbot.paging.pieces import (
    is_paged_call,
    named,
    statements,
    with_more,
    with_paging,
    with_parameters,
)
from fixbot.paging.route import Route, dict_value
from fixbot.project.module import Function, Module

DIFFERENCE = (
    "adds the parameters `limit` and `start_after` to the API and, where they are given, `has_more` and `next_cursor` to the "
    "answer; without them nothing changes but the schema"
)


def in_route(route: Route, cursor: Cursor, service: Module, at: Place) -> Iterator[Edit]:
    """The edits of a route that calls a service with the same two parameters; none where a name means something else."""
    there, items = route.function.module, route.items
    names = route_names(route.function, cursor, at)
    if names is None:
        return
    imports = [*names.imports]
    if cursor.unknown and there is not service:
        imports.append(Import(service.name, cursor.unknown))
    yield signature(route.function, cursor, names, at, imports)
    before = f"""\
paging: dict[str, {names["Any"]}] = {{}}
if limit is not None:
    paging["limit"] = limit + 1  # one more tells whether there are more
if start_after is not None:
    paging["start_after"] = start_after
"""

    def called(old: cst.SimpleStatementLine) -> cst.FlattenSentinel[cst.BaseStatement]:
        first, *others = statements(before)
        call: cst.BaseStatement = old.with_changes(leading_lines=[])
        after, last = statements(cut_to_page(items, cursor, names)), list[cst.BaseStatement]()
        if route.assignment is None:
            call, *after, returned = named(items, is_paged_call, cut_to_page(items, cursor, names))(old)
            call, last = call.with_changes(leading_lines=[]), [returned]
        if cursor.unknown:
            [tried] = statements(
                f"try:\n    pass\nexcept {cursor.unknown} as exc:\n"
                f'    raise {names["HTTPException"]}(400, "Unknown start_after") from exc\n'
            )
            call = tried.with_changes(body=cst.IndentedBlock([call]))
        above = {"leading_lines": old.leading_lines}
        return cst.FlattenSentinel([first.with_changes(**above), *others, call, *after, *last])

    yield at.edit(route.assignment or route.returned, cst.SimpleStatementLine, called, module=there)
    yield at.edit(route.call, cst.Call, with_paging, module=there)
    yield at.edit(route.answer, cst.Dict, with_more, module=there)


def route_names(function: Function, cursor: Cursor, at: Place) -> Names | None:
    """The names that a route needs for a page; None when one of them means something else there."""
    wanted = ["typing.Annotated", "fastapi.Query", "typing.Optional", "typing.Any"]
    if cursor.unknown or cursor.is_joint:
        wanted.append("fastapi.HTTPException")
    if cursor.is_joint:
        wanted += ["fastapi.Depends", "json.loads", "json.dumps"]
    if _union_of(function) is not None:
        wanted.append("typing.Union")
    names = names_for(wanted, function, at)
    return names if names is not None and is_free(cursor, names, function.module) else None


def signature(function: Function, cursor: Cursor, names: Names, at: Place, imports: Iterable[Import]) -> Edit:
    """The two parameters of a route, and what it is annotated to return with a page, where that has to change."""
    annotated, union = names["Annotated"], _union_of(function)
    parameters = [
        f"limit: {annotated}[{names.optional('int')}, {names['Query']}(ge=1, le=100)] = None",
        f"start_after: {annotated}[{cursor.optional(names)}, {cursor.taken(names)}] = None",
    ]
    returns = ""
    if union is not None:
        kind = "str" if cursor.is_joint else cursor.kind
        returns = f"dict[str, {names.union(function.module.segment(union), 'bool', kind)}]"
    return at.edit(
        function.node,
        cst.FunctionDef,
        with_parameters(parameters, function, at.line_length, returns),
        imports=imports,
        definitions=definition_of(cursor, names, function.module),
        module=function.module,
    )


def cut_to_page(items: str, cursor: Cursor, names: Names) -> str:
    """Code that takes the one item too many off the list, and tells of it."""
    code = f"""\
more: dict[str, {names["Any"]}] = {{}}
if limit is not None:
    more["has_more"] = len({items}) > limit
    {items} = {items}[:limit]
"""
    if not cursor.is_joint:
        return (
            f'{code}    more["next_cursor"] = {items}[-1]["{cursor.keys[0]}"] if more["has_more"] else None\n'
        )
    values = f"[{items}[-1][key] for key in {cursor.tuple_of_keys}]"
    return f"""\
{code}    more["next_cursor"] = None
    if more["has_more"]:
        more["next_cursor"] = {names["dumps"]}({values})
"""


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

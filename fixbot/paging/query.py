"""Putting a page into an SQL query: in the route that runs it, or in the service that a route calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import libcst as cst

from fixbot.codemod import Place
from fixbot.model import Edit
from fixbot.paging.keyset import Keyset
from fixbot.paging.literals import cut
from fixbot.paging.names import names_for
from fixbot.paging.page import cut_to_page, route_names, signature
from fixbot.paging.pieces import followed, is_comprehension, named, preceded, with_more, with_parameters
from fixbot.paging.route import NAMES, alone, is_one_value, name_in_answer, refused
from fixbot.paging.sql import Listing, keeps
from fixbot.project.module import Module
from fixbot.project.spelling import indent_unit, indentation
from fixbot.safety import Doubt, report

_LOCALS = ("query", "values")
_KINDS: dict[type[ast.AST], type[cst.CSTNode]] = {
    ast.For: cst.For,
    ast.AsyncFor: cst.For,
    ast.With: cst.With,
    ast.AsyncWith: cst.With,
}
_STEADY = (ast.Name, ast.Attribute, ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.Subscript)


def is_returned(listing: Listing) -> bool:
    """Whether the function answers with the list, whatever else it does with it; to count it is not that."""
    items = listing.items
    return any(
        node is items.node or (isinstance(node, ast.Name) and node.id == items.name)
        for returned in listing.function.nodes
        if isinstance(returned, ast.Return) and returned.value is not None
        for node in _held(returned.value)
    )


def _held(value: ast.AST) -> Iterator[ast.AST]:
    """The parts of a value, without what is only counted or looked at for one value."""
    yield value
    if not isinstance(value, ast.Call) or not is_one_value(value):
        for part in ast.iter_child_nodes(value):
            yield from _held(part)


def doubts_of(listing: Listing, at: Place, *, own_route: bool) -> Iterator[Doubt]:
    """Why the query cannot be cut into pages by rule."""
    items, function = listing.items, listing.function
    taken = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name)} | function.local_names
    taken &= {*_LOCALS, *NAMES[:2], *(NAMES[3:] if own_route else ())} - ({listing.name} & {_LOCALS[0]})
    arguments = function.node.args
    keyset = listing.keyset
    if keyset is None:
        yield report(f"{listing.why_not}")
        return
    if _pieces(listing, keyset, at.module) is None:
        yield report(
            "the query is not written where it is run, as one string or several side by side; then a page can be put into it"
        )
    elif _values(listing, keyset, at.module) is None:
        yield report("its parameters are not a tuple or list of plain values there")
    elif not items.is_whole:
        yield report("rows are left out after they were read, so that a page could come out short")
    elif not items.keys:
        names = " and ".join(f"`{column.name}`" for column in keyset.columns)
        yield report(f"the items do not surely hold {names}, which the next page would start after")
    elif taken:
        yield report(f"`{sorted(taken)[0]}` is another name in `{function.label}`")
    elif arguments.vararg or arguments.kwarg:
        yield report(f"`{function.label}` takes any parameters")
    elif not own_route and not returns_it(listing):
        yield report(f"`{function.label}` returns more than the list, or something else")
    elif not _runs_once(listing, at.module):
        yield report("the query is run in a branch or a loop, or by something else")
    elif not _is_only_listed(listing, own_route=own_route):
        yield report("the list, or its rows, are used for more than the items")


def returns_it(listing: Listing) -> bool:
    """Whether the list is all that the function returns, or an empty one."""
    items = listing.items
    for node in listing.function.nodes:
        match node:
            case ast.Return(value=value) if value is items.node:
                continue
            case ast.Return(value=ast.Name(id=name)) if name == items.name:
                continue
            case ast.Return(value=ast.List(elts=[])):
                continue
            case ast.Return():
                return False
    return True


def _runs_once(listing: Listing, module: Module) -> bool:
    """Whether the query and the list are statements of the function, in `with` and `try` blocks too."""
    around = {*module.ancestors(listing.ran)}
    if any(isinstance(n, ast.Lambda) for n in around):
        return False
    written = (module.statement(listing.query),) if listing.name else ()
    for node in (*written, module.statement(listing.ran), module.statement(listing.items.node)):
        below: ast.AST = node
        for parent in module.ancestors(node):
            if parent is listing.function.node:
                break
            if not isinstance(parent, ast.With | ast.AsyncWith):
                if not isinstance(parent, ast.Try) or below not in parent.body:
                    return False
            below = parent
    return True


def _is_only_listed(listing: Listing, *, own_route: bool) -> bool:
    """Whether nothing else looks at the rows, and nothing changes which items are in the list, nor their order."""
    function, items = listing.function, listing.items
    rows = {n.id for n in items.reads if isinstance(n, ast.Name)}
    parents = function.module.parents
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Name):
            continue
        if node.id in rows and isinstance(node.ctx, ast.Load) and node not in items.reads:
            return False
        if node.id == items.name and isinstance(node.ctx, ast.Load):
            parent = parents[node]
            match parent:
                case ast.Return():
                    continue
                case ast.Dict() if own_route and node in parent.values:
                    continue
                case ast.Attribute(attr="append") if items.node in function.module.ancestors(node):
                    continue
                case (
                    ast.For(target=ast.Name(id=one), iter=iterated)
                    | ast.AsyncFor(target=ast.Name(id=one), iter=iterated)
                ) if iterated is node and (own_route or keeps(one, items.keys, parent, set())):
                    continue
                case ast.comprehension() if own_route and parent.iter is node:
                    continue
            return False
    return not items.name or len(function.binders.get(items.name, ())) == 1


# --- the parts of the query ----------------------------------------------------------------------------


def _pieces(listing: Listing, keyset: Keyset, module: Module) -> list[str] | None:
    """The code of what stands before the ORDER BY, and from it on, without a semicolon; None unless it is plain strings."""
    pieces = cut(listing.query, module, keyset.order, keyset.end)
    unit = indent_unit(listing.function)
    return [_joined(piece, unit) for piece in pieces[:2] if piece] if pieces else None


def _joined(literals: list[str], unit: str) -> str:
    return "\n".join(("(", *(unit + part for part in literals), ")")) if len(literals) > 1 else literals[0]


def _values(listing: Listing, keyset: Keyset, module: Module) -> list[str] | None:
    """The parameters as code; None unless all are written there and come to the same whenever they are read."""
    match listing.ran.args[1:]:
        case []:
            given: list[ast.expr] = []
        case [ast.Tuple(elts=given) | ast.List(elts=given)]:
            pass
        case _:
            return None
    nodes = [n for value in given for n in ast.walk(value)]
    plain = all(isinstance(n, (*_STEADY, ast.operator, ast.expr_context)) for n in nodes)
    if listing.ran.keywords or not plain or len(given) != keyset.marks:
        return None
    return [module.segment(value) for value in given]


# --- edits ---------------------------------------------------------------------------------------------


def in_service(listing: Listing, at: Place) -> Iterator[Edit]:
    """The edits of a function that a route calls; none where a name means something else."""
    names = names_for(["typing.Optional", "typing.Any"], listing.function, at)
    if names is None:
        return
    added = [
        f"limit: {names.optional('int')} = None",
        f"start_after: {listing.cursor.optional(names)} = None",
    ]
    change = with_parameters(added, listing.function, at.line_length)
    yield at.edit(listing.function.node, cst.FunctionDef, change, imports=names.imports)
    statement = at.module.statement(listing.ran)
    code = _before(listing, names["Any"], "limit", at)
    yield at.edit(statement, _kind(statement), preceded(code))
    yield from _in_query(listing, at)


def in_own_route(listing: Listing, answer: ast.Dict, at: Place) -> Iterator[Edit]:
    """The edits of a route that runs the query itself; none where a name means something else."""
    function, cursor = listing.function, listing.cursor
    names = route_names(function, cursor, at)
    if names is None:
        return
    yield signature(function, cursor, names, at, names.imports)
    statement, listed = at.module.statement(listing.ran), at.module.statement(listing.items.node)
    before = _before(listing, names["Any"], "limit + 1", at, more=True)
    name = _name_of(listing)
    after = cut_to_page(name, cursor, names)
    yield from _in_query(listing, at)
    cut_off = followed(after) if listing.items.name else named(name, is_comprehension, after)
    if statement is listed:

        def around(old: cst.BaseStatement) -> cst.FlattenSentinel[cst.BaseStatement]:
            first, *others = cut_off(old)
            return cst.FlattenSentinel([*preceded(before)(first), *others])

        yield at.edit(statement, _kind(statement), around)
    else:
        yield at.edit(statement, _kind(statement), preceded(before))
        yield at.edit(listed, _kind(listed), cut_off)
    yield at.edit(answer, cst.Dict, with_more)


def _kind(statement: ast.stmt) -> type[cst.CSTNode]:
    return _KINDS.get(type(statement), cst.SimpleStatementLine)


def _before(listing: Listing, any_: str, limit: str, at: Place, *, more: bool = False) -> str:
    """What makes the query, with and without a page, in the line endings of the file."""
    keyset = listing.keyset
    assert keyset is not None
    query, unit = listing.name or "query", indent_unit(listing.function)
    pieces, values = _pieces(listing, keyset, at.module), _values(listing, keyset, at.module)
    assert pieces is not None and values is not None
    head, *order = pieces
    whole = keyset.values == tuple(range(len(keyset.columns)))
    given = "start_after" if whole else f"start_after[i] for i in {keyset.values}"
    takes = f"extend({given})" if len(keyset.columns) > 1 else "append(start_after)"
    outer = len(indentation(listing.function.node, at.module).expandtabs(4)) + 2 * len(unit.expandtabs(4))
    after = _folded(keyset.after, unit, at.line_length - outer - len(f"{query} += "))
    lines = [
        *([] if listing.name else [f"{query} = {head}"]),
        f"values: list[{any_}] = [{', '.join(values)}]",
        "if start_after is not None:",
        f"{unit}{query} += {after}",
        f"{unit}values.{takes}",
        *(f"{query} += {piece}" for piece in order),
        "if limit is not None:",
        f'{unit}{query} += "{keyset.limit}"',
        f"{unit}values.append({limit})" + ("  # one more tells whether there are more" if more else ""),
    ]
    return "".join(f"{line}\n" for line in lines).replace("\n", at.module.source.newline)


def _folded(sql: str, unit: str, room: int) -> str:
    """A string of SQL, in several where one is longer than the room for it: each OR begins a line."""
    text = sql.replace("\n", "\\n")
    if len(text) + 2 <= room:
        return f'"{text}"'
    parts = re.split(r"(?= OR \()", text, flags=re.IGNORECASE)
    return _joined([f'"{part}"' for part in parts], unit).replace("\n", f"\n{unit}")


def _in_query(listing: Listing, at: Place) -> Iterator[Edit]:
    """What is run instead of the string, and what is left of it where a variable holds it."""
    name = listing.name or "query"

    def run(call: cst.Call) -> cst.Call:
        return call.with_changes(
            args=[cst.Arg(cst.Name(name)), cst.Arg(cst.Name("values"))],
            whitespace_before_args=cst.SimpleWhitespace(""),
        )

    def begin(old: cst.Assign) -> cst.Assign:
        assert listing.keyset is not None
        pieces = _pieces(listing, listing.keyset, at.module)
        assert pieces is not None
        code = pieces[0].replace("\n", at.module.source.newline)
        return old.with_changes(value=cst.parse_expression(code))

    yield at.edit(listing.ran, cst.Call, run)
    if listing.name:
        yield at.edit(at.module.statement(listing.query), cst.Assign, begin)


def answer_of(listing: Listing) -> ast.Dict | str:
    """The dict that a route answers with, if it holds the list as it is; else why it gets no keys for a page."""
    function, items = listing.function, listing.items
    match [n for n in function.nodes if isinstance(n, ast.Return)]:
        case [ast.Return(value=ast.Dict(values=values) as answer)]:
            if sum(v is items.node or (isinstance(v, ast.Name) and v.id == items.name) for v in values) == 1:
                if not (name := _name_of(listing)):
                    return f"the list has no name in `{function.label}`"
                return refused(function, name, answer, NAMES) or answer
        case [ast.Return(value=value)] if value is items.node or (
            isinstance(value, ast.Name) and value.id == items.name
        ):
            return alone(function)
    return f"`{function.label}` does not answer with a dict made of the list"


def _name_of(listing: Listing) -> str:
    """The variable of the list; one called as its key where it is made in the answer; "" where that is taken."""
    return listing.items.name or name_in_answer(listing.items.node, listing.function, _LOCALS)

"""A function that reads rows by one key and makes something of them: its parts, and the function beside it for many keys.

The second one opens what the first one opens, once for all keys, and gives a look-up that makes of the rows of a key
what the first one makes of them, at the same moment as before. What it could not read, the first one reads.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fixbot.batching.lookup import Names
from fixbot.batching.queries import Fetch
from fixbot.batching.reading import query_lines
from fixbot.project.loops import names_in
from fixbot.project.module import Function, Module, bound_names
from fixbot.project.spelling import indent_unit, spelled

LOCALS = frozenset(
    "columns keys known look_up pending start chunk marks found fetched is_shared are_alike position read error".split()
)
"""What the second function names inside: nothing that it takes over from the first one may be called so."""

_SECOND = '''
{head}
    """`{helper}`, with the rows of many keys read at a time."""
    known: dict[{any}, {kind}] = {{}}

{look_up}

    try:
{reading}
    except Exception as error:
        {warning}
    return look_up
'''
_CHUNKS = """\
pending = list(dict.fromkeys(keys))
for start in range(0, len(pending), {chunk}):
    chunk = pending[start : start + {chunk}]
{query}
    fetched = {fetched}
    # Rows that could be changed are not shared.
    is_shared = not any(isinstance(row, (dict, list)) for row in fetched)
{read}
    are_alike = len({{type(key) for key in (*chunk, *read)}}) == 1
    # Where rows bear keys just as they are, the other keys have no rows.
    if is_shared and are_alike and read.keys() <= set(chunk):
        known.update(dict.fromkeys(chunk{empty}))
    known.update(read)
"""
_READ = {
    "all": """\
    read: dict[{any}, list[{any}]] = {{}}
    for row in fetched if is_shared else ():
        read.setdefault({key}, []).append(row)""",
    "one": "    read = {{{key}: row for row in fetched if is_shared}}",
}
_OF_ITS_PLACE = frozenset("locals vars dir eval exec".split())
"""What gives something else in another function."""
_UNFIT = (
    ast.Yield,
    ast.YieldFrom,
    ast.Global,
    ast.Nonlocal,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


@dataclass(eq=False)
class Form:
    """The parts of a function that reads by one key, in their order."""

    before: list[ast.stmt] = field(default_factory=list)
    """What opens the connection: assignments, and `with` statements that the rest stands in."""
    cursors: set[str] = field(default_factory=set)
    """Variables of what the query was run with, and nothing else."""
    rows: str = ""
    """The variable of the row or rows; what it is to be called where it has none."""
    after: list[ast.stmt] = field(default_factory=list)
    """What is made of them, to the `return`."""
    closing: list[ast.stmt] = field(default_factory=list)
    """`connection.close()`."""

    @property
    def heads(self) -> list[ast.AST]:
        """What opens, without the statements inside it."""
        withs = (ast.With, ast.AsyncWith)
        return [part for s in self.before for part in (s.items if isinstance(s, withs) else [s])]

    @property
    def opened(self) -> set[str]:
        """The names that `before` gives."""
        return _bound(self.heads)

    @property
    def around(self) -> list[ast.expr]:
        """The managers of the `with` statements in which something is made of the rows."""
        made = set(self.after)
        withs = [s for s in self.before if isinstance(s, ast.With | ast.AsyncWith)]
        return [s.items[0].context_expr for s in withs if made & set(ast.walk(s))]

    def hides(self, helper: Function, names: Names) -> bool:
        """Whether something that the second function calls is one of its own variables."""
        given = self.opened | _bound(self.after) | {self.rows} | {a.arg for a in helper.arguments}
        return bool(given & ({helper.name} | names.used)) or helper.name in LOCALS


def form_of(helper: Function, fetch: Fetch) -> Form | None:
    """The parts; None for a function that does anything else than to open, to read by its key, and to go on with the rows."""
    form, body = Form(), list(helper.node.body)
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            body = rest
    reads = fetch.module.statement(fetch.call)
    while body and body[0] is not reads:
        match body.pop(0):
            case (ast.With() | ast.AsyncWith()) as statement if len(statement.items) == 1:
                [item] = statement.items
                if not isinstance(item.optional_vars, ast.Name):
                    return None
                if _is(item.context_expr, fetch.ran):
                    form.cursors.add(item.optional_vars.id)
                else:
                    form.before.append(statement)
                body = [*statement.body, *body]
            case ast.Try(body=inner, handlers=[], orelse=[], finalbody=[closing]) if _closes(closing):
                form.closing.append(closing)
                body = [*inner, *body]
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is(value, fetch.ran):
                form.cursors.add(name)
            case ast.Expr(value=value) if _is(value, fetch.ran):
                pass
            case ast.Assign(targets=[ast.Name() | ast.Attribute(value=ast.Name())]) as statement:
                form.before.append(statement)
            case _:
                return None
    if not body or not _goes_on(form, body, fetch):
        return None
    _begin_later(form, fetch)
    return form if _stands_apart(form, helper, fetch) else None


def _goes_on(form: Form, body: list[ast.stmt], fetch: Fetch) -> bool:
    """Add the statements from the one on that reads."""
    match body:
        case [ast.Assign(targets=[ast.Name(id=rows)], value=value), *after] if _is(value, fetch.call):
            form.rows = rows
        case [ast.Return(value=ast.expr() as value)]:
            if any(isinstance(n, ast.Lambda) and fetch.call in ast.walk(n) for n in ast.walk(value)):
                return False  # it reads when that is called
            form.rows, after = "rows" if fetch.rows == "all" else "row", body
            if form.rows in _names(body, fetch.call):
                return False
        case _:
            return False
    for statement in after:
        (form.closing if _closes(statement) else form.after).append(statement)
    # What the query was run with is another thing in the second function.
    form.closing = [s for s in form.closing if not _names([s]) <= form.cursors - form.opened]
    return bool(form.after) and isinstance(form.after[-1], ast.Return)


def _begin_later(form: Form, fetch: Fetch) -> None:
    """Count to what is made of the rows what opens nothing: `result = []`."""
    needed = set(names_in(fetch.receiver))
    for statement in form.before[::-1]:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if name not in needed:
                form.before.remove(statement)
                form.after.insert(0, statement)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                needed |= _names(items)
            case _:
                needed |= _names([statement])


def _stands_apart(form: Form, helper: Function, fetch: Fetch) -> bool:
    """Whether opening needs no key, and what is made of the rows needs nothing that was opened."""
    parameters = {a.arg for a in helper.arguments}
    keys = {name for value in fetch.parameters for name in names_in(value)}
    opening = _names(form.heads) | names_in(fetch.receiver)
    making = _names(form.after, fetch.call)
    return (
        all(isinstance(value, ast.Name) and value.id in parameters for value in fetch.parameters)
        and not opening & keys
        and not making & (form.opened | form.cursors)
        and not (form.opened | _bound(form.after) | {form.rows}) & parameters
        and not (opening | making | _bound(form.after) | parameters | {form.rows}) & LOCALS
        and not making & _OF_ITS_PLACE
        and all(_changes_only(s, form.opened) for s in form.before)
        and _names(form.closing) <= form.opened
        and all(_has_lines_of_its_own(s, fetch.module) for s in (*form.before, *form.after))
        and not any(isinstance(node, _UNFIT) for node in _nodes(form.after))
    )


def _changes_only(statement: ast.stmt, opened: set[str]) -> bool:
    """Whether an attribute that is set belongs to what was opened, and not to what is there without it."""
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner))]):
            return owner in opened
    return True


def _is(value: ast.expr, call: ast.Call) -> bool:
    return (value.value if isinstance(value, ast.Await) else value) is call


def _closes(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Await(value=value) | value):
            return ast.unparse(value).endswith(".close()") and len(names_in(value)) == 1
    return False


def _nodes(parts: Iterable[ast.AST], apart: ast.AST | None = None) -> Iterator[ast.AST]:
    """All that is in them, but for what is in `apart`."""
    pending = list(parts)
    while pending:
        node = pending.pop()
        yield node
        pending += [] if node is apart else ast.iter_child_nodes(node)


def _names(parts: Iterable[ast.AST], apart: ast.AST | None = None) -> set[str]:
    return {node.id for node in _nodes(parts, apart) if isinstance(node, ast.Name)}


def _bound(parts: Iterable[ast.AST]) -> set[str]:
    """The names that they give, also for the time of a comprehension."""
    nodes = list(_nodes(parts))
    names = (node for node in nodes if isinstance(node, ast.Name))
    return {node.id for node in names if not isinstance(node.ctx, ast.Load)} | {*bound_names(nodes)}


def _has_lines_of_its_own(statement: ast.stmt, module: Module) -> bool:
    """Whether its lines can be copied: nothing stands beside it, and no string goes over several of them."""
    if isinstance(statement, ast.With | ast.AsyncWith):
        return True  # its head is spelled anew
    before = module.source.lines[statement.lineno - 1][: statement.col_offset]
    strings = (n for n in _nodes([statement]) if isinstance(n, ast.Constant | ast.JoinedStr))
    return not before.strip() and all(n.lineno == n.end_lineno for n in strings)


# --- the second function ----------------------------------------------------------------------------------


def second_function(
    name: str, helper: Function, fetch: Fetch, form: Form, names: Names, line_length: int
) -> str:
    """The code of the function that reads for many keys."""
    parameters = [_parameter(argument, fetch, names) for argument in helper.arguments]
    return _SECOND.format(
        head=names.head(name, parameters, is_async=helper.is_async, line_length=line_length),
        helper=helper.name,
        any=names.any,
        kind=f"list[{names.any}]" if fetch.rows == "all" else names.any,
        look_up=textwrap.indent(_look_up(helper, fetch, form, names), "    "),
        reading=textwrap.indent(_reading(fetch, form, names, line_length), "        "),
        warning=names.warning(line_length),
    )


def _parameter(argument: ast.arg, fetch: Fetch, names: Names) -> str:
    if argument.arg == ast.unparse(fetch.parameters[0]):
        return f"keys: {names.iterable}[{names.any}]"
    return argument.arg + (f": {ast.unparse(argument.annotation)}" if argument.annotation else "")


def _look_up(helper: Function, fetch: Fetch, form: Form, names: Names) -> str:
    key = ast.unparse(fetch.parameters[0])
    async_, await_ = ("async ", "await ") if helper.is_async else ("", "")
    known = f"list(known[{key}])" if fetch.rows == "all" else f"known[{key}]"
    after = "\n".join(_after(form, fetch))
    returned = after == f"return {form.rows}"
    lines = [
        f"{async_}def look_up({key}: {names.any}) -> {names.any}:",
        "    try:",
        f"        return {known}" if returned else f"        {form.rows} = {known}",
        "    except (KeyError, TypeError):  # not read, or no key of a dictionary",
        f"        return {await_}{helper.name}({', '.join(a.arg for a in helper.arguments)})",
    ]
    return "\n".join(lines if returned else [*lines, textwrap.indent(after, "    ")])


def _after(form: Form, fetch: Fetch) -> Iterator[str]:
    for statement in form.after:
        match statement:
            case ast.Return(value=ast.expr() as value) if fetch.call in ast.walk(value):
                parent = fetch.module.parents[fetch.call]
                whole = parent if isinstance(parent, ast.Await) else fetch.call
                yield f"return {spelled(value, fetch.module, {whole: ast.Name(form.rows)})}"
            case _:
                yield _copied(statement, fetch.module)


def _copied(statement: ast.stmt, module: Module) -> str:
    """A statement as it stands there, with the comment above it, and four spaces for each indentation."""
    lines, first = module.source.lines, statement.lineno - 1
    while lines[first - 1].lstrip().startswith("#"):
        first -= 1
    function = module.function(statement)
    assert function is not None
    indent, unit = lines[statement.lineno - 1][: statement.col_offset], indent_unit(function)
    copied = []
    for line in lines[first : statement.end_lineno]:
        rest, levels = (
            line.rstrip().removeprefix(indent),
            0,
        )  # a comment, or in brackets, may begin further left
        while rest.startswith(unit):
            rest, levels = rest.removeprefix(unit), levels + 1
        copied.append("    " * levels + rest)
    return "\n".join(copied)


def _reading(fetch: Fetch, form: Form, names: Names, line_length: int) -> str:
    """The queries, inside of what opens the connection."""
    depth = 3 + len(form.before) + bool(form.closing)
    lines, key, fetched = query_lines(fetch, spelled(fetch.receiver, fetch.module), depth * 4, line_length)
    code = _CHUNKS.format(
        chunk=fetch.query.chunk,
        query=textwrap.indent("\n".join(lines), "    "),
        fetched=fetched,
        read=_READ[fetch.rows].format(any=names.any, key=key),
        empty=", []" if fetch.rows == "all" else "",
    )
    if form.closing:
        closing = "\n".join(ast.unparse(statement) for statement in form.closing)
        code = f"try:\n{textwrap.indent(code, '    ')}finally:\n{textwrap.indent(closing, '    ')}"
    for statement in reversed(form.before):
        match statement:
            case ast.With(items=[item]) | ast.AsyncWith(items=[item]):
                word = "with" if isinstance(statement, ast.With) else "async with"
                opening = f"{word} {spelled(item.context_expr, fetch.module)} as {names_of(item)}:"
                code = f"{opening}\n{textwrap.indent(code, '    ')}"
            case _:
                code = f"{_copied(statement, fetch.module)}\n{code}"
    return code.rstrip()


def names_of(item: ast.withitem) -> str:
    """What a `with` calls what it opens."""
    return ast.unparse(item.optional_vars) if item.optional_vars else ""

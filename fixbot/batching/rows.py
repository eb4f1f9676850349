"""The function that reads many rows at once, and the look-up among them: what batch-reads writes for SQL."""

from __future__ import annotations

import ast

from fixbot.batching.apart import guarded
from fixbot.batching.code import collected, free_name, keys_of
from fixbot.batching.edits import before_loop
from fixbot.batching.helpers import form_of, second_function
from fixbot.batching.lookup import HELPER, NO_KEY, Names, free_or_there, in_its_place, instead, names_for
from fixbot.batching.names import Spelled
from fixbot.batching.queries import QueryRead, arguments
from fixbot.batching.reading import query_lines
from fixbot.codemod import Place
from fixbot.model import Definition, Edit, Import
from fixbot.project.module import Module
from fixbot.project.repeatable import Again
from fixbot.project.spelling import spelled

_KEEP = {
    "one": """for row in {fetched}:
                if not isinstance(row, (dict, list)):  # such a row could be changed, and is not shared
                    rows[{key}] = row""",
    "all": """groups: dict[{any}, list[{any}]] = {{}}
            for row in {fetched}:
                if not isinstance(row, (dict, list)):  # such a row could be changed, and is not shared
                    groups.setdefault({key}, []).append(row)
            rows.update(groups)""",
}


def definition(found: QueryRead, at: Place) -> tuple[str, list[Definition], Spelled] | None:
    """How the function is called at the loop, the function itself unless it is there, and what calling it imports.

    It stands in the module of the fetch, behind the helper if there is one. None where a name that it
    needs means something else there.
    """
    fetch, helper = found.fetch, found.helper
    form = form_of(helper, fetch) if helper else None
    home = Place(at.codemod, fetch.module, at.project, at.line_length)
    names = names_for(home)
    if names is None or (helper and (not form or form.hides(helper, names))):
        return None
    match = fetch.by_key()
    assert match is not None
    base = (
        f"{helper.name}_by_{match['column']}"
        if helper
        else f"_prefetch_{match['table']}_by_{match['column']}"
    )

    def code(name: str) -> str:
        if helper and form:
            return second_function(name, helper, fetch, form, names, at.line_length)
        return _code(name, found, names, at.line_length)

    written = free_or_there(base, code, fetch.module)
    if written is None:
        return None
    name, is_there = written
    after = helper.name if helper else ""
    new = Definition(fetch.module.path, name, code(name), after=after, imports=names.imports)
    calling: Spelled | None = (name, ())
    if fetch.module is not found.read.at.module:
        calling = _reached_like(found.read.call.func, name, fetch.module, found.read.at.module)
    if calling is None or found.read.at.is_local(calling[0].partition(".")[0], found.read.call):
        return None
    return name, [] if is_there else [new], calling


def _reached_like(helper: ast.expr, name: str, home: Module, module: Module) -> Spelled | None:
    """How a module names another function of `home`, where it names one already; None where it does so at times."""
    match helper:
        case ast.Name(id=imported) if imported in module.imports:
            return name, (Import(home.name, name),)
        case ast.Attribute(value=ast.Name() | ast.Attribute() as owner) if module.dotted(owner) == home.name:
            return f"{ast.unparse(owner)}.{name}", ()
    return None


def _code(name: str, found: QueryRead, names: Names, line_length: int) -> str:
    """The function that reads rows for a loop that runs the query itself."""
    fetch = found.fetch
    match = fetch.by_key()
    assert match is not None
    lines, key, fetched = query_lines(fetch, "db", len("            "), line_length)
    is_one = fetch.rows == "one"
    keep = _KEEP[fetch.rows].format(fetched=fetched, key=key, any=names.any)
    parameters = [f"db: {names.any}", f"keys: {names.iterable}[{names.any}]"]
    return HELPER.format(
        head=names.head(name, parameters, is_async=fetch.is_async, line_length=line_length),
        any=names.any,
        what=f"rows of `{match['table']}` by `{match['column']}`",
        store="rows",
        result=names.any if is_one else f"list[{names.any}]",
        looking="return rows.get(key)" if is_one else "return rows.get(key, ())",
        unfit=NO_KEY.format("None" if is_one else "()"),
        chunk=fetch.query.chunk,
        reading="\n            ".join([*lines, keep]),
        failing=names.warning(line_length),
    )


def edits(
    found: QueryRead, key: str, name: str, new: list[Definition], imports: tuple[Import, ...]
) -> list[Edit]:
    """Read the batch before the loop, and look every row up among those read. `key` names it in terms of an item."""
    read, fetch, helper = found.read, found.fetch, found.helper
    items = "" if read.again is Again.AS_IT_IS else free_name("items", read)
    prefetched = free_name("prefetched", read)
    keys = keys_of(read, key, items)
    given: list[ast.expr | str] = [fetch.receiver, keys]
    if helper:
        asked = ast.unparse(fetch.parameters[0])
        values = arguments(read.call, helper) or {}
        given = [keys if a.arg == asked else values[a.arg] for a in helper.arguments]
    texts = [part if isinstance(part, str) else spelled(part, read.at.module) for part in given]
    await_ = "await " if read.awaited else ""
    code = [f"{items} = {collected(read)}"] if items else []
    code.append(f"{prefetched} = {await_}{name}({', '.join(texts)})")
    before = before_loop(read, code, items, new, imports)
    looked_up = f"{prefetched}({spelled(read.key.expression, read.at.module)})"
    if helper:
        return [*before, *in_its_place(read, await_ + looked_up)]
    many = fetch.rows == "all"
    first = f"[*{looked_up}]" if many else looked_up  # of many rows a list of its own
    return [*before, *(guarded(read, first, many=many) if read.statements else instead(read, first))]

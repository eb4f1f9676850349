"""The function that reads many rows at once, and the look-up among them: what batch-reads writes for SQL."""

from __future__ import annotations

import ast

from fixbot.batching.code import collected, free_name, keys_of
from fixbot.batching.edits import before_loop
from fixbot.batching.lookup import HELPER, NO_KEY, Names, free_or_there, instead, names_for
from fixbot.batching.names import Spelled
from fixbot.batching.queries import QueryRead, arguments
from fixbot.codemod import Place
from fixbot.model import Definition, Edit, Import
from fixbot.project.repeatable import Again
from fixbot.project.spelling import broken, spelled

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
LOCALS = frozenset("keys rows look_up key pending start chunk marks found position groups row error".split())
"""What the function names inside; its other parameters must not be called so."""


def definition(found: QueryRead, at: Place) -> tuple[str, list[Definition], Spelled] | None:
    """How the function is called at the loop, the function itself unless it is there, and what calling it imports.

    It stands in the module of the fetch, behind the helper if there is one. None where a name that it
    needs means something else there.
    """
    fetch, helper = found.fetch, found.helper
    home = Place(at.codemod, fetch.module, at.project, at.line_length)
    names = names_for(home)
    if names is None:
        return None
    match = fetch.by_key()
    assert match is not None
    base = (
        f"{helper.name}_by_{match['column']}"
        if helper
        else f"_prefetch_{match['table']}_by_{match['column']}"
    )
    written = free_or_there(base, lambda name: _code(name, found, names, at.line_length), fetch.module)
    if written is None:
        return None
    name, is_there = written
    code = _code(name, found, names, at.line_length)
    after = helper.name if helper else ""
    new = Definition(fetch.module.path, name, code, after=after, imports=names.imports)
    calling: Spelled | None = (name, ())
    if fetch.module is not found.read.at.module:
        calling = found.read.at.name(f"{fetch.module.name}.{name}", found.read.call)
        dotted = (found.read.call.func, f"{fetch.module.name}.")
        if isinstance(dotted[0], ast.Name):  # imported by name, as the helper is
            calling = name, (Import(fetch.module.name, name),)
    if calling is None or found.read.at.is_local(calling[0].partition(".")[0], found.read.call):
        return None
    return name, [] if is_there else [new], calling


def _code(name: str, found: QueryRead, names: Names, line_length: int) -> str:
    fetch, helper = found.fetch, found.helper
    match = fetch.by_key()
    assert match is not None
    await_ = "await " if fetch.is_async else ""
    receiver = ast.unparse(fetch.receiver) if helper else "db"
    select = f"SELECT {', '.join(fetch.columns)} FROM {match['table']} WHERE {match['column']}"
    if fetch.query.spread:
        fetched = f'{await_}{receiver}.fetch("{select} = ANY($1)", chunk)'
        query, fetched = f"found = {fetched}", "found"
        key = (
            f"row[{fetch.key_position}]" if fetch.key_position != -1 else f'row["{match["column"].lower()}"]'
        )
    else:
        mark = f'"{fetch.query.mark}"'
        marks = (
            f'", ".join({mark} * len(chunk))'
            if len(fetch.query.mark) == 1
            else f'", ".join([{mark}] * len(chunk))'
        )
        run = f'{await_}{receiver}.execute(f"{select} IN ({{marks}})", chunk)'
        lines = [f"marks = {marks}", broken(f"found = {run}", " " * 12, "    ", line_length)]
        key, fetched = f"row[{fetch.key_position}]", f"{await_}found.fetchall()"
        if fetch.key_position == -1:
            every = "[column[0].lower() for column in found.description]"
            lines.append(f'position = {every}.index("{match["column"].lower()}")')
            key = "row[position]"
        query = "\n".join(lines).replace("\n", "\n            ")
    keep = _KEEP[fetch.rows].format(fetched=fetched, key=key, any=names.any)
    is_one = fetch.rows == "one"
    return HELPER.format(
        head=names.head(name, _parameters(found, names), is_async=fetch.is_async, line_length=line_length),
        any=names.any,
        what=f"rows of `{match['table']}` by `{match['column']}`",
        store="rows",
        result=names.any if is_one else f"list[{names.any}]",
        looking="return rows.get(key)" if is_one else "return rows.get(key, ())",
        unfit=NO_KEY.format("None" if is_one else "()"),
        chunk=fetch.query.chunk,
        reading=f"{query}\n            {keep}",
        failing=names.warning(line_length),
    )


def _parameters(found: QueryRead, names: Names) -> list[str]:
    keys = f"keys: {names.iterable}[{names.any}]"
    if found.helper is None:
        return [f"db: {names.any}", keys]
    parts = []
    for argument in found.helper.arguments:
        if argument.arg == ast.unparse(found.fetch.parameters[0]):
            parts.append(keys)
        else:
            kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
            parts.append(f"{argument.arg}{kind}")
    return parts


def edits(
    found: QueryRead, key: str, name: str, new: list[Definition], imports: tuple[Import, ...]
) -> list[Edit]:
    """Read the batch before the loop, and look every row up among those read. `key` names it in terms of an item."""
    read, fetch = found.read, found.fetch
    items = "" if read.again is Again.AS_IT_IS else free_name("items", read)
    prefetched = free_name("prefetched", read)
    keys = keys_of(read, key, items)
    given: list[ast.expr | str] = [fetch.receiver, keys]
    if found.helper:
        asked = ast.unparse(fetch.parameters[0])
        values = arguments(read.call, found.helper) or {}
        order = [argument.arg for argument in found.helper.arguments]
        given = [keys if argument == asked else values[argument] for argument in order]
    texts = [part if isinstance(part, str) else spelled(part, read.at.module) for part in given]
    await_ = "await " if read.awaited else ""
    code = [f"{items} = {collected(read)}"] if items else []
    code.append(f"{prefetched} = {await_}{name}({', '.join(texts)})")
    looked_up = f"{prefetched}({spelled(read.key.expression, read.at.module)})"
    first = looked_up if fetch.rows == "one" else f"[*{looked_up}]"  # of many rows a list of its own
    return [*before_loop(read, code, items, new, imports), *instead(read, first)]

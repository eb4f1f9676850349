"""The function that reads many rows at once, and the look-up among them: what batch-reads writes for SQL."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import libcst as cst

from fixbot.batching.code import collected, free_name, keys_of
from fixbot.batching.edits import before_loop, stands_alone
from fixbot.batching.names import Spelled, imported, logger
from fixbot.batching.queries import Fetch, QueryRead, arguments
from fixbot.codemod import Place
from fixbot.model import Definition, Edit, Import
from fixbot.project.repeatable import Again
from fixbot.project.spelling import broken, indent_unit, spelled

HELPER = '''
{async_}def {name}({parameters}) -> {callable}[[{any}], {any}]:
    """Read rows of `{table}` by `{column}`, many at a time; the caller reads what the look-up has not."""
    rows: dict[{any}, {result}] = {{}}

    def look_up(key: {any}) -> {any}:
        try:
            return rows.get(key{missing})
        except TypeError:
            return {nothing}  # it cannot be a key of a dictionary

    try:
        pending = list(dict.fromkeys({keys}))
        for start in range(0, len(pending), {chunk}):
            chunk = pending[start : start + {chunk}]
            {query}
            {keep}
    except Exception as error:
        {warning}
    return look_up
'''
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
_BUILTINS = frozenset({"dict", "list", "len", "range", "Exception", "TypeError", "isinstance"})


def definition(found: QueryRead, at: Place) -> tuple[str, list[Definition], Spelled] | None:
    """How the function is called at the loop, the function itself unless it is there, and what calling it imports.

    It stands in the module of the fetch, behind the helper if there is one. None where a name that it
    needs means something else there.
    """
    fetch, helper = found.fetch, found.helper
    home = Place(at.codemod, fetch.module, at.project, at.line_length)
    needed = [
        imported(home, "typing.Any"),
        imported(home, "collections.abc.Callable", "typing.Callable"),
        imported(home, "collections.abc.Iterable", "typing.Iterable"),
        logger(home),
    ]
    if None in needed or _BUILTINS & fetch.module.global_names.keys():
        return None
    (any_, *_), (callable_, *_), (iterable, *_), (log, *_) = (n for n in needed if n)
    imports = tuple(new for n in needed if n for new in n[1])
    match = fetch.by_key()
    assert match is not None
    base = (
        f"{helper.name}_by_{match['column']}"
        if helper
        else f"_prefetch_{match['table']}_by_{match['column']}"
    )
    for name in (base, *(f"{base}_{n}" for n in range(2, 9))):
        code = _code(name, found, (any_, callable_, iterable, log), at.line_length)
        there = fetch.module.global_names.get(name)
        if there is None or [ast.dump(n) for n in there] == [ast.dump(n) for n in ast.parse(code).body]:
            break
    else:
        return None
    new = Definition(fetch.module.path, name, code, after=helper.name if helper else "", imports=imports)
    calling: Spelled | None = (name, ())
    if fetch.module is not found.read.at.module:
        calling = found.read.at.name(f"{fetch.module.name}.{name}", found.read.call)
        dotted = (found.read.call.func, f"{fetch.module.name}.")
        if isinstance(dotted[0], ast.Name):  # imported by name, as the helper is
            calling = name, (Import(fetch.module.name, name),)
    if calling is None or found.read.at.is_local(calling[0].partition(".")[0], found.read.call):
        return None
    return name, [] if there else [new], calling


def _code(name: str, found: QueryRead, names: tuple[str, str, str, str], line_length: int) -> str:
    any_, callable_, iterable, log = names
    fetch, helper = found.fetch, found.helper
    match = fetch.by_key()
    assert match is not None
    await_ = "await " if fetch.is_async else ""
    receiver = ast.unparse(fetch.receiver) if helper else "db"
    keys = "keys"
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
    keep = _KEEP[fetch.rows].format(fetched=fetched, key=key, any=any_)
    warning = f'{log}.warning("Batch read failed, reading one by one: %s", error)'
    return HELPER.format(
        async_="async " if fetch.is_async else "",
        name=name,
        parameters=_parameters(found, keys, any_, iterable),
        any=any_,
        callable=callable_,
        missing="" if fetch.rows == "one" else ", ()",
        nothing="None" if fetch.rows == "one" else "()",
        result=any_ if fetch.rows == "one" else f"list[{any_}]",
        table=match["table"],
        column=match["column"],
        keys=keys,
        chunk=fetch.query.chunk,
        query=query,
        fetched=fetched,
        keep=keep,
        warning=broken(warning, " " * 8, "    ", line_length).replace("\n", "\n        "),
    )


def _parameters(found: QueryRead, keys: str, any_: str, iterable: str) -> str:
    if found.helper is None:
        return f"db: {any_}, keys: {iterable}[{any_}]"
    parts = []
    for argument in found.helper.arguments:
        if argument.arg == ast.unparse(found.fetch.parameters[0]):
            parts.append(f"{keys}: {iterable}[{any_}]")
        else:
            kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
            parts.append(f"{argument.arg}{kind}")
    return ", ".join(parts)


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
    return [*before_loop(read, code, items, new, imports), _look_up(found, prefetched)]


def _look_up(found: QueryRead, prefetched: str) -> Edit:
    """The row among those read before, or else read alone, as before; of many rows a list of its own."""
    read, module = found.read, found.read.at.module
    key = spelled(read.key.expression, module)
    single = module.segment(read.whole)
    if "\n" in single:
        single = spelled(read.whole, module)
    first = f"{prefetched}({key})" if found.fetch.rows == "one" else f"[*{prefetched}({key})]"
    kind = cst.Await if read.awaited else cst.Call
    return read.at.edit(read.whole, kind, _alternatives(first, single, found))


def _alternatives(first: str, single: str, found: QueryRead) -> Callable[[Any], Any]:
    """`first or single`, on two lines where one would get too long."""
    read, module = found.read, found.read.at.module
    span = module.span(read.whole)
    line = module.source.lines[span.line - 1].rstrip()
    bare = stands_alone(read.whole, module)
    fits = len(line.expandtabs(4)) + len(first) + 6 <= read.at.line_length

    def change(_: Any) -> Any:
        if fits:
            expression = cst.parse_expression(f"{first} or {single}")
            parens = {"lpar": [cst.LeftParen()], "rpar": [cst.RightParen()]}
            return expression if bare else expression.with_changes(**parens)
        unit = indent_unit(read.function)
        return cst.parse_expression(f"(\n{unit}{first}\n{unit}or {single}\n)")

    return change


def is_spelled_once(fetch: Fetch) -> bool:
    """Whether the receiver is a name or attribute: something that may be written a second time."""
    node = fetch.receiver
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)

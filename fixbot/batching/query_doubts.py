"""What speaks against reading the rows of many keys by one query, beside what speaks against any batch read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fixbot.batching.doubts import receiver_changes, state_changes
from fixbot.batching.helpers import LOCALS, form_of
from fixbot.batching.queries import QueryRead, arguments
from fixbot.project.managers import lets_through
from fixbot.safety import Doubt, report, review
from fixbot.sql.schema import tables_of

_ROW_FACTORY = re.compile(r"\brow_factory\s*=(?!=)\s*([\w.]+)")
_CONVERTER = re.compile(r"\bregister_converter\(")
_CONTAINER = re.compile(r"JSON|\[|\bARRAY\b|\bHSTORE\b", re.I)
_PADDED = re.compile(r"\s*(?:(?:NATIONAL\s+)?CHAR(?:ACTER)?|NCHAR|BPCHAR)\s*(?:\(|$)", re.I)
_IMMUTABLE = frozenset("sqlite3.Row aiosqlite.Row Row None tuple_row namedtuple_row".split())


def query_doubts(found: QueryRead) -> Iterator[Doubt | None]:
    """Of those that weigh the same, the last is the one to give."""
    yield _list_of_rows(found)
    yield _behind_a_network(found)
    yield _rows_may_change(found)
    yield _values_may_change(found)
    yield _pads(found)
    yield _receiver(found)
    yield _opens_otherwise(found)
    yield _helper(found)
    yield _not_unique(found)
    yield _not_by_key(found)


def _not_by_key(found: QueryRead) -> Doubt | None:
    match = found.fetch.by_key()
    if len(found.fetch.parameters) > 1:
        return report("the query takes more than the key; a batch would need all of them for each row")
    if match is None:
        return report("the query does more than to pick whole columns of one table by one key")
    if found.fetch.key_position is None:
        return report(
            f"`{match['column']}` is not among the columns, and without it the rows cannot be told apart"
        )
    return None


def _not_unique(found: QueryRead) -> Doubt | None:
    match = found.fetch.by_key()
    if match is None:
        return None
    schema = tables_of(found.read.at.project)
    if found.fetch.rows == "all":
        if schema and schema.compares_exactly(match["table"]):
            return None
        return report(
            f"nothing in the code shows how `{match['table']}` compares `{match['column']}` (upper case, blanks)"
        )
    if schema and schema.is_unique(match["table"], match["column"]):
        return None
    return report(
        f"nothing in the code shows that `{match['column']}` is unique in `{match['table']}`; several rows have no order"
    )


def _list_of_rows(found: QueryRead) -> Doubt | None:
    match = found.fetch.by_key()
    if found.fetch.rows == "all":
        if match and match["order"]:
            return review(f"rows of one key that `ORDER BY {match['order']}` leaves equal may change places")
        return review("rows of one key come in the order in which the database finds them, which may differ")
    return None


def _behind_a_network(found: QueryRead) -> Doubt | None:
    if not found.fetch.query.in_process:
        return review(
            "a key of the wrong type now fails before the first turn, and may spoil the transaction"
        )
    return None


def _rows_may_change(found: QueryRead) -> Doubt | None:
    """Rows that are dictionaries would not be kept, and everything be read twice."""
    for source in found.read.at.project.sources.values():
        if _CONVERTER.search(source.text):
            return report(
                "`register_converter` makes values of rows; turns with the same key would share them"
            )
        for factory in _ROW_FACTORY.findall(source.text) if "row_factory" in source.text else ():
            if factory not in _IMMUTABLE:
                return report(
                    f"`row_factory = {factory}` makes the rows; only tuples and `Row` can be shared between turns"
                )
    return None


def _values_may_change(found: QueryRead) -> Doubt | None:
    """What a driver makes lists and dictionaries of can be changed, though the row cannot."""
    match, schema = found.fetch.by_key(), tables_of(found.read.at.project)
    if match is None or schema is None or found.fetch.query.in_process:
        return None
    wanted = {name.rpartition(".")[2].lower() for name in found.fetch.columns}
    for (table, column), kind in schema.kinds.items():
        if table == match["table"].lower() and wanted & {column, "*"} and _CONTAINER.search(kind):
            return report(f"`{column}` may be a list or dictionary; turns with the same key would share it")
    return None


def _pads(found: QueryRead) -> Doubt | None:
    """PostgreSQL fills up a CHAR(n) with blanks, and passes them over when it compares."""
    match, schema = found.fetch.by_key(), tables_of(found.read.at.project)
    if match is None or schema is None or found.fetch.query.in_process:
        return None
    kind = schema.kinds.get((match["table"].lower(), match["column"].lower()), "")
    if _PADDED.match(kind):
        return report(f"blanks at the end do not count where `{match['column']}` ({kind}) is compared")
    return None


def _receiver(found: QueryRead) -> Doubt | None:
    """The connection must be the same in every turn, and written without doing anything."""
    read = found.read
    if found.helper:
        asked = {n.id for p in found.fetch.parameters for n in ast.walk(p) if isinstance(n, ast.Name)}
        given = arguments(read.call, found.helper) or {}
        others = [value for name, value in given.items() if name not in asked]
    else:
        others = [found.fetch.receiver]
    return receiver_changes(others, read, "the query")


def _opens_otherwise(found: QueryRead) -> Doubt | None:
    form = form_of(found.helper, found.fetch) if found.helper else None
    opening = {node for part in (form.heads if form else ()) for node in ast.walk(part)}
    opening.update([found.fetch.ran, *ast.walk(found.fetch.receiver)])
    return state_changes(found.read, found.helper or found.read.function, opening)


def _helper(found: QueryRead) -> Doubt | None:
    helper, fetch, project = found.helper, found.fetch, found.read.at.project
    if helper is None:
        return None
    parameters = {a.arg for a in helper.arguments}
    if arguments(found.read.call, helper) is None or parameters & (LOCALS | {"rows", "row"}):
        return report(f"`{helper.name}` takes its arguments in a way that a second function could not")
    key = fetch.parameters[0] if fetch.parameters else None
    if not (isinstance(key, ast.Name) and key.id in parameters):
        return report(f"`{helper.name}` works its key out before it asks for it")
    form = form_of(helper, fetch)
    alone = fetch.module.global_names.get(helper.name) == [helper.node]
    if not alone or helper.node not in fetch.module.tree.body or getattr(helper.node, "type_params", None):
        return report(f"beside `{helper.name}`, which is defined at times or in several ways, no other fits")
    if form is None or helper.node.decorator_list:
        return report(
            f"`{helper.name}` does more than to read by a key and to return what is made of the rows"
        )
    if any(patch.dotted.rpartition(".")[2] == helper.name for patch in project.patches.all):
        return report(f"tests replace `{helper.name}`, and would not be asked any more")
    for manager in form.around:
        if not lets_through(manager, fetch.module, project):
            return report(f"`with {ast.unparse(manager)}` may change what `{helper.name}` raises")
    does = found.read.at.effects.summary(helper)
    if does.writes or does.unknown:
        what = f"calls `{min(does.unknown)}()`" if does.unknown else "writes"
        return report(f"`{helper.name}` {what}; that may change what a later turn reads")
    if form.before or isinstance(fetch.receiver, ast.Call):
        opening = ast.unparse(form.before[0] if form.before else fetch.receiver).splitlines()[0]
        return review(f"`{opening.rstrip(':')}` runs once, not for each key")
    return None

"""The indexes that all queries of a project together lack: as few as do.

Each query by itself would have an index made to measure, and a table a dozen of them. Here an index that
serves many queries is taken first, and what still reads a whole table then asks again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from fixbot.project.module import Module
from fixbot.project.project import Project
from fixbot.sql.indexes import Advice, advice
from fixbot.sql.migrations import is_migration
from fixbot.sql.plans import NoPlan
from fixbot.sql.schema import Schema
from fixbot.sql.texts import Text, is_query, texts, unfinished

_MENTIONS = re.compile(r"\b(?:SELECT|UPDATE|DELETE)\b", re.I)
_ASIDE = frozenset("contrib docs examples benchmarks".split())
"""Folders of what is not part of the service, and may have a database of its own."""


@dataclass(frozen=True, eq=False)
class Query:
    """A query in a module."""

    module: Module
    text: Text


@dataclass(frozen=True)
class Need:
    """An index, the first query that lacks it, and how many others it serves as well."""

    advice: Advice
    query: Query
    others: int


_KNOWN: WeakKeyDictionary[Project, list[Need]] = WeakKeyDictionary()


def queries_in(module: Module) -> list[Text]:
    """What may be a query, in no order; a text that others are added to is only the beginning of one."""
    aside = not _ASIDE.isdisjoint(module.path.split("/")[:-1])
    if aside or is_migration(module) or not _MENTIONS.search(module.source.text):
        return []
    begun = unfinished(module)
    return [text for text in texts(module) if is_query(text) and text.node not in begun]


def needs_of(project: Project, schema: Schema) -> list[Need]:
    """Every index that some query outside of tests lacks."""
    if project not in _KNOWN:
        _KNOWN[project] = _needs(
            [(q, found) for q in _queries(project) for found in _advice(q, schema)], schema
        )
    return _KNOWN[project]


def _queries(project: Project) -> Iterator[Query]:
    for path, source in project.sources.items():
        module = project.module(path) if _MENTIONS.search(source.text) else None
        if module is not None and not module.is_test:
            found = sorted(queries_in(module), key=lambda text: (text.node.lineno, text.node.col_offset))
            yield from (Query(module, text) for text in found)


def _advice(query: Query, schema: Schema) -> list[Advice]:
    try:
        return list(advice(query.text.sql, schema))
    except NoPlan:
        return []


def _needs(waiting: list[tuple[Query, Advice]], schema: Schema) -> list[Need]:
    needs, made = list[Need](), set[tuple[str, tuple[str, ...]]]()
    with _none_kept(schema):
        while waiting:
            query, chosen = waiting[_most_useful([found for _, found in waiting])]
            schema.db.execute(chosen.statement)
            made.add((chosen.table, chosen.columns))
            left, served = list[tuple[Query, Advice]](), set[Query]()
            for other, found in waiting:
                if found.table != chosen.table:
                    left.append((other, found))
                    continue
                again = [a for a in _advice(other, schema) if a.table == chosen.table]
                again = [a for a in again if (a.table, a.columns) not in made]
                left += [(other, a) for a in again[:1]]
                served |= set() if again else {other}
            needs.append(Need(chosen, query, len(served - {query})))
            waiting = left
    return needs


def _most_useful(wanted: list[Advice]) -> int:
    """The place of the first advice whose index serves the most, by its first columns; of equals the shortest."""
    asked = Counter((found.table, found.columns) for found in wanted)

    def serves(found: Advice) -> int:
        beginnings = (found.columns[: n + 1] for n in range(len(found.columns)))
        return sum(asked[found.table, columns] for columns in beginnings)

    return min(range(len(wanted)), key=lambda n: (-serves(wanted[n]), len(wanted[n].columns), n))


@contextmanager
def _none_kept(schema: Schema) -> Iterator[None]:
    """Drops the indexes that are made meanwhile."""
    before = set(schema.indexes())
    try:
        yield
    finally:
        for name in set(schema.indexes()) - before:
            schema.db.execute(f"DROP INDEX {name}")

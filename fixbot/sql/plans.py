"""How SQLite would run a query: EXPLAIN QUERY PLAN, with dummies in the place of values."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

_SCAN = re.compile(r"SCAN (?:TABLE )?(?P<table>\S+)(?: AS (?P<alias>\S+))?")
_SEARCHED_WHOLE = re.compile(  # row by row for MIN or MAX, or by an index that is built and thrown away
    r"SEARCH (?:TABLE )?(?P<table>\S+)(?: AS (?P<alias>\S+))?(?:(?: USING (?:COVERING )?INDEX \S+)?$| USING AUTOMATIC )"
)
_WRONG_COUNT = re.compile(r"uses (\d+)")
_STEPS = 2_000_000
"""Of SQLite's virtual machine: more than any plan takes, and a fraction of a second."""


class NoPlan(Exception):
    """SQLite cannot run it; the message is SQLite's."""


@dataclass(frozen=True)
class Step:
    """A line of a plan. `first` is the outermost of the loops it stands among."""

    text: str
    first: bool

    @property
    def scanned(self) -> str:
        """The table (by the name the query gives it) of which every row is read here, or ""."""
        found = _SCAN.match(self.text) or _SEARCHED_WHOLE.match(self.text)
        return (found["alias"] or found["table"]).lower() if found else ""


class _Dummies(dict[str, int]):
    """A value for every name."""

    def __missing__(self, name: str) -> int:
        return 1


def explain(db: sqlite3.Connection, sql: str) -> list[Step]:
    """The plan of one statement. Raises `NoPlan`."""
    try:
        rows = _rows(db, f"EXPLAIN QUERY PLAN {sql}")
    except (sqlite3.Error, sqlite3.Warning, ValueError) as exc:
        raise NoPlan(str(exc)) from exc
    steps, seen = [], set[int]()
    for _, parent, _, text in rows:
        loops = text.startswith(("SCAN", "SEARCH"))
        steps.append(Step(text, loops and parent not in seen))
        if loops:
            seen.add(parent)
    return steps


def _rows(db: sqlite3.Connection, sql: str) -> list[tuple[int, int, int, str]]:
    """Run it with as many dummies as it wants, by name or by number."""
    try:
        return db.execute(sql, _Dummies()).fetchall()
    except sqlite3.ProgrammingError:
        pass
    try:
        return db.execute(sql).fetchall()
    except sqlite3.ProgrammingError as exc:
        wanted = _WRONG_COUNT.search(str(exc))
        return db.execute(sql, [1] * int(wanted[1])).fetchall() if wanted else []


def in_memory() -> sqlite3.Connection:
    """An empty database that can reach nothing else, and gives up on what takes long."""
    # Whichever thread collects it closes it; a plan that was kept would be that of earlier indexes.
    db = sqlite3.connect(":memory:", check_same_thread=False, cached_statements=0)
    db.set_authorizer(_only_harmless)
    db.set_progress_handler(lambda: 1, _STEPS)
    return db


def _only_harmless(action: int, *_: object) -> int:
    denied = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    return sqlite3.SQLITE_DENY if action in denied else sqlite3.SQLITE_OK

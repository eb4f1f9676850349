'''Read many documents, rows or ORM objects at once instead of one by one in a loop.

## What it does

Finds loops that fetch one document, run one query by a key, or read one object of SQLAlchemy, SQLModel
or Django by its primary key, for each item, and reads all of them in batches before the loop. The loop
itself stays as it is: it looks a document up among those read, and reads it alone, as before, where it
is not among them. A query in a function that the loop calls is found as well; where that function opens
a connection, runs the query and makes something of the rows, a second one beside it does so for many
keys.

## Why is this bad

Every fetch is a round trip. Twenty asset references are twenty waits in a row, where `get_all` waits
once (for every 300 documents).

## Example

```python
from google.cloud import firestore

db = firestore.Client()


def names(user_ids: list[str]) -> dict[str, str]:
    found = {}
    for user_id in user_ids:
        doc = db.collection("users").document(user_id).get()
        if doc.exists:
            found[user_id] = doc.to_dict()["name"]
    return found
```

## Use instead

```python
import logging
from collections.abc import Callable, Iterable
from typing import Any

from google.cloud import firestore

db = firestore.Client()


def _prefetch_documents(
    client: firestore.Client, reference: Callable[[Any], Any], keys: Iterable[Any]
) -> dict[str, Any]:
    """Read many documents at once, by path; the caller reads what is missing."""
    references = {}
    snapshots = {}
    try:
        for key in keys:
            try:
                document = reference(key)
                references[document.path] = document
            except Exception:
                continue  # the caller meets the same error, in its place
        pending = list(references.values())
        for start in range(0, len(pending), 300):
            for snapshot in client.get_all(pending[start : start + 300]):
                snapshots[snapshot.reference.path] = snapshot
    except Exception as error:
        logging.getLogger(__name__).warning(
            "Batch read failed, reading one by one: %s", error
        )
    return snapshots


def names(user_ids: list[str]) -> dict[str, str]:
    found = {}
    prefetched = _prefetch_documents(db, db.collection("users").document, user_ids)
    for user_id in user_ids:
        reference = db.collection("users").document(user_id)
        doc = prefetched.get(reference.path) or reference.get()
        if doc.exists:
            found[user_id] = doc.to_dict()["name"]
    return found
```

## Fix safety

`get_all` alone is not the same as the loop: it returns documents in any order, duplicates once, and
one bad id fails the whole batch. Hence the look-up by path and the single read as a fallback: order,
duplicates, missing documents, bad ids and per-item error handling stay as they were, and tests that
mock the client go on working. If the batch fails, the loop still works, as slowly as before, and a
warning is logged. *Safe* when the ids are known before the loop and nothing in it writes.
*Review* when documents are written elsewhere in the loop, when the loop stops at the first error, or
when the items must be collected into a list first. *Reported* when the loop may stop early (reading
all would read, and pay for, more), when an id comes from the document before, when the same
documents may be written in between, and when the client cannot be named at the loop.

SQL is batched where a query picks whole columns of one table by one key (`WHERE id = ?`), which is
among the columns. *Safe* for single rows by a column that the schema in the code shows to be unique;
*review* for lists of rows, for functions that open their connection themselves, which then happens
once, and for databases behind a network, where an error may spoil a transaction. *Reported* for
anything else: joins, aggregates, a limit for each key, functions that write or do more than to read by
a key. Where one statement runs the query and the next fetches its row, both stay below an `if row is
None`.

Objects (`session.get(User, key)`, `User.objects.get(pk=key)`) are always *review*: SQLAlchemy flushes
what waits in the session before it reads, which now happens before the loop, and no longer at each
read in it; Django reads all before the first turn. Nothing else changes: what is missing is read alone, as before, so that None and
`DoesNotExist` come where they came; Django's objects are handed out once each, unless the loop only
looks at them, since each `get` makes a new one. *Reported* where the code does not show which one
attribute is the key, when the read asks for more than a key (a lock, options, a second keyword), for
managers of your own, and when the loop adds, changes or commits.

## References

- https://cloud.google.com/python/docs/reference/firestore/latest/google.cloud.firestore_v1.client.Client#google_cloud_firestore_v1_client_Client_get_all
- https://firebase.google.com/docs/firestore/best-practices
- https://docs.sqlalchemy.org/en/20/orm/session_api.html#sqlalchemy.orm.Session.get
- https://docs.djangoproject.com/en/5.2/ref/models/querysets/#in-bulk
'''

from __future__ import annotations

import ast
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from fixbot.batching import objects, rows
from fixbot.batching.apart import in_two_statements
from fixbot.batching.code import called, collected, free_name, key_and_maker, key_of, keys_of
from fixbot.batching.doubts import (
    changes_in_between,
    comments_inside,
    ends_early,
    items_change,
    items_come_once,
    key_changes,
    key_does_more,
    no_room_before,
    no_room_inside,
    passes_arguments,
    read_by_chance,
    read_in_part,
    state_changes,
    suspends_earlier,
    waits_in_between,
)
from fixbot.batching.edits import before_loop, in_place
from fixbot.batching.firestore import client_of, helper, look_up
from fixbot.batching.helpers import form_of
from fixbot.batching.names import Spelled
from fixbot.batching.object_doubts import in_any_case, object_doubts
from fixbot.batching.objects import object_read
from fixbot.batching.queries import QueryRead, fetch_of, in_loop, through_helper
from fixbot.batching.query_doubts import query_doubts
from fixbot.batching.read import LoopRead, loop_read
from fixbot.batching.rows import definition
from fixbot.codemod import Codemod, Place
from fixbot.model import Definition, Edit, Finding, Severity
from fixbot.project.project import Project
from fixbot.project.references import References
from fixbot.project.repeatable import Again
from fixbot.safety import Doubt, report

codemod = Codemod(
    __name__,
    triggers=[b".get(", b".get)", b".get,"],
    called=lambda catalogue: catalogue.row_names | catalogue.query_names | catalogue.object_names,
    severity=Severity.HIGH,
    category="N+1 Query",
    needs_effects=True,
    emits=(3, 9),
)

COST = {"round_trips": {"before": "n", "after": "1"}}


@codemod.visit(ast.Call)
def loop_fetch(call: ast.Call, at: Place) -> Iterator[Finding]:
    read = loop_read(call, at)
    if read is None:
        return
    client, batch, key = client_of(read), helper(read), key_and_maker(read)
    doubts = [  # of those that weigh the same, the last is the one given
        *_of_the_place(read),
        _names_taken(batch),
        _client_unknown(client),
        _made_of_several(key),
        *_of_the_loop(read),
        state_changes(read, read.function, set(_chain(read.method))),
        passes_arguments(read),
    ]
    edits: list[Edit] = []
    if client and batch and key and not any(doubt and doubt.safety == "report" for doubt in doubts):
        edits = _edits(read, client, batch, key)
    message = f"`{ast.unparse(read.method)}()` reads one document for each turn of the loop"
    yield at.finding(call, message, edits=edits, doubts=doubts, cost=COST)


@codemod.visit(ast.Call)
def loop_query(call: ast.Call, at: Place) -> Iterator[Finding]:
    fetch = fetch_of(call, at)
    if fetch is None:
        return
    found = in_loop(fetch, at)
    if found is not None:
        yield _query(found)
    else:
        references = _REFERENCES.setdefault(at.project, References(at.project))
        for found in through_helper(fetch, at, references):
            yield _query(found)


@codemod.visit(ast.Call)
def loop_object(call: ast.Call, at: Place) -> Iterator[Finding]:
    found = object_read(call, at)
    if found is None:
        return
    read = found.read
    written = objects.definition(found) if found.key else None
    key = key_of(read)
    doubts = [  # of those that weigh the same, the last is the one given
        *_of_the_place(read, gives_name=False),
        _names_taken(written and written[0]) if found.key else None,
        *in_any_case(found),
        *_of_the_loop(read),
        *object_doubts(found),
    ]
    edits: list[Edit] = []
    if written and not any(doubt and doubt.safety == "report" for doubt in doubts):
        edits = list(objects.edits(found, key, *written))
    message = f"`{ast.unparse(read.method)}()` reads one object for each turn of the loop"
    yield at.finding(call, message, edits=edits, doubts=doubts, cost=COST)


_REFERENCES: WeakKeyDictionary[Project, References] = WeakKeyDictionary()
"""Kept, since they index every file."""


def _query(found: QueryRead) -> Finding:
    """One query for each turn of a loop, in the module of the loop."""
    read, fetch = found.read, found.fetch
    known = fetch.key_position is not None and (
        found.helper is None or form_of(found.helper, fetch) is not None
    )
    written = definition(found, read.at) if known else None
    key = written and key_of(read)
    doubts = [  # of those that weigh the same, the last is the one given
        *query_doubts(found),
        *_of_the_place(read, gives_name=False),
        _names_taken(written and written[0]) if known else None,
        *_of_the_loop(read),
        in_two_statements(found),
    ]
    edits: list[Edit] = []
    if written and key and not any(doubt and doubt.safety == "report" for doubt in doubts):
        _, new, calling = written
        edits = rows.edits(found, key, calling[0], new, calling[1])
    what = f"`{found.helper.name}()` runs a query" if found.helper else "a query runs"
    severity = Severity.LOW if fetch.query.in_process else Severity.HIGH
    message = f"{what} for each turn of the loop"
    return read.at.finding(read.call, message, edits=edits, doubts=doubts, cost=COST, severity=severity)


def _of_the_place(read: LoopRead, *, gives_name: bool = True) -> Iterator[Doubt | None]:
    yield items_come_once(read)
    yield suspends_earlier(read)
    yield waits_in_between(read)
    yield comments_inside(read)
    yield no_room_inside(read, gives_name=gives_name)


def _of_the_loop(read: LoopRead) -> Iterator[Doubt | None]:
    yield no_room_before(read)
    yield items_change(read)
    yield changes_in_between(read)
    yield read_in_part(read)
    yield read_by_chance(read)
    yield key_does_more(read)
    yield key_changes(read)
    yield ends_early(read)


def _chain(expression: ast.expr) -> Iterator[ast.expr]:
    """`db.collection("users").document(key)` and what it is called on, down to `db`, without the arguments."""
    match expression:
        case ast.Call(func=inner) | ast.Attribute(value=inner):
            yield from (expression, *_chain(inner))
        case _:
            yield expression


def _client_unknown(client: Spelled | None) -> Doubt | None:
    return None if client else report("the client that the collection was made from cannot be named here")


def _made_of_several(key: tuple[str, str] | None) -> Doubt | None:
    return None if key else report("the reference is made of more than one loop variable")


def _names_taken(batch: Definition | str | None) -> Doubt | None:
    """Of the function that reads the batches."""
    if batch is None:
        return report(
            "a name that the batch needs means something else in this module, or is imported only at times"
        )
    return None


def _edits(read: LoopRead, client: Spelled, batch: Definition | str, key: tuple[str, str]) -> list[Edit]:
    """Read the batch before the loop, and look every document up among those read."""
    name, new = (batch, []) if isinstance(batch, str) else (batch.name, [batch])
    items = "" if read.again is Again.AS_IT_IS else free_name("items", read)
    prefetched = free_name("prefetched", read)
    arguments = f"{client[0]}, {key[1]}, {keys_of(read, key[0], items)}"
    code = [f"{items} = {collected(read)}"] if items else []
    code.append(f"{prefetched} = {called(read, name, arguments)}")

    def instead(reference: str, reference_name: str) -> str:
        return look_up(read, prefetched, reference, called(read, f"{reference_name}.{read.method.attr}"))

    return [
        *before_loop(read, code, items, new, client[1]),
        *in_place(read, free_name("reference", read), instead),
    ]

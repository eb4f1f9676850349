'''Read many Firestore documents at once instead of one by one in a loop.

## What it does

Finds loops that fetch one document for each item, and reads all of them in batches before the loop.
The loop itself stays as it is: it looks a document up among those read, and reads it alone, as
before, where it is not among them.

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
    """Read the documents of many keys in few round trips, by path; what cannot be read is left out."""
    references = {}
    for key in keys:
        try:
            document = reference(key)
            references[document.path] = document
        except Exception:
            continue  # whoever reads this one alone meets the same error
    pending = list(references.values())
    snapshots = {}
    for start in range(0, len(pending), 300):
        try:
            for snapshot in client.get_all(pending[start : start + 300]):
                snapshots[snapshot.reference.path] = snapshot
        except Exception as error:
            logging.getLogger(__name__).warning("Batch read failed, reading one by one: %s", error)
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

## References

- https://cloud.google.com/python/docs/reference/firestore/latest/google.cloud.firestore_v1.client.Client#google_cloud_firestore_v1_client_Client_get_all
- https://firebase.google.com/docs/firestore/best-practices
'''

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from fixbot.catalogue import Entry
from fixbot.codemod import Codemod, Place
from fixbot.model import Definition, Edit, Finding, Import, Severity
from fixbot.project.effects import Kind, Resource, simple_name
from fixbot.project.loops import (
    Loop,
    assigned_in,
    conditions,
    expanded,
    is_repeatable,
    loop_around,
    names_in,
    stops_early,
)
from fixbot.project.module import Function
from fixbot.project.origin import chain
from fixbot.project.plain import is_data_method
from fixbot.safety import Doubt, report, review

codemod = Codemod(
    __name__,
    triggers=[b".get("],
    severity=Severity.HIGH,
    category="N+1 Query",
    needs_effects=True,
)

COST = {"round_trips": {"before": "n", "after": "1"}}


@dataclass(frozen=True)
class Fetch:
    """`collection.document(key).get()` inside a loop."""

    call: ast.Call
    entry: Entry
    function: Function
    loop: Loop
    reference: ast.expr
    """What `.get()` is called on, as written."""
    key: ast.expr
    """The same in terms of the loop variables and of what does not change in the loop."""
    awaited: bool


@codemod.visit(ast.Call)
def loop_fetch(call: ast.Call, at: Place) -> Iterator[Finding]:
    fetch = _fetch(call, at)
    if fetch is None:
        return
    client = _client(fetch, at)
    doubts = [
        _arguments_given(fetch),
        _key_from_the_loop(fetch, at),
        _stops_before_the_end(fetch),
        _read_under_conditions(fetch, at),
        _writes_in_between(fetch, at),
        _client_unknown(client),
        _cannot_stand_before(fetch, at),
        _items_come_once(fetch),
    ]
    message = f"`{ast.unparse(call.func)}()` reads one document for each turn of the loop"
    edits = []
    if client is not None and not any(d and d.safety == "report" for d in doubts):
        edits = _edits(fetch, client, at)
    yield at.finding(call, message, edits=edits, doubts=doubts, cost=COST)


# --- what is found -----------------------------------------------------------------------------


def _fetch(call: ast.Call, at: Place) -> Fetch | None:
    """A read by key whose key changes with the loop; None for anything else (`dict.get`, a retry loop, ...)."""
    function, loop = at.function(call), loop_around(call, at.module)
    if function is None or loop is None or not isinstance(call.func, ast.Attribute):
        return None
    entry = at.effects.of_call(call, at.module).entry
    if entry is None or entry.batch is None:
        return None
    key = expanded(call.func.value, loop)
    if not names_in(key) & loop.names:
        return None  # the same document each time, or one that the one before it names
    awaited = isinstance(at.module.parents[call], ast.Await)
    return Fetch(call, entry, function, loop, call.func.value, key, awaited)


def _client(fetch: Fetch, at: Place) -> ast.expr | None:
    """The client that the document's collection was made from, as it can be written at the loop."""
    for expression, home in chain(fetch.reference, at.module, at.project):
        if not isinstance(expression, ast.Call) or not isinstance(expression.func, ast.Attribute):
            continue
        made_by = at.project.targets(expression.func, home)
        if any(t.entry and t.entry.qualname.partition(".")[0].endswith("Client") for t in made_by):
            client = expression.func.value
            here = home is at.module and at.module.function(expression) in (fetch.function, None)
            return client if here or _means_the_same(client, fetch, at) else None
    return None


def _means_the_same(client: ast.expr, fetch: Fetch, at: Place) -> bool:
    """Whether an expression from another place (`self.db`, a global, an imported name) can be used at the loop."""
    match client:
        case ast.Attribute(value=ast.Name(id="self")):
            return any(a.arg == "self" for a in fetch.function.arguments)
        case ast.Name(id=name):
            known = name in at.module.global_names or name in at.module.imports
            return known and not at.is_local(name, fetch.call)
    return False


# --- what speaks against it --------------------------------------------------------------------


def _arguments_given(fetch: Fetch) -> Doubt | None:
    if fetch.call.args or fetch.call.keywords:
        return report("the read passes arguments (a transaction, field paths) that the batch read would have to share")
    return None


def _key_from_the_loop(fetch: Fetch, at: Place) -> Doubt | None:
    """The id must be known before the loop: made of the item alone, by code that does nothing else."""
    changing = names_in(fetch.key) & (assigned_in(fetch.loop) - fetch.loop.names)
    if changing:
        return report(f"the id depends on `{min(changing)}`, which changes inside the loop")
    for node in ast.walk(fetch.reference):
        if isinstance(node, ast.Await | ast.NamedExpr | ast.Yield):
            return report("the id is not a plain expression of the item")
    for call in _calls_for_the_key(fetch, at):
        effect = at.effects.of_call(call, at.module)
        pure = effect.known and all("pure" in e.flags for e in effect.entries) and not effect.functions
        if not pure and not is_data_method(call, fetch.function, at.project):
            return report(f"the id is worked out by `{ast.unparse(call.func)}()`, which may do more than that")
    return None


def _calls_for_the_key(fetch: Fetch, at: Place) -> Iterator[ast.Call]:
    """Calls in the reference and in the assignments inside the loop that it is made of."""
    wanted = set(names_in(fetch.reference)) - fetch.loop.names
    yield from (n for n in ast.walk(fetch.reference) if isinstance(n, ast.Call))
    seen: set[str] = set()
    while wanted - seen:
        name = min(wanted - seen)
        seen.add(name)
        for node in fetch.loop.nodes():
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                wanted |= names_in(node.value) - fetch.loop.names
                yield from (n for n in ast.walk(node.value) if isinstance(n, ast.Call))


def _stops_before_the_end(fetch: Fetch) -> Doubt | None:
    way = stops_early(fetch.loop)
    if way in ("break", "return"):
        return report(f"the loop can end early (`{way}`); reading all documents first would read, and pay for, more")
    if way == "raise":
        return review("the loop stops at the first error it raises; the batch reads the remaining documents as well")
    return None


def _read_under_conditions(fetch: Fetch, at: Place) -> Doubt | None:
    """Items that the loop skips must not be read either, and their test must be cheap, pure and unable to fail."""
    tests = conditions(fetch.call, fetch.loop, at.module)
    if tests is None:
        return report("whether a document is read depends on what happens in the loop")
    for test, _ in tests:
        changing = names_in(test) & (assigned_in(fetch.loop) - fetch.loop.names)
        if changing or not _cannot_fail(test, fetch, at):
            return report(f"whether a document is read depends on `{ast.unparse(test)[:50]}`")
    return None


def _cannot_fail(test: ast.expr, fetch: Fetch, at: Place) -> bool:
    for node in ast.walk(test):
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "len" | "bool" | "str")):
                continue
            case ast.Call() if is_data_method(node, fetch.function, at.project):
                continue
            case ast.Call() | ast.Subscript() | ast.Await() | ast.BinOp() | ast.NamedExpr():
                return False
            case ast.Attribute() if not isinstance(at.module.parents[node], ast.Call):
                return False
    return True


def _writes_in_between(fetch: Fetch, at: Place) -> Doubt | None:
    """A write in the loop to a document that a later turn reads would be missed."""
    service = fetch.entry.reads
    read = at.effects.resource(service, fetch.call, at.module)
    inside = set(fetch.loop.nodes())
    doubt: Doubt | None = None
    for event in at.effects.events(fetch.function):
        if event.node not in inside:
            continue
        if event.kind is Kind.UNKNOWN:
            return report(f"the loop calls `{event.what}()`, which fixbot does not know; it might change these documents")
        writes: list[Resource] = [event.what] if event.kind is Kind.WRITE and isinstance(event.what, Resource) else []
        if event.kind is Kind.CALL and isinstance(event.what, Function):
            does = at.effects.summary(event.what)
            writes += does.writes
            if does.unknown:
                return report(f"the loop calls `{event.what.label}()`, which does things that fixbot does not know")
        if any(write.may_be(read) for write in writes):
            return report("the loop writes documents that a later turn may read")
        if any(write.service != "file" for write in writes):
            doubt = review("the loop writes elsewhere; the documents are now read before the first of those writes")
    return doubt


def _client_unknown(client: ast.expr | None) -> Doubt | None:
    if client is None:
        return report("the client that the collection was made from cannot be named here")
    return None


def _cannot_stand_before(fetch: Fetch, at: Place) -> Doubt | None:
    """The batch read needs a statement of its own before the loop, the single read an expression that is run first."""
    statement = at.module.statement(fetch.loop.whole)
    if not _simple_position(statement, at) or (not fetch.loop.is_statement and _nested_comprehension(fetch, at)):
        return report("there is no place before this loop for the batch read")
    if fetch.loop.is_statement and not _leads_its_statement(fetch, at):
        return report("other calls of the same statement run before the read")
    if not isinstance(fetch.loop.target, ast.Name) and len(names_in(fetch.key) & fetch.loop.names) != 1:
        return report("the id is made of more than one loop variable")
    return None


def _simple_position(statement: ast.stmt, at: Place) -> bool:
    """Not `elif`, whose test cannot have a statement before it."""
    parent = at.module.parents[statement]
    return not (isinstance(statement, ast.If) and isinstance(parent, ast.If) and statement in parent.orelse)


def _nested_comprehension(fetch: Fetch, at: Place) -> bool:
    for parent in at.module.ancestors(fetch.loop.whole):
        if isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda):
            return True
        if isinstance(parent, ast.While | ast.If | ast.IfExp | ast.BoolOp):
            return not isinstance(parent, ast.If) or fetch.loop.whole in ast.walk(parent.test)
        if isinstance(parent, ast.stmt):
            return False
    return False


def _leads_its_statement(fetch: Fetch, at: Place) -> bool:
    """Whether nothing that does something runs before the read in its own statement."""
    statement = at.module.statement(fetch.call)
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.AugAssign | ast.If | ast.Return):
        return False
    if isinstance(statement, ast.If) and not _simple_position(statement, at):
        return False
    around = set(at.module.ancestors(fetch.call))
    own = set(ast.walk(fetch.call))
    whole = statement.test if isinstance(statement, ast.If) else statement
    if isinstance(statement, ast.If) and fetch.call not in ast.walk(statement.test):
        return False
    for node in ast.walk(whole):
        if isinstance(node, ast.IfExp | ast.BoolOp | ast.Lambda | ast.comprehension) and node in around:
            return False
        if isinstance(node, ast.Call | ast.Await) and node not in around and node not in own:
            if (node.lineno, node.col_offset) < (fetch.call.lineno, fetch.call.col_offset):
                return False
    return True


def _items_come_once(fetch: Fetch) -> Doubt | None:
    if not is_repeatable(fetch.loop.iterable, fetch.function):
        if not fetch.loop.is_statement:
            return report("the items can be gone through only once, and a comprehension has no place to keep them")
        return review("the items are first collected into a list, since they may be gone through only once")
    return None


# --- what it becomes ---------------------------------------------------------------------------


def _edits(fetch: Fetch, client: ast.expr, at: Place) -> list[Edit]:
    helper = "_prefetch_documents" if not fetch.awaited else "_prefetch_documents_async"
    prefetched = _free_name("prefetched", fetch, at)
    reference = _free_name("reference", fetch, at)
    definition = _helper(helper, fetch, at)
    if definition is None:
        return []
    once = not is_repeatable(fetch.loop.iterable, fetch.function)
    items = _free_name("items", fetch, at) if once else ""
    keys = _keys(fetch, at, items)
    await_ = "await " if fetch.awaited else ""
    before = f"{prefetched} = {await_}{helper}({ast.unparse(client)}, {_reference_of_key(fetch)}, {keys})"
    collect = f"{items} = list({ast.unparse(fetch.loop.iterable)})" if once else ""
    look_up = f"{prefetched}.get({reference}.path) or {await_}{reference}.get()"
    edits = [_insert_before(at.module.statement(fetch.loop.whole), [s for s in (collect, before) if s], at, definition)]
    if once:
        edits.append(at.edit(fetch.loop.iterable, cst.BaseExpression, lambda _: cst.Name(items)))
    whole = at.module.parents[fetch.call] if fetch.awaited else fetch.call
    assert isinstance(whole, ast.expr)
    if isinstance(fetch.reference, ast.Name):
        look_up = look_up.replace(reference, fetch.reference.id)
    elif fetch.loop.is_statement:
        bind = f"{reference} = {ast.unparse(fetch.reference)}"
        edits.append(_insert_before(at.module.statement(fetch.call), [bind], at))
    else:
        look_up = look_up.replace(f"{reference}.path", f"({reference} := {ast.unparse(fetch.reference)}).path")
    edits.append(at.edit(whole, cst.BaseExpression, _replace_by(look_up, bare=_stands_alone(whole, at))))
    return edits


def _insert_before(statement: ast.stmt, code: list[str], at: Place, *definitions: Definition) -> Edit:
    """New statements right before `statement`; its comments stay with it, blank lines go above the new ones."""

    def insert(node: Any) -> Any:
        lines = list(node.leading_lines)
        blank = [line for line in lines if line.comment is None]
        comments = lines[len(blank) :] if lines[: len(blank)] == blank else lines
        first, *rest = [cst.parse_statement(line) for line in code]
        first = first.with_changes(leading_lines=lines[: len(lines) - len(comments)])
        return cst.FlattenSentinel([first, *rest, node.with_changes(leading_lines=comments)])

    kind = cst.BaseCompoundStatement if isinstance(statement, ast.For | ast.If | ast.With) else cst.SimpleStatementLine
    return at.edit(statement, kind, insert, definitions=definitions)


def _replace_by(code: str, *, bare: bool) -> Any:
    def replace(node: Any) -> cst.BaseExpression:
        expression = cst.parse_expression(code)
        if bare or node.lpar:
            return expression.with_changes(lpar=node.lpar, rpar=node.rpar)
        return expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])

    return replace


def _stands_alone(node: ast.expr, at: Place) -> bool:
    """Whether `a or b` can stand here without parentheses."""
    parent = at.module.parents[node]
    match parent:
        case ast.Assign() | ast.AnnAssign() | ast.Return() | ast.Expr() | ast.keyword() | ast.NamedExpr():
            return True
        case ast.Call(args=args):
            return node in args
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp() | ast.List() | ast.Tuple() | ast.Dict():
            return True
        case ast.Subscript(slice=inside):
            return inside is node
    return False


def _keys(fetch: Fetch, at: Place, items: str) -> str:
    """What to go through for the ids: the loop's own items, or those of them that the loop does not skip."""
    tests = conditions(fetch.call, fetch.loop, at.module) or []
    iterable = items or ast.unparse(fetch.loop.iterable)
    if isinstance(fetch.loop.target, ast.Name) and not tests:
        return iterable
    name = min(names_in(fetch.key) & fetch.loop.names)
    filters = "".join(f" if {_test(test, outcome)}" for test, outcome in tests)
    return f"[{name} for {ast.unparse(fetch.loop.target)} in {iterable}{filters}]"


def _test(test: ast.expr, outcome: bool) -> str:
    return ast.unparse(test if outcome else ast.UnaryOp(ast.Not(), test))


def _reference_of_key(fetch: Fetch) -> str:
    """A function from the item to its document: `collection.document`, or a lambda."""
    name = min(names_in(fetch.key) & fetch.loop.names)
    match fetch.key:
        case ast.Call(func=func, args=[ast.Name(id=only)], keywords=[]) if only == name and name not in names_in(func):
            return ast.unparse(func)
    return f"lambda {name}: {ast.unparse(fetch.key)}"


def _free_name(wanted: str, fetch: Fetch, at: Place) -> str:
    """`wanted`, or with a number behind it, so that it means nothing else in the function."""
    taken = {n.id for n in ast.walk(fetch.function.node) if isinstance(n, ast.Name)}
    taken |= {a.arg for a in fetch.function.arguments} | at.module.global_names.keys()
    number = 1
    name = wanted
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _helper(name: str, fetch: Fetch, at: Place) -> Definition | None:
    """The function that reads the batches, once per module; None if a name that it needs means something else."""
    batch = fetch.entry.batch
    assert batch is not None
    client_class, method = batch.batch.split(".")
    client = at.name(f"google.cloud.firestore.{client_class}", fetch.call)
    if client is None:
        return None
    spelled, imports = client
    log, log_import = ("logger", ()) if "logger" in at.module.global_names else (
        "logging.getLogger(__name__)",
        (Import("logging"),),
    )
    async_ = "async " if fetch.awaited else ""
    code = f"""
{async_}def {name}(
    client: {spelled}, reference: Callable[[Any], Any], keys: Iterable[Any]
) -> dict[str, Any]:
    \"\"\"Read the documents of many keys in few round trips, by path; what cannot be read is left out.\"\"\"
    references = {{}}
    for key in keys:
        try:
            document = reference(key)
            references[document.path] = document
        except Exception:
            continue  # whoever reads this one alone meets the same error
    pending = list(references.values())
    snapshots = {{}}
    for start in range(0, len(pending), {batch.chunk}):
        try:
            {async_}for snapshot in client.{method}(pending[start : start + {batch.chunk}]):
                snapshots[snapshot.{batch.match}] = snapshot
        except Exception as error:
            {log}.warning("Batch read failed, reading one by one: %s", error)
    return snapshots
"""
    needed = (Import("collections.abc", "Callable"), Import("collections.abc", "Iterable"), Import("typing", "Any"))
    return Definition(at.module.path, name, code, imports=(*imports, *log_import, *needed))

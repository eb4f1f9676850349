"""Await independent things at once instead of one after the other.

## What it does

Finds loops and comprehensions that await something for one item after the other, and statements that
await one thing after another, where none needs what another gives. They become `asyncio.gather`.

## Why is this bad

Every await is a wait: for the network, a database, another service. Twenty waits in a row take twenty
times as long as one, though nothing is gained by their order.

## Example

```python
import logging

from google.cloud import firestore

db = firestore.AsyncClient()
logger = logging.getLogger(__name__)


async def album_counts(owners: list[str]) -> list[int]:
    counts = []
    for owner in owners:
        try:
            albums = await db.collection("albums").where("owner", "==", owner).get()
            counts.append(len(albums))
        except Exception as error:
            logger.warning("No albums of %s: %s", owner, error)
            counts.append(0)
    return counts
```

## Use instead

```python
import asyncio
import logging

from google.cloud import firestore

db = firestore.AsyncClient()
logger = logging.getLogger(__name__)


async def album_counts(owners: list[str]) -> list[int]:
    limit = asyncio.Semaphore(8)

    async def get_one(owner):
        async with limit:
            try:
                albums = await db.collection("albums").where("owner", "==", owner).get()
                return len(albums)
            except Exception as error:
                logger.warning("No albums of %s: %s", owner, error)
                return 0

    counts = await asyncio.gather(*(get_one(owner) for owner in owners))
    return counts
```

## Fix safety

The body of the loop moves into a coroutine as it is, with its branches and its `try`; results come in
the order of the items. A list that may be long is worked on eight at a time. *Safe* where no error
leaves an item, and where all that is awaited is known and only reads. *Review* where an item can fail:
the others have begun by then and go on, and the earliest error in time is raised instead of the first
in order (set `gather-errors = "first-in-order"` to keep that); and where something is called that fixbot
does not know. *Reported* where items write, share a session, a connection or state, where a pause, a
retry or a semaphore limits how often a service is asked, where a comment speaks of order, and where
what was collected before an error is used after it. Nothing is found where a turn needs the one before
it, where the loop may end early, and where tasks were started before.

## References

- https://docs.python.org/3/library/asyncio-task.html#asyncio.gather
- https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.codemod import Codemod, Place
from fixbot.gathering import doubts, sharing
from fixbot.gathering.edits import edits_for
from fixbot.gathering.forms import Collected, Form, Run, form_of, unrolled
from fixbot.gathering.onebyone import OneByOne, may_wait, one_by_one
from fixbot.gathering.pairs import edits_for_pair, pairs
from fixbot.gathering.writer import words_for
from fixbot.model import Edit, Finding, Safety, Severity
from fixbot.project.state import runs_at_startup
from fixbot.safety import Doubt, foreign_event_loop, report, review

codemod = Codemod(
    __name__,
    triggers=[b"await "],
    severity=Severity.HIGH,
    category="Sequential awaits",
    needs_effects=True,
    emits=(3, 7),
)


@codemod.visit(ast.For, ast.ListComp, ast.SetComp, ast.DictComp)
def awaits_in_a_loop(
    whole: ast.For | ast.ListComp | ast.SetComp | ast.DictComp, at: Place
) -> Iterator[Finding]:
    one = one_by_one(whole, at)
    if one is None or runs_at_startup(one.function) or not _gains(one) or _stands_in_another(one):
        return
    form = form_of(one)
    if isinstance(form, Collected) and doubts.skips_like_none(form):
        form = unrolled(one) or form
    if form is None or (isinstance(form, Run) and sharing.unknown(form)):
        return
    words, in_order = words_for(form, at), at.project.errors_in_order
    said = _joined(_doubts(form, in_order)) if words else report("`asyncio` means something else here")
    edits: list[Edit] = []
    if words and not (said and said.safety is Safety.REPORT):
        edits = edits_for(form, words, at, in_order=in_order)
    call = ast.unparse(one.calls[0].func)[:60]
    yield at.finding(
        one.awaits[0],
        f"`{call}()` is awaited for one item after the other",
        edits=edits,
        doubts=[said],
        cost={"waits": {"before": "n", "after": "1"}},
    )


def _doubts(form: Form, in_order: bool) -> Iterator[Doubt | None]:
    """Those that are quickly told come first."""
    one = form.one
    yield doubts.other_event_loop(one)
    yield sharing.says_so(one)
    yield sharing.inside_a_limit(one)
    yield doubts.comments_lost(form)
    yield doubts.no_room(form, in_order)
    yield doubts.sees_its_frame(one)
    yield doubts.names_leak(form)
    yield doubts.seen_half_done(form)
    yield doubts.skips_like_none(form)
    yield sharing.in_threads(one)
    yield sharing.unknown(form)
    yield sharing.writes(one)
    yield sharing.uses_one_connection(one)
    yield sharing.holds_back(one)
    yield sharing.starts_a_process(one)
    yield sharing.changes_state(one)
    yield sharing.needs_its_context(one)
    yield doubts.done_for_what_it_does(form)
    yield sharing.shares_cookies(one)
    yield doubts.items_do_more(one)
    yield doubts.depends_on_order(one)
    yield doubts.catches_cancelling(one)
    yield doubts.errors_escape(form, in_order)


def _joined(said: Iterator[Doubt | None]) -> Doubt | None:
    """The first that rules an edit out, or else all that a person must accept, in one sentence."""
    reasons: list[str] = []
    for doubt in filter(None, said):
        if doubt.safety is Safety.REPORT:
            return doubt
        reasons.append(doubt.reason)
    return review("; ".join(reasons)) if reasons else None


@codemod.visit(ast.AsyncFunctionDef)
def awaits_in_a_row(function: ast.AsyncFunctionDef, at: Place) -> Iterator[Finding]:
    if runs_at_startup(at.module.functions[function]) or foreign_event_loop(at.module, at.project):
        return
    in_order = at.project.errors_in_order
    for pair in pairs(function, at):
        if name := at.name("asyncio.gather", pair.statements[0]):
            names = " and ".join(f"`{ast.unparse(call.func)[:40]}()`" for call in pair.calls[:2])
            yield at.finding(
                pair.statements[0].value,
                f"{names} are awaited one after the other, though neither needs the other",
                severity=Severity.MEDIUM,
                edits=edits_for_pair(pair, *name, in_order=in_order),
                doubts=[review(BEGUN_IN_ORDER if in_order else BEGUN)],
                cost={"waits": {"before": str(len(pair.calls)), "after": "1"}},
            )


BEGUN = (
    "when the first fails, the others have begun by then and go on in the background; if several fail, the earliest error "
    "in time is raised"
)
BEGUN_IN_ORDER = "when the first fails, the others have been asked for as well; they never were before"


def _stands_in_another(one: OneByOne) -> bool:
    """Whether a loop around it is found as well: both at once would be more at a time than either allows."""
    for parent in one.module.ancestors(one.loop.whole):
        if isinstance(parent, ast.For | ast.ListComp | ast.SetComp | ast.DictComp):
            outer = one_by_one(parent, one.at)
            if outer and one.nodes <= outer.nodes and form_of(outer):
                return True
        if isinstance(parent, ast.AsyncFunctionDef):
            break
    return False


def _gains(one: OneByOne) -> bool:
    """Whether something that is awaited may give other tasks a turn at all."""
    return any(may_wait(node, one.module, one.at.effects) for node in one.awaits)

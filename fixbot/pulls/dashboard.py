"""The issue that shows everything: what is open, waits, failed, was left and is ignored, with boxes to tick.

One module writes and reads: `render` makes the text, `parse` gives back what people have ticked and what earlier runs
wrote down. A box names what it is about in hidden data, so nothing that stands beside it can pass for another one.
Text of the target repository goes through `fixbot.pulls.neutral`. What only one run did is not shown: a second run
with nothing new makes the same text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from fixbot.pulls import hidden
from fixbot.pulls.forges import Page
from fixbot.pulls.model import Check, Dashboard, Ignored, Outcome, Plan, PlannedFinding, PlannedFix, Result
from fixbot.pulls.neutral import code, cut, prose

TOPIC = "dashboard"
TITLE = "fixbot dashboard"
MOST = 60_000
"""Characters of the text; GitHub takes 65,536."""
Kind = Literal["open", "rebuild", "ignore", "restore"]

_BOX = re.compile(r"^ *- \[([ xX])\] (?=<!-- fixbot:box )(.*)$", re.MULTILINE)
_OPEN = {Outcome.OPENED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.EDITED_BY_HUMAN}
_WAITING = {Outcome.QUEUED, Outcome.LIMIT_REACHED, Outcome.NOT_SELECTED}
_NOT_THIS_TIME = {Outcome.STATE_MOVED, Outcome.REFUSED, Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class Box:
    """What a box is about: a branch, or for `restore` the first fingerprint of a group."""

    kind: Kind
    of: str


@dataclass(frozen=True, slots=True)
class Group:
    """Ignored findings that share everything but the fingerprint: one line, and one box."""

    title: str
    reason: str
    until: str
    fingerprints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """What the dashboard remembers for later runs."""

    ignored: tuple[Group, ...] = ()
    closed: tuple[Group, ...] = ()
    """Of pull requests that a person closed: they say so themselves, and stand here for their boxes only."""
    told: tuple[str, ...] = ()
    digest: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One fix, or one older pull request, and what became of it."""

    result: Result
    fix: PlannedFix | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that the dashboard shows."""

    plan: Plan
    rows: Sequence[Row]
    open_limit: int
    ignored: Sequence[Ignored] = ()
    """Those that the dashboard itself keeps."""
    closed: Sequence[Ignored] = ()
    """Those of pull requests that a person closed."""
    elsewhere: Sequence[Ignored] = ()
    """Those of settings and comments, to be undone there."""
    boxes: bool = True
    """Whether boxes can be read back: not in a step summary."""


def render(contents: Contents, told: Sequence[str] = (), ticked: Iterable[Box] = ()) -> str:
    """The whole text, with its memory hidden in it. `ticked` boxes stay so: nobody has acted on them yet."""
    memory = Memory(_groups(contents.ignored), _groups(contents.closed), tuple(told), digest(contents))
    secret = hidden.hide(TOPIC, memory)
    text = visible(contents, MOST - len(secret) - 2)
    for box in ticked:
        text = text.replace(f"[ ] {hidden.hide('box', box)}", f"[x] {hidden.hide('box', box)}")
    return f"{text}\n\n{secret}"


def parse(page: Page) -> Dashboard:
    """What people have ticked, and what earlier runs wrote down. Of a text that only the bot and maintainers can edit."""
    memory = hidden.seek(TOPIC, Memory, page.body) or Memory()
    ticked = list(ticks(page.body))

    def of(kind: Kind) -> tuple[str, ...]:
        return tuple(dict.fromkeys(box.of for box in ticked if box.kind == kind))

    restored = set(of("restore"))
    return Dashboard(
        number=page.number,
        url=page.url,
        open_now=of("open"),
        rebuild=of("rebuild"),
        ignore=of("ignore"),
        restore=tuple(
            fingerprint
            for group in (*memory.ignored, *memory.closed)
            if restored & set(group.fingerprints[:1])
            for fingerprint in group.fingerprints
        ),
        ignored=tuple(
            Ignored(fingerprint, group.reason, group.until, group.title)
            for group in memory.ignored
            for fingerprint in group.fingerprints
        ),
        told=memory.told,
        digest=memory.digest,
    )


def ticks(text: str) -> Iterator[Box]:
    """The boxes that are ticked."""
    for found in _BOX.finditer(text):
        box = hidden.seek("box", Box, found[2])
        if box and found[1] in "xX":
            yield box


def digest(contents: Contents) -> str:
    """Of what people see and can tick; the same again means that there is nothing to save."""
    return hashlib.sha256(visible(contents).encode()).hexdigest()[:16]


def visible(contents: Contents, most: int = MOST) -> str:
    """The Markdown that people see, in at most `most` characters: long lists are cut first, and say so."""
    for items in (100, 40, 15, 5, 1):
        text = "\n\n".join(filter(None, _sections(contents, items)))
        if len(text) <= most:
            return text
    raise ValueError(f"the dashboard would be longer than {most} characters")


# --- the sections, in the order in which they are read --------------------------------------------


def _sections(contents: Contents, items: int) -> Iterator[str]:
    plan = contents.plan
    by_outcome = {
        outcome: [row for row in contents.rows if row.result.outcome is outcome] for outcome in Outcome
    }

    def rows(outcomes: set[Outcome]) -> list[Row]:
        return [row for row in contents.rows if row.result.outcome in outcomes]

    failed = by_outcome[Outcome.FAILED_VERIFICATION]
    yield _head(contents, len(rows(_OPEN)), len(rows(_WAITING)), len(failed))
    yield _list("Open", [_open(row, contents) for row in rows(_OPEN)], items)
    yield _list("Waiting", [_waiting(row, contents) for row in rows(_WAITING)], items)
    yield _list(
        "Not opened: tests fail that do not fail without it",
        [_failed(row, contents) for row in failed],
        items,
    )
    yield _list(
        "Not this time",
        [f"- {_named(row)}: {prose(row.result.reason)}" for row in rows(_NOT_THIS_TIME)],
        items,
    )
    yield _list("Has a fix that could not be made this time", _places(plan.refused), items)
    kept = [_ignored(group, contents) for group in _groups([*contents.ignored, *contents.closed])]
    others = [_ignored(group, replace(contents, boxes=False)) for group in _groups(contents.elsewhere)]
    yield _list("Ignored", [*kept, *others], items)
    yield _list(
        "Could not be looked at",
        [f"- {code(error.path)}, line {error.line}: {prose(error.message)}" for error in plan.errors],
        items,
    )
    if plan.reported:
        found = _list("", _places(plan.reported), items)
        count = f"{len(plan.reported)} {'place' if len(plan.reported) == 1 else 'places'}"
        yield f"<details>\n<summary>Found and left as it is: {count}</summary>\n\n{found}\n\n</details>"


def _head(contents: Contents, opened: int, waiting: int, failed: int) -> str:
    counts = [f"{opened} open", f"{waiting} waiting"]
    counts += [f"{failed} not opened because of tests"] if failed else []
    ignored = len(_groups([*contents.ignored, *contents.closed, *contents.elsewhere]))
    counts += [f"{ignored} ignored"] if ignored else []
    how = "Tick a box, and the next run of fixbot, a bot, does it. " if contents.boxes else ""
    cut_short = (
        ""
        if contents.plan.complete
        else "\n\n**The project was not looked at as a whole this time**, so nothing was closed."
    )
    return f"**{' · '.join(counts)}.** {how}Each run writes this page anew.{cut_short}"


def _open(row: Row, contents: Contents) -> str:
    left_alone = row.result.outcome is Outcome.EDITED_BY_HUMAN
    why = f": left alone, because {prose(row.result.reason)}" if left_alone else ""
    lost = "; what others committed to its branch is lost" if left_alone else ""
    return _item(
        f"- {_named(row)}{why}",
        contents,
        ("rebuild", row.result.branch, f"make it anew{lost}"),
        ("ignore", row.result.branch, "ignore it: close it, and do not come back with it"),
    )


def _waiting(row: Row, contents: Contents) -> str:
    reason = prose(row.result.reason)
    if row.result.outcome is Outcome.LIMIT_REACHED:
        reason = f"there is room for {contents.open_limit} open ones (`open-limit`)"
    return _item(
        f"- {_named(row)}: {reason}",
        contents,
        ("open", row.result.branch, "open it now"),
        ("ignore", row.result.branch, "ignore it"),
    )


def _failed(row: Row, contents: Contents) -> str:
    names = row.check.newly_failing if row.check else ()
    tests = "".join(f"\n  - {code(name)}" for name in names[:10])
    more = f"\n  - … and {len(names) - 10} more" if len(names) > 10 else ""
    reason = "" if names else f": {prose(row.result.reason)}"
    return _item(
        f"- {_named(row)}{reason}{tests}{more}", contents, ("ignore", row.result.branch, "ignore it")
    )


def _ignored(group: Group, contents: Contents) -> str:
    count = f" ({len(group.fingerprints)} places)" if len(group.fingerprints) > 1 else ""
    what = prose(group.title, 160) if group.title else code(group.fingerprints[0])
    until = f", until {prose(group.until, 20)}" if group.until else ""
    return _item(
        f"- {what}{count}: {prose(group.reason)}{until}",
        contents,
        ("restore", group.fingerprints[0], "ignore it no longer"),
    )


def _groups(ignored: Iterable[Ignored]) -> tuple[Group, ...]:
    groups: dict[tuple[str, str, str], dict[str, None]] = {}
    for entry in ignored:
        key = (cut(entry.title, 160), cut(entry.reason, 300), entry.until)
        groups.setdefault(key, {})[entry.fingerprint] = None
    return tuple(Group(*key, tuple(fingerprints)) for key, fingerprints in groups.items())


# --- small parts --------------------------------------------------------------------------------


def _named(row: Row) -> str:
    """The title, as a link where there is a pull request, and the diff's shape."""
    title = prose(row.result.title or row.result.branch, 160)
    named = f"[{title}]({row.result.url})" if row.result.url else title
    if not row.fix:
        return named
    places, files = len(row.fix.findings), len(row.fix.files)
    return (
        f"{named} ({places} {'place' if places == 1 else 'places'} in {files} {'file' if files == 1 else 'files'}, "
        f"+{row.fix.added} −{row.fix.removed})"  # noqa: RUF001
    )


def _item(text: str, contents: Contents, *boxes: tuple[Kind, str, str]) -> str:
    if not contents.boxes:
        return text
    lines = [f"  - [ ] {hidden.hide('box', Box(kind, of))} {label}" for kind, of, label in boxes]
    return "\n".join([text, *lines])


def _places(findings: Iterable[PlannedFinding]) -> list[str]:
    """Findings by codemod and reason, each with a few of its places."""

    def key(finding: PlannedFinding) -> tuple[str, str]:
        return finding.codemod, finding.reason

    lines = []
    for (codemod, reason), group in groupby(sorted(findings, key=lambda f: (*key(f), f.path, f.line)), key):
        places = [code(f"{finding.path}:{finding.line}", 160) for finding in group]
        more = f" and {len(places) - 5} more" if len(places) > 5 else ""
        lines.append(
            f"- {code(codemod)}: {prose(reason or 'no fix is known')} ({', '.join(places[:5])}{more})"
        )
    return lines


def _list(title: str, lines: Sequence[str], items: int) -> str:
    if not lines:
        return ""
    more = [f"- … and {len(lines) - items} more, left out here"] if len(lines) > items else []
    head = [f"### {title}\n"] if title else []
    return "\n".join([*head, *lines[:items], *more])

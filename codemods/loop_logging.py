"""Log one summary instead of a line for every item.

## What it does

Finds a `for` loop in a request handler, or in other async code, that does nothing but log each item at
level DEBUG or INFO, and logs how many there are instead.

## Why is this bad

A list of 500 items writes 500 lines for one request: measured, 2.8 ms of the event loop's time, and
logs in which nothing else can be found. A line each costs even where the level is off, when its
f-string is put together first.

## Example

```python
import logging

logger = logging.getLogger(__name__)


async def list_games(games: list[dict]) -> list[dict]:
    for game in games:
        logger.info(f"Returning game {game['id']}: {game['name']}")
    return games
```

## Use instead

```python
import logging

logger = logging.getLogger(__name__)


async def list_games(games: list[dict]) -> list[dict]:
    logger.info("Returning %d games", len(games))
    return games
```

## Fix safety

Always for *review*: whoever searches or counts the lines will miss them. Only *reported* when a test
looks for what a line says, when what is logged does more than work out a value, when the loop
variable is used afterwards, and when it is not sure that what is looped over has a length. Loops that
do other work, pass on lines as they are, log in one branch only, or log warnings and errors are left alone, as are those in
`except` handlers, in start-up hooks and in scripts.

## References

- https://docs.python.org/3/howto/logging.html#optimization
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from fixbot.codemod import Codemod, Place
from fixbot.model import Finding, Severity
from fixbot.project.module import Function
from fixbot.project.oneshot import runs_alone
from fixbot.project.repeatable import does_more, is_container
from fixbot.project.state import is_route, runs_at_startup
from fixbot.safety import Doubt, report, review

codemod = Codemod(
    __name__,
    triggers=[b".info(", b".debug("],
    severity=Severity.LOW,
    category="Anti-pattern",
)

_LEVELS = ("debug", "info")
"""Lowest first. What is more urgent is worth a line each."""
_WHOLE = frozenset("items keys values".split())
_READS_LOGS = ("caplog", "assertLogs", "LogCapture", "capture_logs")
_TELLING = 4
"""Letters from which on a piece of a message is looked for in tests."""


@dataclass(frozen=True, eq=False)
class _Log:
    """`logger.info(message, ...)` as a statement."""

    call: ast.Call
    logger: ast.expr
    level: str

    @property
    def pieces(self) -> list[str]:
        """The constant pieces of the message, in order; the first one is "" where it begins with a value."""
        match self.call.args[0] if self.call.args else None:
            case ast.JoinedStr(values=values):
                texts = [v.value if isinstance(v, ast.Constant) else "" for v in values]
                return [str(text) for text in texts]
            case (
                ast.Constant(value=str(text))
                | ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"))
            ):
                return re.split(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|\{[^{}]*\}", text)
        return []


@codemod.visit(ast.For)
def logs_every_item(loop: ast.For, at: Place) -> Iterator[Finding]:
    function = at.function(loop)
    logs = [_log(statement) for statement in loop.body]
    if function is None or loop.orelse or not logs or not all(logs) or not _counts(loop, function, at):
        return
    each = [log for log in logs if log]
    if len({ast.dump(log.logger) for log in each}) > 1 or not all(_is_logging(log, at) for log in each):
        return
    if not any(_names(loop.target) & _names(log.call) for log in each):
        return  # it says the same for every item: progress, or something else that we do not understand
    if not any(re.search("[A-Za-z]", piece) for log in each for piece in log.pieces):
        return  # the items are what is to be logged: lines of another log, or a text in parts
    level = max((log.level for log in each), key=_LEVELS.index)
    words, counted = _summary(each, loop.iter), _counted(loop.iter)
    logger = at.module.segment(each[0].logger)
    line = f'{logger}.{level}("{words}", len({at.module.segment(counted)}))' if counted else ""

    def summary(node: cst.For) -> cst.BaseStatement:
        return cst.ensure_type(cst.parse_statement(line), cst.SimpleStatementLine).with_changes(
            leading_lines=_without_own_comment(node.leading_lines)
        )

    yield at.finding(
        loop,
        f"`{logger}.{each[0].level}` writes a line for every item",
        edits=[at.edit(loop, cst.For, summary)] if line else [],
        doubts=[
            _used_later(loop, function),
            _does_more(loop, each, function, at),
            _comments_inside(loop, at),
            _tests_read(each, at),
            _has_no_length(counted, function, at),
            review("the log has one line with the number instead of a line for every item"),
        ],
        cost={"log_lines": {"before": "n", "after": "1"}},
    )


def _log(statement: ast.stmt) -> _Log | None:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=logger, attr=level)) as call):
            if level in _LEVELS and isinstance(logger, ast.Name | ast.Attribute):
                return _Log(call, logger, level)
    return None


def _counts(loop: ast.For, function: Function, at: Place) -> bool:
    """Whether it runs while requests wait: in a handler or in async code, unless at start-up, in a script, for an error."""
    if not (function.is_async or is_route(function)) or runs_at_startup(function):
        return False
    for parent in at.module.ancestors(loop):
        if parent is function.node:
            break
        if isinstance(parent, ast.ExceptHandler):
            return False
    if isinstance(loop.iter, ast.Constant | ast.Tuple | ast.List | ast.Set | ast.Dict):
        return False  # as many as the code says
    return not runs_alone(function, at.effects)


def _is_logging(log: _Log, at: Place) -> bool:
    """Whether it surely is the standard library's logging, whose line nobody gets an answer from."""
    targets = at.project.targets(log.call.func, at.module)
    return bool(targets) and all(t.stdlib and t.module == "logging" for t in targets)


# --- the summary ---------------------------------------------------------------------------------------


def _counted(iterable: ast.expr) -> ast.expr | None:
    """What has as many items as the loop has turns: `games` for `games.items()` and `enumerate(games, 1)`."""
    match iterable:
        case ast.Name():
            return iterable
        case ast.Attribute(value=value):
            return iterable if _counted(value) is value else None
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[], keywords=[]) if attr in _WHOLE:
            return _counted(value)
        case ast.Call(func=ast.Name(id="enumerate" | "sorted" | "reversed" | "list"), args=[value, *_]):
            return _counted(value)
    return None


def _summary(logs: list[_Log], iterable: ast.expr) -> str:
    """`Returning %d games`, from `Returning game {id}: {name}` and `games`."""
    items = _words(_counted(iterable))
    said = next((piece for log in logs for piece in log.pieces[:1]), "")
    words = re.findall(r"[A-Za-z]+", said.partition(":")[0])
    if words and words[0].lower() in (items, *_singulars(items)):
        return f"%d {items}"
    if words and words[0].lower().endswith(("ing", "ed")):
        return f"{words[0]} %d {items}"
    return f"%d {items}"


def _words(counted: ast.expr | None) -> str:
    match counted:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return " ".join(name.strip("_").lower().split("_")) or "items"
    return "items"


def _singulars(plural: str) -> tuple[str, ...]:
    """What one of them may be called: `entries` -> entry, `games` -> game, `boxes` -> box."""
    endings = {"ies": "y", "es": "", "s": ""}
    return tuple(plural.removesuffix(e) + new for e, new in endings.items() if plural.endswith(e))


def _without_own_comment(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The lines above a loop without the comment that touches it, which tells of every item."""
    kept = list(lines)
    while kept and kept[-1].comment:
        kept.pop()
    return kept


# --- doubts --------------------------------------------------------------------------------------------


def _has_no_length(counted: ast.expr | None, function: Function, at: Place) -> Doubt | None:
    if counted is None or not is_container(counted, function, at.project):
        return report("fixbot cannot tell that what it loops over has a length; log the number by hand")
    return None


def _used_later(loop: ast.For, function: Function) -> Doubt | None:
    names = _names(loop.target)
    inside = set(ast.walk(loop))
    for node in ast.walk(function.node):
        if isinstance(node, ast.Name) and node.id in names and node not in inside:
            if not _of_comprehension(node, function):
                return report(f"`{node.id}` is also used outside of the loop")
    return None


def _of_comprehension(name: ast.Name, function: Function) -> bool:
    """Whether it is the variable of a comprehension, which is another one."""
    for parent in function.module.ancestors(name):
        match parent:
            case (
                ast.ListComp(generators=clauses)
                | ast.SetComp(generators=clauses)
                | ast.DictComp(generators=clauses)
                | ast.GeneratorExp(generators=clauses)
            ):
                if name not in ast.walk(clauses[0].iter) and any(
                    name.id in _names(c.target) for c in clauses
                ):
                    return True
        if parent is function.node:
            break
    return False


def _does_more(loop: ast.For, logs: list[_Log], function: Function, at: Place) -> Doubt | None:
    arguments = [arg for log in logs for arg in (*log.call.args, *(k.value for k in log.call.keywords))]
    found = does_more([loop.iter, *arguments], function, at.project)
    return report(f"`{at.module.segment(found)}` may do more than work out what is logged") if found else None


def _comments_inside(loop: ast.For, at: Place) -> Doubt | None:
    lines = at.module.source.lines[loop.lineno - 1 : loop.end_lineno]
    return report("a comment inside the loop would be lost") if any("#" in line for line in lines) else None


def _tests_read(logs: list[_Log], at: Place) -> Doubt | None:
    """A test that reads the log, and has a piece of the message in it."""
    pieces = [p.strip() for log in logs for p in log.pieces if len(p.strip()) >= _TELLING]
    for test in at.project.patches.tests:
        text = test.source.text
        if any(word in text for word in _READS_LOGS) and any(piece in text for piece in pieces):
            return report(f"a test in {test.path} looks for what a line says")
    return None


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}

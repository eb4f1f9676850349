"""Doubts about awaiting the items of a loop at once: errors, what can be seen of a loop that breaks off, what can be written."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from fixbot.gathering.assigned import surely_binds
from fixbot.gathering.forms import Collected, Comprehended, Form, Run, Unrolled
from fixbot.gathering.onebyone import OneByOne, bound_names
from fixbot.project.calls import simple_name
from fixbot.project.flow import block_of, enclosing_loops
from fixbot.project.loops import names_in
from fixbot.project.module import Function
from fixbot.project.repeatable import does_more
from fixbot.project.spelling import comments_in
from fixbot.project.turns import has_line_of_its_own
from fixbot.safety import Doubt, foreign_event_loop, report, review

_SEES_ITS_FRAME = frozenset({"locals", "vars", "dir", "eval", "exec", "super"})
_NOT_NONE = frozenset(
    "str int float bool bytes list dict tuple set frozenset List Dict Tuple Set FrozenSet".split()
)
_EVERYTHING = frozenset({"Exception", "BaseException", ""})
_CANCELLING = frozenset({"BaseException", "CancelledError", ""})


# --- errors ------------------------------------------------------------------------------------------


def errors_escape(form: Form, in_order: bool) -> Doubt | None:
    """Where an item may fail, the others have begun by then."""
    one = form.one
    if isinstance(form, Collected) and _keeps_errors(form.body) and all(map(_cannot_fail, form.tests)):
        return None
    if in_order:
        return review(
            "when one item fails, those after it have been asked for as well; they never were before"
        )
    if isinstance(form, Unrolled) and one.carried:
        return review(
            "when one item fails, nothing is kept of those before it, the others go on in the background, and of several "
            "errors the earliest in time is raised"
        )
    return review(
        "when one item fails, the others go on in the background, where they were never started before; of several errors "
        "the earliest in time is raised"
    )


def _cannot_fail(test: ast.expr) -> bool:
    """Whether a test only asks whether a variable holds something, or this very thing."""
    allowed = (
        ast.Name,
        ast.Constant,
        ast.UnaryOp,
        ast.Not,
        ast.BoolOp,
        ast.boolop,
        ast.Compare,
        ast.Is,
        ast.IsNot,
        ast.Load,
    )
    return all(isinstance(node, allowed) for node in ast.walk(test))


def _keeps_errors(body: tuple[ast.stmt, ...]) -> bool:
    """Whether no error leaves the body: all that may fail stands in a `try` that catches everything."""
    return all(_catches_all(statement) or not _may_fail(statement) for statement in body)


def _catches_all(statement: ast.stmt) -> bool:
    match statement:
        case ast.Try(handlers=handlers, finalbody=[], orelse=orelse):
            return (
                any(_names(h) & _EVERYTHING for h in handlers)
                and not any(map(_may_fail, [s for h in handlers for s in h.body]))
                and not orelse
            )
    return False


def _names(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {""}
    parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {simple_name(part) for part in parts}


def _may_fail(statement: ast.stmt) -> bool:
    """Whether a statement does anything but log, or hand on what a name or a constant holds."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=args)):
            logs = attr in _LOGS and "log" in name.lower()
            return not (logs or attr == "append") or not all(map(_is_plain_value, args))
        case ast.Assign(targets=[ast.Name()], value=value):
            return not _is_plain_value(value)
        case ast.Continue() | ast.Pass():
            return False
    return True


_LOGS = frozenset("debug info warning error exception critical".split())


def _is_plain_value(value: ast.expr) -> bool:
    """Whether an expression is put together of names, constants and their text."""
    match value:
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name()], keywords=[]):
            return True
        case ast.Dict(keys=keys, values=values):
            return all(_is_plain_value(part) for part in (*keys, *values) if part is not None)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.JoinedStr(values=parts):
            return all(map(_is_plain_value, parts))
        case ast.FormattedValue(value=inner):
            return _is_plain_value(inner)
    return isinstance(value, ast.Name | ast.Constant)


def catches_cancelling(one: OneByOne) -> Doubt | None:
    """Where a turn catches that it is cancelled, each item would now do so by itself."""
    for node in one.own():
        if isinstance(node, ast.ExceptHandler) and _names(node) & _CANCELLING:
            if not any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(node)):
                return review(
                    "catches that the task is cancelled; each item that has begun would now do so by itself"
                )
    return None


def seen_half_done(form: Form) -> Doubt | None:
    """What was collected before an error may be used after it."""
    one = form.one
    names = {form.name} if isinstance(form, Collected) else {c.partition(".")[0] for c in one.carried}
    if not names:
        return None
    if used := used_after_error(one.statement, names, one.function):
        return report(f"when one item fails, `{used}` is still used with those before it")
    return None


def used_after_error(statement: ast.stmt, names: Collection[str], function: Function) -> str:
    """The first of these names that is used where an error in a statement leads, in this function; "" if none is."""
    below: ast.AST = statement
    for parent in function.module.ancestors(statement):
        if isinstance(parent, ast.Try) and below in parent.body and (parent.handlers or parent.finalbody):
            inside = {n for s in parent.body for n in ast.walk(s)}
            for node in function.nodes:
                if isinstance(node, ast.Name) and node.id in names and node not in inside:
                    if isinstance(node.ctx, ast.Load) and not _leaves_always(parent, node):
                        return node.id
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            break
        below = parent
    return ""


def _leaves_always(handled: ast.Try, node: ast.Name) -> bool:
    """Whether each handler ends the function or the turn around, so that `node`, which stands after the `try`, is not reached."""
    if any(n is node for part in (*handled.handlers, *handled.finalbody) for n in ast.walk(part)):
        return False
    return all(
        isinstance(h.body[-1], ast.Raise | ast.Return | ast.Continue | ast.Break) for h in handled.handlers
    )


# --- what can be written -------------------------------------------------------------------------------


def skips_like_none(form: Form) -> Doubt | None:
    """Items that give no result come back as None, and so must no others."""
    if isinstance(form, Collected) and form.skips:
        if not (_is_declared_so(form) or all(is_never_none(v, form.one) for v in _values(form))):
            return report(
                f"items that are left out could not be told from those that give None; declare what `{form.name}` holds"
            )
    return None


def _values(form: Collected) -> Iterator[ast.expr]:
    for node in form.one.own():
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value])
            ):
                if name == form.name:
                    yield value


def _is_declared_so(form: Collected) -> bool:
    """`out: list[str] = []`."""
    match form.first:
        case ast.AnnAssign(annotation=ast.Subscript(slice=item)):
            return _excludes_none(item)
    return False


def _excludes_none(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name not in ("Any", "object", "None") and (
                name in _NOT_NONE or (name[:1].isupper() and len(name) > 1)
            )
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _NOT_NONE
    return False


_GIVES_SOMETHING = frozenset(
    "model_dump model_dump_json model_copy isoformat format strip lower upper encode decode split join copy keys values items".split()
)
"""Methods, of strings, dicts, dates and pydantic's models, that never give None."""


def is_never_none(value: ast.expr, one: OneByOne, steps: int = 4) -> bool:
    match value:
        case _ if steps == 0:
            return False
        case ast.Constant(value=constant):
            return constant is not None
        case (
            ast.Dict()
            | ast.List()
            | ast.Tuple()
            | ast.Set()
            | ast.JoinedStr()
            | ast.ListComp()
            | ast.DictComp()
            | ast.Compare()
        ):
            return True
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _GIVES_SOMETHING:
            return True
        case ast.Name(id=name):
            if name in one.loop.names:
                return False
            values = [
                n.value
                for n in one.own()
                if isinstance(n, ast.Assign)
                and any(isinstance(t, ast.Name) and t.id == name for t in n.targets)
            ]
            return len(values) == 1 and is_never_none(values[0], one, steps - 1)
        case ast.Await(value=ast.Call() as call) | (ast.Call() as call):
            effect = one.at.effects.of_call(call, one.module)
            if effect.makes:
                return True
            declared = [f.node.returns for f in effect.functions]
            return (
                effect.known and bool(declared) and not effect.entries and all(map(_excludes_none, declared))
            )
    return False


def names_leak(form: Form) -> Doubt | None:
    """What a turn assigns is local to its coroutine, and no longer there after the loop."""
    one = form.one
    if not one.loop.is_statement:
        return None
    names = one.loop.names | (frozenset() if isinstance(form, Unrolled) else bound_names(one))
    inside = set(ast.walk(one.loop.whole))
    for node in one.function.nodes:
        if (
            isinstance(node, ast.Name)
            and node.id in names
            and isinstance(node.ctx, ast.Load)
            and node not in inside
        ):
            if not _is_set_anew(node, one):
                return report(f"`{node.id}` is used after the loop with what the last turn left in it")
    return None


def _is_set_anew(node: ast.Name, one: OneByOne) -> bool:
    """Whether the name has another value by then: a later loop or assignment of its own, or it stands before this loop."""
    module = one.module
    if (node.lineno, node.col_offset) < (one.statement.lineno, one.statement.col_offset):
        return next(enclosing_loops(one.statement, module), None) is None
    below: ast.AST = node
    for parent in module.ancestors(node):
        match parent:
            case ast.For(target=target) | ast.AsyncFor(target=target) if below in parent.body:
                if node.id in names_in(target):
                    return True
            case ast.With(items=items) | ast.AsyncWith(items=items) if below in parent.body:
                if any(i.optional_vars and node.id in names_in(i.optional_vars) for i in items):
                    return True
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                if any(node.id in names_in(g.target) for g in parent.generators):
                    return True
            case ast.ExceptHandler(name=str(name)) if name == node.id:
                return True
        if isinstance(below, ast.stmt):
            block = block_of(below, module) or []
            before = block[: block.index(below)] if below in block else []
            after_loop = [s for s in before if s.lineno > (one.statement.end_lineno or 0)]
            if any(surely_binds(s, node.id) for s in after_loop):
                return True
        below = parent
    return False


def sees_its_frame(one: OneByOne) -> Doubt | None:
    """`super()` and `locals()` mean something else in a nested function."""
    for node in one.own():
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in _SEES_ITS_FRAME and not (
                name == "super" and args
            ):
                return report(f"`{name}()` means something else in a function of its own")
            case ast.Name(id="__class__"):
                return report("`__class__` means something else in a function of its own")
    return None


def no_room(form: Form, in_order: bool) -> Doubt | None:
    """A coroutine takes a line before the statement; and so does the look for the first error, before all else in it."""
    one = form.one
    if isinstance(form, Comprehended) and in_order and not form.is_alone:
        return report("stands inside another expression, where errors cannot be looked for first")
    if not has_line_of_its_own(one.statement, one.module) or _shares_its_line(one):
        return report("there is no line of its own here for the coroutine")
    if isinstance(form, Comprehended):
        for parent in one.module.ancestors(one.loop.whole):
            if isinstance(parent, ast.stmt):
                if isinstance(parent, ast.While):
                    return report("stands in the test of a `while`")
                break
            if isinstance(parent, ast.Lambda | ast.comprehension | ast.JoinedStr | ast.NamedExpr):
                return report("stands inside another expression that has variables of its own")
            if isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                return report("stands inside another expression that has variables of its own")
    return None


def _shares_its_line(one: OneByOne) -> bool:
    """`for x in xs: await f(x)` on one line, or several statements on one."""
    if isinstance(one.loop.whole, ast.For):
        body = [n for n in ast.walk(one.loop.whole) if isinstance(n, ast.stmt)]
        return len({s.lineno for s in body}) < len(body)
    return False


def comments_lost(form: Form) -> Doubt | None:
    """Comments inside expressions that are written anew."""
    one = form.one
    parts: list[ast.AST] = [one.loop.iterable]
    if isinstance(form, Comprehended):
        parts = [one.loop.whole]
    elif isinstance(form, Unrolled):
        parts += [form.awaited]
    elif isinstance(form, Collected) and form.value is not None:
        parts += [form.value]
    if _comment_in_head(one) or any(comments_in(one.module.segment(part)) for part in parts):
        return report("there are comments inside the expressions that would change")
    if isinstance(form, Unrolled) and form.name:
        lines = one.module.source.lines[form.first.lineno - 1 : form.first.end_lineno]
        if any("#" in line for line in lines):
            return report("there are comments inside the expressions that would change")
    return None


def _comment_in_head(one: OneByOne) -> bool:
    """Whether a comment stands between `for` and the colon, in parentheses over several lines."""
    if not isinstance(one.loop.whole, ast.For):
        return False
    lines = one.module.source.lines[one.loop.whole.lineno - 1 : one.loop.whole.body[0].lineno - 1]
    head = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return len(head) > 1 and any("#" in line for line in head)


def done_for_what_it_does(form: Form) -> Doubt | None:
    """Where nothing is kept of what is awaited, it is awaited for what it does elsewhere, perhaps in this order."""
    if isinstance(form, Run) or any(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Await) for node in form.one.own()
    ):
        return report(
            "nothing is kept of what is awaited, so it is awaited for what it does; whether in order, fixbot cannot tell"
        )
    return None


def items_do_more(one: OneByOne) -> Doubt | None:
    """The items are now worked out, and the tests asked, before the first of them is awaited to its end."""
    value = one.loop.iterable
    tests = (
        one.loop.whole.generators[0].ifs
        if isinstance(one.loop.whole, ast.ListComp | ast.SetComp | ast.DictComp)
        else []
    )
    if any(isinstance(n, ast.Await) for test in tests for n in ast.walk(test)):
        return report("whether an item counts is awaited, too")
    if (culprit := does_more(tests, one.function, one.at.project)) is not None:
        return report(
            f"whether an item counts is decided by `{ast.unparse(culprit)[:60]}`, which may do more than that"
        )
    if _comes_one_by_one(value, one.function, one):
        return review("the items may come one by one; now they are all made before the first is awaited")
    return None


def _comes_one_by_one(value: ast.expr, function: Function, one: OneByOne) -> bool:
    """Whether what is gone through is a generator: of the project, or written here."""
    match value:
        case ast.GeneratorExp():
            return True
        case ast.Call():
            return any(f.is_generator for f in one.at.effects.of_call(value, one.module).functions)
        case ast.Name(id=name) if name in function.values:
            return (
                _comes_one_by_one(function.values[name], function, one)
                if not isinstance(function.values[name], ast.Name)
                else False
            )
    return False


def depends_on_order(one: OneByOne) -> Doubt | None:
    """Attributes of an item that a turn sets: another item may look at them."""
    for place in sorted(one.carried):
        root = place.partition(".")[0]
        if root in one.loop.names:
            return review(f"sets `{place}`; check that no other item needs it")
    return None


def other_event_loop(one: OneByOne) -> Doubt | None:
    """asyncio's functions do not work on trio."""
    doubt = foreign_event_loop(one.module, one.at.project)
    if doubt and "anyio" in doubt.reason:
        return report("this module uses anyio and may run on trio, where `asyncio.gather` does not work")
    return doubt

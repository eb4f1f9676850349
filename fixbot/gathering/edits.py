"""Writing it: what each form of loop becomes."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import libcst as cst

from fixbot.codemod import Place
from fixbot.gathering.doubts import errors_escape
from fixbot.gathering.forms import Collected, Comprehended, Form, Run, Unrolled
from fixbot.gathering.onebyone import OneByOne, free_name
from fixbot.gathering.returns import returning, without_tests
from fixbot.gathering.size import is_short
from fixbot.gathering.writer import Words, Writer, code_of, lines_above, names_of, put, stripped
from fixbot.model import Edit
from fixbot.project.loops import names_in
from fixbot.project.repeatable import Again, again
from fixbot.project.spelling import broken, spelled, target_of


def edits_for(form: Form, words: Words, at: Place, *, in_order: bool) -> list[Edit]:
    match form:
        case Collected():
            return _collect(form, words, at, in_order)
        case Unrolled():
            return _unroll(form, words, at, in_order)
        case Comprehended():
            return _comprehend(form, words, at, in_order)
        case Run():
            return []


# --- a coroutine for one item --------------------------------------------------------------------------------


def _collect(form: Collected, words: Words, at: Place, in_order: bool) -> list[Edit]:
    one, loop = form.one, form.one.loop
    assert isinstance(loop.whole, ast.For)
    in_order = in_order and errors_escape(form, in_order) is not None
    writer = Writer(one, words, at.line_length, in_order, goes=form.first)
    bounded = not is_short(loop.iterable, one)
    simple = None if bounded else _simple_call(form)
    each = writer.call_one() if simple is None else simple
    gathered = writer.gathered(f"*({each} {writer.items(form.tests)})")
    lines = _assignments(form, gathered, writer)
    comments = lines_above(form.first, one) if form.first else []

    def change(node: Any) -> Any:
        above = [*comments, *node.leading_lines]
        if simple is not None:
            return put([], lines, above)
        body = returning(list(without_tests(node.body, len(form.tests)).body), form)
        new = writer.coroutine(
            body, bounded=bounded, header=node.body.header, footer=stripped(node.body.footer)
        )
        return put([writer.limit(), new] if bounded else [new], lines, above, after_another=writer.follows)

    edits = [at.edit(loop.whole, cst.For, change, imports=words.imports)]
    if form.first is not None:
        edits.append(at.edit(form.first, cst.SimpleStatementLine, lambda _: cst.RemoveFromParent()))
    return edits


def _simple_call(form: Collected) -> str | None:
    """The awaited call, where a turn does nothing else, so that no coroutine of our own is needed."""
    match form.value:
        case ast.Await(value=ast.Call() as call):
            return spelled(call, form.one.module)
    return None


def _assignments(form: Collected, gathered: str, writer: Writer) -> list[Any]:
    """What keeps the results: instead of the empty list, or behind what the list holds already."""
    results = writer.words.results
    result = writer.words.result
    kept = f"[{result} for {result} in {results} if {result} is not None]"
    into = _into(form)
    if form.skips:
        lines = [writer.statement(f"{results} = {gathered}"), *writer.first_error(results)]
        return [*lines, writer.statement(into.format(kept))]
    if not writer.in_order:
        return [writer.statement(into.format(gathered))]
    if isinstance(form.first, ast.Assign):
        return [writer.statement(into.format(gathered)), *writer.first_error(form.name)]
    lines = [writer.statement(f"{results} = {gathered}"), *writer.first_error(results)]
    return [*lines, writer.statement(into.format(results))]


def _into(form: Collected) -> str:
    match form.first:
        case ast.AnnAssign(annotation=annotation):
            return f"{form.name}: {spelled(annotation, form.one.module)} = {{}}"
        case ast.Assign():
            return f"{form.name} = {{}}"
    return f"{form.name}.extend({{}})"


# --- a loop over the results -----------------------------------------------------------------------------------


def _unroll(form: Unrolled, words: Words, at: Place, in_order: bool) -> list[Edit]:
    one, loop = form.one, form.one.loop
    assert isinstance(loop.whole, ast.For)
    writer = Writer(one, words, at.line_length, in_order)
    bounded = not is_short(loop.iterable, one)
    call = spelled(form.awaited.value, one.module)
    target, value = form.items
    way = again(value, one.function, at.project)
    name = "" if way is Again.AS_IT_IS else free_name(["items"], one.function)
    iterable = code_of(value, one)
    items = name or iterable
    each = f"{words.one}({', '.join(_used_in_call(form))})" if bounded else call
    gathered = writer.gathered(f"*({each} for {target_of(target)} in {items})")
    before: list[Any] = []
    if name:
        before.append(writer.statement(f"{name} = {iterable if way is Again.NAMED else f'list({iterable})'}"))
    if bounded:
        returned = writer.statement(f"return await {call}")
        made = writer.coroutine([returned], bounded=True, parameters=_used_in_call(form))
        before += [writer.limit(), made]
    lines = [writer.statement(f"{words.results} = {gathered}"), *writer.first_error(words.results)]
    variable = form.name or words.result
    heading = _heading(form, target, items, variable, words.results)

    def change(node: Any) -> Any:
        body, asked = node.body, lines
        if form.name:
            first, second, *rest = body.body
            comments = stripped([line for line in first.leading_lines if line.comment])
            asked = [lines[0].with_changes(leading_lines=comments), *lines[1:]]
            body = body.with_changes(body=[second.with_changes(leading_lines=_from_comment(second)), *rest])
        head = cst.parse_statement(f"for {heading}:\n{writer.unit}pass\n")
        assert isinstance(head, cst.For)
        looped = node.with_changes(target=head.target, iter=head.iter, body=body, leading_lines=[])
        return put(before, [*asked, looped], list(node.leading_lines), gap=bounded)

    edits = [at.edit(loop.whole, cst.For, change, imports=words.imports)]
    if not form.name:
        edits.append(at.edit(form.awaited, cst.Await, lambda _: cst.Name(variable)))
    return edits


def _from_comment(statement: Any) -> list[cst.EmptyLine]:
    """The lines above a statement without the blank ones that they begin with."""
    lines = list(statement.leading_lines)
    while lines and not lines[0].comment:
        lines.pop(0)
    return lines


def _heading(form: Unrolled, target: ast.expr, items: str, variable: str, results: str) -> str:
    """What stands after `for`: the loop variables that are still used, beside the result."""
    loop = form.one.loop
    used = {
        n.id
        for n in loop.nodes()
        if isinstance(n, ast.Name)
        and n not in set(ast.walk(form.awaited))
        and not isinstance(n.ctx, ast.Store)
    }
    whole = f"({target_of(target)})" if isinstance(target, ast.Tuple) else ast.unparse(target)
    pair, source = f"{whole}, {variable}", f"zip({items}, {results})"
    if not names_in(target) & used:
        pair, source = variable, results
    if target is loop.target:
        return f"{pair} in {source}"
    assert isinstance(loop.target, ast.Tuple) and isinstance(loop.iterable, ast.Call)
    number = ast.unparse(loop.target.elts[0])
    if number not in used:
        return f"{pair} in {source}"
    start = [ast.unparse(a) for a in loop.iterable.args[1:]] + [
        f"start={ast.unparse(k.value)}" for k in loop.iterable.keywords
    ]
    inner = f"({pair})" if pair != variable else pair
    return f"{number}, {inner} in enumerate({', '.join([source, *start])})"


def _used_in_call(form: Unrolled) -> list[str]:
    """The loop variables that the awaited call takes."""
    used = names_in(form.awaited)
    return [n for n in names_of(form.one.loop.target) if n in used]


# --- a comprehension ---------------------------------------------------------------------------------------------


def _comprehend(form: Comprehended, words: Words, at: Place, in_order: bool) -> list[Edit]:
    one, whole = form.one, form.one.loop.whole
    assert isinstance(whole, ast.ListComp | ast.SetComp | ast.DictComp)
    writer = Writer(one, words, at.line_length, in_order)
    bounded = not is_short(one.loop.iterable, one)
    tests = whole.generators[0].ifs
    match whole:
        case ast.DictComp(key=key, value=value):
            result, maker = f"{spelled(key, one.module)}, {spelled(value, one.module)}", "dict"
        case ast.ListComp(elt=value):
            result, maker = spelled(value, one.module), ""
        case ast.SetComp(elt=value):
            result, maker = spelled(value, one.module), "set"
    direct = not bounded and not maker and isinstance(value, ast.Await)
    each = result.removeprefix("await ") if direct else writer.call_one()
    gathered = writer.gathered(f"*({each} {writer.items(tests)})")
    alone = form.is_alone
    before: list[Any] = []
    if not direct:
        new = writer.coroutine([writer.statement(f"return {result}")], bounded=bounded)
        before = [writer.limit(), new] if bounded else [new]
    name = words.results if in_order else ""
    value_code = f"{maker}({name or gathered})" if maker else name or gathered
    if name:
        before = [*before, writer.statement(f"{name} = {gathered}"), *writer.first_error(name)]
    replaced = _Replaced(one, value_code, at, alone, writer)
    edits = [at.edit(whole, cst.BaseExpression, replaced, imports=words.imports)]  # type: ignore[type-abstract]
    if before:
        statement = one.statement

        def insert(node: Any) -> Any:
            if name:
                made, asked = before[:-2], before[-2:]
                last = [*asked, node.with_changes(leading_lines=[])]
                return put(made, last, list(node.leading_lines), after_another=writer.follows)
            bare = node.with_changes(leading_lines=[])
            return put(before, [bare], list(node.leading_lines), after_another=writer.follows)

        kind = cst.SimpleStatementLine if isinstance(statement, _SIMPLE) else cst.BaseCompoundStatement
        edits.append(at.edit(statement, kind, insert))
    return edits


_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Assert, ast.Raise, ast.Delete)


@dataclass(frozen=True)
class _Replaced:
    """The code in place of a comprehension, broken where its statement would get too long."""

    one: OneByOne
    code: str
    at: Place
    alone: bool
    writer: Writer

    def __call__(self, node: Any) -> Any:
        code = self.code
        if self.alone:
            line = self.one.module.source.lines[self.one.loop.whole.lineno - 1]
            head = line.encode()[: self.one.loop.whole.col_offset].decode().lstrip()
            whole = broken(head + code, self.writer.indent, self.writer.unit, self.at.line_length)
            code = whole[len(head) :] if whole.startswith(head) else code
        expression = cst.parse_expression(code)
        if isinstance(expression, cst.Await) and not self.alone and not _stands_alone(self.one):
            expression = expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return expression


def _stands_alone(one: OneByOne) -> bool:
    """Whether `await f()` can stand here without parentheses."""
    whole = one.loop.whole
    match one.module.parents[whole]:
        case ast.Tuple() | ast.List() | ast.Dict() | ast.keyword():
            return True
        case ast.Call(args=arguments):
            return whole in arguments
    return False

"""Writing it: the coroutine for one item, the semaphore, the `gather`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from fixbot.codemod import Place
from fixbot.gathering.forms import Collected, Comprehended, Form, Run, Unrolled, appended_to, is_short
from fixbot.gathering.doubts import errors_escape
from fixbot.gathering.onebyone import OneByOne, free_name, one_by_one
from fixbot.model import Edit, Import
from fixbot.project.calls import simple_name
from fixbot.project.flow import block_of
from fixbot.project.loops import names_in
from fixbot.project.module import Function
from fixbot.project.repeatable import Again, again
from fixbot.project.spelling import broken, indent_unit, indentation, spelled, target_of

AT_ONCE = 8
"""How many items of a list of unknown length are awaited at once."""
_NO_IMPORTS: tuple[Import, ...] = ()


@dataclass(frozen=True)
class Words:
    """How things are called at this place."""

    gather: str
    semaphore: str
    imports: tuple[Import, ...]
    one: str
    """The coroutine."""
    limit: str
    results: str
    result: str


def words_for(form: Form, at: Place) -> Words | None:
    """None where `asyncio` means something else here."""
    one = form.one
    gather, semaphore = (at.name(f"asyncio.{name}", one.statement) for name in ("gather", "Semaphore"))
    if gather is None or semaphore is None or gather[0].startswith("asyncio.") and _is_bound("asyncio", one):
        return None
    earlier = sum(coroutine_name(other) == coroutine_name(one) for other in _others_before(one))
    wanted = coroutine_name(one) + (f"_{earlier + 1}" if earlier else "")
    names = (free_name(name, one.function) for name in (wanted, "limit", "results", "result"))
    return Words(gather[0], semaphore[0], gather[1] or semaphore[1], *names)


def coroutine_name(one: OneByOne) -> str:
    """`resolve_one` for what awaits `resolve_asset()`."""
    verb = re.split(r"_|(?<=[a-z0-9])(?=[A-Z])", simple_name(one.calls[0].func).lstrip("_"))[0].lower()
    return f"{verb or 'do'}_one"


def _others_before(one: OneByOne) -> Iterator[OneByOne]:
    """Further loops of the same function that may be written at the same time."""
    for node in one.function.nodes:
        if node is one.loop.whole:
            return
        if isinstance(node, ast.For | ast.ListComp | ast.SetComp | ast.DictComp):
            if other := one_by_one(node, one.at):
                yield other


def _is_bound(name: str, one: OneByOne) -> bool:
    return name in one.function.local_names and name not in one.function.imports


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


# --- statements ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Writer:
    """Makes statements that stand where the loop stands."""

    one: OneByOne
    words: Words
    line_length: int
    in_order: bool

    @property
    def indent(self) -> str:
        return indentation(self.one.statement, self.one.module)

    @property
    def unit(self) -> str:
        return indent_unit(self.one.function)

    @property
    def follows(self) -> bool:
        """Whether another statement of the same block stands before it."""
        block = block_of(self.one.statement, self.one.module) or [self.one.statement]
        return block[0] is not self.one.statement

    def statement(self, code: str) -> Any:
        return cst.parse_statement(broken(code, self.indent, self.unit, self.line_length))

    def gathered(self, coroutines: str) -> str:
        errors = ", return_exceptions=True" if self.in_order else ""
        return f"await {self.words.gather}({coroutines}{errors})"

    def first_error(self, results: str) -> list[Any]:
        """Raise the error of the first item in order that failed, as the loop did."""
        if not self.in_order:
            return []
        result, unit = self.words.result, self.unit
        code = f"for {result} in {results}:\n{unit}if isinstance({result}, BaseException):\n{unit}{unit}raise {result}\n"
        return [cst.parse_statement(code)]

    def items(self, tests: Sequence[ast.expr] = ()) -> str:
        loop = self.one.loop
        ifs = "".join(f" if {_operand(spelled(test, self.one.module))}" for test in tests)
        return f"for {target_of(loop.target)} in {self.iterable}{ifs}"

    @property
    def iterable(self) -> str:
        return _code(self.one.loop.iterable, self.one)

    def call_one(self) -> str:
        return f"{self.words.one}({', '.join(_names(self.one.loop.target))})"

    def limit(self) -> Any:
        return self.statement(f"{self.words.limit} = {self.words.semaphore}({AT_ONCE})")

    def coroutine(
        self,
        body: Sequence[Any],
        *,
        bounded: bool,
        parameters: Sequence[str] | None = None,
        header: Any = None,
        footer: Sequence[Any] = (),
    ) -> Any:
        """`async def one(item):` with this body, which holds the semaphore while it runs."""
        head = ", ".join(_names(self.one.loop.target) if parameters is None else parameters)
        block = cst.IndentedBlock(list(body), footer=list(footer))
        if bounded:
            manager = cst.WithItem(cst.Name(self.words.limit))
            block = cst.IndentedBlock([cst.With([manager], block, asynchronous=cst.Asynchronous())])
        made = cst.parse_statement(f"async def {self.words.one}({head}):\n{self.unit}pass\n")
        assert isinstance(made, cst.FunctionDef)
        if header is not None:
            block = block.with_changes(header=header)
        return made.with_changes(body=block, leading_lines=[_blank()] if bounded else [])


def _names(target: ast.expr) -> list[str]:
    """The variables of a loop target, from left to right."""
    return list(dict.fromkeys(n.id for n in ast.walk(target) if isinstance(n, ast.Name)))


def _code(value: ast.expr, one: OneByOne) -> str:
    """What is gone through, as it stands there, on one line."""
    text = one.module.segment(value)
    code = spelled(value, one.module) if "\n" in text else text
    return f"({code})" if isinstance(value, ast.IfExp | ast.Lambda) else code


def _operand(code: str) -> str:
    """A test as it stands after `if` in a comprehension."""
    return f"({code})" if isinstance(ast.parse(code, mode="eval").body, ast.IfExp | ast.Lambda) else code


def _blank() -> cst.EmptyLine:
    return cst.EmptyLine(indent=False)


def _put(
    statements: Sequence[Any],
    last: Sequence[Any],
    above: Sequence[Any],
    *,
    gap: bool = True,
    after_another: bool = False,
) -> cst.FlattenSentinel[Any]:
    """Statements before others, below the blank lines and comments `above`; a blank line sets the coroutine apart."""
    if not statements:
        first, *rest = last
        return cst.FlattenSentinel([first.with_changes(leading_lines=list(above)), *rest])
    first, *middle = statements
    final, *rest = last
    if isinstance(first, cst.FunctionDef) and not above and after_another:
        above = [_blank()]
    return cst.FlattenSentinel(
        [
            first.with_changes(leading_lines=list(above)),
            *middle,
            final.with_changes(leading_lines=[_blank()] if gap else []),
            *rest,
        ]
    )


# --- a coroutine for one item --------------------------------------------------------------------------------


def _collect(form: Collected, words: Words, at: Place, in_order: bool) -> list[Edit]:
    one, loop = form.one, form.one.loop
    assert isinstance(loop.whole, ast.For)
    writer = _Writer(one, words, at.line_length, in_order and errors_escape(form, in_order) is not None)
    bounded = not is_short(loop.iterable, one)
    simple = None if bounded else _simple_call(form)
    each = writer.call_one() if simple is None else simple
    gathered = writer.gathered(f"*({each} {writer.items(form.tests)})")
    lines = _assignments(form, gathered, writer)
    comments = _lines_above(form.first, one) if form.first else []

    def change(node: Any) -> Any:
        above = [*comments, *node.leading_lines]
        if simple is not None:
            return _put([], lines, above)
        body = _returning(list(_without_tests(node.body, len(form.tests)).body), form)
        new = writer.coroutine(
            body, bounded=bounded, header=node.body.header, footer=_stripped(node.body.footer)
        )
        return _put([writer.limit(), new] if bounded else [new], lines, above, after_another=writer.follows)

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


def _assignments(form: Collected, gathered: str, writer: _Writer) -> list[Any]:
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


def _lines_above(statement: ast.stmt, one: OneByOne) -> list[cst.EmptyLine]:
    """The comments and blank lines right above a statement."""
    lines = one.module.source.lines
    indent = indentation(statement, one.module)
    found: list[cst.EmptyLine] = []
    at = statement.lineno - 2
    while at >= 0 and (not lines[at].strip() or (lines[at].lstrip().startswith("#") and _indent(lines[at]) == indent)):
        text = lines[at].strip()
        found.append(cst.EmptyLine(comment=cst.Comment(text)) if text else _blank())
        at -= 1
    found.reverse()
    return found


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _stripped(footer: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The comments at the end of a block, without blank lines behind them."""
    lines = list(footer)
    while lines and not lines[-1].comment:
        lines.pop()
    return lines


def _without_tests(block: Any, count: int) -> Any:
    """The body without the tests that it begins with."""
    body = list(block.body)
    while count:
        head = body[0]
        assert isinstance(head, cst.If)
        match head.body.body:
            case [cst.SimpleStatementLine(body=[cst.Continue()])] if len(body) > 1:
                body = [body[1].with_changes(leading_lines=[]), *body[2:]]
            case inner:
                body = list(inner)
        count -= 1
    return block.with_changes(body=body)


def _returning(body: list[Any], form: Collected) -> list[Any]:
    """The body with `return x` for `out.append(x)`, and for `continue` a return of nothing."""
    changed = [statement.visit(_Returns(form.name)) for statement in body]
    block = _shortened(_returns_once([s for s in changed if s is not cst.RemovalSentinel.REMOVE]))
    if form.skips and not _always_returns(block):
        block = [*block, cst.parse_statement("return None")]
    return block


class _Returns(cst.CSTTransformer):
    """Turns appends and `continue` into returns; what belongs to inner loops and functions stays."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def visit_For(self, node: cst.For) -> bool:  # noqa: N802
        return False

    def visit_While(self, node: cst.While) -> bool:  # noqa: N802
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        return False

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        match updated_node.body:
            case [cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="append"))) as call)]:
                if name == self.name:
                    return updated_node.with_changes(body=[cst.Return(call.args[0].value)])
            case [cst.Continue()]:
                return updated_node.with_changes(body=[cst.Return(cst.Name("None"))])
        return updated_node

    def leave_IndentedBlock(  # noqa: N802
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(body=_shortened(_returns_once(list(updated_node.body))))


def _returns_once(body: list[Any]) -> list[Any]:
    """Without the `return None` that a `continue` right behind an append has become."""
    for number, statement in enumerate(body):
        if _returned(statement) is not None and number + 1 < len(body):
            return body[: number + 1]
    return body


def _returned(statement: Any) -> cst.BaseExpression | None:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Return(value=value)]):
            return value
    return None


def _shortened(body: list[Any]) -> list[Any]:
    """`return f()` for `x = f(); return x`, and no `else` behind a return."""
    match body:
        case [*before, cst.SimpleStatementLine() as assign, cst.SimpleStatementLine() as last]:
            match assign.body, _returned(last):
                case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)], cst.Name(
                    value=returned
                ) if name == returned and not (last.leading_lines or _has_comment(assign) or _has_comment(last)):
                    line = assign.with_changes(body=[cst.Return(_unwrapped(value))])
                    return [*before, line]
        case [*before, cst.If(orelse=cst.Else() as otherwise) as tested] if _ends_in_return(tested.body):
            comments = [*otherwise.leading_lines, *(otherwise.body.footer if isinstance(otherwise.body, cst.IndentedBlock) else ())]
            if isinstance(otherwise.body, cst.IndentedBlock) and not any(line.comment for line in comments):
                if otherwise.body.header.comment is None:
                    return [*before, tested.with_changes(orelse=None), *otherwise.body.body]
    return body


def _unwrapped(value: cst.BaseExpression) -> cst.BaseExpression:
    return value


def _has_comment(line: cst.SimpleStatementLine) -> bool:
    return line.trailing_whitespace.comment is not None


def _ends_in_return(block: Any) -> bool:
    return isinstance(block, cst.IndentedBlock) and bool(block.body) and _returned(block.body[-1]) is not None


def _always_returns(body: Sequence[Any]) -> bool:
    """Whether a block cannot come to its end."""
    if not body:
        return False
    match body[-1]:
        case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Raise()]):
            return True
        case cst.If(body=cst.IndentedBlock(body=then), orelse=cst.Else(body=cst.IndentedBlock(body=otherwise))):
            return _always_returns(then) and _always_returns(otherwise)
        case cst.If(body=cst.IndentedBlock(body=then), orelse=cst.If() as chained):
            return _always_returns(then) and _always_returns([chained])
        case cst.Try(body=cst.IndentedBlock(body=tried), handlers=handlers, orelse=orelse):
            first = _always_returns(tried) or (orelse is not None and _always_returns(orelse.body.body))
            return first and all(_always_returns(h.body.body) for h in handlers)
        case cst.With(body=cst.IndentedBlock(body=inner)):
            return _always_returns(inner)
    return False


# --- a loop over the results -----------------------------------------------------------------------------------


def _unroll(form: Unrolled, words: Words, at: Place, in_order: bool) -> list[Edit]:
    one, loop = form.one, form.one.loop
    assert isinstance(loop.whole, ast.For)
    writer = _Writer(one, words, at.line_length, in_order)
    bounded = not is_short(loop.iterable, one)
    call = spelled(form.awaited.value, one.module)
    target, value = form.items
    way = again(value, one.function, at.project)
    name = "" if way is Again.AS_IT_IS else free_name("items", one.function)
    iterable = _code(value, one)
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
        body = node.body
        if form.name:
            body = body.with_changes(body=[body.body[1].with_changes(leading_lines=[]), *body.body[2:]])
        head = cst.parse_statement(f"for {heading}:\n{writer.unit}pass\n")
        assert isinstance(head, cst.For)
        looped = node.with_changes(target=head.target, iter=head.iter, body=body, leading_lines=[])
        return _put(before, [*lines, looped], list(node.leading_lines), gap=bounded)

    edits = [at.edit(loop.whole, cst.For, change, imports=words.imports)]
    if not form.name:
        edits.append(at.edit(form.awaited, cst.Await, lambda _: cst.Name(variable)))
    return edits


def _heading(form: Unrolled, target: ast.expr, items: str, variable: str, results: str) -> str:
    """What stands after `for`: the loop variables that are still used, beside the result."""
    loop = form.one.loop
    used = {
        n.id
        for n in loop.nodes()
        if isinstance(n, ast.Name) and n not in set(ast.walk(form.awaited)) and not isinstance(n.ctx, ast.Store)
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
    return [n for n in _names(form.one.loop.target) if n in used]


# --- a comprehension ---------------------------------------------------------------------------------------------


def _comprehend(form: Comprehended, words: Words, at: Place, in_order: bool) -> list[Edit]:
    one, whole = form.one, form.one.loop.whole
    assert isinstance(whole, ast.ListComp | ast.SetComp | ast.DictComp)
    writer = _Writer(one, words, at.line_length, in_order)
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
    alone = _is_the_value(whole, one)
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
                made, asked = before[: -2], before[-2:]
                last = [*asked, node.with_changes(leading_lines=[])]
                return _put(made, last, list(node.leading_lines), after_another=writer.follows)
            return _put(before, [node], list(node.leading_lines), after_another=writer.follows)

        kind = cst.SimpleStatementLine if isinstance(statement, _SIMPLE) else cst.BaseCompoundStatement
        edits.append(at.edit(statement, kind, insert))  # type: ignore[type-abstract]
    return edits


_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Assert, ast.Raise, ast.Delete)


@dataclass(frozen=True)
class _Replaced:
    """The code in place of a comprehension, broken where its statement would get too long."""

    one: OneByOne
    code: str
    at: Place
    alone: bool
    writer: _Writer

    def __call__(self, node: Any) -> Any:
        code = self.code
        if self.alone:
            line = self.one.module.source.lines[self.one.loop.whole.lineno - 1]
            head = line.encode()[: self.one.loop.whole.col_offset].decode().lstrip()
            whole = broken(head + code, self.writer.indent, self.writer.unit, self.at.line_length)
            code = whole[len(head) :] if whole.startswith(head) else code
        expression = cst.parse_expression(code)
        if not (self.alone or _needs_no_parentheses(self.one.loop.whole, self.one)) and isinstance(expression, cst.Await):  # type: ignore[arg-type]
            expression = expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return expression


def _is_the_value(whole: ast.expr, one: OneByOne) -> bool:
    """Whether a statement does nothing but assign or return it."""
    match one.module.parents[whole]:
        case ast.Assign() | ast.AnnAssign() | ast.Return() | ast.Expr():
            return True
    return False


def _needs_no_parentheses(whole: ast.expr, one: OneByOne) -> bool:
    match one.module.parents[whole]:
        case ast.Tuple() | ast.List() | ast.Dict() | ast.keyword():
            return True
        case ast.Call(args=arguments):
            return whole in arguments
    return False

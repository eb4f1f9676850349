"""Where an index is written: behind the CREATE TABLE in the code, where that runs again at every start; else in words."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import libcst as cst

from fixbot.codemod import Place
from fixbot.model import Edit, Replacement
from fixbot.project.module import Module
from fixbot.project.project import Project
from fixbot.sql.indexes import Advice
from fixbot.sql.models import Model
from fixbot.sql.plans import in_memory
from fixbot.sql.sources import Origin
from fixbot.sql.statements import created, split

_ONCE = re.compile(r"migrat|convert|upgrade|update|(?:^|_)v?\d+(?:_|$)", re.I)
_RUNS_ONE = frozenset({"execute", "exec_driver_sql"})


def edit_of(advice: Advice, origin: Origin, at: Place) -> Edit | None:
    """The edit that makes the index together with its table; None where it would not be run, or not on databases that exist."""
    text, module = origin.text, origin.module
    if text is None or module is None or not origin.unless_exists or not isinstance(text.node, ast.Constant):
        return None
    if origin.again:
        return None
    statement = f"CREATE INDEX IF NOT EXISTS {advice.statement.removeprefix('CREATE INDEX ')}"
    table = advice.table.lower()
    if not _can_follow(origin.sql, statement):
        return None
    if _is_script(text.node, module, at.project):
        raw = module.segment(text.node)
        if with_statement(raw, table, statement) is not None:
            return at.edit(text.node, cst.SimpleString, _in_script(table, statement), module=module)
    elif (line := _only_run(text.node, module)) is not None:
        return at.edit(line, cst.SimpleStatementLine, _behind(statement), module=module)
    return None


def words_for(advice: Advice, origin: Origin | None, *, migrated: bool, home: str) -> str:
    """What to write where, to have the index: in the words of what describes the table. `home` is where the schema is."""
    columns = ", ".join(f'"{name}"' for name in advice.columns)
    operation = f'`op.create_index("{advice.name}", "{advice.table}", [{columns}])` in a new revision'
    if origin and origin.model:
        by_hand = "`create_all` does that on new databases only: run the statement on those that there are"
        return f"{_in_model(advice, origin.model)}, and {operation if migrated else by_hand}"
    if origin and origin.by_alembic:
        return operation
    return f"belongs to the schema, which is in {home}: add it in a migration"


def _in_model(advice: Advice, model: Model) -> str:
    """`index=True` for a single column, else an `Index`, in a class or a `Table`."""
    where = f"`{model.name}` in {model.module.path}"
    if len(advice.columns) == 1:
        name = model.attribute(advice.columns[0])
        return f"write `index=True` for `{name}` of {where}"
    names = ", ".join(f'"{name}"' for name in (advice.name, *advice.columns))
    return f"write `Index({names})` into {'`__table_args__` of ' if model.is_class else ''}{where}"


def _can_follow(create_table: str, create_index: str) -> bool:
    """Whether the index can be made where nothing but the table has been: a later ALTER may add its column."""
    with closing(in_memory()) as db:
        try:
            db.execute(create_table)
            db.execute(create_index)
        except sqlite3.Error:
            return False
    return True


# --- a script ------------------------------------------------------------------------------------------


def _is_script(node: ast.Constant, module: Module, project: Project) -> bool:
    """Whether it is given to `executescript`, itself or by the one global name that it has, and to nothing else."""
    match module.parents.get(node):
        case ast.Call() as call:
            return _runs_script(call, node) and _always_runs(call, module)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if (
            module.values.get(name) is node
        ):
            uses = [_is_use(use, reader) for reader, use in _reads(name, module, project)]
            return bool(uses) and all(uses)
    return False


def _reads(name: str, home: Module, project: Project) -> Iterator[tuple[Module, ast.expr]]:
    """Every place outside of tests that reads this name, in whichever module."""
    for path, module in project.modules.items():
        if name not in project.sources[path].text or module.is_test:
            continue
        for use in (*module.of_type(ast.Name), *module.of_type(ast.Attribute)):
            match use:
                case ast.Name(id=found, ctx=ast.Load()) if found == name:
                    if module is home or name in module.any_imports:
                        yield module, use
                case ast.Attribute(attr=found, ctx=ast.Load()) if found == name:
                    yield module, use


def _is_use(use: ast.expr, module: Module) -> bool:
    parent = module.parents.get(use)
    return isinstance(parent, ast.Call) and _runs_script(parent, use) and _always_runs(parent, module)


def _runs_script(call: ast.Call, script: ast.expr) -> bool:
    match call:
        case ast.Call(func=ast.Attribute(attr="executescript"), args=[only], keywords=[]):
            return only is script
    return False


def _in_script(table: str, statement: str) -> Callable[[cst.SimpleString], cst.SimpleString]:
    def change(string: cst.SimpleString) -> cst.SimpleString:
        value = with_statement(string.value, table, statement)
        return string if value is None else string.with_changes(value=value)

    return change


def with_statement(literal: str, table: str, statement: str) -> str | None:
    """A string literal's text with a statement behind the CREATE TABLE of this table, indented like it.

    None where the statement cannot be found in it, or would not stand on a line of its own.
    """
    quotes = literal[-3:]
    start = literal.find(quotes) + 3
    if quotes not in ('"""', "'''") or "\\" in literal or len(literal) < start + 3:
        return None
    script = literal[start:-3]
    for begin, sql in split(script):
        found = created(sql)
        if not found or "TABLE" not in found["what"].upper() or found["name"].lower() != table:
            continue
        line = script[script.rfind("\n", 0, begin) + 1 : begin]
        end = begin + len(sql)
        if line.strip() or not sql.endswith(";"):
            return None
        rest = script[end:].partition("\n")[0].rstrip("\r")  # a comment on the same line stays there
        if rest.strip() and not rest.lstrip().startswith("--"):
            return None
        end += len(rest)
        newline = "\r\n" if "\r\n" in script else "\n"
        new = f"{newline}{line}{statement};"
        return literal[:start] + script[:end] + new + script[end:] + literal[-3:]
    return None


# --- a statement of its own ----------------------------------------------------------------------------


def _only_run(node: ast.Constant, module: Module) -> ast.Expr | None:
    """`await db.execute("CREATE TABLE ...")` as a statement with nothing else in it."""
    call = module.parents.get(node)
    match call:
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[only], keywords=[]) if (
            only is node and name in _RUNS_ONE and _is_plain(owner)
        ):
            outer = module.parents.get(call)
            if isinstance(outer, ast.Await):
                outer = module.parents.get(outer)
            if isinstance(outer, ast.Expr) and _stands_alone(outer, module) and _always_runs(outer, module):
                return outer
    return None


def _stands_alone(statement: ast.Expr, module: Module) -> bool:
    span = module.span(statement)
    before = module.source.lines[span.line - 1][: span.column - 1]
    after = module.source.lines[span.end_line - 1][span.end_column - 1 :].strip()
    return before.isspace() and (not after or after.startswith("#"))


def _always_runs(node: ast.AST, module: Module) -> bool:
    """Whether nothing decides on it in its function, and that one is no migration of older databases."""
    for around in module.ancestors(node):
        match around:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                return not _ONCE.search(name)
            case ast.stmt() | ast.ExceptHandler() if not isinstance(
                around, ast.Expr | ast.With | ast.AsyncWith | ast.Try | ast.Assign | ast.Return
            ):
                return False
    return True


def _is_plain(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Name) or (isinstance(owner, ast.Attribute) and _is_plain(owner.value))


def _behind(statement: str) -> Callable[[cst.SimpleStatementLine], Replacement]:
    """The statement, and behind it the same call with another string, on one line."""

    def change(line: cst.SimpleStatementLine) -> Replacement:
        copy = line.deep_clone()
        small = copy.body[0]
        assert isinstance(small, cst.Expr)
        call = small.value.expression if isinstance(small.value, cst.Await) else small.value
        assert isinstance(call, cst.Call)
        blank = cst.SimpleWhitespace("")
        argument = cst.Arg(cst.SimpleString(f'"{statement}"'))
        new: cst.BaseExpression = call.with_changes(args=[argument], whitespace_before_args=blank)
        if isinstance(small.value, cst.Await):
            new = small.value.with_changes(expression=new)
        plain = copy.with_changes(
            body=[small.with_changes(value=new)],
            leading_lines=(),
            trailing_whitespace=cst.TrailingWhitespace(),
        )
        return cst.FlattenSentinel([line, plain])

    return change

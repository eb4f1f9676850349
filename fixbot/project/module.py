"""One parsed file: its functions, what encloses what, which names it imports and binds.

Everything a codemod asks about structure is answered from here, read off the `ast` when it is first
asked for; everything about types by `fixbot.project.types`.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import UnionType
from typing import TypeVar, cast

from fixbot.model import Span
from fixbot.project.source import Source

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Node = TypeVar("Node", bound=ast.AST)
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_HEAD = re.compile(r"(?:async[\s\\]+)?(?:def|class)[\s\\]+")
"""What stands before the name of a function or class."""
_TEST_FOLDERS = frozenset({"test", "tests", "testing"})
_TEST_CODE = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+test(?![a-z])|class[ \t]+Test(?![a-z])|(?:import|from)[ \t]+(?:pytest|unittest))|\bTestCase\b",
    re.M,
)


def is_test_source(source: Source) -> bool:
    """Whether a file belongs to a test suite, by pytest's and unittest's naming; tells without parsing.

    Outside of a test folder its text has to say so too: `routes/tests.py` may serve an API of tests.
    """
    *folders, name = source.path.split("/")
    if name == "conftest.py" or not _TEST_FOLDERS.isdisjoint(folders):
        return True
    named = name.startswith("test_") or name.endswith(("_test.py", "_tests.py"))
    return (named or name in ("test.py", "tests.py")) and bool(_TEST_CODE.search(source.text))


@dataclass(frozen=True, eq=False)
class Function:
    """A `def` or `async def`, with what its own body does (nested functions have theirs)."""

    module: Module
    node: FunctionNode
    qualname: str
    owner: ast.ClassDef | None
    """The class whose method this is."""

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def is_async(self) -> bool:
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def is_generator(self) -> bool:
        return bool(self.yields)

    @property
    def label(self) -> str:
        """How a message names it: the last two parts of its qualified name."""
        return ".".join(self.qualname.replace("<locals>.", "").split(".")[-2:])

    @cached_property
    def arguments(self) -> list[ast.arg]:
        a = self.node.args
        return [
            *a.posonlyargs,
            *a.args,
            *([a.vararg] if a.vararg else []),
            *a.kwonlyargs,
            *([a.kwarg] if a.kwarg else []),
        ]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """What its body evaluates itself (see `own_nodes`)."""
        return list(own_nodes(self.node))

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Calls in its own body, in source order; those inside a lambda or a class count as its own."""
        return [node for node in own_nodes(self.node, classes=True) if isinstance(node, ast.Call)]

    @cached_property
    def yields(self) -> list[ast.expr]:
        return [n for n in own_nodes(self.node, lambdas=False) if isinstance(n, ast.Yield | ast.YieldFrom)]

    @cached_property
    def imports(self) -> dict[str, str]:
        """Names that imports inside this function bind, with their dotted target."""
        return self.module.imported_by(self.nodes)

    @cached_property
    def binders(self) -> dict[str, list[ast.AST]]:
        """What its body binds, with the binding nodes: its own names, and those it declares `global` or `nonlocal`."""
        return bound_by(self.nodes)

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """Local names with exactly one binding, a plain assignment, and its value."""
        given = {a.arg for a in self.arguments} | self.outer_names
        return {n: v for n, v in _single_values(self.nodes, self.binders).items() if n not in given}

    @cached_property
    def outer_names(self) -> set[str]:
        """Names declared `global` or `nonlocal` here."""
        return _declared(self.nodes, ast.Global | ast.Nonlocal)

    @cached_property
    def local_names(self) -> set[str]:
        """Names that are local variables of this function, parameters (of types too) included."""
        given = {a.arg for a in self.arguments} | {t.name for t in getattr(self.node, "type_params", ())}
        return given | self.binders.keys() - self.outer_names


@dataclass(frozen=True, eq=False)
class Module:
    """A parsed file. `name` is its dotted name as far as the packages on disk tell it."""

    source: Source
    name: str
    tree: ast.Module

    @classmethod
    def parse(cls, source: Source, name: str) -> Module:
        """Raises `SyntaxError`, `ValueError` (null bytes), `RecursionError` or `MemoryError`."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are the project's business
            return cls(source, name, ast.parse(source.text))

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def is_test(self) -> bool:
        """Whether the file belongs to a test suite."""
        return is_test_source(self.source)

    # --- structure ---------------------------------------------------------------------------

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of every node but the module; contexts and operators are left out."""
        parents: dict[ast.AST, ast.AST] = {}
        stack: list[ast.AST] = [self.tree]
        while stack:
            node = stack.pop()
            below = children(node)
            for child in below:
                parents[child] = node
            below.reverse()
            stack += below
        return parents

    @cached_property
    def _by_type(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {ast.Module: [self.tree]}
        for node in self.parents:
            found.setdefault(type(node), []).append(node)
        return found

    def of_type(self, kind: type[Node]) -> Sequence[Node]:
        """Every node of exactly this type."""
        return cast("Sequence[Node]", self._by_type.get(kind, ()))

    @cached_property
    def _definitions(self) -> tuple[dict[FunctionNode, Function], list[ast.ClassDef], list[Function]]:
        """All functions, all classes, and the functions that declare a name `global`, in source order."""
        functions: dict[FunctionNode, Function] = {}
        classes: list[ast.ClassDef] = []
        declaring: dict[Function, None] = {}
        stack: list[tuple[ast.AST, Function | None, ast.ClassDef | None, str]] = [(self.tree, None, None, "")]
        while stack:
            node, function, owner, prefix = stack.pop()
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    function = functions[node] = Function(self, node, f"{prefix}{name}", owner)
                    owner, prefix = None, f"{prefix}{name}.<locals>."
                case ast.ClassDef(name=name):
                    classes.append(node)
                    owner, prefix = node, f"{prefix}{name}."
                case ast.Global() if function:
                    declaring[function] = None
            inner = [child for name in _SUITES[type(node)] for child in getattr(node, name)]
            stack += [(child, function, owner, prefix) for child in reversed(inner) if type(child) in _SUITES]
        return functions, classes, list(declaring)

    @property
    def functions(self) -> dict[FunctionNode, Function]:
        """Every function of the file, nested ones and methods included, in source order."""
        return self._definitions[0]

    @cached_property
    def definitions(self) -> dict[tuple[int, int], DefinitionNode]:
        """Functions and classes by the place of their name: line from 1 and byte column from 0."""
        functions, classes, _ = self._definitions
        return {self._place_of_name(node): node for node in (*functions, *classes)}

    def _place_of_name(self, node: DefinitionNode) -> tuple[int, int]:
        rows = (
            "".join(self.source.lines[node.lineno - 1 : node.lineno + 2]).encode()[node.col_offset :].decode()
        )
        found = _HEAD.match(rows)
        head = found.group() if found else ""
        breaks = list(re.finditer(r"\r\n|\r|\n", head))
        if breaks:
            return node.lineno + len(breaks), len(head[breaks[-1].end() :].encode())
        return node.lineno, node.col_offset + len(head.encode())

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """From the parent of `node` up to the module."""
        while (node := self.parents.get(node)) is not None:  # type: ignore[assignment]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds `node`, or `node` itself."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def function(self, node: ast.AST) -> Function | None:
        """The function whose own body evaluates `node` (a default value belongs to the outer one)."""
        below = node
        for parent in self.ancestors(node):
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef) and below in parent.body:
                return self.functions[parent]
            below = parent
        return None

    def owner(self, node: ast.AST) -> ast.ClassDef | None:
        """The innermost class around `node`."""
        return next((p for p in self.ancestors(node) if isinstance(p, ast.ClassDef)), None)

    def qualname(self, node: ast.AST) -> str:
        """Qualified name of the innermost definition around `node` (or `node` itself), "" at module level."""
        names = [p.name for p in (node, *self.ancestors(node)) if isinstance(p, DefinitionNode)]
        return ".".join(reversed(names))

    def span(self, node: ast.AST) -> Span:
        """Where a statement or expression stands, in characters."""
        line, end = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        return Span(
            line,
            self.source.column(line, node.col_offset),  # type: ignore[attr-defined]
            end,
            self.source.column(end, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def segment(self, node: ast.AST) -> str:
        """The source text of a statement or expression."""
        span = self.span(node)
        lines = self.source.lines[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "".join(lines)

    # --- names -------------------------------------------------------------------------------

    @cached_property
    def imports(self) -> dict[str, str]:
        """Names that a top-level import binds whenever the module runs, and nothing else does, with their target."""
        found = self.imported_by(self.tree.body)
        binders = self.global_names
        return {name: target for name, target in found.items() if self._target(name, binders[name]) == target}

    @cached_property
    def any_imports(self) -> dict[str, str]:
        """Names bound by imports anywhere in the file (functions, `try`, `TYPE_CHECKING` included)."""
        return self.imported_by(self.parents)

    def imported_by(self, body: Iterable[ast.AST]) -> dict[str, str]:
        """Names that import statements among these nodes bind, with their dotted target."""
        found: dict[str, str] = {}
        for node in body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                base = self.absolute(node)
                found.update((a.asname or a.name, f"{base}.{a.name}") for a in node.names if a.name != "*")
        return found

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted name that a (relative) `from` import starts at; "" for one that leaves the known packages."""
        if not node.level:
            return node.module or ""
        is_package = self.path.endswith("/__init__.py") or self.path == "__init__.py"
        parts = [*filter(None, self.name.split(".")), *([""] if is_package else [])]
        if node.level > len(parts):
            return ""
        return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """Global names with exactly one binding anywhere in the file, a plain assignment, and its value."""
        return _single_values(own_nodes(self.tree), self.global_names)

    @cached_property
    def global_names(self) -> dict[str, list[ast.AST]]:
        """Names bound at module level (in `if`, `try`, loops too) or by `global` functions, with their binders."""
        found = bound_by(own_nodes(self.tree))
        for function in self._definitions[2]:
            for name in _declared(function.nodes, ast.Global):
                found.setdefault(name, []).extend(function.binders.get(name, ()))
        return {name: binders for name, binders in found.items() if binders}

    def scopes(self, node: ast.AST) -> Iterator[ast.AST]:
        """Where a name at `node` is looked up before the module, inside out: comprehensions, lambdas, functions.

        A class only for what its own body evaluates; the first iterable of a comprehension is outside of it.
        """
        below, in_class = node, True
        first_iterable = None
        for parent in self.ancestors(node):
            match parent:
                case ast.comprehension():
                    first_iterable = parent if below is parent.iter else None
                case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                    if first_iterable is not parent.generators[0]:
                        yield parent
                        in_class = False
                case ast.Lambda(body=body) if below is body:
                    yield parent
                    in_class = False
                case ast.FunctionDef() | ast.AsyncFunctionDef() if below in parent.body:
                    yield parent
                    in_class = False
                case ast.ClassDef() if below in parent.body:
                    if in_class:
                        yield parent
                    in_class = False
            below = parent

    def dotted(self, node: ast.expr) -> str:
        """`lru_cache` or `functools.lru_cache` -> "functools.lru_cache" through the imports; "" if unknown.

        A name that a scope between here and the import binds is not the imported one.
        """
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        base = self._dotted_name(node) if isinstance(node, ast.Name) else ""
        return ".".join([base, *reversed(attributes)]) if base else ""

    def _dotted_name(self, node: ast.Name) -> str:
        name = node.id
        for scope in self.scopes(node):
            own, declared_global = self._bound_in(scope)
            if name in declared_global:
                break
            if name in own:
                return self._target(name, own[name])
        binders = self.global_names.get(name)
        if binders is None:
            return name if hasattr(builtins, name) else ""
        if any(isinstance(b, ast.Import | ast.ImportFrom) for b in binders):
            return self._target(name, binders)
        return f"{self.name}.{name}"

    def _bound_in(self, scope: ast.AST) -> tuple[Mapping[str, Sequence[ast.AST]], set[str]]:
        """The names that a scope inside the module binds for itself, with their binders, and those declared `global`."""
        match scope:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                function = self.functions[scope]
                own = {name: function.binders.get(name, (scope,)) for name in function.local_names}
                return own, _declared(function.nodes, ast.Global)
            case ast.ClassDef():
                nodes = list(own_nodes(scope))
                return bound_by(nodes), _declared(nodes, ast.Global)
            case ast.Lambda(args=args):
                return {a.arg: (scope,) for a in ast.walk(args) if isinstance(a, ast.arg)}, set()
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                targets = [n for g in scope.generators for n in ast.walk(g.target)]
                return {n.id: (scope,) for n in targets if isinstance(n, ast.Name)}, set()
        return {}, set()

    def _target(self, name: str, binders: Sequence[ast.AST]) -> str:
        """What a name stands for that only imports bind, all alike; what an `except` binds instead does not count."""
        certain = [b for b in binders if not any(isinstance(p, ast.ExceptHandler) for p in self.ancestors(b))]
        targets = {self.imported_by([binder]).get(name, "") for binder in certain or binders}
        return targets.pop() if len(targets) == 1 else ""


# --- walks ---------------------------------------------------------------------------------------


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields that may hold nodes with a place of their own."""
    if issubclass(kind, ast.Constant | ast.Name | ast.Global | ast.Nonlocal):
        return ()
    return tuple(name for name in kind._fields if name not in _NEVER_BELOW)


_NEVER_BELOW = frozenset(
    "arg asname attr conversion ctx id is_async kind kwd_attrs level module op ops simple tag type_comment "
    "type_ignores".split()
)
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: _fields(kind) for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_SUITES: Mapping[type[ast.AST], tuple[str, ...]] = {
    kind: suites
    for kind, fields in _FIELDS.items()
    if (suites := tuple(n for n in ("body", "handlers", "cases", "orelse", "finalbody") if n in fields))
    and not issubclass(kind, ast.expr)
} | {ast.Global: ()}
"""What holds statements, in which fields; and `global`, which is of interest where functions are."""


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below, in the order of the grammar, without contexts and operators."""
    below: list[ast.AST] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            below += filter(None, value)
        elif isinstance(value, ast.AST):
            below.append(value)
    return below


def own_nodes(scope: ast.AST, *, lambdas: bool = True, classes: bool = False) -> Iterator[ast.AST]:
    """The nodes that the body of `scope` evaluates itself, in source order.

    Nested functions and classes are given, but not what is inside them (with `classes`: the bodies of
    classes too), except decorators, default values and base classes, which the enclosing body does
    evaluate.
    """
    stack: list[ast.AST] = list(reversed(getattr(scope, "body", [])))
    while stack:
        node = stack.pop()
        yield node
        below = _outside(node, lambdas, classes) if type(node) in _SCOPES else children(node)
        below.reverse()
        stack += below


_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})


def _outside(node: ast.AST, lambdas: bool, classes: bool) -> list[ast.AST]:
    """What of a function, class or lambda is evaluated where it stands."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.decorator_list, *filter(None, (*node.args.defaults, *node.args.kw_defaults))]
        case ast.ClassDef():
            bases = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
            return [*bases, *node.body] if classes else [*bases]
    return children(node) if lambdas else []


# --- what binds names ------------------------------------------------------------------------------


def bindings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Names that these nodes bind in their scope, with the binding node. Comprehension targets are not."""
    inside_comprehension: set[ast.AST] = set()
    for node in nodes:
        match node:
            case ast.comprehension(target=target):
                inside_comprehension.update(ast.walk(target))
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if node not in inside_comprehension:
                yield name, node
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                yield name, node
            case ast.MatchMapping(rest=str(name)):
                yield name, node
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((a.asname or a.name.partition(".")[0], node) for a in names if a.name != "*")


def bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    return (name for name, _ in bindings(nodes))


def bound_by(nodes: Iterable[ast.AST]) -> dict[str, list[ast.AST]]:
    """Each name that these nodes bind in their scope, with all that bind it."""
    found: dict[str, list[ast.AST]] = {}
    for name, node in bindings(nodes):
        found.setdefault(name, []).append(node)
    return found


def _declared(nodes: Iterable[ast.AST], kind: type[ast.Global] | type[ast.Nonlocal] | UnionType) -> set[str]:
    return {name for node in nodes if isinstance(node, kind) for name in node.names}


def _single_values(nodes: Iterable[ast.AST], binders: Mapping[str, list[ast.AST]]) -> dict[str, ast.expr]:
    """Names with one binder in all, which is a plain assignment, with the value."""
    values: dict[str, ast.expr] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values[name] = value
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                values[name] = value
    return {name: value for name, value in values.items() if len(binders.get(name, ())) == 1}

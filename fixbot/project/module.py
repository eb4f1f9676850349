"""One parsed file: its functions, what encloses what, which names it imports and binds.

A `Module` is built by a single walk over the `ast`; everything a codemod asks about structure is
answered from here, everything about types by `fixbot.project.types`.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from fixbot.model import Span
from fixbot.project.source import Source

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, eq=False)
class Function:
    """A `def` or `async def`, with what its own body does (nested functions have theirs)."""

    module: Module
    node: FunctionNode
    qualname: str
    owner: ast.ClassDef | None
    """The class whose method this is."""
    calls: list[ast.Call] = field(default_factory=list)
    """Calls in its own body, in source order; those inside a lambda count as its own."""
    yields: list[ast.expr] = field(default_factory=list)

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
        return [*a.posonlyargs, *a.args, *([a.vararg] if a.vararg else []), *a.kwonlyargs, *([a.kwarg] if a.kwarg else [])]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """What its body evaluates itself (see `own_nodes`)."""
        return list(own_nodes(self.node))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Names that imports inside this function bind, with their dotted target."""
        return self.module.imported_by(self.nodes)

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """Local names with exactly one binding, a plain assignment, and its value."""
        return single_values(self.nodes)

    @cached_property
    def outer_names(self) -> set[str]:
        """Names declared `global` or `nonlocal` here."""
        return {
            name
            for node in self.nodes
            if isinstance(node, ast.Global | ast.Nonlocal)
            for name in node.names
        }

    @cached_property
    def local_names(self) -> set[str]:
        """Names that are local variables of this function, parameters included."""
        return {a.arg for a in self.arguments} | set(bound_names(self.nodes)) - self.outer_names


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
        """Whether the file belongs to a test suite, by pytest's and unittest's naming."""
        *folders, name = self.path.split("/")
        return (
            name.startswith("test_")
            or name.endswith(("_test.py", "_tests.py"))
            or name in ("conftest.py", "tests.py")
            or any(folder in ("test", "tests", "testing") for folder in folders)
        )

    # --- structure ---------------------------------------------------------------------------

    @cached_property
    def _index(self) -> tuple[dict[ast.AST, ast.AST], dict[FunctionNode, Function]]:
        """Parents of all nodes and the functions, by one walk in source order."""
        parents: dict[ast.AST, ast.AST] = {}
        functions: dict[FunctionNode, Function] = {}
        stack: list[tuple[ast.AST, Function | None, ast.ClassDef | None, str]]
        stack = [(self.tree, None, None, "")]
        while stack:
            node, function, owner, prefix = stack.pop()
            body = (function, owner, prefix)
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    inner = functions[node] = Function(self, node, f"{prefix}{node.name}", owner)
                    body = (inner, None, f"{prefix}{node.name}.<locals>.")
                case ast.ClassDef():
                    body = (function, node, f"{prefix}{node.name}.")
                case ast.Call() if function:
                    function.calls.append(node)
                case ast.Yield() | ast.YieldFrom() if function:
                    function.yields.append(node)
            pending = []
            for name, value in ast.iter_fields(node):
                context = body if name == "body" else (function, owner, prefix)
                for child in value if isinstance(value, list) else (value,):
                    if isinstance(child, ast.AST):
                        parents[child] = node
                        pending.append((child, *context))
            stack.extend(reversed(pending))
        return parents, functions

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return self._index[0]

    @property
    def functions(self) -> dict[FunctionNode, Function]:
        return self._index[1]

    @cached_property
    def definitions(self) -> dict[tuple[int, int], DefinitionNode]:
        """Functions and classes by the place of their name: (line, byte column of `def`/`class` line start)."""
        found: dict[tuple[int, int], DefinitionNode] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                keyword = {ast.FunctionDef: "def", ast.AsyncFunctionDef: "async def", ast.ClassDef: "class"}
                line = self.source.lines[node.lineno - 1].encode()
                start = node.col_offset + len(keyword[type(node)])
                found[node.lineno, line.find(node.name.encode(), start)] = node
        return found

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
        """The source text of `node`."""
        return ast.get_source_segment(self.source.text, node) or ""

    # --- names -------------------------------------------------------------------------------

    @cached_property
    def imports(self) -> dict[str, str]:
        """Names bound by top-level imports that run whenever the module does: local name -> dotted target."""
        return self.imported_by(self.tree.body)

    @cached_property
    def any_imports(self) -> dict[str, str]:
        """Names bound by imports anywhere in the file (functions, `try`, `TYPE_CHECKING` included)."""
        return self.imported_by(ast.walk(self.tree))

    def imported_by(self, body: Iterable[ast.AST]) -> dict[str, str]:
        """Names that import statements among these nodes bind, with their dotted target."""
        found: dict[str, str] = {}
        for node in body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    local = alias.asname or alias.name.partition(".")[0]
                    found[local] = alias.name if alias.asname else local
            elif isinstance(node, ast.ImportFrom):
                base = self.absolute(node)
                for alias in node.names:
                    if alias.name != "*":
                        found[alias.asname or alias.name] = f"{base}.{alias.name}"
        return found

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted name that a (relative) `from` import starts at."""
        if not node.level:
            return node.module or ""
        is_package = self.path.endswith("/__init__.py") or self.path == "__init__.py"
        parts = self.name.split(".") + ([""] if is_package else [])
        return ".".join([*parts[: -node.level], *([node.module] if node.module else [])]).strip(".")

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """Global names with exactly one binding at module level, a plain assignment, and its value."""
        return single_values(own_nodes(self.tree))

    @cached_property
    def global_names(self) -> dict[str, list[ast.AST]]:
        """Names bound at module level (also inside top-level `if`, `try`, `with`, loops), with their binders."""
        found: dict[str, list[ast.AST]] = {}
        for name, node in bindings(own_nodes(self.tree)):
            found.setdefault(name, []).append(node)
        return found

    def dotted(self, node: ast.expr) -> str:
        """`lru_cache` or `functools.lru_cache` -> "functools.lru_cache" through the imports; "" if unknown.

        A name that the surrounding functions bind is not the imported one.
        """
        match node:
            case ast.Name(id=name):
                for parent in self.ancestors(node):
                    if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
                        function = self.functions[parent]
                        if name in function.local_names:
                            return function.imports.get(name, "")
                if name in self.any_imports:
                    return self.any_imports[name]
                if name in self.global_names:
                    return f"{self.name}.{name}"
                return name if hasattr(builtins, name) else ""
            case ast.Attribute(value=value, attr=attr):
                base = self.dotted(value)
                return f"{base}.{attr}" if base else ""
        return ""


def own_nodes(scope: ast.AST, *, lambdas: bool = True) -> Iterator[ast.AST]:
    """The nodes that the body of `scope` evaluates itself, in source order.

    Nested functions and classes are given, but not what is inside them, except decorators, default
    values and base classes, which the enclosing body does evaluate.
    """
    stack: list[ast.AST] = list(reversed(getattr(scope, "body", [])))
    while stack:
        node = stack.pop()
        yield node
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                defaults = [d for d in (*node.args.defaults, *node.args.kw_defaults) if d]
                children: list[ast.AST] = [*node.decorator_list, *defaults]
            case ast.ClassDef():
                children = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
            case ast.Lambda() if not lambdas:
                children = []
            case _:
                children = list(ast.iter_child_nodes(node))
        stack.extend(reversed(children))


def single_values(nodes: Iterable[ast.AST]) -> dict[str, ast.expr]:
    """Names that these nodes bind exactly once, by a plain assignment, with the value."""
    values: dict[str, ast.expr] = {}
    stores: Counter[str] = Counter()
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values[name] = value
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                values[name] = value
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                stores[name] += 1
    return {name: value for name, value in values.items() if stores[name] == 1}


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
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node
            case ast.MatchMapping(rest=str(name)):
                yield name, node
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield alias.asname or alias.name.partition(".")[0], node


def bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    return (name for name, _ in bindings(nodes))

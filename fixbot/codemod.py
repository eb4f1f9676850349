"""What a codemod is made of, and what it can ask about the place it looks at.

A codemod is one file: a docstring that documents it, plain functions on `ast` nodes that yield
findings, and pure functions on LibCST nodes that rewrite them:

    codemod = Codemod(__name__, triggers=[b"async def"], severity=Severity.HIGH, category="Anti-pattern")

    @codemod.visit(ast.Call)
    def blocking_call(call: ast.Call, at: Place) -> Iterator[Finding]:
        ...
        yield at.finding(call, "…", edits=[…])
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import libcst as cst

from fixbot.catalogue import Catalogue
from fixbot.model import Definition, Edit, Finding, Import, Replacement, Safety, Severity, Span, TextEdit
from fixbot.project.effects import Effects
from fixbot.project.flow import block_of
from fixbot.project.module import Function, Module, is_test_source
from fixbot.project.origin import functions_around
from fixbot.project.project import Project
from fixbot.project.source import Source
from fixbot.safety import Doubt, report

Visitor = Callable[[Any, "Place"], Iterator[Finding]]
TextVisitor = Callable[["TextPlace"], Iterator[Finding]]
V = TypeVar("V", bound=Visitor)
T = TypeVar("T", bound=TextVisitor)


@dataclass(eq=False)
class Codemod:
    """One fix. Its id, branch name and `--select` value all come from its module's name.

    `triggers`: a file that holds none of these byte strings is not even parsed for it; `called` adds the calls of
    functions that the catalogue names, so that a stub of a project's own is enough.
    `tests`: whether it also looks at test files. `opens`: whether its fixes open pull requests without being
    selected by name. `emits`: the oldest Python that understands what it
    writes; a project that must run on an older one gets a report instead. `after`: ids of codemods that must run before it,
    for third-party ones; the built-in order is the list in `codemods/__init__.py`.
    """

    module: str
    triggers: Sequence[bytes]
    severity: Severity
    category: str
    tests: bool = False
    needs_effects: bool = False
    emits: tuple[int, int] = (3, 0)
    opens: bool = True
    after: Sequence[str] = ()
    called: Callable[[Catalogue], Iterable[str]] = lambda _: ()
    visitors: dict[type[ast.AST], list[Visitor]] = field(default_factory=dict)
    text_visitors: list[TextVisitor] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.module.rpartition(".")[2].replace("_", "-")

    def triggers_for(self, catalogue: Catalogue) -> list[str]:
        """What a file must hold one of, with these libraries."""
        return [*(t.decode() for t in self.triggers), *(f".{name}(" for name in self.called(catalogue))]

    @property
    def documentation(self) -> str:
        """The module's docstring, in Markdown."""
        return inspect.cleandoc(sys.modules[self.module].__doc__ or "")

    @property
    def summary(self) -> str:
        return self.documentation.partition("\n")[0]

    def section(self, title: str) -> str:
        """What the documentation says under one of its headings, "" where it has no such heading."""
        _, _, after = self.documentation.partition(f"## {title}\n")
        return after.partition("\n## ")[0].strip()

    def visit(self, *kinds: type[ast.AST]) -> Callable[[V], V]:
        """Call the decorated function for every node of these types."""

        def register(visitor: V) -> V:
            for kind in kinds:
                self.visitors.setdefault(kind, []).append(visitor)
            return visitor

        return register

    def visit_text(self, visitor: T) -> T:
        """Call the decorated function for the text of every file with a trigger: also one that does not parse, or is no Python."""
        self.text_visitors.append(visitor)
        return visitor

    def find_in_text(self, source: Source, project: Project, line_length: int = 88) -> Iterator[Finding]:
        """Every finding in the text of one file."""
        if self.tests or not is_test_source(source):
            for visitor in self.text_visitors:
                yield from visitor(TextPlace(self, source, project, line_length))

    def find(self, module: Module, project: Project, line_length: int = 88) -> Iterator[Finding]:
        """Every finding in one module."""
        if module.is_test and not self.tests:
            return
        at = Place(self, module, project, line_length)
        for kind, visitors in self.visitors.items():
            for node in module.of_type(kind):
                for visitor in visitors:
                    yield from visitor(node, at)


@dataclass(frozen=True, eq=False)
class Place:
    """The module a codemod looks at, and everything known about it."""

    codemod: Codemod
    module: Module
    project: Project
    line_length: int = 88
    """How long a line may get that an edit writes."""

    @property
    def effects(self) -> Effects:
        return self.project.effects

    def function(self, node: ast.AST) -> Function | None:
        """The function whose body evaluates `node`."""
        return self.module.function(node)

    def name(self, dotted: str, node: ast.AST) -> tuple[str, tuple[Import, ...]] | None:
        """How `asyncio.to_thread` is written at `node`, and the import that needs; None if a local takes the name.

        An import that stands at the top of the file, or in the function before `node`, is used under the name it gives.
        """
        module_name, _, attribute = dotted.rpartition(".")
        if local := self._imported_before(dotted, node):
            return local, ()
        if local := self._imported_before(module_name, node):
            return f"{local}.{attribute}", ()
        for local, target in self.module.imports.items():
            if target == dotted and not self.is_local(local, node):
                return local, ()
        for local, target in self.module.imports.items():
            if target == module_name and not self.is_local(local, node):
                return f"{local}.{attribute}", ()
        *package, last = module_name.split(".")
        if self._is_free(last, module_name, node):
            new = Import(".".join(package), last) if package else Import(module_name)
            return f"{last}.{attribute}", (new,)
        if package and self._is_free(attribute, dotted, node):
            return attribute, (Import(module_name, attribute),)
        return None

    def _is_free(self, name: str, target: str, node: ast.AST) -> bool:
        """Whether an import at the top of the file may bind `name` to `target`."""
        if self.is_local(name, node) or self.module.any_imports.get(name, target) != target:
            return False
        return name not in self.module.global_names or name in self.module.any_imports

    def _imported_before(self, target: str, node: ast.AST) -> str:
        """The name that a function around `node` has surely imported this under by then; "" if there is none."""
        for function in functions_around(node, self.module):
            for name in function.imports:
                if self._home(name, node) is function and self._only_imports(name, target, function):
                    if any(_passed(binder, node, self.module) for binder in function.binders[name]):
                        return name
        return ""

    def _only_imports(self, name: str, target: str, function: Function) -> bool:
        """Whether a local variable is never anything but this module, or this part of one."""
        binders = function.binders.get(name, ())
        return bool(binders) and all(self.module.imported_by([b]).get(name) == target for b in binders)

    def is_imported_later(self, name: str, node: ast.expr) -> bool:
        """Whether the function around `node` imports the module `name`, but only further down."""
        function = self._home(name, node)
        return (
            function is not None
            and self._only_imports(name, name, function)
            and all(getattr(b, "lineno", 0) > node.lineno for b in function.binders[name])
        )

    def is_local(self, name: str, node: ast.AST) -> bool:
        """Whether a function around `node` binds `name`."""
        return self._home(name, node) is not None

    def _home(self, name: str, node: ast.AST) -> Function | None:
        """The function around `node` whose local variable `name` is there."""
        return next((f for f in functions_around(node, self.module) if name in f.local_names), None)

    def edit(
        self,
        node: ast.AST,
        kind: type[cst.CSTNode],
        change: Callable[[Any], Replacement],
        *,
        imports: Iterable[Import] = (),
        definitions: Iterable[Definition] = (),
        drops: Iterable[str] = (),
        module: Module | None = None,
    ) -> Edit:
        """An edit of `node` (of another module when one is given)."""
        home = module or self.module
        return Edit(
            home.path, home.span(node), kind, change, tuple(imports), tuple(definitions), tuple(drops)
        )

    def finding(
        self,
        node: ast.AST,
        message: str,
        *,
        edits: Sequence[Edit] = (),
        doubts: Iterable[Doubt | None] = (),
        cost: Mapping[str, Mapping[str, str]] | None = None,
        severity: Severity | None = None,
        module: Module | None = None,
    ) -> Finding:
        """A finding at `node`: as safe as its strongest doubt allows, without edits when it is only reported."""
        home = module or self.module
        return _finding(
            self.codemod,
            self.project,
            home.path,
            home.span(node),
            message,
            edits=edits,
            doubts=doubts,
            cost=cost or {},
            severity=severity,
            context=home.qualname(node),
            matched=_normalised(node),
        )


@dataclass(frozen=True, eq=False)
class TextPlace:
    """The file a codemod looks at before anything parses. `source` is its text, whatever language it is in."""

    codemod: Codemod
    source: Source
    project: Project
    line_length: int = 88

    @property
    def is_python(self) -> bool:
        return self.source.path.endswith(".py")

    def edit(self, span: Span, text: str, undefined: Iterable[str] = ()) -> TextEdit:
        return TextEdit(self.source.path, span, text, frozenset(undefined))

    def finding(
        self,
        span: Span,
        message: str,
        *,
        matched: str,
        edits: Sequence[TextEdit] = (),
        doubts: Iterable[Doubt | None] = (),
    ) -> Finding:
        """A finding at `span`, as safe as its strongest doubt allows; `matched` is what it is known by when lines move."""
        return _finding(
            self.codemod,
            self.project,
            self.source.path,
            span,
            message,
            edits=edits,
            doubts=doubts,
            matched=matched,
        )


def _finding(
    codemod: Codemod,
    project: Project,
    path: str,
    span: Span,
    message: str,
    *,
    edits: Sequence[Edit | TextEdit],
    doubts: Iterable[Doubt | None],
    matched: str,
    context: str = "",
    cost: Mapping[str, Mapping[str, str]] | None = None,
    severity: Severity | None = None,
) -> Finding:
    known = [d for d in (*doubts, _too_old(codemod, project)) if d]
    raised = sorted(known, key=lambda d: list(Safety).index(d.safety))
    safety = raised[-1].safety if raised else Safety.SAFE
    if not edits and safety is not Safety.REPORT:
        raise ValueError(f"{codemod.id}: a finding without edits needs a doubt that says why")
    return Finding(
        codemod=codemod.id,
        path=path,
        span=span,
        message=message,
        severity=severity or codemod.severity,
        category=codemod.category,
        safety=safety,
        reason=raised[-1].reason if raised else "",
        edits=() if safety is Safety.REPORT else tuple(edits),
        cost=cost or {},
        context=context,
        matched=matched,
    )


def _too_old(codemod: Codemod, project: Project) -> Doubt | None:
    needed, floor = codemod.emits, project.python
    if floor >= needed:
        return None
    return report(
        f"the fix needs Python {needed[0]}.{needed[1]}, and `requires-python` admits {floor[0]}.{floor[1]}"
    )


def _passed(statement: ast.AST, node: ast.AST, module: Module) -> bool:
    """Whether `statement` has surely run when `node` is evaluated: it stands before it in a block around it."""
    if not isinstance(statement, ast.stmt):
        return False
    block = block_of(statement, module) or [statement]
    around = {node, *module.ancestors(node)}
    return any(later in around for later in block[block.index(statement) + 1 :])


def _normalised(node: ast.AST) -> str:
    """Code without its layout. For a definition its head, for a long statement its first line."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    return ast.unparse(node)[:400]

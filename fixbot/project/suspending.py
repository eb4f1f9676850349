"""Which awaits give other tasks a turn? An `await` need not: a queue may hold an item, a lock may be free."""

from __future__ import annotations

import ast

from fixbot.project.effects import Effects
from fixbot.project.flow import unconditional
from fixbot.project.module import Function, Module

_SUSPENDS = frozenset(
    "sleep gather wait to_thread open_connection create_subprocess_exec create_subprocess_shell start_server "
    "run_in_executor".split()
)
"""Functions of asyncio that suspend whenever they are awaited."""


class Suspending:
    """Answers for one project: 2 always, 1 perhaps, 0 never. Errs on the low side."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._functions: dict[Function, int] = {}
        self._statements: dict[tuple[ast.stmt, int], int] = {}
        self._awaiting: dict[Module, set[ast.AST]] = {}

    def of_function(self, function: Function) -> int:
        """Running an async function to its end."""
        if function not in self._functions:
            self._functions[function] = 0  # a recursion gives no turn of its own
            self._functions[function] = self._block(function.node.body, function.module, returns=0)
        return self._functions[function]

    def of_statement(self, statement: ast.stmt, module: Module, returns: int = 2) -> int:
        """Running a statement to its end; `returns` is what leaving by `return` counts as."""
        if statement not in self._awaits_in(module):
            return 0
        key = (statement, returns)
        if key not in self._statements:
            self._statements[key] = self._of_statement(statement, module, returns)
        return self._statements[key]

    def of_await(self, node: ast.Await, module: Module) -> int:
        """One `await`."""
        if not isinstance(node.value, ast.Call):
            return 1
        effect = self._effects.of_call(node.value, module)
        targets = self._effects.project.targets(node.value.func, module)
        if targets and all(
            (t.entry is not None and t.entry.is_async)
            or (t.stdlib and t.module.startswith("asyncio") and t.qualname.rpartition(".")[2] in _SUSPENDS)
            for t in targets
        ):
            return 2
        if effect.functions and not effect.entries and effect.known:
            return min(self.of_function(f) if f.is_async else 1 for f in effect.functions)
        return 1

    def _awaits_in(self, module: Module) -> set[ast.AST]:
        """Everything around the awaits of a module."""
        if module not in self._awaiting:
            found: set[ast.AST] = set()
            for node in module.parents:
                if isinstance(node, ast.Await | ast.AsyncWith | ast.AsyncFor):
                    found |= {node, *module.ancestors(node)}
            self._awaiting[module] = found
        return self._awaiting[module]

    def _of_statement(self, statement: ast.stmt, module: Module, returns: int) -> int:
        def block(statements: list[ast.stmt]) -> int:
            return self._block(statements, module, returns)

        match statement:
            case ast.If(test=test, body=body, orelse=orelse):
                return max(self._expression(test, module), min(block(body), block(orelse)))
            case ast.AsyncWith(items=items, body=body):
                return max(block(body), *(self._expression(i.context_expr, module) for i in items), 1)
            case ast.With(items=items):  # its exit may suppress what the body raises
                return max(self._expression(i.context_expr, module) for i in items)
            case ast.Try(body=body, handlers=handlers, finalbody=finalbody):
                caught = min((block(h.body) for h in handlers), default=2)
                return max(block(finalbody), min(block(body), caught))
            case ast.For(iter=value) | ast.While(test=value) | ast.Match(subject=value):
                return self._expression(value, module)
            case ast.AsyncFor():
                return 1
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return 0
        return self._expression(statement, module)

    def _block(self, statements: list[ast.stmt], module: Module, returns: int) -> int:
        """Running a block to its end; one that raises never gets there."""
        best = 0
        for statement in statements:
            if isinstance(statement, ast.Raise):
                return 2
            best = max(best, self.of_statement(statement, module, returns))
            if best == 2:
                return 2
            if isinstance(statement, ast.Return):
                return max(best, returns)
            inside = {type(node) for node in ast.walk(statement)}
            if inside & {ast.Break, ast.Continue}:
                return 0
            if not returns and ast.Return in inside:
                return min(best, 1)
        return best

    def _expression(self, node: ast.AST, module: Module) -> int:
        if node not in self._awaits_in(module):
            return 0
        awaits = [n for n in ast.walk(node) if isinstance(n, ast.Await)]
        return max((self.of_await(n, module) for n in awaits if unconditional(n, module)), default=0)

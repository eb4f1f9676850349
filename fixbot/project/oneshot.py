"""Scripts: async code that has its event loop for itself, so that there is nobody whom it could block.

That is so for what `asyncio.run(main())` runs below `if __name__ == "__main__":`, as long as nothing
in it starts tasks. Errs on the side of no.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.project.calls import simple_name
from fixbot.project.effects import Effects
from fixbot.project.module import Function, Module

_STARTS = frozenset(
    "TaskGroup add_done_callback as_completed call_later call_soon create_task create_task_group ensure_future gather "
    "map_async run run_coroutine_threadsafe run_forever serve serve_forever shield start start_polling start_server "
    "start_soon wait wait_for_termination".split()
)
"""What starts tasks or servers, in asyncio and under the names that libraries give it."""


def runs_alone(function: Function, effects: Effects) -> bool:
    """Whether nothing else runs in the event loop while this async function does."""
    return _is_alone(function, effects, set())


def _is_alone(function: Function, effects: Effects, seen: set[Function]) -> bool:
    if function in seen:
        return True
    seen.add(function)
    if function.node.decorator_list or (function.owner and function.owner.bases):
        return False  # whoever has registered it, or calls it by its base class, cannot be seen
    mentions = list(_mentions(function, effects))
    return bool(mentions) and all(_keeps_alone(*mention, function, effects, seen) for mention in mentions)


def _keeps_alone(
    mention: ast.AST, module: Module, function: Function, effects: Effects, seen: set[Function]
) -> bool:
    """Whether the function is only run here, and with nothing beside it."""
    call = module.parents.get(mention)
    around = module.parents.get(call) if isinstance(call, ast.Call) and call.func is mention else None
    caller = module.function(mention)
    match around:
        case ast.Await() if caller is not None and caller.is_async:
            return _is_alone(caller, effects, seen)
        case ast.Call(func=func) if module.dotted(func) == "asyncio.run":
            in_script = _in_main_block(around, module) or (caller is not None and _is_script(caller, effects))
            return in_script and not _starts_tasks(function, effects)
    return False


def _is_script(function: Function, effects: Effects) -> bool:
    """Whether only the main block of its module calls it."""
    mentions = list(_mentions(function, effects))
    return bool(mentions) and all(
        module is function.module and _in_main_block(node, module) for node, module in mentions
    )


def _starts_tasks(main: Function, effects: Effects) -> bool:
    """Whether anything that it runs starts tasks, or a server."""
    return any(
        simple_name(call.func) in _STARTS and f.module.dotted(call.func) != "subprocess.run"
        for f in effects.summary(main).functions
        for call in f.calls
    )


def _in_main_block(node: ast.AST, module: Module) -> bool:
    """Whether it stands below `if __name__ == "__main__":`, and in no function."""
    below = node
    for parent in module.ancestors(node):
        match parent:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() | ast.ClassDef():
                return False
            case ast.If(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]), body=body) if (
                below in body
            ):
                if {ast.unparse(left), ast.unparse(right)} == {"__name__", "'__main__'"}:
                    return True
        below = parent
    return False


def _mentions(function: Function, effects: Effects) -> Iterator[tuple[ast.AST, Module]]:
    """Every place of the project, tests apart, that names the function, or may."""
    project = effects.project
    for path, source in project.sources.items():
        may_name = function.name in source.text or "import *" in source.text
        if may_name and (module := project.module(path)) and not module.is_test:
            for node in _named(function, module, effects):
                yield node, module


def _named(function: Function, module: Module, effects: Effects) -> Iterator[ast.AST]:
    """The places of one module; an import of the name counts when others may import it from there."""
    own = module is function.module
    for node in module.of_type(ast.Constant):
        if isinstance(node.value, str) and node.value.rpartition(":")[2] == function.name:
            yield node
    for attribute in module.of_type(ast.Attribute):
        if attribute.attr == function.name and (function.owner or own or _imports(module, function, effects)):
            yield attribute
    if function.owner is None:
        for name in module.of_type(ast.Name):
            if name.id == function.name if own else _stands_for(name, module, function, effects):
                yield name
        for statement in module.of_type(ast.ImportFrom) if not own else ():
            passed_on = _is_package(module) or any(alias.name == "*" for alias in statement.names)
            if passed_on and function.module in effects.project.modules_named(module.absolute(statement)):
                yield statement


def _is_package(module: Module) -> bool:
    return module.path.rpartition("/")[2] == "__init__.py"


def _stands_for(name: ast.Name, module: Module, function: Function, effects: Effects) -> bool:
    """Whether another module has imported the function under this name."""
    home, _, attribute = module.any_imports.get(name.id, "").rpartition(".")
    return attribute == function.name and function.module in effects.project.modules_named(home)


def _imports(module: Module, function: Function, effects: Effects) -> bool:
    return any(function.module in effects.project.modules_named(t) for t in module.any_imports.values())

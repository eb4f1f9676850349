"""How the documents of a Firestore loop are read in batches: what `batch-reads` writes, and with which client.

All that is particular to Firestore stands here: documents are named by references, told apart by
their path, and the client that reads many is the one that the collection was made from.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fixbot.batching.names import Spelled, imported, logger
from fixbot.batching.read import LoopRead
from fixbot.codemod import Place
from fixbot.model import Definition, Import
from fixbot.project.module import Function, Module
from fixbot.project.origin import (
    attribute_values,
    chain,
    functions_around,
    is_settled,
    method_around,
    origin,
    self_name,
)
from fixbot.project.project import Project
from fixbot.project.repeatable import does_more
from fixbot.project.spelling import broken, spelled

PACKAGE = "google.cloud.firestore"

PARAMETERS = "client: {client}, reference: {callable}[[{any}], {any}], keys: {iterable}[{any}]"
HELPER = '''
{async_}def {name}(
    {parameters}
) -> dict[str, {any}]:
    """Read many documents at once, by path; the caller reads what is missing."""
    references = {{}}
    snapshots = {{}}
    try:
        for key in keys:
            try:
                document = reference(key)
                references[document.{path}] = document
            except Exception:
                continue  # the caller meets the same error, in its place
        pending = list(references.values())
        for start in range(0, len(pending), {chunk}):
            {async_}for snapshot in client.{method}(pending[start : start + {chunk}]):
                snapshots[snapshot.{match}] = snapshot
    except Exception as error:
        {warning}
    return snapshots
'''

_MAX_HELPERS = 4
"""Through how many functions a reference is followed to its client."""
_BUILTINS = frozenset({"dict", "list", "len", "range", "Exception"})


def look_up(read: LoopRead, prefetched: str, reference: str, single: str) -> str:
    """The document among those read before, or else read alone, as before."""
    return f"{prefetched}.get({reference}.{_path(read)}) or {single}"


def _path(read: LoopRead) -> str:
    return read.batch.match.rpartition(".")[2]


# --- the helper -------------------------------------------------------------------------------------------


def helper(read: LoopRead) -> Definition | str | None:
    """The function that reads the batches; its name if the module has it; None if a name it needs means something else."""
    at, batch = read.at, read.batch
    client_class, method = batch.batch.split(".")
    is_async = read.entry.is_async
    name = "_prefetch_documents_async" if is_async else "_prefetch_documents"
    if _BUILTINS & at.module.global_names.keys():
        return None
    if name in at.module.global_names:
        return name if _takes_the_same(name, at.module) else None
    needed = {
        "client": _class_name(f"{PACKAGE}.{client_class}", at),
        "callable": imported(at, "collections.abc.Callable", "typing.Callable"),
        "iterable": imported(at, "collections.abc.Iterable", "typing.Iterable"),
        "any": imported(at, "typing.Any"),
        "logger": logger(at),
    }
    names: dict[str, str] = {}
    imports: list[Import] = []
    for key, found in needed.items():
        if found is None:
            return None
        names[key] = found[0]
        imports += found[1]
    parameters = PARAMETERS.format(**names)
    if 4 + len(parameters) > at.line_length:
        parameters = re.sub(", (?=[a-z]+:)", ",\n    ", parameters) + ","
    warning = f'{names["logger"]}.warning("Batch read failed, reading one by one: %s", error)'
    code = HELPER.format(
        name=name,
        async_="async " if is_async else "",
        parameters=parameters,
        method=method,
        chunk=batch.chunk,
        match=batch.match,
        path=_path(read),
        warning=broken(warning, " " * 8, "    ", at.line_length).replace("\n", "\n        "),
        **names,
    )
    return Definition(at.module.path, name, code, imports=tuple(imports))


def _takes_the_same(name: str, module: Module) -> bool:
    """Whether the module's function of this name can be called as ours is (a person may have changed its inside)."""
    match module.global_names[name]:
        case [ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments)]:
            return [a.arg for a in arguments.args] == ["client", "reference", "keys"]
    return False


def _class_name(dotted: str, at: Place) -> Spelled | None:
    """How a class is written in an annotation; in quotes where its import is conditional.

    The top of a module must not import what it did without so far.
    """
    for local, target in at.module.any_imports.items():
        if local in at.module.imports or local not in at.module.global_names:
            continue
        if target in (dotted, dotted.rpartition(".")[0]):
            return (f'"{local}"' if target == dotted else f'"{local}.{dotted.rpartition(".")[2]}"'), ()
    found = at.name(dotted, at.module.tree)
    if found and (not found[1] or _is_imported_anyway(at.module, at.project)):
        return found
    return None


def _is_imported_anyway(module: Module, project: Project) -> bool:
    """Whether importing the module imports Firestore as it is."""
    pending, seen = [module], {module.path}
    while pending:
        for target in pending.pop().imports.values():
            if target.startswith(("google.cloud.firestore", "firebase_admin")):
                return True
            for name in (target, target.rpartition(".")[0]):
                new = [m for m in project.modules_named(name) if m.path not in seen]
                seen |= {m.path for m in new}
                pending += new
    return False


# --- the client ---------------------------------------------------------------------------------------------


def client_of(read: LoopRead) -> Spelled | None:
    """The client that the documents' collection was made from, as it is written at the loop; None if it cannot be."""
    project, class_name = read.at.project, read.batch.batch.partition(".")[0]
    for expression, home in _made_from(read):
        if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
            made_by = project.targets(expression.func, home)
            if made_by and all(t.entry and t.entry.qualname.partition(".")[0] == class_name for t in made_by):
                return _client(expression.func.value, home, read)
    return None


def _made_from(read: LoopRead) -> Iterator[tuple[ast.expr, Module]]:
    """What the reference was made from, step by step: through helpers that make it, and beyond the loop variable."""
    at, loop = read.at, read.loop
    pending: list[tuple[ast.expr, Module]] = [(read.method.value, at.module)]
    for _ in range(_MAX_HELPERS):
        if not pending:
            return
        for step, home in chain(*pending.pop(), at.project):
            yield step, home
            match step:
                case ast.Call(func=helper):
                    made_by = at.effects.of_name(helper, home).functions
                    if len(made_by) == 1 and (returned := _returned(made_by[0])):
                        pending.append(returned)
                case ast.Name(id=name) if name == ast.unparse(loop.target):
                    items, home = origin(read.items, at.module, at.project)
                    made = items.elt if isinstance(items, ast.ListComp | ast.SetComp) else items
                    pending.append((made, home))


def _returned(function: Function) -> tuple[ast.expr, Module] | None:
    """What a function returns, when there is one `return` in it."""
    values = [node.value for node in function.nodes if isinstance(node, ast.Return)]
    return (values[0], function.module) if len(values) == 1 and values[0] is not None else None


def _client(client: ast.expr, home: Module, read: LoopRead) -> Spelled | None:
    """The client, written as `client` where the collection was made, in the terms of the loop's function."""
    if does_more([client], home.function(client) or read.function, read.at.project) is not None:
        return None
    maker = home.function(client)
    if maker and maker in (read.function, *functions_around(read.call, read.at.module)):
        return (spelled(client, home), ()) if _stays(client, read) else None
    match client:
        case ast.Attribute(value=ast.Name(id=owner), attr=attr):
            if maker and owner == self_name(maker):
                return _attribute(attr, maker, read)
    return _global(client, home, read)


def _stays(client: ast.expr, read: LoopRead) -> bool:
    """Whether the names and attributes in it stand for the same all through the loop's function."""
    for function in functions_around(read.call, read.at.module):
        stores = [n for n in function.nodes if isinstance(getattr(n, "ctx", None), ast.Store | ast.Del)]
        for node in ast.walk(client):
            match node:
                case ast.Name(id=name) if name in function.local_names:
                    is_parameter = any(a.arg == name for a in function.arguments)
                    if sum(isinstance(s, ast.Name) and s.id == name for s in stores) > (not is_parameter):
                        return False
                case ast.Attribute(attr=attr) if any(
                    isinstance(s, ast.Attribute) and s.attr == attr for s in stores
                ):
                    return False
    return True


def _attribute(attr: str, maker: Function, read: LoopRead) -> Spelled | None:
    """`self.db` of the method that made the collection, where it is set once and this is a method of the same class."""
    method = method_around(read.call, read.at.module)
    if method is None or method.owner is None or method.owner is not maker.owner or not self_name(method):
        return None
    return (
        (f"{self_name(method)}.{attr}", ()) if len(list(attribute_values(method.owner, attr))) == 1 else None
    )


def _global(client: ast.expr, home: Module, read: LoopRead) -> Spelled | None:
    """A client made of global names, which mean the same at the loop or can be imported there."""
    at, imports = read.at, list[Import]()
    for name in {n.id for n in ast.walk(client) if isinstance(n, ast.Name)}:
        if any(name in f.local_names for f in functions_around(client, home)) or not is_settled(name, home):
            return None
        if home is at.module:
            known: Spelled | None = None if at.is_local(name, read.call) else (name, ())
        else:
            known = at.name(home.imports.get(name, f"{home.name}.{name}"), read.call)
        if known is None or (known[0] != name and not isinstance(client, ast.Name)):
            return None
        if isinstance(client, ast.Name):
            return known
        imports += known[1]
    return spelled(client, home), tuple(imports)

"""Copy uploads in chunks instead of reading them whole.

## What it does

Finds uploads that are read whole into memory. Where they are only written to a file, they are copied
piece by piece. Large base64 payloads are reported: they need another API.

## Why is this bad

Every request holds the whole file: measured, an upload of 64 MiB takes 65 MiB of memory read whole,
and 2 MiB in chunks. Base64 is worse, since the text, the bytes and what is made of them are held
together: 183 MiB for a video of 50 MiB.

## Example

```python
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/videos")
def save(video: UploadFile) -> None:
    content = video.file.read()
    with open("video.mp4", "wb") as f:
        f.write(content)
```

## Use instead

```python
import shutil

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/videos")
def save(video: UploadFile) -> None:
    with open("video.mp4", "wb") as f:
        shutil.copyfileobj(video.file, f)
```

In async code the copying runs in a thread: `await asyncio.to_thread(shutil.copyfileobj, video.file, f)`.

## Fix safety

*Safe* in plain functions, and for temporary files: the same bytes are in the same file. *Review* in
async code that writes a named file: other requests now run while it is being written, and a request
that is cancelled leaves a part of it; and where tests call the function with a stand-in for the upload.
Only *reported* where the bytes are used for more than writing them (hashed, measured, passed on), and
for base64, where whole strings and chunks are not decoded alike: ask for a multipart upload, or a
signed URL, instead. Text that is decoded or parsed must be whole, and is left alone.

## References

- https://fastapi.tiangolo.com/tutorial/request-files/#uploadfile
- https://docs.python.org/3/library/shutil.html#shutil.copyfileobj
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from fixbot import safety
from fixbot.codemod import Codemod, Place
from fixbot.model import Edit, Finding, Severity
from fixbot.project import atomicity
from fixbot.project.flow import block_of
from fixbot.project.module import Function, Module
from fixbot.safety import Doubt, report, review

codemod = Codemod(
    __name__,
    triggers=[b"UploadFile", b"b64decode", b"b64encode"],
    severity=Severity.MEDIUM,
    category="Memory",
    needs_effects=True,
    emits=(3, 9),
)

_UPLOADS = frozenset(
    "fastapi.UploadFile fastapi.datastructures.UploadFile starlette.datastructures.UploadFile".split()
)
_TEMPORARY = frozenset(
    f"tempfile.{n}" for n in ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile")
)
_LISTS = frozenset("list List Sequence tuple Tuple".split())
_BASE64 = frozenset(
    f"base64.{n}" for n in ("b64decode", "standard_b64decode", "b64encode", "standard_b64encode")
)
_DOWNLOADED = frozenset({"httpx", "httpx2", "requests.models"})
_CHUNK = "1024 * 1024"
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@codemod.visit(ast.Call)
def reads_whole_upload(call: ast.Call, at: Place) -> Iterator[Finding]:
    function = at.function(call)
    if function and (read := _read(call, function, at.module)) and not _is_parsed(read.whole, at.module):
        name = at.module.segment(read.upload)
        write = _only_write(read, at)
        yield at.finding(
            call,
            f"`{name}` is read whole into memory",
            edits=list(_edits(read, write, at)) if write else [],
            doubts=list(_doubts(read, write, at)),
            cost={"memory": {"before": "the whole file", "after": "one chunk"}},
        )


# --- reading ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Read:
    """`await upload.read()`, or `upload.file.read()`."""

    upload: ast.expr
    whole: ast.expr
    """The call, with the `await` around it."""
    function: Function

    def variable(self, module: Module) -> tuple[str, ast.Assign] | None:
        """The local variable that the bytes are given to, and nothing else ever is."""
        match module.parents[self.whole]:
            case ast.Assign(targets=[ast.Name(id=name)]) as assignment:
                if self.function.values.get(name) is self.whole:
                    return name, assignment
        return None


def _read(call: ast.Call, function: Function, module: Module) -> _Read | None:
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=upload, attr="file"), attr="read")):
            whole: ast.expr = call
        case ast.Call(func=ast.Attribute(value=upload, attr="read")):
            parent = module.parents[call]
            if not isinstance(parent, ast.Await):
                return None
            whole = parent
        case _:
            return None
    if call.args or call.keywords or not _is_upload(upload, function):
        return None
    return _Read(upload, whole, function)


def _is_upload(node: ast.expr, function: Function) -> bool:
    """Whether it is a parameter declared as an upload, or goes through a parameter declared as a list of them."""
    if not isinstance(node, ast.Name):
        return False
    declared = {a.arg: a.annotation for a in function.arguments if a.annotation}
    binders = function.binders.get(node.id, [])
    if node.id in declared:
        return not binders and _names_upload(declared[node.id], function.module)
    loops = [n for n in function.nodes if isinstance(n, ast.For) and n.target in binders]
    match loops:
        case [ast.For(iter=ast.Name(id=items))] if len(binders) == 1 and items in declared:
            return items not in function.binders and _names_upload(
                declared[items], function.module, many=True
            )
    return False


def _names_upload(annotation: ast.expr, module: Module, *, many: bool = False) -> bool:
    match annotation:
        case ast.Name() | ast.Attribute():
            return not many and module.dotted(annotation) in _UPLOADS
        case ast.Constant(value=None):
            return True
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _names_upload(left, module, many=many) and _names_upload(right, module, many=many)
        case ast.Subscript(value=ast.Name(id=kind) | ast.Attribute(attr=kind), slice=inner):
            if kind in ("Annotated", "Optional"):
                return _names_upload(
                    inner.elts[0] if isinstance(inner, ast.Tuple) else inner, module, many=many
                )
            return many and kind in _LISTS and _names_upload(inner, module)
    return False


def _is_parsed(whole: ast.expr, module: Module) -> bool:
    """Whether it is text, which has to be there as a whole: `(await upload.read()).decode()`, `json.loads(...)`."""
    match module.parents[whole]:
        case ast.Attribute(attr="decode" | "splitlines"):
            return True
        case ast.Call(func=ast.Attribute(attr="loads") | ast.Name(id="loads")):
            return True
    return False


# --- writing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Write:
    """`f.write(content)` as a statement, in the `with` that opened `f`."""

    statement: ast.Expr
    file: ast.Name
    awaited: bool
    """By a library such as aiofiles."""
    temporary: bool


def _only_write(read: _Read, at: Place) -> _Write | None:
    """The write of what was read, if nothing else is done with it."""
    module = at.module
    given = read.variable(module)
    if given is None:
        return _write(read.whole, read, module)
    name, assignment = given
    uses = [n for n in ast.walk(read.function.node) if isinstance(n, ast.Name) and n.id == name]
    loads = [n for n in uses if isinstance(n.ctx, ast.Load)]
    if len(loads) != 1 or len(uses) != 2:
        return None
    write = _write(loads[0], read, module)
    block = block_of(assignment, module) or [assignment]
    after = block[block.index(assignment) + 1 :]
    return write if write and any(p in after for p in module.ancestors(write.statement)) else None


def _write(content: ast.expr, read: _Read, module: Module) -> _Write | None:
    call = module.parents[content]
    outer = module.parents.get(call)
    awaited = isinstance(outer, ast.Await)
    statement = module.parents[outer] if isinstance(outer, ast.Await) else outer
    match call, statement:
        case ast.Call(
            func=ast.Attribute(value=ast.Name() as file, attr="write"), args=[only], keywords=[]
        ), ast.Expr():
            if only is content and len(read.function.binders.get(file.id, ())) == 1:
                return _opened(file, statement, read, module, awaited=awaited)
    return None


def _opened(
    file: ast.Name, statement: ast.Expr, read: _Read, module: Module, *, awaited: bool
) -> _Write | None:
    """The write with what is known of its file, if a `with` around it has opened that for bytes."""
    around = list(module.ancestors(statement))
    if any(loop not in module.ancestors(read.whole) for loop in around if isinstance(loop, _LOOPS)):
        return None
    blocks = ast.AsyncWith if awaited else ast.With
    for item in (item for block in around if isinstance(block, blocks) for item in block.items):
        match item:
            case ast.withitem(context_expr=ast.Call() as opening, optional_vars=ast.Name(id=name)):
                opener = module.dotted(opening.func)
                if name == file.id and _is_binary(opening, opener, awaited=awaited):
                    return _Write(statement, file, awaited, opener in _TEMPORARY)
    return None


def _is_binary(opening: ast.Call, opener: str, *, awaited: bool) -> bool:
    if opener in _TEMPORARY:
        return not awaited and not opening.args and all(k.arg != "mode" for k in opening.keywords)
    match opening:
        case ast.Call(
            func=ast.Name() | ast.Attribute(), args=[*_, ast.Constant(value=str(mode))], keywords=[]
        ):
            path_open = (
                isinstance(opening.func, ast.Attribute) and opening.func.attr == "open" and not awaited
            )
            known = opener == ("aiofiles.open" if awaited else "open") or (
                path_open and len(opening.args) == 1
            )
            return known and "b" in mode and bool({"w", "x", "a"} & set(mode))
    return False


# --- the edits ---------------------------------------------------------------------------------------------


def _edits(read: _Read, write: _Write, at: Place) -> Iterator[Edit]:
    upload, file = at.module.segment(read.upload), write.file.id
    names = [at.name(dotted, read.whole) for dotted in _needed(read, write)]
    imports = [new for _, found in filter(None, names) for new in found]
    copy, thread = [*(name for name, _ in filter(None, names)), "", ""][:2]
    if write.awaited:
        lines = f"while chunk := await {upload}.read({_CHUNK}):\n    await {file}.write(chunk)"
    elif read.function.is_async:
        lines = f"await {thread}({copy}, {upload}.file, {file})"
    else:
        lines = f"{copy}({upload}.file, {file})"

    def replaced(old: cst.SimpleStatementLine) -> cst.BaseStatement:
        return cst.parse_statement(lines).with_changes(leading_lines=old.leading_lines)

    yield at.edit(write.statement, cst.SimpleStatementLine, replaced, imports=imports)
    if given := read.variable(at.module):
        yield at.edit(given[1], cst.SimpleStatementLine, _removed)


def _needed(read: _Read, write: _Write) -> list[str]:
    """The functions that the edit calls."""
    if write.awaited:
        return []
    return ["shutil.copyfileobj", *(["asyncio.to_thread"] if read.function.is_async else [])]


def _removed(_: cst.SimpleStatementLine) -> cst.RemovalSentinel:
    return cst.RemoveFromParent()


# --- doubts ------------------------------------------------------------------------------------------------


def _doubts(read: _Read, write: _Write | None, at: Place) -> Iterator[Doubt | None]:
    if write is None:
        yield report(_used_for_more(read, at))
        return
    function, effects = read.function, at.effects
    yield _comment_lost(read, write, at)
    yield _used_between(read, write, at)
    yield _names_taken(read, write, at)
    if function.is_async and not write.awaited:
        call = write.statement.value
        place = atomicity.Place(call, function, effects.summary_of(call, function))  # type: ignore[arg-type]
        yield safety.foreign_event_loop(at.module, at.project)
        yield safety.sync_lock_held(place, effects.atomicity)
        yield safety.breaks_atomicity(place, effects.atomicity)
        if not write.temporary:
            yield review(
                "other requests now run while the file is being written, and may see a part of it; a request that is "
                "cancelled leaves a part"
            )
    yield _called_by_tests(function, at)


def _used_for_more(read: _Read, at: Place) -> str:
    given = read.variable(at.module)
    uses = [
        n
        for n in ast.walk(read.function.node)
        if given and isinstance(n, ast.Name) and n.id == given[0] and isinstance(n.ctx, ast.Load)
    ]
    what = at.module.segment(at.module.parents[uses[0] if uses else read.whole]).split("\n")[0][:60]
    return (
        f"the bytes are used for more than writing them to a file (`{what}`); read them in chunks there, or hand on "
        f"`{at.module.segment(read.upload)}.file` where a library takes a file"
    )


def _comment_lost(read: _Read, write: _Write, at: Place) -> Doubt | None:
    given = read.variable(at.module)
    lines = at.module.source.lines
    statements = [write.statement, *([given[1]] if given else [])]
    inside = [line for s in statements for line in lines[s.lineno - 1 : s.end_lineno]]
    above = [lines[given[1].lineno - 2]] if given and given[1].lineno > 1 else []
    if any("#" in line for line in inside) or any(line.lstrip().startswith("#") for line in above):
        return report("a comment would be lost")
    if any(";" in line for line in inside):
        return report("other code stands on the same line")
    return None


def _used_between(read: _Read, write: _Write, at: Place) -> Doubt | None:
    """The read moves to the place of the write: what is done with the upload in between would come before it."""
    start, end = read.whole.lineno, write.statement.lineno
    for node in read.function.nodes:
        match node:
            case ast.Attribute(value=value, attr="read" | "seek" | "close" | "file" | "write") if (
                node.lineno in range(start, end)
            ):
                if ast.unparse(value) == ast.unparse(read.upload) and node not in ast.walk(read.whole):
                    return report(f"`{ast.unparse(node)}` stands between reading and writing")
    return None


def _names_taken(read: _Read, write: _Write, at: Place) -> Doubt | None:
    if write.awaited:
        taken = "chunk" in read.function.local_names
        return report("the name `chunk` is taken here") if taken else None
    for dotted in _needed(read, write):
        if not at.name(dotted, read.whole):
            return report(f"`{dotted.partition('.')[0]}` is something else here")
    return None


def _called_by_tests(function: Function, at: Place) -> Doubt | None:
    for test in at.project.patches.tests:
        if any(n.id == function.name for n in test.of_type(ast.Name)) or any(
            n.attr == function.name for n in test.of_type(ast.Attribute)
        ):
            return review(
                f"{test.path} names `{function.name}`; a stand-in for the upload needs a `file` to read from"
            )
    return None


# --- base64 ------------------------------------------------------------------------------------------------


@codemod.visit(ast.Call)
def holds_base64(call: ast.Call, at: Place) -> Iterator[Finding]:
    function = at.function(call)
    if function is None or not call.args or at.module.dotted(call.func) not in _BASE64:
        return
    if _is_download(call.args[0], at) or any(_stores(use, function, at) for use in _uses(call, function, at)):
        yield at.finding(
            call,
            "the whole payload is in memory, as base64 and as bytes",
            doubts=[
                report(
                    "chunks are not decoded like the whole string where it holds line breaks, and the JSON body holds it "
                    "anyway; let clients send files as multipart uploads or to a signed URL"
                    if "decode" in ast.unparse(call.func)
                    else "whoever takes it wants base64 as one string; hand on a URL, or stream the bytes, where it can be done"
                )
            ],
        )


def _is_download(node: ast.expr, at: Place) -> bool:
    """`response.content`: a whole answer of another server."""
    if not (isinstance(node, ast.Attribute) and node.attr == "content"):
        return False
    targets = at.project.targets(node, at.module)
    return bool(targets) and all(t.module in _DOWNLOADED for t in targets)


def _uses(call: ast.Call, function: Function, at: Place) -> Iterator[ast.expr]:
    """The call itself, and the variable that it is given to, wherever it is read."""
    yield call
    match at.module.parents[call]:
        case ast.Assign(targets=[ast.Name(id=name)]) if function.values.get(name) is call:
            for node in ast.walk(function.node):
                if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                    yield node


def _stores(use: ast.expr, function: Function, at: Place) -> bool:
    """Whether it is handed to a call that writes a file or an object in storage."""
    parent = at.module.parents[use]
    if not isinstance(parent, ast.Call) or use not in parent.args:
        return False
    written = {resource.service for resource in at.effects.summary_of(parent, function).writes}
    return bool(written & {"gcs", "file"})

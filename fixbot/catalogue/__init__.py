"""KNOW: what library calls do, read from `.pyi` stubs whose decorators name effects.

`libraries/` is laid out as the libraries are and is put on the type checker's path; `stdlib/` only
adds effects to the standard library, whose types the checker knows already. In `typed/` each folder
holds the stubs of one library with types of its own, which say more than ours: its effects are
looked up by name, and the checker sees the stubs only where the library is not installed. What is
in a folder `x-stubs` with a `py.typed` that says `partial` takes the place of those modules of `x`
alone. The decorators are declared, with their meaning, in `libraries/fixbot_effects.pyi`. A project
adds stubs of its own with `[tool.fixbot] catalogue = ["stubs/"]`, a package with the entry point group
`fixbot.catalogue`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from fixbot.errors import ConfigError

HERE = Path(__file__).parent
LIBRARIES = HERE / "libraries"
STDLIB = HERE / "stdlib"
TYPED = tuple(sorted(folder for folder in (HERE / "typed").iterdir() if folder.is_dir()))

_FLAGS = frozenset(
    "pure blocking lazy thread_local context_write event_loop interactive "
    "thread_affine loop_bound not_thread_safe shared model_base".split()
)


@dataclass(frozen=True, slots=True)
class Batch:
    """How many items are read at once instead of one by one (`fetched_by_key`)."""

    batch: str
    match: str
    ordering: str
    duplicates: str
    missing: str
    chunk: int


@dataclass(frozen=True, slots=True)
class Query:
    """How a function takes SQL and its parameters (`runs_query`)."""

    mark: str
    chunk: int
    spread: bool = False
    in_process: bool = False
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Objects:
    """How many objects are read at once instead of one (`gives_object`, which says what each part means)."""

    receiver: str
    key: str
    many: str
    each: str
    chunk: int
    differs: str
    model: str = ""
    imports: tuple[str, ...] = ()
    identity: bool = False
    text_key: str = ""
    usable: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One function, method or class of a library, and its effects.

    `module` and `qualname` are where the stub declares it: `google.cloud.firestore`,
    `DocumentReference.get`. `returns` is the bare name of the annotated return class, or "", and
    `parameters` are the names of those that may be given by position, without `self`.
    """

    module: str
    qualname: str
    flags: frozenset[str] = frozenset()
    reads: str = ""
    writes: str = ""
    lazy_keywords: tuple[str, ...] = ()
    async_twin: str = ""
    drop_in: bool = False
    batch: Batch | None = None
    query: Query | None = None
    rows: str = ""
    objects: Objects | None = None
    mode_argument: tuple[int, str] | None = None
    is_async: bool = False
    is_class: bool = False
    returns: str = ""
    parameters: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name people know it by: `DocumentReference.get`, `requests.get`."""
        if "." in self.qualname or self.is_class:
            return self.qualname.removesuffix(".__init__")
        top = self.module.partition(".")[0].lstrip("_")
        return self.qualname if top == "builtins" else f"{top}.{self.qualname}"

    @property
    def simple_name(self) -> str:
        """The last name of a call to it; a constructor is called by its class's name."""
        parts = self.qualname.split(".")
        return parts[-2] if parts[-1] == "__init__" else parts[-1]

    @property
    def blocks(self) -> bool:
        return "blocking" in self.flags

    @property
    def lazy(self) -> bool:
        return "lazy" in self.flags

    @property
    def known(self) -> bool:
        """Whether the stub says anything about what calling it does."""
        return bool(self.flags or self.reads or self.writes or self.is_async or self.lazy_keywords)


@dataclass(frozen=True)
class Catalogue:
    """All entries, by module and qualified name, and the folders the type checker needs."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    stub_paths: tuple[Path, ...] = ()
    typed_paths: tuple[Path, ...] = ()
    """Of libraries with types of their own: the checker needs them where the library is not installed."""

    def get(self, module: str, qualname: str) -> Entry | None:
        return self.entries.get((module, qualname))

    def owner(self, entry: Entry) -> Entry | None:
        """The class that a method belongs to."""
        return self.get(entry.module, entry.qualname.rpartition(".")[0])

    def made_by(self, entry: Entry) -> Entry | None:
        """The class of what a function of the same library returns."""
        top = entry.module.partition(".")[0].lstrip("_")
        for (module, qualname), other in self.entries.items():
            if qualname == entry.returns and other.is_class and module.partition(".")[0].lstrip("_") == top:
                return other
        return None

    @cached_property
    def batched_names(self) -> frozenset[str]:
        """Simple names of everything that could be read many at a time (`fetched_by_key`)."""
        return frozenset(entry.simple_name for entry in self.entries.values() if entry.batch)

    @cached_property
    def row_names(self) -> frozenset[str]:
        """Simple names of everything that gives the rows of a query (`gives_rows`)."""
        return frozenset(entry.simple_name for entry in self.entries.values() if entry.rows)

    @cached_property
    def query_names(self) -> frozenset[str]:
        """Simple names of everything that runs SQL (`runs_query`)."""
        return frozenset(entry.simple_name for entry in self.entries.values() if entry.query)

    @cached_property
    def object_names(self) -> frozenset[str]:
        """Simple names of everything that gives an object by its primary key (`gives_object`)."""
        return frozenset(entry.simple_name for entry in self.entries.values() if entry.objects)

    @property
    def waiting_names(self) -> frozenset[str]:
        """Simple names of everything that blocks, now or when iterated: where the name graph begins."""
        return frozenset(
            entry.simple_name
            for entry in self.entries.values()
            if entry.blocks or entry.lazy or entry.lazy_keywords
        )


@cache
def builtin() -> Catalogue:
    """The catalogue that comes with fixbot."""
    return Catalogue(
        {(e.module, e.qualname): e for folder in (LIBRARIES, STDLIB, *TYPED) for e in _read_folder(folder)},
        (LIBRARIES,),
        TYPED,
    )


def load(extra: Iterable[Path] = ()) -> Catalogue:
    """The built-in catalogue and the stubs of `extra` folders, which win over it.

    Raises `ConfigError` when a folder is missing or a stub cannot be read.
    """
    base = builtin()
    entries, folders = dict(base.entries), []
    for folder in extra:
        if not folder.is_dir():
            raise ConfigError(f"catalogue: {folder} is not a folder of .pyi stubs")
        folders.append(folder)
        entries.update({(e.module, e.qualname): e for e in _read_folder(folder)})
    return Catalogue(entries, (*folders, *base.stub_paths), base.typed_paths)


def module_name(stub: Path, folder: Path) -> str:
    """`google/cloud/firestore.pyi` -> `google.cloud.firestore`; `x/__init__.pyi` -> `x`; `x-stubs/y.pyi` -> `x.y`."""
    top, *rest = stub.relative_to(folder).with_suffix("").parts
    parts = (top.removesuffix("-stubs"), *rest)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _read_folder(folder: Path) -> Iterator[Entry]:
    for stub in sorted(folder.rglob("*.pyi")):
        if stub.name == "fixbot_effects.pyi":
            continue
        try:
            tree = ast.parse(stub.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError) as exc:
            raise ConfigError(f"catalogue: {stub} cannot be read: {exc}") from exc
        yield from _read_body(tree.body, module_name(stub, folder), "")


def _read_body(body: list[ast.stmt], module: str, prefix: str) -> Iterator[Entry]:
    for node in body:
        match node:
            case ast.ClassDef():
                yield _entry(node, module, prefix)
                yield from _read_body(node.body, module, f"{prefix}{node.name}.")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield _entry(node, module, prefix)
            case ast.If(body=then, orelse=otherwise):
                yield from _read_body([*then, *otherwise], module, prefix)


def _entry(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, module: str, prefix: str) -> Entry:
    """Read the decorators of one definition; unknown ones (`property`, `overload`) mean nothing here."""
    values: dict[str, object] = {}
    flags: set[str] = set()
    for decorator in node.decorator_list:
        match decorator:
            case ast.Name(id=name) if name in _FLAGS:
                flags.add(name)
            case ast.Call(
                func=ast.Name(id="reads" | "writes" as name), args=[ast.Constant(value=str(service))]
            ):
                values[name] = service
            case ast.Call(func=ast.Name(id="lazy_if"), args=keywords):
                flags.add("blocking")
                values["lazy_keywords"] = tuple(ast.literal_eval(k) for k in keywords)
            case ast.Call(func=ast.Name(id="by_mode"), args=[position, keyword]):
                values["mode_argument"] = (ast.literal_eval(position), ast.literal_eval(keyword))
            case ast.Call(
                func=ast.Name(id="async_twin"), args=[ast.Constant(value=str(twin))], keywords=options
            ):
                values["async_twin"] = twin
                values["drop_in"] = any(o.arg == "drop_in" and ast.literal_eval(o.value) for o in options)
            case ast.Call(func=ast.Name(id="fetched_by_key"), keywords=options):
                values["batch"] = Batch(**{str(o.arg): ast.literal_eval(o.value) for o in options})
            case ast.Call(func=ast.Name(id="runs_query"), keywords=options):
                values["query"] = Query(**{str(o.arg): ast.literal_eval(o.value) for o in options})
            case ast.Call(func=ast.Name(id="gives_object"), keywords=options):
                values["objects"] = Objects(**{str(o.arg): ast.literal_eval(o.value) for o in options})
            case ast.Call(func=ast.Name(id="gives_rows"), args=[ast.Constant(value=str(how))]):
                values["rows"] = how
    returns, parameters = "", tuple[str, ...]()
    if not isinstance(node, ast.ClassDef):
        returns = _class_name(node.returns)
        parameters = tuple(a.arg for a in node.args.args[1 if prefix else 0 :])
    return Entry(
        module=module,
        qualname=f"{prefix}{node.name}",
        flags=frozenset(flags),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_class=isinstance(node, ast.ClassDef),
        returns=returns,
        parameters=parameters,
        **values,  # type: ignore[arg-type]
    )


def _class_name(annotation: ast.expr | None) -> str:
    """`dict` of `dict[str, Any] | None`: the bare name of the one class that is not None."""
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Constant(value=str(name)):
            return name
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _class_name(inner)
        case ast.Subscript(value=value):
            return _class_name(value)
        case ast.BinOp(op=ast.BitOr(), left=left, right=ast.Constant(value=None)):
            return _class_name(left)
    return ""

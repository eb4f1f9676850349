"""The stubs say the truth: about the installed libraries, the standard library, and what ty makes of them."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

from fixbot.catalogue import LIBRARIES, STDLIB, TYPED, Entry, builtin, module_name
from fixbot.project.project import Project, Target
from fixbot.project.types import Query, find_ty
from tests.support import write_files

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Stubs = dict[str, Path]

LIBRARY_STUBS: Stubs = {
    module_name(path, folder): path
    for folder in (LIBRARIES, *TYPED)
    for path in sorted(folder.rglob("*.pyi"))
    if path.stem != "fixbot_effects"
}
STDLIB_STUBS: Stubs = {module_name(path, STDLIB): path for path in sorted(STDLIB.rglob("*.pyi"))}
STDLIB_PACKAGES = ("asyncio", "concurrent.futures", "contextvars", "decimal", "multiprocessing", "pickle")
OWN_TOPS = frozenset(module.partition(".")[0] for module in LIBRARY_STUBS)

each_library = pytest.mark.parametrize("module", LIBRARY_STUBS)
each_stdlib = pytest.mark.parametrize("module", STDLIB_STUBS)

NOT_STUBBED = {
    "aiohttp.web": "the server, which no codemod asks about",
    "asyncpg": "connections and pools only; the rest is unknown, and left alone",
    "asyncpg.connection": "what queries need; the rest is unknown, and left alone",
    "asyncpg.pool": "what queries need; the rest is unknown, and left alone",
    "django": "models and their managers only; the rest is unknown, and left alone",
    "django.db": "models and their managers only; the rest is unknown, and left alone",
    "django.db.models": "models and their managers only; the rest is unknown, and left alone",
    "django.db.models.base": "what queries need; the rest is unknown, and left alone",
    "django.db.models.manager": "what queries need; the rest is unknown, and left alone",
    "django.db.models.query": "what queries need; the rest is unknown, and left alone",
    "google.auth._default": "private module; what google.auth passes on",
    "google.cloud.client": "private mixins of the clients",
    "google.cloud.firestore_v1._helpers": "private module; the classes that the package passes on",
    "google.cloud.firestore_v1.order": "comparing values, used by the library itself",
    "google.cloud.firestore_v1.pipeline_expressions": "a language of some 140 classes, built in memory",
    "google.cloud.firestore_v1.pipeline_stages": "what the methods of a pipeline make",
    "google.cloud.firestore_v1.types": "protobuf messages, data only",
    "google.cloud.firestore_v1.watch": "the tree behind a listener, used by the library itself",
    "google.cloud.storage._helpers": "private module; the base of Bucket and Blob",
    "google.cloud.storage.batch Batch": "methods inherited from the HTTP connection below the client",
    "google.genai.types": "TypedDict twins of the models, and unions: they hold no code",
    "psycopg": "connections and cursors only; the rest is unknown, and left alone",
    "psycopg.connection": "what queries need; the rest is unknown, and left alone",
    "psycopg.connection_async": "what queries need; the rest is unknown, and left alone",
    "psycopg.cursor": "what queries need; the rest is unknown, and left alone",
    "psycopg.cursor_async": "what queries need; the rest is unknown, and left alone",
    "sqlalchemy": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.engine": "what queries give; the rest is unknown, and left alone",
    "sqlalchemy.engine.result": "what queries give; the rest is unknown, and left alone",
    "sqlalchemy.ext.asyncio": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.ext.asyncio.scoping": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.ext.asyncio.session": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.ext.declarative": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.orm": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.orm.base": "what queries need; the rest is unknown, and left alone",
    "sqlalchemy.orm.decl_api": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.orm.query": "what queries need; the rest is unknown, and left alone",
    "sqlalchemy.orm.scoping": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.orm.session": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlalchemy.sql": "what queries need; the rest is unknown, and left alone",
    "sqlalchemy.sql._selectable_constructors": "what queries need; the rest is unknown, and left alone",
    "sqlalchemy.sql.selectable": "what queries need; the rest is unknown, and left alone",
    "sqlmodel": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlmodel.ext.asyncio.session": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlmodel.orm.session": "sessions, and what models are made from; the rest is unknown, and left alone",
    "sqlmodel.main": "sessions, and what models are made from; the rest is unknown, and left alone",
    "requests.adapters SOCKSProxyManager": "urllib3's, or a function that only raises",
}
"""Modules and classes of which a stub leaves names out, and why."""

GIVEN_TO_SUBCLASSES = {
    "django.db.models.base Model.MultipleObjectsReturned",
    "django.db.models.base Model.objects",
}
"""What only the classes derived from a class have, which its metaclass gives it to."""


# --- the real thing --------------------------------------------------------------------------------


@cache
def load(module: str) -> ModuleType | ImportError:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    except ImportError as exc:
        return exc


def real(module: str) -> ModuleType:
    """The installed module. Without it the test is skipped, or fails where libraries are required."""
    found = load(module)
    if isinstance(found, ModuleType):
        return found
    reason = f"{module} cannot be imported, so its stub cannot be compared with it: {found}"
    if os.environ.get("FIXBOT_REQUIRE_LIBRARIES"):
        pytest.fail(reason)
    pytest.skip(reason)


def member(owner: object, name: str) -> object:
    """A class attribute as written: functions without their descriptor, properties as such."""
    found = inspect.getattr_static(owner, name)
    return found.__func__ if isinstance(found, staticmethod | classmethod) else found


def look_up(root: ModuleType, qualname: str) -> object:
    found: object = root
    for name in qualname.split("."):
        found = member(found, name)
    return found


def has(owner: object, name: str) -> bool:
    """Whether an attribute exists: on the class, among its fields, or set by one of its methods."""
    try:
        inspect.getattr_static(owner, name)
        return True
    except AttributeError:
        bases = owner.__mro__[:-1] if inspect.isclass(owner) else ()
    return any(
        name in getattr(base, "__annotations__", {})
        or name in getattr(base, "model_fields", {})
        or sets(base, name)
        for base in bases
    )


def sets(cls: type, name: str) -> bool:
    """Whether some method of the class speaks of an attribute of this name."""
    return any(name in f.__code__.co_names for f in vars(cls).values() if inspect.isfunction(f))


# --- the stub --------------------------------------------------------------------------------------


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def definitions(path: Path) -> Iterator[tuple[str, Definition]]:
    """Classes, functions and methods with their qualified names; those that exist for types only left out."""
    for node in parsed(path).body:
        match node:
            case ast.ClassDef(name=name) if not is_private(name):
                yield name, node
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                        yield f"{name}.{inner.name}", inner
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name != "__getattr__":
                yield name, node


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def declared_names(path: Path) -> Iterator[str]:
    """Everything a stub says exists: definitions, attributes, constants and what it passes on."""
    yield from (qualname for qualname, _ in definitions(path))
    for node in parsed(path).body:
        match node:
            case ast.ImportFrom(names=names) | ast.Import(names=names):
                yield from (alias.asname for alias in names if alias.asname and alias.asname == alias.name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ClassDef(name=name, body=body) if not is_private(name):
                yield from (f"{name}.{n.target.id}" for n in body if isinstance(n, ast.AnnAssign))  # type: ignore[union-attr]


def functions(module: str) -> Iterator[tuple[str, Entry, object, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The functions of a stub: qualified name, entry, the real function, the stub's node."""
    library = real(module)
    for qualname, node in definitions(LIBRARY_STUBS[module]):
        if isinstance(node, ast.ClassDef) or is_property(node):
            continue
        entry = builtin().get(module, qualname)
        assert entry is not None, f"{module}: {qualname} is not in the catalogue"
        yield qualname, entry, look_up(library, qualname), node


def is_property(node: Definition) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list)


# --- libraries -------------------------------------------------------------------------------------


@each_library
def test_what_a_stub_declares_exists_in_the_library(module: str) -> None:
    library = real(module)
    unknown = []
    for qualname in declared_names(LIBRARY_STUBS[module]):
        owner, _, name = qualname.rpartition(".")
        if f"{module} {qualname}" in GIVEN_TO_SUBCLASSES:
            continue  # tests/codemods/test_batch_objects_django.py uses them
        if not has(look_up(library, owner) if owner else library, name):
            unknown.append(qualname)
    assert unknown == []


@each_library
def test_sync_and_async_agree_with_the_library(module: str) -> None:
    wrong = [
        qualname
        for qualname, entry, function, _ in functions(module)
        if inspect.isfunction(function)
        and inspect.iscoroutinefunction(inspect.unwrap(function))
        != (entry.is_async or (module.startswith("aiosqlite") and entry.returns == "Result"))
    ]
    assert wrong == []


@each_library
def test_a_generator_function_waits_for_nothing_before_it_is_iterated(module: str) -> None:
    wrong = [
        qualname
        for qualname, entry, function, _ in functions(module)
        if inspect.isgeneratorfunction(function) and entry.blocks
    ]
    assert wrong == []


@each_library
def test_parameters_that_a_stub_names_exist_in_the_library(module: str) -> None:
    wrong = []
    for qualname, _, function, node in functions(module):
        try:
            real_parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
        except (TypeError, ValueError):
            continue  # written in C: nothing to compare with
        if any(p.kind is p.VAR_KEYWORD for p in real_parameters.values()):
            continue
        named = [a.arg for a in (*node.args.args, *node.args.kwonlyargs)]
        wrong += [f"{qualname}({name}=)" for name in named if name not in {*real_parameters, "self", "cls"}]
    assert wrong == []


@each_library
def test_every_sync_function_declares_what_it_does(module: str) -> None:
    silent = [
        qualname
        for qualname, node in definitions(LIBRARY_STUBS[module])
        if isinstance(node, ast.FunctionDef) and not builtin().entries[module, qualname].known
    ]
    assert silent == []


def test_batches_that_entries_name_are_entries() -> None:
    methods = {entry.qualname: entry for entry in builtin().entries.values()}
    batches = [entry.batch.batch for entry in builtin().entries.values() if entry.batch]
    assert batches
    assert all(methods[batch].reads for batch in batches)


def test_only_a_function_is_replaced_by_its_twin() -> None:
    """A method's twin has another receiver (`client.aio`), and tests replace the sync one: those go to a thread."""
    assert [entry.name for entry in builtin().entries.values() if entry.drop_in] == ["time.sleep"]


# --- when a request leaves -------------------------------------------------------------------------


class Sent(Exception):
    """A request was about to leave the process."""


class Wire:
    """Stands where requests leave: whatever is called of it raises `Sent`."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        return self

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        raise Sent


class Clients:
    """Real clients of the libraries, with a `Wire` where the network would be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        firestore = real("google.cloud.firestore_v1.client")
        anonymous = real("google.auth.credentials").AnonymousCredentials()
        monkeypatch.setattr(firestore.Client, "_firestore_api", Wire())
        self.db = firestore.Client(project="p", credentials=anonymous)
        gcs = real("google.cloud.storage").Client(project="p", credentials=anonymous, _http=Wire())
        self.gcs, self.bucket, self.blob = gcs, gcs.bucket("b"), gcs.bucket("b").blob("o")
        self.http = real("httpx").Client(transport=real("httpx").MockTransport(Wire()))
        self.session = real("requests").Session()
        self.session.get_adapter("https://x").send = Wire()

    @property
    def genai(self) -> Any:
        client = real("google.genai").Client(api_key="x")
        client._api_client.request = client._api_client.request_streamed = Wire()
        return client


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield Clients(monkeypatch)


FIRESTORE, STORAGE, GENAI = "google.cloud.firestore_v1", "google.cloud.storage", "google.genai"
CALLS: list[tuple[str, str, Callable[[Clients], object]]] = [
    (f"{FIRESTORE}.client", "Client.document", lambda c: c.db.document("a/b")),
    (f"{FIRESTORE}.client", "Client.get_all", lambda c: c.db.get_all([c.db.document("a/b")])),
    (f"{FIRESTORE}.client", "Client.collections", lambda c: c.db.collections()),
    (f"{FIRESTORE}.document", "DocumentReference.get", lambda c: c.db.document("a/b").get()),
    (f"{FIRESTORE}.document", "DocumentReference.set", lambda c: c.db.document("a/b").set({})),
    (f"{FIRESTORE}.document", "DocumentReference.delete", lambda c: c.db.document("a/b").delete()),
    (f"{FIRESTORE}.document", "DocumentReference.collections", lambda c: c.db.document("a/b").collections()),
    (f"{FIRESTORE}.collection", "CollectionReference.add", lambda c: c.db.collection("a").add({})),
    (f"{FIRESTORE}.collection", "CollectionReference.get", lambda c: c.db.collection("a").get()),
    (f"{FIRESTORE}.collection", "CollectionReference.stream", lambda c: c.db.collection("a").stream()),
    (
        f"{FIRESTORE}.collection",
        "CollectionReference.list_documents",
        lambda c: c.db.collection("a").list_documents(),
    ),
    (f"{FIRESTORE}.query", "Query.get", lambda c: c.db.collection("a").limit(1).get()),
    (f"{FIRESTORE}.query", "Query.stream", lambda c: c.db.collection("a").limit(1).stream()),
    (
        f"{FIRESTORE}.query",
        "CollectionGroup.get_partitions",
        lambda c: c.db.collection_group("a").get_partitions(2),
    ),
    (f"{FIRESTORE}.aggregation", "AggregationQuery.get", lambda c: c.db.collection("a").count().get()),
    (f"{FIRESTORE}.aggregation", "AggregationQuery.stream", lambda c: c.db.collection("a").count().stream()),
    (f"{FIRESTORE}.base_batch", "BaseBatch.set", lambda c: c.db.batch().set(c.db.document("a/b"), {})),
    (f"{FIRESTORE}.batch", "WriteBatch.commit", lambda c: c.db.batch().commit()),
    (f"{STORAGE}.client", "Client.bucket", lambda c: c.gcs.bucket("b")),
    (f"{STORAGE}.client", "Client.get_bucket", lambda c: c.gcs.get_bucket("b")),
    (f"{STORAGE}.client", "Client.list_buckets", lambda c: c.gcs.list_buckets()),
    (f"{STORAGE}.client", "Client.list_blobs", lambda c: c.gcs.list_blobs("b")),
    (f"{STORAGE}.bucket", "Bucket.blob", lambda c: c.bucket.blob("o")),
    (f"{STORAGE}.bucket", "Bucket.get_blob", lambda c: c.bucket.get_blob("o")),
    (f"{STORAGE}.bucket", "Bucket.list_blobs", lambda c: c.bucket.list_blobs()),
    (f"{STORAGE}.bucket", "Bucket.list_notifications", lambda c: c.bucket.list_notifications()),
    (f"{STORAGE}.blob", "Blob.exists", lambda c: c.blob.exists()),
    (f"{STORAGE}.blob", "Blob.delete", lambda c: c.blob.delete()),
    (f"{STORAGE}.blob", "Blob.open", lambda c: c.blob.open("rb")),
    (f"{STORAGE}.blob", "Blob.upload_from_string", lambda c: c.blob.upload_from_string("x")),
    (f"{STORAGE}.blob", "Blob.download_as_bytes", lambda c: c.blob.download_as_bytes()),
    (f"{STORAGE}._helpers", "_PropertyMixin.reload", lambda c: c.blob.reload()),
    (f"{STORAGE}._helpers", "_PropertyMixin.patch", lambda c: c.blob.patch()),
    (f"{STORAGE}.acl", "ACL.__iter__", lambda c: iter(c.blob.acl)),
    (f"{STORAGE}.acl", "ACL.all", lambda c: c.blob.acl.all()),
    (
        f"{GENAI}.models",
        "Models.generate_content",
        lambda c: c.genai.models.generate_content(model="m", contents="x"),
    ),
    (
        f"{GENAI}.models",
        "Models.generate_content_stream",
        lambda c: c.genai.models.generate_content_stream(model="m", contents="x"),
    ),
    (f"{GENAI}.models", "Models.list", lambda c: c.genai.models.list()),
    (f"{GENAI}.files", "Files.list", lambda c: c.genai.files.list()),
    (f"{GENAI}.chats", "Chats.create", lambda c: c.genai.chats.create(model="m")),
    (f"{GENAI}.chats", "Chat.send_message", lambda c: c.genai.chats.create(model="m").send_message("x")),
    (
        f"{GENAI}.chats",
        "Chat.send_message_stream",
        lambda c: c.genai.chats.create(model="m").send_message_stream("x"),
    ),
    ("requests.sessions", "Session.get", lambda c: c.session.get("https://x")),
    ("requests.sessions", "Session.post", lambda c: c.session.post("https://x")),
    ("httpx", "Client.get", lambda c: c.http.get("https://x")),
    ("httpx", "Client.post", lambda c: c.http.post("https://x")),
]


@pytest.mark.parametrize(("module", "qualname", "call"), CALLS, ids=[f"{m}-{q}" for m, q, _ in CALLS])
def test_a_request_leaves_when_the_stub_says(
    module: str, qualname: str, call: Callable[[Clients], object], clients: Clients
) -> None:
    entry = builtin().entries[module, qualname]
    expected = "call" if entry.blocks else "iteration" if entry.lazy else "never"
    assert when_sent(lambda: call(clients)) == expected


def when_sent(call: Callable[[], object]) -> str:
    try:
        result = call()
    except Sent:
        return "call"
    try:
        next(iter(result))  # type: ignore[call-overload]
    except Sent:
        return "iteration"
    except (TypeError, StopIteration):
        return "never"
    return "never"


# --- the standard library --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def typeshed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ast.Module]:
    """The standard library's stubs inside ty, which unpacks a file when it is asked for it and drops it when it stops."""
    lines = [f"import {module}" for module in STDLIB_STUBS]
    folder = write_files(tmp_path_factory.mktemp("typeshed"), {"a.py": "\n".join(lines)})
    project = Project.open(folder, builtin())
    try:
        queries = [Query("a.py", number, len(line) - 1) for number, line in enumerate(lines, 1)]
        answers = project.resolver.declarations(queries)
        return {
            module: ast.parse(locations[0].path.read_text("utf-8"))
            for module, locations in zip(STDLIB_STUBS, answers, strict=True)
            if locations
        }
    finally:
        project.close()


def is_in_typeshed(stub: ast.Module | None, qualname: str) -> bool:
    scope: ast.AST | None = stub
    for name in qualname.split("."):
        nodes = ast.walk(scope) if scope else ()
        scope = next((n for n in nodes if isinstance(n, Definition) and n.name == name), None)
    return scope is not None


def is_in_python(module: str, qualname: str) -> bool:
    try:
        look_up(importlib.import_module(module), qualname)
    except (ImportError, AttributeError):
        return False
    return True


@each_stdlib
def test_what_a_stub_of_the_standard_library_names_exists(
    module: str, typeshed: dict[str, ast.Module]
) -> None:
    if module not in typeshed and isinstance(load(module), ImportError):
        pytest.skip(f"Python {sys.version_info.major}.{sys.version_info.minor} has no {module}; others do")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        unknown = [
            qualname
            for qualname in declared_names(STDLIB_STUBS[module])
            if not is_in_python(module, qualname) and not is_in_typeshed(typeshed.get(module), qualname)
        ]
    assert unknown == []


# --- what ty makes of them -------------------------------------------------------------------------


@cache
def public_names(module: str) -> list[str]:
    """The classes and functions that a library offers in a module, and the methods of those it defines there."""
    names: list[str] = []
    library = real(module)
    for name, found in vars(library).items():
        home = getattr(found, "__module__", None) or ""
        passed_on = home.startswith(f"{module}.") or name in getattr(library, "__all__", ())
        if name.startswith("_") or left_out(module, name):
            continue
        if home == module or (passed_on and home.partition(".")[0] in OWN_TOPS):
            if inspect.isclass(found):
                names += [name, *(f"{name}.{method}" for method in public_methods(found) if home == module)]
            elif inspect.isfunction(found):
                names.append(name)
    return names


def public_methods(cls: type) -> list[str]:
    """Methods that do something: inherited ones too, but neither abstract ones nor those of foreign bases."""
    bases = [base for base in cls.__mro__ if base.__module__.partition(".")[0] in OWN_TOPS]
    names = dict.fromkeys(name for base in bases for name in vars(base) if not name.startswith("_"))
    return [n for n in names if inspect.isfunction(method := member(cls, n)) and not is_abstract(method)]


def is_abstract(function: object) -> bool:
    unwrapped = inspect.unwrap(function)  # type: ignore[arg-type]
    return hasattr(function, "__isabstractmethod__") or "NotImplementedError" in unwrapped.__code__.co_names


def left_out(module: str, name: str) -> bool:
    return module in NOT_STUBBED or f"{module} {name}" in NOT_STUBBED


def resolve(
    root: Path, expressions: list[str], *, also: Iterable[str] = (), environment: Path | None = None
) -> dict[str, tuple[Target, ...]]:
    """What each expression is declared as, asked of ty; without an environment no library is installed."""
    modules = [m for m in (*LIBRARY_STUBS, *STDLIB_STUBS) if any(f"{m}." in e for e in expressions)]
    lines = [f"import {m}" for m in dict.fromkeys([*modules, *STDLIB_PACKAGES, *also]) if not is_private(m)]
    write_files(root, {"asks.py": "\n".join([*lines, *expressions])})
    project = Project.open(root, builtin(), environment=environment)
    try:
        asks = project.module("asks.py")
        assert asks is not None
        nodes = [node.value for node in asks.tree.body if isinstance(node, ast.Expr)]
        answers = project.resolve([(asks, n.func if isinstance(n, ast.Call) else n) for n in nodes])
        return dict(zip(expressions, answers, strict=True))
    finally:
        project.close()


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Target, ...]]:
    """What ty makes of every public name of every installed library."""
    installed = [module for module in LIBRARY_STUBS if isinstance(load(module), ModuleType)]
    return resolve(tmp_path_factory.mktemp("asks"), [f"{m}.{n}" for m in installed for n in public_names(m)])


@each_library
def test_nothing_public_of_the_library_is_missing(module: str, public: dict[str, tuple[Target, ...]]) -> None:
    missing = [
        name
        for name in public_names(module)
        if not (targets := public[f"{module}.{name}"]) or any(target.entry is None for target in targets)
    ]
    assert missing == []


RESOLVED = """
time.sleep(1)                                           time sleep
open("x")                                               builtins open
input()                                                 builtins input
os.remove("x")                                          os remove
os.scandir("x")                                         os scandir
os.path.exists("x")                                     genericpath exists
os.path.islink("x")                                     posixpath islink
pathlib.Path("x").read_text()                           pathlib Path.read_text
pathlib.Path("x").open("wb").write(b"")                 _io BufferedWriter.write
pathlib.Path("x").parent.glob("*")                      pathlib Path.glob
shutil.copytree("x","y")                                shutil copytree
subprocess.run("x")                                     subprocess run
subprocess.Popen("x").communicate()                     subprocess Popen.communicate
tempfile.mkdtemp()                                      tempfile mkdtemp
tempfile.NamedTemporaryFile().write(b"")                tempfile _TemporaryFileWrapper.write
glob.glob("x")                                          glob glob
socket.create_connection(("x",1)).recv(1)               _socket socket.recv
select.select([],[],[])                                 select select
urllib.request.urlopen("x")                             urllib.request urlopen
urllib.request.urlretrieve("x")                         urllib.request urlretrieve
http.client.HTTPSConnection("x").getresponse().read()   http.client HTTPResponse.read
smtplib.SMTP_SSL("x").sendmail("x","y","z")               smtplib SMTP.sendmail
ftplib.FTP("x").retrlines("x")                          ftplib FTP.retrlines
imaplib.IMAP4_SSL("x").search(None)                     imaplib IMAP4.search
zipfile.ZipFile("x").extractall()                       zipfile ZipFile.extractall
gzip.open("x")                                          gzip open
sqlite3.connect("x")                                    _sqlite3 connect
sqlite3.connect("x").execute("x").fetchall()            sqlite3 Cursor.fetchall
sqlite3.connect("x").commit()                           sqlite3 Connection.commit
threading.Event().wait()                                threading Event.wait
threading.Thread().join()                               threading Thread.join
threading.Condition().wait()                            threading Condition.wait
queue.Queue().get()                                     queue Queue.get
queue.SimpleQueue().get()                               _queue SimpleQueue.get
concurrent.futures.ThreadPoolExecutor().submit(print).result()   concurrent.futures._base Future.result
concurrent.futures.wait([])                             concurrent.futures._base wait
multiprocessing.Process().join()                        multiprocessing.process BaseProcess.join
contextvars.ContextVar("x").set(1)                      _contextvars ContextVar.set
asyncio.get_running_loop()                              _asyncio get_running_loop
asyncio.create_task(x)                                  asyncio.tasks create_task
asyncio.get_running_loop().call_soon(x)                 asyncio.events AbstractEventLoop.call_soon
asyncio.run(x)                                          asyncio.runners run
asyncio.Queue()                                         asyncio.queues Queue
asyncio.Lock()                                          asyncio.locks Lock
signal.signal(1,x)                                      signal signal
locale.setlocale(1)                                     locale setlocale
decimal.getcontext()                                    _decimal getcontext
json.load(x)                                            json load
pickle.load(x)                                          _pickle load
csv.reader(x)                                           _csv reader
csv.DictReader(x)                                       csv DictReader
google.cloud.firestore.Client()                         google.cloud.firestore_v1.client Client
google.cloud.firestore.Client().collection("x").document("y").get()     google.cloud.firestore_v1.document DocumentReference.get
google.cloud.firestore_v1.client.Client().collection("x").where("x").limit(1).stream()   google.cloud.firestore_v1.query Query.stream
google.cloud.firestore_v1.base_query.FieldFilter("x","==",1)            google.cloud.firestore_v1.base_query FieldFilter
google.cloud.firestore.Client().collection("x").count().get()           google.cloud.firestore_v1.aggregation AggregationQuery.get
google.cloud.firestore.Client().document("x").get().reference.delete()  google.cloud.firestore_v1.document DocumentReference.delete
next(google.cloud.firestore.Client().get_all([])).to_dict()             google.cloud.firestore_v1.base_document DocumentSnapshot.to_dict
google.cloud.firestore.Client().batch().commit()                        google.cloud.firestore_v1.batch WriteBatch.commit
google.cloud.firestore.AsyncClient().document("x").get()                google.cloud.firestore_v1.async_document AsyncDocumentReference.get
firebase_admin.firestore.client().collection("x").add({})               google.cloud.firestore_v1.collection CollectionReference.add
firebase_admin.storage.bucket().blob("x").download_as_bytes()           google.cloud.storage.blob Blob.download_as_bytes
firebase_admin.auth.verify_id_token("x")                                firebase_admin.auth verify_id_token
next(google.cloud.storage.Client().list_blobs("x")).delete()            google.cloud.storage.blob Blob.delete
google.cloud.storage.Client().bucket("x").blob("x").open("rb").read()   google.cloud.storage.fileio BlobReader.read
google.auth.default()[0].refresh(x)                                     google.auth.credentials Credentials.refresh
google.oauth2.id_token.verify_oauth2_token("x",x)                       google.oauth2.id_token verify_oauth2_token
google.genai.Client().models.generate_content(model="x",contents=[])    google.genai.models Models.generate_content
google.genai.Client().aio.models.generate_content(model="x",contents=[])   google.genai.models AsyncModels.generate_content
requests.get("x").json()                                requests.models Response.json
requests.Session().post("x").iter_lines()               requests.models Response.iter_lines
httpx.Client().get("x").raise_for_status().json()       httpx Response.json
httpx.AsyncClient().stream("GET","x")                   httpx AsyncClient.stream
httpx2.AsyncClient().get("x")                           httpx AsyncClient.get
aiohttp.ClientSession().get("x")                        aiohttp ClientSession.get
aiohttp.ClientTimeout(total=3)                          aiohttp ClientTimeout
sqlalchemy.orm.Session().get(x,1)                       sqlalchemy.orm.session Session.get
sqlalchemy.orm.sessionmaker()().get(x,1)                sqlalchemy.orm.session Session.get
sqlalchemy.orm.scoped_session(sqlalchemy.orm.sessionmaker()).get(x,1)   sqlalchemy.orm.scoping scoped_session.get
sqlalchemy.ext.asyncio.AsyncSession().get(x,1)          sqlalchemy.ext.asyncio.session AsyncSession.get
sqlalchemy.ext.asyncio.async_sessionmaker()().get(x,1)  sqlalchemy.ext.asyncio.session AsyncSession.get
sqlalchemy.orm.Session().scalars(sqlalchemy.select(str)).all()   sqlalchemy.engine.result ScalarResult.all
sqlalchemy.orm.Session().query(str).filter().all()      sqlalchemy.orm.query Query.all
sqlmodel.Session().get(x,1)                             sqlalchemy.orm.session Session.get
sqlmodel.ext.asyncio.session.AsyncSession().get(x,1)    sqlalchemy.ext.asyncio.session AsyncSession.get
django.db.models.Model.objects.get(pk=1)                django.db.models.manager Manager.get
django.db.models.Model.objects.filter(x=1).get(pk=1)    django.db.models.query QuerySet.get
django.db.models.Model().save()                         django.db.models.base Model.save
"""
"""Calls as applications write them, and where their declaration must land."""


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Target, ...]]:
    return resolve(
        tmp_path_factory.mktemp("calls"), [line.split()[0] for line in RESOLVED.strip().splitlines()]
    )


@pytest.mark.parametrize("line", RESOLVED.strip().splitlines(), ids=lambda line: line.split()[0])
def test_a_call_lands_in_the_catalogue(line: str, resolved: dict[str, tuple[Target, ...]]) -> None:
    call, module, qualname = line.split()
    assert (module, qualname) in {(t.module, t.qualname) for t in resolved[call]}
    assert all(target.entry for target in resolved[call])


def test_what_is_not_stubbed_of_a_namespace_is_the_installed_library(tmp_path: Path) -> None:
    packages = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    environment = write_files(
        tmp_path / "environment",
        {
            "pyvenv.cfg": f"home = {Path(sys.base_prefix, 'bin')}\nversion = {sys.version.split()[0]}\n",
            f"{packages}/google/cloud/bigquery/__init__.py": "class Client: ...\n",
            f"{packages}/google/api_core/__init__.py": "",
            f"{packages}/google/api_core/exceptions.py": "class NotFound(Exception): ...\n",
        },
    )
    calls = [
        "google.cloud.bigquery.Client()",
        "google.api_core.exceptions.NotFound()",
        "google.cloud.storage.Client()",
    ]
    also = ["google.cloud.bigquery", "google.api_core.exceptions"]
    found = resolve(tmp_path / "project", calls, also=also, environment=environment)
    assert [(t.module, t.qualname) for call in calls for t in found[call]] == [
        ("google.cloud.bigquery", "Client"),
        ("google.api_core.exceptions", "NotFound"),
        ("google.cloud.storage.client", "Client"),
    ]


@pytest.mark.parametrize("stubs", [LIBRARIES, STDLIB, *TYPED], ids=lambda folder: folder.name)
def test_ty_finds_no_mistake_in_the_stubs(stubs: Path, tmp_path: Path) -> None:
    shown = [option for folder in (LIBRARIES, *TYPED) for option in ("--extra-search-path", folder)]
    paths = ["--project", tmp_path, "--python", sys.prefix, *shown, stubs]
    command = [
        find_ty(),
        "check",
        "--output-format",
        "concise",
        "--ignore",
        "import-not-found",
        *map(str, paths),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout

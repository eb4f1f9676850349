"""What runs inside the profiled service: starts it with uvicorn, watches it, and tells fixbot on a socket.

This one module is copied beside nothing else and run by the python of the *target's* environment, so it needs
only the standard library, Python 3.9 and that environment's uvicorn. It changes nothing the service could see but
timings: calls that leave the process are counted where the libraries make them, the event loop is watched from
a thread, and requests are recognised by a header that is taken off again.

It is one file, long as it is, because of the import path. A package beside it would have to stay importable while the
service is: its folder would stand on the service's path, where its modules can be found by accident (`pkgutil`, a
reloader), each file would show in `-X importtime` and in the service's idle memory, and allocations would have to be
told apart from the service's by many files instead of one.

Told on the socket, one JSON object a line, `event` first: ready, request, stall, memory, growth, failed, unknown-function.
Obeyed, one a line: count (on, off), memory, trace, growth, functions.
"""

import asyncio
import collections
import functools
import gc
import importlib
import importlib.abc
import inspect
import json
import os
import queue
import re
import signal
import socket
import sys
import threading
import time
import traceback
import tracemalloc
from contextvars import ContextVar

HEADER = b"x-fixbot-request"
BEAT = 0.01
"""Seconds between two heartbeats of the event loop."""
STALL = 0.1
"""From how many seconds on a loop that did nothing else counts as blocked: asyncio's own `slow_callback_duration`."""
SAMPLED_AFTER = 0.03
CALL_TEXT = 300
_FUNCTION_LIMIT = 10_000


class Channel:
    """Sends events without ever making the service wait, and hands on what fixbot asks for."""

    def __init__(self, fd, obey):
        self.socket = socket.socket(fileno=fd)
        self.queue = queue.SimpleQueue()
        self.obey = obey
        for target in (self.write, self.read):
            threading.Thread(target=target, daemon=True, name="fixbot-probe").start()

    def tell(self, event, **fields):
        self.queue.put({"event": event, **fields})

    def flush(self):
        """Wait until all is written."""
        done = threading.Event()
        self.queue.put(done)
        done.wait(5)

    def write(self):
        while True:
            item = self.queue.get()
            if isinstance(item, threading.Event):
                item.set()
                continue
            try:
                self.socket.sendall(json.dumps(item).encode() + b"\n")
            except OSError:
                return

    def read(self):
        try:
            for line in self.socket.makefile("rb"):
                request = json.loads(line)
                try:
                    self.obey(**request)
                except Exception:  # noqa: BLE001 - fixbot is told, and the service goes on
                    self.tell("failed", stage=f"probe: {request.get('command')}", said=traceback.format_exc())
        except OSError:  # reset: what was told last is read by nobody
            pass
        # fixbot is gone, perhaps killed: nothing of the service may outlive it.
        os.killpg(os.getpgrp(), signal.SIGKILL)


# --- requests and the calls made for them ----------------------------------------------------------


class Request:
    """One request in flight."""

    def __init__(self, number):
        self.number = number
        self.calls = {}
        self.status = 0
        self.size = 0
        self.alone = True
        self.cpu = 0.0


_current = ContextVar("fixbot_request", default=None)
_inside = ContextVar("fixbot_inside", default=False)  # a counted call makes others that are not counted again


class Calls:
    """Counts calls that leave the process, by kind and normalised text, for the request that makes them."""

    def __init__(self):
        self.in_flight = {}
        self.loop_thread = None

    def request(self):
        """The request that a call is made for. Threads know nothing of it; while there is one only, it is that."""
        found = _current.get()
        if found is None and len(self.in_flight) == 1:
            return next(iter(self.in_flight.values()))
        return found

    def made(self, kind, text, identity, seconds=0.0, blocking=False):
        request = self.request()
        if request is None:
            return
        text = text[:CALL_TEXT]
        call = request.calls.setdefault((kind, text), [0, set(), 0, 0.0])
        call[0] += 1
        if len(call[1]) < _FUNCTION_LIMIT:
            call[1].add(identity)
        call[2] += bool(blocking and threading.get_ident() == self.loop_thread)
        call[3] += seconds


calls = Calls()

_STRING = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"(?<![\w.$:@])-?\d+(?:\.\d+)?\b")
_MARK = re.compile(r"\$\d+|%\(\w+\)s|%s|(?<!:):[A-Za-z_]\w*|@[A-Za-z_]\w*|\?\d+")
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)+\s*\)")
_ROWS = re.compile(r"(?i)\bVALUES\s*\(\?\)(?:\s*,\s*\(\?\))+")
_ID = re.compile(r"^(?:\d+|[0-9a-fA-F-]{12,}|(?=.*\d)[\w~=+-]{16,})$")


def normal_sql(sql):
    """The statement with values taken out: `SELECT x FROM t WHERE id IN (1, 2)` -> `... IN (?)`."""
    sql = " ".join(str(sql).split())
    sql = _MARK.sub("?", _NUMBER.sub("?", _STRING.sub("?", sql)))
    return _ROWS.sub("VALUES (?)", _LIST.sub("(?)", sql))


def normal_path(path):
    """The path without its query, and with `*` for segments that look like ids."""
    path = path.partition("?")[0].partition("#")[0]
    return "/".join("*" if _ID.match(part) else part for part in path.split("/"))


def _host_kind(host, path):
    storage = ("storage.googleapis.com", "amazonaws.com", "r2.cloudflarestorage.com", "blob.core.windows.net")
    if host.endswith(storage) or re.match(r"/(?:upload/|download/)?storage/v1/", path):
        return "object storage"
    return "firestore" if host == "firestore.googleapis.com" else "http"


def _http(method, scheme_host, path):
    if isinstance(path, bytes):
        path = path.decode("latin-1")
    host = scheme_host.split(":")[0]
    kind = _host_kind(host, path)
    if kind == "object storage" and "/o/" in path:  # names of objects are values as ids are
        bucket, _, _ = path.partition("/o/")
        return kind, f"{method} {scheme_host}{normal_path(bucket)}/o/*", f"{method} {path}"
    return kind, f"{method} {scheme_host}{normal_path(path)}", f"{method} {scheme_host}{path}"


def _of_http_client(connection, method, url, *_, **__):
    host = connection._tunnel_host or connection.host
    default = 443 if type(connection).__name__.startswith("HTTPS") else 80
    return _http(method, host if connection.port in (default, None) else f"{host}:{connection.port}", url)


def _of_httpx(transport, request, *_, **__):
    url = request.url
    return _http(request.method, url.netloc.decode(), url.raw_path)


def _of_aiohttp(session, method, url, *_, **__):
    from urllib.parse import urlsplit

    base = getattr(session, "_base_url", None)
    parts = urlsplit(str(base.join(type(base)(str(url))) if base else url))
    return _http(method, parts.netloc, parts.path + ("?" + parts.query if parts.query else ""))


def _of_sql(cursor, sql, *arguments, **keywords):
    if isinstance(sql, (bytes, bytearray)):
        sql = sql.decode("utf-8", "replace")
    elif hasattr(sql, "as_string"):  # psycopg's composed statements
        sql = sql.as_string(cursor)
    return "sql", normal_sql(sql), (sql, arguments, keywords)


def _of_prepared(statement, *arguments, **_):
    """A prepared statement or cursor of asyncpg, which knows its query and, if a cursor, its arguments."""
    query = statement._query
    return "sql", normal_sql(query), (query, arguments, getattr(statement, "_args", ()))


def _of_redis(client, *arguments, **_):
    return "redis", str(arguments[0] if arguments else ""), arguments


def _of_redis_pipeline(pipeline, *_, **__):
    """All commands of a pipeline leave in one go; an empty one sends nothing, and cannot be described."""
    commands = [arguments for arguments, _ in pipeline.command_stack]
    names = dict.fromkeys(str(command[0]) for command in commands)
    return "redis", f"pipeline {next(iter(names))} {' '.join(list(names)[1:])}".strip(), commands


def _of_boto(client, operation, parameters, *_, **__):
    service = client.meta.service_model.service_name
    named = next(
        (f" {parameters[name]}" for name in ("Bucket", "TableName", "QueueUrl") if name in parameters), ""
    )
    kind = "object storage" if service == "s3" else "http"
    return kind, f"{service}.{operation}{named}", (operation, parameters)


def _of_grpc(call, request=None, *_, **__):
    method = call._method
    method = method.decode() if isinstance(method, bytes) else str(method)
    service, _, name = method.strip("/").rpartition("/")
    text = f"{service.rpartition('.')[2]}/{name}"
    shown = _resource(request)
    kind = "firestore" if "firestore" in service else "object storage" if "storage" in service else "grpc"
    return kind, f"{text} {shown}".strip(), (method, request)


def _resource(request):
    """What a request is about: the path of the document, collection or object, ids as `*`."""
    queried = getattr(getattr(request, "structured_query", None), "from_", None)
    if queried:
        return f"query of {queried[0].collection_id}"
    for write in getattr(request, "writes", ()):
        return _path(write.update.name or write.delete)
    for name in ("documents", "document", "parent", "name", "resource"):
        value = getattr(request, name, None)
        if value and not isinstance(value, str):
            try:
                value = next(iter(value))
            except TypeError:
                continue
        if isinstance(value, str) and value:
            return _path(value)
    return ""


def _path(name):
    parts = name.partition("/documents/")[2].split("/") if "/documents/" in name else [name]
    return "/".join("*" if number % 2 else part for number, part in enumerate(parts))


def identity(value):
    """A number that is the same for equal arguments. Makes no copy of what is large: memory is measured meanwhile."""
    if isinstance(value, (str, bytes)):
        return hash(value)
    if isinstance(value, bytearray):
        return hash(bytes(value))
    if isinstance(value, (list, tuple)):
        return hash(tuple(map(identity, value)))
    if isinstance(value, dict):
        return hash(tuple(sorted((str(key), identity(each)) for key, each in value.items())))
    message = getattr(type(value), "pb", None)  # of proto-plus
    message = message(value) if message else value
    if hasattr(message, "SerializeToString"):
        return hash(message.SerializeToString(deterministic=True))
    return hash(repr(value))


_FETCHES = ("fetch", "fetchrow", "fetchval", "fetchmany", "executemany")
_GRPC = ("UnaryUnary", "UnaryStream", "StreamUnary", "StreamStream")

HOOKS = [
    # module, class, methods, what to make of their arguments
    ("http.client", "HTTPConnection", ("putrequest",), _of_http_client),
    ("httpx", "HTTPTransport", ("handle_request",), _of_httpx),
    ("httpx", "AsyncHTTPTransport", ("handle_async_request",), _of_httpx),
    ("httpx2", "HTTPTransport", ("handle_request",), _of_httpx),
    ("httpx2", "AsyncHTTPTransport", ("handle_async_request",), _of_httpx),
    ("aiohttp", "ClientSession", ("_request",), _of_aiohttp),
    ("botocore.client", "BaseClient", ("_make_api_call",), _of_boto),
    ("aiobotocore.client", "AioBaseClient", ("_make_api_call",), _of_boto),
    *(
        ("psycopg", f"{prefix}{cursor}", ("execute", "executemany", "stream"), _of_sql)
        for prefix in ("", "Async")
        for cursor in ("Cursor", "ServerCursor")
    ),
    *(
        ("psycopg2.extras", cursor, ("execute",), _of_sql)
        for cursor in ("DictCursor", "RealDictCursor", "NamedTupleCursor")
    ),
    ("asyncpg.connection", "Connection", ("execute", *_FETCHES), _of_sql),
    ("asyncpg.prepared_stmt", "PreparedStatement", _FETCHES, _of_prepared),
    ("asyncpg.cursor", "BaseCursor", ("_bind", "_bind_exec"), _of_prepared),
    # Their executemany calls execute for each round trip.
    ("pymysql.cursors", "Cursor", ("execute",), _of_sql),
    ("aiomysql.cursors", "Cursor", ("execute",), _of_sql),
    ("MySQLdb.cursors", "BaseCursor", ("execute",), _of_sql),
    ("redis.client", "Redis", ("execute_command",), _of_redis),
    ("redis.asyncio.client", "Redis", ("execute_command",), _of_redis),
    ("redis.cluster", "RedisCluster", ("execute_command",), _of_redis),
    ("redis.asyncio.cluster", "RedisCluster", ("execute_command",), _of_redis),
    ("redis.client", "Pipeline", ("execute",), _of_redis_pipeline),
    ("redis.asyncio.client", "Pipeline", ("execute",), _of_redis_pipeline),
    *(("grpc._channel", f"_{shape}MultiCallable", ("__call__",), _of_grpc) for shape in _GRPC),
    *(("grpc._channel", f"_{shape}MultiCallable", ("with_call", "future"), _of_grpc) for shape in _GRPC[::2]),
    ("grpc._channel", "_SingleThreadedUnaryStreamMultiCallable", ("__call__",), _of_grpc),
    *(("grpc.aio._channel", f"{shape}MultiCallable", ("__call__",), _of_grpc) for shape in _GRPC),
]


def counted(original, describe, *, below=False):
    """The function, counting each call of it, and those that it makes only where `below`.

    A call that cannot be described is made all the same, and not counted: a library that changed must not break the service.
    """

    def described(arguments, keywords):
        try:
            kind, text, what = describe(*arguments, **keywords)
            return kind, text, identity(what)
        except Exception:  # noqa: BLE001
            return None

    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def wrapper(*arguments, **keywords):
            if not below and _inside.get():
                return await original(*arguments, **keywords)
            call = described(arguments, keywords)
            outside = _inside.get()
            _inside.set(outside or not below)
            start = time.perf_counter()
            try:
                return await original(*arguments, **keywords)
            finally:
                _inside.set(outside)
                if call:
                    calls.made(*call, time.perf_counter() - start)

    else:

        @functools.wraps(original)
        def wrapper(*arguments, **keywords):
            if not below and _inside.get():
                return original(*arguments, **keywords)
            call = described(arguments, keywords)
            outside = _inside.get()
            _inside.set(outside or not below)
            start, result = time.perf_counter(), None
            try:
                result = original(*arguments, **keywords)
                return result
            finally:
                _inside.set(outside)
                if call:  # what gives something to await has not waited
                    waited = not hasattr(result, "__await__") and not hasattr(result, "__aiter__")
                    calls.made(*call, time.perf_counter() - start, waited)

    return wrapper


def hook(owner_name, names, describe, module):
    """Put the counting functions in their places, where the library still has them there."""
    owner = getattr(module, owner_name, None)
    for name in names:
        original = vars(owner).get(name) if owner is not None else None
        if callable(original):
            setattr(owner, name, counted(original, describe))


def hook_psycopg2(psycopg2):
    """psycopg2's cursor is made in C: its connections are told to make a subclass."""
    connect = psycopg2.connect

    @functools.lru_cache(None)
    def counting(base):
        class Cursor(base):
            execute = counted(base.execute, _of_sql)
            executemany = counted(base.executemany, _of_sql)

        return Cursor

    @functools.wraps(connect)
    def connected(*arguments, **keywords):
        connection = connect(*arguments, **keywords)
        base = connection.cursor_factory or psycopg2.extensions.cursor
        if isinstance(base, type):
            connection.cursor_factory = counting(base)
        return connection

    psycopg2.connect = connected


class HookImports(importlib.abc.MetaPathFinder):
    """Hooks each library right after it is imported, whenever that is."""

    def __init__(self):
        self.wanted = {"psycopg2": [hook_psycopg2]}
        for module, owner, names, describe in HOOKS:
            self.wanted.setdefault(module, []).append(functools.partial(hook, owner, names, describe))

    def install(self):
        for name in list(self.wanted):
            if name in sys.modules:
                self.imported(sys.modules[name])
        sys.meta_path.insert(0, self)

    def imported(self, module):
        for put in self.wanted.pop(module.__name__, ()):
            put(module)

    def find_spec(self, name, path=None, target=None):
        if name not in self.wanted:
            return None
        found = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self)
        spec = next(filter(None, found), None)
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            self.imported(module)

        spec.loader.exec_module = exec_module
        return spec


def hook_sqlite():
    """sqlite3's classes are made in C: a subclass of each takes its place in `connect`."""
    import sqlite3

    def counting_cursor(base):
        class Cursor(base):
            execute = counted(base.execute, _of_sql)
            executemany = counted(base.executemany, _of_sql)
            executescript = counted(base.executescript, _of_sql)

        return Cursor

    cursors = functools.lru_cache(None)(counting_cursor)

    @functools.lru_cache(None)
    def counting_connection(base):
        class Connection(base):
            def cursor(self, factory=sqlite3.Cursor):
                return super().cursor(cursors(factory) if isinstance(factory, type) else factory)

            # In C these three make a plain cursor, whatever `cursor` says.
            def execute(self, *arguments):
                return self.cursor().execute(*arguments)

            def executemany(self, *arguments):
                return self.cursor().executemany(*arguments)

            def executescript(self, *arguments):
                return self.cursor().executescript(*arguments)

        return Connection

    original = sqlite3.connect

    @functools.wraps(original)
    def connect(*arguments, **keywords):
        if len(arguments) < 6:
            keywords["factory"] = counting_connection(keywords.get("factory") or sqlite3.Connection)
        return original(*arguments, **keywords)

    sqlite3.connect = sqlite3.dbapi2.connect = connect


_SPANS_HOOKED = set(
    "requests urllib urllib3 httpx aiohttp_client sqlite3 aiosqlite sqlalchemy psycopg psycopg2 asyncpg pymysql aiomysql "
    "mysqlclient dbapi redis grpc botocore boto3 boto google_genai".split()
)
"""OpenTelemetry instrumentations of what is counted by a hook already, here or in what they call."""


def count_spans():
    """Count the client spans that the service's own OpenTelemetry instrumentations make, of libraries without a hook."""
    trace = sys.modules.get("opentelemetry.trace")
    provider = trace.get_tracer_provider() if trace else None
    if not hasattr(provider, "add_span_processor"):
        return
    from opentelemetry.sdk.trace import SpanProcessor

    class Count(SpanProcessor):
        def on_end(self, span):
            scope = getattr(span.instrumentation_scope, "name", "")
            library = scope.rpartition("opentelemetry.instrumentation.")[2]
            if span.kind is not trace.SpanKind.CLIENT or library in _SPANS_HOOKED:
                return
            said = span.attributes or {}
            system = said.get("db.system.name") or said.get("db.system") or said.get("rpc.system")
            statement = said.get("db.query.text") or said.get("db.statement")
            text = normal_sql(statement) if statement else span.name
            kind = str(
                system or ("http" if "http.request.method" in said or "http.method" in said else library)
            )
            seconds = (span.end_time - span.start_time) / 1e9
            calls.made(kind, text, hash((statement, span.name)), seconds)

    provider.add_span_processor(Count())


# --- named functions -------------------------------------------------------------------------------


def time_functions(names, patterns, root, tell):
    """Time the functions with these dotted names, and those of the project whose name matches a pattern."""
    wanted = dict.fromkeys(names)
    for module in own_modules(root):
        for name, value in list(vars(module).items()):
            if inspect.isfunction(value) and value.__module__ == module.__name__:
                if any(re.search(pattern, name) for pattern in patterns):
                    wanted.setdefault(f"{module.__name__}.{name}")
    for dotted in wanted:
        if not _time_function(dotted, root):
            tell("unknown-function", name=dotted)


def own_modules(root):
    """The imported modules that lie in the project."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        if is_own(file, root) and module.__name__ != "__main__":
            yield module


@functools.lru_cache(None)
def is_own(file, root):
    return (
        file.startswith(root + os.sep)
        and "site-packages" not in file
        and f"{os.sep}lib{os.sep}python" not in file
    )


def _time_function(dotted, root):
    parts = dotted.split(".")
    for split in range(len(parts) - 1, 0, -1):
        try:
            owner = importlib.import_module(".".join(parts[:split]))
        except ImportError:
            continue
        for part in parts[split:-1]:
            owner = getattr(owner, part, None)
        original = inspect.getattr_static(owner, parts[-1], None)
        if not inspect.isfunction(original):
            return False

        def describe(*_, **__):
            return "function", dotted, ""

        timed = counted(original, describe, below=True)
        setattr(owner, parts[-1], timed)
        for module in own_modules(root):
            for name, value in list(vars(module).items()):
                if value is original:
                    setattr(module, name, timed)
        return True
    return False


# --- the event loop --------------------------------------------------------------------------------


class Watch:
    """A heartbeat in the loop, and a thread that looks what the loop is at whenever a beat is overdue.

    A stall's seconds are those in which the loop's thread waited or worked, without those in which it was ready but
    the machine was busy with others (Linux tells them apart).
    """

    def __init__(self, root, tell):
        self.root, self.tell = root, tell
        self.loop = None
        self.samples = collections.Counter()

    def start(self, loop):
        self.loop = loop
        self.thread = calls.loop_thread = threading.get_ident()
        self.schedule = f"/proc/self/task/{threading.get_native_id()}/schedstat"
        self.expected = time.perf_counter()
        self.waited = self.queued()
        self.beat()
        threading.Thread(target=self.watch, daemon=True, name="fixbot-watch").start()

    def queued(self):
        """Seconds that the thread was ready to run and had no processor."""
        try:
            with open(self.schedule) as file:
                return int(file.read().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0

    def beat(self):
        now, queued = time.perf_counter(), self.queued()
        late = now - self.expected
        seconds = late - (queued - self.waited)
        if seconds >= STALL:
            samples, self.samples = self.samples, collections.Counter()
            culprit = samples.most_common(1)[0][0] if samples else None
            if culprit is not None:
                place, request = culprit
                self.tell("stall", at=now - late, seconds=seconds, place=place, request=request)
        elif self.samples:
            self.samples = collections.Counter()
        self.waited = queued
        self.expected = now + BEAT
        self.loop.call_later(BEAT, self.beat)

    def watch(self):
        while not self.loop.is_closed():
            time.sleep(BEAT)
            if time.perf_counter() - self.expected > SAMPLED_AFTER:
                frame = sys._current_frames().get(self.thread)
                if frame is not None:
                    self.samples[self.culprit(frame)] += 1

    def culprit(self, frame):
        """((file, line, function), request number) that the loop is at, or None: it waits for events."""
        innermost, own, request = frame, None, None
        if frame.f_code.co_name in ("select", "poll", "run_until_complete", "run_forever"):
            return None
        while frame is not None:
            if own is None and is_own(frame.f_code.co_filename, self.root):
                own = frame
            if request is None and "scope" in frame.f_code.co_varnames + frame.f_code.co_freevars:
                scope = frame.f_locals.get("scope")
                if isinstance(scope, dict):
                    request = scope.get("fixbot.request")
            frame = frame.f_back
        if own is None and innermost.f_code.co_name == "run":  # loops made in C show nothing of their waiting
            return None
        at = own or innermost
        return (at.f_code.co_filename, at.f_lineno, at.f_code.co_name), request


# --- memory ----------------------------------------------------------------------------------------


def status_bytes(name):
    """A line of /proc/self/status in bytes; 0 where there is none."""
    try:
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def reset_peak():
    """Make the kernel count the peak of resident memory from now on."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def growth(before, after):
    """The bytes by which the service's allocations grew, and the ten places where most; the probe's own do not count."""
    ours = tracemalloc.Filter(False, __file__), tracemalloc.Filter(False, tracemalloc.__file__)
    found = after.filter_traces(ours).compare_to(before.filter_traces(ours), "lineno")
    places = []
    for difference in found[:10]:
        frame = difference.traceback[0]
        if difference.size_diff > 0:
            places.append([frame.filename, frame.lineno, difference.size_diff, difference.count_diff])
    return sum(difference.size_diff for difference in found), places


# --- the service -----------------------------------------------------------------------------------


def handler_of(endpoint):
    """[file, qualified name] of the function behind a Starlette endpoint, what decorators put around it taken off."""
    endpoint = inspect.unwrap(endpoint) if callable(endpoint) else None
    code = getattr(endpoint, "__code__", None)
    return [code.co_filename, endpoint.__qualname__] if code else None


def middleware_of(app):
    """[file, qualified name] of the functions that run around every endpoint, where the framework tells."""
    found = []
    for _ in range(20):
        for each in getattr(app, "user_middleware", ()):  # Starlette's, which is FastAPI's too
            options = getattr(each, "kwargs", None) or getattr(each, "options", {})
            found += [options.get("dispatch")]
            found += [inspect.getattr_static(each.cls, name, None) for name in ("dispatch", "__call__")]
        if not hasattr(app, "user_middleware"):  # one that wraps the application by hand
            found.append(inspect.getattr_static(type(app), "__call__", None))
        app = getattr(app, "app", None)
        if app is None:
            break
    return [told for told in map(handler_of, found) if told]


class Probe:
    """Holds the parts together: the service's ASGI application, wrapped, and what fixbot asks of it."""

    def __init__(self, settings):
        self.settings = settings
        self.root = settings["root"]
        self.counting = False
        self.snapshot = None
        self.channel = Channel(settings["fd"], self.obey)
        self.watch = Watch(self.root, self.channel.tell)

    def obey(self, command, **options):
        getattr(self, f"do_{command}")(**options)

    def do_count(self, on):
        """Measure allocations of each request; right only while requests come one at a time."""
        self.counting = on
        if on and not tracemalloc.is_tracing():
            tracemalloc.start(1)
        elif not on and tracemalloc.is_tracing():
            tracemalloc.stop()
        self.channel.tell("counting", on=on)

    def do_memory(self):
        gc.collect()
        self.channel.tell("memory", rss=status_bytes("VmRSS"))

    def do_trace(self):
        if not tracemalloc.is_tracing():
            tracemalloc.start(1)
        gc.collect()
        self.snapshot = tracemalloc.take_snapshot()
        self.channel.tell("tracing")

    def do_beat(self):
        """Answer after the heart has beaten once more: by then every stall until now is told."""
        loop = self.watch.loop
        loop.call_soon_threadsafe(loop.call_later, 2 * BEAT, self.channel.tell, "beaten")

    def do_growth(self):
        gc.collect()
        grown, places = growth(self.snapshot, tracemalloc.take_snapshot())
        tracemalloc.stop()
        self.snapshot = None
        self.channel.tell("growth", bytes=grown, places=places)

    def load(self):
        """The service's application, wrapped. Runs inside the loop, as where uvicorn loads it by itself."""
        try:
            target, called = self.settings["target"], False
            if target.endswith("()"):
                target, called = target[:-2], True
            module_name, _, attributes = target.partition(":")
            __import__(module_name)  # as an `import` does, else `-X importtime` does not tell of it
            module = app = sys.modules[module_name]
            for name in attributes.split("."):
                app = getattr(app, name)
            app = app() if called else app
        except BaseException as exc:
            said = "".join(traceback.format_exception(type(exc), exc, exc.__traceback__.tb_next))
            self.channel.tell("failed", stage="import", said=said)
            self.channel.flush()
            raise
        file = os.path.realpath(getattr(module, "__file__", "") or "")
        count_spans()
        time_functions(self.settings["functions"], self.settings["patterns"], self.root, self.channel.tell)
        openapi = getattr(app, "openapi_url", None)
        openapi = openapi if isinstance(openapi, str) else ""
        self.channel.tell("ready", file=file, openapi=openapi, around=middleware_of(app))
        self.watch.start(asyncio.get_running_loop())
        return self.wrapped(app)

    def wrapped(self, app):
        async def measured(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            number, headers = None, []
            for name, value in scope["headers"]:
                if name == HEADER:
                    number = int(value)
                else:
                    headers.append((name, value))
            request = Request(number)
            scope = {**scope, "headers": headers, "fixbot.request": number}
            end = None

            async def sent(message):
                nonlocal end
                await send(message)
                if message["type"] == "http.response.start":
                    request.status = message["status"]
                elif message["type"] == "http.response.body":
                    request.size += len(message.get("body") or b"")
                    if not message.get("more_body"):
                        end = time.perf_counter()

            before = self.before()
            alone = not calls.in_flight
            for other in calls.in_flight.values():
                other.alone = False
            request.alone = alone
            worked = time.process_time()
            token = _current.set(request)
            calls.in_flight[id(request)] = request
            start = time.perf_counter()
            try:
                await app(scope, receive, sent)
            finally:
                route = getattr(scope.get("route"), "path", ""), handler_of(scope.get("endpoint"))
                seconds = (end or time.perf_counter()) - start
                request.cpu = time.process_time() - worked
                calls.in_flight.pop(id(request), None)
                _current.reset(token)
                self.after(request, before, seconds, route)

        return measured

    def before(self):
        if not self.counting:
            return None
        reset_peak()
        tracemalloc.reset_peak()
        return tracemalloc.get_traced_memory()[0], status_bytes("VmRSS")

    def after(self, request, before, seconds, route):
        fields = {"cpu": request.cpu} if request.alone else {}
        if before is not None and tracemalloc.is_tracing():
            traced, resident = before
            fields["allocated"] = max(0, tracemalloc.get_traced_memory()[1] - traced)
            fields["resident"] = max(0, status_bytes("VmHWM") - resident)
        made = [
            [kind, text, count, len(identities), min(identities, default=0), blocking, took]
            for (kind, text), (count, identities, blocking, took) in request.calls.items()
        ]
        self.channel.tell(
            "request",
            number=request.number,
            status=request.status,
            size=request.size,
            seconds=seconds,
            route=route[0],
            handler=route[1],
            calls=made,
            **fields,
        )


def main():
    settings = json.loads(sys.argv[1])
    sys.path[0] = settings["app_dir"]
    try:
        import uvicorn
    except ImportError as exc:
        sys.stderr.write(f"fixbot: {exc}\n")
        sys.exit(86)
    probe = Probe(settings)
    hook_sqlite()
    HookImports().install()
    sys.argv = ["uvicorn", settings["target"]]
    options = {"host": "127.0.0.1", "port": settings["port"], "access_log": False, "factory": True}
    if "timeout_graceful_shutdown" in inspect.signature(uvicorn.Config).parameters:
        options["timeout_graceful_shutdown"] = 3
    uvicorn.Server(uvicorn.Config(probe.load, **options)).run()
    probe.channel.flush()


if __name__ == "__main__":
    main()

"""What does this call resolve to? Asked of ty, Astral's type checker, through its language server.

ty gets a configuration file of our own, so that nothing the analysed repository or the user
configures (such as `replace-imports-with-any`) can blind it, an explicit Python environment, so that
it never looks into fixbot's own, and the text of files through the protocol, so that nothing is
written. The request is `textDocument/declaration`: `definition` may jump past a stub to the
implementation.

Everything that knows ty stands in this file; another resolver takes its place by answering
`declarations`.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from fixbot.errors import TypesError
from fixbot.model import FileError

ANSWER_SECONDS = 60.0
"""How long one answer may take before the server counts as hung."""
IN_FLIGHT = 256
"""Requests sent before the first answer is waited for."""

_PROBE = "import time\nfrom fixbot_effects import blocking\ntime.sleep\nblocking\n"
"""Asked first: who finds nothing here has lost the standard library or our stubs, and would find nothing at all."""
_STUB_OF_PROBE = "fixbot_effects.pyi"
_FOREIGN_SETTINGS = ("PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "TY_", "RUST_")


@dataclass(frozen=True, slots=True)
class Query:
    """The place of a name: a line from 1 and a byte column from 0, as `ast` counts."""

    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where a name is declared: an absolute path, a line from 1 and a byte column from 0."""

    path: Path
    line: int
    column: int


class Resolver(Protocol):
    """What the rest of fixbot needs of a type checker."""

    def declarations(self, queries: Sequence[Query]) -> list[tuple[Location, ...]]:
        """Where each name is declared; no location when that is unknown. Raises `TypesError`."""

    def show(self, texts: Mapping[str, str]) -> None:
        """Take exactly these texts instead of what is on disk (relative path -> text)."""

    def take_failures(self) -> list[FileError]:
        """Where the checker itself failed since the last time, so that nothing is known there."""

    def close(self) -> None:
        """Stop the server, if it runs."""


class Ty:
    """A `ty server`, started at the first question and restarted once if it dies."""

    def __init__(
        self,
        root: Path,
        *,
        stubs: Sequence[Path] = (),
        source_roots: Sequence[Path] = (),
        environment: Path | None = None,
        command: Sequence[str] = (),
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self._root = root
        self._stubs = stubs
        self._source_roots = source_roots or [root]
        self._environment = environment
        self._command = command
        self._patience = patience
        self._texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._failures: dict[str, FileError] = {}
        self._server: _Server | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def show(self, texts: Mapping[str, str]) -> None:
        changed = [path for path, text in texts.items() if self._texts.get(path) != text]
        hidden = self._texts.keys() - texts.keys()
        self._texts = dict(texts)
        self._tell(changed, hidden)

    def declarations(self, queries: Sequence[Query]) -> list[tuple[Location, ...]]:
        if not queries:
            return []
        try:
            return self._ask(queries)
        except _ServerGone:
            self._stop()
        try:
            return self._ask(queries)
        except _ServerGone as exc:
            self._stop()
            raise TypesError(
                f"the type checker ty stopped twice while reading this project ({exc}). Try again; if it "
                "keeps failing, exclude the files it stops at with `[tool.fixbot] exclude`, and report it"
            ) from exc

    def take_failures(self) -> list[FileError]:
        failures, self._failures = list(self._failures.values()), {}
        return failures

    def close(self) -> None:
        self._stop()
        if self._scratch:
            self._scratch.cleanup()
            self._scratch = None

    # --- conversation ------------------------------------------------------------------------

    def _ask(self, queries: Sequence[Query]) -> list[tuple[Location, ...]]:
        """The answers; where one is empty, that of a second try.

        While ty still reads what a name depends on, another request for the same can make it say nothing.
        """
        server = self._server or self._start()
        answers = self._answers(server, queries)
        silent = [number for number, answer in enumerate(answers) if not answer]
        again = self._answers(server, [queries[number] for number in silent])
        for number, answer in zip(silent, again, strict=True):
            answers[number] = answer
        return answers

    def _answers(self, server: _Server, queries: Sequence[Query]) -> list[tuple[Location, ...]]:
        answers: list[tuple[Location, ...]] = []
        for start in range(0, len(queries), IN_FLIGHT):
            asked = [(query, self._request(server, query)) for query in queries[start : start + IN_FLIGHT]]
            for query, number in asked:
                answer = server.answer(number)
                if error := answer.get("error"):
                    self._note(query, error)
                answers.append(_locations(answer.get("result")))
        return answers

    def _request(self, server: _Server, query: Query) -> int:
        position = {"line": query.line - 1, "character": query.column}
        document = {"uri": self._uri(query.path)}
        return server.request("textDocument/declaration", {"textDocument": document, "position": position})

    def _note(self, query: Query, error: Any) -> None:
        words = error.get("message") if isinstance(error, dict) else error
        self._failures.setdefault(
            query.path,
            FileError(
                query.path, query.line, f"the type checker ty fails here, so calls are unknown: {words}"
            ),
        )

    def _start(self) -> _Server:
        folder = self._folder()
        command = list(self._command) or [find_ty(), "server"]
        server = _Server(command, _environment(folder), folder, self._patience)
        try:
            self._greet(server, folder)
            self._versions.clear()
            self._server = server
            self._tell(self._texts, ())
            self._probe(server)
        except BaseException:
            self._server = None
            server.kill()
            raise
        return server

    def _greet(self, server: _Server, folder: Path) -> None:
        workspace = self._root.as_uri()
        number = server.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": workspace,
                "workspaceFolders": [{"uri": workspace, "name": self._root.name}],
                "capabilities": {
                    "general": {"positionEncodings": ["utf-8"]},
                    "textDocument": {"declaration": {"linkSupport": True}},
                },
                "initializationOptions": {
                    "configurationFile": str(self._write_configuration(folder)),
                    "diagnosticMode": "off",
                },
            },
        )
        capabilities = (server.answer(number).get("result") or {}).get("capabilities", {})
        if capabilities.get("positionEncoding") != "utf-8" or not capabilities.get("declarationProvider"):
            raise TypesError(
                "this version of the type checker ty does not speak as fixbot needs; "
                "install the version that fixbot's own requirements name"
            )
        server.notify("initialized", {})

    def _probe(self, server: _Server) -> None:
        """Make sure that the server sees the standard library and our stubs. Raises `TypesError`."""
        path = f"fixbot_probe_{os.getpid()}.py"
        document = {"uri": self._uri(path)}
        server.notify("textDocument/didOpen", {"textDocument": _opened(document["uri"], _PROBE)})
        queries = [Query(path, 3, 5), Query(path, 4, 0)]
        found = [_locations(server.answer(self._request(server, q)).get("result")) for q in queries]
        server.notify("textDocument/didClose", {"textDocument": document})
        ours = [stubs for stubs in self._stubs if (stubs / _STUB_OF_PROBE).is_file()]
        if not found[0] or (ours and not any(at.path.is_relative_to(s) for at in found[1] for s in ours)):
            what = "fixbot's own stubs" if found[0] else "the standard library"
            raise TypesError(
                f"the type checker ty does not see {what}, so it would find nothing; "
                f"install fixbot again, and make sure that {tempfile.gettempdir()} can be written"
            )

    def _stop(self) -> None:
        if self._server:
            self._server.kill()
            self._server = None

    def _tell(self, changed: Iterable[str], hidden: Iterable[str]) -> None:
        if self._server is None:
            return
        for path in hidden:
            del self._versions[path]
            self._server.notify("textDocument/didClose", {"textDocument": {"uri": self._uri(path)}})
        for path in changed:
            uri, text = self._uri(path), self._texts[path]
            version = self._versions[path] = self._versions.get(path, 0) + 1
            if version == 1:
                self._server.notify("textDocument/didOpen", {"textDocument": _opened(uri, text)})
            else:
                change = {
                    "textDocument": {"uri": uri, "version": version},
                    "contentChanges": [{"text": text}],
                }
                self._server.notify("textDocument/didChange", change)

    def _uri(self, path: str) -> str:
        return _uri(self._root, path)

    # --- what it is started with -------------------------------------------------------------

    def _folder(self) -> Path:
        """A temporary folder for all that ty reads and writes besides the project. Raises `TypesError`."""
        try:
            self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="fixbot-types-")
        except OSError as exc:
            raise TypesError(
                f"the type checker ty needs a folder for temporary files: {exc}; set TMPDIR"
            ) from exc
        return Path(self._scratch.name)

    def _write_configuration(self, folder: Path) -> Path:
        configuration = folder / "ty.toml"
        configuration.write_text(
            "[environment]\n"
            f"root = {_toml([str(r) for r in self._source_roots])}\n"
            f"extra-paths = {_toml([str(s) for s in self._stubs])}\n"
            f"python = {_toml(str(self._environment or _empty_environment(folder)))}\n"
            f'python-version = "{sys.version_info.major}.{sys.version_info.minor}"\n'
            "[analysis]\n"
            'return-type-inference = "always"\n',
            encoding="utf-8",
        )
        return configuration


def find_ty() -> str:
    """The ty program of the installed wheel. Raises `TypesError`."""
    try:
        from ty import find_ty_bin

        return find_ty_bin()
    except (ImportError, FileNotFoundError) as exc:
        raise TypesError(
            "the type checker ty is not installed beside fixbot; install fixbot again with its dependencies"
        ) from exc


def _environment(folder: Path) -> dict[str, str]:
    """The environment of the server: nothing that points it elsewhere, its caches and settings in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN_SETTINGS)}
    homes = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA"), str(folder))
    return kept | homes


def _empty_environment(folder: Path) -> Path:
    """A virtual environment with nothing in it, in the layouts of POSIX and Windows."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for packages in (Path("lib", version, "site-packages"), Path("Lib", "site-packages")):
        (folder / "empty" / packages).mkdir(parents=True, exist_ok=True)
    home = Path(sys.base_prefix, "" if os.name == "nt" else "bin")
    text = f"home = {home}\nversion = {sys.version.split()[0]}\n"
    (folder / "empty" / "pyvenv.cfg").write_text(text, encoding="utf-8")
    return folder / "empty"


def _toml(value: str | list[str]) -> str:
    """A TOML string or list of strings; JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False)


# --- what is said --------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _uri(root: Path, path: str) -> str:
    return (root / path).as_uri()


@lru_cache(maxsize=10_000)
def _path(uri: str) -> Path | None:
    parts = urlsplit(uri)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _opened(uri: str, text: str) -> dict[str, object]:
    return {"uri": uri, "languageId": "python", "version": 1, "text": text}


def _locations(result: Any) -> tuple[Location, ...]:
    found: dict[Location, None] = {}
    for item in result if isinstance(result, list) else [result] if isinstance(result, dict) else []:
        path = _path(item.get("targetUri") or item.get("uri") or "")
        start = (item.get("targetSelectionRange") or item.get("range") or {}).get("start")
        if path and start:
            found[Location(path, start["line"] + 1, start["character"])] = None
    return tuple(found)


# --- one process ---------------------------------------------------------------------------------


class _ServerGone(Exception):
    """The server closed its pipe or did not answer in time."""


class _Server:
    """JSON-RPC over the pipes of one process.

    One thread writes and one reads, so that a server that stops reading, or answers while we write,
    blocks nobody; every wait for an answer has an end.
    """

    def __init__(
        self, command: list[str], environment: Mapping[str, str], folder: Path, patience: float
    ) -> None:
        self._patience = patience
        self._numbers = itertools.count(1)
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._answers: dict[int, dict[str, Any]] = {}
        self._complaints = folder / "stderr"
        try:
            with self._complaints.open("wb") as complaints:
                self._process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                )
        except OSError as exc:
            raise TypesError(f"the type checker ty cannot be started: {exc}; install fixbot again") from exc
        self._threads = [
            self._run(self._write, self._process.stdin),
            self._run(self._read, self._process.stdout),
        ]

    def request(self, method: str, params: object) -> int:
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": params})
        return number

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def answer(self, number: int) -> dict[str, Any]:
        """The answer to a request, with a `result` or an `error`. Raises `_ServerGone`."""
        end = time.monotonic() + self._patience
        while number not in self._answers:
            try:
                message = self._inbox.get(timeout=max(end - time.monotonic(), 0.001))
            except queue.Empty:
                raise _ServerGone(f"no answer within {self._patience:.0f} s") from None
            if message is None:
                raise _ServerGone(self._last_words())
            if "method" not in message:
                self._answers[message.get("id", 0)] = message
            elif "id" in message:  # the server asks us; nothing it asks for matters here
                params = message.get("params")
                items = params.get("items") if isinstance(params, dict) else None
                self._send({"id": message["id"], "result": [None] * len(items) if items else None})
        return self._answers.pop(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(timeout=2)

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        with contextlib.suppress(OSError):
            lines = self._complaints.read_text("utf-8", "replace").strip().splitlines()
            if lines:
                return f"exit status {self._process.poll()}: {lines[-1][:200]}"
        return f"exit status {self._process.poll()}"

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._outbox.put(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def _run(self, work: Callable[[IO[bytes]], None], pipe: IO[bytes] | None) -> threading.Thread:
        assert pipe is not None
        thread = threading.Thread(target=work, args=(pipe,), daemon=True)
        thread.start()
        return thread

    def _write(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:
            while (message := self._outbox.get()) is not None:
                pipe.write(message)
                pipe.flush()

    def _read(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError), pipe:
            while (message := _next_message(pipe)) is not None:
                self._inbox.put(message)
        self._inbox.put(None)


def _next_message(pipe: IO[bytes]) -> dict[str, Any] | None:
    """The next message, or None at the end. Raises `ValueError` for what is none."""
    length = 0
    while (header := pipe.readline()) != b"\r\n":
        if not header:
            return None
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    message = json.loads(pipe.read(length))
    if not isinstance(message, dict):
        raise ValueError("no message")
    return message

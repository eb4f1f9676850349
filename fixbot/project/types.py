"""What does this call resolve to? Asked of ty, Astral's type checker, through its language server.

ty gets a configuration file of our own, so that nothing the analysed repository configures (such as
`replace-imports-with-any`) can blind it, an explicit Python environment, so that it never looks
into fixbot's own, and the text of files through the protocol, so that nothing is written. The
request is `textDocument/declaration`: `definition` may jump past a stub to the implementation.

Everything that knows ty stands in this file; another resolver takes its place by answering
`declarations`.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from fixbot.errors import TypesError

ANSWER_SECONDS = 60.0
"""How long one answer may take before the server counts as hung."""
IN_FLIGHT = 256
"""Requests sent before the first answer is waited for."""


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
        """Take these texts instead of what is on disk (relative path -> text)."""

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
    ) -> None:
        self._root = root
        self._stubs = stubs
        self._source_roots = source_roots or [root]
        self._environment = environment
        self._texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._server: _Server | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def show(self, texts: Mapping[str, str]) -> None:
        for path, text in texts.items():
            if self._texts.get(path) != text:
                self._texts[path] = text
                self._tell(path)

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
            raise TypesError(
                f"the type checker ty stopped twice while reading this project ({exc}). Try again; if it "
                "keeps failing, exclude the files it stops at with `[tool.fixbot] exclude`, and report it"
            ) from exc

    def close(self) -> None:
        self._stop()
        if self._scratch:
            self._scratch.cleanup()
            self._scratch = None

    # --- conversation ------------------------------------------------------------------------

    def _ask(self, queries: Sequence[Query]) -> list[tuple[Location, ...]]:
        server = self._server or self._start()
        answers: list[tuple[Location, ...]] = []
        for start in range(0, len(queries), IN_FLIGHT):
            ids = []
            for query in queries[start : start + IN_FLIGHT]:
                document = {"uri": (self._root / query.path).as_uri()}
                position = {"line": query.line - 1, "character": query.column}
                ids.append(
                    server.request("textDocument/declaration", {"textDocument": document, "position": position})
                )
            answers += (_locations(server.answer(number)) for number in ids)
        return answers

    def _start(self) -> _Server:
        server = _Server([find_ty(), "server"])
        number = server.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": self._root.as_uri(),
                "workspaceFolders": [{"uri": self._root.as_uri(), "name": self._root.name}],
                "capabilities": {
                    "general": {"positionEncodings": ["utf-8"]},
                    "textDocument": {"declaration": {"linkSupport": True}},
                },
                "initializationOptions": {
                    "configurationFile": str(self._write_configuration()),
                    "diagnosticMode": "off",
                },
            },
        )
        capabilities = (server.answer(number) or {}).get("capabilities", {})
        if capabilities.get("positionEncoding") != "utf-8" or not capabilities.get("declarationProvider"):
            raise TypesError(
                "this version of the type checker ty does not speak as fixbot needs; "
                "install the version that fixbot's own requirements name"
            )
        server.notify("initialized", {})
        self._server = server
        self._versions.clear()
        for path in self._texts:
            self._tell(path)
        return server

    def _stop(self) -> None:
        if self._server:
            self._server.kill()
            self._server = None

    def _tell(self, path: str) -> None:
        if self._server is None:
            return
        uri, text = (self._root / path).as_uri(), self._texts[path]
        version = self._versions[path] = self._versions.get(path, 0) + 1
        if version == 1:
            document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
            self._server.notify("textDocument/didOpen", {"textDocument": document})
        else:
            change = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]}
            self._server.notify("textDocument/didChange", change)

    def _write_configuration(self) -> Path:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="fixbot-types-")
        folder = Path(self._scratch.name)
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


def _locations(answer: Any) -> tuple[Location, ...]:
    found = {}
    for item in answer if isinstance(answer, list) else [answer] if isinstance(answer, dict) else []:
        uri = item.get("targetUri") or item.get("uri")
        start = (item.get("targetSelectionRange") or item.get("range") or {}).get("start")
        if uri and start and urlsplit(uri).scheme == "file":
            path = Path(url2pathname(urlsplit(uri).path))
            found[Location(path, start["line"] + 1, start["character"])] = None
    return tuple(found)


def _empty_environment(folder: Path) -> Path:
    """A virtual environment with nothing in it, in the layouts of POSIX and Windows."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for packages in (Path("lib", version, "site-packages"), Path("Lib", "site-packages")):
        (folder / "empty" / packages).mkdir(parents=True, exist_ok=True)
    home = Path(sys.base_prefix, "" if os.name == "nt" else "bin")
    (folder / "empty" / "pyvenv.cfg").write_text(f"home = {home}\nversion = {sys.version.split()[0]}\n")
    return folder / "empty"


def _toml(value: str | list[str]) -> str:
    """A TOML string or list of strings; JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False)


class _ServerGone(Exception):
    """The server closed its pipe or did not answer in time."""


class _Server:
    """JSON-RPC over the pipes of one process; a thread reads answers so that neither side can block."""

    def __init__(self, command: list[str]) -> None:
        try:
            self._process = subprocess.Popen(
                command,
                cwd=tempfile.gettempdir(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as exc:
            raise TypesError(f"the type checker ty cannot be started: {exc}; install fixbot again") from exc
        assert self._process.stdin and self._process.stdout
        self._stdin: IO[bytes] = self._process.stdin
        self._stdout: IO[bytes] = self._process.stdout
        self._numbers = itertools.count(1)
        self._inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._answers: dict[int, Any] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def request(self, method: str, params: object) -> int:
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": params})
        return number

    def notify(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def answer(self, number: int) -> Any:
        """The result of a request; None for an error answer. Raises `_ServerGone`."""
        while number not in self._answers:
            try:
                message = self._inbox.get(timeout=ANSWER_SECONDS)
            except queue.Empty:
                raise _ServerGone(f"no answer within {ANSWER_SECONDS:.0f} s") from None
            if message is None:
                raise _ServerGone(f"exit status {self._process.poll()}")
            if "method" not in message:
                self._answers[message["id"]] = message.get("result")
            elif "id" in message:  # the server asks us; nothing it asks for matters here
                items = message.get("params", {}).get("items") if isinstance(message.get("params"), dict) else None
                self._send({"id": message["id"], "result": [None] * len(items) if items else None})
        return self._answers.pop(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._stdin.close()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            self._stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self._stdin.flush()
        except (OSError, ValueError) as exc:
            raise _ServerGone(str(exc)) from exc

    def _read(self) -> None:
        try:
            while True:
                length = 0
                while (header := self._stdout.readline()) != b"\r\n":
                    if not header:
                        return
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                self._inbox.put(json.loads(self._stdout.read(length)))
        except (OSError, ValueError):
            return
        finally:
            self._inbox.put(None)

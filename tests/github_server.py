"""A small GitHub with a real git repository behind it: stateful, over real HTTP, and able to fail in every way.

    with GitHubServer.started(folder) as github:
        GitHubForge(github.name, github.token, server=github.url, api=github.url)

Requests and answers are checked against GitHub's schema; a violation is kept in `violations`, and leaving `started`
raises it. `python -m tests.github_server PORT` serves one for as long as it runs.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests import git_server
from tests.git_repository import GitRepository
from tests.github_answers import Answers, Comment, Item
from tests.github_api import Problem, Token, answer

FILES = {"app.py": "a = 1\nb = 2\nc = 3\n", "README.md": "An app.\n"}
_VIOLATIONS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    CalledProcessError,
)


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that match, after `skip` that go well.

    `status` 0 drops the connection. `after`: the request is carried out all the same.
    """

    match: str
    """Regular expression for `METHOD path`."""
    status: int
    message: str = "Server Error"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0
    after: bool = False

    def strikes(self, what: str) -> bool:
        """Whether it is this request's turn."""
        if not self.times or not re.search(self.match, what):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class GitHubServer:
    """One repository, its people, and what they do (the methods without `_`). Thread-safe."""

    def __init__(
        self, folder: Path, url: str, *, name: str = "acme/shop", git: GitRepository | None = None
    ) -> None:
        self.folder, self.url, self.name = folder, url, name
        self.git = git or GitRepository.create(folder / f"{name}.git", FILES)
        self.git.git("config", "http.receivepack", "true")
        self.token = "ghs_" + "A1b2" * 9
        self.tokens = {self.token: Token("fixbot[bot]", installation=True)}
        self.answers = Answers(url, name)
        self.items: dict[int, Item] = {}
        self.labels: set[str] = {"bug"}
        self.collaborators = {"ann", "bob"}
        self.has_issues = True
        self.drafts = True
        self.may_create_pulls = True
        """The setting "Allow GitHub Actions to create and approve pull requests"."""
        self.workflows: dict[str, str] = {}
        """State of each by the name of its file."""
        self.lag = 0
        """How many lists do not yet know of what was made."""
        self.faults: list[Fault] = []
        self.calls: list[str] = []
        """`METHOD path` of every API request, and `push`, in order."""
        self.headers: dict[str, str] = {}
        """Sent with every answer, beside GitHub's."""
        self.after: dict[int, Callable[[], object]] = {}
        """What to do when so many calls and pushes have been carried out, before they are answered."""
        self.violations: list[BaseException] = []
        self.seen: list[str] = []
        """Every request line that arrived, with its query: no secret may stand in it."""
        self._lock = threading.RLock()
        self._ids = 9000

    @classmethod
    @contextmanager
    def started(cls, folder: Path, port: int = 0, **options: Any) -> Iterator[GitHubServer]:
        """Serve one on a free port of this machine. Raises the first violation of GitHub's schema at the end."""
        listener = socket.create_server(("127.0.0.1", port))
        server = cls(folder, f"http://127.0.0.1:{listener.getsockname()[1]}", **options)
        config = uvicorn.Config(
            server.app(), log_level="critical", lifespan="off", ws="none", access_log=False
        )
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not running.started:
                time.sleep(0.005)
            yield server
        finally:
            running.should_exit = True
            thread.join(10)
            listener.close()
        if server.violations:
            raise server.violations[0]

    # What people do

    def person_opens(
        self, head: str, base: str, title: str, body: str, *, login: str = "eve", fork: str = ""
    ) -> int:
        with self._lock:
            sha = self.git.sha(head)
            item = Item(self.next_number(), login, title, body, head=head, base=base, head_sha=sha, fork=fork)
            item.base_sha = self.git.sha(base)
            self.items[item.number] = item
            return item.number

    def person_opens_issue(self, title: str, body: str, *, login: str = "eve") -> int:
        with self._lock:
            item = Item(self.next_number(), login, title, body)
            self.items[item.number] = item
            return item.number

    def person_merges(self, number: int, *, squash: bool = False, delete_branch: bool = False) -> str:
        """The merge button; returns the new commit. Raises `CalledProcessError` on a conflict."""
        with self._lock:
            item = self.item(number)
            new = self.git.merge(item.base, item.head_sha, squash=squash, message=f"Merge #{number}")
            item.merged, item.state = True, "closed"
            if delete_branch:
                for child in self.items.values():
                    if child.state == "open" and child.base == item.head:
                        child.base, child.base_sha = item.base, new
                self.git.delete(item.head)
            return new

    def person_closes(self, number: int) -> None:
        self.item(number).state = "closed"

    def person_reopens(self, number: int) -> None:
        with self._lock:
            item = self.item(number)
            item.state, item.head_sha, item.base_sha = (
                "open",
                self.git.sha(item.head),
                self.git.sha(item.base),
            )

    def person_retargets(self, number: int, base: str) -> None:
        with self._lock:
            item = self.item(number)
            item.base, item.base_sha = base, self.git.sha(base)

    def person_labels(self, number: int, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        item = self.item(number)
        item.labels = [label for label in dict.fromkeys([*item.labels, *add]) if label not in remove]

    def person_comments(self, number: int, body: str, *, login: str = "eve") -> None:
        with self._lock:
            self.item(number).comments.append(Comment(self.next_id(), login, body))

    def person_ticks(self, number: int, box: str) -> None:
        """Tick the box of an issue whose line holds `box`. Raises `ValueError` where there is none."""
        item = self.item(number)
        lines = item.body.replace("\r\n", "\n").split("\n")
        at = next((at for at, line in enumerate(lines) if box in line and "[ ]" in line), None)
        if at is None:
            raise ValueError(f"#{number} has no box to tick with {box!r}")
        lines[at] = lines[at].replace("[ ]", "[x]", 1)
        item.body = "\r\n".join(lines)  # as a browser sends it

    def person_edits(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        item = self.item(number)
        item.title = item.title if title is None else title
        item.body = item.body if body is None else body

    def item(self, number: int) -> Item:
        """A pull request or an issue as it is now."""
        with self._lock:
            self._notice()
            return self.items[number]

    def counts(self) -> Counter[str]:
        """How often each method was used, pushes included."""
        return Counter(call.split(" ")[0] for call in self.calls)

    # HTTP

    def app(self) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        app = Starlette()
        app.add_route("/{path:path}", self._serve, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
        return app

    async def _serve(self, request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(self._answer, request, body)

    def _answer(self, request: Request, body: bytes) -> Response:
        raw = request.scope["raw_path"].decode()
        self.seen.append(f"{request.method} {raw}?{request.url.query}")
        if found := re.fullmatch(
            rf"/{self.name}(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)", raw
        ):
            return self._git(request, f"/{self.name}.git/{found[1]}", body)
        path = raw.removeprefix("/api/v3").removeprefix("/api")
        what = f"{request.method} {path}"
        with self._lock:
            self.calls.append(what)
            number = len(self.calls)
            fault = next((fault for fault in self.faults if fault.strikes(what)), None)
            if fault and not fault.after:
                return _failed(fault)
            self._notice()
            response = self._carried_out(request, path, body)
            self._after(number)
        return _failed(fault) if fault else response

    def _carried_out(self, request: Request, path: str, body: bytes) -> Response:
        headers = {
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": "4900",
            "x-ratelimit-reset": "1800000000",
            **self.headers,
        }
        try:
            token = self._token(request)
            data = json.loads(body) if body else {}
            status, answered = answer(self, request.method, path, dict(request.query_params), data, token)
        except Problem as exc:
            return JSONResponse(exc.data, exc.status, headers)
        except _VIOLATIONS as exc:
            self.violations.append(exc)
            return JSONResponse({"message": f"{type(exc).__name__}: {exc}"}, 500)
        return Response(status_code=204) if status == 204 else JSONResponse(answered, status, headers)

    def _git(self, request: Request, raw: str, body: bytes) -> Response:
        is_push = raw.endswith("/git-receive-pack")
        writes = is_push or "service=git-receive-pack" in request.url.query
        able = {value for value, token in self.tokens.items() if token.writes or not writes}
        if not git_server.allowed(request.headers.get("authorization", ""), able):
            return Response(status_code=401, headers={"www-authenticate": 'Basic realm="GitHub"'})
        status, headers, content = git_server.serve(
            self.folder, request.method, unquote(raw), request.url.query, request.headers, body
        )
        if is_push:
            with self._lock:
                self.calls.append("push")
                self._notice()
                self._after(len(self.calls))
        response = Response(content, status)
        for name, value in headers:
            response.headers[name] = value
        return response

    def _after(self, number: int) -> None:
        if number in self.after:
            self.after[number]()

    def _token(self, request: Request) -> Token:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() not in ("token", "bearer") or value not in self.tokens:
            raise Problem(401, "Bad credentials")
        return self.tokens[value]

    # How

    def _notice(self) -> None:
        """What pushes have changed: heads move, what has reached its base is merged, what lost its branch is closed."""
        refs = self.git.refs()
        for item in self.items.values():
            if not item.is_pull or item.state != "open" or item.fork:
                continue
            head, base = refs.get(f"refs/heads/{item.head}", ""), refs.get(f"refs/heads/{item.base}", "")
            if (head, base) == (item.head_sha, item.base_sha):
                continue
            if base and self.git.contains(base, item.head_sha):
                item.merged, item.state = True, "closed"
            elif not head or not base or self.git.contains(base, head):
                item.state = "closed"
            else:
                item.head_sha, item.base_sha = head, base

    def listed(self) -> list[Item]:
        known = [item for item in self.items.values() if not item.hidden]
        for item in self.items.values():
            item.hidden = max(0, item.hidden - 1)
        return known

    def next_number(self) -> int:
        return max(self.items, default=0) + 1

    def next_id(self) -> int:
        self._ids += 1
        return self._ids


def _failed(fault: Fault) -> Response:
    if fault.status == 0:  # promise more than is sent: the connection ends in the middle of the answer
        return _Cut(b"{}", headers={"content-length": "100"})
    return JSONResponse({"message": fault.message}, fault.status, fault.headers)


class _Cut(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


def main() -> None:
    """Serve one until this process is ended, and say how it is reached."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with tempfile.TemporaryDirectory() as folder, GitHubServer.started(Path(folder), port) as server:
        print(json.dumps({"url": server.url, "repository": server.name, "token": server.token}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()

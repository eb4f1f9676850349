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
from tests.github_answers import Answers, Comment, Item, check_answer, check_request, models

FILES = {"app.py": "a = 1\nb = 2\nc = 3\n", "README.md": "An app.\n"}
MOST_BODY = 65_536
_VIOLATIONS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    CalledProcessError,
)


@dataclass(frozen=True)
class Token:
    """What a token is and may do."""

    login: str
    writes: bool = True
    installation: bool = False
    """Of an App, or of a workflow: they have no `/user`."""


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


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, errors: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.data = {
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": str(status),
        }
        if errors:
            self.data["errors"] = list(errors)  # type: ignore[assignment]


def invalid(message: str = "", **fields: str) -> Problem:
    """GitHub's 422."""
    error = {"resource": "PullRequest", "code": "custom", **fields}
    return Problem(422, "Validation Failed", [error | ({"message": message} if message else {})])


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
            item = Item(self._number(), login, title, body, head=head, base=base, head_sha=sha, fork=fork)
            item.base_sha = self.git.sha(base)
            self.items[item.number] = item
            return item.number

    def person_opens_issue(self, title: str, body: str, *, login: str = "eve") -> int:
        with self._lock:
            item = Item(self._number(), login, title, body)
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
            self.item(number).comments.append(Comment(self._id(), login, body))

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
        if f"/{self.name}.git/" in raw:
            return self._git(request, raw, body)
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
            status, answer = self._route(request.method, path, dict(request.query_params), data, token)
        except Problem as exc:
            return JSONResponse(exc.data, exc.status, headers)
        except _VIOLATIONS as exc:
            self.violations.append(exc)
            return JSONResponse({"message": f"{type(exc).__name__}: {exc}"}, 500)
        return Response(status_code=204) if status == 204 else JSONResponse(answer, status, headers)

    def _git(self, request: Request, raw: str, body: bytes) -> Response:
        if not git_server.allowed(request.headers.get("authorization", ""), set(self.tokens)):
            return Response(status_code=401, headers={"www-authenticate": 'Basic realm="GitHub"'})
        is_push = raw.endswith("/git-receive-pack")
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

    # The API

    def _route(
        self, method: str, path: str, query: dict[str, str], data: dict[str, Any], token: Token
    ) -> tuple[int, Any]:
        for pattern, handler in _ROUTES.items():
            if found := re.fullmatch(pattern, f"{method} {path.removeprefix(f'/repos/{self.name}')}"):
                if method != "GET" and "graphql" not in path and not token.writes:
                    raise Problem(403, "Resource not accessible by integration")
                parts = [unquote(part) for part in found.groups()]
                shape, request_shape = _SHAPES.get(handler, (None, None))
                if request_shape is not None:
                    check_request(request_shape, data)
                status, answer = getattr(self, handler)(*parts, query=query, data=data, token=token)
                if shape is not None:
                    check_answer(shape, answer)
                return status, answer
        raise Problem(404, "Not Found")

    def _viewer(self, *, token: Token, **_: Any) -> tuple[int, Any]:
        if token.installation:
            raise Problem(403, "Resource not accessible by integration")
        return 200, self.answers.public_user(token.login)

    def _graphql(self, *, data: dict[str, Any], token: Token, **_: Any) -> tuple[int, Any]:
        query = data["query"]
        answer: dict[str, Any] = {}
        errors = []
        if "viewer" in query:
            answer["viewer"] = {"login": token.login}
        if "repository(" in query:
            owner, name = data["variables"]["owner"], data["variables"]["name"]
            if f"{owner}/{name}" != self.name:
                return 200, {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "no"}]}
            found: dict[str, Any] = {}
            for key, number, fields in re.findall(
                r"(\w+): pullRequest\(number: (\d+)\) \{(.*?\})? \}", query
            ):
                item = self.items.get(int(number))
                if item and item.is_pull and not item.hidden:
                    found[key] = self._node(item, fields)
                else:
                    found[key] = None
                    words = f"Could not resolve to a PullRequest with the number of {number}."
                    errors.append({"type": "NOT_FOUND", "path": ["repository", key], "message": words})
            answer["repository"] = found
        return 200, {"data": answer} | ({"errors": errors} if errors else {})

    def _node(self, item: Item, fields: str) -> dict[str, Any]:
        everything = {
            "headRefName": item.head,
            "baseRefName": item.base,
            "headRefOid": item.head_sha,
            "isCrossRepository": bool(item.fork),
            "isDraft": item.draft,
            "state": "MERGED" if item.merged else item.state.upper(),
            "title": item.title,
            "url": self.answers.issue(item)["html_url"],
            "author": {"__typename": "Bot", "login": item.author.removesuffix("[bot]")},
        }
        return {name: value for name, value in everything.items() if re.search(rf"\b{name}\b", fields)}

    def _rate_limit(self, **_: Any) -> tuple[int, Any]:
        limit = {"limit": 5000, "remaining": 4900, "reset": 1_800_000_000, "used": 100}
        return 200, {"resources": {"core": limit, "search": limit, "graphql": limit}, "rate": limit}

    def _repository(self, **_: Any) -> tuple[int, Any]:
        return 200, self.answers.repository(issues=self.has_issues)

    def _workflow_permissions(self, **_: Any) -> tuple[int, Any]:
        return 200, {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": self.may_create_pulls,
        }

    def _permission(self, login: str, **_: Any) -> tuple[int, Any]:
        level = "write" if login in self.collaborators else "read"
        return 200, {"permission": level, "role_name": level, "user": None}

    def _branch(self, name: str, **_: Any) -> tuple[int, Any]:
        if not (sha := self.git.sha(name)):
            raise Problem(404, "Branch not found")
        return 200, {"name": name, "commit": {"sha": sha, "url": self.url}, "protected": False}

    def _list_pulls(self, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        state = query.get("state", "open")
        head, base = query.get("head"), query.get("base")
        found = [
            item
            for item in self._listed()
            if item.is_pull
            and state in ("all", item.state)
            and head in (None, f"{item.fork or self.answers.owner}:{item.head}")
            and base in (None, item.base)
        ]
        order = query.get("direction", "desc")
        return 200, [self.answers.pull_simple(item) for item in _page(found, query, order)]

    def _create_pull(self, *, data: dict[str, Any], token: Token, **_: Any) -> tuple[int, Any]:
        if not self.may_create_pulls and token.login == "github-actions[bot]":
            raise Problem(403, "GitHub Actions is not permitted to create or approve pull requests.")
        head, base = data["head"].removeprefix(f"{self.answers.owner}:"), data["base"]
        head_sha, base_sha = self.git.sha(head), self.git.sha(base)
        if not head_sha:
            raise invalid(field="head", code="invalid")
        if not base_sha:
            raise invalid(field="base", code="invalid")
        if data.get("draft") and not self.drafts:
            raise Problem(422, "Draft pull requests are not supported in this repository.")
        for item in self.items.values():
            if item.is_pull and (item.head, item.base, item.state) == (head, base, "open"):
                raise invalid(f"A pull request already exists for {self.answers.owner}:{head}.")
        if self.git.contains(base_sha, head_sha):
            raise invalid(f"No commits between {base} and {head}")
        body = _checked_body(data)
        item = Item(self._number(), token.login, data["title"], body, head=head, base=base, hidden=self.lag)
        item.head_sha, item.base_sha, item.draft = head_sha, base_sha, bool(data.get("draft"))
        self.items[item.number] = item
        return 201, self._pull_answer(item)

    def _get_pull(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, self._pull_answer(self._pull(number))

    def _edit_pull(self, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
        item = self._pull(number)
        if (state := data.get("state", item.state)) != item.state:
            if item.merged:
                raise invalid("state cannot be changed. The pull request is merged.")
            if state == "open":
                if not self.git.sha(item.head):
                    raise invalid(f"state cannot be changed. The {item.head} branch has been deleted.")
                item.head_sha, item.base_sha = self.git.sha(item.head), self.git.sha(item.base)
            item.state = state
        if "base" in data:
            if not self.git.sha(data["base"]):
                raise invalid(field="base", code="invalid")
            item.base, item.base_sha = data["base"], self.git.sha(data["base"])
        item.title = data.get("title", item.title)
        item.body = _checked_body(data, item.body)
        return 200, self._pull_answer(item)

    def _merge_pull(self, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
        item = self._pull(number)
        if item.state != "open" or not self.git.merges(item.base, item.head_sha):
            raise Problem(405, "Pull Request is not mergeable")
        sha = self.person_merges(item.number, squash=data.get("merge_method") == "squash")
        return 200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"}

    def _ask_reviews(self, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
        item = self._pull(number)
        for login in data.get("reviewers", []):
            if login == item.author:
                raise Problem(422, "Review cannot be requested from pull request author.")
            if login not in self.collaborators:
                raise Problem(422, "Reviews may only be requested from collaborators. One or more are not.")
        item.reviewers = list(dict.fromkeys([*item.reviewers, *data.get("reviewers", [])]))
        item.teams = list(dict.fromkeys([*item.teams, *data.get("team_reviewers", [])]))
        return 201, self.answers.pull_simple(item)

    def _list_issues(self, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        state, creator = query.get("state", "open"), query.get("creator")
        found = [
            item
            for item in self._listed()
            if state in ("all", item.state)
            and creator in (None, item.author)
            and (self.has_issues or item.is_pull)
        ]
        order = query.get("direction", "desc")
        return 200, [self.answers.issue(item) for item in _page(found, query, order)]

    def _create_issue(self, *, data: dict[str, Any], token: Token, **_: Any) -> tuple[int, Any]:
        if not self.has_issues:
            raise Problem(410, "Issues has been disabled in this repository.")
        item = Item(self._number(), token.login, data["title"], _checked_body(data), hidden=self.lag)
        self.items[item.number] = item
        return 201, self.answers.issue(item)

    def _get_issue(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, self.answers.issue(self._item(number))

    def _edit_issue(self, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
        item = self._item(number)
        item.title, item.state = data.get("title", item.title), data.get("state", item.state)
        item.body = _checked_body(data, item.body)
        return 200, self.answers.issue(item)

    def _list_comments(self, number: str, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        item = self._item(number)
        return 200, [self.answers.comment(item, comment) for comment in _page(item.comments, query, "asc")]

    def _create_comment(
        self, number: str, *, data: dict[str, Any], token: Token, **_: Any
    ) -> tuple[int, Any]:
        item = self._item(number)
        comment = Comment(self._id(), token.login, _checked_body(data))
        item.comments.append(comment)
        return 201, self.answers.comment(item, comment)

    def _edit_comment(self, wanted: str, *, data: dict[str, Any], token: Token, **_: Any) -> tuple[int, Any]:
        for item in self.items.values():
            for comment in item.comments:
                if comment.id == int(wanted):
                    if comment.author != token.login:
                        raise Problem(403, "Must have admin rights to Repository.")
                    comment.body = _checked_body(data)
                    return 200, self.answers.comment(item, comment)
        raise Problem(404, "Not Found")

    def _list_labels(self, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        return 200, [self.answers.label(name) for name in _page(sorted(self.labels), query, "asc")]

    def _add_labels(self, number: str, *, data: Any, **_: Any) -> tuple[int, Any]:
        item = self._item(number)
        names = data if isinstance(data, list) else data["labels"]
        self.labels |= set(names)
        item.labels = list(dict.fromkeys([*item.labels, *names]))
        return 200, [self.answers.label(name) for name in item.labels]

    def _remove_label(self, number: str, name: str, **_: Any) -> tuple[int, Any]:
        item = self._item(number)
        if name not in item.labels:
            raise Problem(404, "Label does not exist")
        item.labels.remove(name)
        return 200, [self.answers.label(label) for label in item.labels]

    def _assign(self, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
        item = self._item(number)
        there = [login for login in data["assignees"] if login in self.collaborators]
        item.assignees = list(dict.fromkeys([*item.assignees, *there]))
        return 201, self.answers.issue(item)

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

    def _listed(self) -> list[Item]:
        known = [item for item in self.items.values() if not item.hidden]
        for item in self.items.values():
            item.hidden = max(0, item.hidden - 1)
        return known

    def _pull_answer(self, item: Item) -> dict[str, Any]:
        mergeable = self.git.merges(item.base, item.head_sha) if item.state == "open" else None
        return self.answers.pull(item, mergeable=mergeable)

    def _item(self, number: str) -> Item:
        if int(number) not in self.items:
            raise Problem(404, "Not Found")
        return self.items[int(number)]

    def _pull(self, number: str) -> Item:
        if not (item := self._item(number)).is_pull:
            raise Problem(404, "Not Found")
        return item

    def _number(self) -> int:
        return max(self.items, default=0) + 1

    def _id(self) -> int:
        self._ids += 1
        return self._ids


def _page(items: Sequence[Any], query: dict[str, str], order: str) -> Sequence[Any]:
    ordered = list(items) if order == "asc" else list(reversed(items))
    size, number = min(int(query.get("per_page", "30")), 100), int(query.get("page", "1"))
    return ordered[(number - 1) * size : number * size]


def _checked_body(data: dict[str, Any], before: str = "") -> str:
    body = data.get("body", before) or ""
    if len(body) > MOST_BODY:
        raise invalid("body is too long (maximum is 65536 characters)", field="body")
    return str(body)


def _failed(fault: Fault) -> Response:
    if fault.status == 0:  # promise more than is sent: the connection ends in the middle of the answer
        return _Cut(b"{}", headers={"content-length": "100"})
    return JSONResponse({"message": fault.message}, fault.status, fault.headers)


class _Cut(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


_ROUTES = {
    r"GET /user": "_viewer",
    r"POST /graphql": "_graphql",
    r"GET /rate_limit": "_rate_limit",
    r"GET ": "_repository",
    r"GET /actions/permissions/workflow": "_workflow_permissions",
    r"GET /collaborators/([^/]+)/permission": "_permission",
    r"GET /branches/([^/]+)": "_branch",
    r"GET /pulls": "_list_pulls",
    r"POST /pulls": "_create_pull",
    r"GET /pulls/(\d+)": "_get_pull",
    r"PATCH /pulls/(\d+)": "_edit_pull",
    r"PUT /pulls/(\d+)/merge": "_merge_pull",
    r"POST /pulls/(\d+)/requested_reviewers": "_ask_reviews",
    r"GET /issues": "_list_issues",
    r"POST /issues": "_create_issue",
    r"GET /issues/(\d+)": "_get_issue",
    r"PATCH /issues/(\d+)": "_edit_issue",
    r"GET /issues/(\d+)/comments": "_list_comments",
    r"POST /issues/(\d+)/comments": "_create_comment",
    r"PATCH /issues/comments/(\d+)": "_edit_comment",
    r"GET /labels": "_list_labels",
    r"POST /issues/(\d+)/labels": "_add_labels",
    r"DELETE /issues/(\d+)/labels/([^/]+)": "_remove_label",
    r"POST /issues/(\d+)/assignees": "_assign",
}
_SHAPES: dict[str, tuple[Any, Any]] = {
    "_viewer": (models.PublicUser, None),
    "_rate_limit": (models.RateLimitOverview, None),
    "_repository": (models.FullRepository, None),
    "_workflow_permissions": (models.ActionsGetDefaultWorkflowPermissions, None),
    "_permission": (models.RepositoryCollaboratorPermission, None),
    "_list_pulls": (list[models.PullRequestSimple], None),
    "_create_pull": (models.PullRequest, models.ReposOwnerRepoPullsPostBody),
    "_get_pull": (models.PullRequest, None),
    "_edit_pull": (models.PullRequest, models.ReposOwnerRepoPullsPullNumberPatchBody),
    "_merge_pull": (models.PullRequestMergeResult, models.ReposOwnerRepoPullsPullNumberMergePutBody),
    "_ask_reviews": (
        models.PullRequestSimple,
        models.ReposOwnerRepoPullsPullNumberRequestedReviewersPostBodyAnyof0,
    ),
    "_list_issues": (list[models.Issue], None),
    "_create_issue": (models.Issue, models.ReposOwnerRepoIssuesPostBody),
    "_get_issue": (models.Issue, None),
    "_edit_issue": (models.Issue, models.ReposOwnerRepoIssuesIssueNumberPatchBody),
    "_list_comments": (list[models.IssueComment], None),
    "_create_comment": (models.IssueComment, models.ReposOwnerRepoIssuesIssueNumberCommentsPostBody),
    "_edit_comment": (models.IssueComment, models.ReposOwnerRepoIssuesCommentsCommentIdPatchBody),
    "_list_labels": (list[models.Label], None),
    "_add_labels": (list[models.Label], models.ReposOwnerRepoIssuesIssueNumberLabelsPostBodyOneof0),
    "_remove_label": (list[models.Label], None),
    "_assign": (models.Issue, models.ReposOwnerRepoIssuesIssueNumberAssigneesPostBody),
}


def main() -> None:
    """Serve one until this process is ended, and say how it is reached."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with tempfile.TemporaryDirectory() as folder, GitHubServer.started(Path(folder), port) as server:
        print(json.dumps({"url": server.url, "repository": server.name, "token": server.token}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()

"""The forge in a folder: a bare repository, JSON files, and pages to open in a browser. It needs no network.

    FOLDER/index.html        what people look at; pages/N.html is one pull request or issue
    FOLDER/repository.git    what git fetches from and pushes to
    FOLDER/items/N.json      pull requests and issues

It behaves as GitHub does where that matters: a pull request whose commits have reached its base is merged, one
whose branch is gone is closed. What a person does there (`merge`, `close`, `reopen`) is done by `as_person`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fixbot.errors import ForgeError
from fixbot.pulls.forges import Page, Repository, pages
from fixbot.pulls.forges.bare import BareRepository
from fixbot.pulls.forges.marks import folder_of, is_marked, marked, marker, same_text
from fixbot.pulls.forges.store import Comment, Item, Store
from fixbot.pulls.model import PullRequest, PullState

LOGIN = "fixbot"


class LocalForge:
    """The forge in `folder`, which `create` has made, as `login` sees it."""

    def __init__(self, folder: Path, *, login: str = LOGIN) -> None:
        self.folder = folder.resolve()
        self.login = login
        self.git = BareRepository(self.folder / "repository.git")
        self.remote = str(self.git.path)
        self.environment: Mapping[str, str] = {"GIT_ALLOW_PROTOCOL": "file"}
        self._store = Store(self.folder)
        if not (self.folder / "items").is_dir():
            raise ForgeError(f"There is no local forge in {self.folder}")

    @classmethod
    def create(cls, folder: Path, source: Path, default_branch: str) -> LocalForge:
        """Make one of the default branch of the repository `source`, or bring the one that is there up to date.

        Nothing is written in `source`. Raises `ForgeError`, also where both have commits the other lacks.
        """
        folder = folder.resolve()
        git = BareRepository(folder / "repository.git")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with Store(folder).locked():
                if not (folder / "items").is_dir():
                    git.create(default_branch)
                    (folder / "pages").mkdir(exist_ok=True)
                    (folder / "items").mkdir()
                git.fetch(source, default_branch)
        except OSError as exc:
            raise ForgeError(f"No local forge can be made in {folder}: {exc.strerror or exc}") from None
        forge = cls(folder)
        with forge._changing():
            forge._show(*forge._store.items())
        return forge

    def as_person(self, login: str) -> LocalForge:
        """The same forge as somebody else sees it."""
        return LocalForge(self.folder, login=login)

    # What the bot asks of a forge

    def repository(self) -> Repository:
        return Repository(str(self.folder), "", self.git.default_branch(), self.login, issues=True)

    def pull_requests(self, prefix: str) -> Sequence[PullRequest]:
        with self._changing():
            return [
                self._pull(item)
                for item in self._pulls()
                if item.author == self.login and item.branch.startswith(folder_of(prefix))
            ]

    def pull_request(self, number: int) -> tuple[PullRequest, Page]:
        with self._changing():
            item = self._only_pull(number)
            return self._pull(item), self._page(item)

    def open_pull_request(self, branch: str, base: str, title: str, body: str, *, draft: bool) -> PullRequest:
        with self._changing():
            for item in self._pulls():
                if (item.branch, item.base, item.state) == (branch, base, PullState.OPEN):
                    return self._pull(item)
            head = self._commits(branch, base)
            item = Item(
                *(self._next_number(), "pull", self.login, title, body),
                draft=draft,
                branch=branch,
                base=base,
                head_sha=head,
                base_sha=self.git.branch(base),
            )
            self._save(item)
            return self._pull(item)

    def edit_pull_request(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        base: str | None = None,
        state: PullState | None = None,
    ) -> None:
        with self._changing():
            before = item = self._only_pull(number)
            if base is not None and not self.git.branch(base):
                raise ForgeError(f"#{number} cannot go into {base}: there is no such branch")
            if state is not None:
                item = self._set_state(item, state)
            item = replace(
                item,
                title=item.title if title is None else title,
                body=item.body if body is None else body,
                base=item.base if base is None else base,
                base_sha=item.base_sha if base is None else self.git.branch(base),
            )
            self._save(item, before=before)

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        self._change(number, lambda item: replace(item, labels=_with(item.labels, labels)))

    def remove_labels(self, number: int, labels: Sequence[str]) -> None:
        self._change(number, lambda item: replace(item, labels=_without(item.labels, labels)))

    def request(self, number: int, *, assignees: Sequence[str], reviewers: Sequence[str]) -> Sequence[str]:
        self._change(
            number,
            lambda item: replace(
                item,
                assignees=_with(item.assignees, assignees),
                reviewers=_with(item.reviewers, reviewers),
            ),
        )
        return []

    def comment(self, number: int, topic: str, body: str) -> None:
        new = Comment(self.login, marked(topic, body))

        def said(item: Item) -> Item:
            comments = list(item.comments)
            for at, old in enumerate(comments):
                if old.author == self.login and is_marked(topic, old.body):
                    comments[at] = old if same_text(old.body, new.body) else new
                    return replace(item, comments=tuple(comments))
            return replace(item, comments=(*comments, new))

        self._change(number, said)

    def find_issue(self, topic: str) -> Page | None:
        with self._changing():
            item = self._issue(topic)
            return self._page(item) if item else None

    def save_issue(self, topic: str, title: str, body: str) -> Page:
        with self._changing():
            found = self._issue(topic)
            item = found or Item(self._next_number(), "issue", self.login, title, "")
            if item.title != title or not same_text(item.body, marked(topic, body)):
                item = replace(item, title=title, body=marked(topic, body))
                self._save(item)
            return self._page(item)

    # What a person does

    def item(self, number: int) -> Item:
        """A pull request or an issue with all that the forge has of it."""
        with self._changing():
            return self._store.item(number)

    def merge(self, number: int, *, squash: bool = False, delete_branch: bool = False) -> str:
        """Merge it into its base and return the new commit. Raises `ForgeError` where it conflicts or is not open."""
        with self._changing():
            item = self._only_pull(number)
            if item.state != PullState.OPEN:
                raise ForgeError(f"#{number} is {item.state} and cannot be merged")
            message = f"{item.title} (#{number})" if squash else f"Merge pull request #{number}: {item.title}"
            new = self.git.merge(item.base, item.head_sha, message, squash=squash, author=self.login)
            self._save(replace(item, state=PullState.MERGED))
            if delete_branch:
                for child in self._pulls():
                    if child.base == item.branch and child.state == PullState.OPEN:
                        self._save(replace(child, base=item.base, base_sha=new))
                self.git.delete_branch(item.branch)
            return new

    def close(self, number: int) -> None:
        """Close it unmerged; the branch stays."""
        self._change(number, lambda item: self._set_state(item, PullState.CLOSED))

    def reopen(self, number: int) -> None:
        """Open it again. Raises `ForgeError` where its branch is gone or it was merged."""
        self._change(number, lambda item: self._set_state(item, PullState.OPEN))

    # How

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone with the folder, and with what pushes have changed taken into account."""
        with self._store.locked():
            branches = self.git.branches()
            noticed = [(item, self._noticed(item, branches)) for item in self._pulls()]
            changed = [now for before, now in noticed if now != before]
            for item in changed:
                self._store.save(item)
            if changed:
                self._show(*changed)
            yield

    def _noticed(self, item: Item, branches: Mapping[str, str]) -> Item:
        """The pull request after what has happened to its branch and its base since."""
        base, head = branches.get(item.base, ""), branches.get(item.branch, "")
        if item.state != PullState.OPEN or (head, base) == (item.head_sha, item.base_sha):
            return item
        if base and self.git.contains(base, item.head_sha):
            return replace(item, state=PullState.MERGED)
        if not head or not base or self.git.contains(base, head):
            return replace(item, state=PullState.CLOSED)
        return replace(item, head_sha=head, base_sha=base)

    def _set_state(self, item: Item, state: PullState) -> Item:
        if item.state == state:
            return item
        if PullState.MERGED in (state, item.state):
            raise ForgeError(f"#{item.number} is {item.state} and cannot be made {state}")
        if item.kind == "pull" and state == PullState.OPEN:
            head = self._commits(item.branch, item.base)
            return replace(item, state=state, head_sha=head, base_sha=self.git.branch(item.base))
        return replace(item, state=state)

    def _commits(self, branch: str, base: str) -> str:
        """SHA of a branch that has something to merge into `base`."""
        head, onto = self.git.branch(branch), self.git.branch(base)
        if not head or not onto:
            raise ForgeError(
                f"No pull request of {branch} into {base}: there is no branch {base if head else branch}"
            )
        if self.git.contains(onto, head):
            raise ForgeError(f"No pull request of {branch} into {base}: there are no commits between them")
        return head

    def _change(self, number: int, change: Callable[[Item], Item]) -> None:
        with self._changing():
            item = self._store.item(number)
            self._save(change(item), before=item)

    def _save(self, item: Item, *, before: Item | None = None) -> None:
        if item != before:
            self._store.save(item)
            self._show(item)

    def _show(self, *items: Item) -> None:
        """Make the pages of these, and the index, anew."""
        try:
            for item in items:
                diff = self.git.diff(item.base_sha, item.head_sha) if item.head_sha else ""
                path = self.folder / "pages" / f"{item.number}.html"
                path.write_text(pages.page(item, diff), encoding="utf-8", errors="replace")
            text = pages.index(str(self.folder), self._store.items())
            (self.folder / "index.html").write_text(text, encoding="utf-8", errors="replace")
        except OSError as exc:
            raise ForgeError(f"The pages in {self.folder} cannot be written: {exc.strerror or exc}") from None

    def _pulls(self) -> list[Item]:
        return [item for item in self._store.items() if item.kind == "pull"]

    def _only_pull(self, number: int) -> Item:
        item = self._store.item(number)
        if item.kind != "pull":
            raise ForgeError(f"#{number} is no pull request")
        return item

    def _issue(self, topic: str) -> Item | None:
        issues = (item for item in self._store.items() if item.kind == "issue" and item.author == self.login)
        return next((item for item in issues if is_marked(topic, item.body)), None)

    def _next_number(self) -> int:
        return max((item.number for item in self._store.items()), default=0) + 1

    def _url(self, item: Item) -> str:
        return (self.folder / "pages" / f"{item.number}.html").as_uri()

    def _page(self, item: Item) -> Page:
        return Page(item.number, self._url(item), item.title, item.body, item.state == PullState.OPEN)

    def _pull(self, item: Item) -> PullRequest:
        found = marker(
            item.body, branch=item.branch, author=item.author, login=self.login, same_repository=True
        )
        return PullRequest(
            number=item.number,
            url=self._url(item),
            branch=item.branch,
            base=item.base,
            title=item.title,
            state=item.state,
            draft=item.draft,
            author=item.author,
            head_sha=item.head_sha,
            labels=item.labels,
            marker=found,
        )


def _with(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def _without(old: Sequence[str], gone: Sequence[str]) -> tuple[str, ...]:
    return tuple(label for label in old if label not in gone)

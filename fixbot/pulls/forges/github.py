"""GitHub as a forge: github.com and Enterprise, with a personal, an App installation's or a workflow's token.

The bot's own pull requests are found by their author, which GitHub filters, so that a repository with thousands of
others costs no more requests; branches and states of those come from one query for a hundred of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fixbot.errors import ForgeError
from fixbot.pulls.forges import Page, Repository
from fixbot.pulls.forges.api import PER_PAGE, Api, Refused
from fixbot.pulls.forges.budget import Budget
from fixbot.pulls.forges.examine import Examination, kind_of
from fixbot.pulls.forges.marks import PULL, folder_of, is_marked, marked, marker, same_text
from fixbot.pulls.forges.secrets import git_environment
from fixbot.pulls.model import PullRequest, PullState

WORKFLOW_LOGIN = "github-actions[bot]"
"""Who the `GITHUB_TOKEN` of a workflow is."""
_HEADS = (
    "headRefName baseRefName headRefOid isCrossRepository isDraft state title url author { __typename login }"
)


class GitHubForge:
    """The repository `owner/name` on one GitHub."""

    def __init__(
        self, repository: str, token: str, *, server: str, api: str, budget: Budget | None = None
    ) -> None:
        self.remote = f"{server.rstrip('/')}/{repository}.git"
        self.environment: Mapping[str, str] = git_environment(server, token)
        self._owner = repository.partition("/")[0]
        self._repository = repository
        self._path = f"/repos/{repository}"
        self._api = Api(api, token, budget or Budget())
        self._kind = lambda: kind_of(token, is_workflow=self.login() == WORKFLOW_LOGIN)
        self._installation = token.startswith("ghs_")
        self._login = ""
        self._mine: list[dict[str, Any]] | None = None
        self._read_until = 0
        """The request that `_mine` was complete with; after any further one it may be out of date."""

    def repository(self) -> Repository:
        data = self._api.get(self._path)
        return Repository(
            name=str(data["full_name"]),
            url=str(data["html_url"]),
            default_branch=str(data["default_branch"]),
            login=self.login(),
            issues=bool(data["has_issues"]),
            workflow_token=self.login() == WORKFLOW_LOGIN,
        )

    def login(self) -> str:
        """Who the token belongs to; asked once. Raises `ForgeError`."""
        if not self._login:
            try:
                login = str(self._api.graphql("query { viewer { login } }")["viewer"]["login"])
            except (ForgeError, KeyError, TypeError):
                try:
                    login = str(self._api.get("/user")["login"])
                except Refused as exc:
                    raise ForgeError(f"GitHub does not tell whose token this is: {exc}") from None
            is_app = self._installation and not login.endswith("[bot]")
            self._login = f"{login}[bot]" if is_app else login
        return self._login

    def examination(self) -> Examination:
        """What `fixbot doctor` asks."""
        return Examination(self._api, self._path, self._kind)

    def pull_requests(self, prefix: str) -> Sequence[PullRequest]:
        self._mine = self._listed()
        own = {
            int(item["number"]): item
            for item in self._mine
            if (about := item.get("pull_request"))
            and (is_marked(PULL, item["body"] or "") or not about.get("merged_at"))
        }
        heads = self._heads(sorted(own))
        self._read_until = self._api.asked
        pulls = (self._pull_of(own[number], head) for number, head in sorted(heads.items()))
        return [
            pull
            for pull, same in pulls
            if same and pull.branch.startswith(folder_of(prefix)) and pull.author == self.login()
        ]

    def pull_request(self, number: int) -> tuple[PullRequest, Page]:
        data = self._api.get(f"{self._path}/pulls/{number}")
        return self._pull(data), _page(data)

    def open_pull_request(self, branch: str, base: str, title: str, body: str, *, draft: bool) -> PullRequest:
        given = {"head": branch, "base": base, "title": title, "body": body, "draft": draft}
        path = f"{self._path}/pulls"
        try:
            data = self._api.write("POST", path, given, look=lambda: self._open_one(branch, base))
        except Refused as exc:
            words = exc.answer.message.lower()
            if exc.answer.status != 422:
                raise
            if draft and "draft pull requests are not supported" in words:
                return self.open_pull_request(branch, base, title, body, draft=False)
            data = self._wait_for(branch, base) if "already exists" in words else None
            if data is None:
                raise
        self._mine = None
        return self._pull(data)

    def edit_pull_request(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        base: str | None = None,
        state: PullState | None = None,
    ) -> None:
        given = {"title": title, "body": body, "base": base, "state": state and str(state)}
        given = {key: value for key, value in given.items() if value is not None}
        if given:
            self._api.write("PATCH", f"{self._path}/pulls/{number}", given)
            self._mine = None

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        if labels:
            self._api.write("POST", f"{self._path}/issues/{number}/labels", {"labels": list(labels)})

    def remove_labels(self, number: int, labels: Sequence[str]) -> None:
        for label in labels:
            try:
                self._api.write("DELETE", f"{self._path}/issues/{number}/labels/{quote(label, safe='')}")
            except Refused as exc:
                if exc.answer.status != 404:
                    raise

    def request(self, number: int, *, assignees: Sequence[str], reviewers: Sequence[str]) -> Sequence[str]:
        return [*self._assign(number, assignees), *self._ask_reviews(number, reviewers)]

    def comment(self, number: int, topic: str, body: str) -> None:
        text = marked(topic, body)
        path = f"{self._path}/issues/{number}/comments"
        found = self._own_comment(path, topic)
        if found is None:
            self._api.write("POST", path, {"body": text}, look=lambda: self._own_comment(path, topic))
        elif not same_text(found["body"] or "", text):
            self._api.write("PATCH", f"{self._path}/issues/comments/{found['id']}", {"body": text})

    def find_issue(self, topic: str) -> Page | None:
        found = self._own_issue(topic, self._own())
        return _page(found) if found else None

    def save_issue(self, topic: str, title: str, body: str) -> Page:
        text = marked(topic, body)
        found = self._own_issue(topic, self._listed())
        if found and found["title"] == title and same_text(found["body"] or "", text):
            return _page(found)
        if found:
            path = f"{self._path}/issues/{found['number']}"
            data = self._api.write("PATCH", path, {"title": title, "body": text})
        else:
            given = {"title": title, "body": text}
            data = self._api.write(
                "POST", f"{self._path}/issues", given, look=lambda: self._own_issue(topic, self._listed())
            )
        self._mine = None
        return _page(data)

    # How

    def _own(self) -> list[dict[str, Any]]:
        """Every issue and pull request of the bot here: what `pull_requests` read if nothing was asked since, else read anew."""
        mine, self._mine = self._mine, None
        return mine if mine is not None and self._read_until == self._api.asked else self._listed()

    def _listed(self) -> list[dict[str, Any]]:
        pages = self._api.pages(f"{self._path}/issues", creator=self.login(), state="all", direction="asc")
        return [item for page in pages for item in page if self._is_own(item)]

    def _is_own(self, item: Mapping[str, Any]) -> bool:
        return bool((item.get("user") or {}).get("login") == self.login())

    def _heads(self, numbers: Sequence[int]) -> dict[int, Mapping[str, Any]]:
        """Branches and state of these pull requests, a hundred in one request."""
        owner, name = self._repository.split("/")
        found: dict[int, Mapping[str, Any]] = {}
        for at in range(0, len(numbers), PER_PAGE):
            fields = " ".join(
                f"p{number}: pullRequest(number: {number}) {{ {_HEADS} }}"
                for number in numbers[at : at + PER_PAGE]
            )
            query = (
                "query($owner: String!, $name: String!) "
                f"{{ repository(owner: $owner, name: $name) {{ {fields} }} }}"
            )
            data = self._api.graphql(query, owner=owner, name=name).get("repository") or {}
            found |= {int(key[1:]): head for key, head in data.items() if head}
        return found

    def _open_one(self, branch: str, base: str) -> dict[str, Any] | None:
        found = self._api.get(
            f"{self._path}/pulls", head=f"{self._owner}:{branch}", base=base, state="open", per_page=PER_PAGE
        )
        return next((pull for pull in found if pull["head"]["ref"] == branch), None)

    def _wait_for(self, branch: str, base: str) -> dict[str, Any] | None:
        """The one that GitHub says exists, also when its lists learn of it a little later."""
        for seconds in (2, 4, 8):
            if found := self._open_one(branch, base):
                return found
            self._api.budget.sleep(seconds)
        return self._open_one(branch, base)

    def _own_comment(self, path: str, topic: str) -> dict[str, Any] | None:
        comments = (comment for page in self._api.pages(path) for comment in page)
        return next((c for c in comments if self._is_own(c) and is_marked(topic, c["body"] or "")), None)

    def _own_issue(self, topic: str, own: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
        issues = [item for item in own if "pull_request" not in item]
        found = (item for item in issues if is_marked(topic, item["body"] or ""))
        return min(found, key=lambda item: int(item["number"]), default=None)

    def _assign(self, number: int, people: Sequence[str]) -> Iterator[str]:
        if people:
            path = f"{self._path}/issues/{number}/assignees"
            data = self._api.write("POST", path, {"assignees": list(people)})
            there = {str(user["login"]).lower() for user in data.get("assignees") or []}
            yield from (f"{who} cannot be assigned" for who in people if who.lower() not in there)

    def _ask_reviews(self, number: int, people: Sequence[str]) -> Iterator[str]:
        """Ask all at once; where GitHub refuses that, each alone, to tell whom it does not accept."""
        if not people:
            return
        path = f"{self._path}/pulls/{number}/requested_reviewers"
        try:
            self._api.write("POST", path, _reviewers(people))
        except Refused as exc:
            if exc.answer.status != 422:
                raise
            if len(people) == 1:
                yield f"{people[0]} cannot be asked for a review: {exc.answer.message}"
                return
            for who in people:
                yield from self._ask_reviews(number, [who])

    def _pull(self, data: Mapping[str, Any]) -> PullRequest:
        author = (data["user"] or {}).get("login", "")
        branch = str(data["head"]["ref"])
        head_repository = data["head"]["repo"] or {}
        merged = bool(data.get("merged_at"))
        return PullRequest(
            number=int(data["number"]),
            url=str(data["html_url"]),
            branch=branch,
            base=str(data["base"]["ref"]),
            title=str(data["title"]),
            state=PullState.MERGED if merged else PullState(data["state"]),
            draft=bool(data.get("draft")),
            author=str(author),
            head_sha=str(data["head"]["sha"]),
            labels=tuple(str(label["name"]) for label in data["labels"]),
            marker=marker(
                data["body"] or "",
                branch=branch,
                author=str(author),
                login=self.login(),
                same_repository=head_repository.get("full_name") == data["base"]["repo"]["full_name"],
            ),
        )

    def _pull_of(self, item: Mapping[str, Any], head: Mapping[str, Any]) -> tuple[PullRequest, bool]:
        """The pull request of an issue in the list and of its branches, and whether it is of this repository."""
        author, branch = str(item["user"]["login"]), str(head["headRefName"])
        same = not head["isCrossRepository"]
        found = marker(
            item["body"] or "", branch=branch, author=author, login=self.login(), same_repository=same
        )
        pull = PullRequest(
            number=int(item["number"]),
            url=str(head["url"]),
            branch=branch,
            base=str(head["baseRefName"]),
            title=str(head["title"]),
            state=PullState(str(head["state"]).lower()),
            draft=bool(head["isDraft"]),
            author=author,
            head_sha=str(head["headRefOid"]),
            labels=tuple(str(label["name"]) for label in item["labels"]),
            marker=found,
        )
        return pull, same


def _page(data: Mapping[str, Any]) -> Page:
    return Page(
        number=int(data["number"]),
        url=str(data["html_url"]),
        title=str(data["title"]),
        body=str(data["body"] or ""),
        open=data["state"] == "open",
    )


def _reviewers(people: Sequence[str]) -> dict[str, list[str]]:
    """`org/team` is a team, which GitHub wants by the second part."""
    return {
        "reviewers": [who for who in people if "/" not in who],
        "team_reviewers": [who.split("/", 1)[1] for who in people if "/" in who],
    }

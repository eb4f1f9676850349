"""What the test server answers, in the shapes of GitHub's REST API, and checks against GitHub's own schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from githubkit_schemas.latest import models
from pydantic import TypeAdapter

DATE = "2026-01-05T09:00:00Z"
_USER_URLS = (
    "followers following gists starred subscriptions organizations repos events received_events".split()
)
_REPOSITORY_URLS = """archive assignees blobs branches collaborators comments commits compare contents contributors
    deployments downloads events forks git_commits git_refs git_tags issue_comment issue_events issues keys labels
    languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams
    trees hooks""".split()


@dataclass
class Comment:
    """Below an issue or a pull request."""

    id: int
    author: str
    body: str


@dataclass
class Item:
    """An issue, or a pull request: one with a head. They share one row of numbers."""

    number: int
    author: str
    title: str
    body: str
    state: str = "open"
    head: str = ""
    base: str = ""
    head_sha: str = ""
    base_sha: str = ""
    fork: str = ""
    """Owner of the fork that it comes from."""
    draft: bool = False
    merged: bool = False
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    hidden: int = 0
    """How many more lists do not know of it yet."""

    @property
    def is_pull(self) -> bool:
        return bool(self.head)


@dataclass(frozen=True)
class Answers:
    """Makes answers for the repository `owner/name` of a server at `url`."""

    url: str
    repository_name: str
    default_branch: str = "main"

    @property
    def owner(self) -> str:
        return self.repository_name.split("/")[0]

    @property
    def api(self) -> str:
        return f"{self.url}/repos/{self.repository_name}"

    def user(self, login: str) -> dict[str, Any]:
        url = f"{self.url}/users/{login}"
        return {
            "login": login,
            "id": sum(login.encode()),
            "node_id": f"U_{login}",
            "avatar_url": f"{self.url}/avatars/{login}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.url}/{login}",
            **{f"{name}_url": f"{url}/{name}" for name in _USER_URLS},
            "type": "Bot" if login.endswith("[bot]") else "User",
            "site_admin": False,
        }

    def public_user(self, login: str) -> dict[str, Any]:
        empty = ("name", "company", "blog", "location", "email", "hireable", "bio")
        counts = ("public_repos", "public_gists", "followers", "following")
        dates = {"created_at": DATE, "updated_at": DATE}
        return {**self.user(login), **dict.fromkeys(empty), **dict.fromkeys(counts, 0), **dates}

    def repository(self, *, owner: str = "", issues: bool = True) -> dict[str, Any]:
        owner = owner or self.owner
        name = self.repository_name.split("/")[1]
        full, api = f"{owner}/{name}", f"{self.url}/repos/{owner}/{name}"
        counts = "forks_count stargazers_count watchers_count size open_issues_count subscribers_count network_count"
        return {
            "id": 1296269,
            "node_id": "R_1",
            "name": name,
            "full_name": full,
            "owner": self.user(owner),
            "private": False,
            "html_url": f"{self.url}/{full}",
            "description": None,
            "fork": owner != self.owner,
            "url": api,
            **{f"{key}_url": f"{api}/{key}" for key in _REPOSITORY_URLS},
            "git_url": f"git://{full}.git",
            "ssh_url": f"git@{full}.git",
            "clone_url": f"{self.url}/{full}.git",
            "svn_url": f"{self.url}/{full}",
            "mirror_url": None,
            "homepage": None,
            "language": "Python",
            "license": None,
            **dict.fromkeys(counts.split(), 0),
            "forks": 0,
            "open_issues": 0,
            "watchers": 0,
            "default_branch": self.default_branch,
            "has_issues": issues,
            **dict.fromkeys(
                "has_projects has_wiki has_pages has_discussions archived disabled".split(), False
            ),
            "pushed_at": DATE,
            "created_at": DATE,
            "updated_at": DATE,
        }

    def workflow(self, file: str, state: str) -> dict[str, Any]:
        path = f".github/workflows/{file}"
        url = f"{self.url}/{self.repository_name}"
        return {
            "id": 161335,
            "node_id": "W_1",
            "name": "fixbot",
            "path": path,
            "state": state,
            "created_at": DATE,
            "updated_at": DATE,
            "url": f"{self.api}/actions/workflows/161335",
            "html_url": f"{url}/blob/{self.default_branch}/{path}",
            "badge_url": f"{url}/workflows/fixbot/badge.svg",
        }

    def label(self, name: str) -> dict[str, Any]:
        return {
            "id": sum(name.encode()),
            "node_id": f"LA_{name}",
            "url": f"{self.api}/labels/{name}",
            "name": name,
            "description": None,
            "color": "ededed",
            "default": False,
            "archived_at": None,
            "archived_by": None,
        }

    def issue(self, item: Item) -> dict[str, Any]:
        url = f"{self.api}/issues/{item.number}"
        kind = "pull" if item.is_pull else "issues"
        html = f"{self.url}/{self.repository_name}/{kind}/{item.number}"
        pull = f"{self.api}/pulls/{item.number}"
        pull_links = {
            "url": pull,
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "merged_at": DATE if item.merged else None,
        }
        return {
            "id": 1000 + item.number,
            "node_id": f"I_{item.number}",
            "url": url,
            "repository_url": self.api,
            **{f"{name}_url": f"{url}/{name}" for name in ("labels", "comments", "events")},
            "html_url": html,
            "number": item.number,
            "state": item.state,
            "title": item.title,
            "body": item.body,
            "user": self.user(item.author),
            "labels": [self.label(name) for name in item.labels],
            "assignee": None,
            "assignees": [self.user(login) for login in item.assignees],
            "milestone": None,
            "locked": False,
            "comments": len(item.comments),
            "closed_at": None if item.state == "open" else DATE,
            "created_at": DATE,
            "updated_at": DATE,
            "author_association": "NONE",
            **({"pull_request": pull_links, "draft": item.draft} if item.is_pull else {}),
        }

    def pull_simple(self, item: Item) -> dict[str, Any]:
        issue = self.issue(item)
        url, html = f"{self.api}/pulls/{item.number}", issue["html_url"]
        links = {
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "issue_url": issue["url"],
            "commits_url": f"{url}/commits",
            "review_comments_url": f"{url}/comments",
            "review_comment_url": f"{self.api}/pulls/comments{{/number}}",
            "comments_url": issue["comments_url"],
            "statuses_url": f"{self.api}/statuses/{item.head_sha}",
        }
        short = "comments commits statuses html issue review_comments review_comment".split()
        kept = "html_url number state title body user labels assignee assignees milestone locked closed_at created_at updated_at"
        return {
            **{key: issue[key] for key in kept.split()},
            **links,
            "url": url,
            "id": 5000 + item.number,
            "node_id": f"PR_{item.number}",
            "draft": item.draft,
            "merged_at": DATE if item.merged else None,
            "merge_commit_sha": None,
            "requested_reviewers": [self.user(login) for login in item.reviewers],
            "requested_teams": [],
            "head": self._side(item.head, item.head_sha, item.fork or self.owner),
            "base": self._side(item.base, item.base_sha, self.owner),
            "_links": {**{name: {"href": url} for name in short}, "self": {"href": url}},
            "author_association": "CONTRIBUTOR",
            "auto_merge": None,
        }

    def pull(self, item: Item, *, mergeable: bool | None) -> dict[str, Any]:
        return {
            **self.pull_simple(item),
            "merged": item.merged,
            "mergeable": mergeable,
            "mergeable_state": "unknown" if mergeable is None else ("clean" if mergeable else "dirty"),
            "merged_by": None,
            "comments": len(item.comments),
            "maintainer_can_modify": False,
            **dict.fromkeys("review_comments commits additions deletions changed_files".split(), 1),
        }

    def comment(self, item: Item, comment: Comment) -> dict[str, Any]:
        url = f"{self.api}/issues/comments/{comment.id}"
        return {
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "url": url,
            "html_url": f"{self.url}/{self.repository_name}/issues/{item.number}#issuecomment-{comment.id}",
            "body": comment.body,
            "user": self.user(comment.author),
            "created_at": DATE,
            "updated_at": DATE,
            "issue_url": f"{self.api}/issues/{item.number}",
            "author_association": "NONE",
        }

    def _side(self, ref: str, sha: str, owner: str) -> dict[str, Any]:
        return {
            "label": f"{owner}:{ref}",
            "ref": ref,
            "sha": sha,
            "user": self.user(owner),
            "repo": self.repository(owner=owner),
        }


def check_answer(shape: Any, data: object) -> None:
    """Raises `pydantic.ValidationError` where the data are not of this shape, a model of GitHub's schema."""
    TypeAdapter(shape).validate_python(data)


def check_request(shape: Any, data: object) -> None:
    """The same for what a client sends, which may hold no field that the schema does not know either."""
    check_answer(shape, data)
    if isinstance(data, Mapping):
        known = {info.alias or name for name, info in shape.model_fields.items()}
        if unknown := set(data) - known:
            raise ValueError(f"{shape.__name__} has no field {sorted(unknown)}")


__all__ = ["DATE", "Answers", "Comment", "Item", "check_answer", "check_request", "models"]

"""The requests that the test server answers: a table of routes, and a function for each.

Requests and answers are checked against GitHub's schema, but for GraphQL, of which only what fixbot asks is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.github_answers import Comment, Item, check_answer, check_request, models

if TYPE_CHECKING:
    from tests.github_server import GitHubServer

MOST_BODY = 65_536


@dataclass(frozen=True)
class Token:
    """What a token is and may do."""

    login: str
    writes: bool = True
    installation: bool = False
    """Of an App, or of a workflow: they have no `/user`."""
    administers: bool = True


@dataclass(frozen=True)
class Route:
    """What is asked, who answers, and the shapes of the answer and of the request in GitHub's schema."""

    pattern: str
    handler: Callable[..., tuple[int, Any]]
    answer: Any = None
    request: Any = None


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


def answer(
    hub: GitHubServer, method: str, path: str, query: dict[str, str], data: dict[str, Any], token: Token
) -> tuple[int, Any]:
    """Status and JSON. Raises `Problem`, or what the checks of the schema raise."""
    asked = f"{method} {path.removeprefix(f'/repos/{hub.name}')}"
    for route in ROUTES:
        if found := re.fullmatch(route.pattern, asked):
            if method != "GET" and "graphql" not in path and not token.writes:
                raise Problem(403, "Resource not accessible by integration")
            if route.request is not None and data == {} and method == "POST":
                raise Problem(422, "Invalid request.")  # what is asked for only to see whether it may be
            if route.request is not None:
                check_request(route.request, data)
            parts = [unquote(part) for part in found.groups()]
            status, answered = route.handler(hub, *parts, query=query, data=data, token=token)
            if route.answer is not None:
                check_answer(route.answer, answered)
            return status, answered
    raise Problem(404, "Not Found")


def viewer(hub: GitHubServer, *, token: Token, **_: Any) -> tuple[int, Any]:
    if token.installation:
        raise Problem(403, "Resource not accessible by integration")
    return 200, hub.answers.public_user(token.login)


def graphql(hub: GitHubServer, *, data: dict[str, Any], token: Token, **_: Any) -> tuple[int, Any]:
    query = data["query"]
    answer: dict[str, Any] = {}
    errors = []
    if "viewer" in query:
        answer["viewer"] = {"login": token.login}
    if "repository(" in query:
        owner, name = data["variables"]["owner"], data["variables"]["name"]
        if f"{owner}/{name}" != hub.name:
            return 200, {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "no"}]}
        found: dict[str, Any] = {}
        for key, number, fields in re.findall(r"(\w+): pullRequest\(number: (\d+)\) \{(.*?\})? \}", query):
            item = hub.items.get(int(number))
            if item and item.is_pull and not item.hidden:
                found[key] = node(hub, item, fields)
            else:
                found[key] = None
                words = f"Could not resolve to a PullRequest with the number of {number}."
                errors.append({"type": "NOT_FOUND", "path": ["repository", key], "message": words})
        answer["repository"] = found
    return 200, {"data": answer} | ({"errors": errors} if errors else {})


def node(hub: GitHubServer, item: Item, fields: str) -> dict[str, Any]:
    everything = {
        "headRefName": item.head,
        "baseRefName": item.base,
        "headRefOid": item.head_sha,
        "isCrossRepository": bool(item.fork),
        "isDraft": item.draft,
        "state": "MERGED" if item.merged else item.state.upper(),
        "title": item.title,
        "url": hub.answers.issue(item)["html_url"],
        "author": {"__typename": "Bot", "login": item.author.removesuffix("[bot]")},
    }
    return {name: value for name, value in everything.items() if re.search(rf"\b{name}\b", fields)}


def rate_limit(hub: GitHubServer, **_: Any) -> tuple[int, Any]:
    limit = {"limit": 5000, "remaining": 4900, "reset": 1_800_000_000, "used": 100}
    return 200, {"resources": {"core": limit, "search": limit, "graphql": limit}, "rate": limit}


def repository(hub: GitHubServer, **_: Any) -> tuple[int, Any]:
    return 200, hub.answers.repository(issues=hub.has_issues)


def workflow_permissions(hub: GitHubServer, *, token: Token, **_: Any) -> tuple[int, Any]:
    if not token.administers:
        raise Problem(403, "Resource not accessible by integration")
    return 200, {
        "default_workflow_permissions": "read",
        "can_approve_pull_request_reviews": hub.may_create_pulls,
    }


def workflow(hub: GitHubServer, file: str, **_: Any) -> tuple[int, Any]:
    if file not in hub.workflows:
        raise Problem(404, "Not Found")
    return 200, hub.answers.workflow(file, hub.workflows[file])


def permission(hub: GitHubServer, login: str, **_: Any) -> tuple[int, Any]:
    level = "write" if login in hub.collaborators else "read"
    return 200, {"permission": level, "role_name": level, "user": None}


def list_pulls(hub: GitHubServer, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
    state = query.get("state", "open")
    head, base = query.get("head"), query.get("base")
    found = [
        item
        for item in hub.listed()
        if item.is_pull
        and state in ("all", item.state)
        and head in (None, f"{item.fork or hub.answers.owner}:{item.head}")
        and base in (None, item.base)
    ]
    order = query.get("direction", "desc")
    return 200, [hub.answers.pull_simple(item) for item in _page(found, query, order)]


def create_pull(hub: GitHubServer, *, data: dict[str, Any], token: Token, **_: Any) -> tuple[int, Any]:
    if not hub.may_create_pulls and token.login == "github-actions[bot]":
        raise Problem(403, "GitHub Actions is not permitted to create or approve pull requests.")
    head, base = data["head"].removeprefix(f"{hub.answers.owner}:"), data["base"]
    head_sha, base_sha = hub.git.sha(head), hub.git.sha(base)
    if not head_sha:
        raise invalid(field="head", code="invalid")
    if not base_sha:
        raise invalid(field="base", code="invalid")
    if data.get("draft") and not hub.drafts:
        raise Problem(422, "Draft pull requests are not supported in this repository.")
    for item in hub.items.values():
        if item.is_pull and (item.head, item.base, item.state) == (head, base, "open"):
            raise invalid(f"A pull request already exists for {hub.answers.owner}:{head}.")
    if hub.git.contains(base_sha, head_sha):
        raise invalid(f"No commits between {base} and {head}")
    body = _checked_body(data)
    item = Item(hub.next_number(), token.login, data["title"], body, head=head, base=base, hidden=hub.lag)
    item.head_sha, item.base_sha, item.draft = head_sha, base_sha, bool(data.get("draft"))
    hub.items[item.number] = item
    return 201, pull_answer(hub, item)


def get_pull(hub: GitHubServer, number: str, **_: Any) -> tuple[int, Any]:
    return 200, pull_answer(hub, the_pull(hub, number))


def edit_pull(hub: GitHubServer, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
    item = the_pull(hub, number)
    if (state := data.get("state", item.state)) != item.state:
        if item.merged:
            raise invalid("state cannot be changed. The pull request is merged.")
        if state == "open":
            if not hub.git.sha(item.head):
                raise invalid(f"state cannot be changed. The {item.head} branch has been deleted.")
            item.head_sha, item.base_sha = hub.git.sha(item.head), hub.git.sha(item.base)
        item.state = state
    if "base" in data:
        if not hub.git.sha(data["base"]):
            raise invalid(field="base", code="invalid")
        item.base, item.base_sha = data["base"], hub.git.sha(data["base"])
    item.title = data.get("title", item.title)
    item.body = _checked_body(data, item.body)
    return 200, pull_answer(hub, item)


def merge_pull(hub: GitHubServer, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
    item = the_pull(hub, number)
    if item.state != "open" or not hub.git.merges(item.base, item.head_sha):
        raise Problem(405, "Pull Request is not mergeable")
    sha = hub.person_merges(item.number, squash=data.get("merge_method") == "squash")
    return 200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"}


def ask_reviews(hub: GitHubServer, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
    item = the_pull(hub, number)
    for login in data.get("reviewers", []):
        if login == item.author:
            raise Problem(422, "Review cannot be requested from pull request author.")
        if login not in hub.collaborators:
            raise Problem(422, "Reviews may only be requested from collaborators. One or more are not.")
    item.reviewers = list(dict.fromkeys([*item.reviewers, *data.get("reviewers", [])]))
    item.teams = list(dict.fromkeys([*item.teams, *data.get("team_reviewers", [])]))
    return 201, hub.answers.pull_simple(item)


def list_issues(hub: GitHubServer, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
    state, creator = query.get("state", "open"), query.get("creator")
    found = [
        item
        for item in hub.listed()
        if state in ("all", item.state)
        and creator in (None, item.author)
        and (hub.has_issues or item.is_pull)
    ]
    order = query.get("direction", "desc")
    return 200, [hub.answers.issue(item) for item in _page(found, query, order)]


def create_issue(hub: GitHubServer, *, data: dict[str, Any], token: Token, **_: Any) -> tuple[int, Any]:
    if not hub.has_issues:
        raise Problem(410, "Issues has been disabled in this repository.")
    item = Item(hub.next_number(), token.login, data["title"], _checked_body(data), hidden=hub.lag)
    hub.items[item.number] = item
    return 201, hub.answers.issue(item)


def get_issue(hub: GitHubServer, number: str, **_: Any) -> tuple[int, Any]:
    return 200, hub.answers.issue(the_item(hub, number))


def edit_issue(hub: GitHubServer, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
    item = the_item(hub, number)
    item.title, item.state = data.get("title", item.title), data.get("state", item.state)
    item.body = _checked_body(data, item.body)
    return 200, hub.answers.issue(item)


def list_comments(hub: GitHubServer, number: str, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
    item = the_item(hub, number)
    return 200, [hub.answers.comment(item, comment) for comment in _page(item.comments, query, "asc")]


def create_comment(
    hub: GitHubServer, number: str, *, data: dict[str, Any], token: Token, **_: Any
) -> tuple[int, Any]:
    item = the_item(hub, number)
    comment = Comment(hub.next_id(), token.login, _checked_body(data))
    item.comments.append(comment)
    return 201, hub.answers.comment(item, comment)


def edit_comment(
    hub: GitHubServer, wanted: str, *, data: dict[str, Any], token: Token, **_: Any
) -> tuple[int, Any]:
    for item in hub.items.values():
        for comment in item.comments:
            if comment.id == int(wanted):
                if comment.author != token.login:
                    raise Problem(403, "Must have admin rights to Repository.")
                comment.body = _checked_body(data)
                return 200, hub.answers.comment(item, comment)
    raise Problem(404, "Not Found")


def list_labels(hub: GitHubServer, *, query: dict[str, str], **_: Any) -> tuple[int, Any]:
    return 200, [hub.answers.label(name) for name in _page(sorted(hub.labels), query, "asc")]


def add_labels(hub: GitHubServer, number: str, *, data: Any, **_: Any) -> tuple[int, Any]:
    item = the_item(hub, number)
    names = data if isinstance(data, list) else data["labels"]
    hub.labels |= set(names)
    item.labels = list(dict.fromkeys([*item.labels, *names]))
    return 200, [hub.answers.label(name) for name in item.labels]


def remove_label(hub: GitHubServer, number: str, name: str, **_: Any) -> tuple[int, Any]:
    item = the_item(hub, number)
    if name not in item.labels:
        raise Problem(404, "Label does not exist")
    item.labels.remove(name)
    return 200, [hub.answers.label(label) for label in item.labels]


def assign(hub: GitHubServer, number: str, *, data: dict[str, Any], **_: Any) -> tuple[int, Any]:
    item = the_item(hub, number)
    there = [login for login in data["assignees"] if login in hub.collaborators]
    item.assignees = list(dict.fromkeys([*item.assignees, *there]))
    return 201, hub.answers.issue(item)


def pull_answer(hub: GitHubServer, item: Item) -> dict[str, Any]:
    mergeable = hub.git.merges(item.base, item.head_sha) if item.state == "open" else None
    return hub.answers.pull(item, mergeable=mergeable)


def the_item(hub: GitHubServer, number: str) -> Item:
    if int(number) not in hub.items:
        raise Problem(404, "Not Found")
    return hub.items[int(number)]


def the_pull(hub: GitHubServer, number: str) -> Item:
    if not (item := the_item(hub, number)).is_pull:
        raise Problem(404, "Not Found")
    return item


def _page(items: Sequence[Any], query: dict[str, str], order: str) -> Sequence[Any]:
    ordered = list(items) if order == "asc" else list(reversed(items))
    size, number = min(int(query.get("per_page", "30")), 100), int(query.get("page", "1"))
    return ordered[(number - 1) * size : number * size]


def _checked_body(data: dict[str, Any], before: str = "") -> str:
    body = data.get("body", before) or ""
    if len(body) > MOST_BODY:
        raise invalid("body is too long (maximum is 65536 characters)", field="body")
    return str(body)


ROUTES = (
    Route(r"GET /user", viewer, models.PublicUser, None),
    Route(r"POST /graphql", graphql, None, None),
    Route(r"GET /rate_limit", rate_limit, models.RateLimitOverview, None),
    Route(r"GET ", repository, models.FullRepository, None),
    Route(
        r"GET /actions/permissions/workflow",
        workflow_permissions,
        models.ActionsGetDefaultWorkflowPermissions,
        None,
    ),
    Route(r"GET /actions/workflows/([^/]+)", workflow, models.Workflow, None),
    Route(
        r"GET /collaborators/([^/]+)/permission", permission, models.RepositoryCollaboratorPermission, None
    ),
    Route(r"GET /pulls", list_pulls, list[models.PullRequestSimple], None),
    Route(r"POST /pulls", create_pull, models.PullRequest, models.ReposOwnerRepoPullsPostBody),
    Route(r"GET /pulls/(\d+)", get_pull, models.PullRequest, None),
    Route(
        r"PATCH /pulls/(\d+)", edit_pull, models.PullRequest, models.ReposOwnerRepoPullsPullNumberPatchBody
    ),
    Route(
        r"PUT /pulls/(\d+)/merge",
        merge_pull,
        models.PullRequestMergeResult,
        models.ReposOwnerRepoPullsPullNumberMergePutBody,
    ),
    Route(
        r"POST /pulls/(\d+)/requested_reviewers",
        ask_reviews,
        models.PullRequestSimple,
        models.ReposOwnerRepoPullsPullNumberRequestedReviewersPostBodyAnyof0,
    ),
    Route(r"GET /issues", list_issues, list[models.Issue], None),
    Route(r"POST /issues", create_issue, models.Issue, models.ReposOwnerRepoIssuesPostBody),
    Route(r"GET /issues/(\d+)", get_issue, models.Issue, None),
    Route(r"PATCH /issues/(\d+)", edit_issue, models.Issue, models.ReposOwnerRepoIssuesIssueNumberPatchBody),
    Route(r"GET /issues/(\d+)/comments", list_comments, list[models.IssueComment], None),
    Route(
        r"POST /issues/(\d+)/comments",
        create_comment,
        models.IssueComment,
        models.ReposOwnerRepoIssuesIssueNumberCommentsPostBody,
    ),
    Route(
        r"PATCH /issues/comments/(\d+)",
        edit_comment,
        models.IssueComment,
        models.ReposOwnerRepoIssuesCommentsCommentIdPatchBody,
    ),
    Route(r"GET /labels", list_labels, list[models.Label], None),
    Route(
        r"POST /issues/(\d+)/labels",
        add_labels,
        list[models.Label],
        models.ReposOwnerRepoIssuesIssueNumberLabelsPostBodyOneof0,
    ),
    Route(r"DELETE /issues/(\d+)/labels/([^/]+)", remove_label, list[models.Label], None),
    Route(
        r"POST /issues/(\d+)/assignees",
        assign,
        models.Issue,
        models.ReposOwnerRepoIssuesIssueNumberAssigneesPostBody,
    ),
)

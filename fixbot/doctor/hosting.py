"""Checks of the forge: which one and why, whose token, what it may do, what stands in the way of our branches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fixbot.doctor.checkup import Diagnosis, Subject, advice, good, unknown, wrong
from fixbot.errors import FixbotError, ForgeError
from fixbot.git import GitError
from fixbot.pulls import transport
from fixbot.pulls.forges.examine import TokenKind
from fixbot.pulls.model import OWN_REFS
from fixbot.pulls.transport import Remote
from fixbot.pulls.workspace import Workspace, open_workspace

NAME = "fixbot/doctor"
"""The branch that is tried; its own ref is the only thing that is ever written."""
_SETTING = "Settings > Actions > General > Workflow permissions"


def forge(subject: Subject) -> Diagnosis | None:
    if not subject.target:
        return None
    if subject.choice.place:
        return good(subject.choice.reason)
    return advice(
        f"Pull requests go to {subject.choice.reason}",
        "For GitHub, `origin` must be there, and FIXBOT_TOKEN or GITHUB_TOKEN hold a token. The local forge shows them in a "
        "folder.",
    )


def token(subject: Subject) -> Diagnosis | None:
    if not (asked := subject.examination) or not subject.forge:
        return None
    try:
        found = subject.forge.repository()
        kind = asked.token_kind()
    except ForgeError as exc:
        return wrong(
            f"{exc}",
            "Check that the token is valid, has not expired, and is for this repository; behind a proxy, that it is set.",
        )
    seen = f"{kind}, which acts as {found.login}"
    if kind is TokenKind.WORKFLOW:
        return advice(
            f"{seen}: no check starts on its pull requests until a person approves the run",
            "Use a GitHub App, as docs/github.md says, and checks start by themselves.",
        )
    if kind is TokenKind.CLASSIC:
        return advice(
            f"{seen} and may do everything that person may, in every repository",
            "Use a GitHub App, or a fine-grained token for this repository alone. Checks start with any of them.",
        )
    if kind is TokenKind.FINE_GRAINED:
        return advice(
            f"{seen}: checks start, but a reviewer cannot tell the bot from the person, who cannot review its pull requests",
            "Use a GitHub App, as docs/github.md says.",
        )
    if kind is TokenKind.OTHER:
        return unknown(f"{seen}", "Look whether checks start on the first pull request.")
    return good(f"{seen}: checks start by themselves")


def push(subject: Subject) -> Diagnosis | None:
    if not subject.forge or not subject.target or not subject.target.head:
        return None
    with _workspace(subject) as (work, remote):
        try:
            tried = transport.try_push(work, remote, NAME, subject.target.head)
        except GitError as exc:
            return wrong(f"{exc}", "The token needs `contents: write`, and the branch may not be protected.")
    if not tried.done:
        return wrong(tried.reason, "The token needs `contents: write`.")
    return good("The token may push")


def issues(subject: Subject) -> Diagnosis | None:
    if not (asked := subject.examination) or not subject.forge:
        return None
    if not subject.forge.repository().issues:
        return advice(
            "Issues are disabled, so there is no dashboard; it stands in the step summary",
            "Enable issues for it, or set `dashboard = false`.",
        )
    return _may_create(asked.may_create("issues"), "issues and labels", "issues: write")


def pull_requests(subject: Subject) -> Diagnosis | None:
    if not (asked := subject.examination):
        return None
    return _may_create(asked.may_create("pulls"), "pull requests", "pull-requests: write")


def _may_create(answer: bool | None, what: str, permission: str) -> Diagnosis:
    if answer is None:
        return unknown(f"Whether the token may create {what} was not told", f"It needs `{permission}`.")
    if not answer:
        return wrong(f"The token may not create {what}", f"It needs `{permission}`.")
    return good(f"The token may create {what}")


def actions_setting(subject: Subject) -> Diagnosis | None:
    if not (asked := subject.examination):
        return None
    allowed = asked.actions_may_open()
    name = "`Allow GitHub Actions to create and approve pull requests`"
    if allowed:
        return good(f"{name} is on")
    if allowed is None:
        return unknown(
            f"This token may not see whether {name} is on",
            f"An administrator sees it at {_SETTING}. It must be on where GITHUB_TOKEN opens pull requests; an App needs it not.",
        )
    if asked.token_kind() is TokenKind.WORKFLOW:
        return wrong(f"{name} is off", f"Turn it on at {_SETTING}, or use a GitHub App.")
    return advice(f"{name} is off", f"A workflow without an App or a token of its own needs it: {_SETTING}.")


def own_refs(subject: Subject) -> Diagnosis | None:
    """Only tried with `--write`: pushed, and deleted again."""
    if not subject.forge or not subject.target or not subject.target.head:
        return None
    what = f"refs below {OWN_REFS}, by which fixbot sees that a person has pushed to a branch of its own"
    if not subject.write:
        return unknown(
            f"Whether the server takes {what}, was not tried",
            f"`fixbot doctor --write` pushes {transport.own_ref(NAME)} and deletes it again.",
        )
    main = f"refs/heads/{subject.forge.repository().default_branch}"
    with _workspace(subject) as (work, remote):
        sha = transport.fetch(work, remote, [main], depth=1).get(main)  # what the server has already
        if not sha:
            return unknown("The default branch has no commit", "Push it first.")
        if there := transport.list_remote(work, remote, transport.own_ref(NAME)).get(transport.own_ref(NAME)):
            transport.delete_own(work, remote, NAME, there)  # of a run that was killed
        try:
            pushed = transport.push_own(work, remote, NAME, sha)
        except GitError as exc:
            return wrong(
                f"The server does not take {what}: {exc}", "Look which rule of the repository forbids it."
            )
        if not pushed.done:
            return wrong(
                f"The server does not take {what}: {pushed.reason}",
                "Look which rule of the repository forbids it: without them no branch is pushed.",
            )
        deleted = transport.delete_own(work, remote, NAME, sha)
    if not deleted.done:
        return wrong(
            f"The server does not let go of {transport.own_ref(NAME)}: {deleted.reason}",
            f"Allow the token to delete refs, and delete this one: `git push origin :{transport.own_ref(NAME)}`.",
        )
    return good("The server takes fixbot's own refs, and lets them be deleted")


def branches(subject: Subject) -> Diagnosis | None:
    if not subject.forge:
        return None
    prefix = subject.config.pulls.branch_prefix
    with _workspace(subject) as (work, remote):
        found = transport.list_remote(work, remote, f"refs/heads/{prefix}")
    if f"refs/heads/{prefix}" in found:
        return wrong(
            f"There is a branch named {prefix}, and git can have none named {prefix}/... beside it",
            "Rename that branch, or set another `branch-prefix` in [tool.fixbot].",
        )
    return good(f"Nothing is in the way of branches named {prefix}/...")


@contextmanager
def _workspace(subject: Subject) -> Iterator[tuple[Workspace, Remote]]:
    if not subject.forge:
        raise FixbotError("There is no forge to push to")
    with open_workspace(subject.root) as work:
        yield work, Remote(subject.forge.remote, subject.forge.environment)

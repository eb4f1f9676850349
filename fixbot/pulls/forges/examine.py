"""What can be asked of GitHub before anything goes wrong: whose token it is, what it may do, which settings stand in the way.

Not part of `Forge`: another forge need not answer. `fixbot doctor` asks a driver that has `examination`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from urllib.parse import quote

from fixbot.pulls.forges.api import Api, Refused


class TokenKind(StrEnum):
    """By whom a token was made; it decides whether checks start on the pull requests that it opens."""

    WORKFLOW = "the GITHUB_TOKEN of a workflow"
    INSTALLATION = "a GitHub App's installation token"
    FINE_GRAINED = "a person's fine-grained token"
    CLASSIC = "a person's classic token"
    OTHER = "a token of a kind that fixbot does not know"


_BEGINNINGS = {
    "ghs_": TokenKind.INSTALLATION,
    "github_pat_": TokenKind.FINE_GRAINED,
    "ghp_": TokenKind.CLASSIC,
}


def kind_of(token: str, *, is_workflow: bool) -> TokenKind:
    """As GitHub marks its tokens by how they begin."""
    if is_workflow:
        return TokenKind.WORKFLOW
    return next((kind for start, kind in _BEGINNINGS.items() if token.startswith(start)), TokenKind.OTHER)


class Examination:
    """Questions about one repository. None is an answer that GitHub does not give to this token."""

    def __init__(self, api: Api, path: str, kind: Callable[[], TokenKind]) -> None:
        self._api = api
        self._path = path
        self.token_kind = kind

    def may_create(self, what: str) -> bool | None:
        """Whether the token may create `issues` or `pulls`: asked with nothing in the request, so that nothing is made."""
        try:
            self._api.write("POST", f"{self._path}/{what}", {})
        except Refused as exc:
            return {400: True, 422: True, 403: False, 404: False}.get(exc.answer.status)
        return None

    def actions_may_open(self) -> bool | None:
        """The setting "Allow GitHub Actions to create and approve pull requests"; only administrators see it."""
        try:
            found = self._api.get(f"{self._path}/actions/permissions/workflow")
        except Refused as exc:
            if exc.answer.status in (401, 403, 404):
                return None
            raise
        return bool(found["can_approve_pull_request_reviews"])

    def workflow_state(self, file: str) -> str | None:
        """`active`, `disabled_inactivity`, `disabled_manually`, ...; "" where the default branch has no such workflow."""
        try:
            return str(self._api.get(f"{self._path}/actions/workflows/{quote(file, safe='')}")["state"])
        except Refused as exc:
            if exc.answer.status == 404:
                return ""
            if exc.answer.status in (401, 403):
                return None
            raise

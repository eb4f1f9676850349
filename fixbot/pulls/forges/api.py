"""Requests to GitHub's API through PyGithub, which does the connections and the authentication.

Retries are ours, because PyGithub's neither repeat a PATCH nor look, before they repeat a POST, whether the first
one was carried out after all.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import github
import requests
from github.GithubException import GithubException

from fixbot.errors import ForgeError
from fixbot.pulls.forges.budget import Answer, Budget
from fixbot.pulls.forges.secrets import redact

PER_PAGE = 100
MOST_PAGES = 100
"""Of one list: ten thousand entries."""
_TIMEOUT = 30
_MOST_WORDS = 500
_TOLD = ("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset")
"""Headers of an error that say when to come back; PyGithub gives names in lower case."""


class Refused(ForgeError):
    """GitHub answered with an error that asking again would not change, or kept failing."""

    def __init__(self, text: str, answer: Answer) -> None:
        super().__init__(text)
        self.answer = answer


class Api:
    """GitHub's REST and GraphQL, for one token. Methods raise `Refused`, or `ForgeError`."""

    def __init__(self, base_url: str, token: str, budget: Budget) -> None:
        self.base_url = base_url.rstrip("/")
        self.budget = budget
        self.asked = 0
        """How many requests there were."""
        self._token = token
        self._requester = github.Github(
            auth=github.Auth.Token(token),
            base_url=self.base_url,
            timeout=_TIMEOUT,
            user_agent="fixbot",
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        ).requester

    def get(self, path: str, **parameters: object) -> Any:
        """One resource."""
        return self._ask("GET", path, parameters=parameters)

    def pages(self, path: str, **parameters: object) -> Iterator[list[Any]]:
        """The pages of a list. The next one is asked for by its number: links of the answer are not followed."""
        for number in range(1, MOST_PAGES + 1):
            page = self.get(path, **parameters, per_page=PER_PAGE, page=number)
            if not isinstance(page, list):
                raise ForgeError(f"GitHub answered GET {path} with something that is no list")
            yield page
            if len(page) < PER_PAGE:
                return
        raise ForgeError(
            f"{path} has more than {MOST_PAGES * PER_PAGE} entries, which is more than fixbot reads"
        )

    def write(
        self, verb: str, path: str, body: object = None, *, look: Callable[[], Any] | None = None
    ) -> Any:
        """Change something. `look`, for what must not be done twice, finds what an unsure attempt has made."""
        return self._ask(verb, path, body=body, look=look, is_write=True)

    def graphql(self, query: str, **variables: object) -> dict[str, Any]:
        """The data of a query, as far as there are any. Raises `ForgeError` where there are none."""
        body = {"query": query, "variables": variables}
        answer = self._ask("POST", self._requester.graphql_url, body=body)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            errors = answer.get("errors") if isinstance(answer, dict) else None
            words = "; ".join(str(error.get("message")) for error in errors or [] if isinstance(error, dict))
            raise ForgeError(self._clean(f"GitHub did not answer a GraphQL query: {words or 'no data'}"))
        return data

    def _ask(
        self,
        verb: str,
        path: str,
        *,
        parameters: Mapping[str, object] | None = None,
        body: object = None,
        look: Callable[[], Any] | None = None,
        is_write: bool = False,
    ) -> Any:
        """Ask until there is an answer, or no hope of one."""
        attempt = 0
        while True:
            attempt += 1
            if is_write:
                self.budget.before_write()
            answer, data = self._once(verb, path, parameters, body)
            if answer.status and answer.status < 400:
                return data
            again = self.budget.wait(answer, attempt)
            if look is not None and answer.unsure and (found := look()) is not None:
                return found
            if not again:
                raise Refused(self._words(verb, path, answer), answer)

    def _once(
        self, verb: str, path: str, parameters: Mapping[str, object] | None, body: object
    ) -> tuple[Answer, Any]:
        given = {key: str(value) for key, value in (parameters or {}).items()}
        self.asked += 1
        try:
            headers, data = self._requester.requestJsonAndCheck(verb, path, parameters=given, input=body)
        except GithubException as exc:
            told = {name: str(value) for name, value in (exc.headers or {}).items() if name in _TOLD}
            return Answer(exc.status, told, self._clean(_message(exc.data))[:_MOST_WORDS]), None
        except (requests.RequestException, ConnectionError) as exc:
            return Answer(0, {}, type(exc).__name__), None
        except (AssertionError, RuntimeError) as exc:  # PyGithub's words for a redirect to somewhere else
            raise ForgeError(self._clean(f"GitHub's answer to {verb} {path} cannot be used: {exc}")) from None
        return Answer(200, headers), data

    def _words(self, verb: str, path: str, answer: Answer) -> str:
        where = urllib.parse.urlsplit(path).path
        if answer.status == 0:
            return self._clean(f"{self.base_url} did not answer {verb} {where} ({answer.message}); run again")
        if answer.limited:
            return self._clean(
                f"GitHub allows no more requests for now ({answer.status} at {verb} {where}: {answer.message}); "
                f"run again in an hour, and it goes on where it stopped"
            )
        return self._clean(f"GitHub answered {verb} {where} with {answer.status}: {answer.message}")

    def _clean(self, text: str) -> str:
        return redact(text, self._token)


def _message(data: object) -> str:
    """What GitHub says in an error, its details included."""
    if not isinstance(data, dict):
        return str(data or "")
    errors = data.get("errors")
    details = [_detail(error) for error in errors] if isinstance(errors, list) else []
    words = [str(data.get("message", "")), *details]
    return "; ".join(word.strip() for word in words if word.strip())


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or f"{error.get('field', '')} {error.get('code', '')}")

"""GitHub as a forge, against our own GitHub: every way to fail, what is asked how often, and where the token goes."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fixbot.errors import ForgeError
from fixbot.git import PROTOCOLS, GitError, environment, git
from fixbot.pulls.forges.github import GitHubForge
from fixbot.pulls.forges.secrets import redact
from fixbot.pulls.model import PullState
from tests.github_api import Token
from tests.github_server import Fault, GitHubServer
from tests.pulls.test_forge_contract import BODY, MARKER
from tests.pulls.worlds import GitHubWorld

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitHubServer]:
    with GitHubServer.started(tmp_path) as running:
        yield running


@pytest.fixture
def world(server: GitHubServer) -> GitHubWorld:
    return GitHubWorld(server)


def run(forge: GitHubForge) -> None:
    """Everything that one run may write."""
    pull = forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=True)
    forge.add_labels(pull.number, ["fixbot", "performance"])
    forge.request(pull.number, assignees=["ann"], reviewers=["bob"])
    forge.comment(pull.number, "edited", "A person has pushed.")
    forge.save_issue("dashboard", "fixbot dashboard", "One is open.")
    forge.edit_pull_request(pull.number, title="Fix x, better")
    forge.comment(pull.number, "edited", "A person has pushed twice.")
    forge.save_issue("dashboard", "fixbot dashboard", "None is open.")
    forge.remove_labels(pull.number, ["performance"])
    forge.edit_pull_request(pull.number, body=BODY, state=PullState.CLOSED)


def seen(server: GitHubServer) -> list[object]:
    """All that people see afterwards."""
    return [
        (
            *(item.number, item.author, item.title, item.body, item.state, item.draft, item.labels),
            *(item.assignees, item.reviewers, [(comment.author, comment.body) for comment in item.comments]),
        )
        for item in server.items.values()
    ]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    with GitHubServer.started(tmp_path_factory.mktemp("undisturbed")) as server:
        server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
        run(GitHubWorld(server).again())
        assert server.counts() == {"POST": 7, "PATCH": 4, "DELETE": 1, "GET": 4}
        return seen(server)


@dataclass(frozen=True)
class Trouble:
    """A way to fail, and how long the client waits for it to pass."""

    name: str
    status: int
    waits: float
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    after: bool = False
    times: int = 1


TROUBLES = [
    Trouble("502 before", 502, 2),
    Trouble("500 three times", 500, 2, times=3),
    Trouble("502 after the write", 502, 2, after=True),
    Trouble("dropped before the write", 0, 2),
    Trouble("dropped after the write", 0, 2, after=True),
    Trouble("403 with Retry-After", 403, 7, {"retry-after": "7"}, SECONDARY),
    Trouble("403 without", 403, 60, {}, SECONDARY),
    Trouble(
        "403 used up",
        403,
        91,
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "RESET"},
        "API rate limit exceeded",
    ),
    Trouble("429 with Retry-After", 429, 9, {"retry-after": "9"}, SECONDARY),
    Trouble("429 without", 429, 60, {}, "Too many"),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_trouble_at_every_write_ends_in_the_same_state(
    world: GitHubWorld, undisturbed: list[object], trouble: Trouble
) -> None:
    server = world.server
    server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    headers = {
        name: value.replace("RESET", str(int(world.clock.time) + 90))
        for name, value in trouble.headers.items()
    }
    writes = [
        *(r"^POST .*/pulls$", r"^POST .*/labels$", r"^POST .*/assignees$", r"^POST .*/requested_reviewers$"),
        *(r"^POST .*/comments$", r"^POST .*/issues$", r"^PATCH .*/pulls/\d+$", r"^PATCH .*/comments/\d+$"),
        *(r"^PATCH .*/issues/\d+$", r"^DELETE .*/labels/"),
    ]
    server.faults = [
        Fault(match, trouble.status, trouble.message, headers, trouble.times, after=trouble.after)
        for match in writes
    ]
    run(world.again())
    assert seen(server) == undisturbed
    assert [fault.times for fault in server.faults] == [0] * len(writes)
    assert trouble.waits in world.clock.slept


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_trouble_at_every_read_is_overcome(world: GitHubWorld, trouble: Trouble) -> None:
    server = world.server
    server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    number = server.person_opens("fixbot/x", "main", "Fix x", BODY, login=world.login)
    headers = {
        name: value.replace("RESET", str(int(world.clock.time) + 90))
        for name, value in trouble.headers.items()
    }
    reads = [r"^GET .*/shop$", r"^POST /graphql", r"^GET .*/issues$", r"^GET .*/pulls/\d+$"]
    server.faults = [
        Fault(match, trouble.status, trouble.message, headers, trouble.times, after=trouble.after)
        for match in reads
    ]
    forge = world.again()
    assert forge.repository().login == world.login
    assert [pull.number for pull in forge.pull_requests("fixbot/")] == [number]
    assert forge.pull_request(number)[0].marker == MARKER
    assert [fault.times for fault in server.faults] == [0] * len(reads)


def test_lists_that_learn_of_it_late_make_no_duplicate(world: GitHubWorld) -> None:
    server = world.server
    server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    server.lag = 2
    server.faults = [Fault(r"^POST .*/pulls$", 502, after=True)]
    pull = world.forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=False)
    assert list(server.items) == [pull.number]


def test_people_are_asked_again_while_github_does_not_know_the_pull_request_yet(world: GitHubWorld) -> None:
    server = world.server
    server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    pull = world.forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=False)
    words = "Validation Failed: Could not resolve to a node with the global id of 'PR_1'."
    server.faults = [Fault("requested_reviewers", 422, words, times=2), Fault("labels", 422, words, times=2)]
    assert list(world.forge.request(pull.number, assignees=[], reviewers=["bob"])) == []
    world.forge.add_labels(pull.number, ["performance"])
    assert world.asked(pull.number) == (set(), {"bob"})
    assert server.item(pull.number).labels == ["performance"]


def test_after_enough_failures_it_gives_up_in_words(world: GitHubWorld) -> None:
    world.server.faults = [Fault(r"^GET", 502, times=99)]
    with pytest.raises(ForgeError, match=r"GET /repos/acme/shop with 502"):
        world.forge.repository()
    assert len(world.server.calls) == 4


def test_after_enough_refusals_it_gives_up_in_words(world: GitHubWorld) -> None:
    world.server.faults = [Fault(r"^GET", 429, SECONDARY, times=99)]
    with pytest.raises(ForgeError, match=r"no more requests for now.*run again"):
        world.forge.repository()
    assert world.clock.slept == [60, 120, 240]


def test_a_lack_of_permission_is_said_at_once(world: GitHubWorld) -> None:
    world.server.tokens[world.server.token] = Token(world.login, writes=False, installation=True)
    world.server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    with pytest.raises(ForgeError, match="403: Resource not accessible by integration"):
        world.forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=False)
    assert world.clock.slept == []


def test_a_wrong_token_is_said_at_once(world: GitHubWorld) -> None:
    world.server.tokens.clear()
    with pytest.raises(ForgeError, match="401: Bad credentials"):
        world.forge.repository()


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with GitHubServer.started(tmp_path) as gone:
        world = GitHubWorld(gone)
    with pytest.raises(ForgeError, match=r"did not answer .* run again"):
        world.forge.repository()


@pytest.mark.parametrize(
    ("token", "kind", "login", "is_workflow"),
    [
        (
            "ghs_workflow0123456789",
            Token("github-actions[bot]", installation=True),
            "github-actions[bot]",
            True,
        ),
        ("ghs_app0123456789", Token("shop-fixer[bot]", installation=True), "shop-fixer[bot]", False),
        ("ghp_person0123456789", Token("ann"), "ann", False),
    ],
)
@pytest.mark.parametrize("graphql", [True, False])
def test_who_the_token_is(
    world: GitHubWorld, token: str, kind: Token, login: str, is_workflow: bool, graphql: bool
) -> None:
    server = world.server
    server.tokens = {token: kind}
    server.token = token
    if not graphql:
        server.faults = [Fault("graphql", 404, "Not Found", times=9)]
    forge = world.again()
    if kind.installation and not graphql:
        with pytest.raises(ForgeError, match="whose token"):
            forge.repository()
        return
    repository = forge.repository()
    assert (repository.login, repository.workflow_token) == (login, is_workflow)
    forge.login()
    assert len([call for call in server.calls if "graphql" in call]) == 1


def test_where_drafts_are_not_supported_it_opens_an_ordinary_one(world: GitHubWorld) -> None:
    world.server.drafts = False
    world.server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    pull = world.forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=True)
    assert not pull.draft


def test_who_cannot_be_asked_is_told_and_the_others_are_asked(world: GitHubWorld) -> None:
    world.server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    pull = world.forge.open_pull_request("fixbot/x", "main", "Fix x", BODY, draft=False)
    problems = world.forge.request(
        pull.number, assignees=["Ann", "eve"], reviewers=["bob", "eve", "acme/core"]
    )
    assert [problem.split(":")[0] for problem in problems] == [
        "Ann cannot be assigned",
        "eve cannot be assigned",
        "eve cannot be asked for a review",
    ]
    assert world.asked(pull.number) == (set(), {"bob", "core"})


def test_a_pull_request_from_a_fork_is_not_the_bots(world: GitHubWorld) -> None:
    world.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    number = world.server.person_opens("fixbot/x", "main", "Fix x", BODY, login=world.login, fork="eve")
    assert list(world.forge.pull_requests("fixbot/")) == []
    assert world.forge.pull_request(number)[0].marker is None


def many(world: GitHubWorld, count: int) -> None:
    sha = world.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    for number in range(count):
        branch = f"fixbot/x{number}"
        world.git.point(branch, sha)
        world.server.person_opens(branch, "main", "Fix x", BODY, login=world.login)


def test_hundreds_are_read_by_few_requests_from_the_same_server(world: GitHubWorld) -> None:
    many(world, 230)
    for _ in range(120):  # of other people: GitHub leaves them out
        world.server.person_opens("fixbot/x", "main", "Other", BODY)
    world.server.headers = {"link": '<https://evil.example/issues?page=2>; rel="next"'}
    pulls = world.forge.pull_requests("fixbot/")
    assert [pull.number for pull in pulls] == list(range(1, 231))
    lists = [call for call in world.server.calls if call.endswith("/issues")]
    heads = [call for call in world.server.calls if "graphql" in call]
    assert (len(lists), len(heads)) == (3, 1 + 3)


def test_a_redirect_to_another_server_is_not_followed(world: GitHubWorld) -> None:
    world.server.faults = [Fault("^GET", 301, "Moved", {"location": "http://evil.example/repos/acme/shop"})]
    with pytest.raises(ForgeError, match=r"evil\.example"):
        world.forge.repository()


# Secrets


def forms(token: str) -> list[str]:
    return [
        token,
        *(base64.b64encode(f"{user}{token}".encode()).decode() for user in ("", "x-access-token:")),
    ]


def test_the_token_is_in_no_error_even_if_github_repeats_it(world: GitHubWorld) -> None:
    token = world.server.token
    world.server.faults = [Fault("^GET", 400, " and ".join(forms(token)), times=9)]
    with pytest.raises(ForgeError) as caught:
        world.forge.repository()
    shown = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__dict__!r}"  # what a debugger prints
    assert "***" in str(caught.value)
    assert not any(form in str(caught.value) for form in forms(token))
    assert not any(form in shown for form in forms(token))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_token_is_in_no_url_and_no_text_of_the_forge(world: GitHubWorld) -> None:
    world.server.git.commit("fixbot/x", {"x.py": "x = 1\n"}, start="main")
    forge = world.again()
    run(forge)
    everything = [forge.remote, repr(forge), *world.server.seen, *map(str, seen(world.server))]
    assert not any(form in text for form in forms(world.server.token) for text in everything)


def test_git_pushes_with_the_token_and_leaves_it_nowhere(world: GitHubWorld, tmp_path: Path) -> None:
    forge, token = world.forge, world.server.token
    variables = {**forge.environment, "GIT_ALLOW_PROTOCOL": PROTOCOLS, "GIT_TRACE": str(tmp_path / "trace")}
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", forge.remote, str(clone), variables=variables)
    git(clone, "push", "--quiet", "origin", "main:refs/heads/fixbot/x", variables=variables)
    assert world.server.git.sha("fixbot/x") == world.server.git.sha("main")
    assert world.server.calls[-1] == "push"
    written = [path.read_bytes() for path in (*clone.rglob("*"), tmp_path / "trace") if path.is_file()]
    assert b"git" in written[-1]  # the trace holds every argv
    assert not any(form.encode() in data for form in forms(token) for data in written)


def test_git_without_the_token_is_refused_and_the_wrong_one_is_not_shown(
    world: GitHubWorld, tmp_path: Path
) -> None:
    with pytest.raises(GitError):
        git(tmp_path, "ls-remote", world.forge.remote, variables={"GIT_ALLOW_PROTOCOL": PROTOCOLS})
    wrong = GitHubForge("acme/shop", "ghs_wrongwrong", server=world.server.url, api=world.server.url)
    with pytest.raises(GitError) as caught:
        git(
            *(tmp_path, "ls-remote", wrong.remote),
            variables={**wrong.environment, "GIT_ALLOW_PROTOCOL": PROTOCOLS},
        )
    assert not any(form in str(caught.value) for form in forms("ghs_wrongwrong"))


def test_git_sends_the_token_to_its_own_server_only(world: GitHubWorld, tmp_path: Path) -> None:
    for url, sent in ((world.forge.remote, True), ("https://evil.example/acme/shop.git", False)):
        done = subprocess.run(
            ["git", "config", "--get-urlmatch", "http.extraheader", url],
            env=environment(world.forge.environment),
            capture_output=True,
            cwd=tmp_path,
            check=False,
        )
        assert bool(done.stdout) is sent


@pytest.mark.parametrize("token", ["ghs_abcdef0123", "a+b/c=d"])
def test_redaction_finds_every_form(token: str) -> None:
    text = " | ".join([*forms(token), token.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")])
    assert set(redact(text, token).split(" | ")) == {"***"}
    assert redact("nothing", "") == "nothing"

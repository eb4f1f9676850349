"""Where the token is not: looked for everywhere while a whole run goes on, and in all that it leaves behind."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests import git_server
from tests.github_server import Fault
from tests.pulls.service import SERVICE, SETTINGS, OnGitHub, on_github

LOOKS = """\
cat /proc/self/environ > {folder}/own-$$
for process in /proc/[0-9]*; do cat $process/environ $process/cmdline; done > {folder}/all-$$ 2> /dev/null
git config --list > {folder}/config-$$
"""
"""What a hostile test suite does: look around."""


@pytest.fixture
def github(tmp_path: Path) -> Iterator[OnGitHub]:
    """With a token that nothing else on this machine has, and a repository that looks for it."""
    loot = tmp_path / "loot"
    loot.mkdir()
    (tmp_path / "tmp").mkdir()
    script = LOOKS.format(folder=loot)
    settings = SETTINGS + 'setup = "sh look.sh"\nverify = "sh look.sh"\n'
    with on_github(tmp_path, {**SERVICE, "pyproject.toml": settings, "look.sh": script}) as running:
        server = running.server
        server.tokens = {f"ghs_{uuid.uuid4().hex}": server.tokens[server.token]}
        (server.token,) = server.tokens
        yield running


def forms(token: str) -> list[bytes]:
    """The token as it is sent: plain, and in git's header."""
    return [
        token.encode(),
        *(base64.b64encode(f"{user}{token}".encode()) for user in ("", "x-access-token:")),
    ]


def files(folder: Path) -> dict[str, bytes]:
    """Every file there is at this moment."""
    found = {}
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file() and not path.is_symlink():
                found[str(path)] = path.read_bytes()
    return found


def command_lines() -> Iterator[bytes]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield (folder / "cmdline").read_bytes()


def holding(token: str, where: Mapping[str, bytes]) -> list[str]:
    return [name for name, content in where.items() if any(form in content for form in forms(token))]


def test_the_token_is_nowhere_while_a_run_goes_on_or_after_it(
    github: OnGitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, looks, bad = github.server, [], []
    git_lines: set[bytes] = set()
    serve = git_server.serve

    def look() -> None:
        looks.append(files(tmp_path).keys())
        bad.extend(holding(server.token, files(tmp_path)))
        lines = list(command_lines())
        bad.extend(str(line) for line in lines if any(form in line for form in forms(server.token)))
        git_lines.update(line for line in lines if server.url.encode() in line and line.startswith(b"git"))

    def served(*arguments: Any) -> Any:
        look()
        return serve(*arguments)

    monkeypatch.setattr(git_server, "serve", served)
    server.after = dict.fromkeys(range(1, 60), look)
    summary, out = tmp_path / "summary.md", tmp_path / "out.json"
    done = github.run(
        *("pr", "-o", out, "--traceback"),
        TMPDIR=str(tmp_path / "tmp"),
        FIXBOT_DEBUG="1",
        GITHUB_STEP_SUMMARY=str(summary),
        GIT_TRACE=str(tmp_path / "git-trace"),
    )
    assert done.returncode == 0, done.stderr
    assert len(github.opened()) == 2
    seen = {name for look in looks for name in look}
    assert [name for name in seen if name.endswith("/plan.json")], "it was looked while the bundle was there"
    assert [name for name in seen if name.endswith("repository.git/config") and "/tmp/" in name]
    assert any(b"\0push\0" in line for line in git_lines) and any(
        b"\0fetch\0" in line or b"\0ls-remote\0" in line for line in git_lines
    )
    assert bad == []
    assert summary.read_text()
    assert holding(server.token, files(tmp_path)) == []
    assert holding(server.token, {"out": done.stdout.encode(), "err": done.stderr.encode()}) == []
    assert (
        holding(server.token, {"urls": repr(server.seen).encode(), "texts": repr(github.seen()).encode()})
        == []
    )
    assert len(list((tmp_path / "loot").glob("own-*"))) == 4  # setup, base, two branches


def repeats_it_in_an_error(github: OnGitHub) -> None:
    words = b" and ".join(forms(github.server.token)).decode()
    github.server.faults = [Fault("^GET .*/issues$", 400, words, times=9)]


def is_no_json(github: OnGitHub) -> None:
    github.server.faults = [Fault("^GET", 200, github.server.token, times=9)]


def refuses_it(github: OnGitHub) -> None:
    github.server.tokens.clear()


def repeats_it_in_a_push(github: OnGitHub) -> None:
    hook = github.server.git.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    words = b" ".join(forms(github.server.token)).decode()
    hook.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n")
    hook.chmod(0o755)


def is_not_there(github: OnGitHub) -> None:
    github.server.faults = [Fault("^push$", 403, github.server.token, times=9)]


@pytest.mark.parametrize(
    "trouble", [repeats_it_in_an_error, is_no_json, refuses_it, repeats_it_in_a_push, is_not_there]
)
def test_the_token_is_in_nothing_that_is_said_of_trouble(
    github: OnGitHub, tmp_path: Path, trouble: Callable[[OnGitHub], None]
) -> None:
    token = github.server.token
    trouble(github)
    summary, out = tmp_path / "summary.md", tmp_path / "out.json"
    done = github.run(
        *("pr", "--no-verify", "-o", out, "--traceback"),
        FIXBOT_DEBUG="1",
        GITHUB_STEP_SUMMARY=str(summary),
    )
    said = {"out": done.stdout.encode(), "err": done.stderr.encode()}
    assert "error:" in done.stderr or "failed" in done.stdout
    assert holding(token, said | files(tmp_path / "tmp")) == []
    assert holding(token, {str(path): path.read_bytes() for path in (summary, out) if path.exists()}) == []
    assert holding(token, files(github.checkout)) == []
    assert holding(token, {"texts": repr(github.seen()).encode()}) == []

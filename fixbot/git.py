"""Running git so that it does what is asked and nothing else.

No configuration of the user (but ignore files, where asked) or the system counts, no hook, filter, file system
monitor or external diff runs, nothing is signed, nothing is asked at a terminal, and only a command that is meant to
reach a remote can. The environment is an allow-list, so that a token reaches git only where it is handed over.

GitPython cannot promise that: it adds to the environment of each git but takes nothing away, believes GIT_COMMON_DIR
and the like whatever the repository is, overlooks `core.worktree`, and reads no SHA-256. The tests have it as a second
opinion (`tests/pulls/test_target.py`).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from fixbot.errors import FixbotError

LOCAL_SECONDS = 300.0
REMOTE_SECONDS = 600.0
ANSWER_SECONDS = 30.0
"""For a question: git would wait for ever where an ignore file is a pipe."""
PROTOCOLS = "file:git:http:https:ssh"
"""Those that a remote may speak; `ext::` would run a command."""

_KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "PATHEXT", "COMSPEC"),
    *("XDG_CONFIG_HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK", "GIT_EXEC_PATH"),
    *("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSH", "GIT_SSH_COMMAND"),
)
_NOBODYS = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
}
"""No configuration but the repository's own."""
_FIXED = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ASKPASS": "",
    "GIT_EDITOR": ":",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = {
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "commit.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "push.gpgSign": "false",
    "push.recurseSubmodules": "no",
    "safe.directory": "*",
    "submodule.recurse": "false",
}
_NO_EXCLUDES = f"core.excludesFile={os.devnull}"
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")


class GitError(FixbotError):
    """git failed; the text says at what and what it said, without any secret."""

    def __init__(self, what: str, said: str, status: int) -> None:
        super().__init__(f"{what}: {said}" if said else what)
        self.said = said
        self.status = status


def git(
    where: Path,
    *arguments: str,
    data: bytes | None = None,
    variables: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
    seconds: float = LOCAL_SECONDS,
    own_ignores: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run one git command in `where`, with `data` on its standard input. Raises `GitError`.

    `arguments` are written by fixbot; whatever comes from outside has gone through `plain` first.
    `variables` are added to its environment, and their values never show in an error. With `own_ignores` the user's
    own configuration counts, for the ignore files that it names.
    """
    what = f"git {arguments[0]} failed"
    try:
        done = subprocess.run(
            command(*arguments, own_ignores=own_ignores),
            cwd=where,
            env=environment(variables, own_ignores=own_ignores),
            input=b"" if data is None else data,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as exc:
        if not where.is_dir():
            raise GitError(what, f"{where} is not there", -1) from None
        raise GitError("git is not installed", str(exc.strerror), -1) from None
    except subprocess.TimeoutExpired:
        raise GitError(what, f"it took longer than {seconds:.0f} s", -1) from None
    except OSError as exc:
        raise GitError(what, str(exc.strerror or exc), -1) from None
    if done.returncode not in accept:
        raise GitError(what, redacted(_words(done.stderr or done.stdout), variables), done.returncode)
    return done


def answer(
    where: Path,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
    own_ignores: bool = False,
) -> bytes | None:
    """What a short command prints, or None where it fails, takes too long, or there is no git."""
    try:
        return git(
            where,
            *arguments,
            variables=variables,
            accept=accept,
            seconds=ANSWER_SECONDS,
            own_ignores=own_ignores,
        ).stdout
    except GitError:
        return None


def command(*arguments: str, own_ignores: bool = False) -> list[str]:
    """git with every option that must hold whatever the configuration says."""
    options = [f"{key}={value}" for key, value in _OPTIONS.items()]
    options += [] if own_ignores else [_NO_EXCLUDES]
    return ["git", "--no-pager", *(part for option in options for part in ("-c", option)), *arguments]


def environment(variables: Mapping[str, str] | None = None, *, own_ignores: bool = False) -> dict[str, str]:
    """The whole environment of a git process."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **({} if own_ignores else _NOBODYS), **_FIXED, **(variables or {})}


def plain(value: str, what: str) -> str:
    """A value from outside that git cannot take for an option or for anything but one line. Raises `GitError`."""
    if not value or value.startswith("-") or not value.isprintable():
        raise GitError(
            f"{value!r} cannot be {what}", "it is empty, or begins with `-`, or is no printable text", -1
        )
    return value


def redacted(text: str, variables: Mapping[str, str] | None = None) -> str:
    """The text without credentials of URLs and without any value that was handed over by the environment."""
    text = _CREDENTIALS.sub("", text)
    for value in sorted((variables or {}).values(), key=len, reverse=True):
        for secret in (value, *value.split()):
            if len(secret) >= 8:
                text = text.replace(secret, "***")
    return text


def _words(said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return " ".join(lines)[:500]

"""Checks of what is on this machine: git, the repository, the settings, the type checker, the tests."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from fixbot.config import FILE
from fixbot.doctor.checkup import Diagnosis, Subject, advice, good, unknown, wrong
from fixbot.errors import ConfigError, TypesError
from fixbot.git import GitError, git
from fixbot.project.types import Query, Ty

OLDEST_GIT = (2, 38)
"""The first that merges without a work tree (`git merge-tree --write-tree`)."""


def git_version(subject: Subject) -> Diagnosis:
    oldest = ".".join(map(str, OLDEST_GIT))
    try:
        said = git(subject.root, "version").stdout.decode("utf-8", "replace").strip()
    except GitError as exc:
        return wrong(f"{exc}", f"Install git {oldest} or newer.")
    found = re.search(r"(\d+)\.(\d+)", said)
    if not found:
        return unknown(f"git says {said!r}", f"fixbot needs git {oldest} or newer.")
    if (int(found[1]), int(found[2])) < OLDEST_GIT:
        return wrong(said, f"Pull requests need git {oldest} or newer; `check` and `apply` do not.")
    return good(said)


def repository(subject: Subject) -> Diagnosis:
    if not (target := subject.target):
        return wrong(
            f"{subject.root} is in no git repository",
            "Run `git init` and commit, or name the folder of a clone; `check` and `apply` need none.",
        )
    if not target.head:
        return wrong("There is no commit yet", "Commit something; only what is committed is planned on.")
    if not target.branch:
        return good(f"{target.head[:12]} is checked out, on no branch")
    return good(f"{target.branch} at {target.head[:12]}")


def history(subject: Subject) -> Diagnosis | None:
    if not subject.target:
        return None
    if not (subject.target.common_dir / "shallow").is_file():
        return good("All of it is here")
    return advice(
        "This is a shallow clone",
        "Run `git fetch --unshallow`, in a workflow check out with `fetch-depth: 0`: how commits stand to each other, and "
        "how a conflict came about, is read from the history.",
    )


def settings(subject: Subject) -> Diagnosis:
    try:
        text = (subject.root / FILE).read_bytes()
        _ = subject.config
    except FileNotFoundError:
        return advice(f"There is no {FILE}: all settings have their defaults", "`fixbot init` writes one.")
    except OSError as exc:
        return wrong(f"{FILE} cannot be read: {exc.strerror or exc}", "Check its permissions.")
    except ConfigError as exc:
        return wrong(f"{exc}", "Mend the setting: until then nothing runs.")
    target = subject.target
    if target and target.head:
        name = f"{target.head}:{target.prefix}{FILE}"
        committed = git(subject.root, "cat-file", "blob", name, accept=(0, 128))
        if committed.returncode or committed.stdout.replace(b"\r\n", b"\n") != text.replace(b"\r\n", b"\n"):
            return advice(
                f"{FILE} differs from what is committed",
                "Commit it: pull requests follow the settings that are committed.",
            )
    return good(f"{FILE} can be used")


def types(subject: Subject) -> Diagnosis:
    with tempfile.TemporaryDirectory(prefix="fixbot-") as folder:
        checker = Ty(Path(folder))
        try:
            checker.show({"probe.py": "import time\ntime.sleep\n"})
            ((*found,),) = checker.declarations([Query("probe.py", 2, 5)])
        except TypesError as exc:
            return wrong(
                f"{exc}", "Install fixbot anew: ty comes with it, in the version that it is made for."
            )
        finally:
            checker.close()
    if not found:
        return wrong("ty does not know the standard library", "Install fixbot anew, ty with it.")
    return good("ty answers")


def tests(subject: Subject) -> Diagnosis | None:
    pulls = subject.config.pulls
    if pulls.verify:
        return good(f"Each branch is tested by: {pulls.verify}")
    return advice(
        "There is no command that runs the tests, so pull requests say that nothing was tested",
        f"Set `verify` (and `setup`, if a fresh checkout needs it) in [tool.fixbot] of {FILE}.",
    )

"""Checks of the workflow that runs fixbot: there, pinned, at a quiet minute, and not switched off."""

from __future__ import annotations

import re
from pathlib import Path

from fixbot.doctor.checkup import Diagnosis, Subject, advice, good, unknown, wrong
from fixbot.init import CALL

_FOLDER = ".github/workflows"
_REF = re.compile(r"^\s*ref:\s*['\"]?([^\s'\"#]+)", re.MULTILINE)
_CRON = re.compile(r"^\s*-\s*cron:\s*['\"]?(\S+)", re.MULTILINE)
_SHA = re.compile(r"[0-9a-f]{40}")


def workflow(subject: Subject) -> Diagnosis:
    if path := _file(subject):
        return good(f"{_FOLDER}/{path.name} runs fixbot")
    return advice(
        "No workflow runs fixbot",
        "`fixbot init --action OWNER/REPO@SHA` writes one; or run `fixbot pr` by hand.",
    )


def pinned(subject: Subject) -> Diagnosis | None:
    if not (path := _file(subject)) or not (called := CALL.search(text := path.read_text(errors="replace"))):
        return None
    if called[1] == ".":
        return good("The workflow is this repository's own")
    inner = _REF.search(text)
    if not _SHA.fullmatch(called[2] or "") or not inner or not _SHA.fullmatch(inner[1]):
        return advice(
            f"{called[1]} is not pinned by a commit ({called[2]}, and `ref: {inner[1] if inner else ''}`)",
            "`fixbot init --force --action OWNER/REPO@SHA` pins both: who gets hold of a tag gets hold of your token.",
        )
    if inner[1] != called[2]:
        return wrong(
            f"The workflow is of {called[2][:12]}, and what it runs of {inner[1][:12]}",
            "Write the same commit behind `uses:` and `ref:`; `fixbot init --force --action OWNER/REPO@SHA` does.",
        )
    return good(f"{called[1]} is pinned by its commit")


def cron(subject: Subject) -> Diagnosis | None:
    if not (path := _file(subject)):
        return None
    minutes = _CRON.findall(path.read_text(errors="replace"))
    if not minutes:
        return advice(
            "The workflow has no schedule",
            "Add `on: schedule:` with a `cron`, or start it by hand each time.",
        )
    if crowded := [minute for minute in minutes if not minute.isdecimal() or int(minute) % 5 == 0]:
        return advice(
            f"It runs at minute {crowded[0]}, as many others do: such runs are late, or dropped",
            "Choose one minute that is no multiple of five.",
        )
    return good(f"It runs at minute {minutes[0]}")


def state(subject: Subject) -> Diagnosis | None:
    if not (path := _file(subject)) or not (asked := subject.examination):
        return None
    found = asked.workflow_state(path.name)
    if found is None:
        return unknown(
            "This token may not see whether the workflow is enabled",
            "Look at the Actions tab of the repository.",
        )
    if not found:
        return advice(
            f"{path.name} is not on the default branch yet", "Merge it: schedules run from there only."
        )
    if found != "active":
        why = {"disabled_inactivity": "after 60 days without a commit", "disabled_manually": "by a person"}
        return wrong(
            f"GitHub has disabled {path.name}{' ' * (found in why)}{why.get(found, '')} ({found})",
            f"Enable it on the Actions tab, or by `gh workflow enable {path.name}`.",
        )
    return good(f"{path.name} is enabled")


def _file(subject: Subject) -> Path | None:
    """The first workflow that calls fixbot's."""
    folder = subject.top / _FOLDER
    files = sorted(path for path in folder.glob("*.y*ml") if path.is_file()) if folder.is_dir() else []
    return next((path for path in files if CALL.search(path.read_text(errors="replace"))), None)

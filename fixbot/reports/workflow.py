"""What a step of a GitHub workflow leaves behind: outputs for the steps after it, and its summary for people."""

from __future__ import annotations

import os
from pathlib import Path

from fixbot.errors import FixbotError

OUTPUT = "GITHUB_OUTPUT"
SUMMARY = "GITHUB_STEP_SUMMARY"
"""The environment variables in which GitHub Actions names the files of a step's outputs and of its summary."""


def write_output(name: str, value: str) -> None:
    """Give a step's output, if this is a workflow's step; `value` is one line. Raises `FixbotError`."""
    assert "\n" not in value
    _append(OUTPUT, f"{name}={value}\n", "step output")


def write_summary(markdown: str) -> None:
    """Add to a step's summary, if this is a workflow's step. Raises `FixbotError`."""
    _append(SUMMARY, f"{markdown}\n", "step summary")


def _append(variable: str, text: str, what: str) -> None:
    if not (name := os.environ.get(variable)):
        return
    try:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as exc:
        raise FixbotError(f"the {what} {name} cannot be written: {exc.strerror or exc}") from exc

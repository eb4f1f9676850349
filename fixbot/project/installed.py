"""Which of the libraries that have types of their own are installed in a project's environment."""

from __future__ import annotations

from pathlib import Path

_PACKAGES = ("lib/python*/*-packages", "Lib/site-packages")
"""Where a virtual environment has its packages, on POSIX and on Windows."""


def is_installed(stubs: Path, environment: Path | None) -> bool:
    """Whether the library that these stubs describe is in a virtual environment, or in that of its python.

    A wrong answer loses types and nothing else: the stubs say less than the library, and without both a call is unknown.
    """
    if environment is None:
        return False
    prefix = environment if environment.is_dir() else environment.parent.parent
    folders = [folder for pattern in _PACKAGES for folder in prefix.glob(pattern)]
    return any((folder / library.name).is_dir() for library in stubs.iterdir() for folder in folders)

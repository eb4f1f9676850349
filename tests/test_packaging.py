"""The wheel, the two commands, and what must never stand in the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import codemods
import fixbot
from fixbot import example
from tests.support import ROOT, environment, write_files

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def repository_files() -> list[Path]:
    """Everything that is or would be committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    return [path for name in listing.decode().split("\0") if name and (path := ROOT / name).is_file()]


# --- the wheel ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an installer makes of the wheel: its files, side by side, in a folder on the import path."""
    site = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def test_the_wheel_holds_both_packages_the_stubs_and_the_example(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    held = {name for name in names if ".dist-info/" not in name}
    wanted = {
        path.relative_to(ROOT).as_posix().replace("examples/", "fixbot/examples/", 1)
        for path in repository_files()
        if path.relative_to(ROOT).parts[0] in ("fixbot", "codemods", "examples")
    }
    assert held == wanted
    assert {name.split("/")[0] for name in held} == {"fixbot", "codemods"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc") or "_cache/" in name]


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    text = archive.read(metadata).decode()
    assert f"Version: {fixbot.__version__}\n" in text
    assert "License-Expression: MIT\n" in text
    assert "Requires-Dist: ty==0.0.105\n" in text
    points = archive.read(metadata.replace("METADATA", "entry_points.txt")).decode()
    assert (
        points == "[console_scripts]\nfixbot = fixbot.cli:main\n\n[fixbot.codemods]\nbuiltin = codemods:ALL\n"
    )


def test_an_installed_fixbot_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    env = environment() | {"PYTHONPATH": str(installed), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "fixbot", "demo", "--no-merge"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    [copy] = tmp_path.glob("fixbot-demo-*/genmedia")
    originals = {p.relative_to(example.location()) for p in (example.location() / "tests").rglob("*.py")}
    assert originals == {p.relative_to(copy) for p in (copy / "tests").rglob("*.py")}


def test_the_builtin_codemods_are_the_ones_beside_fixbot(installed: Path, tmp_path: Path) -> None:
    env = environment() | {"PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-m", "fixbot", "list"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == [c.id for c in codemods.ALL]


# --- the two commands ----------------------------------------------------------------------------------


def make(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_makefile_is_a_facade_of_at_most_40_lines() -> None:
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    assert len(lines) <= 40
    assert set(re.findall(r"^([a-z][a-z-]*):", "\n".join(lines), re.MULTILINE)) >= {
        "demo", "test", "test-slow", "lint", "clean", "help",
    }  # fmt: skip


def test_make_help_lists_the_targets() -> None:
    done = make("help")
    assert done.returncode == 0
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        "help", "demo", "test", "test-slow", "lint", "clean",
    ]  # fmt: skip


def stand_in(folder: Path, script: str) -> str:
    """A program that answers as some other Python would."""
    path = write_files(folder, {"python": f"#!/bin/sh\n{script}\n"}) / "python"
    path.chmod(0o755)
    return str(path)


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = stand_in(tmp_path, f'exec {sys.executable} -c "import sys; sys.version_info = (3, 10, 4); $2"')
    done = make("check-python", f"PYTHON={old}")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"fixbot needs Python 3.11 or newer, and {old} is 3.10; try: make PYTHON=python3.11\n"
    )


def test_a_missing_venv_module_is_named_with_its_package(tmp_path: Path) -> None:
    python = stand_in(tmp_path, f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"')
    done = make("check-python", f"PYTHON={python}")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode == 2
    assert f"apt install python{version}-venv" in done.stdout + done.stderr


def test_ci_runs_lint_tests_and_slow_tests() -> None:
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert re.findall(r"^make (\S+)$", text, re.MULTILINE) == ["lint", "test", "test-slow"]


# --- what is and is not in the repository -----------------------------------------------------------------


def test_constraints_are_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line), line


def test_every_dependency_is_constrained() -> None:
    constrained = {
        _normal(line.partition("==")[0])
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    }
    project = PYPROJECT["project"]
    for group in (project["dependencies"], *project["optional-dependencies"].values()):
        for requirement in group:
            assert _normal(re.split(r"[\[<>=~ ]", requirement)[0]) in constrained, requirement


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_ty_is_pinned_to_what_was_tried() -> None:
    [pin] = [r for r in PYPROJECT["project"]["dependencies"] if re.match(r"ty\b", r)]
    assert pin == "ty==0.0.105"
    assert "ty==0.0.105\n" in (ROOT / "constraints.txt").read_text("utf-8")


def test_no_lock_file_and_no_address_of_a_registry_or_path_of_a_machine() -> None:
    names = {path.name for path in repository_files()}
    assert not names & {
        "uv.lock",
        "poetry.lock",
        "pdm.lock",
        "Pipfile.lock",
        "pylock.toml",
        "package-lock.json",
    }
    wrong = re.compile(
        rb"(?:files\.pythonhosted|pypi\.org/simple|registry\.npmjs|--(?:extra-)?index-url|--find-links)"
        rb"|/(?:root|home/[a-z]+|Users/[a-z]+|work|opt)/[a-zA-Z.]"
    )
    for path in repository_files():
        if path != Path(__file__).resolve():
            found = wrong.search(path.read_bytes())
            assert not found, f"{path}: {found and found.group()!r}"


def test_no_text_tells_to_install_from_an_index() -> None:
    """Until the name there is ours, somebody else's package could be installed."""
    for path in repository_files():
        if path != Path(__file__).resolve() and path.suffix in (".md", ".toml", ".py", ".yml", ".txt"):
            assert not re.search(
                r"(?:pip|pipx|uv|uvx)\S* (?:install|run|add|tool install) fixbot", path.read_text("utf-8")
            ), path

"""An environment of its own for a revision: from which files, without a token, and what is said when it cannot be made."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from fixbot.errors import FixbotError
from fixbot.profiling import environments
from fixbot.profiling.environments import Wanted, built, recipe
from tests.profiling.test_compare import git, repository
from tests.support import fixbot, write_files

PROJECT = "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['fastapi>=0.100', 'house']\n"
BUILT = "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n" + PROJECT


def asked(folder: Path, *files: str, uv: bool = False, pyproject: str = "", text: str = "") -> list[str]:
    """The commands for a project of these files, as a person would type them."""
    write_files(folder, dict.fromkeys(files, text) | ({"pyproject.toml": pyproject} if pyproject else {}))
    found = recipe(folder, Path("/env/bin/python"), uv)
    return [environments._short(command) for command in found.commands] if found else []


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (["requirements.txt"], "pip install -r requirements.txt"),
        (["requirements.txt", "requirements-dev.txt"], "pip install -r requirements.txt"),
        (["requirements.txt", "requirements.lock"], "pip install -r requirements.lock"),
        (["requirements.txt", "constraints.txt"], "pip install -r requirements.txt -c constraints.txt"),
        (["requirements/base.txt", "requirements/dev.txt"], "pip install -r requirements/base.txt"),
        (["requirements-api.txt", "requirements_test.txt"], "pip install -r requirements-api.txt"),
        (["setup.py"], "pip install -e ."),
    ],
)
def test_what_pip_installs(tmp_path: Path, files: list[str], command: str) -> None:
    assert asked(tmp_path, *files) == [command]


@pytest.mark.parametrize("files", [[], ["Pipfile"], ["environment.yml"], ["requirements-dev.txt"]])
def test_what_pip_cannot_install(tmp_path: Path, files: list[str]) -> None:
    write_files(tmp_path, dict.fromkeys(files, ""))
    assert recipe(tmp_path, Path("python"), uv=False) is None


def test_a_project_that_can_be_built_is_installed(tmp_path: Path) -> None:
    assert asked(tmp_path, pyproject=BUILT) == ["pip install -e ."]
    assert asked(tmp_path, "requirements.txt", pyproject=BUILT) == ["pip install -r requirements.txt -e ."]


def test_one_that_cannot_has_its_dependencies_installed(tmp_path: Path) -> None:
    assert asked(tmp_path, pyproject=PROJECT) == ["pip install -- 'fastapi>=0.100' house"]
    assert asked(tmp_path, pyproject=PROJECT.replace("'fastapi>=0.100', 'house'", "")) == []


def test_poetry_without_a_package_is_not_for_pip(tmp_path: Path) -> None:
    text = "[build-system]\nrequires = ['poetry-core']\n[tool.poetry]\npackage-mode = false\n"
    assert asked(tmp_path, pyproject=text) == []


@pytest.mark.parametrize(
    "text", ["project = 'x'\n", "[tool]\npoetry = 1\n", "nonsense", "[project]\ndynamic = []\n"]
)
def test_a_pyproject_that_is_none(tmp_path: Path, text: str) -> None:
    assert asked(tmp_path, pyproject=text) == []


def test_hashes_are_kept_to(tmp_path: Path) -> None:
    """pip takes no project beside requirements that have hashes."""
    commands = asked(tmp_path, "requirements.txt", pyproject=BUILT, text="house==1.0 --hash=sha256:00\n")
    assert commands == ["pip install -r requirements.txt", "pip install -e . --no-deps"]


def test_locks_are_read_by_uv_where_it_is_there(tmp_path: Path) -> None:
    commands = asked(tmp_path, "uv.lock", "requirements.txt", pyproject=PROJECT, uv=True)
    assert commands == ["uv sync --frozen --no-dev"]
    (tmp_path / "uv.lock").unlink()
    assert asked(tmp_path, "pylock.toml", uv=True) == ["uv pip install -r pylock.toml"]


@pytest.mark.parametrize(
    ("lock", "uv", "reader"), [("uv.lock", False, "pip"), ("poetry.lock", True, "uv"), ("uv.lock", True, "")]
)
def test_a_lock_that_was_not_read_is_named(tmp_path: Path, lock: str, uv: bool, reader: str) -> None:
    asked(tmp_path, lock, pyproject=PROJECT)
    found = recipe(tmp_path, Path("python"), uv)
    assert found
    assert (f"{lock} was not used, for {reader} cannot read it" in found.note) is bool(reader)


# --- made for real: what is installed is a wheel in a folder, so that nothing is asked of the network --------------


def wheel(folder: Path, version: str, code: str, name: str = "house") -> Path:
    """A package, with which all packages of the tests' own environment come (fastapi, uvicorn)."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": code,
        f"{name}.pth": sysconfig.get_path("purelib") + "\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return folder


def requirements(wheels: Path, version: str) -> str:
    return f"--no-index\n-f {wheels}\nhouse=={version}\n"


def wanted(root: Path, setup: str = "", seconds: int = 120, python: Path = Path(sys.executable)) -> Wanted:
    return Wanted("v1", root, python, setup, seconds, "--head-python")


def quick_python(folder: Path) -> Path:
    """One that makes no environment, where none is needed: there is nothing to wait for."""
    python = write_files(folder, {"python": "#!/bin/sh\nexit 0\n"}) / "python"
    python.chmod(0o755)
    return python


def test_it_has_what_the_revision_asks_for_and_is_gone_afterwards(tmp_path: Path) -> None:
    wheels = wheel(tmp_path / "wheels", "1.0", "NAME = 'mine'\n")
    write_files(tmp_path / "app", {"requirements.txt": requirements(wheels, "1.0")})
    told: list[str] = []
    with built(wanted(tmp_path / "app"), told.append) as made:
        code = "import house, sys; print(house.NAME, sys.prefix)"
        said = subprocess.run([made.python, "-c", code], capture_output=True, text=True, check=True).stdout
        assert said.split() == ["mine", str(made.python.parent.parent)]
    assert made.note == "made from requirements.txt"
    assert not made.python.parent.parent.exists()
    assert "Making an environment for v1: " in told[-1]
    assert told[-1].endswith("pip install -r requirements.txt")


@pytest.mark.parametrize(
    ("address", "passed"),
    [
        ("https://packages.example.com/simple/", True),
        ("https://packages-2.example.com/py3/simple/ file:///srv/wheels", True),
        ("/srv/wheels-of-the-house-2026", True),
        ("https://ann:s3cret@packages.example.com/simple/", False),
        ("https://packages.example.com/k3Fz9Qw7Lm2Xc8Vb/shop/simple/", False),
        ("https://packages.example.com/simple/?key=s3cret", False),
        ("/srv/wheels https://ann@packages.example.com/simple/", False),
        ("s3cret", False),
    ],
)
def test_where_packages_come_from_is_told_without_secrets(address: str, passed: bool) -> None:
    told = environments.package_sources({"PIP_INDEX_URL": address, "UV_INDEX": address, "OTHER": "x"})
    assert told == ({"PIP_INDEX_URL": address, "UV_INDEX": address} if passed else {})


def test_uvicorn_is_added_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = wheel(tmp_path / "wheels", "9.9", "", "uvicorn")
    for installer in ("PIP", "UV"):
        monkeypatch.setenv(f"{installer}_FIND_LINKS", str(wheels))
        monkeypatch.setenv(f"{installer}_NO_INDEX", "1")
    app = write_files(tmp_path / "app", {"pyproject.toml": "[project]\nname = 'x'\ndependencies = []\n"})
    write_files(app, {"poetry.lock": ""})
    with built(wanted(app), lambda _: None) as made:
        asked = [made.python, "-c", "from importlib.metadata import version; print(version('uvicorn'))"]
        assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "9.9\n"
    added = (
        "made from pyproject.toml (and uvicorn, which runs the service here); poetry.lock was not used, for "
    )
    assert made.note.startswith(added)


def test_the_setup_of_the_project_comes_first_and_sees_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_TOKEN", "FIXBOT_TOKEN", "DATABASE_PASSWORD"):
        monkeypatch.setenv(name, "s3cret")
    wheels = wheel(tmp_path / "wheels", "1.0", "")
    app = write_files(tmp_path / "app", {"requirements.txt": "nothing-of-this-is-read\n"})
    setup = f"env > seen; command -v python >> seen; python -m pip install -q --no-index -f {wheels} house"
    with built(wanted(app, setup), lambda _: None) as made:
        assert "house.py" in {path.name for path in made.python.parent.parent.glob("lib/*/site-packages/*")}
        assert f"{made.python}\n" in (app / "seen").read_text(), "it runs in the environment"
    seen = (app / "seen").read_text()
    assert "s3cret" not in seen
    assert f"HOME={Path.home()}\n" not in seen
    assert made.note == "made by `setup`"


def test_an_environment_that_the_setup_makes_itself(tmp_path: Path) -> None:
    app = write_files(tmp_path / "app", {"x.py": ""})
    link = f"mkdir -p .venv/bin && ln -s {sys.executable} .venv/bin/python"
    with built(wanted(app, link, python=quick_python(tmp_path)), lambda _: None) as made:
        assert made.python == app / ".venv/bin/python"


def fails(root: Path, **options: object) -> str:
    with pytest.raises(FixbotError) as raised, built(wanted(root, **options), lambda _: None):  # type: ignore[arg-type]
        pass
    return str(raised.value)


def test_a_package_that_is_not_there(tmp_path: Path) -> None:
    wheels = wheel(tmp_path / "wheels", "1.0", "")
    said = fails(write_files(tmp_path / "app", {"requirements.txt": requirements(wheels, "7.0")}))
    assert "No environment could be made for v1: " in said
    assert "pip install -r requirements.txt ended with 1." in said
    assert "Give an environment that suits with --head-python, or set `setup` in [tool.fixbot]" in said
    assert "house==7.0" in said, "what pip said"


def test_nothing_that_pip_can_read(tmp_path: Path) -> None:
    said = fails(write_files(tmp_path / "app", {"Pipfile": "[packages]\n"}))
    assert "v1 has no requirements*.txt" in said
    assert "--head-python" in said


def test_a_setup_that_hangs_is_ended(tmp_path: Path) -> None:
    app = write_files(tmp_path / "app", {"x.py": ""})
    said = fails(app, python=quick_python(tmp_path), setup="sleep 600", seconds=1)
    assert "took longer than 1 s. `verify-timeout` in [tool.fixbot] sets the limit" in said
    assert "--head-python" in said


# --- the command -----------------------------------------------------------------------------------------------------

SERVICE = """\
import sqlite3
import house
from fastapi import FastAPI

app = FastAPI()
db = sqlite3.connect(":memory:", check_same_thread=False)


@app.get("/games")
async def games():
    return [db.execute("SELECT ?", (n,)).fetchone() for n in range(house.CALLS)]
"""


def shop(folder: Path) -> Path:
    """A repository whose v1 needs another package than its v0, by which it makes fewer calls."""
    wheels = wheel(wheel(folder / "wheels", "1.0", "CALLS = 7\n"), "2.0", "CALLS = 2\n")
    settings = '[tool.fixbot.profile]\ntarget = "main:app"\n'
    one = {"main.py": SERVICE, "pyproject.toml": settings, "requirements.txt": requirements(wheels, "1.0")}
    return repository(folder / "shop", one, {"requirements.txt": requirements(wheels, "2.0")})


@pytest.mark.slow
def test_revisions_that_need_other_packages_have_environments_of_their_own(tmp_path: Path) -> None:
    root = shop(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    flags = ("--rounds", "1", "--pairs", "5", "--timeout", "60", "--start-timeout", "60")
    done = fixbot("compare", "v0", "v1", *flags, cwd=root, TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["GET", "/games", "sql", "calls", "7", "2"] in rows
    assert "requirements.txt differs, so packages may be why something got slower or faster" in done.stdout
    assert "v1 ran in an environment of its own, made from requirements.txt" in done.stdout
    assert list(temporary.iterdir()) == []
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.slow
def test_the_working_tree_has_the_environment_of_the_project(tmp_path: Path) -> None:
    root = shop(tmp_path)
    write_files(root, {"house.py": "CALLS = 3\n"})
    done = fixbot("compare", "v0", "--rounds", "1", "--pairs", "5", "--timeout", "60", cwd=root)
    assert done.returncode == 0, done.stderr
    assert "the working tree ran in the project's own environment" in done.stdout
    assert ["sql", "calls", "7", "3"] in [line.split()[-4:] for line in done.stdout.splitlines()]
    assert {path.name for path in root.iterdir()} >= {"house.py", "main.py"}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_with_uv(tmp_path: Path) -> None:
    wheels = wheel(tmp_path / "wheels", "1.0", "")
    app = write_files(tmp_path / "app", {"requirements.txt": requirements(wheels, "1.0")})
    with built(wanted(app), lambda _: None) as made:
        subprocess.run([made.python, "-c", "import house"], check=True)

"""Whatever the analysed folder holds: no crash, nothing of it is run, and no file is harmed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, environment, fixbot, read_files, report_of, write_files

SAFE = "def total(numbers):\n    return legacy_sum(numbers)\n"
FIXED = SAFE.replace("legacy_sum", "sum")


def errors_of(report: dict[str, Any]) -> dict[str, str]:
    return {error["path"]: error["message"] for error in report["errors"]}


# --- folders -----------------------------------------------------------------------------------------


def test_no_such_folder(tmp_path: Path) -> None:
    done = fixbot("check", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: nowhere does not exist; give the folder of the project to look at\n"


def test_a_name_in_an_error_cannot_move_the_cursor(tmp_path: Path) -> None:
    done = fixbot("check", "\x1b[2J\n", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: \\x1b[2J\\n does not exist")


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": SAFE})
    done = fixbot("check", "app.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: app.py is no folder; give the folder of the project to look at\n"


@pytest.mark.parametrize("name", ["x" * 5000, "loop"])
def test_a_path_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = fixbot("check", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {name} ")
    assert "defect" not in done.stderr


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    project = write_files(tmp_path / "project", {"app.py": SAFE})
    project.chmod(0)
    try:
        done = fixbot("check", project, cwd=tmp_path, ordinary_user=True)
    finally:
        project.chmod(0o755)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Permission denied" in done.stderr
    assert "defect" not in done.stderr


@pytest.mark.parametrize("command", ["check", "apply"])
def test_no_python_files(tmp_path: Path, command: str) -> None:
    write_files(tmp_path, {"README.md": "Nothing here.\n"})
    done = fixbot(command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "There are no Python files here" in done.stdout


def test_a_folder_that_git_ignores_is_looked_at_when_it_is_asked_for(
    tmp_path: Path, house: list[Path]
) -> None:
    write_files(tmp_path, {".gitignore": "build/\n", "build/app.py": SAFE})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert report_of(cwd=tmp_path, path=house)["findings"] == []
    assert len(report_of("build", cwd=tmp_path, path=house)["findings"]) == 1


def test_without_git_on_the_machine_the_folder_is_walked(tmp_path: Path, house: list[Path]) -> None:
    write_files(tmp_path, {"app.py": SAFE})
    assert len(report_of(cwd=tmp_path, path=house, PATH=str(tmp_path / "empty"))["findings"]) == 1


def test_a_symlinked_root_is_the_folder_it_points_to(tmp_path: Path, house: list[Path]) -> None:
    project = write_files(tmp_path / "project", {"app.py": SAFE})
    (tmp_path / "link").symlink_to(project)
    assert fixbot("apply", "link", cwd=tmp_path, path=house).returncode == 0
    assert read_files(project) == {"app.py": FIXED.encode()}


# --- files -------------------------------------------------------------------------------------------


def test_files_that_are_no_python_become_errors_and_the_others_are_fixed(
    tmp_path: Path, house: list[Path]
) -> None:
    bad: dict[str, str | bytes] = {
        "binary.py": bytes(range(256)) * 40 + b"legacy_sum(x)",
        "encoding.py": b"# -*- coding: no-such-encoding -*-\nlegacy_sum(x)\n",
        "latin.py": b"name = '\xe9'; legacy_sum(x)\n",
        "null.py": b"legacy_sum(x)\0\n",
        "one_line.py": b"legacy_sum(x); x = [" + b"1, " * 1_700_000 + b"]\n",
        "syntax.py": b"def f(:\n    legacy_sum(x)\n",
        "nested.py": b"legacy_sum(" + b"(" * 5000 + b")" * 5000 + b")\n",
        "utf16.py": "legacy_sum(x)\n".encode("utf-16"),
        "markers.py": b"<<<<<<< HEAD\nlegacy_sum(x)\n=======\nlegacy_sum(y)\n>>>>>>> branch\n",
    }
    write_files(tmp_path, {**bad, "good.py": SAFE})
    report = report_of(cwd=tmp_path, path=house)
    errors = errors_of(report)
    assert errors.keys() == bad.keys()
    assert [(f["path"], f["codemod"]) for f in report["findings"] if f["safety"] == "report"] == [
        ("markers.py", "merge-conflicts")
    ]
    assert [f["path"] for f in report["findings"] if f["safety"] != "report"] == ["good.py"]
    assert errors["one_line.py"].startswith("left out: 5,1")
    assert "unknown encoding" in errors["encoding.py"]
    assert "null bytes" in errors["null.py"]
    assert "does not parse with Python 3." in errors["syntax.py"]
    assert next(e["line"] for e in report["errors"] if e["path"] == "markers.py") == 1
    assert fixbot("apply", cwd=tmp_path, path=house).returncode == 0
    assert read_files(tmp_path) == {
        "good.py": FIXED.encode(),
        **bad,
    }


def test_long_sums_are_either_looked_at_or_an_error(tmp_path: Path, house: list[Path]) -> None:
    sums = {
        "sum.py": "total = legacy_sum(" + "1+" * 5000 + "1)\n",
        "deep.py": "x = legacy_sum(" + "-" * 5000 + "1)\n",
    }
    write_files(tmp_path, {**sums, "good.py": SAFE})
    report = report_of(cwd=tmp_path, path=house)
    answered = {f["path"] for f in report["findings"]} | errors_of(report).keys()
    assert answered == {"sum.py", "deep.py", "good.py"}
    done = fixbot("apply", cwd=tmp_path, path=house)
    assert done.returncode == 0, done.stderr
    files = read_files(tmp_path)
    assert files["good.py"] == FIXED.encode()
    for name, text in sums.items():
        assert files[name] in (text.encode(), text.replace("legacy_sum", "sum").encode())


def test_a_file_that_may_not_be_read(tmp_path: Path, house: list[Path]) -> None:
    write_files(tmp_path, {"secret.py": SAFE, "good.py": SAFE})
    (tmp_path / "secret.py").chmod(0)
    report = report_of(cwd=tmp_path, path=house, ordinary_user=True)
    assert [f["path"] for f in report["findings"]] == ["good.py"]
    assert "Permission denied" in errors_of(report)["secret.py"]
    done = fixbot("check", "--strict", cwd=tmp_path, path=house, ordinary_user=True)
    assert done.returncode == 2
    assert "secret.py:1  cannot be read: " in done.stdout


def test_what_is_no_regular_file_is_passed_over(tmp_path: Path, house: list[Path]) -> None:
    outside = write_files(tmp_path / "outside", {"app.py": SAFE})
    project = write_files(tmp_path / "project", {"app.py": SAFE})
    os.mkfifo(project / "pipe.py")
    (project / "folder.py").mkdir()
    (project / "dangling.py").symlink_to("nowhere.py")
    (project / "outside.py").symlink_to(outside / "app.py")
    (project / "package").symlink_to(outside)
    (project / "inside.py").symlink_to("app.py")
    report = report_of(cwd=project, path=house)
    assert [f["path"] for f in report["findings"]] == ["app.py"]
    assert fixbot("apply", cwd=project, path=house).returncode == 0
    assert (project / "app.py").read_text() == FIXED
    assert (outside / "app.py").read_text() == SAFE


@pytest.mark.parametrize("in_git", [True, False])
def test_strange_file_names(tmp_path: Path, house: list[Path], in_git: bool) -> None:
    names = [
        "with space.py",
        "new\nline.py",
        "\x1b[31mred.py",
        "n\u00e4me.py",
        "\u202efdp.py",
        "-x.py",
        os.fsdecode(b"b\xffyte.py"),
    ]
    for name in names:
        (tmp_path / name).write_text(SAFE)
    if in_git:
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert sorted(f["path"] for f in report_of(cwd=tmp_path, path=house)["findings"]) == sorted(names)
    shown = fixbot("check", cwd=tmp_path, path=house).stdout
    assert "\x1b" not in shown
    for line in ("new\\nline.py", "\\x1b[31mred.py", "b\\xffyte.py", "\\u202efdp.py", "n\u00e4me.py"):
        assert f"{line}\n" in shown
    diff = fixbot("apply", "--diff", cwd=tmp_path, path=house).stdout
    assert fixbot("apply", cwd=tmp_path, path=house).returncode == 0
    assert {name: (tmp_path / name).read_text() for name in names} == dict.fromkeys(names, FIXED)
    patch = diff.encode(errors="surrogateescape")
    subprocess.run(["git", "apply", "--reverse", "-"], cwd=tmp_path, input=patch, check=True)
    assert {name: (tmp_path / name).read_text() for name in names} == dict.fromkeys(names, SAFE)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"def f(x):\r\n\treturn legacy_sum(x)\r\n", id="CRLF and tabs"),
        pytest.param(b"x = 1\r\ny = legacy_sum(x)\nz = '''\r\n'''\r\n", id="mixed line endings"),
        pytest.param(b"x = 1\ry = legacy_sum(x)\r", id="CR alone"),
        pytest.param(b"\xef\xbb\xbfx = legacy_sum('\xc3\xa9')\n", id="BOM"),
        pytest.param(b"# -*- coding: latin-1 -*-\nx = legacy_sum('\xe9\xa0')  # \xff\n", id="latin-1"),
        pytest.param(b"# coding: shift_jis\nx = legacy_sum('\x83\x5c')\n", id="Shift JIS"),
        pytest.param(b"import os\n\x0c\nx = legacy_sum(1)  # \x0c\n\x0c\ndef f(): pass\n", id="form feeds"),
        pytest.param(b"x = legacy_sum(1)", id="no final newline"),
        pytest.param(b"\n\n  # indented comment\nx = legacy_sum(1)   \n\n\n", id="trailing blanks"),
        pytest.param("x = '\u2028\x85'; y = legacy_sum(1)\n".encode(), id="Unicode line separators"),
    ],
)
def test_bytes_that_are_not_part_of_a_fix_survive(tmp_path: Path, house: list[Path], data: bytes) -> None:
    write_files(tmp_path, {"app.py": data})
    (tmp_path / "app.py").chmod(0o750)
    done = fixbot("apply", cwd=tmp_path, path=house)
    assert (tmp_path / "app.py").read_bytes() == data.replace(b"legacy_sum", b"sum"), done.stdout
    assert (tmp_path / "app.py").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"# coding: utf-7\nx = legacy_sum('+AOk-')\n", id="UTF-7 written the long way"),
        pytest.param(
            b"# coding: iso2022_jp\nx = legacy_sum('\x1b$B\x1b(B')\n", id="needless escape sequences"
        ),
    ],
)
def test_an_encoding_that_would_not_come_back_the_same_is_left_alone(
    tmp_path: Path, house: list[Path], data: bytes
) -> None:
    write_files(tmp_path, {"app.py": data, "good.py": SAFE})
    done = fixbot("apply", cwd=tmp_path, path=house)
    assert done.returncode == 0, done.stderr
    assert read_files(tmp_path) in (
        {"app.py": data, "good.py": FIXED.encode()},
        {"app.py": data.replace(b"legacy_sum", b"sum"), "good.py": FIXED.encode()},
    )


# --- suppressions --------------------------------------------------------------------------------------


def test_suppressions_used_and_unused(tmp_path: Path, house: list[Path]) -> None:
    source = (
        "a = legacy_sum(1)  # fixbot: ignore[modern-names] the old one rounds\n"
        "# fixbot: ignore[modern-names, one-limit] both\n"
        "b = legacy_sum(local_limit())\n"
        "c = legacy_sum(3)  # fixbot: ignore[one-limit] the wrong id\n"
        "d = 4  # fixbot: ignore[modern-names] nothing here\n"
        "e = '# fixbot: ignore[modern-names]'; legacy_sum(5)\n"
    )
    write_files(tmp_path, {"app.py": source})
    report = report_of(cwd=tmp_path, path=house)
    assert [f["line"] for f in report["findings"]] == [4, 6]
    assert report["suppressions"] == {
        "used": 3,
        "unused": [
            {
                "path": "app.py",
                "line": 4,
                "message": "`fixbot: ignore[one-limit]` suppresses nothing; remove it",
            },
            {
                "path": "app.py",
                "line": 5,
                "message": "`fixbot: ignore[modern-names]` suppresses nothing; remove it",
            },
        ],
    }
    shown = fixbot("check", cwd=tmp_path, path=house).stdout
    assert "Unused suppressions (2)" in shown
    assert "3 suppressed" in shown
    fixbot("apply", cwd=tmp_path, path=house)
    lines = (tmp_path / "app.py").read_text().splitlines()
    assert [n for n, line in enumerate(lines, 1) if "legacy_sum" in line] == [1, 3]


# --- writing -------------------------------------------------------------------------------------------


def test_a_read_only_tree_is_told_and_stays_as_it_was(tmp_path: Path, house: list[Path]) -> None:
    project = write_files(tmp_path / "project", {"app/a.py": SAFE, "app/b.py": SAFE})
    (project / "app").chmod(0o555)
    before = read_files(project)
    try:
        done = fixbot("apply", cwd=project, path=house, ordinary_user=True)
    finally:
        (project / "app").chmod(0o755)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: app/a.py: cannot be written: Permission denied; check its permissions. "
        "0 of 2 files were written before it\n"
    )
    assert read_files(project) == before


KILLED = """
import os, signal, sys
real, calls = os.replace, int(sys.argv.pop(1))
def replace(*arguments, **options):
    global calls
    calls -= 1
    if calls == 0 and WHEN == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments, **options)
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = replace
from fixbot.cli import main
main()
"""


CHAIN: dict[str, str | bytes] = {
    "app/__init__.py": "",
    "app/a.py": "from app.b import total\n\n\ndef first():\n    return total([local_limit()])\n",
    "app/b.py": f"from app.c import low\n\n\n{SAFE}",
    "app/c.py": "low = legacy_sum(())\n",
}
CHANGED = ["app/a.py", "app/b.py", "app/c.py", "app/limits.py"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, house: list[Path]) -> dict[str, bytes]:
    """What an undisturbed run makes of `CHAIN`."""
    folder = write_files(tmp_path_factory.mktemp("whole"), CHAIN)
    assert fixbot("apply", cwd=folder, path=house).returncode == 0
    files = read_files(folder)
    assert sorted(name for name in files if files[name] != str(CHAIN.get(name, "")).encode()) == CHANGED
    return files


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("calls", range(1, len(CHANGED) + 1))
def test_killed_at_any_write_then_run_again(
    tmp_path: Path, house: list[Path], whole: dict[str, bytes], when: str, calls: int
) -> None:
    before = read_files(write_files(tmp_path, CHAIN))
    done = subprocess.run(
        [sys.executable, "-c", f"WHEN = {when!r}\n{KILLED}", str(calls), "apply"],
        cwd=tmp_path,
        env=environment(*house),
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    found = {name: data for name, data in read_files(tmp_path).items() if name.endswith(".py")}
    assert all(data in (before.get(name), whole[name]) for name, data in found.items())
    written = [name for name in CHANGED if found.get(name) == whole[name]]
    assert len(written) == calls - (when == "before")
    assert "app/limits.py" in written or "app/a.py" not in written
    assert fixbot("apply", cwd=tmp_path, path=house).returncode == 0
    assert read_files(tmp_path) == whole


def test_a_file_that_changes_meanwhile_is_not_overwritten(tmp_path: Path, house: list[Path]) -> None:
    write_files(tmp_path, {"app.py": SAFE})
    script = (
        "import fixbot.engine as engine, fixbot.cli\n"
        "real = engine.apply\n"
        "def apply(*a, **k):\n"
        "    result = real(*a, **k)\n"
        "    open('app.py', 'w').write('mine\\n')\n"
        "    return result\n"
        "engine.apply = apply\n"
        "fixbot.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "apply"],
        cwd=tmp_path,
        env=environment(*house),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "app.py: changed while fixbot was running; run again" in done.stderr
    assert (tmp_path / "app.py").read_text() == "mine\n"


# --- repositories that mean harm -------------------------------------------------------------------------

HARM = "import pathlib\npathlib.Path(__file__).parent.joinpath('was-run').touch()\n"


def test_a_codemods_package_in_the_analysed_repository_is_not_run(tmp_path: Path, house: list[Path]) -> None:
    write_files(
        tmp_path,
        {
            "codemods/__init__.py": HARM + "ALL = ()\n",
            "libcst.py": HARM,
            "git/__init__.py": HARM,
            "typer.py": HARM,
            "rich.py": HARM,
            "evil.py": HARM,
            "evil-1.0.dist-info/METADATA": "Name: evil\nVersion: 1.0\n",
            "evil-1.0.dist-info/entry_points.txt": "[fixbot.codemods]\nevil = evil:ALL\n[fixbot.catalogue]\ne = evil\n",
            "app.py": SAFE,
        },
    )
    report = report_of(cwd=tmp_path, path=house)
    assert "app.py" in [f["path"] for f in report["findings"]]
    for arguments in (["list"], ["explain", "modern-names"], ["apply"]):
        assert fixbot(*arguments, cwd=tmp_path, path=house).returncode == 0
    assert (tmp_path / "app.py").read_text() == FIXED
    assert not list(tmp_path.rglob("was-run"))


def test_the_installed_script_is_as_careful_as_the_module(tmp_path: Path) -> None:
    """A script's folder is first on the import path, but PYTHONPATH may name the current folder."""
    write_files(tmp_path, {"codemods/__init__.py": HARM + "ALL = ()\n", "app.py": SAFE})
    script = "import sys; from fixbot.cli import main; main()"
    for here in ("", ".", str(tmp_path)):
        env = environment() | {"PYTHONPATH": os.pathsep.join([str(ROOT), here])}
        done = subprocess.run(
            [sys.executable, "-c", script, "list"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("was-run"))


def test_another_codemods_package_on_the_path_stops_the_run_in_words(tmp_path: Path) -> None:
    other = write_files(tmp_path / "other", {"codemods/__init__.py": HARM + "ALL = ()\n"})
    env = environment() | {"PYTHONPATH": os.pathsep.join([str(other), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-m", "fixbot", "check"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"the package `codemods` at {other / 'codemods' / '__init__.py'} hides fixbot's own" in done.stderr
    assert not list(tmp_path.rglob("was-run"))


BLOCKING = "import time\n\n\nasync def nap():\n    time.sleep(1)\n"
FIRESTORE = """\
from google.cloud import firestore


async def read(db: firestore.Client):
    return db.collection("a").document("b").get()
"""


@pytest.mark.parametrize("where", ["pyproject.toml", "ty.toml", "both"])
def test_a_hostile_configuration_of_ty_hides_nothing(tmp_path: Path, where: str) -> None:
    settings = (
        "[{0}analysis]\nreplace-imports-with-any = ['**']\nallowed-unresolved-imports = ['**']\n"
        "[{0}environment]\npython = '/nowhere'\npython-version = '3.7'\ntypeshed = '/nowhere'\nextra-paths = ['/nowhere']\n"
        "[{0}src]\nexclude = ['**']\ninclude = []\n"
    )
    clean = write_files(tmp_path / "clean", {"app.py": BLOCKING, "store.py": FIRESTORE})
    hostile = write_files(tmp_path / "hostile", {"app.py": BLOCKING, "store.py": FIRESTORE})
    if where in ("pyproject.toml", "both"):
        write_files(hostile, {"pyproject.toml": settings.format("tool.ty.")})
    if where in ("ty.toml", "both"):
        write_files(hostile, {"ty.toml": settings.format("")})
    expected = report_of(cwd=clean)["findings"]
    assert {f["path"] for f in expected} == {"app.py", "store.py"}
    assert report_of(cwd=hostile)["findings"] == expected


def test_nothing_that_git_is_told_to_run_is_run(tmp_path: Path, house: list[Path]) -> None:
    project = write_files(
        tmp_path / "project", {"app.py": SAFE, ".gitattributes": "*.py filter=evil diff=evil\n"}
    )
    trap = write_files(tmp_path, {"trap.sh": f"#!/bin/sh\ntouch {tmp_path}/was-run\ncat\n"}) / "trap.sh"
    trap.chmod(0o755)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    hooks = project / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "pre-commit", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(trap)
    for key in (
        "core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv",
        "core.editor", "core.pager", "core.sshCommand", "core.alternateRefsCommand", "alias.ls-files",
    ):  # fmt: skip
        subprocess.run(
            ["git", "config", key, f"!{trap}" if key.startswith("alias") else str(trap)],
            cwd=project,
            check=True,
        )
    before = read_files(project / ".git")
    assert len(report_of(cwd=project, path=house)["findings"]) == 1
    assert fixbot("apply", cwd=project, path=house).returncode == 0
    assert (project / "app.py").read_text() == FIXED
    assert not (tmp_path / "was-run").exists()
    assert read_files(project / ".git") == before


def test_settings_that_are_wrong_stop_the_run(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": "[tool.fixbot]\nselekt = ['batch-reads']\n", "app.py": SAFE})
    done = fixbot("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: pyproject.toml:2: [tool.fixbot] selekt is no setting; did you mean `select`?"
    )


def test_settings_that_are_no_toml_stop_the_run(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": "[tool.fixbot]\nselect = [\n", "app.py": SAFE})
    done = fixbot("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: pyproject.toml:")
    assert "is no valid TOML" in done.stderr

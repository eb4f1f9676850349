"""The command line as a person or a CI job meets it: every run is a process of its own."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixbot import __version__
from tests.support import INTERRUPTIBLE, PLUGINS, environment, fixbot, read_files, report_of, write_files

SAFE = "def total(numbers):\n    return legacy_sum(numbers)\n"
REVIEW = "import house\n\n\ndef last(items):\n    return legacy_pop(items)\n"
REPORT = "def run(text):\n    return legacy_eval(text)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_files(tmp_path / "project", {"safe.py": SAFE, "review.py": REVIEW, "report.py": REPORT})


# --- check -----------------------------------------------------------------------------------------


def test_check_tells_where_what_why_and_what_next(project: Path, house: list[Path]) -> None:
    done = fixbot("check", cwd=project, path=house)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "report.py",
        "    2:12  critical  modern-names  `legacy_eval` is gone",
        "     2 │     return legacy_eval(text)",
        "       │            ^^^^^^^^^^^^^^^^^",
        "          not fixed: nothing takes its place",
        "",
        "review.py",
        "    5:12  high  modern-names  `legacy_pop` is `pop`",
        "     5 │     return legacy_pop(items)",
        "       │            ^^^^^^^^^^^^^^^^^",
        "          needs review: `pop` raises where `legacy_pop` gave None",
        "",
        "safe.py",
        "    2:12  high  modern-names  `legacy_sum` has been `sum` since 2019",
        "     2 │     return legacy_sum(numbers)",
        "       │            ^^^^^^^^^^^^^^^^^^^",
        "          safe to fix · round trips: n → 1",
        "",
        "                safe  review  report",
        "modern-names       1       1       1",
        "",
        "3 findings in 3 files (3 files scanned).",
        "  1 safe fix: run `fixbot apply`",
        "  1 needs review: read them with `fixbot apply --review --diff`",
        "  1 is left to you: the reason stands under each",
    ]


def test_check_changes_nothing(project: Path, house: list[Path]) -> None:
    before = read_files(project)
    fixbot("check", cwd=project, path=house)
    assert read_files(project) == before


def test_json_goes_to_standard_output_alone(project: Path, house: list[Path]) -> None:
    report = report_of(cwd=project, path=house)
    assert [f["path"] for f in report["findings"]] == ["report.py", "review.py", "safe.py"]


@pytest.mark.parametrize(
    ("file", "statuses"),
    [
        ("safe.py", {"safe": 1, "review": 1, "report": 1, "never": 0}),
        ("review.py", {"safe": 0, "review": 1, "report": 1, "never": 0}),
        ("report.py", {"safe": 0, "review": 0, "report": 1, "never": 0}),
    ],
)
def test_fail_on(project: Path, house: list[Path], file: str, statuses: dict[str, int]) -> None:
    found = {
        level: fixbot("check", "--include", file, "--fail-on", level, cwd=project, path=house).returncode
        for level in statuses
    }
    assert found == statuses


def test_fail_on_is_review_unless_set(project: Path, house: list[Path]) -> None:
    assert fixbot("check", "--include", "review.py", cwd=project, path=house).returncode == 1
    assert fixbot("check", "--include", "report.py", cwd=project, path=house).returncode == 0
    write_files(project, {"pyproject.toml": "[tool.fixbot]\nfail-on = 'report'\n"})
    assert fixbot("check", "--include", "report.py", cwd=project, path=house).returncode == 1
    assert (
        fixbot("check", "--include", "report.py", "--fail-on", "never", cwd=project, path=house).returncode
        == 0
    )


def test_only_strict_fails_for_files_that_do_not_parse(project: Path, house: list[Path]) -> None:
    write_files(project, {"safe.py": "def (:\n", "review.py": "", "report.py": "legacy_ = (\n"})
    done = fixbot("check", "--select", "modern-names", cwd=project, path=house)
    assert done.returncode == 0
    assert "Could not be looked at (1)" in done.stdout
    assert "report.py:1  does not parse with Python 3." in done.stdout
    assert fixbot("check", "--strict", cwd=project, path=house).returncode == 2
    assert fixbot("apply", "--strict", cwd=project, path=house).returncode == 2


def test_output_holds_the_report_without_colours(project: Path, house: list[Path], tmp_path: Path) -> None:
    for format_, name in (("terminal", "report.txt"), ("json", "report.json")):
        done = fixbot(
            "check",
            "--format",
            format_,
            "--output",
            tmp_path / name,
            cwd=project,
            path=house,
            FORCE_COLOR="1",
        )
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert "\x1b" not in (tmp_path / "report.txt").read_text("utf-8")
    assert len(json.loads((tmp_path / "report.json").read_text("utf-8"))["findings"]) == 3


def test_output_that_cannot_be_written_is_an_error(project: Path, house: list[Path], tmp_path: Path) -> None:
    done = fixbot("check", "--output", tmp_path / "no" / "such" / "folder", cwd=project, path=house)
    assert done.returncode == 2
    assert "cannot be written: No such file or directory" in done.stderr


def test_path_may_be_any_folder(project: Path, house: list[Path], tmp_path: Path) -> None:
    done = fixbot("check", project, cwd=tmp_path, path=house)
    assert done.stdout.startswith("report.py\n")
    assert f"run `fixbot apply {project}`" in done.stdout


# --- choosing ----------------------------------------------------------------------------------------


def test_select_and_ignore_take_several_ids_and_repeat(project: Path, house: list[Path]) -> None:
    write_files(project, {"copies.py": "def get():\n    return local_limit()\n"})

    def found(*flags: str) -> set[str]:
        return {f["codemod"] for f in report_of(*flags, cwd=project, path=house)["findings"]}

    assert found() == {"modern-names", "one-limit"}
    assert found("--select", "one-limit") == {"one-limit"}
    assert found("--select", "one-limit, modern-names") == {"modern-names", "one-limit"}
    assert found("--select", "one-limit", "--select", "modern-names") == {"modern-names", "one-limit"}
    assert found("--ignore", "one-limit") == {"modern-names"}
    assert found("--ignore", "one-limit,modern-names") == set()


def test_select_takes_the_place_of_the_settings(project: Path, house: list[Path]) -> None:
    write_files(project, {"pyproject.toml": "[tool.fixbot]\nignore = ['modern-names']\n"})
    assert report_of(cwd=project, path=house)["findings"] == []
    assert report_of("--select", "modern-names", cwd=project, path=house)["findings"] != []


def test_include_and_exclude(project: Path, house: list[Path]) -> None:
    write_files(project, {"app/safe.py": SAFE})

    def found(*flags: str) -> set[str]:
        return {f["path"] for f in report_of(*flags, cwd=project, path=house)["findings"]}

    assert found("--include", "app") == {"app/safe.py"}
    assert found("--exclude", "app", "--exclude", "re*.py") == {"safe.py"}
    write_files(project, {"pyproject.toml": "[tool.fixbot]\nexclude = ['*']\n"})
    assert found() == set()
    assert found("--exclude", "app") == {"report.py", "review.py", "safe.py"}


@pytest.mark.parametrize("command", ["check", "apply"])
def test_an_unknown_codemod_is_named_with_the_nearest_and_the_list(
    project: Path, house: list[Path], command: str
) -> None:
    done = fixbot(command, "--select", "modern_nmes", cwd=project, path=house)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: --select: there is no codemod `modern_nmes`; did you mean `modern-names`? The codemods are `"
    )


# --- apply -------------------------------------------------------------------------------------------


def test_apply_makes_safe_changes_only(project: Path, house: list[Path]) -> None:
    done = fixbot("apply", cwd=project, path=house)
    assert done.returncode == 0
    assert read_files(project) == {
        "safe.py": SAFE.replace("legacy_sum", "sum").encode(),
        "review.py": REVIEW.encode(),
        "report.py": REPORT.encode(),
    }
    assert "Fixed 1 finding in 1 file" in done.stdout
    assert "1 needs review: read them with `fixbot apply --review --diff`" in done.stdout


def test_apply_review_makes_both(project: Path, house: list[Path]) -> None:
    fixbot("apply", "--review", cwd=project, path=house)
    files = read_files(project)
    assert files["review.py"] == REVIEW.replace("legacy_pop", "house.pop").encode()
    assert files["safe.py"] == SAFE.replace("legacy_sum", "sum").encode()
    assert files["report.py"] == REPORT.encode()


def test_a_second_apply_changes_nothing(project: Path, house: list[Path]) -> None:
    fixbot("apply", "--review", cwd=project, path=house)
    before = read_files(project)
    done = fixbot("apply", "--review", cwd=project, path=house)
    assert done.stdout.startswith("Nothing to fix.")
    assert read_files(project) == before


def test_diff_is_a_patch_and_writes_nothing(project: Path, house: list[Path]) -> None:
    write_files(
        project,
        {"app/a b.py": "x = legacy_sum(())", "app/copies.py": "def get():\n    return local_limit()\n"},
    )
    before = read_files(project)
    done = fixbot("apply", "--diff", "--review", cwd=project, path=house)
    assert done.returncode == 1
    assert read_files(project) == before
    subprocess.run(["git", "apply", "-"], cwd=project, input=done.stdout, text=True, check=True)
    patched = read_files(project)
    for name, data in before.items():
        (project / name).write_bytes(data)
    (project / "app" / "limits.py").unlink()
    fixbot("apply", "--review", cwd=project, path=house)
    assert read_files(project) == patched


def test_diff_exits_0_when_there_is_nothing_to_change(project: Path, house: list[Path]) -> None:
    done = fixbot("apply", "--diff", "--include", "report.py", cwd=project, path=house)
    assert (done.returncode, done.stdout) == (0, "")


# --- list, explain, help -------------------------------------------------------------------------------


def test_list_is_in_the_order_of_running(project: Path, house: list[Path]) -> None:
    from codemods import ALL

    done = fixbot("list", cwd=project, path=house)
    ids = [line.split()[0] for line in done.stdout.splitlines()]
    assert ids == [codemod.id for codemod in ALL] + ["modern-names", "one-limit"]


def test_explain_gives_the_documentation_as_markdown(project: Path, house: list[Path]) -> None:
    done = fixbot("explain", "modern-names", cwd=project, path=house)
    assert done.stdout.startswith(
        "# modern-names\n\nUse the names that this house uses now.\n\n## What it does\n"
    )


def test_explain_of_an_unknown_codemod(project: Path, house: list[Path]) -> None:
    done = fixbot("explain", "modern", cwd=project, path=house)
    assert done.returncode == 2
    assert "there is no codemod `modern`; did you mean `modern-names`?" in done.stderr


def test_version(tmp_path: Path) -> None:
    done = fixbot("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"fixbot {__version__}\n")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "--help"], ["apply", "--help"], ["demo", "--help"]]
)
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    script = (
        "import sys; from fixbot.cli import app\n"
        f"app({arguments!r}, standalone_mode=False)\n"
        "print([m for m in ('libcst', 'git', 'ty', 'fixbot.engine', 'codemods') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    "arguments", [["chekc"], ["check", "--fail-on", "sometimes"], ["check", "--no-such-flag"]]
)
def test_wrong_usage_exits_with_2(tmp_path: Path, arguments: list[str]) -> None:
    done = fixbot(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: fixbot" in done.stderr


# --- when something goes wrong ---------------------------------------------------------------------------


BROKEN = """
import ast
from fixbot import engine
from fixbot.codemod import Codemod
from fixbot.model import Severity

codemod = Codemod(__name__, triggers=[b"x"], severity=Severity.LOW, category="")

@codemod.visit(ast.Name)
def name(node, at):
    yield 1 / 0
"""


def installed(folder: Path, source: str) -> list[Path]:
    """An installed codemod of this source."""
    from tests.support import install_plugin

    site = install_plugin(folder / "site", "[fixbot.codemods]\nbroken = broken:codemod\n", name="broken")
    write_files(site, {"broken.py": source})
    return [site]


@pytest.fixture
def broken(tmp_path: Path) -> list[Path]:
    """An installed codemod that makes all of fixbot fail."""
    return installed(tmp_path, f"{BROKEN}\nengine.find = lambda *_, **__: 1 / 0\n")


def test_a_codemod_that_fails_at_a_file_does_not_stop_the_others(tmp_path: Path) -> None:
    project = write_files(
        tmp_path / "project", {"x.py": "x\n", "y.py": "def f():\n    return 1\n    return 1\n"}
    )
    site = installed(tmp_path, BROKEN)
    done = fixbot("check", "--format", "json", cwd=project, path=site)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(f["codemod"], f["path"]) for f in report["findings"]] == [("duplicate-blocks", "y.py")]
    [error] = report["errors"]
    assert error["path"] == "x.py"
    assert "broken fails at this file (ZeroDivisionError: division by zero)" in error["message"]
    assert fixbot("check", "--strict", cwd=project, path=site).returncode == 2
    shown = fixbot("check", "--traceback", cwd=project, path=site, FIXBOT_DEBUG="1")
    assert "Traceback" in shown.stderr


def test_a_failure_of_fixbot_is_one_sentence_and_how_to_report_it(tmp_path: Path, broken: list[Path]) -> None:
    project = write_files(tmp_path / "project", {"x.py": "x\n"})
    done = fixbot("check", cwd=project, path=broken)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: fixbot failed: ZeroDivisionError: division by zero\n")
    assert "report it" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in fixbot("check", "--traceback", cwd=project, path=broken).stderr
    assert "Traceback" in fixbot("check", cwd=project, path=broken, FIXBOT_DEBUG="1").stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path, house: list[Path]) -> None:
    project = write_files(tmp_path, {"many.py": "legacy_eval(0)\n" * 5000})
    process = subprocess.Popen(
        [sys.executable, "-m", "fixbot", "check"],
        cwd=project,
        env=environment(*house),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_an_interrupt_is_told_in_one_line(tmp_path: Path) -> None:
    from tests.support import install_plugin

    site = install_plugin(tmp_path / "site", "[fixbot.codemods]\nslow = slow:codemod\n", name="slow")
    write_files(site, {"slow.py": "import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(60)\n"})
    process = subprocess.Popen(
        [*INTERRUPTIBLE, "list"],
        cwd=tmp_path,
        env=environment(site),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "interrupted; no file was left half-written\n"


# --- terminals -------------------------------------------------------------------------------------------


def on_terminal(*arguments: str, cwd: Path, path: list[Path], **variables: str) -> tuple[str, str]:
    """What is shown on standard output and error when both are terminals of 60 columns."""
    outputs = []
    pairs = [pty.openpty(), pty.openpty()]
    process = subprocess.Popen(
        [sys.executable, "-m", "fixbot", *arguments],
        cwd=cwd,
        env=environment(*path, TERM="xterm-256color", COLUMNS="60", **variables),
        stdin=subprocess.DEVNULL,
        stdout=pairs[0][1],
        stderr=pairs[1][1],
    )
    for reader, writer in pairs:
        os.close(writer)
        shown = b""
        try:
            while part := os.read(reader, 65536):
                shown += part
        except OSError:  # how Linux says that the other side was closed
            pass
        outputs.append(shown.decode())
        os.close(reader)
    process.wait()
    return outputs[0], outputs[1]


def test_a_terminal_gets_colours_progress_and_lines_that_fit(project: Path, house: list[Path]) -> None:
    shown, told = on_terminal("check", cwd=project, path=house)
    assert "\x1b[" in shown
    findings, _, _ = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).partition("3 findings")
    assert 50 < max(map(len, findings.splitlines())) <= 60
    assert "Looking for modern-names" in told or "Reading the project" in told


def test_no_color_and_ci(project: Path, house: list[Path]) -> None:
    shown, told = on_terminal("check", cwd=project, path=house, NO_COLOR="1", CI="true")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", shown)
    assert told == ""


def test_force_color_colours_a_pipe(project: Path, house: list[Path]) -> None:
    done = fixbot("check", cwd=project, path=house, FORCE_COLOR="1")
    assert "\x1b[" in done.stdout
    assert done.stderr == ""


def test_the_list_and_the_documentation_on_a_terminal(project: Path, house: list[Path]) -> None:
    shown, _ = on_terminal("list", cwd=project, path=house)
    assert "Read about one with `fixbot explain CODEMOD`." in shown
    shown, _ = on_terminal("explain", "modern-names", cwd=project, path=house)
    assert "##" not in shown
    assert "What it does" in shown


def test_a_terminal_without_unicode_gets_escapes_not_a_crash(project: Path, house: list[Path]) -> None:
    done = fixbot("check", cwd=project, path=house, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    assert "\\u2502" in done.stdout


def test_the_plugin_stands_beside_the_tests() -> None:
    """`house` is imported by its name in these runs; a rename would silently empty them."""
    assert (PLUGINS / "house_codemods" / "modern_names.py").is_file()

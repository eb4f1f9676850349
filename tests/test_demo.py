"""`fixbot demo`: the pull requests of the example, in their order, until nothing is left; the machine as it was before."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from codemods import ALL
from fixbot import example
from fixbot.model import Safety
from fixbot.pulls.forges.local import LocalForge
from fixbot.pulls.model import PlannedFinding, PlannedFix, PullRequest, PullState
from fixbot.reports import demo_report
from tests.support import INTERRUPTIBLE, environment, fixbot, read_files, report_of

IDS = [codemod.id for codemod in ALL]


def demo(tmp_path: Path, *arguments: str, **variables: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run it as somebody whose machine has nothing that helps, and find its folder."""
    (tmp_path / "home").mkdir()
    strange = {
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path),
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GITHUB_TOKEN": "secret",
        "GITHUB_REPOSITORY": "somebody/else",
        "http_proxy": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-m", "fixbot", "demo", *arguments],
        cwd=tmp_path,
        env=environment() | strange | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "home").iterdir()) == []
    [folder] = tmp_path.glob("fixbot-demo-*")
    assert {path.name for path in tmp_path.iterdir()} == {"home", folder.name}
    return done, folder


def commands(said: str) -> list[str]:
    """What it shows to be typed or opened."""
    return [line.strip() for line in said.splitlines() if line.startswith("    ")]


def place(pull: PullRequest) -> tuple[int, bool]:
    """Where its codemod stands in the documented order, what is safe before what needs review."""
    tail = pull.branch.removeprefix("fixbot/")
    return IDS.index(tail.removesuffix("-review")), tail.endswith("-review")


def together(one: PullRequest, other: PullRequest) -> bool:
    """Whether both change a file."""
    assert one.marker and other.marker
    return bool({*one.marker.files} & {*other.marker.files})


def test_the_first_pull_requests_open_and_the_commands_shown_work(tmp_path: Path) -> None:
    before = read_files(example.location())
    done, folder = demo(tmp_path, "--no-merge")
    forge = LocalForge(folder / "forge")
    pulls = forge.pull_requests("fixbot")
    assert pulls and {pull.state for pull in pulls} == {PullState.OPEN}
    assert list(pulls) == sorted(pulls, key=place)
    for pull in pulls:
        assert f"#{pull.number} " in done.stdout
    assert "\x1b" not in done.stdout

    shown = commands(done.stdout)
    assert (folder / "forge" / "index.html").as_uri() in shown
    pull_one, again = (next(c for c in shown if word in c) for word in (" pull ", "fixbot pr "))
    subprocess.run(shlex.split(pull_one), check=True, capture_output=True)
    ran = fixbot(*shlex.split(again)[1:], cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert forge.item(pulls[0].number).state == PullState.MERGED

    subprocess.run(shlex.split(shown[-1]), check=True)
    assert not folder.exists()
    assert read_files(example.location()) == before


@pytest.mark.slow
def test_the_whole_demo_leaves_nothing_to_fix(tmp_path: Path) -> None:
    done, folder = demo(tmp_path)
    items = [json.loads(path.read_text()) for path in (folder / "forge" / "items").glob("*.json")]
    pulls = sorted((item for item in items if item["kind"] == "pull"), key=lambda item: item["number"])
    assert {pull["state"] for pull in pulls} == {"merged"}
    assert len({pull["branch"] for pull in pulls}) == len(pulls) >= 8
    assert pulls[0]["branch"] == "fixbot/merge-conflicts-review"
    opened = LocalForge(folder / "forge").pull_requests("fixbot")
    assert [
        (a.branch, b.branch) for a, b in combinations(opened, 2) if together(a, b) and place(a) > place(b)
    ] == []

    # It shows what a reviewer sees, each merge, and what each review-class fix makes people accept.
    assert "▸ Not wanted, or not like this?" in done.stdout
    assert "+        prefetched = _prefetch_documents(" in done.stdout
    lines = done.stdout.splitlines()
    assert [line.split()[2] for line in lines if line.startswith("  you merge ")] == [
        f"#{pull['number']}" for pull in pulls
    ]
    drafts = sum(pull["branch"].endswith("-review") for pull in pulls)
    assert done.stdout.count("you accept, at") == sum(line.startswith("  draft ") for line in lines) == drafts
    assert f"{len(pulls)} pull requests merged, and none is open or waits." in done.stdout
    assert "`fixbot check` on the result says: nothing more to fix." in done.stdout

    # And it is true, for whoever looks again; the service still does what its own tests say.
    report = report_of(folder / "genmedia", cwd=tmp_path)
    assert report["errors"] == []
    on_request = {codemod.id for codemod in ALL if not codemod.opens}
    assert {f["safety"] for f in report["findings"] if f["codemod"] not in on_request} == {"report"}
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(tests, cwd=folder / "genmedia", capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    outcomes = tmp_path / "outcomes.json"
    again = fixbot("pr", folder / "genmedia", "--forge", folder / "forge", "-o", outcomes, cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert {each["outcome"] for each in json.loads(outcomes.read_text())["outcomes"]} <= {"not-selected"}


def test_ctrl_c_says_where_the_folder_is(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*INTERRUPTIBLE, "demo"],
        env=environment() | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stderr
    for line in process.stdout:
        if line.startswith("The service"):
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    [folder] = tmp_path.glob("fixbot-demo-*")
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert f"    rm -rf {folder}\n" in said
    assert "Traceback" not in said


def test_without_git_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = fixbot("demo", cwd=tmp_path, PATH=str(tmp_path / "bin"), TMPDIR=str(tmp_path))
    assert done.returncode == 2
    assert "error: git is not installed" in done.stderr


def test_without_a_place_for_temporary_files_it_says_so(tmp_path: Path) -> None:
    code = "import tempfile; tempfile.tempdir = '/nowhere/at/all'; from fixbot.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "demo"], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: no temporary folder can be made" in done.stderr


# --- what is shown of a pull request -----------------------------------------------------------------

DIFF = """\
diff --git a/app/x.py b/app/x.py
index 1..2 100644
--- a/app/x.py
+++ b/app/x.py
@@ -1,2 +1,3 @@
+import asyncio
 import time
@@ -10,3 +11,3 @@ async def f():
 a
-    time.sleep(1)
+    await asyncio.sleep(1)
 b
diff --git a/app/helpers.py b/app/helpers.py
new file mode 100644
--- /dev/null
+++ b/app/helpers.py
@@ -0,0 +1 @@
+x = 1
"""


def fix(path: str, line: int) -> PlannedFix:
    finding = PlannedFinding("c", path, line, 1, line, 2, "", "high", "", Safety.SAFE, "", "")
    return PlannedFix(
        "c", Safety.SAFE, 1, "fixbot/c", "main", "", (), False, (path,), "01-c.patch", "", (finding,)
    )


def test_of_a_diff_the_places_themselves_are_shown() -> None:
    shown = [line.plain for line in demo_report.short_diff(DIFF, fix("app/x.py", 11))]
    assert shown[:2] == ["--- app/x.py", "@@ -10,3 +11,3 @@ async def f():"]
    assert "+    await asyncio.sleep(1)" in shown
    assert not [line for line in shown if "import" in line or "helpers" in line]


def test_a_diff_without_those_places_is_shown_from_its_beginning() -> None:
    shown = [line.plain for line in demo_report.short_diff(DIFF, fix("app/x.py", 5))]
    assert shown[:-1] == DIFF.removesuffix("\n").split("\n")


def test_of_a_body_what_is_folded_is_a_title() -> None:
    body = "Text.\n\n<details>\n<summary>More</summary>\n\nDetails\n\n</details>\n\nEnd\n\n<!-- fixbot:pull eA== -->"
    assert demo_report.short_body(body) == "Text.\n\n▸ More\n\nEnd"

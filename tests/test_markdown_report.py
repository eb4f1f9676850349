"""`fixbot report`: a document in the shape of a performance review, made of what was found."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt

from codemods import ALL
from fixbot import commands
from fixbot.commands import Choice
from fixbot.reports import markdown
from tests.support import fixbot, write_files

SERVICE = """\
import logging
import time

logger = logging.getLogger(__name__)
ALLOWED = ["A@north.example", "b@north.example"]


async def wait() -> None:
    time.sleep(1)


def is_allowed(email: str) -> bool:
    allowed = [e.lower() for e in ALLOWED]
    return email.lower() in allowed


async def names(games: list[dict]) -> list[str]:
    for game in games:
        logger.info(f"Returning game {game['id']}")
    return [game["name"] for game in games]
"""


def report(folder: Path, files: dict[str, str | bytes]) -> str:
    write_files(folder, files)
    with commands.open_run(folder, Choice()) as opened:
        checked = commands.check(opened, print)
        found = markdown.issues(checked, opened.codemods, commands.examples(opened, print))
        return markdown.markdown_report(checked, found, opened.project.sources)


def test_the_shape_of_the_document(tmp_path: Path) -> None:
    text = report(tmp_path, {"app/main.py": SERVICE})
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Performance analysis report",
        "## High severity",
        "### 1. Move blocking calls in async code to a thread",
        "## Low severity",
        "### 2. Work out once what is the same for every request",
        "### 3. Log one summary instead of a line for every item",
        "## Summary table",
        "## Recommended priority order",
    ]
    assert "- `app/main.py` (safe to fix: 9)" in text
    assert "- `app/main.py` (fix for review: 18)" in text
    assert "-    time.sleep(1)\n+    await asyncio.sleep(1)" in text
    assert text.count("**Problem:**") == text.count("**Impact:**") == text.count("**Solution:**") == 3
    order = [codemod.id for codemod in ALL if f"--select {codemod.id}" in text.split("priority order")[1]]
    listed = [
        line.split("--select ")[1].split("`")[0]
        for line in text.splitlines()
        if line[:2] in ("1.", "2.", "3.")
    ]
    assert listed == order == ["blocking-calls", "hoisted-constants", "loop-logging"]


def test_what_can_only_be_reported_says_why(tmp_path: Path) -> None:
    code = 'import time\n\nlock = __import__("threading").Lock()\n\n\nasync def wait():\n    with lock:\n        open("a").read()\n'
    text = report(tmp_path, {"app.py": code})
    assert "**Solution:** by hand, because" in text
    assert "by hand" in text.split("priority order")[1]


def test_nothing_found(tmp_path: Path) -> None:
    text = report(tmp_path, {"app.py": "x = 1\n", "bad.py": "def\n"})
    assert "Nothing was found in 2 files." in text
    assert "async" not in text


def test_text_of_the_project_does_nothing_in_it(tmp_path: Path) -> None:
    evil = SERVICE.replace(
        "time.sleep(1)", "time.sleep(1)  # ``` @team <img src=x> [a](http://evil.example) #12"
    )
    html = MarkdownIt("gfm-like", {"linkify": False}).render(report(tmp_path, {"app/@team/main.py": evil}))
    assert "<img" not in html
    assert "<a " not in html


def test_as_a_person_runs_it(tmp_path: Path) -> None:
    write_files(tmp_path / "project", {"app/main.py": SERVICE})
    done = fixbot("report", "project", "--select", "hoisted-constants", "-o", "report.md", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "report.md").read_text().startswith("# Performance analysis report")
    assert (tmp_path / "project/app/main.py").read_text() == SERVICE

"""What README and CONTRIBUTING show is true: their examples are run, their table is made from the codemods.

`python -m tests.test_docs` writes the table into the README.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from codemods import ALL
from fixbot import engine
from fixbot.config import Config
from fixbot.doctor import CHECKS
from fixbot.pull_settings import READERS
from fixbot.testing import project_of
from tests.support import ROOT, fixbot, write_files

README = ROOT / "README.md"
_TABLE = re.compile(r"(?<=writes this table -->\n).*?(?=<!-- end -->)", re.DOTALL)


def table() -> str:
    """One row for each built-in codemod, in their order."""
    rows = (f"| [`{c.id}`]({c.module.replace('.', '/')}.py) | {c.summary} |\n" for c in ALL)
    return f"\n| codemod | what |\n|---|---|\n{''.join(rows)}\n"


def blocks(document: Path, language: str) -> list[str]:
    """The fenced code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_table_of_codemods_is_that_of_the_code() -> None:
    found = _TABLE.search(README.read_text("utf-8"))
    assert found and found.group() == table(), f"run `python -m {__spec__.name}`"


def test_the_first_example_is_what_fixbot_does() -> None:
    [diff] = blocks(README, "diff")
    before = "".join(line[1:] or "\n" for line in diff.splitlines(keepends=True) if not line.startswith("+"))
    after = "".join(line[1:] or "\n" for line in diff.splitlines(keepends=True) if not line.startswith("-"))
    project = project_of({"app.py": before})
    try:
        applied = engine.apply(project, ALL)
    finally:
        project.close()
    assert applied.texts == {"app.py": after}


def test_the_settings_of_the_readme_are_those_there_are(tmp_path: Path) -> None:
    settings, ignored = blocks(README, "toml")
    write_files(
        tmp_path,
        {
            "pyproject.toml": settings + ignored,
            "stubs/x.pyi": "",
            ".venv/pyvenv.cfg": "",
            "app/x.py": "",
            "data/app.sqlite3": "",
        },
    )
    done = fixbot("check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    shown = set(re.findall(r"^([a-z-]+) =", settings, re.MULTILINE))
    assert shown == {name.replace("_", "-") for name in Config.__dataclass_fields__} - {
        "minimum-python",
        "profile",
        "pulls",
    }


def test_the_settings_of_pull_requests_in_the_readme_are_those_there_are() -> None:
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", README.read_text("utf-8"), re.MULTILINE)
    shown = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    assert shown | {"ignored"} >= READERS.keys()
    assert "[[tool.fixbot.ignored]]" in blocks(README, "toml")[1]


@pytest.mark.parametrize(
    "command",
    ["check", "apply", "plan", "verify", "list", "explain", "demo", "profile", "compare", "init", "doctor"],
)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`fixbot {command}" in README.read_text("utf-8")


def test_every_check_of_the_doctor_is_in_the_documentation() -> None:
    table = (ROOT / "docs/github.md").read_text("utf-8").partition("## What doctor looks at")[2]
    rows = re.findall(r"^\| ([\w ,]+) \|", table, re.MULTILINE)[1:]
    assert [name for row in rows for name in row.split(", ")] == [name for name, _ in CHECKS]


def test_the_codemod_of_the_guide_passes_its_own_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, tests = blocks(ROOT / "CONTRIBUTING.md", "python")
    write_files(tmp_path, {"sorted_copies.py": source})
    monkeypatch.syspath_prepend(tmp_path)
    namespace: dict[str, object] = {}
    exec(tests.replace("codemods.sorted_copies", "sorted_copies"), namespace)
    names = [name for name in namespace if name.startswith("test_")]
    assert len(names) == 3
    for name in names:
        namespace[name]()  # type: ignore[operator]
    sys.modules.pop("sorted_copies")


if __name__ == "__main__":
    README.write_text(_TABLE.sub(lambda _: table(), README.read_text("utf-8")), "utf-8")

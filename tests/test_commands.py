"""Between flags and engine: which codemods are chosen, and in which order files are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixbot import commands
from fixbot.codemod import Codemod
from fixbot.commands import Choice, writing_order
from fixbot.config import Config
from fixbot.errors import ConfigError
from fixbot.model import Severity
from fixbot.reports.diff import Change
from fixbot.rewrite.disk import CannotWrite
from fixbot.testing import project_of
from tests.support import read_files

AVAILABLE = [Codemod(name, triggers=[b"x"], severity=Severity.LOW, category="") for name in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("choice", "config", "chosen"),
    [
        (Choice(), Config(), "abc"),
        (Choice(select=("c", "a")), Config(), "ac"),
        (Choice(ignore=("b",)), Config(), "ac"),
        (Choice(select=("a", "b"), ignore=("b",)), Config(), "a"),
        (Choice(), Config(select=("b",)), "b"),
        (Choice(), Config(ignore=("b",)), "ac"),
        (Choice(select=("b",)), Config(select=("a",), ignore=("b",)), "b"),
        (Choice(ignore=("a",)), Config(select=("a",)), "bc"),
    ],
)
def test_the_command_line_takes_the_place_of_the_settings(
    choice: Choice, config: Config, chosen: str
) -> None:
    assert "".join(c.id for c in commands.chosen_codemods(AVAILABLE, choice, config)) == chosen


def test_an_unknown_codemod_is_an_error() -> None:
    with pytest.raises(ConfigError, match="--ignore: there is no codemod `d`"):
        commands.chosen_codemods(AVAILABLE, Choice(ignore=("d",)), Config())


def order(files: dict[str, str], new: tuple[str, ...] = ()) -> list[str]:
    return writing_order(project_of(files), files, [path for path in files if path not in new])


def test_files_are_written_after_those_they_import_from() -> None:
    files = {
        "app/__init__.py": "",
        "app/a.py": "from app.b import x\n",
        "app/b.py": "import app.c\n",
        "app/c.py": "def f():\n    from . import d\n",
        "app/d.py": "x = 1\n",
    }
    assert order(files) == ["app/__init__.py", "app/d.py", "app/c.py", "app/b.py", "app/a.py"]


def test_new_files_are_written_first() -> None:
    files = {"a.py": "import z\n", "b.py": "", "z.py": ""}
    assert order(files, new=("z.py",)) == ["z.py", "a.py", "b.py"]


def test_a_new_file_still_waits_for_what_it_imports_from() -> None:
    assert order({"a.py": "", "z.py": "import a\n"}, new=("z.py",)) == ["a.py", "z.py"]


def test_circles_and_files_that_do_not_parse_have_a_place_too() -> None:
    files = {"a.py": "import b\n", "b.py": "import a\nimport b\n", "c.py": "def (:\n"}
    assert order(files) == ["b.py", "a.py", "c.py"]


def test_a_long_chain_of_imports_is_no_problem() -> None:
    files = {f"m{n:05}.py": f"import m{n + 1:05}\n" for n in range(3000)}
    assert order(files) == sorted(files, reverse=True)


def test_writing_stops_at_the_first_file_that_fails_and_says_how_far_it_came(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("changed by somebody\n")
    changes = [Change("a.py", None, b"1\n"), Change("b.py", b"old\n", b"2\n"), Change("c.py", None, b"3\n")]
    with pytest.raises(
        CannotWrite, match=r"b\.py: changed while fixbot .* 1 of 3 files were written before it"
    ):
        commands.write(tmp_path, changes)
    assert read_files(tmp_path) == {"a.py": b"1\n", "b.py": b"changed by somebody\n"}

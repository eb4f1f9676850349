"""`[tool.fixbot]`: what is accepted, and how a wrong setting is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixbot.config import Config, FailOn, GatherErrors, minimum_python, read_config
from fixbot.errors import ConfigError
from fixbot.pull_settings import Draft, IgnoredFinding, PullSettings, RebaseWhen, Split
from tests.support import write_files

IDS = ["batch-reads", "blocking-calls"]


def read(folder: Path, text: str) -> Config:
    write_files(folder, {"pyproject.toml": text})
    return read_config(folder, IDS)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return str(caught.value)


def test_defaults_without_a_file(tmp_path: Path) -> None:
    assert read_config(tmp_path, IDS) == Config()
    assert Config().fail_on is FailOn.REVIEW


def test_defaults_without_the_table(tmp_path: Path) -> None:
    assert read(tmp_path, "[project]\nname = 'x'\n") == Config()


def test_every_setting(tmp_path: Path) -> None:
    write_files(tmp_path, {"stubs/x.pyi": "", ".venv/pyvenv.cfg": ""})
    config = read(
        tmp_path,
        """
        [project]
        requires-python = ">=3.10,<4"
        [tool.fixbot]
        select = ["batch-reads", "blocking-calls"]
        ignore = ["blocking-calls"]
        include = ["app"]
        exclude = ["app/old/*"]
        catalogue = ["stubs"]
        python = ".venv"
        line-length = 100
        fail-on = "report"
        gather-errors = "first-in-order"
        """,
    )
    assert config == Config(
        select=("batch-reads", "blocking-calls"),
        ignore=("blocking-calls",),
        include=("app",),
        exclude=("app/old/*",),
        catalogue=(tmp_path / "stubs",),
        python=tmp_path / ".venv",
        line_length=100,
        fail_on=FailOn.REPORT,
        gather_errors=GatherErrors.FIRST_IN_ORDER,
        minimum_python=(3, 10),
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 88),
        ("[tool.ruff]\nline-length = 100\n", 100),
        ("[tool.black]\nline-length = 99\n", 99),
        ("[tool.black]\nline-length = 99\n[tool.ruff]\nline-length = 120\n", 120),
        ("[tool.ruff]\nline-length = 100\n[tool.fixbot]\nline-length = 79\n", 79),
        ("[tool.ruff]\nline-length = 'long'\n", 88),
        ("tool.ruff.line-length = 1\n", 88),
    ],
)
def test_line_length_is_that_of_the_formatter(tmp_path: Path, text: str, length: int) -> None:
    assert read(tmp_path, text).line_length == length


@pytest.mark.parametrize(
    ("requires", "oldest"),
    [
        ("", (3, 9)),
        (">=3.10", (3, 10)),
        (">= 3.11, <4.0", (3, 11)),
        ("~=3.12", (3, 12)),
        ("==3.11.*", (3, 11)),
        (">3.8", (3, 8)),
        (">=3.8.1,>=3.10", (3, 10)),
        ("<4", (3, 9)),
        ("!=3.10.*", (3, 9)),
        (">=3", (3, 0)),
    ],
)
def test_minimum_python(requires: str, oldest: tuple[int, int]) -> None:
    assert minimum_python(requires) == oldest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[tool.fixbot]\nselekt = []\n",
            "pyproject.toml:2: [tool.fixbot] selekt is no setting; did you mean `select`? The settings are `select`, "
            "`ignore`, `include`, `exclude`, `catalogue`, `python`, `database`, `line-length`, `fail-on`, `gather-errors`, "
            "`profile`, "
            "`setup`, `verify`, `verify-timeout`, `split`, `stack`, `rebase-when`, `branch-prefix`, `open-limit`, `new-limit`, "
            "`labels`, `assignees`, `reviewers`, `draft`, `dashboard`, `ignored`",
        ),
        (
            "[tool.fixbot]\nfail_on = 'safe'\n",
            "pyproject.toml:2: [tool.fixbot] fail_on is no setting; did you mean `fail-on`? The settings are `select`, "
            "`ignore`, `include`, `exclude`, `catalogue`, `python`, `database`, `line-length`, `fail-on`, `gather-errors`, "
            "`profile`, "
            "`setup`, `verify`, `verify-timeout`, `split`, `stack`, `rebase-when`, `branch-prefix`, `open-limit`, `new-limit`, "
            "`labels`, `assignees`, `reviewers`, `draft`, `dashboard`, `ignored`",
        ),
        (
            "[tool.fixbot]\n\n# why\nfail-on = 'sometimes'\n",
            "pyproject.toml:4: [tool.fixbot] fail-on must be one of `safe`, `review`, `report`, `never`, not 'sometimes'",
        ),
        (
            "[tool.fixbot]\ngather-errors = 'any'\n",
            "pyproject.toml:2: [tool.fixbot] gather-errors must be one of `first-in-time`, `first-in-order`, not 'any'",
        ),
        (
            "[tool.fixbot]\nfail-on = 3\n",
            "pyproject.toml:2: [tool.fixbot] fail-on must be one of `safe`, `review`, `report`, `never`, not 3",
        ),
        (
            "[tool.fixbot]\nselect = ['batch-reads', 'blocking_calls']\n",
            "pyproject.toml:2: [tool.fixbot] select: there is no codemod `blocking_calls`; did you mean "
            "`blocking-calls`? The codemods are `batch-reads`, `blocking-calls`",
        ),
        (
            "[tool.fixbot]\nignore = ['zzz']\n",
            "pyproject.toml:2: [tool.fixbot] ignore: there is no codemod `zzz`. "
            "The codemods are `batch-reads`, `blocking-calls`",
        ),
        (
            "[tool.fixbot]\nselect = 'batch-reads'\n",
            "pyproject.toml:2: [tool.fixbot] select must be a list of strings, like ['...'], not 'batch-reads'",
        ),
        (
            "[tool.fixbot]\ninclude = [1]\n",
            "pyproject.toml:2: [tool.fixbot] include must be a list of strings, like ['...'], not [1]",
        ),
        (
            "[tool.fixbot]\nline-length = true\n",
            "pyproject.toml:2: [tool.fixbot] line-length must be a whole number from 40 to 400, not True",
        ),
        (
            "[tool.fixbot]\nline-length = 4000\n",
            "pyproject.toml:2: [tool.fixbot] line-length must be a whole number from 40 to 400, not 4000",
        ),
        (
            "[tool.fixbot]\npython = 'nowhere'\n",
            "pyproject.toml:2: [tool.fixbot] python must be the path of a virtual environment or its python, like "
            "'.venv', relative to pyproject.toml; 'nowhere' is not there",
        ),
        ("[tool]\nfixbot = 3\n", "pyproject.toml: [tool.fixbot] must be a table"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line_and_what_is_allowed(
    tmp_path: Path, text: str, said: str
) -> None:
    assert refusal(tmp_path, text) == said


def test_a_missing_stub_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[tool.fixbot]\ncatalogue = ['stubs']\n") == (
        f"pyproject.toml:2: [tool.fixbot] catalogue: {tmp_path / 'stubs'} is no folder; "
        "give folders of .pyi stubs, relative to pyproject.toml"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[tool.fixbot]\nx = 1\n", 2),
        ("[ tool . 'fixbot' ]  # ours\n\n'x' = 1\n", 3),
        ("[tool]\nfixbot.x = 1\n", 2),
        ("[tool]\n\nfixbot = { x = 1 }\n", 3),
        ("tool.fixbot.x = 1\n", 1),
        ("[other]\nx = 1\n[tool.fixbot]\nselect = [\n]\nx = 1\n", 6),
    ],
)
def test_the_line_is_found_in_every_notation(tmp_path: Path, text: str, line: int) -> None:
    assert refusal(tmp_path, text).startswith(f"pyproject.toml:{line}: [tool.fixbot] x is no setting")


def test_settings_of_later_versions_are_not_accepted_yet(tmp_path: Path) -> None:
    for key in ("pulls", "automerge", "base-url"):
        assert f"{key} is no setting" in refusal(tmp_path, f"[tool.fixbot]\n{key} = 'x'\n")


def test_every_setting_of_pull_requests(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        [tool.fixbot]
        setup = "pip install -e .[test]"
        verify = "pytest -q"
        verify-timeout = 60
        split = "file"
        stack = true
        rebase-when = "behind"
        branch-prefix = "bot_2"
        open-limit = 0
        new-limit = 2
        labels = ["performance"]
        assignees = ["ana"]
        reviewers = ["org/team"]
        draft = "always"
        dashboard = false
        [[tool.fixbot.ignored]]
        fingerprint = "0123456789abcdef"
        reason = "runs once, at startup"
        [[tool.fixbot.ignored]]
        fingerprint = "fedcba9876543210"
        reason = "until the migration is done"
        until = 2030-01-31
        """,
    )
    assert config == Config(
        pulls=PullSettings(
            setup="pip install -e .[test]",
            verify="pytest -q",
            verify_timeout=60,
            split=Split.FILE,
            stack=True,
            rebase_when=RebaseWhen.BEHIND,
            branch_prefix="bot_2",
            open_limit=0,
            new_limit=2,
            labels=("performance",),
            assignees=("ana",),
            reviewers=("org/team",),
            draft=Draft.ALWAYS,
            dashboard=False,
            ignored=(
                IgnoredFinding("0123456789abcdef", "runs once, at startup"),
                IgnoredFinding("fedcba9876543210", "until the migration is done", "2030-01-31"),
            ),
        )
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("verify = ['pytest']", "2: [tool.fixbot] verify must be a string, not ['pytest']"),
        ("setup = ' '", "2: [tool.fixbot] setup must be a string, not ' '"),
        (
            "verify-timeout = 0",
            "2: [tool.fixbot] verify-timeout must be a whole number from 1 to 86400, not 0",
        ),
        (
            "split = 'package'",
            "2: [tool.fixbot] split must be one of `auto`, `codemod`, `file`, not 'package'",
        ),
        ("stack = 'yes'", "2: [tool.fixbot] stack must be true or false, not 'yes'"),
        ("dashboard = 1", "2: [tool.fixbot] dashboard must be true or false, not 1"),
        ("open-limit = -1", "2: [tool.fixbot] open-limit must be a whole number from 0 to 100, not -1"),
        (
            "branch-prefix = '-x'",
            "2: [tool.fixbot] branch-prefix must be a word of small letters, digits, `-` and `_`, of at most 40, not '-x'",
        ),
        (
            "[[tool.fixbot.ignored]]\nfingerprint = '0123456789abcdef'",
            "2: [tool.fixbot] ignored: 0123456789abcdef needs a `reason`, so that others know why it stays",
        ),
        (
            "[[tool.fixbot.ignored]]\nfingerprint = '12'\nreason = 'x'",
            "2: [tool.fixbot] ignored: `fingerprint` must be the 16 digits of a finding, as `fixbot check --format json` "
            "shows them, not '12'",
        ),
        (
            "[[tool.fixbot.ignored]]\nfinger = '0123456789abcdef'",
            "2: [tool.fixbot] ignored: `finger` is no key of it; did you mean `fingerprint`? "
            "The keys are `fingerprint`, `reason`, `until`",
        ),
        (
            "[[tool.fixbot.ignored]]\nfingerprint = '0123456789abcdef'\nreason = 'x'\nuntil = 'soon'",
            "2: [tool.fixbot] ignored: `until` must be a date, like 2030-01-31, not 'soon'",
        ),
        (
            "ignored = ['x']",
            "2: [tool.fixbot] ignored must be tables, like [[tool.fixbot.ignored]], not ['x']",
        ),
    ],
)
def test_a_wrong_setting_of_pull_requests(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(tmp_path, f"[tool.fixbot]\n{text}\n") == f"pyproject.toml:{said}"


def test_in_a_copy_of_what_is_committed_the_environment_is_that_beside_it(tmp_path: Path) -> None:
    copy, work = tmp_path / "copy", tmp_path / "work"
    write_files(copy, {"pyproject.toml": "[tool.fixbot]\npython = '.venv'\n"})
    assert read_config(copy, IDS, beside=work) == Config()
    write_files(work, {".venv/pyvenv.cfg": ""})
    assert read_config(copy, IDS, beside=work) == Config(python=work / ".venv")


@pytest.mark.parametrize(
    ("text", "line"),
    [("[tool.fixbot]\nselect = =\n", 2), ("a = 1\na = 2\n", 2), ("x = [\n1,\n", 3), ("[a\n", 1)],
)
def test_broken_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    assert refusal(tmp_path, text).startswith(f"pyproject.toml:{line}: is no valid TOML: ")


def test_toml_nested_too_deeply(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"x = {'[' * 9000}{']' * 9000}\n").startswith("pyproject.toml")


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.fixbot]\n# \xff\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml cannot be read: 'utf-8' codec"):
        read_config(tmp_path, IDS)


def test_a_folder_of_that_name_holds_no_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    assert read_config(tmp_path, IDS) == Config()


def test_the_database_is_a_file_of_the_project(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": "[tool.fixbot]\ndatabase = 'data/app.sqlite3'\n"})
    with pytest.raises(ConfigError, match=r"pyproject\.toml:2: .* `?'?data/app\.sqlite3'?`? is no file"):
        read_config(tmp_path, [])
    write_files(tmp_path, {"data/app.sqlite3": ""})
    assert read_config(tmp_path, []).database == tmp_path / "data/app.sqlite3"

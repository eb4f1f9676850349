"""What is shown and how: the JSON contract to the letter, text that cannot harm a terminal, diffs that apply."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from fixbot.engine import Applied, Checked
from fixbot.escapes import visible
from fixbot.model import FileError, Finding, Safety, Severity, Span
from fixbot.project.source import Source
from fixbot.reports import terminal
from fixbot.reports.console import plain
from fixbot.reports.diff import Change, coloured, stat, unified_diff
from fixbot.reports.json_report import json_report
from fixbot.reports.text import excerpt
from fixbot.testing import project_of
from tests.support import read_files, write_files

FINDING = Finding(
    codemod="batch-reads",
    path="app/services/x.py",
    span=Span(74, 23, 74, 58),
    message="`get` reads one document per turn",
    severity=Severity.HIGH,
    category="N+1 Query",
    safety=Safety.SAFE,
    cost={"round_trips": {"before": "n", "after": "1"}},
    context="Service.read",
    matched="db.get(x)",
)
REVIEWED = replace(FINDING, safety=Safety.REVIEW, reason="the order may differ", cost={})


def checked(*findings: Finding, **others: object) -> Checked:
    values: dict[str, object] = {
        "suppressed": (),
        "unused_suppressions": (),
        "errors": (),
        "scanned": 120,
        "parsed": 14,
        **others,
    }
    return Checked(findings=findings, **values)  # type: ignore[arg-type]


# --- JSON ------------------------------------------------------------------------------------------


def test_the_json_contract() -> None:
    text = json_report(checked(FINDING, errors=(FileError("app/bad.py", 3, "does not parse"),)))
    assert text == (
        """{
  "version": 1,
  "findings": [
    {
      "codemod": "batch-reads",
      "path": "app/services/x.py",
      "line": 74,
      "column": 23,
      "end_line": 74,
      "end_column": 58,
      "message": "`get` reads one document per turn",
      "severity": "high",
      "category": "N+1 Query",
      "safety": "safe",
      "reason": "",
      "fingerprint": "5267252e7acc3a87",
      "cost": {
        "round_trips": {
          "before": "n",
          "after": "1"
        }
      }
    }
  ],
  "errors": [
    {
      "path": "app/bad.py",
      "line": 3,
      "message": "does not parse"
    }
  ],
  "files": {
    "scanned": 120,
    "parsed": 14
  },
  "suppressions": {
    "used": 0,
    "unused": []
  }
}
"""
    )


def test_json_of_what_has_no_cost_and_a_reason() -> None:
    found = json.loads(json_report(checked(REVIEWED)))["findings"][0]
    assert (found["cost"], found["reason"], found["safety"]) == ({}, "the order may differ", "review")


def test_json_is_ascii_and_carries_any_file_name() -> None:
    text = json_report(checked(replace(FINDING, path="n\u00e4me\udcff\n.py")))
    assert text.isascii()
    assert json.loads(text)["findings"][0]["path"] == "n\u00e4me\udcff\n.py"


# --- text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ünïcode, 名前, 🎉", "plain text, ünïcode, 名前, 🎉"),
        ("\x1b[2J\x07\x9b", "\\x1b[2J\\x07\\x9b"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202eevil\u2066\u200b\ufeff", "\\u202eevil\\u2066\\u200b\\ufeff"),
        ("\udcff\ud800", "\\xff\\ud800"),
        ("\u2028\U000e0001\xa0", "\\u2028\\U000e0001\\xa0"),
    ],
)
def test_what_has_no_glyph_is_shown_as_its_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_short_line_is_shown_whole_with_tabs_as_blanks() -> None:
    assert excerpt("\tx = f(1)", 5, 9, 80) == ("    x = f(1)", 8, 12)


def test_a_long_line_is_cut_around_the_mark() -> None:
    line = "a" * 500 + "MARK" + "b" * 500
    shown, start, end = excerpt(line, 500, 504, 60)
    assert shown[start:end] == "MARK"
    assert shown.startswith("…a")
    assert shown.endswith("b…")
    assert cell_len(shown) == 60


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200), st.integers(20, 120))
@example("\t" * 50, 49, 50, 20)
@example("名" * 50, 30, 40, 20)
@example("\x00" * 100, 50, 60, 20)
def test_an_excerpt_fits_marks_what_it_shows_and_hides_nothing(
    line: str, start: int, length: int, width: int
) -> None:
    shown, first, last = excerpt(line, start, start + length, width)
    assert cell_len(shown) <= width
    assert 0 <= first <= last <= cell_len(shown)
    assert shown == "" or shown.isprintable()
    if cell_len(visible(line.replace("\t", "    "))) < width:
        assert shown == visible(line.replace("\t", "    "))


# --- terminal ------------------------------------------------------------------------------------------


def report(*findings: Finding, width: int | None = None, line: str = "", **others: object) -> str:
    sources = {FINDING.path: Source(FINDING.path, "\n" * (FINDING.span.line - 1) + line)}
    return plain(terminal.check_report(checked(*findings, **others), sources, width=width))


def test_every_refusal_shows_its_reason() -> None:
    refused = replace(FINDING, safety=Safety.REPORT, reason="the ids may repeat", cost={})
    assert "          not fixed: the ids may repeat\n" in report(refused)
    assert "          needs review: the order may differ\n" in report(REVIEWED)


def test_a_finding_over_several_lines_marks_its_first() -> None:
    found = replace(FINDING, span=Span(74, 5, 76, 9))
    assert report(found, line="    get(  # all\n        x\n    )\n").splitlines()[2:4] == [
        "    74 │     get(  # all",
        "       │     ^^^^^^^^^^^",
    ]


def test_source_text_cannot_move_the_cursor() -> None:
    shown = report(replace(FINDING, message="\x1b[31m", path="a\n\x1b.py"), line="x = '\x1b[2J\x07'")
    assert "\x1b" not in shown
    assert "a\\n\\x1b.py\n" in shown


@pytest.mark.parametrize("width", [20, 40, 60, 100, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    long = replace(REVIEWED, reason="because " * 40, message="word " * 40)
    shown = report(long, width=width, line="x" * 300)
    findings = shown.partition("\n\n")[0].splitlines()
    assert max(map(cell_len, findings)) <= max(width, 40)


def test_in_a_pipe_sentences_stay_whole() -> None:
    long = replace(REVIEWED, reason="because " * 40)
    assert f"needs review: {'because ' * 40}".rstrip() in report(long)


def test_a_span_behind_the_end_of_the_file_is_no_crash() -> None:
    assert "batch-reads" in report(replace(FINDING, span=Span(999, 5, 999, 9)))


def test_the_summary_counts_and_tells_what_to_do() -> None:
    more = replace(FINDING, codemod="blocking-calls", path="b.py", ordinal=1)
    shown = report(FINDING, REVIEWED, more, suppressed=(FINDING,))
    assert shown.endswith(
        "                  safe  review  report\n"
        "batch-reads          1       1       ·\n"
        "blocking-calls       1       ·       ·\n"
        "                     2       1       ·\n"
        "\n"
        "3 findings in 2 files (120 files scanned, 1 suppressed).\n"
        "  2 safe fixes: run `fixbot apply`\n"
        "  1 needs review: read them with `fixbot apply --review --diff`\n"
    )


def test_nothing_found() -> None:
    assert report() == "Nothing found (120 files scanned).\n"


def test_the_folder_is_part_of_the_commands_to_run() -> None:
    lines = plain(terminal.next_steps(checked(FINDING), "my app"))
    assert lines == "  1 safe fix: run `fixbot apply 'my app'`\n"


def test_fixes_that_were_refused_say_why() -> None:
    applied = Applied(project_of(""), {}, (), ((FINDING, "the rewritten file would not parse"),))
    shown = plain(terminal.apply_report(applied, (), checked(), width=None))
    assert "Left unfixed, and why (1)" in shown
    assert "app/services/x.py:74  batch-reads: the rewritten file would not parse" in shown


# --- diffs -----------------------------------------------------------------------------------------------

CONTENTS = [
    b"",
    b"a\n",
    b"a",
    b"a\nb\n",
    b"a\r\nb\r\n",
    b"a\rb",
    b"\xff\xfe\n",
    b"\x0c\n\n",
    b"\n" * 9 + b"x",
    b"a\nb",
]
NAMES = [
    "x.py",
    "a b.py",
    'q"u\\o.py',
    "new\nline.py",
    "tab\t.py",
    "n\u00e4.py",
    "b\udcff.py",
    "--x.py",
    "a/b/c.py",
]


@pytest.mark.parametrize("name", NAMES)
def test_git_applies_the_diff_of_any_file_name(tmp_path: Path, name: str) -> None:
    change = Change(name, b"old\n", b"new\n")
    write_files(tmp_path, {name: b"old\n"})
    apply_patch(tmp_path, unified_diff(change) + unified_diff(Change(f"new {name}", None, b"1\n")))
    assert read_files(tmp_path) == {name: b"new\n", f"new {name}": b"1\n"}


def test_git_applies_the_diff_of_any_content(tmp_path: Path) -> None:
    changes = [
        Change(f"{i}-{j}.py", old, new)
        for i, old in enumerate(CONTENTS)
        for j, new in enumerate(CONTENTS)
        if old and new and old != new
    ]
    write_files(tmp_path, {change.path: change.old or b"" for change in changes})
    apply_patch(tmp_path, b"".join(map(unified_diff, changes)))
    assert read_files(tmp_path) == {change.path: change.new for change in changes}


def apply_patch(folder: Path, patch: bytes) -> None:
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, input=patch, check=True)


def test_an_overview_of_changes() -> None:
    changes = [Change("a.py", b"1\n2\n3\n", b"1\n3\n4\n5\n"), Change("new.py", None, b"1\n" * 100)]
    assert plain(stat(changes)) == (
        " a.py   |    3 +-\n"  # 3 lines of 100 are one step of each colour
        f" new.py |  100 {'+' * 40}\n"
    )


def test_a_diff_on_a_terminal_is_coloured_and_harmless() -> None:
    lines = list(coloured(unified_diff(Change("a.py", b"a\n", b"\x1b[2J\xff\tb\r\n"))))
    assert [(line.plain, str(line.style)) for line in lines] == [
        ("--- a/a.py", "bold"),
        ("+++ b/a.py", "bold"),
        ("@@ -1 +1 @@", "cyan"),
        ("-a", "red"),
        ("+\\x1b[2J\\xff    b", "green"),
    ]

"""The dashboard: what people see, what they tick, and what is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixbot.model import Safety
from fixbot.pulls import dashboard, hidden
from fixbot.pulls.dashboard import Box, Contents, Row
from fixbot.pulls.forges import Page
from fixbot.pulls.model import Check, FileProblem, Ignored, Outcome, PlannedFix, Result, Verdict
from tests.pulls.markdown import acting, shown
from tests.pulls.planned import URL, finding, fix, plan
from tests.pulls.test_neutral import hostile

FIX = fix()
IGNORED = Ignored("f" * 16, "we like it so", "2027-01-31", "`batch-reads` at app/x.py")


def row(outcome: Outcome, reason: str = "because", of: PlannedFix | None = FIX, **fields: str) -> Row:
    return Row(Result(FIX.branch, "Move blocking calls", outcome, reason, **fields), of)


def contents(*rows: Row, **fields: object) -> Contents:
    return replace(Contents(plan(FIX), rows, open_limit=5), **fields)  # type: ignore[arg-type]


def page(body: str) -> Page:
    return Page(9, f"{URL}/issues/9", dashboard.TITLE, body, open=True)


def tick(text: str, label: str) -> str:
    """As a person does: the box before this label."""
    lines = text.splitlines()
    (number,) = [
        n for n, line in enumerate(lines) if hidden.without(line).strip().startswith(f"- [ ]  {label}")
    ]
    lines[number] = lines[number].replace("[ ]", "[x]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("outcome", "section", "says"),
    [
        (Outcome.OPENED, "Open", "[Move blocking calls](https://forge.example/1) (1 place in 1 file, +4 −2)"),  # noqa: RUF001
        (Outcome.UNCHANGED, "Open", "[Move blocking calls](https://forge.example/1)"),
        (Outcome.EDITED_BY_HUMAN, "Open", "left alone, because somebody pushed"),
        (Outcome.QUEUED, "Waiting", ": somebody pushed"),
        (Outcome.NOT_SELECTED, "Waiting", ": somebody pushed"),
        (Outcome.LIMIT_REACHED, "Waiting", "there is room for 5 open ones"),
        (Outcome.FAILED_VERIFICATION, "Not opened: tests fail", "somebody pushed"),
        (Outcome.REFUSED, "Not this time", "somebody pushed"),
        (Outcome.FAILED, "Not this time", "somebody pushed"),
        (Outcome.STATE_MOVED, "Not this time", "somebody pushed"),
    ],
)
def test_each_outcome_has_its_section(outcome: Outcome, section: str, says: str) -> None:
    text = dashboard.visible(contents(row(outcome, "somebody pushed", url="https://forge.example/1")))
    assert f"### {section}" in text
    assert says in text


@pytest.mark.parametrize("outcome", [Outcome.OBSOLETE_CLOSED, Outcome.MERGED, Outcome.CLOSED_BY_HUMAN])
def test_what_a_run_only_finished_is_not_shown(outcome: Outcome) -> None:
    assert dashboard.digest(contents(row(outcome))) == dashboard.digest(contents())


def test_a_second_run_with_nothing_new_makes_the_same_text() -> None:
    first, second = (
        contents(row(outcome, reason))
        for outcome, reason in [(Outcome.OPENED, "new"), (Outcome.UNCHANGED, "as it is")]
    )
    assert dashboard.render(first) == dashboard.render(second)


def test_failed_tests_are_named() -> None:
    failed = replace(
        row(Outcome.FAILED_VERIFICATION),
        check=Check(FIX.branch, Verdict.FAILED, ("tests/test_x.py::test_a[@me]",)),
    )
    assert "- `tests/test_x.py::test_a[@me]`" in dashboard.visible(contents(failed))


def test_what_is_left_is_told() -> None:
    reported = [finding(line=n, safety=Safety.REPORT, reason="a lock is held") for n in range(7)]
    refused = [finding("app/w.py", reason="would no longer parse")]
    errors = (FileProblem("app/bad.py", 3, "is no valid Python"),)
    text = dashboard.visible(
        contents(plan=plan(reported=tuple(reported), refused=tuple(refused), errors=errors))
    )
    assert "Found and left as it is: 7 places" in text
    assert "`blocking-calls`: a lock is held (`app/x.py:0`, " in text
    assert " and 2 more)" in text
    assert "- `blocking-calls`: would no longer parse (`app/w.py:7`)" in text
    assert "- `app/bad.py`, line 3: is no valid Python" in text


def test_a_scan_that_was_cut_short_is_said() -> None:
    assert "not looked at as a whole" in dashboard.visible(contents(plan=plan(complete=False)))


# --- boxes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "label", "field"),
    [
        (Outcome.OPENED, "make it anew", "rebuild"),
        (Outcome.EDITED_BY_HUMAN, "make it anew; what others committed", "rebuild"),
        (Outcome.UNCHANGED, "ignore it: close it", "ignore"),
        (Outcome.QUEUED, "open it now", "open_now"),
        (Outcome.LIMIT_REACHED, "open it now", "open_now"),
        (Outcome.NOT_SELECTED, "open it now", "open_now"),
        (Outcome.QUEUED, "ignore it", "ignore"),
        (Outcome.FAILED_VERIFICATION, "ignore it", "ignore"),
    ],
)
def test_a_tick_is_read_back(outcome: Outcome, label: str, field: str) -> None:
    text = dashboard.render(contents(row(outcome)))
    unticked = dashboard.parse(page(text))
    assert (unticked.open_now, unticked.rebuild, unticked.ignore, unticked.restore) == ((), (), (), ())
    ticked = dashboard.parse(page(tick(text, label)))
    assert replace(unticked, **{field: (FIX.branch,)}) == ticked


def test_ignores_are_remembered_with_reason_and_end_and_can_be_undone() -> None:
    many = [replace(IGNORED, fingerprint=letter * 16) for letter in "abc"]
    text = dashboard.render(contents(ignored=many))
    assert "`batch-reads` at app/x.py (3 places): we like it so, until 2027-01-31" in hidden.without(text)
    read = dashboard.parse(page(text))
    assert (read.ignored, read.restore) == (tuple(many), ())
    assert dashboard.parse(page(tick(text, "ignore it no longer"))).restore == tuple(
        entry.fingerprint for entry in many
    )


def test_what_a_person_closed_is_shown_with_a_box_but_not_kept_here() -> None:
    text = dashboard.render(contents(closed=[IGNORED]))
    assert dashboard.parse(page(text)).ignored == ()
    assert dashboard.parse(page(tick(text, "ignore it no longer"))).restore == (IGNORED.fingerprint,)


def test_what_settings_ignore_has_no_box() -> None:
    text = dashboard.render(contents(elsewhere=[IGNORED]))
    assert "we like it so" in text
    assert "[ ]" not in text


def test_a_tick_that_nobody_has_acted_on_stays() -> None:
    box = Box("open", FIX.branch)
    text = dashboard.render(contents(row(Outcome.QUEUED)), ticked=[box])
    assert list(dashboard.ticks(text)) == [box]
    assert dashboard.parse(page(text)).digest == dashboard.digest(contents(row(Outcome.QUEUED)))


def test_a_step_summary_has_no_boxes() -> None:
    text = dashboard.visible(
        contents(row(Outcome.QUEUED), row(Outcome.OPENED), ignored=[IGNORED], boxes=False)
    )
    assert "[ ]" not in text
    assert "Tick" not in text


def test_text_of_others_is_not_read_as_data() -> None:
    assert dashboard.parse(
        page("- [x] open everything\n<!-- fixbot:dashboard e30= -->\n- [x] <!-- fixbot:box e30= -->")
    ) == dashboard.parse(page(""))


# --- hostile, and too much ------------------------------------------------------------------------


@given(st.data())
def test_nothing_hostile_gets_out_or_passes_for_a_box(data: st.DataObject) -> None:
    def draw() -> str:
        return data.draw(hostile).encode(errors="replace").decode()

    forged = hidden.hide("box", Box("open", "fixbot/other"))
    name = f"{draw()}\n- [x] {forged}{draw()}"
    rows = [
        Row(Result("fixbot/x", name, outcome, name), FIX, Check("fixbot/x", Verdict.FAILED, (name,)))
        for outcome in Outcome
    ]
    places = (finding(name, reason=draw()), finding(draw(), reason=name))
    held = plan(reported=places, refused=places, errors=(FileProblem(name, 1, draw()),))
    ignored = [Ignored(name, name, draw(), name)]
    text = dashboard.render(contents(*rows, plan=held, ignored=ignored, closed=ignored, elsewhere=ignored))
    assert not list(dashboard.ticks(text))
    assert not acting(hidden.without(text), links=URL)


def test_a_long_one_is_cut_cleanly_and_says_so() -> None:
    rows = [Row(Result(f"fixbot/c-{n}", "t" * 150, Outcome.QUEUED, "r" * 500), FIX) for n in range(400)]
    ignored = [Ignored(f"{n:016x}", "why", "", f"branch {n % 40}") for n in range(900)]
    text = dashboard.render(contents(*rows, ignored=ignored))
    assert len(text) <= dashboard.MOST
    assert "more, left out here" in text
    assert dashboard.parse(page(text)).ignored == tuple(
        sorted(ignored, key=lambda entry: int(entry.title[7:]))
    )


def test_it_says_that_it_is_a_bot_and_what_ticks_do() -> None:
    assert "Tick a box, and the next run of fixbot, a bot, does it." in shown(dashboard.visible(contents()))

"""What is planned: which fixes in which order, what is left out and why, what waits for what, what stands on what."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import libcst as cst
import pytest

from fixbot import engine
from fixbot.codemod import Codemod, Place
from fixbot.config import Config
from fixbot.model import Definition, Finding, Import, Safety, Severity
from fixbot.project.project import Project
from fixbot.pull_settings import Draft, IgnoredFinding, PullSettings, Split
from fixbot.pulls.bundle import TAIL
from fixbot.pulls.fixes import branch_tail
from fixbot.pulls.model import Dashboard, Ignored, Marker, PlannedFix, PullRequest, PullState, State
from fixbot.pulls.plan import Base, Planned, make_plan
from fixbot.safety import Doubt, review
from fixbot.testing import project_of

TODAY = date(2026, 1, 15)
PRELUDE = "a = b = c = d = e = lambda *x: x\n"
LIMITS = Definition("limits.py", "limit", "def limit() -> int:\n    return 10")


def renaming(name: str, old: str, new: str, *doubts: Doubt, opens: bool = True, **needs: Any) -> Codemod:
    """A codemod that calls `new` in place of `old`."""
    module = f"tiny_for_plans.{name}"
    sys.modules[module] = ModuleType(
        module, f"Call {new}.\n\n## Why is this bad\n\nSlow.\n\n## Fix safety\n\nSafe.\n"
    )
    codemod = Codemod(module, [old.encode()], Severity.LOW, "Old names", opens=opens)

    @codemod.visit(ast.Call)
    def named(call: ast.Call, at: Place) -> Iterator[Finding]:
        if isinstance(call.func, ast.Name) and call.func.id == old:
            edit = at.edit(call, cst.Call, lambda node: node.with_changes(func=cst.Name(new)), **needs)
            yield at.finding(call, f"{name}: {old}", edits=[edit], doubts=doubts)

    return codemod


FIRST = renaming("first", "a", "b")
SECOND = renaming("second", "c", "d")
DOUBTFUL = renaming("doubtful", "a", "b", review("who knows"))


def planned(
    files: Mapping[str, str],
    codemods: Sequence[Codemod],
    state: State | None = None,
    *,
    prefix: str = "",
    today: date = TODAY,
    selected: Sequence[str] = (),
    project: Project | None = None,
    **settings: Any,
) -> Planned:
    project = project or project_of({path: PRELUDE + text for path, text in files.items()})
    checked = engine.check(project, codemods)
    config = Config(pulls=PullSettings(**settings))
    base = Base("b" * 40, "main", prefix)
    return make_plan(base, project, checked, codemods, config, state, today=today, selected=selected)


def branches(plan: Planned) -> list[str]:
    return [fix.branch for fix in plan.plan.fixes]


def fingerprints(plan: Planned) -> list[str]:
    return [finding.fingerprint for fix in plan.plan.fixes for finding in fix.findings]


def text(plan: Planned, branch: str, path: str) -> str:
    return plan.files[branch][path].decode().removeprefix(PRELUDE)


def state(*pulls: PullRequest, dashboard: Dashboard | None = None) -> State:
    return State("house/service", "main", "b" * 40, "bot", pulls=pulls, dashboard=dashboard)


def pull(number: int, fix: PlannedFix, what: PullState, *, closed: str = "") -> PullRequest:
    marker = Marker(
        branch=fix.branch,
        base="main",
        codemod=fix.codemod,
        safety=fix.safety,
        sha="c" * 40,
        patch_id="",
        fingerprints=tuple(finding.fingerprint for finding in fix.findings),
        closed=closed,
    )
    return PullRequest(number, "", fix.branch, "main", "x", what, False, "bot", "c" * 40, (), marker)


def board(**ticks: Any) -> Dashboard:
    return Dashboard(9, "", **ticks)


# --- order, fields -------------------------------------------------------------------------------


def test_one_fix_for_each_codemod_and_safety_in_their_order() -> None:
    plan = planned({"x.py": "c(1)\n", "y.py": "a(1)\n"}, [DOUBTFUL, FIRST, SECOND])
    assert branches(plan) == [
        "fixbot/doubtful-review",
        "fixbot/second",
    ]  # `first` would take the place of `doubtful`
    assert [(f.order, f.patch, f.draft) for f in plan.plan.fixes] == [
        (1, "01-doubtful-review.patch", True),
        (2, "02-second.patch", False),
    ]
    assert [(f.codemod, f.reason) for f in plan.plan.refused] == [
        ("first", "waits for doubtful, which needs review here")
    ]
    fix = plan.plan.fixes[1]
    assert (fix.title, fix.summary, fix.why, fix.fix_safety) == ("Call d", "Call d.", "Slow.", "Safe.")
    assert (fix.files, fix.base_branch, fix.depends_on, fix.labels) == (("x.py",), "main", (), ("fixbot",))
    assert plan.plan.scanned == ("x.py", "y.py")


def test_each_patch_is_made_on_the_base_alone_and_waits_for_those_of_its_files() -> None:
    plan = planned({"x.py": "a(1)\nc(1)\n", "y.py": "c(1)\n"}, [FIRST, SECOND])
    assert text(plan, "fixbot/first", "x.py") == "b(1)\nc(1)\n"
    assert text(plan, "fixbot/second", "x.py") == "a(1)\nd(1)\n"
    assert [fix.depends_on for fix in plan.plan.fixes] == [(), ("fixbot/first",)]


def test_with_stack_a_fix_stands_on_the_last_one_that_shares_a_file() -> None:
    third = renaming("third", "e", "a")
    files = {"x.py": "a(1)\nc(1)\n", "y.py": "c(1)\ne(1)\n", "z.py": "e(1)\n"}
    plan = planned(files, [FIRST, SECOND, third], stack=True)
    assert [(fix.base_branch, fix.depends_on) for fix in plan.plan.fixes] == [
        ("main", ()),
        ("fixbot/first", ()),
        ("fixbot/second", ()),
    ]
    assert text(plan, "fixbot/second", "x.py") == "b(1)\nd(1)\n"
    assert text(plan, "fixbot/third", "y.py") == "d(1)\na(1)\n"


def test_with_stack_what_another_branch_changes_is_waited_for() -> None:
    both = renaming("both", "e", "a")
    plan = planned({"x.py": "a(1)\ne(1)\n", "y.py": "c(1)\ne(1)\n"}, [FIRST, SECOND, both], stack=True)
    assert [(fix.base_branch, fix.depends_on) for fix in plan.plan.fixes] == [
        ("main", ()),
        ("main", ()),
        ("fixbot/second", ("fixbot/first",)),
    ]


def test_new_files_belong_to_the_fix() -> None:
    moving = renaming("moving", "a", "limit", imports=[Import("limits", "limit")], definitions=[LIMITS])
    plan = planned({"x.py": "a()\n"}, [moving])
    assert plan.plan.fixes[0].files == ("limits.py", "x.py")
    assert plan.files["fixbot/moving"]["limits.py"].decode().startswith("def limit()")


def test_paths_are_those_of_the_repository() -> None:
    plan = planned({"x.py": "a(1)\n"}, [FIRST], prefix="services/api/")
    fix = plan.plan.fixes[0]
    assert (fix.files, fix.findings[0].path) == (("services/api/x.py",), "services/api/x.py")
    assert list(plan.files["fixbot/first"]) == ["services/api/x.py"]


@pytest.mark.parametrize(
    ("draft", "drafts"),
    [(Draft.REVIEW, [True, False]), (Draft.ALWAYS, [True, True]), (Draft.NEVER, [False, False])],
)
def test_drafts(draft: Draft, drafts: list[bool]) -> None:
    plan = planned({"x.py": "a(1)\nc(1)\n"}, [DOUBTFUL, SECOND], draft=draft)
    assert [fix.draft for fix in plan.plan.fixes] == drafts


def test_a_codemod_that_opens_nothing_by_itself() -> None:
    quiet = renaming("quiet", "a", "b", opens=False)
    assert [fix.selected for fix in planned({"x.py": "a(1)\n"}, [quiet]).plan.fixes] == [False]
    assert [fix.selected for fix in planned({"x.py": "a(1)\n"}, [quiet], selected=["quiet"]).plan.fixes] == [
        True
    ]


@pytest.mark.parametrize("path", [".github/scripts/x.py", "a b/.gitx/x.py", "tab\there.py"])
def test_what_is_never_written_is_refused_with_the_reason(path: str) -> None:
    plan = planned({path: "a(1)\n", "y.py": "a(1)\n"}, [FIRST])
    assert [fix.files for fix in plan.plan.fixes] == [("y.py",)]
    assert len(plan.plan.refused) == 1 and plan.plan.refused[0].path == path and plan.plan.refused[0].reason


def test_a_suppressed_place_is_in_no_list() -> None:
    plan = planned({"x.py": "a(1)  # fixbot: ignore[first] on purpose\n"}, [FIRST]).plan
    assert (plan.fixes, plan.refused, plan.reported, plan.ignored) == ((), (), (), ())


# --- what people do not want ---------------------------------------------------------------------

THREE = {"x.py": "a(1)\na(2)\n", "y.py": "a(3)\n"}


def test_settings_ignore_one_of_three_until_a_day() -> None:
    one, two, three = fingerprints(planned(THREE, [FIRST]))
    entry = IgnoredFinding(two, "slow on purpose", "2026-01-15")
    plan = planned(THREE, [FIRST], ignored=(entry,))
    assert fingerprints(plan) == [one, three]
    assert text(plan, "fixbot/first", "x.py") == "b(1)\na(2)\n"
    assert plan.plan.ignored == (Ignored(two, "slow on purpose", "2026-01-15", "first at x.py:3"),)
    later = planned(THREE, [FIRST], ignored=(entry,), today=date(2026, 1, 16))
    assert fingerprints(later) == [one, two, three] and not later.plan.ignored


def test_what_is_ignored_and_gone_is_not_listed() -> None:
    assert planned(THREE, [FIRST], ignored=(IgnoredFinding("0" * 16, "x"),)).plan.ignored == ()


def test_a_pull_request_that_a_person_closed() -> None:
    whole = planned(THREE, [FIRST])
    half = replace(whole.plan.fixes[0], findings=whole.plan.fixes[0].findings[:2])
    closed = pull(3, half, PullState.CLOSED)
    plan = planned(THREE, [FIRST], state(closed))
    assert fingerprints(plan) == fingerprints(whole)[2:]
    assert {entry.reason for entry in plan.plan.ignored} == {"its pull request #3 was closed"}
    by_us = planned(THREE, [FIRST], state(pull(3, half, PullState.CLOSED, closed="obsolete")))
    assert fingerprints(by_us) == fingerprints(whole)
    later = pull(4, half, PullState.OPEN)
    assert fingerprints(planned(THREE, [FIRST], state(closed, later))) == fingerprints(whole)


def test_what_was_closed_is_restored_on_the_dashboard_and_what_the_settings_say_is_not() -> None:
    whole = planned(THREE, [FIRST])
    one, two, three = fingerprints(whole)
    closed = pull(3, whole.plan.fixes[0], PullState.CLOSED)
    known = state(closed, dashboard=board(restore=(one, two)))
    plan = planned(THREE, [FIRST], known, ignored=(IgnoredFinding(two, "no"),))
    assert fingerprints(plan) == [one]
    assert {entry.fingerprint for entry in plan.plan.ignored} == {two, three}


def test_what_the_dashboard_keeps_counts_until_its_day() -> None:
    one, two, three = fingerprints(planned(THREE, [FIRST]))
    kept = (Ignored(one, "x", "2026-01-14"), Ignored(two, "y"))
    assert fingerprints(planned(THREE, [FIRST], state(dashboard=board(ignored=kept)))) == [one, three]


def test_a_branch_ticked_ignore_with_and_without_a_pull_request() -> None:
    files = {"x.py": "a(1)\nc(1)\n"}
    whole = planned(files, [DOUBTFUL, SECOND])
    ticked = board(ignore=("fixbot/doubtful-review",))
    opened = pull(3, whole.plan.fixes[0], PullState.OPEN)
    for known in (state(dashboard=ticked), state(opened, dashboard=ticked)):
        plan = planned(files, [DOUBTFUL, SECOND], known)
        assert branches(plan) == ["fixbot/second"]
        assert [entry.title for entry in plan.plan.ignored] == ["doubtful at x.py:2"]
        assert plan.plan.fixes[0].depends_on == ()


def test_what_is_ignored_holds_nothing_back() -> None:
    files = {"x.py": "a(1)\n"}
    waiting = planned(files, [DOUBTFUL, FIRST])
    assert branches(waiting) == ["fixbot/doubtful-review"]
    plan = planned(files, [DOUBTFUL, FIRST], ignored=(IgnoredFinding(fingerprints(waiting)[0], "no"),))
    assert branches(plan) == ["fixbot/first"]


def test_of_equal_places_only_the_ignored_one_stays() -> None:
    files = {"x.py": "a(1)\na(1)\na(1)\n"}
    one, two, three = fingerprints(planned(files, [FIRST]))
    for ignored, left in (
        (one, "a(1)\nb(1)\nb(1)\n"),
        (two, "b(1)\na(1)\nb(1)\n"),
        (three, "b(1)\nb(1)\na(1)\n"),
    ):
        plan = planned(files, [FIRST], ignored=(IgnoredFinding(ignored, "no"),))
        assert text(plan, "fixbot/first", "x.py") == left
        assert set(fingerprints(plan)) == {one, two, three} - {ignored}
        assert plan.plan.refused == ()


# --- large fixes ---------------------------------------------------------------------------------


def many(count: int, lines: int = 1) -> dict[str, str]:
    return {f"app/part{n % 3}/x{n}.py": "a(1)\n" * lines for n in range(count)}


def test_a_fix_is_one_until_it_is_too_large_to_be_read() -> None:
    assert branches(planned(many(20), [FIRST])) == ["fixbot/first"]
    parts = planned(many(21), [FIRST])
    assert branches(parts) == [
        "fixbot/first--app-part0",
        "fixbot/first--app-part1",
        "fixbot/first--app-part2",
    ]
    assert [len(fix.files) for fix in parts.plan.fixes] == [7, 7, 7]
    assert parts.plan.fixes[0].title == "Call b in app/part0"
    assert [fix.depends_on for fix in parts.plan.fixes] == [(), (), ()]
    assert len(set(fingerprints(parts))) == 21


def test_a_package_that_is_too_large_is_split_by_file() -> None:
    files = {"app/x.py": "a(1)\n" * 150, "app/y.py": "a(1)\n" * 150, "web/z.py": "a(1)\n"}
    found = branches(planned(files, [FIRST]))
    assert len(found) == 3 and found[2] == "fixbot/first--web"
    assert found[0].startswith("fixbot/first--app-x-py-") and found[1].startswith("fixbot/first--app-y-py-")


def test_how_it_is_split_can_be_set() -> None:
    assert branches(planned(many(21), [FIRST], split=Split.CODEMOD)) == ["fixbot/first"]
    assert len(branches(planned(many(3), [FIRST], split=Split.FILE))) == 3


def test_open_pull_requests_stay_as_they_were_split() -> None:
    small, large = planned(many(20), [FIRST]), planned(many(21), [FIRST])
    part, whole = (pull(1, each.plan.fixes[0], PullState.OPEN) for each in (large, small))
    assert branches(planned(many(20), [FIRST], state(part))) == branches(large)
    assert branches(planned(many(21), [FIRST], state(whole))) == ["fixbot/first"]
    merged = replace(part, state=PullState.MERGED)
    assert branches(planned(many(20), [FIRST], state(merged))) == ["fixbot/first"]


def test_names_of_branches_are_stable_valid_and_differ() -> None:
    parts = [
        "",
        ".",
        "app",
        "app/services",
        "app-services",
        "app_services",
        "App/services",
        "app/services.py",
        "x" * 300,
        "é",
        "review",
    ]
    tails = {branch_tail("first", safety, part) for safety in (Safety.SAFE, Safety.REVIEW) for part in parts}
    assert len(tails) == 2 * len(parts)
    assert all(TAIL.fullmatch(tail) for tail in tails)
    assert branch_tail("first", Safety.REVIEW, "app/services") == "first-review--app-services"
    assert branch_tail("y" * 80, Safety.SAFE) != branch_tail("y" * 80, Safety.REVIEW)


# --- files that do not parse ---------------------------------------------------------------------


def test_while_a_file_does_not_parse_all_wait_for_the_fix_that_repairs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fixbot.pulls.plan._repairs", lambda fix: fix.codemod is FIRST)
    plan = planned({"x.py": "a(1)\n", "y.py": "c(1)\n"}, [FIRST, SECOND])
    assert plan.plan.fixes[1].depends_on == ("fixbot/first",)
    stacked = planned({"x.py": "a(1)\n", "y.py": "c(1)\n"}, [FIRST, SECOND], stack=True)
    assert stacked.plan.fixes[1].base_branch == "fixbot/first"


def test_a_file_that_does_not_parse_is_told_and_counts_as_unread(tmp_path: Path) -> None:
    project = project_of({"x.py": "a(1)\n<<<<<<< ours\n", "y.py": PRELUDE + "a(1)\n"})
    plan = planned({}, [FIRST], project=project).plan
    assert [error.path for error in plan.errors] == ["x.py"]
    assert plan.scanned == ("y.py",)
    assert [fix.files for fix in plan.fixes] == [("y.py",)]

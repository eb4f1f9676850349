"""Verify: the target's tests on the base and on each branch, run with nothing of ours and with nothing left behind."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fixbot.evidence.junit import Report, read_junit
from fixbot.evidence.verify import verify
from fixbot.process import run
from fixbot.pull_settings import PullSettings
from fixbot.pulls.bundle import (
    Bundle,
    BundleError,
    digest,
    plan_json,
    read_bundle,
    read_evidence,
    write_bundle,
)
from fixbot.pulls.model import Check, PlannedFix, Verdict
from fixbot.pulls.patches import with_patches
from fixbot.pulls.plan import Planned
from fixbot.pulls.workspace import Workspace, open_workspace
from tests.pulls.repositories import listing, repository
from tests.pulls.test_bundle import a_fix, a_plan
from tests.support import fixbot, write_files

PYTEST = f"{sys.executable} -m pytest -q -p no:cacheprovider -p no:randomly"
GOOD = "def test_good():\n    import app\n    assert app.value == 1\n"
BAD_ANYWAY = "def test_bad_anyway():\n    assert False\n"
APP = "value = 1\n"


def fixes(*tails: str) -> tuple[PlannedFix, ...]:
    return tuple(
        a_fix(branch=f"fixbot/{tail}", patch=f"{n:02}-{tail}.patch", files=("app.py",))
        for n, tail in enumerate(tails, 1)
    )


def bundle_of(work: Workspace, *contents: str) -> Bundle:
    """One fix for each content of `app.py`."""
    assert work.target
    planned = fixes(*(f"fix{n}" for n in range(len(contents))))
    files = {fix.branch: {"app.py": text.encode()} for fix, text in zip(planned, contents, strict=True)}
    plan, patches = with_patches(work, Planned(a_plan(*planned, base=work.target.head), files))
    return Bundle(plan, patches, digest(plan_json(plan), patches))


def checks(tmp_path: Path, files: dict[str, str], *contents: str, **settings: Any) -> Sequence[Check]:
    repo = repository(tmp_path / "repo", {"app.py": APP, **files})
    before = listing(repo)
    with open_workspace(repo) as work:
        bundle = bundle_of(work, *contents)
        wanted = PullSettings(**{"verify": PYTEST, "verify_timeout": 120, **settings})
        found = verify(work, bundle, wanted, "").evidence
    assert listing(repo) == before
    assert found.plan_sha256 == bundle.sha256 and found.base == bundle.plan.base
    return found.checks


def verdicts(found: Sequence[Check]) -> list[str]:
    return [check.verdict.value for check in found]


def test_the_same_tests_fail_or_others_do(tmp_path: Path) -> None:
    found = checks(
        tmp_path, {"test_it.py": GOOD + BAD_ANYWAY}, "value = 1  # better\n", "value = 2\n", "value = 1 +\n"
    )
    assert verdicts(found) == ["passed", "failed", "failed"]
    assert [(check.passed, check.failing_before) for check in found] == [(1, 1), (0, 1), (0, 1)]
    assert [check.newly_failing for check in found] == [(), ("test_it::test_good",), ("test_it::test_good",)]


def test_a_test_that_fails_now_and_then_blocks_nothing(tmp_path: Path) -> None:
    flaky = (
        "def test_first_time():\n    import os, pathlib\n    seen = pathlib.Path(os.environ['HOME'], 'seen')\n"
        "    import app\n    if app.value == 2 and not seen.exists():\n        seen.touch()\n        assert False\n"
    )
    assert verdicts(checks(tmp_path, {"test_it.py": flaky}, "value = 2\n")) == ["passed"]


def test_a_command_that_is_not_pytest_is_judged_by_its_exit_status(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'import app; assert app.value == 1'"
    found = checks(tmp_path, {}, "value = 1  # x\n", "value = 2\n", verify=command)
    assert verdicts(found) == ["passed", "failed"] and found[1].newly_failing == ()


def test_another_runner_may_write_junit_xml_itself(tmp_path: Path) -> None:
    script = (
        "import app, os, sys\nbad = '<failure/>' if app.value == 2 else ''\n"
        'xml = f\'<testsuite><testcase classname="c" name="n">{bad}</testcase></testsuite>\'\n'
        "open(os.environ['FIXBOT_JUNIT_XML'], 'w').write(xml)\nsys.exit(bool(bad))\n"
    )
    found = checks(tmp_path, {"run.py": script}, "value = 2\n", verify=f"{sys.executable} run.py")
    assert (verdicts(found), found[0].newly_failing) == (["failed"], ("c::n",))


def test_a_base_that_does_not_work_says_nothing_but_a_fix_that_repairs_it_passes(tmp_path: Path) -> None:
    files = {"app.py": "value = = 1\n", "test_it.py": GOOD}
    found = checks(tmp_path, files, "value = 1\n", "value = = 2\n")
    assert verdicts(found) == ["passed", "base-failed"]


def test_setup_runs_once_and_what_it_makes_stays_for_all(tmp_path: Path) -> None:
    needs = "def test_it():\n    import pathlib\n    assert pathlib.Path('made').read_text() == 'x'\n    assert not pathlib.Path('junk').exists()\n    pathlib.Path('junk').touch()\n"
    found = checks(tmp_path, {"test_it.py": needs}, "value = 3\n", "value = 4\n", setup="printf x >> made")
    assert verdicts(found) == ["passed", "passed"]


def test_a_setup_that_fails_and_no_command(tmp_path: Path) -> None:
    assert verdicts(checks(tmp_path, {}, "value = 2\n", setup="exit 3")) == ["setup-failed"]
    with open_workspace(tmp_path / "repo") as work:
        bundle = bundle_of(work, "value = 2\n")
        found = verify(work, bundle, PullSettings(setup="touch ran"), "")
        assert [check.verdict for check in found.evidence.checks] == [Verdict.NOT_RUN]
        told = verify(work, bundle, PullSettings(setup="echo no such package; exit 3", verify="true"), "")
        assert "The setup failed (exit status 3)" in told.notes[0] and "no such package" in told.notes[0]


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'import app, time; time.sleep(600 * (app.value == 2))'"
    found = checks(tmp_path, {}, "value = 2\n", "value = 3\n", verify=command, verify_timeout=3)
    assert verdicts(found) == ["timed-out", "passed"]


def test_a_patch_that_does_more_than_the_plan_says_is_not_tested(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"app.py": APP, "conftest.py": ""})
    with open_workspace(repo) as work:
        assert work.target
        tree = work.write_tree(work.target.head, {"app.py": b"value = 2\n", "conftest.py": b"evil = 1\n"})
        plan = a_plan(*fixes("fix0"), base=work.target.head)
        patches = {plan.fixes[0].patch: work.diff(work.target.head, tree)}
        bundle = Bundle(plan, patches, digest(plan_json(plan), patches))
        with pytest.raises(BundleError, match=r"'conftest.py', which the plan does not name"):
            verify(work, bundle, PullSettings(verify="true"), "")


# --- one command ---------------------------------------------------------------------------------


def test_a_command_sees_no_secret_and_no_home_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "PIP_INDEX_URL",
        "SSH_AUTH_SOCK",
        "ANYTHING",
    ):
        monkeypatch.setenv(name, "s3cret")
    done = run("env; cat /proc/$PPID/comm", tmp_path, tmp_path / "home", 60, {"MORE": "x"})
    assert done.status == 0 and "s3cret" not in done.output and "MORE=x" in done.output
    assert f"HOME={tmp_path / 'home'}" in done.output


def test_nothing_that_a_command_starts_is_left_running(tmp_path: Path) -> None:
    daemon = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        open('pid', 'w').write(str(os.getpid()))\n        time.sleep(600)\n"
    (tmp_path / "daemon.py").write_text(daemon)
    wait = "while ! test -s pid; do sleep 0.01; done"
    for end in ("true", "sleep 600"):
        (tmp_path / "pid").unlink(missing_ok=True)
        done = run(
            f"{sys.executable} daemon.py & {wait}; {end}",
            tmp_path,
            tmp_path / "home",
            15 if end == "true" else 2,
            {},
        )
        assert done.status == (0 if end == "true" else None)
        pid = int((tmp_path / "pid").read_text())
        assert not Path(f"/proc/{pid}").exists() or "State:\tZ" in Path(f"/proc/{pid}/status").read_text()


def test_only_the_end_of_a_long_output_is_kept(tmp_path: Path) -> None:
    done = run("head -c 3000000 /dev/zero | tr '\\0' x; echo end", tmp_path, tmp_path / "home", 60, {})
    assert len(done.output) == 64_000 and done.output.endswith("xend\n")


# --- junit ---------------------------------------------------------------------------------------


def test_names_in_a_report_are_neutral_and_short(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(
        '<testsuites><testsuite><testcase classname="t.T" name="a[&#10;@org/team]"/>'
        f'<testcase classname="t" name="{"x" * 1000}"><error/></testcase>'
        '<testcase classname="t" name="twice"/><testcase classname="t" name="twice"><failure/></testcase>'
        '<testcase classname="t" name="left"><skipped/></testcase></testsuite></testsuites>'
    )
    found = read_junit(tmp_path / "x.xml")
    assert found and found.passed == {"t.T::a[?@org/team]"}
    assert {len(name) for name in found.failed} == {200, len("t::twice")}


def test_a_report_that_is_none(tmp_path: Path) -> None:
    assert read_junit(tmp_path / "none.xml") is None
    for text in (
        "",
        "<a",
        "no xml",
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    ):
        (tmp_path / "x.xml").write_text(text)
        assert read_junit(tmp_path / "x.xml") in (None, Report(frozenset(), frozenset()))
    (tmp_path / "y.xml").symlink_to("x.xml")
    assert read_junit(tmp_path / "y.xml") is None


# --- the command ---------------------------------------------------------------------------------


def test_the_command_writes_evidence_beside_the_plan(tmp_path: Path) -> None:
    settings = f"[tool.fixbot]\nverify = '{PYTEST}'\n"
    test = "import asyncio, naps\n\ndef test_nap():\n    asyncio.run(naps.nap())\n"
    naps = "import time\n\nasync def nap():\n    time.sleep(0)\n"
    repo = repository(tmp_path / "repo", {"naps.py": naps, "test_naps.py": test, "pyproject.toml": settings})
    assert fixbot("plan", repo, "-o", "bundle", cwd=tmp_path).returncode == 0
    write_files(repo, {"pyproject.toml": "[tool.fixbot]\nverify = 'touch /tmp/not-committed'\n"})
    before = listing(repo)
    done = fixbot("verify", "bundle", repo, cwd=tmp_path, GITHUB_TOKEN="s3cret")
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stdout and "fixbot/blocking-calls" in done.stdout
    evidence = read_evidence(tmp_path / "bundle", read_bundle(tmp_path / "bundle"))
    assert evidence and [(c.verdict, c.passed) for c in evidence.checks] == [(Verdict.PASSED, 1)]
    assert listing(repo) == before
    assert "s3cret" not in (tmp_path / "bundle/evidence.json").read_text()


def test_a_bundle_of_a_commit_that_is_not_here(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", {"app.py": APP})
    write_bundle(tmp_path / "bundle", a_plan(), {"01-batch-reads.patch": b""})
    done = fixbot("verify", "bundle", repo, cwd=tmp_path)
    assert done.returncode == 2 and "fetch it first" in done.stderr

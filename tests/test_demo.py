"""`fixbot demo`: everything it says it does, on a copy, leaving the example as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

from fixbot import example
from tests.support import fixbot, read_files


def test_the_demo_checks_fixes_and_leaves_a_repository_to_look_at(tmp_path: Path) -> None:
    before = read_files(example.location() / "app")
    done = fixbot("demo", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    [copy] = tmp_path.glob("fixbot-demo-*/genmedia")
    for said in (
        "1. The example",
        "2. fixbot check",
        "3. fixbot apply --review",
        "4. fixbot check",
        "5. Your turn",
    ):
        assert said in done.stdout
    assert f"git -C {copy} diff\n" in done.stdout
    assert f"rm -r {copy.parent}\n" in done.stdout
    changed = subprocess.run(
        ["git", "diff", "--name-only"], cwd=copy, capture_output=True, text=True, check=True
    ).stdout.split()
    assert changed
    assert all(f" {path} " in done.stdout for path in changed)
    assert done.stdout.count("\n--- ") == 2
    assert read_files(example.location() / "app") == before
    again = fixbot("apply", "--review", "--diff", copy, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, "")

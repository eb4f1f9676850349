"""What fixbot says does not depend on the order in which Python happens to keep a set: the same in every run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support import environment, write_files

CODE = """
import asyncio
import time


class Runner:
    def __init__(self):
        self.alpha, self.beta, self.gamma, self.delta, self.epsilon = {}, {}, {}, {}, {}

    def seen(self, key):
        return [self.alpha[key], self.beta[key], self.gamma[key], self.delta[key], self.epsilon[key]]

    def note(self, key):
        self.epsilon[key] = self.delta[key] = self.gamma[key] = self.beta[key] = self.alpha[key] = key

    async def run(self, key):
        before = self.seen(key)
        time.sleep(1)
        self.note(before)


runner = Runner()


async def main():
    await asyncio.gather(runner.run(1), runner.run(2))
"""


def said(folder: Path, seed: str) -> Any:
    command = [sys.executable, "-m", "fixbot", "check", str(folder), "--format", "json"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(PYTHONHASHSEED=seed), check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return [(f["codemod"], f["message"], f["reason"]) for f in json.loads(done.stdout)["findings"]]


def test_reasons_are_the_same_in_every_run(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"app/main.py": CODE})
    first, *others = [said(folder, seed) for seed in "12345"]
    assert first and "reads" in first[0][2]
    assert all(other == first for other in others)

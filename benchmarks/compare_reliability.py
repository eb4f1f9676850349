"""How often `fixbot compare` is right: the same revision twice, and one with 30 % more work, again and again.

    python benchmarks/compare_reliability.py [TIMES]

Two endpoints, one that computes (about 15 ms of processor time) and one that waits (20 ms), and a health check that
is the same on both sides. Prints every ratio, and ends with how often the answer was right. Takes about a minute for each of
the twenty comparisons; other work on the machine only makes it harder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fixbot.profiling.compare import Plan, compare
from fixbot.profiling.comparison import Change, Comparison
from fixbot.profiling.profiler import Options
from fixbot.profiling.server import Launch
from fixbot.profiling.settings import read_settings

SERVICE = """\
import asyncio
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health():
    return {}


@app.get("/works")
def works():
    return sum(n * n for n in range(200_000))


@app.get("/waits")
async def waits():
    await asyncio.sleep(0.020)
"""
SLOWER = SERVICE.replace("200_000", "260_000").replace("0.020", "0.026")


def run(before: str, after: str) -> Comparison:
    """Compare two texts of the service."""
    with tempfile.TemporaryDirectory(prefix="fixbot-benchmark-") as folder:
        launches = []
        for name, text in (("before", before), ("after", after)):
            root = Path(folder).resolve() / name
            root.mkdir()
            (root / "main.py").write_text(text)
            launches.append(Launch("main:app", root, Path(sys.executable), root))
        pair = (launches[0], launches[1])
        return compare(pair, ("before", "after"), read_settings({}), Options(), Plan(), lambda _: None)


def shown(compared: Comparison) -> str:
    """Every ratio; those that are called a difference have a star."""
    return "  ".join(
        f"{each.name[4:]} {times.what} {times.ratio.ratio:.2f}{'*' if times.change is not Change.NONE else ''}"
        for each in compared.endpoints
        for times in each.times
    )


def main(times: int) -> None:
    right = {"same": 0, "slower": 0}
    for number in range(1, times + 1):
        same = run(SERVICE, SERVICE)
        right["same"] += not same.differs
        print(f"same   {number:>2}  {shown(same)}", flush=True)
        slower = run(SERVICE, SLOWER)
        changes = {each.name: each.change for each in slower.endpoints}
        expected = {"GET /health": Change.NONE, "GET /works": Change.SLOWER, "GET /waits": Change.SLOWER}
        right["slower"] += changes == expected
        print(f"slower {number:>2}  {shown(slower)}", flush=True)
    for kind, count in right.items():
        print(f"{kind}: right {count} times of {times}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)

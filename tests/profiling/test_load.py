"""The clock of a request starts when it is due: what a blocked service makes late counts as late."""

from __future__ import annotations

from pathlib import Path

from fixbot.profiling import load, server
from fixbot.profiling.load import Planned
from fixbot.profiling.model import Endpoint, Kind
from tests.profiling.services import HEALTHY, launch

CODE = (
    HEALTHY
    + "\n\n@app.get('/blocks')\nasync def blocks():\n    import time\n    time.sleep(0.5)\n    return {}\n"
)


def endpoint(path: str) -> Endpoint:
    return Endpoint(f"GET {path}", "GET", path, Kind.LIST)


def test_requests_behind_a_blocked_loop_are_late(tmp_path: Path) -> None:
    plan = [
        Planned(0.0, endpoint("/blocks")),
        *(Planned(0.05 + n * 0.01, endpoint("/health")) for n in range(5)),
    ]
    with server.running(launch(tmp_path, CODE)) as service:
        samples = load.send([service.base], plan, concurrency=10, timeout=60)
        assert all(sample.ok for sample in samples)
        assert min(s.latency for s in samples if s.endpoint == "GET /health") > 0.3

        # One connection only: the second waits for it on our side, and that counts as well.
        plan = [Planned(0.0, endpoint("/blocks")), Planned(0.0, endpoint("/blocks"))]
        first, second = load.send([service.base], plan, concurrency=1, timeout=60)
        assert min(first.latency, second.latency) >= 0.5
        assert max(first.latency, second.latency) >= 1.0

        [late] = load.send([service.base], [Planned(0, endpoint("/blocks"))], concurrency=1, timeout=0.1)
        assert (late.status, late.error) == (0, "no answer within 0.1 s")
    [gone] = load.send([service.base], [Planned(0, endpoint("/health"))], concurrency=1, timeout=5)
    assert not gone.ok
    assert gone.error


def test_a_constant_rate() -> None:
    plan = load.constant_rate([endpoint("/a"), endpoint("/b")], 4, 10.0)
    assert [(each.at, each.endpoint.url) for each in plan] == [
        (0.0, "/a"),
        (0.1, "/b"),
        (0.2, "/a"),
        (0.3, "/b"),
    ]

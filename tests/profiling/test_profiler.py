"""Planted faults are each found, and a healthy service is not accused. Real processes; nothing depends on their speed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fixbot.profiling import memory, profiler
from fixbot.profiling.model import Endpoint, Kind, MemoryPoint, Problem, Profile, Trend
from fixbot.profiling.profiler import Options, Tried
from fixbot.profiling.settings import read_settings
from fixbot.profiling.targets import DEFAULT_TARGETS
from fixbot.reports.measured import of_profile
from tests.profiling.services import (
    BLOCKING,
    HEALTHY,
    LEAK,
    N_PLUS_ONE,
    QUICK,
    SLOW_IMPORT,
    SYNC,
    found,
    launch,
    profiled,
)

PATIENT = dict.fromkeys(("health", "list", "single", "write"), 60000.0) | {
    "cold-start": 120,
    "import": 30_000,
}
"""Targets that any machine holds: what is left are the findings."""


def calls_of(profile: Profile) -> Mapping[str, int]:
    return {r.endpoint.name: sum(call.count for call in r.calls) for r in profile.endpoints}


def test_a_healthy_service_is_not_accused(tmp_path: Path) -> None:
    options = Options(requests=60, soak=0, rate=50.0, timeout=30.0)
    profile = profiled(tmp_path, HEALTHY, options, targets=PATIENT, paths={"game_id": 7})
    assert profile.findings == ()
    assert profile.held
    assert calls_of(profile) == {
        "GET /health": 0,
        "GET /games": 1,
        "GET /games/{game_id}": 1,
        "GET /waits": 0,
    }
    assert all(not result.errors for result in profile.endpoints)
    assert [each.name for each in profile.skipped] == ["POST /games"]


def test_one_blocking_endpoint_of_ten(tmp_path: Path) -> None:
    profile = profiled(tmp_path, BLOCKING)
    [stall] = found(profile, Problem.STALL)
    assert stall.subject == "main.py:17 (blocking)"
    assert stall.detail == "time.sleep(0.3)    [for GET /blocking]"
    assert {profile.numbers.get(each.request or 0) for each in profile.stalls} == {"GET /blocking"}
    assert {each.problem for each in profile.findings} == {Problem.STALL}


def test_no_endpoint_is_blamed_for_the_queue_of_the_one_before(tmp_path: Path) -> None:
    """Thirty requests that block for 0.3 s each, all at once: what comes after them is as quick as before."""
    code = BLOCKING.split("for number")[0] + BLOCKING[BLOCKING.index("@app.get") :]
    code += "\n\n@app.get('/fine')\nasync def fine():\n    return {}\n"
    profile = profiled(tmp_path, code, Options(requests=30, soak=0, rate=1000.0, concurrency=30, timeout=3.0))
    blocking, fine = profile.endpoints
    assert blocking.errors
    assert not fine.errors


def test_an_n_plus_one_of_50(tmp_path: Path) -> None:
    profile = profiled(tmp_path, N_PLUS_ONE)
    [finding] = found(profile, Problem.N_PLUS_ONE)
    assert finding.subject == "GET /n-plus-one"
    assert finding.message == "50 times the same sql call in one request"
    assert finding.detail == "SELECT name FROM games WHERE id = ?"
    assert calls_of(profile)["GET /n-plus-one"] == 50


def test_a_slow_import(tmp_path: Path) -> None:
    profile = profiled(
        tmp_path,
        {"main.py": SLOW_IMPORT, "heavy.py": "import time\ntime.sleep(1)\n"},
        targets={"import": 900},
    )
    assert "heavy" in [finding.subject for finding in found(profile, Problem.SLOW_IMPORT)]
    assert profile.start
    assert profile.start.imports[0].module == "heavy"


def test_the_same_sync_in_every_request(tmp_path: Path) -> None:
    profile = profiled(tmp_path, SYNC)
    subjects = {
        (each.message.split(" call")[0], each.detail) for each in found(profile, Problem.EVERY_REQUEST)
    }
    assert subjects == {
        ("an identical sql", "UPDATE version SET n = ?"),
        ("an identical function", "main.sync_db_to_cloud"),
    }
    assert len(profile.functions["main.sync_db_to_cloud"]) >= 15
    assert not profile.held


def test_a_session_that_every_request_reads_is_named_and_misses_no_target(tmp_path: Path) -> None:
    profile = profiled(
        tmp_path, SYNC.replace("UPDATE version SET n = 1", "SELECT n FROM version").replace("sync_db", "read")
    )
    [finding] = found(profile, Problem.EVERY_REQUEST)
    assert not finding.counts


def test_a_query_with_other_values_is_no_call_of_every_request(tmp_path: Path) -> None:
    code = SYNC.replace(
        'def sync_db_to_cloud():\n    db.execute("UPDATE version SET n = 1")',
        'count = iter(range(10**6))\n\n\ndef log():\n    db.execute("UPDATE version SET n = ?", (next(count),))',
    )
    profile = profiled(tmp_path, code.replace("sync_db_to_cloud", "log"))
    assert found(profile, Problem.EVERY_REQUEST) == []


def test_slow_functions_have_targets_by_their_names(tmp_path: Path) -> None:
    code = HEALTHY + (
        "\n\nimport time\ndef presigned_url(name):\n    time.sleep(0.15)\n    return name\n"
        "\n\n@app.get('/url')\ndef url():\n    return presigned_url('x')\n"
    )
    profile = profiled(tmp_path, code, Options(requests=60, soak=0, rate=50.0, timeout=60.0))
    [finding] = found(profile, Problem.SLOW_FUNCTION)
    assert finding.subject == "main.presigned_url"
    assert "the target is 100 ms" in finding.message
    relaxed = profiled(
        tmp_path, code, targets=PATIENT, functions={"main.presigned_url": 60_000, "main.nothing": 5}
    )
    assert found(relaxed, Problem.SLOW_FUNCTION) == []
    assert relaxed.notes == ("there is no function main.nothing",)


def test_lines_of_slow_requests(tmp_path: Path) -> None:
    code = (
        HEALTHY + "\n\n@app.get('/logs')\nasync def logs():\n    print('[SLOW REQUEST] GET /logs - 0.35s')\n"
    )
    profile = profiled(tmp_path, code)
    [finding] = found(profile, Problem.SLOW_LOG)
    assert "[SLOW REQUEST] GET /logs - 0.35s" in finding.detail


def test_memory_of_one_request(tmp_path: Path) -> None:
    code = HEALTHY + "\n\n@app.get('/big')\nasync def big():\n    return len(b'x' * 20_000_000)\n"
    profile = profiled(tmp_path, code)
    needs = {result.endpoint.name: result.allocated for result in profile.endpoints}
    assert 20_000_000 <= (needs["GET /big"] or 0) < 30_000_000
    assert (needs["GET /health"] or 0) < 1_000_000
    [verdict] = [v for v in profile.verdicts if v.target == "request-memory"]
    assert (verdict.subject, verdict.held) == ("GET /big", False)


def test_no_percentile_that_the_sample_cannot_carry(tmp_path: Path) -> None:
    profile = profiled(tmp_path, HEALTHY, QUICK)
    verdicts = [v for v in profile.verdicts if v.target == "p95"]
    assert {v.held for v in verdicts} == {None}
    assert "takes 59 answers, there were 5" in verdicts[0].note


@pytest.mark.parametrize(
    ("seconds", "asked", "among", "requests"),
    [
        (0.01, None, 3, 100),
        (1.0, None, 3, 30),  # half of what it can answer, for a minute
        (1.0, None, 60, 5),  # ten minutes for all of them; a median takes five
        (30.0, None, 3, 5),
        (1.0, 100, 3, 100),
    ],
)
def test_a_slow_endpoint_is_asked_less_often(
    seconds: float, asked: int | None, among: int, requests: int
) -> None:
    tried = Tried(Endpoint("GET /", "GET", "/", Kind.LIST), (), seconds)
    assert tried.requests(Options(asked), among) == requests


def test_a_slow_service_is_not_measured_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told how long it takes, which endpoints were asked for less, and a target is missed all the same."""
    monkeypatch.setattr(profiler, "_LONGEST", 1.0)
    code = (
        HEALTHY.split("@app.get")[0] + "@app.get('/slow')\nasync def slow():\n    await asyncio.sleep(0.5)\n"
    )
    told: list[str] = []
    read = read_settings({"targets": PATIENT | {"list": 400}})
    profile = profiler.profile_service(launch(tmp_path, code), read, Options(soak=0, timeout=60), told.append)
    assert [result.requests for result in profile.endpoints] == [5]
    assert profile.notes == (
        "fewer than 100 requests to slow endpoints: GET /slow (5); --requests 100 asks for all",
    )
    [missed] = [verdict for verdict in profile.verdicts if verdict.held is False]
    assert (missed.target, missed.subject) == ("p95", "GET /slow")
    assert re.fullmatch(r"over \d+\.\d ms", missed.measured)
    assert missed.note == "p50 is that; p95 takes 59 answers, there were 5"
    progress = next(text for text in told if "1 of 5 requests" in text)
    assert progress.startswith("GET /slow (1 of 1): ")
    assert progress.endswith(" s left for all endpoints")


def test_what_is_allocated_outside_a_request_is_none_of_its_own(tmp_path: Path) -> None:
    """Calls of threads that know no request are those of the only one in flight, and none when there are two."""
    code = HEALTHY + (
        "\n\nimport threading\n\n\n@app.get('/thread')\ndef thread():\n"
        "    t = threading.Thread(target=lambda: db.execute('SELECT 1 FROM games'))\n    t.start(); t.join()\n    return {}\n"
    )
    assert calls_of(profiled(tmp_path, code))["GET /thread"] == 1


def test_the_header_is_taken_off(tmp_path: Path) -> None:
    code = HEALTHY + (
        "\n\nfrom fastapi import Request\n\n\n@app.get('/headers')\nasync def headers(request: Request):\n"
        "    assert not [name for name in request.headers if 'fixbot' in name]\n    return {}\n"
    )
    assert "GET /headers" in calls_of(profiled(tmp_path, code))


# --- memory over time --------------------------------------------------------------------------------


def points(values: list[float]) -> list[MemoryPoint]:
    return [MemoryPoint((n + 1) * 100, float(n), int(value)) for n, value in enumerate(values)]


MB = 1_000_000


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([100 * MB + n * MB for n in range(10)], Trend.GROWS),
        ([100 * MB] * 10, Trend.FLAT),
        ([100 * MB + MB * (n % 2) for n in range(10)], Trend.FLAT),
        ([100 * MB, 120 * MB, 130 * MB] + [131 * MB] * 7, Trend.FLAT),
        ([100 * MB + n * 20_000 for n in range(10)], Trend.FLAT),
        ([100 * MB + n * MB for n in range(5)], Trend.UNKNOWN),
    ],
    ids=["leak", "flat", "saw", "warms up", "pages", "too few"],
)
def test_the_trend(values: list[float], expected: Trend) -> None:
    assert memory.trend(points(values), 1000)[0] is expected


@pytest.mark.slow
def test_a_leak(tmp_path: Path) -> None:
    profile = profiled(tmp_path, LEAK, Options(requests=5, rate=200.0, timeout=60.0))
    [leak] = found(profile, Problem.LEAK)
    assert leak.subject == "main.py:9"
    assert 'kept.append("x" * 20_000)' in leak.detail
    assert profile.memory
    assert profile.memory.trend is Trend.GROWS
    assert 15_000 < (profile.memory.slope or 0) < 30_000


@pytest.mark.slow
def test_a_service_that_keeps_nothing_is_flat(tmp_path: Path) -> None:
    profile = profiled(
        tmp_path,
        HEALTHY,
        Options(requests=5, rate=200.0, timeout=60.0),
        targets=PATIENT,
        paths={"game_id": 7},
    )
    assert profile.memory
    assert profile.memory.trend is Trend.FLAT
    assert profile.findings == ()


def test_reports_of_what_was_measured(tmp_path: Path) -> None:
    """One run, all forms: what is said in one is said in all."""
    profile = profiled(tmp_path, N_PLUS_ONE.replace("n-plus-one", "n-plus-<script>one"), QUICK)
    forms = of_profile(profile, DEFAULT_TARGETS)
    lines = "\n".join(line.plain for line in forms.lines())
    page, markdown, report = (
        forms.texts["html"](),
        forms.texts["markdown"](),
        json.loads(forms.texts["json"]()),
    )
    for text in (lines, page, markdown):
        assert "50 times the same sql call in one request" in text
    assert report["version"] == 1
    assert {finding["problem"] for finding in report["findings"]} == {"n+1"}
    assert "<script" not in page
    assert "<script" not in markdown
    assert not re.findall(r"(?:src|href|action|srcset)\s*=|url\(|@import", page), (
        "nothing comes from the network"
    )
    opened: list[str] = []

    class Balanced(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "line", "circle", "rect", "polyline"):
                opened.append(tag)

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Balanced().feed(page)
    assert opened == []

"""`fixbot profile` as a person runs it: exit status, reports, what is said of wrong usage, and logs of slow requests."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fixbot.profiling import server
from fixbot.profiling.slow_log import read_slow_log
from tests.profiling.services import HEALTHY, launch
from tests.support import fixbot, write_files

PATIENT = "[tool.fixbot.profile.targets]\n" + "".join(
    f"{name} = 60_000\n" for name in ("health", "list", "single", "write", "import")
)
PATIENT += "cold-start = 120\n"
FEW = ("--requests", "59", "--soak", "0", "--rate", "50")


def test_targets_that_hold_and_one_that_is_missed(tmp_path: Path) -> None:
    write_files(tmp_path, {"main.py": HEALTHY, "pyproject.toml": PATIENT})
    reports = [tmp_path / f"out.{suffix}" for suffix in ("html", "md", "json")]
    flags = [flag for report in reports for flag in ("--report", str(report))]
    done = fixbot("profile", "main:app", *FEW, *flags, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "All 14 targets held, 1 not measured." in done.stdout
    assert json.loads(reports[2].read_text())["held"] is True
    assert reports[0].read_text().startswith("<!doctype html>")
    assert reports[1].read_text().startswith("# Profile of main:app")
    write_files(tmp_path, {"pyproject.toml": PATIENT + "idle-memory = 1\n"})
    done = fixbot("profile", "main:app", *FEW, "--format", "json", cwd=tmp_path)
    assert done.returncode == 1
    missed = [each["target"] for each in json.loads(done.stdout)["targets"] if each["held"] is False]
    assert missed == ["idle-memory"]


def test_targets_of_an_endpoint_and_of_a_function(tmp_path: Path) -> None:
    code = (
        HEALTHY
        + "\n\n@app.get('/signed')\ndef signed():\n    return sign('x')\n\n\ndef sign(name):\n    return name\n"
    )
    strict = '"GET /games" = 0\n[tool.fixbot.profile.functions]\n"main.sign" = 0\n'
    write_files(tmp_path, {"main.py": code, "pyproject.toml": PATIENT + strict})
    done = fixbot("profile", "main:app", *FEW, "--format", "json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    missed = [(t["target"], t["subject"]) for t in json.loads(done.stdout)["targets"] if t["held"] is False]
    assert missed == [("p95", "GET /games"), ("no slow-function", "main.sign")]


def test_memory_is_watched_for_as_long_as_asked(tmp_path: Path) -> None:
    write_files(tmp_path, {"main.py": HEALTHY, "pyproject.toml": PATIENT})
    few = ("--requests", "5", "--rate", "20", "--duration", "2s")
    done = fixbot("profile", "main:app", *few, "--format", "json", cwd=tmp_path)
    memory = json.loads(done.stdout)["memory"]
    assert memory["points"][-1][0] == 40
    assert len(memory["points"]) == 10
    assert (memory["trend"], memory["note"]) == ("not measured", "a slope takes 1,000 requests")


def test_a_url(tmp_path: Path) -> None:
    with server.running(launch(tmp_path / "there", HEALTHY)) as service:
        write_files(tmp_path, {"pyproject.toml": PATIENT})
        done = fixbot("profile", service.base, *FEW, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GET /games" in done.stdout
    assert "shows its latencies only" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "What should be profiled?"),
        (["app/main.py"], "neither an import string like `app.main:app` nor a URL"),
        (["main:app", "--duration", "soon"], "must be a time like 90s, 10m or 1h"),
        (["main:app", "--report", "x.pdf"], "must end in .html, .md or .json"),
        (["main:app", "--report", "nowhere/x.md"], "there is no folder nowhere"),
        (["http://127.0.0.1:9"], "no OpenAPI description"),
        (["main:app", "nowhere"], "does not exist"),
        (["main:app", "--python", "nowhere"], "no python in nowhere"),
        (["--log", "nowhere.log"], "cannot be read"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = fixbot("profile", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_what_a_service_wrote_is_shown_line_by_line(tmp_path: Path) -> None:
    write_files(tmp_path, {"main.py": "raise RuntimeError('no\\n\\x1b[31mdatabase')\n"})
    done = fixbot("profile", "main:app", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[:3] == [
        "error: main:app cannot be imported:",
        "    Traceback (most recent call last):",
        f'      File "{(tmp_path / "main.py").resolve()}", line 1, in <module>',
    ]
    assert done.stderr.splitlines()[-2:] == ["    RuntimeError: no", "    \\x1b[31mdatabase"]
    done = fixbot("profile", "main:app", "no\nsuch folder", cwd=tmp_path)
    assert len(done.stderr.splitlines()) == 1, "a name cannot look like another message"


def test_without_the_extra(tmp_path: Path) -> None:
    write_files(tmp_path, {"main.py": HEALTHY, "absent/aiohttp.py": "raise ImportError(name='aiohttp')\n"})
    done = fixbot("profile", "main:app", cwd=tmp_path, path=[tmp_path / "absent"])
    assert done.returncode == 2
    assert "`aiohttp` is missing" in done.stderr
    assert "pip install 'fixbot[profile]'" in done.stderr


LOG = """\
INFO:     started
2026-02-10 WARNING app [SLOW REQUEST] GET /api/games - 0.35s
2026-02-10 WARNING app [SLOW REQUEST] GET /api/games/17?full=1 - 250ms
2026-02-10 WARNING app [SLOW REQUEST] GET /api/games/18 - 1.5s (user 3)
[SLOW REQUEST] something else
"""


def test_a_log_of_slow_requests() -> None:
    log = read_slow_log(LOG.splitlines())
    assert [(each.name, each.seconds) for each in log.endpoints] == [
        ("GET /api/games/*", (0.25, 1.5)),
        ("GET /api/games", (0.35,)),
    ]
    assert log.unread == ("[SLOW REQUEST] something else",)


def test_the_command_reads_a_log(tmp_path: Path) -> None:
    write_files(tmp_path, {"slow.log": LOG, "fine.log": "INFO: started\n"})
    done = fixbot("profile", "--log", "slow.log", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "GET /api/games/*" in done.stdout
    done = fixbot("profile", "--log", "fine.log", cwd=tmp_path)
    assert (done.returncode, done.stdout.split("\n")[1].strip()) == (0, "None in 1 lines.")


@pytest.mark.slow
def test_the_page_in_a_browser(tmp_path: Path) -> None:
    """A real browser draws the page: nothing overflows it, every plot has a size, nothing is asked of the network."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no chromium; on Debian: apt install chromium")
    write_files(tmp_path, {"main.py": HEALTHY, "pyproject.toml": PATIENT})
    fixbot("profile", "main:app", *FEW, "--report", "page.html", cwd=tmp_path)
    page = (tmp_path / "page.html").read_text()
    probe = (
        "<script>document.title = JSON.stringify({wide: document.body.scrollWidth > innerWidth, plots: "
        "[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().height)})</script></body>"
    )
    allowed = page.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';")
    (tmp_path / "probed.html").write_text(allowed.replace("</body>", probe))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"]
    command = [chromium, *flags, f"--user-data-dir={tmp_path / 'chromium'}", "--window-size=1200,900"]
    dom = subprocess.run(
        [*command, f"file://{tmp_path / 'probed.html'}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    seen = json.loads(dom.partition("<title>")[2].partition("</title>")[0])
    assert seen["wide"] is False
    assert len(seen["plots"]) >= 4
    assert min(seen["plots"]) > 50

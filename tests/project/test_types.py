"""The conversation with the type checker: what it is shown and asked, and every way in which it can fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixbot import catalogue
from fixbot.catalogue import LIBRARIES
from fixbot.errors import TypesError
from fixbot.project import types
from fixbot.project.project import Project
from fixbot.project.types import Query, Ty, find_ty
from tests.support import write_files

APP = {
    "app.py": "import time\nfrom google.cloud import firestore\n\n\ndef f():\n    time.sleep(1)\n    firestore.Client()\n"
}
SLEEP, CLIENT = Query("app.py", 6, 9), Query("app.py", 7, 14)

Start = Callable[..., Ty]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Makes a type checker for a folder with these files; it is stopped at the end."""
    running: list[Ty] = []

    def make(files: dict[str, str | bytes], **options: object) -> Ty:
        write_files(tmp_path, files)
        running.append(Ty(tmp_path, stubs=[LIBRARIES], **options))  # type: ignore[arg-type]
        return running[-1]

    yield make
    for ty in running:
        ty.close()


def declared(ty: Ty, *queries: Query) -> list[str]:
    """The last parts of the one place where each name is declared; "" when it is unknown."""
    return ["/".join(found[0].path.parts[-2:]) if found else "" for found in ty.declarations(queries)]


EXPECTED = ["stdlib/time.pyi", "firestore_v1/client.pyi"]


def test_library_and_standard_library_without_anything_installed(start: Start) -> None:
    ty = start(APP)
    assert declared(ty, SLEEP, CLIENT) == EXPECTED
    assert ty.declarations([]) == []
    assert ty.take_failures() == []


def test_nothing_is_written_into_the_project_or_the_users_folders(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path.parent / f"{tmp_path.name}-home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    ty = start(APP)
    assert declared(ty, SLEEP, CLIENT) == EXPECTED
    ty.close()
    assert [p.name for p in tmp_path.rglob("*")] == ["app.py"]
    assert list(home.iterdir()) == []


# --- what could blind it -------------------------------------------------------------------------------

BLIND = "[{0}analysis]\nreplace-imports-with-any = ['**']\n[{0}src]\nexclude = ['**']\n[{0}environment]\ntypeshed = '/nowhere'\n"


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": BLIND.format("tool.ty.")},
        {"ty.toml": BLIND.format("")},
        {"ty.toml": "broken["},
        {"pyproject.toml": "broken["},
        {"app/ty.toml": BLIND.format(""), "app/pyproject.toml": BLIND.format("tool.ty.")},
    ],
)
def test_what_the_project_says_to_ty_does_not_count(start: Start, files: dict[str, str]) -> None:
    assert declared(start({**APP, **files}), SLEEP, CLIENT) == EXPECTED


@pytest.mark.parametrize(
    ("variable", "file"),
    [("XDG_CONFIG_HOME", "ty/ty.toml"), ("HOME", ".config/ty/ty.toml"), ("TY_CONFIG_FILE", ""), ("PYTHONPATH", "time.py"),
     ("VIRTUAL_ENV", "pyvenv.cfg"), ("CONDA_PREFIX", "conda-meta/history")],
)  # fmt: skip
def test_what_the_user_says_to_ty_does_not_count(
    start: Start,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    file: str,
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    text = (
        BLIND.format("")
        if "toml" in file
        else "def sleep(): ...\n"
        if file == "time.py"
        else "home = /nowhere\n"
    )
    write_files(elsewhere, {file or "ty.toml": text})
    if variable != "XDG_CONFIG_HOME":
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv(variable, str(elsewhere / "ty.toml" if variable == "TY_CONFIG_FILE" else elsewhere))
    assert declared(start(APP), SLEEP, CLIENT) == EXPECTED


@pytest.mark.parametrize("home", ["/nonexistent/home", "/proc"])
def test_a_home_that_cannot_be_written(start: Start, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert declared(start(APP), SLEEP, CLIENT) == EXPECTED


@pytest.mark.parametrize(
    "files",
    [
        {".venv/pyvenv.cfg": "home = /nowhere\n"},
        {".venv/pyvenv.cfg": b"\xff\xfe\0garbage"},
        {".venv/bin/python": ""},
        {".venv": "a file"},
        {},
    ],
)
def test_an_environment_that_is_none(start: Start, tmp_path: Path, files: dict[str, str | bytes]) -> None:
    assert declared(start({**APP, **files}, environment=tmp_path / ".venv"), SLEEP, CLIENT) == EXPECTED


def test_a_library_that_is_installed_is_still_described_by_its_stub(start: Start, tmp_path: Path) -> None:
    site = f".venv/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    installed: dict[str, str | bytes] = {
        ".venv/pyvenv.cfg": "home = /usr/bin\n",
        f"{site}/google/cloud/firestore/__init__.py": "from google.cloud.firestore_v1.client import Client\n",
        f"{site}/google/cloud/firestore_v1/__init__.py": "",
        f"{site}/google/cloud/firestore_v1/client.py": "class Client:\n    def __init__(self): ...\n",
        f"{site}/unheard_of.py": "class Thing:\n    def go(self): ...\n",
        "app.py": APP["app.py"] + "    import unheard_of\n    unheard_of.Thing().go()\n",
    }
    ty = start(installed, environment=tmp_path / ".venv")
    assert declared(ty, SLEEP, CLIENT, Query("app.py", 9, 23)) == [*EXPECTED, "site-packages/unheard_of.py"]


# --- texts and positions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("import time\r\ntime.sleep(1)\r\n", 2, 5),
        ("import time\rtime.sleep(1)\r", 2, 5),
        ("import time\n\x0ctime.sleep(1)", 2, 6),
        ("import time\né = 'ü'; time.sleep(1)\n", 2, len("é = 'ü'; time.".encode())),
        ("import time\n'😀', time.sleep(1)\n", 2, len("'😀', time.".encode())),
        ("\ufeffimport time\ntime.sleep(1)\n", 2, 5),
        ("import time\ntime.sleep(1)\ndef broken(:\n", 2, 5),
        ("import time\nx = f'{time.sleep(1)} {é}'\n", 2, 12),
    ],
)
@pytest.mark.parametrize("shown", [True, False])
def test_positions(start: Start, text: str, line: int, column: int, shown: bool) -> None:
    ty = start({"app.py": "" if shown else text})
    if shown:
        ty.show({"app.py": text})
    assert declared(ty, Query("app.py", line, column)) == ["stdlib/time.pyi"]


def test_places_where_nothing_is(start: Start) -> None:
    ty = start(APP)
    assert declared(ty, Query("app.py", 99, 0), Query("app.py", 1, 99), Query("nowhere.py", 1, 1), SLEEP) == [
        "", "", "", "stdlib/time.pyi",
    ]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
def test_names_of_files_that_need_quoting(start: Start, tmp_path: Path) -> None:
    folder = "a b#c?d%41;é"
    ty = start(
        {f"{folder}/other.py": "def f(): ...\n", f"{folder}/new\nline.py": "from other import f\nf()\n"},
        source_roots=[tmp_path / folder],
    )
    [found] = ty.declarations([Query(f"{folder}/new\nline.py", 2, 0)])
    assert [(at.path, at.line, at.column) for at in found] == [(tmp_path / folder / "other.py", 1, 4)]


def test_exactly_the_texts_that_are_shown_count(start: Start) -> None:
    ty = start({"app.py": "def f(): ...\nf()\n", "other.py": "def f(): ...\nf()\n"})
    place = Query("app.py", 3, 0)
    other = Query("other.py", 3, 0)

    def lines(*queries: Query) -> list[list[int]]:
        return [[at.line for at in found] for found in ty.declarations(queries)]

    assert lines(place) == [[]]
    ty.show({"app.py": "\ndef f(): ...\nf()\n"})
    assert lines(place, other) == [[2], []]
    ty.show({"app.py": "def f():\n    ...\nf()\n", "other.py": "\ndef f(): ...\nf()\n"})
    assert lines(place, other) == [[1], [2]]
    ty.show({"other.py": "\ndef f(): ...\nf()\n"})
    assert lines(place, other, Query("app.py", 2, 0)) == [[], [2], [1]]
    ty.show({})
    assert lines(place, other, Query("other.py", 2, 0)) == [[], [], [1]]


def test_many_requests_in_flight(start: Start) -> None:
    ty = start({"app.py": "import time\n" + "time.sleep(1)\n" * 3000})
    found = ty.declarations([Query("app.py", line, 5) for line in range(2, 3002)])
    assert len(found) == 3000
    assert len(set(found)) == 1 and found[0]


# --- ways to fail --------------------------------------------------------------------------------------


def test_ty_is_not_installed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ty", None)
    with pytest.raises(TypesError, match="ty is not installed beside fixbot; install fixbot again"):
        start(APP).declarations([SLEEP])


@pytest.mark.parametrize("command", ["/nowhere/ty", "/", "/etc/hostname"])
def test_ty_cannot_be_started(start: Start, command: str) -> None:
    with pytest.raises(TypesError, match=r"ty cannot be started: .*; install fixbot again"):
        start(APP, command=[command]).declarations([SLEEP])


def test_no_folder_for_temporary_files(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(TypesError, match=r"needs a folder for temporary files: .*; set TMPDIR"):
        start(APP).declarations([SLEEP])


FAKE = '''
import json, os, pathlib, sys, time
runs = pathlib.Path(__file__).with_suffix(".runs")
run = len(runs.read_text()) if runs.exists() else 0
runs.write_text("x" * (run + 1))
def read():
    length = 0
    while (line := sys.stdin.buffer.readline()) != b"\\r\\n":
        if not line:
            sys.exit()
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length))
def write(message, header="Content-Length: {}\\r\\n\\r\\n"):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(header.format(len(body)).encode() + body)
    sys.stdout.buffer.flush()
CAPABILITIES = {"positionEncoding": "utf-8", "declarationProvider": True}
def place(path):
    start = {"line": 0, "character": 0}
    return [{"uri": pathlib.Path(path).as_uri(), "range": {"start": start, "end": start}}]
def answer(message):
    """What an ordinary server says."""
    if message["method"] == "initialize":
        return {"result": {"capabilities": CAPABILITIES}}
    probe = "fixbot_probe" in message["params"]["textDocument"]["uri"]
    return {"result": place(STUBS + "/fixbot_effects.pyi" if probe else "/answer.py")}
BEHAVIOUR
'''
LOOP = """
while True:
    message = read()
    if "id" in message and "method" in message:
        write({"id": message["id"], **answer(message)})
"""


@pytest.fixture
def fake(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """The command of a server that behaves like this; `runs` beside it counts how often it was started."""

    def make(behaviour: str = LOOP) -> list[str]:
        program = tmp_path_factory.mktemp("fake") / "server.py"
        text = FAKE.replace("BEHAVIOUR", textwrap.dedent(behaviour).replace("LOOP", LOOP))
        program.write_text(f"STUBS = {str(LIBRARIES)!r}\n{text}", encoding="utf-8")
        return [sys.executable, str(program)]

    return make


def runs(command: list[str]) -> int:
    return len(Path(command[1]).with_suffix(".runs").read_text())


def test_the_fake_server_is_a_server(start: Start, fake: Callable[..., list[str]]) -> None:
    command = fake()
    ty = start(APP, command=command)
    assert declared(ty, SLEEP) == ["//answer.py"]
    assert declared(ty, CLIENT) == ["//answer.py"]
    assert runs(command) == 1


DIES_AT_FIRST = """
while True:
    message = read()
    if run == 0 and message["method"].endswith("declaration") and message["params"]["position"]["line"] > 4:
        print("thread panicked at the wrong moment", file=sys.stderr)
        sys.exit(101)
    if "id" in message:
        write({"id": message["id"], **answer(message)})
"""


def test_it_is_started_again_when_it_dies(start: Start, fake: Callable[..., list[str]]) -> None:
    command = fake(DIES_AT_FIRST)
    ty = start(APP, command=command)
    ty.show({"app.py": "x"})
    assert declared(ty, Query("app.py", 1, 0), SLEEP, CLIENT) == ["//answer.py"] * 3
    assert runs(command) == 2


def test_it_is_given_up_when_it_dies_again(start: Start, fake: Callable[..., list[str]]) -> None:
    command = fake(DIES_AT_FIRST.replace("run == 0 and ", ""))
    ty = start(APP, command=command)
    expected = r"stopped twice while reading this project \(exit status 101: thread panicked at the wrong moment\)\. Try"
    for _ in range(2):
        with pytest.raises(TypesError, match=expected):
            ty.declarations([SLEEP])
    assert runs(command) == 4


@pytest.mark.parametrize(
    "behaviour",
    [
        "time.sleep(600)",
        "read(); time.sleep(600)",
        "while True: write({'method': 'noise', 'params': {}}); time.sleep(0.01)",
        "while True: write({'id': 999, 'result': None}); time.sleep(0.01)",
    ],
    ids=["silent", "deaf", "noisy", "confused"],
)
def test_it_hangs(start: Start, fake: Callable[..., list[str]], behaviour: str) -> None:
    ty = start(APP, command=fake(behaviour), patience=0.3)
    ty.show({"app.py": "x" * 1_000_000})  # more than a pipe holds
    started = time.monotonic()
    with pytest.raises(TypesError, match=r"stopped twice while reading this project .no answer within 0 s"):
        ty.declarations([SLEEP])
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "behaviour",
    [
        "sys.exit()",
        "os.close(1); time.sleep(600)",
        "print('Usage: something else', flush=True); time.sleep(600)",
        "sys.stdout.buffer.write(b'Content-Length: 3\\r\\n\\r\\n{]}'); sys.stdout.flush(); time.sleep(600)",
        "sys.stdout.buffer.write(b'Content-Length: x\\r\\n\\r\\n'); sys.stdout.flush(); time.sleep(600)",
        "sys.stdout.buffer.write(b'Content-Length: 2\\r\\n\\r\\n[]'); sys.stdout.flush(); time.sleep(600)",
    ],
)
def test_it_talks_nonsense(start: Start, fake: Callable[..., list[str]], behaviour: str) -> None:
    ty = start(APP, command=fake(behaviour), patience=0.5)
    with pytest.raises(TypesError, match="stopped twice"):
        ty.declarations([SLEEP])


@pytest.mark.parametrize(
    "capabilities",
    [
        "{}",
        "{**CAPABILITIES, 'positionEncoding': 'utf-16'}",
        "{**CAPABILITIES, 'declarationProvider': False}",
    ],
)
def test_another_version_of_it(start: Start, fake: Callable[..., list[str]], capabilities: str) -> None:
    command = fake(f"CAPABILITIES = {capabilities}\nLOOP")
    ty = start(APP, command=command)
    with pytest.raises(TypesError, match="does not speak as fixbot needs; install the version"):
        ty.declarations([SLEEP])


@pytest.mark.parametrize(
    ("behaviour", "what"),
    [
        ("place = lambda path: []", "the standard library"),
        ("place = lambda path: None", "the standard library"),
        ("STUBS = '/elsewhere'", "fixbot's own stubs"),
    ],
)
def test_it_sees_nothing(start: Start, fake: Callable[..., list[str]], behaviour: str, what: str) -> None:
    ty = start(APP, command=fake(f"{behaviour}\nLOOP"))
    with pytest.raises(TypesError, match=f"does not see {what}, so it would find nothing"):
        ty.declarations([SLEEP])


FAILS_AT_ONE = """
while True:
    message = read()
    if "id" in message and message["params"].get("position", {}).get("line") == 5:
        write({"id": message["id"], "error": {"code": -32603, "message": "request handler panicked"}})
    elif "id" in message:
        write({"id": message["id"], **answer(message)})
"""


def test_an_answer_that_is_an_error_is_no_silent_nothing(
    start: Start, fake: Callable[..., list[str]], tmp_path: Path
) -> None:
    ty = start(APP, command=fake(FAILS_AT_ONE))
    assert declared(ty, SLEEP, SLEEP, CLIENT) == ["", "", "//answer.py"]
    [failure] = ty.take_failures()
    assert (failure.path, failure.line) == ("app.py", 6)
    assert failure.message == "the type checker ty fails here, so calls are unknown: request handler panicked"
    assert ty.take_failures() == []
    project = Project(tmp_path, {}, catalogue.builtin(), resolver=ty)
    project = project.updated(APP)
    module = project.module("app.py")
    assert module
    [function] = module.functions.values()
    project.resolve([(module, call.func) for call in function.calls])
    assert [error.message for error in project.errors] == [failure.message]


def test_it_may_ask_back(start: Start, fake: Callable[..., list[str]]) -> None:
    behaviour = """
        message = read()
        write({"id": message["id"], **answer(message)})
        write({"id": 1, "method": "workspace/configuration", "params": {"items": [{}, {}]}})
        write({"id": 2, "method": "client/registerCapability", "params": []})
        replies = []
        while len(replies) < 2:
            message = read()
            if "method" not in message:
                replies.append(message)
            elif "id" in message:
                write({"id": message["id"], **answer(message)})
        assert [r["result"] for r in replies] == [[None, None], None], replies
        LOOP
    """
    assert declared(start(APP, command=fake(behaviour), patience=10), SLEEP) == ["//answer.py"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
def test_the_real_one_is_killed_in_mid_conversation(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    ty = start(APP)
    assert declared(ty, SLEEP) == EXPECTED[:1]
    for _ in range(2):
        assert ty._server
        os.kill(ty._server._process.pid, signal.SIGKILL)
        assert declared(ty, *[SLEEP] * 600, CLIENT)[-2:] == EXPECTED
    monkeypatch.setattr(types, "IN_FLIGHT", 1)
    killed = []

    def request(server: object, query: Query) -> int:
        if query is CLIENT and not killed:
            assert ty._server
            os.kill(ty._server._process.pid, signal.SIGKILL)
            killed.append(True)
        return Ty._request(ty, server, query)  # type: ignore[arg-type]

    monkeypatch.setattr(ty, "_request", request)
    assert declared(ty, SLEEP, CLIENT, SLEEP) == [*EXPECTED, EXPECTED[0]]


def test_closing_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    ty = start(APP)
    assert declared(ty, SLEEP) == EXPECTED[:1]
    assert ty._server and ty._scratch
    process, scratch = ty._server._process, Path(ty._scratch.name)
    ty.close()
    assert process.returncode is not None
    assert not scratch.exists()
    ty.close()
    assert declared(ty, SLEEP) == EXPECTED[:1], "and it starts again when asked"


def test_it_is_the_pinned_version() -> None:
    import tomllib

    from tests.support import ROOT

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    version = subprocess.check_output([find_ty(), "--version"], text=True).split()[1]
    assert f"ty=={version}" in wanted

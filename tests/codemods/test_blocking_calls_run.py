"""What blocking-calls makes of code, run beside that code: same results, and the event loop goes on meanwhile."""

from __future__ import annotations

import asyncio
import contextvars
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from blockbuster import BlockBuster, BlockingError

from codemods.blocking_calls import codemod
from fixbot import engine
from fixbot.model import Safety
from fixbot.testing import MODULE, opened


def fixed(text: str, allowed: Safety = Safety.SAFE) -> str:
    with opened(text) as project:
        return engine.apply(project, [codemod], {Safety.SAFE, allowed}).project.sources[MODULE].text


def run(text: str) -> SimpleNamespace:
    """The names that a module defines."""
    names: dict[str, Any] = {"__name__": "module"}
    exec(compile(textwrap.dedent(text), "module.py", "exec"), names)
    return SimpleNamespace(**names)


# --- the loop goes on ------------------------------------------------------------------------------------

WAITING = {
    "a file": """
        from pathlib import Path

        async def load(path: str) -> int:
            return len(Path(path).read_text())
        """,
    "a file through a helper": """
        def count(path: str) -> int:
            with open(path) as file:
                return len(file.read())

        async def load(path: str) -> int:
            return count(path)
        """,
    "a chain": """
        async def load(path: str) -> int:
            return len(open(path).read())
        """,
    "a listing": """
        import os

        async def load(path: str) -> list[str]:
            return os.listdir(os.path.dirname(path))
        """,
    "a pause": """
        import time

        async def load(path: str) -> str:
            time.sleep(0.001)
            return path
        """,
    "in a comprehension": """
        from pathlib import Path

        async def load(path: str) -> list[str]:
            return [Path(p).read_text() for p in (path, path)]
        """,
    "a walk": """
        import os

        async def load(path: str) -> list[str]:
            return [name for _, _, names in os.walk(os.path.dirname(path)) for name in names]
        """,
    "a chain that ends in a lazy iterator": """
        from pathlib import Path

        async def load(path: str) -> list[str]:
            return [found.name for found in Path(path).resolve().parent.glob("*")]
        """,
    "a lazy iterator": """
        from pathlib import Path

        async def load(path: str) -> list[str]:
            names = []
            for entry in Path(path).parent.iterdir():
                names.append(entry.name)
            return names
        """,
}

PROCESS = """
    import subprocess

    async def load(path: str) -> bytes:
        return subprocess.run(["cat", path], capture_output=True, check=True).stdout
    """
"""Blockbuster does not see that this blocks."""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "lines.txt"
    path.write_text("one\ntwo\n")
    return str(path)


@pytest.fixture
def watched() -> Iterator[None]:
    """Blocking calls in the thread of the event loop raise."""
    guard = BlockBuster()
    guard.activate()
    try:
        yield
    finally:
        guard.deactivate()


@pytest.mark.parametrize("text", [*WAITING.values(), PROCESS], ids=[*WAITING.keys(), "another process"])
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # of the code that is fixed
def test_same_result(text: str, file: str) -> None:
    before, after = run(text), run(fixed(text))
    assert asyncio.run(after.load(file)) == asyncio.run(before.load(file))


@pytest.mark.parametrize("text", WAITING.values(), ids=WAITING.keys())
@pytest.mark.usefixtures("watched")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_the_event_loop_is_blocked_before_and_free_after(text: str, file: str) -> None:
    with pytest.raises(BlockingError):
        asyncio.run(run(text).load(file))
    asyncio.run(run(fixed(text)).load(file))


def test_an_error_comes_out_as_itself() -> None:
    text = """
        async def load(path: str) -> str:
            try:
                return open(path).read()
            except FileNotFoundError as error:
                return f"no {error.filename}"
        """
    assert asyncio.run(run(fixed(text)).load("/no/such/file")) == "no /no/such/file"


def test_context_variables_are_seen_in_the_thread() -> None:
    text = """
        import contextvars
        from pathlib import Path

        folder = contextvars.ContextVar("folder")

        def read(name: str) -> str:
            return (Path(folder.get()) / name).read_text()

        async def load(name: str) -> str:
            return read(name)
        """
    after = fixed(text)
    assert "to_thread(read, name)" in after
    version = run(after)

    def in_folder() -> str:
        version.folder.set(str(Path(__file__).parent))
        return str(asyncio.run(version.load("test_blocking_calls_run.py")))

    assert contextvars.copy_context().run(in_folder).startswith('"""What blocking-calls makes of code')


# --- read, then write ------------------------------------------------------------------------------------


class Counter:
    """A document that takes a while to read and to write, as on a network."""

    def __init__(self) -> None:
        self.value = 0

    def get(self) -> Counter:
        found = self.value
        time.sleep(0.001)
        snapshot = Counter()
        snapshot.value = found
        return snapshot

    def to_dict(self) -> dict[str, int]:
        return {"value": self.value}

    def set(self, data: dict[str, int]) -> None:
        time.sleep(0.001)
        self.value = data["value"]


READ_THEN_WRITE = """
    from google.cloud import firestore

    async def add(document: firestore.DocumentReference) -> None:
        data = document.get().to_dict() or {}
        document.set({"value": data["value"] + 1})
    """


def total_of_50(text: str) -> int:
    """What 50 tasks at once make of a counter."""
    version, counter = run(text), Counter()

    async def all_at_once() -> None:
        await asyncio.gather(*(version.add(counter) for _ in range(50)))

    asyncio.run(all_at_once())
    return counter.value


def test_50_tasks_that_read_and_then_write_one_document_are_not_torn_apart() -> None:
    after = fixed(READ_THEN_WRITE)
    assert after == textwrap.dedent(READ_THEN_WRITE).removeprefix("\n")
    assert total_of_50(after) == 50


def test_what_review_warns_of_does_happen() -> None:
    """Were the read and the write moved to threads as "safe", updates would be lost."""
    after = fixed(READ_THEN_WRITE, Safety.REVIEW)
    assert after.count("await asyncio.to_thread(") == 2
    assert total_of_50(after) < 50

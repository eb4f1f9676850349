"""fixbot's end of the socket to the probe: collects what it tells, and asks it for things."""

from __future__ import annotations

import json
import linecache
import queue
import socket
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from fixbot.errors import FixbotError
from fixbot.profiling.model import Call, Growth, Served, Stall

ANSWER_SECONDS = 60.0


class Link:
    """What the probe said so far, by kind. A thread reads, so that the service never waits for fixbot."""

    def __init__(self, end: socket.socket, root: Path) -> None:
        self._socket, self._root = end, root
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.ready: dict[str, Any] = {}
        self.failed: dict[str, Any] = {}
        self.served: dict[int, Served] = {}
        self.stalls: list[Stall] = []
        self._beats = 0
        self.unknown_functions: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True, name="fixbot-link")
        self._thread.start()

    def close(self) -> None:
        self._thread.join(2)
        self._socket.close()

    def ask(self, command: str, **options: Any) -> dict[str, Any]:
        """Have the probe do something and wait for its answer. Raises `FixbotError` when none comes."""
        try:
            self._socket.sendall(json.dumps({"command": command, **options}).encode() + b"\n")
            answer = self._answers.get(timeout=ANSWER_SECONDS)
        except (OSError, queue.Empty):
            answer = None
        if answer is None:
            raise FixbotError(
                f"The service stopped, or is so busy that it did not answer for {ANSWER_SECONDS:g} s"
            )
        if answer["event"] == "failed":
            said = "".join(f"\n    {line}" for line in str(answer["said"]).splitlines())
            raise FixbotError(f"The probe in the service failed at {answer['stage']}:{said}")
        return answer

    def wait_for(self, numbers: Collection[int], seconds: float) -> None:
        """Until the probe has told of these requests; background work may go on after an answer is sent."""
        until = time.perf_counter() + seconds
        while (
            not self.served.keys() >= set(numbers) and time.perf_counter() < until and self._thread.is_alive()
        ):
            time.sleep(0.005)

    @property
    def middleware(self) -> frozenset[str]:
        """The project's functions that run in every request, named as handlers are."""
        return frozenset(filter(None, (_handler(each, self._root) for each in self.ready.get("around", ()))))

    def stalls_until_now(self, seconds: float) -> tuple[Stall, ...]:
        """All stalls since the start. The last one is told when the loop is free again; that is waited for."""
        before, until = self._beats, time.perf_counter() + seconds
        with suppress(OSError):  # it stopped, which others say better
            self._socket.sendall(b'{"command": "beat"}\n')
        while self._beats == before and time.perf_counter() < until and self._thread.is_alive():
            time.sleep(0.005)
        return tuple(self.stalls)

    def count(self, on: bool) -> None:
        self.ask("count", on=on)

    def resident(self) -> int:
        """Resident bytes, after the garbage is collected."""
        return int(self.ask("memory")["rss"])

    def trace(self) -> None:
        """Remember what is allocated now, for `growth`."""
        self.ask("trace")

    def growth(self) -> tuple[int, tuple[Growth, ...]]:
        """Bytes that Python's allocations grew since `trace`, and where most."""
        answer = self.ask("growth")
        return int(answer["bytes"]), tuple(
            Growth(*self._shown(file, line), size, blocks) for file, line, size, blocks in answer["places"]
        )

    def _shown(self, file: str, line: int) -> tuple[str, int, str]:
        """A place as it is shown, with its code. Read here: what the probe read would be memory of the service."""
        source = linecache.getline(file, line).strip()
        inside = Path(file).is_relative_to(self._root)
        return (str(Path(file).relative_to(self._root)) if inside else file), line, source

    def _read(self) -> None:
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    self._heard(json.loads(line))
        except (OSError, ValueError):
            pass
        finally:  # whoever waits is told at once
            self._answers.put(None)

    def _heard(self, event: dict[str, Any]) -> None:
        match event.pop("event"):
            case "request":
                served = _served(event, self._root)
                if served.number is not None:
                    self.served[served.number] = served
            case "stall":
                file, line, function = event["place"]
                file, line, source = self._shown(file, line)
                self.stalls.append(Stall(event["seconds"], file, line, function, source, event["request"]))
            case "beaten":
                self._beats += 1
            case "ready":
                self.ready = event
            case "failed" if event["stage"] == "import":
                self.failed = event
            case "unknown-function":
                self.unknown_functions.append(event["name"])
            case other:
                self._answers.put({"event": other, **event})


def _served(event: dict[str, Any], root: Path) -> Served:
    calls = tuple(sorted(_calls(event.pop("calls")), key=lambda call: (call.kind, call.text)))
    handler = _handler(event.pop("handler"), root)
    return Served(**event, handler=handler, calls=calls)


def _handler(told: list[str] | None, root: Path) -> str:
    """A function of the project, `app/routers/x.py:list_games`; "" for one that is not."""
    if not told or not Path(told[0]).is_relative_to(root):
        return ""
    return f"{Path(told[0]).relative_to(root).as_posix()}:{told[1].replace('<locals>.', '')}"


def _calls(made: list[list[Any]]) -> Iterator[Call]:
    for kind, text, count, distinct, identity, blocking, seconds in made:
        yield Call(kind, text, count, distinct, identity, blocking, seconds)

"""parallel-awaits, executed: the code before and after against a service that notes what runs at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from codemods.parallel_awaits import codemod
from fixbot import engine
from fixbot.model import Safety
from fixbot.testing import MODULE, opened

CLIENT = """
from google.cloud import firestore

db = firestore.AsyncClient()
"""
CODE = """
import logging
from contextvars import ContextVar
{client}
logger = logging.getLogger(__name__)
user = ContextVar("user", default="nobody")


async def load(key: str) -> str:
    album = await db.collection("albums").where("owner", "==", key).get()
    return f"{{album}} of {{user.get()}}"


async def mixed(keys: list[str]):
    found = []
    for key in keys:
        if key.isdigit():
            album = await load(key)
            found.append(album)
        else:
            found.append(key)
    return found


async def guarded(keys: list[str]):
    found: list[str] = []
    for key in keys:
        try:
            album = await load(key)
            found.append(album)
        except Exception as error:
            logger.info("No %s: %s", key, error)
    return found


async def named(keys: list[str]):
    return {{key: await load(key) for key in keys if key != "skip"}}


async def counted(keys: list[str]):
    found, number = {{}}, 0
    for key in keys:
        album = await load(key)
        if key == "skip":
            continue
        number += 1
        found.setdefault(album, []).append((key, number))
    return found, number


async def a_few(keys: list[str]):
    return [await load(key) for key in keys[:20]]


async def both(keys: list[str]):
    first = await load(keys[0])
    second = await load(keys[1])
    return [first, second]
"""
FUNCTIONS = ["mixed", "guarded", "named", "counted", "a_few", "both"]


class Broken(Exception):
    """What the service raises."""


@dataclass
class Service:
    """Stands in for the client. A key takes as many turns of the event loop as `turns` says; those in `errors` fail then."""

    turns: Callable[[str], int] = lambda key: 3
    errors: dict[str, Exception] = field(default_factory=dict)
    running: int = 0
    most: int = 0
    left: int = 0
    """How many were under way when an error was seen."""
    started: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    key: str = ""

    def collection(self, _: str) -> Service:
        return self

    def where(self, _: str, __: str, key: str) -> Query:
        return Query(self, key)


@dataclass
class Query:
    service: Service
    key: str

    async def get(self) -> str:
        service, key = self.service, self.key
        service.started.append(key)
        service.running += 1
        service.most = max(service.most, service.running)
        try:
            for _ in range(service.turns(key)):
                await asyncio.sleep(0)
            if key in service.errors:
                raise service.errors[key]
            service.done.append(key)
            return f"album {key}"
        except asyncio.CancelledError:
            service.cancelled.append(key)
            raise
        finally:
            service.running -= 1


Run = Callable[[str, Service, list[str]], Any]
Function = Callable[[list[str]], Coroutine[Any, Any, Any]]


def texts(in_order: bool = False) -> tuple[str, str]:
    """The code before and after."""
    before = CODE.format(client=CLIENT).lstrip("\n")
    with opened(before) as project:
        project.errors_in_order = in_order
        applied = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert len(applied.fixed) == len(FUNCTIONS)
        return before, applied.texts[MODULE]


@pytest.fixture(scope="module")
def versions() -> dict[str, str]:
    before, after = texts()
    return {"before": before, "after": after, "in order": texts(in_order=True)[1]}


def function(text: str, name: str, service: Service) -> Function:
    assert text.count(CLIENT.strip("\n")) == 1
    names: dict[str, Any] = {"__name__": "module", "db": service}
    exec(compile(text.replace(CLIENT.strip("\n"), ""), "module", "exec"), names)
    found: Function = names[name]
    return found


def run(text: str, name: str, service: Service, keys: list[str]) -> Any:
    """The result, or the exception."""

    async def main() -> Any:
        try:
            return await function(text, name, service)(keys)
        except Broken as error:
            service.left = service.running
            for _ in range(200):
                await asyncio.sleep(0)
            return error

    return asyncio.run(main())


KEYS = ["3", "a", "1", "skip", "2", "1", "b", *map(str, range(10, 30))]


def slow_first(key: str) -> int:
    """The earlier in the list, the longer it takes."""
    return 40 - KEYS.index(key) if key in KEYS else 3


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_results_in_the_same_order(name: str, versions: dict[str, str]) -> None:
    services = {version: Service(slow_first) for version in versions}
    results = {v: run(versions[v], name, services[v], KEYS) for v in versions}
    assert results["before"] == results["after"] == results["in order"]
    assert repr(results["before"]) == repr(results["after"])  # of dicts, too
    assert services["before"].most == 1
    assert services["after"].most == {"both": 2, "a_few": 20}.get(name, 8)
    assert sorted(services["before"].started) == sorted(services["after"].started)


@pytest.mark.parametrize("name", ["mixed", "guarded", "named", "counted", "a_few"])
def test_no_items(name: str, versions: dict[str, str]) -> None:
    results = [run(versions[v], name, Service(), []) for v in versions]
    assert results[0] == results[1] == results[2]
    assert type(results[0]) is type(results[1])


def test_items_that_fail_by_themselves_are_left_out(versions: dict[str, str]) -> None:
    failing = {"1": Broken(), "12": Broken(), "a": Broken()}
    results = [run(versions[v], "guarded", Service(slow_first, failing), KEYS) for v in versions]
    assert results[0] == results[1] == results[2]
    assert len(results[0]) == len(KEYS) - 4


@pytest.mark.parametrize("name", ["mixed", "named", "counted", "a_few", "both"])
def test_one_error_is_the_same_object(name: str, versions: dict[str, str]) -> None:
    failing = {KEYS[0]: Broken("first")}
    for text in versions.values():
        assert run(text, name, Service(slow_first, failing), KEYS) is failing[KEYS[0]]


@pytest.mark.parametrize("name", ["mixed", "named", "counted", "a_few"])
def test_which_error_is_seen_and_what_goes_on(name: str, versions: dict[str, str]) -> None:
    failing = {"3": Broken("first in order, last in time"), "1": Broken("first in time")}
    seen = {v: Service(lambda key: {"3": 40, "1": 5, "2": 20}[key], dict(failing)) for v in versions}
    raised = {v: run(versions[v], name, seen[v], ["3", "1", "2"]) for v in versions}
    assert raised["before"] is failing["3"]
    assert raised["after"] is failing["1"]
    assert raised["in order"] is failing["3"]
    assert seen["before"].started == ["3"]
    assert seen["after"].done == ["2"]
    assert (seen["before"].left, seen["after"].left, seen["in order"].left) == (0, 2, 0)


def test_of_two_in_a_row_the_first_error_is_seen_in_order(versions: dict[str, str]) -> None:
    failing = {"3": Broken("first in order, last in time"), "1": Broken("first in time")}
    raised = {v: run(versions[v], "both", Service(slow_first, dict(failing)), ["3", "1"]) for v in versions}
    assert raised["before"] is raised["in order"] is failing["3"]
    assert raised["after"] is failing["1"]


@pytest.mark.parametrize("version", ["before", "after", "in order"])
@pytest.mark.parametrize("name", ["mixed", "guarded", "named", "counted", "both"])
def test_cancelling_leaves_nothing_running(name: str, version: str, versions: dict[str, str]) -> None:
    service = Service(lambda key: 1000)

    async def main() -> None:
        task = asyncio.ensure_future(function(versions[version], name, service)(["1", "2", "3"]))
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(20):
            await asyncio.sleep(0)

    asyncio.run(main())
    assert service.running == 0
    assert service.done == []
    assert service.cancelled == (
        ["1"] if version == "before" else ["1", "2"] if name == "both" else ["1", "2", "3"]
    )


@pytest.mark.parametrize("version", ["before", "after", "in order"])
def test_each_item_sees_the_context_of_its_caller(version: str, versions: dict[str, str]) -> None:
    service = Service()
    text = (
        versions[version]
        + "\n\nasync def of_alice(keys):\n    user.set('alice')\n    return await mixed(keys)\n"
    )
    assert run(text, "of_alice", service, ["1", "x"]) == ["album 1 of alice", "x"]

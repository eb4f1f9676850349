"""What batch-reads makes of code, run beside that code: same results, fewer round trips."""

from __future__ import annotations

import asyncio
import logging
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest

from codemods import batch_reads, blocking_calls
from fixbot import engine
from fixbot.codemod import Codemod
from fixbot.model import Safety
from fixbot.testing import MODULE, opened
from tests.firestore_servers import (
    DENIED,
    Documents,
    Server,
    emulated_server,
    fake_server,
    firestore_emulator,
)
from tests.support import ROOT

__all__ = ["firestore_emulator"]  # a fixture, used by its name
NewServer = Callable[[Documents], Server]

USERS = {f"users/u{n}": {"name": f"user {n}", "n": n} for n in range(4)} | {
    f"users/{DENIED}": {"name": "secret"}
}


@pytest.fixture(params=["in-process", "emulator"])
def new_server(request: pytest.FixtureRequest) -> NewServer:
    """Makes databases: in this process, and on Google's emulator where that runs."""
    if request.param == "in-process":
        return fake_server
    address = request.getfixturevalue("firestore_emulator")
    return lambda documents: emulated_server(address, documents)


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for all that uses gRPC, which wants one a process."""
    with asyncio.Runner() as runner:
        yield runner


def fixed(text: str, *codemods: Codemod, allowed: Safety = Safety.SAFE) -> str:
    """The code after the fixes, which must have changed it."""
    with opened(text) as project:
        applied = engine.apply(project, codemods or [batch_reads.codemod], {Safety.SAFE, allowed})
        assert applied.fixed
        return applied.project.sources[MODULE].text


def run(text: str, **modules: ModuleType) -> SimpleNamespace:
    """The names that a module defines."""
    names: dict[str, Any] = {"__name__": "module"}
    sys.modules.update(modules)
    try:
        exec(compile(text, "module.py", "exec"), names)
    finally:
        for name in modules:
            del sys.modules[name]
    return SimpleNamespace(**names)


def outcome(version: SimpleNamespace, server: Server, ids: list[Any], loop: asyncio.Runner) -> str:
    """What `load` returns, or the error that it raises, in words that do not name the database."""
    try:
        result = repr(load(version, server, ids, loop))
    except Exception as error:  # noqa: BLE001 - it is the result
        result = f"raises {error!r}"
    return result.replace(server.project, "PROJECT") if server.project else result


def load(version: SimpleNamespace, server: Server, ids: list[Any], loop: asyncio.Runner) -> Any:
    async def awaited() -> Any:
        return await version.load(server.async_client() if "AsyncClient" in str(kind) else server.client, ids)

    kind = version.load.__annotations__["db"]
    return (
        loop.run(awaited()) if asyncio.iscoroutinefunction(version.load) else version.load(server.client, ids)
    )


# --- the same for whatever ids ------------------------------------------------------------------------

LOOPS = {
    "unguarded": """
        def load(db: firestore.Client, ids: list) -> list:
            found = []
            for user_id in ids:
                doc = db.collection("users").document(user_id).get()
                found.append((doc.exists, doc.to_dict()))
            return found
        """,
    "handled": """
        def load(db: firestore.Client, ids: list) -> list:
            users = db.collection("users")
            found = []
            for user_id in ids:
                try:
                    doc = users.document(user_id).get()
                    found.append((user_id, doc.to_dict()["name"]))
                except Exception as error:
                    found.append((user_id, type(error).__name__, str(error)))
            return found
        """,
    "skipping": """
        def load(db: firestore.Client, ids: list) -> dict:
            found = {}
            for number, user_id in enumerate(ids):
                if not user_id or user_id in found:
                    continue
                try:
                    ref = db.collection("users").document(user_id)
                    doc = ref.get()
                except Exception as error:
                    found[user_id] = repr(error)
                    continue
                found[user_id] = (number, doc.id, ref.path, doc.reference.path, doc.to_dict())
            return found
        """,
    "comprehension": """
        def load(db: firestore.Client, ids: list) -> list:
            users = db.collection("users")
            return [users.document(user_id).get().to_dict() for user_id in ids]
        """,
    "references": """
        def load(db: firestore.Client, ids: list) -> list:
            references = [db.collection("users").document(user_id) for user_id in ids]
            return [reference.get().to_dict() for reference in references]
        """,
    "awaited": """
        async def load(db: firestore.AsyncClient, ids: list) -> list:
            found = []
            for user_id in ids:
                try:
                    doc = await db.collection("users").document(user_id).get()
                    found.append(doc.to_dict()["n"])
                except Exception as error:
                    found.append((type(error).__name__, str(error)))
            return found
        """,
    "awaited-unguarded": """
        async def load(db: firestore.AsyncClient, ids: list) -> list:
            users = db.collection("users")
            return [(await users.document(user_id).get()).to_dict() for user_id in ids if user_id != "u3"]
        """,
}
REVIEWED = {
    "an-iterator": """
        def load(db: firestore.Client, ids) -> list:
            found = []
            for user_id in iter(ids):
                found.append(db.collection("users").document(user_id).get().to_dict())
            return found
        """,
    "stops-at-the-first-error": """
        def load(db: firestore.Client, ids: list) -> list:
            found = []
            for user_id in ids:
                doc = db.collection("users").document(user_id).get()
                if not doc.exists:
                    raise LookupError(user_id)
                found.append(doc.to_dict())
            return found
        """,
}
IDS: dict[str, list[Any]] = {
    "all-there": ["u2", "u0", "u1"],
    "one-missing": ["u1", "nobody", "u0"],
    "duplicates": ["u1", "u0", "u1", "u1"],
    "none": ["u0", None, "u1"],
    "empty-id": ["u0", "", "u1"],
    "slash": ["u0", "a/b", "u1"],
    "number": ["u0", 123, "u1"],
    "denied": ["u0", DENIED, "u1"],
    "a-bit-of-everything": ["u3", None, "u0", "", "u0", "x/y", "nobody", DENIED, 7, "u2"],
    "nothing": [],
}


def source(loop: str) -> str:
    return "from google.cloud import firestore\n\n\n" + textwrap.dedent(loop).lstrip("\n")


@pytest.fixture(scope="session")
def versions() -> dict[str, tuple[SimpleNamespace, SimpleNamespace]]:
    """Every loop as it was and as it became, ready to run."""
    made = {}
    for name, loop in (LOOPS | REVIEWED).items():
        text = source(loop)
        after = fixed(text, allowed=Safety.REVIEW if name in REVIEWED else Safety.SAFE)
        made[name] = (run(text), run(after))
    return made


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS.keys())
@pytest.mark.parametrize("name", [*LOOPS, *REVIEWED])
def test_same_results(
    name: str, ids: list[Any], new_server: NewServer, versions: dict[str, Any], loop: asyncio.Runner
) -> None:
    before, after = (outcome(version, new_server(USERS), list(ids), loop) for version in versions[name])
    assert after == before


ROUND_TRIPS = {  # ids: round trips before and after
    "all-there": (3, 1),
    "one-missing": (3, 1),
    "duplicates": (4, 1),
    "none": (3, 2),  # a reference without an id gets another id each time
    "slash": (2, 1),
    "number": (2, 1),
    "empty-id": (3, 4),  # the batch fails, and each is read alone
    "denied": (3, 4),
    "nothing": (0, 0),
}


@pytest.mark.parametrize("ids", ROUND_TRIPS)
@pytest.mark.parametrize("name", ["handled", "awaited"])
def test_round_trips(
    name: str, ids: str, new_server: NewServer, versions: dict[str, Any], loop: asyncio.Runner
) -> None:
    counts = []
    for version in versions[name]:
        server = new_server(USERS)
        load(version, server, IDS[ids], loop)
        counts.append(server.round_trips())
    assert tuple(counts) == ROUND_TRIPS[ids]


def test_many_ids_are_read_in_batches_of_300(versions: dict[str, Any]) -> None:
    server = fake_server({f"users/{n}": {"n": n} for n in range(0, 601, 2)})
    found = versions["unguarded"][1].load(server.client, [str(n) for n in range(601)])
    assert found == [(True, {"n": n}) if n % 2 == 0 else (False, None) for n in range(601)]
    assert server.round_trips() == 3


def test_the_fake_is_strict_enough_to_tell_a_naive_fix() -> None:
    """Counterfactual: `get_all` by itself gives other results than the loop."""
    server = fake_server(USERS)
    users = server.client.collection("users")
    ids = ["u0", "u1", "u2", "u3", "u0"]
    naive = [doc.id for doc in server.client.get_all([users.document(i) for i in ids])]
    assert naive != ids
    assert sorted(naive) == sorted(set(ids))
    with pytest.raises(Exception, match="may not be read"):
        list(server.client.get_all([users.document("u0"), users.document(DENIED)]))


def test_a_failed_batch_is_logged_and_nothing_else(
    versions: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        versions["handled"][1].load(fake_server(USERS).client, ["u0", DENIED])
    assert [r.getMessage() for r in caplog.records] == [
        f"Batch read failed, reading one by one: 403 users/{DENIED} may not be read"
    ]


# --- tests that mock the client stay green ------------------------------------------------------------------

SERVICE = """
    from google.cloud import firestore


    class Users:
        def __init__(self, db: firestore.Client) -> None:
            self.db = db
            self.users = self.db.collection("users")

        def names(self, ids: list[str]) -> list[str]:
            found = []
            for user_id in ids:
                doc = self.users.document(user_id).get()
                if doc.exists:
                    found.append(doc.to_dict()["name"])
            return found
    """
ASYNC_SERVICE = (
    SERVICE.replace("firestore.Client", "firestore.AsyncClient")
    .replace("def names", "async def names")
    .replace("self.users.document(user_id).get()", "await self.users.document(user_id).get()")
)


@pytest.mark.parametrize("kind", [MagicMock, Mock])
@pytest.mark.parametrize("answers", ["one-for-all", "one-after-the-other", "by-id"])
def test_mocked_clients(kind: type[Mock], answers: str) -> None:
    text = textwrap.dedent(SERVICE)
    results = []
    for version in (run(text), run(fixed(text))):
        db = kind()
        document = db.collection.return_value.document
        snapshots = {
            i: Mock(exists=True, **{"to_dict.return_value": {"name": i.upper()}}) for i in ("a", "b")
        }
        match answers:
            case "one-for-all":
                document.return_value.get.return_value = snapshots["a"]
            case "one-after-the-other":
                document.return_value.get.side_effect = list(snapshots.values())
            case "by-id":
                document.side_effect = lambda i, s=snapshots: Mock(
                    path=f"users/{i}", **{"get.return_value": s[i]}
                )
        results.append(version.Users(db).names(["a", "b"]))
    assert results[0] == results[1] == (["A", "A"] if answers == "one-for-all" else ["A", "B"])


@pytest.mark.parametrize("kind", [MagicMock, Mock])
async def test_mocked_async_clients(kind: type[Mock]) -> None:
    text = textwrap.dedent(ASYNC_SERVICE)
    results = []
    for version in (run(text), run(fixed(text))):
        db = kind()
        snapshot = Mock(exists=True, **{"to_dict.return_value": {"name": "A"}})
        db.collection.return_value.document.return_value.get = AsyncMock(return_value=snapshot)
        results.append(await version.Users(db).names(["a", "b"]))
    assert results == [["A", "A"], ["A", "A"]]


# --- together with blocking-calls -----------------------------------------------------------------------------


def test_with_blocking_calls_the_results_are_the_same(new_server: NewServer, loop: asyncio.Runner) -> None:
    text = source(LOOPS["handled"]).replace("def load", "async def load")
    after = fixed(text, batch_reads.codemod, blocking_calls.codemod)
    assert "await asyncio.to_thread(_prefetch_documents, " in after
    for ids in IDS.values():
        assert outcome(run(after), new_server(USERS), ids, loop) == outcome(
            run(text), new_server(USERS), ids, loop
        )


# --- the example application ------------------------------------------------------------------------------------

EXAMPLE = Path("examples/genmedia/app/services/workflow_firestore.py")


def workflows(text: str, client: Any) -> Any:
    """The example's service on this client."""
    settings = SimpleNamespace(
        WORKFLOWS_COLLECTION="workflows",
        REVISIONS_COLLECTION="revisions",
        ASSETS_COLLECTION="assets",
        GCS_BUCKET="b",
    )
    config, firestore = ModuleType("app.config"), ModuleType("app.firestore")
    config.settings = settings  # type: ignore[attr-defined]
    firestore.get_firestore_client = lambda: client  # type: ignore[attr-defined]
    modules = {"app": ModuleType("app"), "app.config": config, "app.firestore": firestore}
    return run(text, **modules).WorkflowServiceFirestore()


def test_one_request_that_resolves_20_assets(new_server: NewServer, loop: asyncio.Runner) -> None:
    """21 round trips become 2."""
    text = (ROOT / EXAMPLE).read_text(encoding="utf-8")
    with opened(
        {
            f"app/{f.relative_to(ROOT / 'examples/genmedia/app')}": f.read_text(encoding="utf-8")
            for f in (ROOT / "examples/genmedia/app").rglob("*.py")
        }
    ) as project:
        after = engine.apply(project, [batch_reads.codemod]).texts["app/services/workflow_firestore.py"]
    nodes = [{"data": {"assetId": f"a{n}", "imageRef": f"a{n - 1}"}} for n in range(1, 20)]
    documents: dict[str, Any] = {f"assets/a{n}": {"blob_path": f"{n}.png"} for n in range(18)}
    documents["workflows/w"] = {"user_id": "u", "nodes": nodes}
    answers, counts = [], []
    for version in (text, after):
        server = new_server(documents)
        answers.append(loop.run(workflows(version, server.client).get_workflow("w", "u")))
        counts.append(server.round_trips())
    assert counts == [21, 2]
    assert answers[0] == answers[1]
    assert sum(asset["exists"] for asset in answers[0]["asset_urls"].values()) == 18

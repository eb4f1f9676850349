"""Two Firestores to run code against: a strict one in this process, and Google's emulator where there is Java.

Both count the round trips of reading documents. The one in the process gives the answers of
`get_all` in another order each time; both drop duplicates and fail a whole batch for one bad id, as
the real server does. A document named "denied" may be read by nobody.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fake_firestore.async_client import AsyncFakeFirestoreClient
from fake_firestore.async_collection import AsyncFakeCollectionReference
from fake_firestore.async_document import AsyncFakeDocumentReference
from fake_firestore.client import FakeFirestoreClient
from fake_firestore.collection import FakeCollectionReference
from fake_firestore.document import FakeDocumentReference, FakeDocumentSnapshot
from google.api_core.exceptions import InvalidArgument, PermissionDenied

DENIED = "denied"
"""The id of a document that exists, but may not be read."""

Documents = Mapping[str, Mapping[str, Any]]


@dataclass
class Server:
    """One database with documents in it; what its clients read is counted."""

    client: Any
    async_client: Callable[[], Any]
    """Makes an async client; to be called inside the event loop that uses it."""
    round_trips: Callable[[], int]
    project: str = ""
    """What error messages call this database."""


# --- in this process ----------------------------------------------------------------------------------


@dataclass
class _Reads:
    """The reading side of a fake: it counts, refuses and shuffles."""

    count: int = 0
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def read(self, references: Iterable[Any]) -> list[FakeDocumentSnapshot]:
        self.count += 1
        found = {reference.path: reference for reference in references}
        for path in found:
            if path.endswith("/"):
                raise InvalidArgument(f'Document name "{path}" has invalid trailing "/".')
            if path.endswith(f"/{DENIED}"):
                raise PermissionDenied(f"{path} may not be read")
        answers = list(found.values())
        self.random.shuffle(answers)
        return [FakeDocumentReference.get(reference) for reference in answers]


def _checked(document_id: object) -> None:
    """What the real client checks before it asks the server."""
    if document_id is not None and not isinstance(document_id, str):
        raise TypeError(f"Expected a string, got {document_id!r}")
    if document_id is not None and "/" in document_id:
        raise ValueError(f"A document id must not contain a slash: {document_id!r}")


def _fakes(reads: _Reads) -> tuple[FakeFirestoreClient, AsyncFakeFirestoreClient]:
    """A sync and an async client of one database."""

    class Document(FakeDocumentReference):
        def get(self, *args: Any, **kwargs: Any) -> FakeDocumentSnapshot:
            return reads.read([self])[0]

    class Collection(FakeCollectionReference):
        def document(self, document_id: str | None = None) -> FakeDocumentReference:
            _checked(document_id)
            plain = super().document(document_id)
            return Document(self._data, plain._path, self, self._written_docs, Collection)

    class Client(FakeFirestoreClient):
        def collection(self, path: str) -> FakeCollectionReference:
            plain = super().collection(path)
            return Collection(plain._data, plain._path, plain.parent, plain._written_docs)

        def get_all(self, references: Iterable[Any], *_: Any, **__: Any) -> Iterator[FakeDocumentSnapshot]:
            yield from reads.read(references)

    class AsyncDocument(AsyncFakeDocumentReference):
        async def get(self, *args: Any, **kwargs: Any) -> FakeDocumentSnapshot:
            return reads.read([self])[0]

    class AsyncCollection(AsyncFakeCollectionReference):
        def document(self, document_id: str | None = None) -> AsyncFakeDocumentReference:
            _checked(document_id)
            plain = super().document(document_id)
            return AsyncDocument(self._data, plain._path, self, self._written_docs, AsyncCollection)

    class AsyncClient(AsyncFakeFirestoreClient):
        def collection(self, path: str) -> AsyncFakeCollectionReference:
            plain = super().collection(path)
            return AsyncCollection(plain._data, plain._path, plain.parent, plain._written_docs)

        async def get_all(self, references: Iterable[Any], *_: Any, **__: Any) -> AsyncIterator[Any]:
            for snapshot in reads.read(references):
                yield snapshot

    client = Client()
    return client, AsyncClient(client._data, client._written_docs)


def fake_server(documents: Documents) -> Server:
    reads = _Reads()
    client, async_client = _fakes(reads)
    for path, data in documents.items():
        collection, _, name = path.rpartition("/")
        client.collection(collection).document(name).set(dict(data))
    return Server(client, lambda: async_client, lambda: reads.count)


# --- Google's emulator ------------------------------------------------------------------------------------

_RULES = """
rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /{document=**} {
      allow get, write: if request.path[4] != "denied";
      allow list: if true; // a query has no document in its path
    }
  }
}
"""
_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


class NoEmulatorError(Exception):
    """Why there is no emulator here, and what would help."""


@pytest.fixture(scope="session")
def firestore_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an emulator that all workers of this test session share; skips where it cannot run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    try:
        address = _join(folder)
    except NoEmulatorError as reason:
        if os.environ.get("FIXBOT_REQUIRE_EMULATORS") == "1":
            pytest.fail(f"the Firestore emulator is required, but {reason}")
        pytest.skip(f"the Firestore emulator does not run here: {reason}")
    try:
        yield address
    finally:
        _leave(folder)


def emulated_server(address: str, documents: Documents) -> Server:
    """A database of its own (a project of its own) on the emulator, read by a user whom its rules bind."""
    from google.cloud import firestore

    project, count = f"p-{uuid.uuid4().hex[:12]}", [0]

    def user(kind: type[Any]) -> Any:
        client = _client(kind, project, address)
        _count_reads(client, count)
        own = [pair for pair in client._rpc_metadata if pair[0] != "authorization"]
        client._rpc_metadata_internal = [*own, ("authorization", f"Bearer {_token(project)}")]
        return client

    owner = _client(firestore.Client, project, address)
    for path, data in documents.items():
        owner.document(path).set(dict(data))
    owner.close()
    return Server(user(firestore.Client), lambda: user(firestore.AsyncClient), lambda: count[0], project)


def _client(kind: type[Any], project: str, address: str) -> Any:
    os.environ["FIRESTORE_EMULATOR_HOST"] = address
    try:
        return kind(project=project)
    finally:
        del os.environ["FIRESTORE_EMULATOR_HOST"]


def _count_reads(client: Any, count: list[int]) -> None:
    api = client._firestore_api
    read = api.batch_get_documents

    def counted(*args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        return read(*args, **kwargs)

    api.batch_get_documents = counted


def _token(project: str) -> str:
    """A token of a signed-in user, which the emulator takes unsigned."""
    issuer = f"https://securetoken.google.com/{project}"
    parts = ({"alg": "none"}, {"sub": "u", "aud": project, "iss": issuer, "iat": 0, "exp": 2**33})
    return "".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") + "." for p in parts)


# --- one emulator for all workers ----------------------------------------------------------------------------


def _join(folder: Path) -> str:
    """Start the emulator, unless another worker has. Raises `NoEmulatorError`."""
    with _shared(folder) as state:
        if not state:
            state.update(_start(folder), users=0)
        state["users"] += 1
        return str(state["address"])


def _leave(folder: Path) -> None:
    """The last worker to leave ends the emulator."""
    with _shared(folder) as state:
        state["users"] -= 1
        if not state["users"]:
            os.kill(state["pid"], signal.SIGTERM)
            state.clear()


@contextmanager
def _shared(folder: Path) -> Iterator[dict[str, Any]]:
    """What the workers know of the emulator, for one of them at a time."""
    with (folder / "firestore-emulator.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / "firestore-emulator.json"
        state: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        yield state
        file.write_text(json.dumps(state))


def _start(folder: Path) -> dict[str, Any]:
    java, jar = shutil.which("java"), _jar()
    if java is None:
        raise NoEmulatorError(
            "there is no `java` on the PATH (on Debian and Ubuntu: apt install default-jre-headless)"
        )
    rules = folder / "firestore.rules"
    rules.write_text(_RULES)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(jar), _MAIN]
    command = [java, *options, "--host=127.0.0.1", f"--port={port}", f"--rules={rules}"]
    # A shell in between, so that the emulator is nobody's child and any worker may end it.
    script = 'log=$1; shift; "$@" > "$log" 2>&1 < /dev/null & echo $!'
    log = folder / "firestore-emulator.log"
    done = subprocess.run(
        ["sh", "-c", script, "sh", log, *command], stdout=subprocess.PIPE, text=True, check=True
    )
    pid, address = int(done.stdout), f"127.0.0.1:{port}"
    for _ in range(300):
        if _answers(address):
            return {"pid": pid, "address": address}
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    raise NoEmulatorError(f"it did not start: {log.read_text()[-400:]}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _jar() -> Path:
    """The emulator in the Google Cloud SDK, or where `FIRESTORE_EMULATOR_JAR` says."""
    if given := os.environ.get("FIRESTORE_EMULATOR_JAR"):
        if Path(given).is_file():
            return Path(given)
        raise NoEmulatorError(f"FIRESTORE_EMULATOR_JAR is {given}, which is no file")
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        raise NoEmulatorError(
            "there is neither `gcloud` on the PATH nor FIRESTORE_EMULATOR_JAR in the environment"
        )
    asked = [gcloud, "info", "--format=value(installation.sdk_root)"]
    root = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    jar = Path(root) / "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
    if not jar.is_file():
        raise NoEmulatorError(f"{jar} is missing (gcloud components install cloud-firestore-emulator)")
    return jar

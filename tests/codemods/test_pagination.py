"""pagination: a list endpoint gets optional parameters for a page, where the route can be followed to the query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from codemods.pagination import codemod
from fixbot import engine, testing
from fixbot.model import Safety
from fixbot.testing import MODULE, opened
from tests.firestore_servers import Documents, Server, emulated_server, fake_server, firestore_emulator

__all__ = ["firestore_emulator"]  # a fixture, used by its name

untouched = partial(testing.untouched, codemod)

SERVICE = """\
from fastapi import FastAPI
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter

app = FastAPI()
db = firestore.Client()


def list_games(owner: str) -> list[dict]:
    query = db.collection("games").where(filter=FieldFilter("owner", "==", owner))
    query = query.order_by("score", direction="DESCENDING")
    games = []
    for doc in query.stream():
        game = doc.to_dict()
        game["id"] = doc.id
        games.append(game)
    return games


@app.get("/games")
def get_games(owner: str) -> dict[str, list[dict]]:
    games = list_games(owner)
    return {"games": games}
"""
ASYNC = (
    SERVICE.replace("def ", "async def ")
    .replace("= list_games", "= await list_games")
    .replace("    for doc in query.stream():", "    docs = query.stream()\n    for doc in docs:")
)


def but(*changes: tuple[str, str], text: str = SERVICE) -> str:
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


@cache
def paged(text: str) -> str:
    """The code after the fix, which must be for review."""
    with opened(text) as project:
        [finding] = engine.find(project, codemod)
        assert finding.safety is Safety.REVIEW, finding.reason
        after = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW}).texts[MODULE]
    testing.rewritten(codemod, text, after, safety=Safety.REVIEW)
    return after


def test_old_python_gets_no_new_syntax() -> None:
    after = paged(SERVICE)
    assert "limit: Optional[int] = None" in after
    assert "-> dict[str, Union[list[dict], bool, str, None]]:" in after


def test_new_python_gets_no_old_syntax() -> None:
    after = paged(but(("def get_games(owner: str)", "def get_games(owner: str, tag: str | None = None)")))
    assert "limit: int | None = None" in after
    assert "-> dict[str, list[dict] | bool | str | None]:" in after


def test_async_code_waits_in_a_thread() -> None:
    assert 'cursor = await asyncio.to_thread(db.collection("games").document(start_after).get)' in paged(
        ASYNC
    )


def test_an_async_client_is_awaited() -> None:
    client = (("firestore.Client", "firestore.AsyncClient"), ("for doc in docs", "async for doc in docs"))
    assert 'cursor = await db.collection("games").document(start_after).get()' in paged(
        but(*client, text=ASYNC)
    )


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ((), True),
        ((("    query = query.order_by(", '    query = query.select(["name"]).order_by('),), False),
        (
            (("        games.append(game)", '        game.pop("moves", None)\n        games.append(game)'),),
            False,
        ),
    ],
)
def test_lists_of_whole_documents_are_told(changes: tuple[tuple[str, str], ...], whole: bool) -> None:
    [finding] = testing.findings_of(codemod, but(*changes))
    assert ("with all its fields" in finding.message) is whole


@pytest.mark.parametrize(
    "changes",
    {
        "a limit": (('"DESCENDING")', '"DESCENDING").limit(50)'),),
        "a limit, perhaps": (("    games = []", "    if owner:\n        query = query.limit(5)\n    games = []"),),
        "no list": (("    games = []", "    games = 0"), ("games.append(game)", "games += 1"), ("-> list[dict]", "-> int")),
        "the first that fits": (("        games.append(game)", "        games.append(game)\n        break"),),
        "one game": (('"/games")', '"/games/{owner}")'),),
        "not a GET": (("app.get", "app.post"),),
        "no route": (("= list_games(owner)", "= []"),),
        "not Firestore": (("from google.cloud import firestore", "import elsewhere as firestore"),),
        "a query of the caller": (
            ("def list_games(owner: str)", "def list_games(query)"),
            ('    query = db.collection("games").where(filter=FieldFilter("owner", "==", owner))\n', ""),
            ("list_games(owner)\n", 'list_games(db.collection("games"))\n'),
        ),
    }.values(),
)  # fmt: skip
def test_left_alone(changes: tuple[tuple[str, str], ...]) -> None:
    untouched(but(*changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    {
        "no name for the query": ((("query.stream()", 'query.order_by("name").stream()'),), "give the query a name"),
        "no name for the list": ((("    games = []\n    for doc in query.stream():\n        game = doc.to_dict()\n        game[\"id\"] = doc.id\n        games.append(game)\n    return games", '    return [{"id": doc.id} for doc in query.stream()]'),), "give the list a name"),
        "some are left out": ((("        games.append(game)", "        if game['public']:\n            games.append(game)"),), "are left out after"),
        "some are skipped": ((("        games.append(game)", "        if game['hidden']:\n            continue\n        games.append(game)"),), "are left out after"),
        "no id": ((('        game["id"] = doc.id\n', ""),), "do not hold their document's id"),
        "parameters of that name": ((("def list_games(owner: str)", "def list_games(owner: str, limit: int = 5)"),), "has such parameters"),
        "any parameters": ((("def list_games(owner: str)", "def list_games(owner: str, **more)"),), "has such parameters"),
        "through a helper": ((("= list_games(owner)", "= sorted_games(owner)"), ("\n\n@app", "\n\ndef sorted_games(owner: str):\n    return sorted(list_games(owner), key=str)\n\n\n@app")), "does not call `list_games` itself"),
        "all in one": ((("    games = list_games(owner)\n    return", '    query = db.collection("games")\n    games = [{"id": doc.id} for doc in query.stream()]\n    return games\n    return'),), "reads the query and answers in one function"),
        "a model": ((("dict[str, list[dict]]:", "Games:"), ("\n\ndef list", "\n\nclass Games(BaseModel):\n    games: list[dict]\n\n\ndef list"), ("from google.cloud import firestore\n", "from pydantic import BaseModel\nfrom google.cloud import firestore\n")), "response model"),
        "a model of the route": ((('"/games")', '"/games", response_model=dict)'),), "response model"),
        "the bare list": ((('return {"games": games}', "return games"),), "answers with the list alone"),
        "two routes": ((("\n\n@app", "\n\n@app.get('/all')\ndef all_games(owner: str):\n    return list_games(owner)\n\n\n@app"),), "several routes"),
        "the key is taken": ((('{"games": games}', '{"games": games, "has_more": False}'),), "has such a key"),
        "the name is taken": ((("    games = list_games(owner)", "    limit = 5\n    games = list_games(owner)"),), "is another name"),
        "packed arguments": ((("list_games(owner)\n", 'list_games(**{"owner": owner})\n'),), "packed arguments"),
        "the list changes later": ((('    return {"games"', '    games = games or []\n    return {"games"'),), "another value"),
    }.values(),
)  # fmt: skip
def test_only_reported(changes: tuple[tuple[str, str], ...], reason: str) -> None:
    untouched(but(*changes), reason=reason)


# --- executed ------------------------------------------------------------------------------------------

GAMES = {
    f"games/g{n}": {"owner": "ann" if n % 3 else "bob", "score": n // 2, "name": f"Game {n}"}
    for n in range(17)
}
"""Two each have the same score, so that the order of equals counts."""


@pytest.fixture(params=["in-process", "emulator"])
def server(request: pytest.FixtureRequest) -> Server:
    new: Callable[[Documents], Server] = fake_server
    if request.param == "emulator":
        new = partial(emulated_server, request.getfixturevalue("firestore_emulator"))
    return new(GAMES)


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest, server: Server) -> Iterator[TestClient]:
    with TestClient(service(paged(SERVICE if request.param == "sync" else ASYNC), server).app) as client:
        yield client


def service(text: str, server: Server) -> SimpleNamespace:
    names: dict[str, Any] = {"__name__": "service"}
    exec(compile(text.replace("firestore.Client()", "None"), "service.py", "exec", dont_inherit=True), names)
    names["db"] = server.client
    return SimpleNamespace(**names)


def test_without_parameters_nothing_changes(client: TestClient, server: Server) -> None:
    before = TestClient(service(SERVICE, server).app).get("/games", params={"owner": "ann"}).json()
    assert client.get("/games", params={"owner": "ann"}).json() == before
    assert len(before["games"]) == 11


@pytest.mark.parametrize("limit", [1, 3, 11, 50])
def test_the_pages_are_the_list(client: TestClient, limit: int) -> None:
    whole = client.get("/games", params={"owner": "ann"}).json()["games"]
    games: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next_cursor": None, "has_more": True}
    while page["has_more"]:
        given = {"owner": "ann", "limit": limit, "start_after": page["next_cursor"]}
        page = client.get("/games", params={k: v for k, v in given.items() if v is not None}).json()
        assert len(page["games"]) <= limit
        games += page["games"]
        assert len(games) <= len(whole)
    assert page["next_cursor"] is None
    assert games == whole


def test_the_rest_after_one(client: TestClient) -> None:
    whole = client.get("/games", params={"owner": "ann"}).json()["games"]
    rest = client.get("/games", params={"owner": "ann", "start_after": whole[3]["id"]}).json()
    assert rest == {"games": whole[4:]}


@pytest.mark.parametrize(
    ("start_after", "status"),
    {"nobody's": ("g99", 400), "of somebody else": ("g3", 400), "two parts": ("g1/x", 422), "empty": ("", 422)}.values(),
)  # fmt: skip
def test_cursors_that_are_none_of_the_callers_business(
    client: TestClient, start_after: str, status: int
) -> None:
    answer = client.get("/games", params={"owner": "ann", "limit": 3, "start_after": start_after})
    assert answer.status_code == status
    assert "Game" not in answer.text


@pytest.mark.parametrize("limit", ["0", "-1", "101", "many"])
def test_limits_that_are_none(client: TestClient, limit: str) -> None:
    assert client.get("/games", params={"owner": "ann", "limit": limit}).status_code == 422


def test_the_service_is_called_as_before_without_parameters(server: Server) -> None:
    names = service(paged(SERVICE), server)
    given: list[dict[str, Any]] = []

    def fake(owner: str, **more: Any) -> list[dict[str, Any]]:
        given.append({"owner": owner, **more})
        return []

    names.app.routes[-1].endpoint.__globals__["list_games"] = fake
    TestClient(names.app).get("/games", params={"owner": "ann"})
    TestClient(names.app).get("/games", params={"owner": "ann", "limit": 2})
    assert given == [{"owner": "ann"}, {"owner": "ann", "limit": 3}]

"""Games: lists, single games, writes and uploads."""

from pathlib import Path
from sqlite3 import Connection

import pytest
from fastapi.testclient import TestClient


def test_every_game_has_its_own_annotations(client: TestClient) -> None:
    games = client.get("/api/games").json()["games"]
    assert [game["name"] for game in games] == ["Opening", "Derby", "Final"]
    labels = [[(a["second"], a["label"]) for a in game["annotations"]] for game in games]
    assert labels == [[(10.5, "goal"), (30, "goal")], [(20, "save")], []]
    assert games[0]["annotations"][0]["keyframes"] == "[]"


def test_no_games(client: TestClient, db: Connection) -> None:
    db.execute("DELETE FROM games")
    db.commit()
    assert client.get("/api/games").json() == {"games": []}


def test_a_season_is_newest_first(client: TestClient) -> None:
    games = client.get("/api/games/season/2024").json()["games"]
    assert [game["name"] for game in games] == ["Derby", "Opening"]


def test_one_game_with_a_summary(client: TestClient) -> None:
    game = client.get("/api/games/1").json()
    assert (game["opponent"], game["summary"]) == ("Lions", {"goal": 2})
    assert client.get("/api/games/9").status_code == 404


def test_creating_needs_a_session(client: TestClient) -> None:
    new = {"name": "Cup", "opponent": "Owls", "season": "2025"}
    stranger = {"Authorization": "Bearer nobody"}
    assert client.post("/api/games", json=new, headers=stranger).status_code == 401
    assert client.post("/api/games", json=new).json() == {"id": 4}
    assert client.get("/api/games/4").json()["opponent"] == "Owls"


def test_views_are_counted(client: TestClient) -> None:
    assert client.post("/api/games/2/view").json() == {"views": 1}
    assert client.post("/api/games/2/view").json() == {"views": 2}
    assert client.post("/api/games/9/view").status_code == 404


def test_annotating(client: TestClient) -> None:
    new = [
        {"second": 1, "label": "pass", "keyframes": [{"x": 0.5}]},
        {"second": 2, "label": "goal"},
    ]
    assert client.post("/api/games/3/annotations", json=new).json() == {"saved": 2}
    assert client.get("/api/games/3").json()["summary"] == {"pass": 1, "goal": 1}


def test_a_video_is_kept_and_probed(client: TestClient, places: Path) -> None:
    content = bytes(range(256)) * 3000
    answer = client.post("/api/games/1/video", files={"video": ("Final.MP4", content)})
    assert answer.json() == {"duration": 12.5, "bytes": len(content)}
    assert (places / "media" / "game-1.mp4").read_bytes() == content
    game = client.get("/api/games/1").json()
    assert (game["video"], game["duration"]) == ("game-1.mp4", 12.5)


@pytest.mark.parametrize("name", ["notes.txt", "video"])
def test_what_is_not_a_video_is_refused(client: TestClient, name: str) -> None:
    assert client.post("/api/games/1/video", files={"video": (name, b"x")}).status_code == 415

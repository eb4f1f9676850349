"""Clips: lists, history, imports and ratings."""

from pathlib import Path
from sqlite3 import Connection

from fastapi.testclient import TestClient


def test_every_clip_names_its_game(client: TestClient, db: Connection) -> None:
    db.execute("INSERT INTO clips (id, game_id, filename) VALUES (4, 99, 'lost.mp4')")
    db.commit()
    clips = client.get("/api/clips").json()["clips"]
    assert [(clip["id"], clip["game"]) for clip in clips] == [
        (1, "Derby"),
        (2, "Opening"),
        (3, "Derby"),
        (4, None),
    ]


def test_no_clips(client: TestClient, db: Connection) -> None:
    db.execute("DELETE FROM clips")
    db.commit()
    assert client.get("/api/clips").json() == {"clips": []}


def test_the_best(client: TestClient) -> None:
    assert {clip["id"] for clip in client.get("/api/clips/best").json()["clips"]} == {2, 3}


def test_the_clips_of_a_game_in_an_order(client: TestClient) -> None:
    def ids(query: str) -> list[int]:
        return [clip["id"] for clip in client.get(f"/api/clips/game/2{query}").json()["clips"]]

    assert ids("") == [1, 3]
    assert ids("?order=rating") == [1, 3]
    assert client.get("/api/clips/game/2?order=tracking").status_code == 400


def test_history_follows_what_was_replaced(client: TestClient) -> None:
    history = client.get("/api/clips/3/history").json()["history"]
    assert [clip["filename"] for clip in history] == ["b2.mp4", "b.mp4"]
    assert client.get("/api/clips/77/history").json() == {"history": []}


def test_the_first_available(client: TestClient) -> None:
    answer = client.post("/api/clips/first-available", json=[9, 2, 1])
    assert answer.json() == {"id": 2, "filename": "a.mp4"}
    assert client.post("/api/clips/first-available", json=[9]).status_code == 404


def test_the_same_clip_is_imported_once(client: TestClient, places: Path) -> None:
    files = {"clip": ("x.mp4", b"moving pictures")}
    first = client.post("/api/clips/import/1", files=files).json()
    again = client.post("/api/clips/import/1", files=files).json()
    assert (first, again) == ({"id": 4, "new": True}, {"id": 4, "new": False})
    assert [path.read_bytes() for path in (places / "media").iterdir()] == [b"moving pictures"]


def test_tracking_data_is_kept(client: TestClient, places: Path) -> None:
    content = b"[1, 2, 3]" * 20_000
    answer = client.post("/api/clips/track/1", files={"tracking": ("t.json", content)})
    assert answer.json() == {"bytes": len(content)}
    assert (places / "media" / "clip-1.json").read_bytes() == content


def test_rating(client: TestClient, db: Connection) -> None:
    assert client.put("/api/clips/ratings", json={"1": 5, "2": 1}).json() == {"rated": 2}
    rows = db.execute("SELECT rating FROM clips ORDER BY id").fetchall()
    assert [row["rating"] for row in rows] == [5, 1, 4]
    assert client.put("/api/clips/ratings", json={"1": 2, "9": 2}).status_code == 404

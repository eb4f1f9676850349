"""Projects: lists, single projects, rendering and downloads."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.config import settings


class Renderer(BaseHTTPRequestHandler):
    """Takes a job, is not ready when it is asked first, and listens to what coaches are told."""

    asked = 0
    told: list[tuple[str, str]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/told":
            Renderer.told.append((self.headers["X-Coach"], body["filename"]))
        self.answer({"job": "-".join(body["clips"])} if "clips" in body else {})

    def do_GET(self) -> None:
        if self.path == "/health":
            self.answer({"state": "idle"})
            return
        Renderer.asked += 1
        done = Renderer.asked > 1
        self.answer({"done": done, "filename": "reel.mp4" if done else None})

    def answer(self, body: dict[str, object]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Renderer]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Renderer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(settings, "RENDERER_URL", f"http://127.0.0.1:{server.server_port}")
    Renderer.asked, Renderer.told = 0, []
    yield Renderer
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_project_says_how_many_clips_it_has(client: TestClient) -> None:
    projects = client.get("/api/projects").json()["projects"]
    assert [(p["name"], p["clips"]) for p in projects] == [("Best of", 2), ("Empty", 0)]
    page = client.get("/api/projects", params={"limit": 1, "start_after": 1}).json()
    assert page["projects"] in (projects, projects[1:])  # all that there is, or the page after the first


def test_where_a_clip_is_used(client: TestClient) -> None:
    assert client.get("/api/projects/using/3").json()["projects"] == [{"id": 1, "name": "Best of"}]
    assert client.get("/api/projects/using/1").json()["projects"] == []


def test_one_project_with_its_clips_in_order(client: TestClient, places: Path) -> None:
    project = client.get("/api/projects/1").json()
    assert (project["clips"], project["width"], project["enlarged"]) == ([3, 2], 1920, 1)
    assert client.get("/api/projects/9").status_code == 404


def test_creating_a_project(client: TestClient) -> None:
    new = {"name": "Saves", "format": "square", "clips": [2, 1]}
    assert client.post("/api/projects", json=new).json() == {"id": 3}
    assert client.get("/api/projects/3").json()["clips"] == [2, 1]
    wrong = {"name": "Saves", "format": "round"}
    assert client.post("/api/projects", json=wrong).status_code == 422


def test_rendering_makes_a_new_version(client: TestClient, renderer: type[Renderer]) -> None:
    told = f"{settings.RENDERER_URL}/told"
    first = client.post("/api/projects/1/render", params={"callback": told}).json()
    again = client.post("/api/projects/1/render").json()
    assert first == {"version": 1, "filename": "reel.mp4"}
    assert again == {"version": 2, "filename": "reel.mp4"}
    assert renderer.asked == 3
    assert renderer.told == [("Ada", "reel.mp4")]


def test_whether_the_renderer_is_there(client: TestClient, renderer: type[Renderer]) -> None:
    assert client.get("/api/renderer").json() == {"renderer": "idle"}


def test_a_renderer_that_is_not_there(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "RENDERER_URL", "http://127.0.0.1:1")
    assert client.get("/api/renderer").json() == {"renderer": "down"}


def test_downloads_are_grouped_by_project(
    client: TestClient, renderer: type[Renderer], places: Path
) -> None:
    for project in (1, 1, 2):
        client.post(f"/api/projects/{project}/render")
    (places / "media").mkdir()
    (places / "media" / "reel.mp4").write_bytes(b"12345")
    downloads = client.get("/api/downloads").json()["downloads"]
    assert {(d["project"], d["version"], d["versions"], d["bytes"]) for d in downloads} == {
        ("Best of", 2, 2, 5),
        ("Empty", 1, 1, 5),
    }
    assert all(d["url"].startswith("/store/reel.mp4?expires=") for d in downloads)

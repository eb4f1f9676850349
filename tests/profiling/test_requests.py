"""Which endpoints are asked for: never one that may change data, nor one whose parameters nobody knows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fixbot.profiling.requests import NoRequests, find_endpoints
from fixbot.profiling.settings import read_settings


@contextmanager
def served(documents: dict[str, Any]) -> Iterator[str]:
    """A server that answers these paths with JSON, and all others with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in documents else 404)
            self.end_headers()
            self.wfile.write(json.dumps(documents.get(self.path, {})).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def parameter(name: str, where: str, required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required}


PATHS = {
    "/health": {"get": {}},
    "/games": {"get": {"parameters": [parameter("page", "query", False)]}, "post": {}},
    "/games/{game_id}": {"parameters": [parameter("game_id", "path")], "get": {}, "delete": {}},
    "/search": {"get": {"parameters": [parameter("q", "query")]}},
    "/me": {"get": {"parameters": [{"$ref": "#/components/parameters/token"}]}},
}
OPENAPI = {"paths": PATHS, "components": {"parameters": {"token": parameter("X-Token", "header")}}}


def names(
    settings: dict[str, Any], description: dict[str, Any] = OPENAPI
) -> tuple[dict[str, str], dict[str, str]]:
    with served({"/openapi.json": description}) as base:
        endpoints, skipped = find_endpoints(base, read_settings(settings))
    return {each.name: each.url for each in endpoints}, {each.name: each.reason for each in skipped}


def test_gets_that_need_nothing() -> None:
    asked, skipped = names({})
    assert asked == {"GET /health": "/health", "GET /games": "/games"}
    assert "may change data" in skipped["POST /games"]
    assert "may change data" in skipped["DELETE /games/{game_id}"]
    assert "a value for `game_id`" in skipped["GET /games/{game_id}"]
    assert "query parameter `q`" in skipped["GET /search"]
    assert "header parameter `X-Token`" in skipped["GET /me"]


def test_values_and_headers_make_more_of_them_possible() -> None:
    asked, skipped = names({"paths": {"game_id": "a b"}, "headers": {"x-token": "t"}})
    assert asked["GET /games/{game_id}"] == "/games/a%20b"
    assert "GET /me" in asked
    assert "GET /search" in skipped


def test_requests_of_the_settings_come_first_and_may_write() -> None:
    requests = [{"method": "POST", "path": "/games", "json": {}}, {"path": "/search?q=x"}]
    asked, skipped = names({"requests": requests, "exclude": ["/health"]})
    assert list(asked)[:2] == ["POST /games", "GET /search"]
    assert asked["GET /search"] == "/search?q=x"
    assert not {"POST /games", "GET /search"} & skipped.keys()
    assert skipped["GET /health"] == "excluded by the settings"


def test_a_prefix_of_the_server() -> None:
    asked, _ = names({}, {"paths": {"/x": {"get": {}}}, "servers": [{"url": "/api/v1"}]})
    assert asked == {"GET /x": "/api/v1/x"}


def test_no_description() -> None:
    with served({}) as base:
        with pytest.raises(NoRequests, match="has no OpenAPI description"):
            find_endpoints(base, read_settings({}))
        endpoints, _ = find_endpoints(base, read_settings({"requests": [{"path": "/x"}]}))
    assert [each.url for each in endpoints] == ["/x"]


def test_nothing_that_can_be_asked_for() -> None:
    with pytest.raises(NoRequests, match="no endpoint that can be asked for"):
        names({}, {"paths": {"/games": {"post": {}}}})


def test_a_path_without_its_value() -> None:
    with pytest.raises(NoRequests, match="no value for `game_id`"):
        names({"requests": [{"path": "/games/{game_id}"}]})

"""[tool.fixbot.profile] is read strictly, secrets come from the environment, and targets have names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from fixbot.errors import ConfigError
from fixbot.profiling.model import Endpoint, Kind
from fixbot.profiling.settings import _READERS, read_settings
from fixbot.profiling.targets import DEFAULT_TARGETS, kind_of
from tests.support import ROOT, fixbot, write_files
from tests.test_docs import blocks


def test_the_defaults_are_those_of_the_document() -> None:
    limits = read_settings({}).targets
    assert [limits[kind] for kind in ("health", "list", "single", "write")] == [50, 200, 100, 300]
    assert [limits[name] for name in ("idle-memory", "request-memory", "peak-memory", "cold-start")] == [
        256,
        10,
        512,
        3,
    ]


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/api/health", Kind.HEALTH),
        ("GET", "/healthz/", Kind.HEALTH),
        ("GET", "/games", Kind.LIST),
        ("GET", "/games/{game_id}", Kind.SINGLE),
        ("GET", "/games/{game_id}/clips", Kind.LIST),
        ("POST", "/games", Kind.WRITE),
        ("DELETE", "/games/{game_id}", Kind.WRITE),
        ("GET", "/health-reports", Kind.LIST),
    ],
)
def test_what_an_endpoint_is(method: str, path: str, kind: Kind) -> None:
    assert kind_of(method, path) is kind


def test_targets_of_one_endpoint_and_of_a_kind() -> None:
    targets = read_settings({"targets": {"list": 250, "GET /games*": 900}}).targets
    assert targets.latency(Endpoint("GET /games", "GET", "/games", Kind.LIST)) == 0.9
    assert targets.latency(Endpoint("GET /clips", "GET", "/clips", Kind.LIST)) == 0.25
    assert DEFAULT_TARGETS["list"] == 200


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFILE_TOKEN", "s3cret")
    settings = read_settings({"headers": {"Authorization": "Bearer ${PROFILE_TOKEN}"}})
    assert settings.headers == {"Authorization": "Bearer s3cret"}
    assert "s3cret" not in repr(settings)
    monkeypatch.delenv("PROFILE_TOKEN")
    with pytest.raises(ConfigError, match="no variable PROFILE_TOKEN"):
        read_settings({"headers": {"Authorization": "Bearer ${PROFILE_TOKEN}"}})


def test_a_request_with_a_body() -> None:
    [request] = read_settings(
        {"requests": [{"method": "post", "path": "/games", "json": {"name": "x"}}]}
    ).requests
    assert (request.method, request.body) == ("POST", b'{"name": "x"}')
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"rate": 3}, "profile\\] rate is no setting"),
        ({"headers": "x"}, "headers must be a table"),
        ({"paths": {"id": [1]}}, "paths.id must be a string or a number"),
        ({"requests": {"path": "/"}}, "must be tables"),
        ({"requests": [{"path": "games"}]}, "must begin with `/`"),
        ({"requests": [{"path": "/", "method": "FETCH"}]}, "method must be one of"),
        ({"requests": [{"path": "/", "url": "x"}]}, "`url` is no key"),
        ({"targets": {"lists": 3}}, "no target `lists`; did you mean `list`"),
        ({"targets": {"list": "fast"}}, "must be a number"),
        ({"functions": {"app.sign": -1}}, "at least 0"),
    ],
)
def test_what_is_wrong_is_said(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_settings(table)


def test_the_settings_of_the_page_are_those_there_are() -> None:
    [block] = blocks(ROOT / "docs" / "measuring.md", "toml")
    table = tomllib.loads(block)["tool"]["fixbot"]["profile"]
    assert table.keys() == _READERS.keys() | {"targets", "functions"}
    settings = read_settings(table)
    assert settings.targets["list"] == 250
    assert settings.targets.functions == {"app.storage.sign_url": 100}


def test_check_reads_a_project_with_these_settings(tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": '[tool.fixbot.profile]\ntarget = "app.main:app"\n', "x.py": ""})
    assert fixbot("check", cwd=tmp_path).returncode == 0
    write_files(tmp_path, {"pyproject.toml": '[tool.fixbot]\nprofile = "app.main:app"\n'})
    done = fixbot("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "must be a table" in done.stderr

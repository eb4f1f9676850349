"""Which forge a remote and an environment lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixbot.errors import ForgeError
from fixbot.pulls.forges.choose import Place, choose, local_folder, open_forge
from fixbot.pulls.forges.github import GitHubForge
from fixbot.pulls.forges.local import LocalForge
from tests.git_repository import GitRepository
from tests.pulls.worlds import FILES

TOKEN = {"GITHUB_TOKEN": "ghs_secretsecret"}
DOT_COM = Place("acme/shop.web", "https://github.com", "https://api.github.com")


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/acme/shop.web.git",
        "https://github.com/acme/shop.web",
        "https://github.com/acme/shop.web/",
        "https://someone:secret@github.com/acme/shop.web.git",
        "git@github.com:acme/shop.web.git",
        "github.com:acme/shop.web",
        "ssh://git@github.com/acme/shop.web.git",
        "ssh://git@ssh.github.com:443/acme/shop.web.git",
        "git://github.com/acme/shop.web.git",
    ],
)
def test_every_form_of_a_github_url(remote: str) -> None:
    choice = choose(remote, TOKEN)
    assert (choice.place, choice.token) == (DOT_COM, "ghs_secretsecret")


@pytest.mark.parametrize(
    ("remote", "environment", "place"),
    [
        (
            "https://code.acme.example/acme/shop.git",
            {"GITHUB_SERVER_URL": "https://code.acme.example"},
            Place("acme/shop", "https://code.acme.example", "https://code.acme.example/api/v3"),
        ),
        (
            "git@code.acme.example:acme/shop.git",
            {
                "GITHUB_SERVER_URL": "https://code.acme.example",
                "GITHUB_API_URL": "https://code.acme.example/api/v3/",
            },
            Place("acme/shop", "https://code.acme.example", "https://code.acme.example/api/v3"),
        ),
        (
            "https://acme.ghe.com/acme/shop",
            {},
            Place("acme/shop", "https://acme.ghe.com", "https://api.acme.ghe.com"),
        ),
        (
            "http://127.0.0.1:8123/acme/shop.git",
            {"GITHUB_SERVER_URL": "http://127.0.0.1:8123", "GITHUB_API_URL": "http://127.0.0.1:8123"},
            Place("acme/shop", "http://127.0.0.1:8123", "http://127.0.0.1:8123"),
        ),
        (
            "",
            {"GITHUB_REPOSITORY": "acme/shop"},
            Place("acme/shop", "https://github.com", "https://api.github.com"),
        ),
    ],
)
def test_enterprise_and_workflows(remote: str, environment: dict[str, str], place: Place) -> None:
    assert choose(remote, TOKEN | environment).place == place


@pytest.mark.parametrize(
    ("remote", "environment", "reason"),
    [
        ("", TOKEN, "there is no remote"),
        ("/srv/shop.git", TOKEN, "/srv/shop.git is not on GitHub"),
        ("../github.com/acme/shop", TOKEN, "is not on GitHub"),
        ("file:///github.com/acme/shop", TOKEN, "is not on GitHub"),
        ("https://gitlab.com/acme/shop.git", TOKEN, "is not on GitHub"),
        ("https://github.com.evil.example/acme/shop.git", TOKEN, "is not on GitHub"),
        ("https://evil.example/github.com/acme.git", TOKEN, "is not on GitHub"),
        ("https://github.com@evil.example/acme/shop.git", TOKEN, "is not on GitHub"),
        ("https://github.com/acme/shop/extra.git", TOKEN, "is not on GitHub"),
        ("https://github.com/acme/-x y.git", TOKEN, "is not on GitHub"),
        ("ext::sh -c evil", TOKEN, "is not on GitHub"),
        ("https://github.com/acme/shop.git", {}, "neither FIXBOT_TOKEN nor GITHUB_TOKEN"),
        ("https://github.com/acme/shop.git", {"GITHUB_TOKEN": ""}, "neither FIXBOT_TOKEN nor GITHUB_TOKEN"),
    ],
)
def test_everything_else_is_local_and_says_why(remote: str, environment: dict[str, str], reason: str) -> None:
    choice = choose(remote, environment)
    assert choice.place is None
    assert choice.token == ""
    assert reason in choice.reason


def test_a_password_in_a_url_is_not_repeated() -> None:
    assert "hunter2" not in choose("https://ann:hunter2@gitlab.com/acme/shop.git", TOKEN).reason


def test_the_token_made_for_fixbot_comes_first_and_is_not_shown() -> None:
    choice = choose("git@github.com:acme/shop.git", TOKEN | {"FIXBOT_TOKEN": "ghp_mine"})
    assert choice.token == "ghp_mine"
    assert "ghp_mine" not in f"{choice!r} {choice.reason}"


def test_a_token_with_a_line_end_is_refused_without_showing_it() -> None:
    with pytest.raises(ForgeError) as caught:
        choose("git@github.com:acme/shop.git", {"GITHUB_TOKEN": "ghs_secret\nX-Evil: 1"})
    assert "secret" not in str(caught.value)


def test_what_was_chosen_is_opened(tmp_path: Path) -> None:
    forge = open_forge(choose("git@github.com:acme/shop.git", TOKEN), tmp_path, "main")
    assert isinstance(forge, GitHubForge)
    assert forge.remote == "https://github.com/acme/shop.git"

    source = GitRepository.create(tmp_path / "source", FILES)
    local = open_forge(choose("", {}), source.path, "main", tmp_path / "forge")
    assert isinstance(local, LocalForge)


def test_the_local_forge_lies_outside_the_repository_and_is_always_the_same(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": "/state"}
    folder = local_folder(tmp_path / "shop", environment)
    assert folder == local_folder(tmp_path / "x" / ".." / "shop", environment)
    assert folder != local_folder(tmp_path / "other" / "shop", environment)
    assert folder.parent == Path("/state/fixbot")

"""What a command of the target gets to know of the machine that it runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixbot.process import environment


def test_no_token_and_a_home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "FIXBOT_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "s3cret")
    seen = environment(tmp_path)
    assert "s3cret" not in seen.values()
    assert seen["HOME"] == str(tmp_path)
    assert Path(seen["TMPDIR"]).is_dir()


@pytest.mark.parametrize(
    ("address", "passed"),
    [
        ("https://packages.example.com/simple/", True),
        ("/srv/wheels-of-the-house-2026", True),
        ("https://packages-2.example.com/py3/simple/", True),
        ("https://ann:s3cret@packages.example.com/simple/", False),
        ("https://packages.example.com/k3Fz9Qw7Lm2Xc8Vb/shop/simple/", False),
        ("/srv/wheels https://ann@packages.example.com/simple/", False),
    ],
)
def test_where_packages_come_from_is_told_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, passed: bool
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", address)
    monkeypatch.setenv("UV_DEFAULT_INDEX", address)
    seen = environment(tmp_path)
    assert (seen.get("PIP_INDEX_URL") == address) is passed
    assert ("UV_DEFAULT_INDEX" in seen) is passed

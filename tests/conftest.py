"""Fixtures that several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import PLUGINS, install_plugin

settings.register_profile("fixbot", deadline=None)  # no test depends on how fast the machine is
settings.load_profile("fixbot")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Import path of an installed third-party package with two codemods, `modern-names` and `one-limit`."""
    site = tmp_path_factory.mktemp("site-packages")
    install_plugin(site, "[fixbot.codemods]\nhouse = house_codemods:ALL\n")
    return [PLUGINS, site]

"""Where codemods come from and in which order they run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import codemods
from fixbot import plugins
from fixbot.codemod import Codemod
from fixbot.errors import ConfigError, FixbotError
from fixbot.model import Severity
from tests.support import PLUGINS, fixbot, install_plugin, write_files


def codemod(name: str, *after: str) -> Codemod:
    return Codemod(name, triggers=[b"x"], severity=Severity.LOW, category="", after=after)


def order(builtin: list[Codemod], *others: Codemod) -> list[str]:
    return [each.id for each in plugins.in_order(builtin, others)]


@pytest.fixture(autouse=True)
def own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test does to the import path stays with it."""
    monkeypatch.setattr(sys, "path", [*sys.path])


# --- order -----------------------------------------------------------------------------------------


def test_builtin_ones_keep_their_order_and_others_come_last() -> None:
    assert order([codemod("b"), codemod("a")], codemod("d"), codemod("c")) == ["b", "a", "c", "d"]


def test_after_places_a_codemod_right_behind_the_one_it_names() -> None:
    builtin = [codemod("first"), codemod("second"), codemod("third")]
    assert order(builtin, codemod("x", "first")) == ["first", "x", "second", "third"]
    assert order(builtin, codemod("x", "second", "first")) == ["first", "second", "x", "third"]
    assert order(builtin, codemod("y", "first"), codemod("x", "first")) == [
        "first",
        "x",
        "y",
        "second",
        "third",
    ]


def test_after_may_name_another_plugin_s_codemod() -> None:
    assert order([codemod("first")], codemod("a", "b"), codemod("b", "c"), codemod("c")) == [
        "first",
        "c",
        "b",
        "a",
    ]


def test_after_something_that_is_not_installed_asks_for_nothing() -> None:
    assert order([codemod("first")], codemod("x", "nowhere")) == ["first", "x"]


def test_a_circle_is_an_error() -> None:
    with pytest.raises(FixbotError, match="`a`, `b` each want to run `after` another"):
        order([codemod("first")], codemod("a", "b"), codemod("b", "a"), codemod("c"))


# --- loading ---------------------------------------------------------------------------------------


def test_the_builtin_codemods_need_no_installation() -> None:
    assert plugins.load_codemods()[: len(codemods.ALL)] == codemods.ALL


def test_ids_are_unique_and_modules_are_documented() -> None:
    ids = [each.id for each in codemods.ALL]
    assert len(ids) == len(set(ids))
    assert all(each.summary.endswith(".") for each in codemods.ALL)


def test_an_installed_package_adds_codemods(tmp_path: Path, house: list[Path]) -> None:
    sys.path[:0] = map(str, house)
    assert [each.id for each in plugins.load_codemods()][-2:] == ["modern-names", "one-limit"]


def failing(tmp_path: Path, source: str, value: str = "broken_plugin:ALL") -> str:
    """What is said about a plugin with this source."""
    site = install_plugin(tmp_path / "site", f"[fixbot.codemods]\nmine = {value}\n", name="broken-plugin")
    write_files(site, {"broken_plugin.py": source})
    sys.path.insert(0, str(site))
    sys.modules.pop("broken_plugin", None)
    with pytest.raises(FixbotError) as caught:
        plugins.load_codemods()
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "cannot be loaded (ZeroDivisionError: division by zero); mend or uninstall it"),
        ("import no_such_module", "cannot be loaded (ModuleNotFoundError: No module named 'no_such_module')"),
        ("", "cannot be loaded (AttributeError: module 'broken_plugin' has no attribute 'ALL')"),
        ("ALL = 3", "broken_plugin:ALL is neither a Codemod nor a sequence of them"),
        ("ALL = ('batch-reads',)", "broken_plugin:ALL is neither a Codemod nor a sequence of them"),
        ("ALL = ()", "broken_plugin:ALL is neither a Codemod nor a sequence of them"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_named_with_its_package(
    tmp_path: Path, source: str, said: str
) -> None:
    message = failing(tmp_path, source)
    assert message.startswith("the fixbot.codemods plugin `mine` of the package broken-plugin")
    assert said in message


def test_two_codemods_with_one_id_are_an_error(tmp_path: Path) -> None:
    first = codemods.ALL[0]
    source = (
        "from fixbot.codemod import Codemod\nfrom fixbot.model import Severity\n"
        f"ALL = Codemod('mine.{first.module.rpartition('.')[2]}', triggers=[b'x'], severity=Severity.LOW, category='')\n"
    )
    assert failing(tmp_path, source).startswith(
        f"two codemods have the id `{first.id}`: {first.module} and mine."
    )


def test_stub_folders_of_installed_packages(tmp_path: Path) -> None:
    site = install_plugin(tmp_path / "site", "[fixbot.catalogue]\nmine = my_stubs.stubs\n", name="my-stubs")
    write_files(site, {"my_stubs/__init__.py": "", "my_stubs/stubs/lib/__init__.pyi": ""})
    sys.path.insert(0, str(site))
    assert plugins.stub_folders() == (site / "my_stubs" / "stubs",)


@pytest.mark.parametrize("value", ["no_such_package", "no_such_package.stubs", "json.decoder"])
def test_stub_folders_that_are_not_there(tmp_path: Path, value: str) -> None:
    site = install_plugin(tmp_path / "site", f"[fixbot.catalogue]\nmine = {value}\n", name="my-stubs")
    sys.path.insert(0, str(site))
    with pytest.raises(ConfigError, match=r"the fixbot\.catalogue plugin `mine` of the package my-stubs"):
        plugins.stub_folders()


def test_stubs_of_an_installed_package_are_used(tmp_path: Path, house: list[Path]) -> None:
    """A library that fixbot does not know blocks as soon as a package's stubs say so."""
    site = install_plugin(tmp_path / "site", "[fixbot.catalogue]\nmine = slow_stubs\n", name="slow-stubs")
    stub = "from fixbot_effects import blocking\n\n@blocking\ndef fetch(key: str) -> str: ...\n"
    write_files(site, {"slow_stubs/slowlib.pyi": stub})
    source = "import slowlib\n\n\nasync def get(key):\n    return slowlib.fetch(key)\n"
    project = write_files(tmp_path / "project", {"app.py": source})
    assert fixbot("check", cwd=project).returncode == 0
    done = fixbot("check", cwd=project, path=[site])
    assert done.returncode == 1
    assert "slowlib.fetch" in done.stdout


# --- the import path ---------------------------------------------------------------------------------


def test_the_current_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sys.path[:] = ["", ".", str(tmp_path), str(tmp_path / "site"), str(PLUGINS)]
    plugins.leave_current_folder()
    assert sys.path == [str(tmp_path / "site"), str(PLUGINS)]


def test_a_checkout_of_fixbot_itself_stays_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(plugins.HOME)
    sys.path[:] = ["", str(PLUGINS)]
    plugins.leave_current_folder()
    assert sys.path == [str(plugins.HOME), str(PLUGINS)]


def test_a_current_folder_that_was_deleted_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    before = list(sys.path)
    plugins.leave_current_folder()
    assert sys.path == before

"""Libraries with types of their own: they lead where they are installed, our stubs where they are not."""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixbot.catalogue import builtin
from fixbot.project.project import Project
from tests.support import write_files

PACKAGES = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
CONFIGURATION = f"home = {Path(sys.base_prefix, 'bin')}\nversion = {sys.version.split()[0]}\n"
APP = """
    from django.db import models
    from django.http import HttpResponse
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


    class Base(DeclarativeBase): ...


    class User(Base):
        id: Mapped[int] = mapped_column(primary_key=True)

        def hello(self): ...


    class Game(Base):
        id: Mapped[int] = mapped_column(primary_key=True)
        owner: Mapped["User"] = relationship()


    class Author(models.Model): ...


    def run(session: Session):
        session.get(User, 1)
        session.get(User, 1).hello()
        session.get(Game, 1).owner.hello()
        session.get_bind()
        Author.objects.get(pk=1)
        HttpResponse()
"""
OPEN: tuple[str, ...] = ("sqlalchemy.orm.session Session.get", "django.db.models.manager Manager.get")

Told = Callable[[Path | None], dict[str, str]]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """What each call of APP stands for: the library's name for it, or the project's own; "" if unknown."""
    projects: list[Project] = []

    def ask(environment: Path | None) -> dict[str, str]:
        root = write_files(tmp_path / "project", {"app.py": textwrap.dedent(APP)})
        projects.append(Project.open(root, builtin(), environment=environment))
        module = projects[-1].module("app.py")
        assert module is not None
        run = next(n for n in module.tree.body if isinstance(n, ast.FunctionDef))
        calls = [n.value for n in run.body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
        found = projects[-1].resolve([(module, call.func) for call in calls])
        return {
            ast.unparse(call): next((f"{t.module} {t.qualname}" for t in targets), "")
            for call, targets in zip(calls, found, strict=True)
        }

    yield ask
    for project in projects:
        project.close()


def test_installed_libraries_keep_their_types(told: Told) -> None:
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("django")
    found = told(Path(sys.prefix))
    assert found["session.get(User, 1)"] == OPEN[0]
    assert found["session.get(User, 1).hello()"] == "app User.hello"
    assert found["session.get(Game, 1).owner.hello()"] == "app User.hello"
    assert found["session.get_bind()"] == "sqlalchemy.orm.session Session.get_bind", (
        "our stub has no such method"
    )
    assert found["Author.objects.get(pk=1)"] == OPEN[1]
    assert found["HttpResponse()"] == "django.http.response HttpResponse"


def test_the_python_of_an_environment_may_be_named(told: Told) -> None:
    assert told(Path(sys.executable)) == told(Path(sys.prefix))


def test_nothing_installed(told: Told) -> None:
    found = told(None)
    assert found["session.get(User, 1)"] == OPEN[0]
    assert found["session.get(User, 1).hello()"] == "app User.hello"
    assert found["session.get(Game, 1).owner.hello()"] == "app User.hello"
    assert found["session.get_bind()"] == ""
    assert found["Author.objects.get(pk=1)"] == OPEN[1]
    assert found["HttpResponse()"] == ""


def test_an_environment_without_them(told: Told, tmp_path: Path) -> None:
    empty = write_files(
        tmp_path / "empty", {"pyvenv.cfg": CONFIGURATION, f"{PACKAGES}/other/__init__.py": ""}
    )
    assert told(empty) == told(None)


def test_what_an_installed_library_says_wins(told: Told, tmp_path: Path) -> None:
    """Another version, in which the session is made otherwise: its own code is believed, not our stub."""
    files = {
        "pyvenv.cfg": CONFIGURATION,
        f"{PACKAGES}/sqlalchemy/__init__.py": "def select(*entities): ...\n",
        f"{PACKAGES}/sqlalchemy/orm/__init__.py": "from .other import Session\n",
        f"{PACKAGES}/sqlalchemy/orm/other.py": "class Session:\n    def get(self, entity, ident): ...\n",
    }
    found = told(write_files(tmp_path / "old", files))
    assert found["session.get(User, 1)"] == "sqlalchemy.orm.other Session.get"
    assert found["Author.objects.get(pk=1)"] == OPEN[1]

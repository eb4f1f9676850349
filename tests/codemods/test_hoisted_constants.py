"""hoisted-constants: what is the same at each call is worked out once, where nothing can change it."""

from __future__ import annotations

from functools import partial

import pytest

from codemods.hoisted_constants import codemod
from fixbot import testing
from fixbot.model import Safety

rewritten = partial(testing.rewritten, codemod)
untouched = partial(testing.untouched, codemod)

INVITED = """\
ALLOWED_EMAILS = ["Maya@north.example", "tomas@north.example "]


def is_invited(user: dict) -> bool:
    email = user["email"].lower().strip()
    allowed = [e.lower().strip() for e in ALLOWED_EMAILS]
    return email in allowed
"""
ONCE = """\
ALLOWED_EMAILS = ["Maya@north.example", "tomas@north.example "]


_ALLOWED = frozenset(e.lower().strip() for e in ALLOWED_EMAILS)


def is_invited(user: dict) -> bool:
    email = user["email"].lower().strip()
    return email in _ALLOWED
"""
CONFIG = """\
from typing import ClassVar

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    REGION: str = "north"
    ALLOWED_EMAILS: ClassVar[list[str]] = ["Maya@north.example"]


settings = Settings()
"""
AUTH = """\
from app.config import settings


async def check(email: str) -> None:
    allowed = {e.lower() for e in settings.ALLOWED_EMAILS}
    if email not in allowed:
        raise PermissionError(email)
"""
AUTH_ONCE = """\
from app.config import settings


_ALLOWED_EMAILS = frozenset(e.lower() for e in settings.ALLOWED_EMAILS)


async def check(email: str) -> None:
    if email not in _ALLOWED_EMAILS:
        raise PermissionError(email)
"""


def but(*changes: tuple[str, str], text: str = INVITED) -> str:
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


def service(*changes: tuple[str, str], auth: str = AUTH, **more: str) -> dict[str, str]:
    """The settings in one file and who reads them in another."""
    files = {"app/__init__.py": "", "app/config.py": but(*changes, text=CONFIG), "app/auth.py": auth}
    return files | {f"tests/{name}.py": text for name, text in more.items()}


def test_a_list_of_the_module() -> None:
    rewritten(INVITED, ONCE)


@pytest.mark.parametrize(
    ("before", "after"),
    {
        "in the test itself": (
            (("    allowed = [e.lower().strip() for e in ALLOWED_EMAILS]\n", ""), ("in allowed", "in [e.lower().strip() for e in ALLOWED_EMAILS]")),
            (("_ALLOWED = ", "_ALLOWED_EMAILS = "), ("in _ALLOWED", "in _ALLOWED_EMAILS")),
        ),
        "a set of a generator": (
            (("[e.lower().strip() for e in ALLOWED_EMAILS]", "set(e.lower().strip() for e in ALLOWED_EMAILS)"),),
            (),
        ),
        "not in": ((("email in", "email not in"),), (("email in", "email not in"),)),
        "twice": ((("return email in allowed", "return email in allowed or email[1:].strip() in allowed"),), (("return email in _ALLOWED", "return email in _ALLOWED or email[1:].strip() in _ALLOWED"),)),
        "something else than text": ((('user["email"].lower().strip()', 'user["email"]'),), (('user["email"].lower().strip()', 'user["email"]'), ("frozenset", "tuple"))),
        "a comment above": ((("    allowed", "    # without regard to case\n    allowed"),), (("_ALLOWED = ", "# without regard to case\n_ALLOWED = "),)),
        "an argument": ((("e.lower().strip()", 'e.removeprefix("mailto:")'),), (("e.lower().strip()", 'e.removeprefix("mailto:")'),)),
        "a class of constants": (
            (("ALLOWED_EMAILS = [", "class Access:\n    ALLOWED_EMAILS = ["), ("in ALLOWED", "in Access.ALLOWED")),
            (("ALLOWED_EMAILS = [", "class Access:\n    ALLOWED_EMAILS = ["), ("in ALLOWED", "in Access.ALLOWED"), ("_ALLOWED = ", "_ALLOWED_EMAILS = "), ("email in _ALLOWED", "email in _ALLOWED_EMAILS")),
        ),
        "read elsewhere": ((("def is", "def number() -> int:\n    return len(ALLOWED_EMAILS)\n\n\ndef is"),), (("def is", "def number() -> int:\n    return len(ALLOWED_EMAILS)\n\n\ndef is"),)),
    }.values(),
)  # fmt: skip
def test_other_forms(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> None:
    rewritten(but(*before), but(*after, text=ONCE))


def test_a_class_variable_of_the_settings() -> None:
    rewritten(service(), service(auth=AUTH_ONCE))


def test_a_field_of_the_settings_needs_review() -> None:
    field = ("ClassVar[list[str]]", "list[str]")
    rewritten(service(field), service(field, auth=AUTH_ONCE), safety=Safety.REVIEW)


def test_tests_that_patch_something_else() -> None:
    other = 'def test_it(monkeypatch):\n    monkeypatch.setattr("app.config.settings.REGION", "south")\n'
    rewritten(service(test_it=other), service(auth=AUTH_ONCE, test_it=other))


@pytest.mark.parametrize(
    "changes",
    {
        "made of the request": (("in ALLOWED_EMAILS", "in user['list']"),),
        "a parameter": (("user: dict", "user: dict, ALLOWED_EMAILS: list"),),
        "not put into another form": (("e.lower().strip() for", "e for"),),
        "put together with something of the call": (("e.lower().strip() for", "(e + user['tail']).lower() for"),),
        "a method that may fail": (("e.lower().strip() for", "e.index('@') for"),),
        "only some": (("in ALLOWED_EMAILS]", "in ALLOWED_EMAILS if e]"),),
        "not for `in`": (("email in allowed", "allowed[0] == email"),),
        "computed, not literal": (('["Maya@north.example", "tomas@north.example "]', "open('emails').readlines()"),),
        "an empty list, to be filled": (('["Maya@north.example", "tomas@north.example "]', "[]"),),
        "not only strings": (('"tomas@north.example "', "None"),),
        "at module level": (("def is_invited(user: dict) -> bool:\n    email =", "user = {}\nemail ="), ("    allowed", "allowed"), ("    return email", "print(email"), ("in allowed", "in allowed)")),
        "at start-up": (("def is_invited", "@app.on_event('startup')\ndef is_invited"), ("ALLOWED_EMAILS = ", "from fastapi import FastAPI\n\napp = FastAPI()\nALLOWED_EMAILS = ")),
        "two values": (("\n\ndef", "if input():\n    ALLOWED_EMAILS = ['a']\n\n\ndef"),),
    }.values(),
)  # fmt: skip
def test_left_alone(changes: tuple[tuple[str, str], ...]) -> None:
    untouched(but(*changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    {
        "changed in place": (
            (("def is", "def invite(email: str) -> None:\n    ALLOWED_EMAILS.append(email)\n\n\ndef is"),),
            "app/module.py:5 may change it",
        ),
        "handed on": (
            (("def is", "def invite() -> None:\n    reload_from_disk(ALLOWED_EMAILS)\n\n\ndef is"),),
            "may change it or hand it on",
        ),
        "returned": (
            (("def is", "def everybody() -> list:\n    return ALLOWED_EMAILS\n\n\ndef is"),),
            "may change it or hand it on",
        ),
        "an item set": (
            (("def is", "def rename() -> None:\n    ALLOWED_EMAILS[0] = ''\n\n\ndef is"),),
            "may change it or hand it on",
        ),
        "known by its name": (
            (
                (
                    "def is",
                    "def setting(name: str = 'ALLOWED_EMAILS'):\n    return globals()[name]\n\n\ndef is",
                ),
            ),
            "may change it or hand it on",
        ),
        "also counted": ((("in allowed", "in allowed and len(allowed) > 1"),), "more than `in`"),
        "looked up before, too": (
            (("    email =", "    allowed = []\n    email ="),),
            None,
        ),
        "a comment": ((("in ALLOWED_EMAILS]", "in ALLOWED_EMAILS]  # slow"),), "a comment inside"),
        "the names are taken": (
            (("email in allowed", "email in allowed and (_ALLOWED, _ALLOWED_EMAILS, _ALLOWED_EMAILS_SET)"),),
            "names that fit are all taken",
        ),
    }.values(),
)
def test_only_reported(changes: tuple[tuple[str, str], ...], reason: str | None) -> None:
    untouched(but(*changes), reason=reason)


@pytest.mark.parametrize(
    ("test", "reason"),
    {
        "patched": ('def test_it(monkeypatch):\n    monkeypatch.setattr(settings, "ALLOWED_EMAILS", ["a"])\n', "may change it"),
        "patched by path": ('from unittest.mock import patch\n\n\n@patch("app.config.settings.ALLOWED_EMAILS", ["a"])\ndef test_it():\n    pass\n', "may change it"),
        "other settings": ('from unittest.mock import patch\n\n\n@patch("app.auth.settings")\ndef test_it(settings):\n    pass\n', "replaces `app.auth.settings`"),
        "assigned": ("from app.config import settings\n\n\ndef test_it():\n    settings.ALLOWED_EMAILS = []\n", "may change it"),
        "built with others": ("from app.config import Settings\n\n\ndef test_it():\n    Settings(ALLOWED_EMAILS=[])\n", "may change it"),
        "reloaded": ("import importlib\n\nfrom app import config\n\n\ndef test_it():\n    importlib.reload(config)\n", "reloads modules"),
        "by the environment": ('def test_it(monkeypatch):\n    monkeypatch.setenv("APP_ALLOWED_EMAILS", "[]")\n', "may change it"),
    }.values(),
)  # fmt: skip
def test_tests_that_change_it(test: str, reason: str) -> None:
    untouched(service(test_it=test), reason=reason)


@pytest.mark.parametrize("text", [INVITED, ONCE])
def test_answers(text: str) -> None:
    namespace: dict[str, object] = {}
    exec(text, namespace)
    asked = ["maya@north.example", " MAYA@NORTH.example", "tomas@north.example", "eve@north.example", ""]
    answers = [namespace["is_invited"]({"email": email}) for email in asked]  # type: ignore[operator]
    assert answers == [True, True, True, False, False]

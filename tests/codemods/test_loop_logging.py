"""loop-logging: a line for every item becomes one with the number, where that is all the loop does."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import pytest

from codemods.loop_logging import codemod
from fixbot import engine, testing
from fixbot.model import Safety
from fixbot.testing import opened

rewritten = partial(testing.rewritten, codemod, safety=Safety.REVIEW)
untouched = partial(testing.untouched, codemod)

HANDLER = """\
import logging

logger = logging.getLogger(__name__)


async def list_games(games: list[dict], user: str) -> list[dict]:
    for game in games:
        logger.info(f"Returning game {game['id']}: {game['name']}")
    return games
"""
SUMMARY = HANDLER.replace(
    """\
    for game in games:
        logger.info(f"Returning game {game['id']}: {game['name']}")
""",
    """\
    logger.info("Returning %d games", len(games))
""",
)


def but(*changes: tuple[str, str], text: str = HANDLER) -> str:
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


def test_one_line_with_the_number() -> None:
    rewritten(HANDLER, SUMMARY)


@pytest.mark.parametrize(
    ("loop", "line"),
    {
        "lazy arguments": (
            'for game in games:\n        logger.info("Returning game %s", game["id"])',
            'logger.info("Returning %d games", len(games))',
        ),
        "debug": (
            'for game in games:\n        logger.debug(f"Loaded {game}")',
            'logger.debug("Loaded %d games", len(games))',
        ),
        "two lines each": (
            'for game in games:\n        logger.debug(f"Game {game[0]}")\n        logger.info(f"{game[1]}")',
            'logger.info("%d games", len(games))',
        ),
        "enumerate": (
            'for n, game in enumerate(games, 1):\n        logger.info(f"{n}: {game} goes out")',
            'logger.info("%d games", len(games))',
        ),
        "the root logger": (
            'for game in games:\n        logging.info("Sending %s", game)',
            'logging.info("Sending %d games", len(games))',
        ),
        "the item first": (
            'for game in games:\n        logger.info(f"{game} found")',
            'logger.info("%d games", len(games))',
        ),
        "str.format": (
            'for game in games:\n        logger.info("Sending {} to {}".format(game, user))',
            'logger.info("Sending %d games", len(games))',
        ),
    }.values(),
)  # fmt: skip
def test_what_the_summary_says(loop: str, line: str) -> None:
    old = "for game in games:\n        logger.info(f\"Returning game {game['id']}: {game['name']}\")"
    rewritten(but((old, loop)), but((old, line)))


def test_items_of_a_dict() -> None:
    changed = (
        ("games: list[dict]", "scores: dict[str, int]"),
        ("for game in games", "for name, score in scores.items()"),
        ("Returning game {game['id']}: {game['name']}", "Score of {name}: {score}"),
        ("return games", "return list(scores)"),
    )
    rewritten(
        but(*changed),
        but(
            ("games: list[dict]", "scores: dict[str, int]"),
            ("Returning %d games", "%d scores"),
            ("len(games)", "len(scores)"),
            ("return games", "return list(scores)"),
            text=SUMMARY,
        ),
    )


def test_a_comprehension_has_a_variable_of_its_own() -> None:
    own = ("return games", "return [game for game in games if game]")
    rewritten(but(own), but(own, text=SUMMARY))


def test_the_comment_that_touches_the_loop_goes() -> None:
    rewritten(
        but(("    for game", "    # what we have\n\n    # Log each of them\n    for game")),
        but(("    logger.info", "    # what we have\n\n    logger.info"), text=SUMMARY),
        loses=["# Log each of them"],
    )


def test_a_sync_handler() -> None:
    route = (
        ("import logging", "import logging\n\nfrom fastapi import APIRouter\n\nrouter = APIRouter()"),
        ("async def", '@router.get("/games")\ndef'),
    )
    rewritten(but(*route), but(*route, text=SUMMARY))


def test_a_function_that_no_request_waits_for() -> None:
    untouched(but(("async def", "def")))


@pytest.mark.parametrize(
    "changes",
    {
        "other work": (("    return games", "        game['seen'] = True\n    return games"),),
        "some items only": (("        logger", "        if game['new']:\n            logger"),),
        "warnings": (("logger.info", "logger.warning"), ("import logging", "import logging  # .info(")),
        "an else": (("    return games", "    else:\n        print(user)\n    return games"),),
        "the same for every item": (("{game['id']}: {game['name']}", "to {user}"),),
        "as many as the code says": (("in games:", "in (games[0], games[1]):"),),
        "lines of another log": (("f\"Returning game {game['id']}: {game['name']}\"", 'game["line"]'),),
        "lines of another log, joined": (
            ("Returning game {game['id']}: {game['name']}", "{game['id']}: {game['name']}"),
        ),
        "two loggers": (
            ("    return games", "        audit.info(f'{game}')\n    return games"),
            ("\n\nasync", "audit = logging.getLogger('audit')\n\n\nasync"),
        ),
        "not a logger": (("logging.getLogger(__name__)", "object()"),),
        "another library": (
            ("import logging\n\nlogger = logging.getLogger(__name__)", "from loguru import logger"),
        ),
        "an error": (
            (
                "    for game in games:\n        logger",
                "    try:\n        check(games)\n    except ValueError:\n"
                "        for game in games:\n            logger",
            ),
            ("    return games", "        raise\n    return games"),
            ("\n\nasync def", "\n\ndef check(games: list[dict]) -> None: ...\n\n\nasync def"),
        ),
        "an async iterator": (("    for", "    async for"),),
        "at start-up": (
            ("import logging", "import logging\n\nfrom fastapi import FastAPI\n\napp = FastAPI()"),
            ("async def", '@app.on_event("startup")\nasync def'),
        ),
        "a script": (
            (
                "    return games\n",
                "    return games\n\n\nif __name__ == '__main__':\n    import asyncio\n\n    asyncio.run(list_games([], ''))\n",
            ),
        ),
        "ignored": (("in games:", "in games:  # fixbot: ignore[loop-logging] an audit trail"),),
    }.values(),
)
def test_left_alone(changes: tuple[tuple[str, str], ...]) -> None:
    text = but(*changes)
    if "fixbot: ignore" in text:
        with opened(text) as project:
            assert not engine.apply(project, [codemod], set(Safety)).texts
    else:
        untouched(text)


@pytest.mark.parametrize(
    ("changes", "reason"),
    {
        "an iterator": ((("games: list[dict]", "games: Iterator[dict]"), ("import logging", "import logging\nfrom collections.abc import Iterator")), "has a length"),
        "the iterable of a comprehension": ((("return games", "return [game for game in game]"),), "also used outside"),
        "unknown": ((("games: list[dict]", "games"),), "has a length"),
        "a call": ((("in games:", "in load(user):"), ("\n\nasync def", "\n\ndef load(user: str) -> list[dict]: ...\n\n\nasync def")), "has a length"),
        "the last one is used": ((("return games", "return [game]"),), "also used outside"),
        "an argument that does more": ((("{game['name']}", "{games.pop()}"),), "may do more"),
        "an unknown argument": ((("{game['name']}", "{shown(game)}"), ("import logging", "import logging\nfrom elsewhere import shown")), "may do more"),
        "a comment inside": ((("in games:\n", "in games:\n        # for the auditors\n"),), "comment inside"),
    }.values(),
)  # fmt: skip
def test_only_reported(changes: tuple[tuple[str, str], ...], reason: str) -> None:
    untouched(but(*changes), reason=reason)


TEST = """\
from app.module import list_games


def test_it(caplog):
    list_games([], "")
    assert "Returning game" in caplog.text
"""


def test_a_test_that_reads_the_line() -> None:
    untouched({"app/module.py": HANDLER, "tests/test_games.py": TEST}, reason="a test in tests/test_games.py")


def test_a_test_that_reads_another_line() -> None:
    other = TEST.replace("Returning game", "Started")
    files = {"app/__init__.py": "", "app/module.py": HANDLER, "tests/test_games.py": other}
    rewritten(files, {**files, "app/module.py": SUMMARY})


def test_what_is_logged_before_and_after(caplog: pytest.LogCaptureFixture) -> None:
    games = [{"id": n, "name": f"Game {n}"} for n in range(500)]
    lines = {}
    for text in (HANDLER, SUMMARY):
        namespace: dict[str, object] = {"__name__": "service"}
        exec(text, namespace)
        caplog.clear()
        with caplog.at_level(logging.INFO, "service"):
            assert asyncio.run(namespace["list_games"](games, "me")) is games  # type: ignore[operator]
        lines[text] = [record.getMessage() for record in caplog.records]
    assert len(lines[HANDLER]) == 500
    assert lines[SUMMARY] == ["Returning 500 games"]

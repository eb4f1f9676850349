"""How codemods get along in one run: a fix that waits for a person is not spoiled by another."""

from __future__ import annotations

from codemods import ALL
from fixbot import engine
from fixbot.engine import Applied
from fixbot.model import Safety
from fixbot.testing import MODULE, opened

LOOP = """
from google.cloud import firestore

db = firestore.Client()


async def names(ids: TYPE, path: str):
    found = []
    for one in ids:
        user = db.collection("users").document(one).get()
        found.append(user.get("name"))
    last = db.collection("users").document(path).get()
    return found, last
"""


def applied(text: str, *allowed: Safety, ignore: str = "") -> Applied:
    with opened(text) as project:
        return engine.apply(project, [c for c in ALL if c.id != ignore], {Safety.SAFE, *allowed})


def test_what_a_fix_for_review_needs_is_left_as_it_is() -> None:
    result = applied(LOOP.replace("TYPE", "object"))
    ((held, reason),) = result.refused
    assert (held.codemod, held.matched) == ("blocking-calls", "db.collection('users').document(one).get()")
    assert reason == "waits for batch-reads, which needs review here"
    assert "user = db.collection" in result.texts[MODULE]
    assert "last = await asyncio.to_thread(" in result.texts[MODULE]


def test_what_would_take_a_fix_for_review_away_waits_for_it() -> None:
    """Once `links` is read in a thread, the type checker does not know what `link` is."""
    text = (
        LOOP.replace("ids: TYPE, ", "")
        .replace("one in ids", "one in links")
        .replace("(one)", "(one.to_dict()['a'])")
    )
    text = text.replace("    found = []", "    found = []\n    links = db.collection('links').stream()")
    result = applied(text)
    assert not result.texts
    assert {reason for _, reason in result.refused} == {"waits for batch-reads, which needs review here"}


def test_once_it_is_accepted_nothing_waits() -> None:
    result = applied(LOOP.replace("TYPE", "object"), Safety.REVIEW)
    assert not result.refused
    assert "prefetched" in result.texts[MODULE]


def test_a_fix_that_is_made_holds_nothing_up() -> None:
    result = applied(LOOP.replace("TYPE", "list[str]"))
    assert not result.refused
    assert "prefetched" in result.texts[MODULE]


def test_a_codemod_that_does_not_run_holds_nothing_up() -> None:
    result = applied(LOOP.replace("TYPE", "object"), ignore="batch-reads")
    assert not result.refused
    assert "user = await asyncio.to_thread(" in result.texts[MODULE]


def test_what_is_left_alone_by_a_comment_holds_nothing_up() -> None:
    line = '        user = db.collection("users").document(one).get()'
    result = applied(LOOP.replace("TYPE", "object").replace(line, f"{line}  # fixbot: ignore[batch-reads]"))
    assert not result.refused
    assert "user = await asyncio.to_thread(" in result.texts[MODULE]

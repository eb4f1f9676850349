"""parallel-awaits: what becomes a `gather`, what needs a person, and what is left alone, each for one reason."""

from __future__ import annotations

import pytest

from codemods.parallel_awaits import codemod
from fixbot import engine
from fixbot.model import Safety
from fixbot.testing import findings_of, opened, rewritten, untouched

HEAD = """
import asyncio
import logging

import httpx
from google.cloud import firestore

db = firestore.AsyncClient()
logger = logging.getLogger(__name__)


async def load(key: str) -> dict:
    return await db.collection("albums").where("owner", "==", key).get()


"""
LOOP = """
async def all_of(keys: list[str], user: dict):
    found = []
    for key in keys:
        album = await load(key)
        found.append(album)
    return found
"""
GATHERED = """
async def all_of(keys: list[str], user: dict):
    limit = asyncio.Semaphore(8)

    async def load_one(key):
        async with limit:
            return await load(key)

    found = await asyncio.gather(*(load_one(key) for key in keys))
    return found
"""


def code(text: str) -> str:
    return HEAD + text.strip("\n") + "\n"


def becomes(before: str, after: str, safety: Safety = Safety.REVIEW) -> None:
    rewritten(codemod, code(before), code(after), safety=safety)


def changed(old: str, new: str, before: str = LOOP) -> str:
    assert before.count(old) == 1, before
    return code(before.replace(old, new))


# --- what is written ------------------------------------------------------------------------------------


def test_a_loop_that_may_be_long_is_bounded() -> None:
    becomes(LOOP, GATHERED)


@pytest.mark.parametrize(
    "short", ['("a", "b")', "keys[:20]", "range(20)", '{"a": 1}.items()', 'zip(keys, "a", ["b"])']
)
def test_a_list_that_is_surely_short_needs_no_bound(short: str) -> None:
    target = "key, _" if "items" in short else "key, _, _" if "zip" in short else "key"
    before = LOOP.replace("for key in keys", f"for {target} in {short}").replace(
        "album = await load(key)", "album = await load(str(key))"
    )
    after = """
    async def all_of(keys: list[str], user: dict):
        found = await asyncio.gather(*(load(str(key)) for TARGET in SHORT))
        return found
    """
    from textwrap import dedent

    if "zip" not in short:  # of three, only the last is known to be short
        becomes(before, dedent(after).replace("SHORT", short).replace("TARGET", target))


@pytest.mark.parametrize("long", ["keys[:21]", "keys[1:]", "keys[:-1]", "range(21)", "[*keys]"])
def test_a_list_that_may_be_long_is_not_short(long: str) -> None:
    with opened(changed("in keys", f"in {long}")) as project:
        texts = engine.apply(project, [codemod], {Safety.REVIEW}).texts
    assert "asyncio.Semaphore(8)" in texts["app/module.py"]


def test_both_branches_and_the_comments_stay() -> None:
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            # What the user sees.
            found = []
            # All of them.
            for key in keys:  # ids or names
                # An id is looked up.
                if key.isdigit():
                    logger.info("Looking up %s", key)
                    album = await load(key)  # with its songs
                    found.append(album)
                else:
                    # A name is shown.
                    found.append(key)
            return found
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):
            # What the user sees.
            # All of them.
            limit = asyncio.Semaphore(8)

            async def load_one(key):  # ids or names
                async with limit:
                    # An id is looked up.
                    if key.isdigit():
                        logger.info("Looking up %s", key)
                        album = await load(key)  # with its songs
                        return album
                    # A name is shown.
                    return key

            found = await asyncio.gather(*(load_one(key) for key in keys))
            return found
        """.replace("\n        ", "\n"),
    )


def test_a_try_for_each_item_moves_along() -> None:
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            found = []
            for key in keys:
                try:
                    found.append(await load(key))
                except Exception:
                    logger.exception("No %s", key)
                    found.append(None)
            return found
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):
            limit = asyncio.Semaphore(8)

            async def load_one(key):
                async with limit:
                    try:
                        return await load(key)
                    except Exception:
                        logger.exception("No %s", key)
                        return None

            found = await asyncio.gather(*(load_one(key) for key in keys))
            return found
        """.replace("\n        ", "\n"),
        Safety.SAFE,
    )


SKIPPING = """
async def all_of(keys: list[str], user: dict):
    found: list[dict] = []
    for key in keys:
        if not key:
            continue
        try:
            album = await load(key)
            found.append(album)
        except Exception as error:
            logger.error("No %s: %s", key, error)
    return found
"""


def test_items_that_are_left_out() -> None:
    becomes(
        SKIPPING,
        """
        async def all_of(keys: list[str], user: dict):
            limit = asyncio.Semaphore(8)

            async def load_one(key):
                async with limit:
                    try:
                        return await load(key)
                    except Exception as error:
                        logger.error("No %s: %s", key, error)
                    return None

            results = await asyncio.gather(*(load_one(key) for key in keys if key))
            found: list[dict] = [result for result in results if result is not None]
            return found
        """.replace("\n        ", "\n"),
        Safety.SAFE,
    )


def test_what_is_left_out_must_be_told_from_what_is_none() -> None:
    text = changed("found: list[dict] = []", "found = []", SKIPPING)
    rewritten_because_declared = text  # `load` is declared to give a dict
    assert [f.safety for f in findings_of(codemod, rewritten_because_declared)] == [Safety.SAFE]
    untouched(
        codemod,
        text.replace("-> dict:", "-> dict | None:"),
        reason="could not be told from those that give None",
    )


def test_a_list_that_holds_something_already_grows() -> None:
    before = LOOP.replace("found = []\n", 'found = ["first"]\n')
    after = GATHERED.replace("    limit =", '    found = ["first"]\n    limit =').replace(
        "found = await asyncio.gather(*(load_one(key) for key in keys))",
        "found.extend(await asyncio.gather(*(load_one(key) for key in keys)))",
    )
    becomes(before, after)


def test_comprehensions() -> None:
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            named = {key: await load(key) for key in keys if key}
            return [await load(key) for key in ("a", "b")], named
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):
            limit = asyncio.Semaphore(8)

            async def load_one(key):
                async with limit:
                    return key, await load(key)

            named = dict(await asyncio.gather(*(load_one(key) for key in keys if key)))
            return await asyncio.gather(*(load(key) for key in ("a", "b"))), named
        """.replace("\n        ", "\n"),
    )


def test_what_a_turn_does_with_its_result_stays_a_loop() -> None:
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            found, number = {}, 0
            for index, key in enumerate(keys, start=1):
                album = await load(key)
                if not album:
                    continue
                number += 1
                found[key] = album, index
            return found, number
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):
            found, number = {}, 0
            limit = asyncio.Semaphore(8)

            async def load_one(key):
                async with limit:
                    return await load(key)

            results = await asyncio.gather(*(load_one(key) for key in keys))
            for index, (key, album) in enumerate(zip(keys, results), start=1):
                if not album:
                    continue
                number += 1
                found[key] = album, index
            return found, number
        """.replace("\n        ", "\n"),
    )


def test_the_comments_of_a_loop_that_stays() -> None:
    becomes(
        """
        async def all_of(keys: list[str], results: dict):
            # Counts.
            for key in keys:
                # With its songs.
                album = await load(key)

                # Without them.
                results[key] = len(album)
            return results
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], results: dict):
            # Counts.
            limit = asyncio.Semaphore(8)

            async def load_one(key):
                async with limit:
                    return await load(key)

            # With its songs.
            gathered = await asyncio.gather(*(load_one(key) for key in keys))
            for key, album in zip(keys, gathered):
                # Without them.
                results[key] = len(album)
            return results
        """.replace("\n        ", "\n"),
    )


def test_what_a_result_decides_is_asked_afterwards() -> None:
    """Items that are left out could not be told from what is None, so the loop stays."""
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            found = []
            for key in keys[:5]:
                album = await load(key)
                if album:
                    found.append(album.get("name"))
            return found
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):
            found = []
            results = await asyncio.gather(*(load(key) for key in keys[:5]))
            for album in results:
                if album:
                    found.append(album.get("name"))
            return found
        """.replace("\n        ", "\n"),
    )


def test_a_long_line_is_broken() -> None:
    becomes(
        """
        async def all_of(directory_of_albums: list[str], user: dict):
            found_in_the_directory = []
            for album_file_name in directory_of_albums:
                if album_file_name != user:
                    found_in_the_directory.append(await load(album_file_name))
            return found_in_the_directory
        """.replace("\n        ", "\n"),
        """
        async def all_of(directory_of_albums: list[str], user: dict):
            limit = asyncio.Semaphore(8)

            async def load_one(album_file_name):
                async with limit:
                    return await load(album_file_name)

            found_in_the_directory = await asyncio.gather(
                *(
                    load_one(album_file_name)
                    for album_file_name in directory_of_albums
                    if album_file_name != user
                ),
            )
            return found_in_the_directory
        """.replace("\n        ", "\n"),
    )


def test_what_stands_over_several_lines() -> None:
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            found = []
            for key in keys[:5]:
                album = await load(key)
                if album:
                    found.append(
                        {
                            "album": album,
                        }
                    )
                else:
                    found.append(
                        f"{key} "
                        "is empty"
                    )
            return found
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):

            async def load_one(key):
                album = await load(key)
                if album:
                    return {
                        "album": album,
                    }
                return (
                    f"{key} "
                    "is empty"
                )

            found = await asyncio.gather(*(load_one(key) for key in keys[:5]))
            return found
        """.replace("\n        ", "\n").replace("user: dict):\n\n", "user: dict):\n"),
    )


def test_a_result_without_a_name() -> None:
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            total = 0
            for key in keys:
                total += len(await load(key))
            return total
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):
            total = 0
            limit = asyncio.Semaphore(8)

            async def load_one(key):
                async with limit:
                    return await load(key)

            results = await asyncio.gather(*(load_one(key) for key in keys))
            for result in results:
                total += len(result)
            return total
        """.replace("\n        ", "\n"),
    )


def test_the_first_error_in_order() -> None:
    before, after = code(LOOP), code(GATHERED)
    after = after.replace("for key in keys))\n", "for key in keys), return_exceptions=True)\n" + FIRST_ERROR)
    with opened(before) as project:
        project.errors_in_order = True
        applied = engine.apply(project, [codemod], {Safety.REVIEW}, line_length=100)
        assert applied.texts["app/module.py"] == after.removeprefix("\n")
        assert engine.apply(applied.project, [codemod], {Safety.REVIEW}).texts == {}


FIRST_ERROR = """\
    for result in found:
        if isinstance(result, BaseException):
            raise result
"""


def test_awaits_in_a_row() -> None:
    becomes(
        """
        async def all_of(keys: list[str], user: dict):
            albums = await load(user["id"])
            friends = await load(user["friend"])
            return albums, friends
        """.replace("\n        ", "\n"),
        """
        async def all_of(keys: list[str], user: dict):
            albums, friends = await asyncio.gather(load(user["id"]), load(user["friend"]))
            return albums, friends
        """.replace("\n        ", "\n"),
    )


# --- nothing is found -----------------------------------------------------------------------------------

NOTHING = {
    "the next call needs what this one gave": ("load(key)", 'load(key + str(found[-1:]))'),
    "the next call needs what this turn left": ("album = await load(key)", "album = await load(user)\n        user = album"),
    "whether there is a call depends on an earlier turn": ("album = await", "if key in found:\n            continue\n        album = await"),
    "the loop may end early": ("found.append(album)", "found.append(album)\n        if album:\n            break"),
    "the function may end early": ("found.append(album)", "found.append(album)\n        if album:\n            return found"),
    "the results come one by one": ("found.append(album)", "yield album"),
    "the tasks were started before": ("await load(key)", "await key"),
    "the loop goes through what is done first": ("for key in keys", "for key in asyncio.as_completed(keys)"),
    "tasks are started in the loop": ("album = await load(key)", "asyncio.create_task(load(key))\n        album = await load(key)"),
    "several are awaited at once already": ("await load(key)", "await asyncio.gather(load(key), load(key))"),
    "a queue is no service": ("await load(key)", "await asyncio.Queue().get()"),
    "the loop only pauses": ("await load(key)", "await asyncio.sleep(1)"),
    "there is an else": ("    return found", "    else:\n        logger.info('all')\n    return found"),
    "the items come from a service one by one": ("    for key in keys", "    async for key in keys"),
    "it is a lone await": ("for key in keys", "if key := user['id']"),
    "a nested function awaits": ("        album = await load(key)\n        found.append(album)", "        async def later():\n            return await load('a')\n        found.append(later)"),
}  # fmt: skip


@pytest.mark.parametrize("old, new", NOTHING.values(), ids=NOTHING)
def test_nothing_is_found_where(old: str, new: str) -> None:
    text = changed(old, new)
    if "yield" in new:
        text = text.replace("    return found\n", "")
    if "return found\n" in text and "if album:\n            return" in new:
        text = text.replace("return found\n    return", "return found\n    return")
    untouched(codemod, text)


def test_nothing_is_found_where_the_callee_never_waits() -> None:
    text = (
        code(LOOP)
        .replace("    return await db.collection", "    return db.collection")
        .replace("key).get()", "key)")
    )
    untouched(codemod, text)


def test_of_two_loops_the_outer_one_is_written() -> None:
    """Both would be eight times eight at a time; inside the semaphore, the inner one is reported."""
    text = changed("album = await load(key)", "album = [await load(one) for one in key]")
    (found,) = findings_of(codemod, text)
    assert found.safety is Safety.REVIEW
    with opened(text) as project:
        applied = engine.apply(project, [codemod], {Safety.REVIEW})
        assert applied.texts["app/module.py"].count("asyncio.gather") == 1
        (left,) = engine.find(applied.project, codemod)
        assert (left.safety, left.reason.partition(",")[0]) == (Safety.REPORT, "stands inside `with limit`")


def test_nothing_is_found_at_start_up() -> None:
    untouched(codemod, changed("async def all_of", '@app.on_event("startup")\nasync def all_of'))


IN_A_ROW = """
async def both(user: dict):
    albums = await load(user["id"])
    friends = await load(user["friend"])
    return albums, friends
"""
NOT_A_PAIR = {
    "the second needs the first": ('load(user["friend"])', "load(str(albums))"),
    "the first makes sure of something": ("    albums = await load(", "    albums = await check_load("),
    "a comment stands between them": ("    friends", "    # Only then.\n    friends"),
    "a blank line sets them apart": ("    friends", "\n    friends"),
    "something stands between them": ("    friends", "    logger.info(albums)\n    friends"),
    "the second is no call of the project": ('await load(user["friend"])', 'await other(user["friend"])'),
    "an argument does more": ('load(user["friend"])', 'load(user.pop("friend"))'),
    "the same name": ("    friends = ", "    albums = "),
    "the second writes": ('await load(user["friend"])', 'await save(user["friend"])'),
    "the second may only return": ('await load(user["friend"])', 'await nothing(user["friend"])'),
    "the second pauses": ('await load(user["friend"])', 'await slowly(user["friend"])'),
    "the second uses the session": ('await load(user["friend"])', 'await within(user["friend"])'),
}
MORE = """
async def check_load(key: str) -> dict:
    return await load(key)


async def save(key: str) -> dict:
    await db.collection("albums").document(key).set({})
    return await load(key)


async def nothing(key: str) -> dict:
    return {"key": key}


async def slowly(key: str) -> dict:
    await asyncio.sleep(1)
    return await load(key)


async def within(key: str) -> dict:
    return await load(session.get(key))


session = {}


"""


@pytest.mark.parametrize("old, new", NOT_A_PAIR.values(), ids=NOT_A_PAIR)
def test_awaits_in_a_row_stay_where(old: str, new: str) -> None:
    fires = HEAD + MORE.lstrip("\n") + IN_A_ROW.lstrip("\n")
    assert [f.safety for f in findings_of(codemod, fires)] == [Safety.REVIEW]
    assert fires.count(old) == 1
    untouched(codemod, fires.replace(old, new))


# --- it is only reported ----------------------------------------------------------------------------------

REPORTED = {
    "writes": ("album = await load(key)", 'album = await load(key)\n        await db.collection("x").document(key).set({})', "writes Firestore documents"),
    "shared session": ("album = await load(key)", "album = await load(session[key])", "serves one task at a time"),
    "thread": ("album = await load(key)", "album = await asyncio.to_thread(len, key)", "runs in a thread"),
    "pause": ("found.append(album)", "await asyncio.sleep(1)\n        found.append(album)", "looks like a limit"),
    "status 429": ("album = await load(key)", "album = await load(key)\n        if album == 429:\n            raise ValueError", "`429`"),
    "semaphore around": ("    found = []\n    for key in keys:\n        album = await load(key)\n        found.append(album)", "    async with user['limiter']:\n        found = []\n        for key in keys:\n            album = await load(key)\n            found.append(album)", "stands inside"),
    "comment above": ("    for key", "    # one at a time\n    for key", "a comment says `one at a time`"),
    "comment behind": ("album = await load(key)", "album = await load(key)  # sequential on purpose", "a comment says"),
    "docstring": ("    found = []", '    """Load the albums one by one."""\n    found = []', "a comment says"),
    "shared state": ("album = await load(key)", "album = await load(key)\n        CACHE[key] = album", None),
    "unknown": ("album = await load(key)", "album = await user['fetch'](key)", "does not know what"),
    "used after": ("    return found", "    return found, album", "`album` is used after the loop"),
    "loop variable used after": ("    return found", "    return found, key", "`key` is used after the loop"),
    "own frame": ("album = await load(key)", "album = await load(str(locals()))", "means something else in a function of its own"),
    "results seen after an error": ("    found = []\n    for key in keys:\n        album = await load(key)\n        found.append(album)\n", "    found = []\n    try:\n        for key in keys:\n            album = await load(key)\n            found.append(album)\n    except ValueError:\n        logger.info('no more')\n", "is still used with those before it"),
    "context variable": ("album = await load(key)", "album = await tagged(key)", "sets a context variable"),
    "asyncio is something else": ("user: dict", "asyncio: dict", "`asyncio` means something else"),
    "comment in the way": ("in keys:", "in (\n        keys  # all\n    ):", "comments inside"),
    "nothing is kept": ("        album = await load(key)\n        found.append(album)", "        await load(key)", "nothing is kept"),
    "one of the awaits gives nothing": ("        found.append(album)", "        await load(album)\n        found.append(album)", "nothing is kept"),
    "a first await that gives nothing": ("        album = await load(key)\n        found.append(album)", "        await load(key)\n        found.append(key)", "nothing is kept"),
    "process": ("album = await load(key)", "album = await run(key)", "starts a process"),
    "anyio": ("import asyncio\n", "import anyio\n", "anyio and may run on trio"),
    "one line": ("    for key in keys:\n        album = await load(key)\n        found.append(album)", "    for key in keys: found.append(await load(key))", "no line of its own"),
}  # fmt: skip
CONTEXT = """
from contextvars import ContextVar

tag = ContextVar("tag")
CACHE = {}
session = {}


async def run(key: str) -> dict:
    await asyncio.create_subprocess_exec(key)
    return await load(key)


async def tagged(key: str) -> dict:
    tag.set(key)
    return await load(key)


"""


@pytest.mark.parametrize("old, new, reason", REPORTED.values(), ids=REPORTED)
def test_reported(old: str, new: str, reason: str | None) -> None:
    text = HEAD + CONTEXT.lstrip("\n") + LOOP.lstrip("\n")
    assert text.count(old) == 1
    if "asyncio: dict" in new:
        text = text.replace("import asyncio\n", "", 1)
    if reason is None:
        assert not [f for f in findings_of(codemod, text.replace(old, new)) if f.safety is Safety.SAFE]
    else:
        untouched(codemod, text.replace(old, new), reason=reason)


def test_the_loop_fires_without_all_that() -> None:
    assert [f.safety for f in findings_of(codemod, HEAD + CONTEXT.lstrip("\n") + LOOP.lstrip("\n"))] == [
        Safety.REVIEW
    ]


# --- a person must accept it --------------------------------------------------------------------------------

GUARDED = """
async def all_of(keys: list[str], client: httpx.AsyncClient):
    found = []
    for key in keys:
        try:
            album = await load(key)
            found.append(album)
        except Exception as error:
            logger.error("No %s", key)
            found.append(None)
    return found
"""
REVIEWED = {
    "cookies": ("await load(key)", "await client.get(key)", "a cookie that one response sets"),
    "unknown below": ("await load(key)", "await odd(key)", "which fixbot does not know"),
    "items one by one": ("in keys", "in (key for key in keys)", "the items may come one by one"),
    "an error is not caught": ("except Exception", "except ValueError", "when one item fails"),
    "a handler may fail": ("found.append(None)", "found.append(client[key])", "when one item fails"),
    "a handler raises": ('logger.error("No %s", key)', "raise", "when one item fails"),
    "something before may fail": ("        try:", "        key = key.strip()\n        try:", "when one item fails"),
    "cancelling is caught": ("except Exception", "except BaseException", "catches that the task is cancelled"),
    "state that is filled in": ("await load(key)", "await kept(key)", ""),
}  # fmt: skip
BELOW = """
KEPT = {}


async def odd(key: str) -> dict:
    await load(key)
    return strange.look(key)


async def kept(key: str) -> dict:
    if key not in KEPT:
        KEPT[key] = await load(key)
    return KEPT[key]


"""


def test_it_is_safe_without_all_that() -> None:
    (found,) = findings_of(codemod, HEAD + BELOW.lstrip("\n") + GUARDED.lstrip("\n"))
    assert (found.safety, found.reason) == (Safety.SAFE, "")


@pytest.mark.parametrize("old, new, reason", REVIEWED.values(), ids=REVIEWED)
def test_reviewed(old: str, new: str, reason: str) -> None:
    assert GUARDED.count(old) == 1
    (found,) = findings_of(codemod, HEAD + BELOW.lstrip("\n") + GUARDED.lstrip("\n").replace(old, new))
    assert found.safety is not Safety.SAFE
    assert reason in found.reason
    assert bool(found.edits) == (found.safety is Safety.REVIEW)

"""batch-reads: which loops are rewritten, into what, and what each refusal is about.

Every refused case differs from `LOOP`, which is rewritten, by one construct.
"""

from __future__ import annotations

import ast
import textwrap

import pytest

from codemods import batch_reads, blocking_calls
from fixbot import engine
from fixbot.model import Safety
from fixbot.testing import MODULE, Files, findings_of, opened, rewritten, untouched

codemod = batch_reads.codemod

HEADER = """\
from google.cloud import firestore

db = firestore.Client()
users = db.collection("users")


"""
FIXED_HEADER = """\
import logging
from collections.abc import Callable, Iterable
from typing import Any

from google.cloud import firestore

db = firestore.Client()
users = db.collection("users")


"""
HELPER = '''\
def _prefetch_documents(
    client: firestore.Client, reference: Callable[[Any], Any], keys: Iterable[Any]
) -> dict[str, Any]:
    """Read many documents at once, by path; the caller reads what is missing."""
    references = {}
    snapshots = {}
    try:
        for key in keys:
            try:
                document = reference(key)
                references[document.path] = document
            except Exception:
                continue  # the caller meets the same error, in its place
        pending = list(references.values())
        for start in range(0, len(pending), 300):
            for snapshot in client.get_all(pending[start : start + 300]):
                snapshots[snapshot.reference.path] = snapshot
    except Exception as error:
        logging.getLogger(__name__).warning(
            "Batch read failed, reading one by one: %s", error
        )
    return snapshots


'''
ASYNC_HELPER = (
    HELPER.replace("def _prefetch_documents(", "async def _prefetch_documents_async(")
    .replace("client: firestore.Client", "client: firestore.AsyncClient")
    .replace("            for snapshot", "            async for snapshot")
)
OWN_LOGGER = HELPER.replace(
    """logging.getLogger(__name__).warning(
            "Batch read failed, reading one by one: %s", error
        )""",
    'logger.warning("Batch read failed, reading one by one: %s", error)',
)

LOOP = """
def load(ids: list[str]) -> list:
    found = []
    for user_id in ids:
        doc = users.document(user_id).get()
        found.append(doc)
    return found
"""


def code(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def fixes(before: str, after: str, *, safety: Safety = Safety.SAFE, helper: str = HELPER) -> None:
    """Assert what a module that begins with `HEADER` becomes."""
    rewritten(codemod, HEADER + code(before), FIXED_HEADER + helper + code(after), safety=safety)


def refuses(text: str, reason: str) -> None:
    untouched(codemod, HEADER + code(text), reason=reason)


# --- what it becomes ---------------------------------------------------------------------------------------


def test_a_loop_looks_its_documents_up_among_those_read_before() -> None:
    fixes(
        LOOP,
        """
        def load(ids: list[str]) -> list:
            found = []
            prefetched = _prefetch_documents(db, users.document, ids)
            for user_id in ids:
                reference = users.document(user_id)
                doc = prefetched.get(reference.path) or reference.get()
                found.append(doc)
            return found
        """,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            """
            def load(ids: list[str]) -> list:
                return [users.document(i).get() for i in ids]
            """,
            """
            def load(ids: list[str]) -> list:
                prefetched = _prefetch_documents(db, users.document, ids)
                return [
                    prefetched.get((reference := users.document(i)).path) or reference.get()
                    for i in ids
                ]
            """,
            id="list-comprehension",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> dict:
                return {i: users.document(i).get().to_dict() for i in ids if i}
            """,
            """
            def load(ids: list[str]) -> dict:
                prefetched = _prefetch_documents(db, users.document, (i for i in ids if i))
                return {
                    i: (prefetched.get((reference := users.document(i)).path) or reference.get()).to_dict()
                    for i in ids
                    if i
                }
            """,
            id="filtered-dict-comprehension",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> list:
                return list(users.document(i).get() for i in ids)
            """,
            """
            def load(ids: list[str]) -> list:
                prefetched = _prefetch_documents(db, users.document, ids)
                return list(prefetched.get((reference := users.document(i)).path) or reference.get() for i in ids)
            """,
            id="generator-expression-read-to-its-end",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> list:
                docs = [users.document(i).get() for i in ids] if ids else []
                return docs
            """,
            """
            def load(ids: list[str]) -> list:
                prefetched = _prefetch_documents(db, users.document, ids or ())
                docs = [
                    prefetched.get((reference := users.document(i)).path) or reference.get()
                    for i in ids
                ] if ids else []
                return docs
            """,
            id="comprehension-unless-there-is-nothing-to-read",
        ),
        pytest.param(
            """
            def load(members: list[dict]) -> list:
                names = []
                for member in members:
                    uid = member.get("uid")
                    if not uid or member["role"] == "bot":
                        continue
                    doc = users.document(uid).get()
                    names.append(doc)
                return names
            """,
            """
            def load(members: list[dict]) -> list:
                names = []
                prefetched = _prefetch_documents(
                    db,
                    lambda member: users.document(member.get("uid")),
                    (member for member in members if member.get("uid") and member["role"] != "bot"),
                )
                for member in members:
                    uid = member.get("uid")
                    if not uid or member["role"] == "bot":
                        continue
                    reference = users.document(uid)
                    doc = prefetched.get(reference.path) or reference.get()
                    names.append(doc)
                return names
            """,
            id="items-that-the-loop-skips-are-not-read",
        ),
        pytest.param(
            """
            def load(uids: list[str]) -> dict:
                names: dict[str, object] = {}
                for uid in uids:
                    if uid not in names:
                        names[uid] = users.document(uid).get()
                return names
            """,
            """
            def load(uids: list[str]) -> dict:
                names: dict[str, object] = {}
                prefetched = _prefetch_documents(
                    db, users.document, (uid for uid in uids if uid not in names)
                )
                for uid in uids:
                    if uid not in names:
                        reference = users.document(uid)
                        names[uid] = prefetched.get(reference.path) or reference.get()
                return names
            """,
            id="what-was-seen-before-is-read-once",
        ),
        pytest.param(
            """
            def load(counts: dict[str, int]) -> None:
                for uid, count in counts.items():
                    doc = users.document(uid).get()
                    print(doc, count)
            """,
            """
            def load(counts: dict[str, int]) -> None:
                prefetched = _prefetch_documents(db, users.document, counts)
                for uid, count in counts.items():
                    reference = users.document(uid)
                    doc = prefetched.get(reference.path) or reference.get()
                    print(doc, count)
            """,
            id="keys-of-a-dict",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> None:
                for number, uid in enumerate(ids):
                    print(number, users.document(uid).get())
            """,
            """
            def load(ids: list[str]) -> None:
                prefetched = _prefetch_documents(db, users.document, ids)
                for number, uid in enumerate(ids):
                    reference = users.document(uid)
                    print(number, prefetched.get(reference.path) or reference.get())
            """,
            id="enumerate",
        ),
        pytest.param(
            """
            def load(pairs: list[tuple[str, str]], names: list[str]) -> None:
                for user, (group, name) in zip(pairs, names):
                    print(name, users.document(f"{user}-{group}").get())
            """,
            """
            def load(pairs: list[tuple[str, str]], names: list[str]) -> None:
                prefetched = _prefetch_documents(
                    db,
                    users.document,
                    (f"{user}-{group}" for user, (group, name) in zip(pairs, names)),
                )
                for user, (group, name) in zip(pairs, names):
                    reference = users.document(f"{user}-{group}")
                    print(name, prefetched.get(reference.path) or reference.get())
            """,
            id="key-of-two-variables",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> list:
                refs = [users.document(i) for i in ids]
                return [ref.get() for ref in refs]
            """,
            """
            def load(ids: list[str]) -> list:
                refs = [users.document(i) for i in ids]
                prefetched = _prefetch_documents(db, lambda ref: ref, refs)
                return [prefetched.get(ref.path) or ref.get() for ref in refs]
            """,
            id="references-in-a-list",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> None:
                for uid in ids:
                    # What we know of this one.
                    profile = (
                        users
                        .document(uid)
                        .get()
                    )
                    print(profile)
            """,
            """
            def load(ids: list[str]) -> None:
                prefetched = _prefetch_documents(db, users.document, ids)
                for uid in ids:
                    # What we know of this one.
                    reference = users.document(uid)
                    profile = prefetched.get(reference.path) or reference.get()
                    print(profile)
            """,
            id="a-read-over-several-lines-with-a-comment-above",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> None:

                # One after the other.
                for uid in ids: print(users.document(uid).get())
            """,
            """
            def load(ids: list[str]) -> None:

                prefetched = _prefetch_documents(db, users.document, ids)
                # One after the other.
                for uid in ids: print(prefetched.get((reference := users.document(uid)).path) or reference.get())
            """,
            id="a-loop-on-one-line-keeps-its-comment",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> None:
                for uid in ids:
                    key = uid.strip(); print(users.document(key).get())
            """,
            """
            def load(ids: list[str]) -> None:
                prefetched = _prefetch_documents(db, lambda uid: users.document(uid.strip()), ids)
                for uid in ids:
                    key = uid.strip(); print(prefetched.get((reference := users.document(key)).path) or reference.get())
            """,
            id="semicolons",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> None:
                for uid in ids:
                    if uid == "me":
                        print("me")
                    elif users.document(uid).get().exists:
                        print(uid)
            """,
            """
            def load(ids: list[str]) -> None:
                prefetched = _prefetch_documents(
                    db, users.document, (uid for uid in ids if uid != "me")
                )
                for uid in ids:
                    if uid == "me":
                        print("me")
                    elif (prefetched.get((reference := users.document(uid)).path) or reference.get()).exists:
                        print(uid)
            """,
            id="elif",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> dict:
                result = {}
                for uid in ids:
                    try:
                        doc = users.document(uid).get()
                        result[uid] = doc.to_dict()["name"]
                    except Exception as error:
                        result[uid] = str(error)
                return result
            """,
            """
            def load(ids: list[str]) -> dict:
                result = {}
                prefetched = _prefetch_documents(db, users.document, ids)
                for uid in ids:
                    try:
                        reference = users.document(uid)
                        doc = prefetched.get(reference.path) or reference.get()
                        result[uid] = doc.to_dict()["name"]
                    except Exception as error:
                        result[uid] = str(error)
                return result
            """,
            id="errors-are-handled-for-each-item-as-before",
        ),
        pytest.param(
            """
            def load(groups: dict[str, list[str]]) -> list:
                found = []
                for group, ids in groups.items():
                    members = db.collection("groups").document(group).collection("members")
                    for uid in ids:
                        found.append(members.document(uid).get())
                return found
            """,
            """
            def load(groups: dict[str, list[str]]) -> list:
                found = []
                for group, ids in groups.items():
                    members = db.collection("groups").document(group).collection("members")
                    prefetched = _prefetch_documents(db, members.document, ids)
                    for uid in ids:
                        reference = members.document(uid)
                        found.append(prefetched.get(reference.path) or reference.get())
                return found
            """,
            id="the-inner-of-two-loops",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> None:
                for uid in ids:
                    uid = uid.lower()
                    print(users.document(uid).get())
            """,
            """
            def load(ids: list[str]) -> None:
                prefetched = _prefetch_documents(db, lambda uid: users.document(uid.lower()), ids)
                for uid in ids:
                    uid = uid.lower()
                    reference = users.document(uid)
                    print(prefetched.get(reference.path) or reference.get())
            """,
            id="the-loop-variable-is-refined-first",
        ),
        pytest.param(
            """
            def names(query: firestore.Query) -> list[str]:
                return ["a", "b"]


            def load(query: firestore.Query) -> None:
                for uid in names(query):
                    print(users.document(uid).get())
            """,
            """
            def names(query: firestore.Query) -> list[str]:
                return ["a", "b"]


            def load(query: firestore.Query) -> None:
                items = names(query)
                prefetched = _prefetch_documents(db, users.document, items)
                for uid in items:
                    reference = users.document(uid)
                    print(prefetched.get(reference.path) or reference.get())
            """,
            id="a-list-made-on-the-spot-is-made-once",
        ),
        pytest.param(
            """
            def load(ids: list[str], prefetched: int, items: int) -> list:
                reference = "reference"
                return [reference for uid in ids if users.document(uid).get().exists]
            """,
            """
            def load(ids: list[str], prefetched: int, items: int) -> list:
                reference = "reference"
                prefetched_2 = _prefetch_documents(db, users.document, ids)
                return [
                    reference
                    for uid in ids
                    if (prefetched_2.get((reference_2 := users.document(uid)).path) or reference_2.get()).exists
                ]
            """,
            id="names-that-are-taken",
        ),
    ],
)
def test_rewritten(before: str, after: str) -> None:
    fixes(before, after)


def test_two_reads_in_one_loop() -> None:
    fixes(
        """
        def load(ids: list[str]) -> None:
            posts = db.collection("posts")
            for i in ids:
                print(users.document(i).get(), "and")
                print(posts.document(i).get())
        """,
        """
        def load(ids: list[str]) -> None:
            posts = db.collection("posts")
            prefetched = _prefetch_documents(db, users.document, ids)
            prefetched_2 = _prefetch_documents(db, posts.document, ids)
            for i in ids:
                reference = users.document(i)
                print(prefetched.get(reference.path) or reference.get(), "and")
                reference_2 = posts.document(i)
                print(prefetched_2.get(reference_2.path) or reference_2.get())
        """,
    )


def test_await_and_async_client() -> None:
    rewritten(
        codemod,
        code(
            """
            from google.cloud import firestore


            async def load(client: firestore.AsyncClient, ids: list[str]) -> list:
                found = []
                for uid in ids:
                    doc = await client.collection("users").document(uid).get()
                    found.append(doc)
                return found
            """
        ),
        code(
            """
            import logging
            from collections.abc import Callable, Iterable
            from typing import Any

            from google.cloud import firestore


            """
        )
        + ASYNC_HELPER
        + code(
            """
            async def load(client: firestore.AsyncClient, ids: list[str]) -> list:
                found = []
                prefetched = await _prefetch_documents_async(
                    client, client.collection("users").document, ids
                )
                for uid in ids:
                    reference = client.collection("users").document(uid)
                    doc = prefetched.get(reference.path) or await reference.get()
                    found.append(doc)
                return found
            """
        ),
    )


def test_a_read_that_is_handed_to_a_thread_already() -> None:
    rewritten(
        codemod,
        code(
            """
            import asyncio

            from google.cloud import firestore

            db = firestore.Client()


            async def load(ids: list[str]) -> None:
                for uid in ids:
                    print(await asyncio.to_thread(db.collection("users").document(uid).get))
            """
        ),
        code(
            """
            import asyncio
            import logging
            from collections.abc import Callable, Iterable
            from typing import Any

            from google.cloud import firestore

            db = firestore.Client()


            """
        )
        + HELPER
        + code(
            """
            async def load(ids: list[str]) -> None:
                prefetched = await asyncio.to_thread(
                    _prefetch_documents, db, db.collection("users").document, ids
                )
                for uid in ids:
                    reference = db.collection("users").document(uid)
                    print(prefetched.get(reference.path) or await asyncio.to_thread(reference.get))
            """
        ),
    )


def test_the_helper_uses_the_modules_own_logger() -> None:
    rewritten(
        codemod,
        code(
            """
            import logging
            from typing import Any, Callable, Iterable

            from google.cloud import firestore

            logger = logging.getLogger("app")
            db = firestore.Client()


            def load(ids: list[str]) -> list[Any]:
                return [db.document(f"users/{i}").get() for i in ids]
            """
        ),
        code(
            """
            import logging
            from typing import Any, Callable, Iterable

            from google.cloud import firestore

            logger = logging.getLogger("app")
            db = firestore.Client()


            """
        )
        + OWN_LOGGER
        + code(
            """
            def load(ids: list[str]) -> list[Any]:
                prefetched = _prefetch_documents(db, db.document, (f"users/{i}" for i in ids))
                return [
                    prefetched.get((reference := db.document(f"users/{i}")).path) or reference.get()
                    for i in ids
                ]
            """
        ).replace('db.document, (f"users/{i}" for i in ids)', 'lambda i: db.document(f"users/{i}"), ids'),
    )


# --- what a person must look at -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            """
            def load(query: firestore.Query) -> None:
                for link in query.stream():
                    print(users.document(link.id).get())
            """,
            """
            def load(query: firestore.Query) -> None:
                items = list(query.stream())
                prefetched = _prefetch_documents(db, lambda link: users.document(link.id), items)
                for link in items:
                    reference = users.document(link.id)
                    print(prefetched.get(reference.path) or reference.get())
            """,
            id="items-that-come-one-by-one",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> list:
                found = []
                for user_id in ids:
                    doc = users.document(user_id).get()
                    if not doc.exists:
                        raise LookupError(user_id)
                    found.append(doc)
                return found
            """,
            """
            def load(ids: list[str]) -> list:
                found = []
                prefetched = _prefetch_documents(db, users.document, ids)
                for user_id in ids:
                    reference = users.document(user_id)
                    doc = prefetched.get(reference.path) or reference.get()
                    if not doc.exists:
                        raise LookupError(user_id)
                    found.append(doc)
                return found
            """,
            id="stops-at-the-first-error",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> None:
                for user_id in ids:
                    doc = users.document(user_id).get()
                    db.collection("log").add({"seen": doc.id})
            """,
            """
            def load(ids: list[str]) -> None:
                prefetched = _prefetch_documents(db, users.document, ids)
                for user_id in ids:
                    reference = users.document(user_id)
                    doc = prefetched.get(reference.path) or reference.get()
                    db.collection("log").add({"seen": doc.id})
            """,
            id="writes-to-another-collection",
        ),
    ],
)
def test_review(before: str, after: str) -> None:
    fixes(before, after, safety=Safety.REVIEW)


def test_review_of_an_async_stream() -> None:
    before = """
        from google.cloud import firestore


        async def load(client: firestore.AsyncClient) -> None:
            async for link in client.collection("links").stream():
                print(await client.collection("users").document(link.id).get())
        """
    after = """
        async def load(client: firestore.AsyncClient) -> None:
            items = [link async for link in client.collection("links").stream()]
            prefetched = await _prefetch_documents_async(
                client, lambda link: client.collection("users").document(link.id), items
            )
            for link in items:
                reference = client.collection("users").document(link.id)
                print(prefetched.get(reference.path) or await reference.get())
        """
    top = FIXED_HEADER.partition("db =")[0] + "\n"
    rewritten(codemod, code(before), top + ASYNC_HELPER + code(after), safety=Safety.REVIEW)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(
            LOOP.replace("doc =", "time.sleep(1)\n        doc =").replace("\ndef", "\nimport time\ndef"),
            "the loop waits (`time.sleep()`)",
            id="waits-for-something-between-reads",
        ),
        pytest.param(
            """
            class Loader:
                def __init__(self) -> None:
                    self.client = firestore.AsyncClient()
                    self.busy = 0

                async def load(self, ids: list[str]) -> None:
                    busy = self.busy
                    for user_id in ids:
                        self.busy = busy + 1
                        print(await self.client.collection("users").document(user_id).get())
            """,
            "other tasks may now run before the loop first touches `Loader.busy`",
            id="shared-state-before-the-first-await",
        ),
        pytest.param(
            """
            def load(names: "Iterable[str]", ids: list[str]) -> None:
                for name, user_id in zip(names, ids):
                    print(name, users.document(user_id).get())
            """,
            "collected into a list",
            id="zip-of-what-may-be-an-iterator",
        ),
        pytest.param(
            LOOP.replace("found = []", "found = []\n    ids = (i for i in ids)"),
            "collected into a list",
            id="a-list-that-became-a-generator",
        ),
        pytest.param(
            LOOP.replace("ids: list[str]", "path: str").replace("in ids", "in open(path)"),
            "collected into a list",
            id="lines-of-a-file",
        ),
        pytest.param(
            """
            def load(queries: list[firestore.Query]) -> None:
                streams = [query.stream() for query in queries]
                for link in streams[0]:
                    print(users.document(link.id).get())
            """,
            "collected into a list",
            id="an-iterator-out-of-a-list",
        ),
    ],
)
def test_review_because(text: str, reason: str) -> None:
    found = findings_of(codemod, HEADER + code(text))
    assert [(f.safety, reason in f.reason) for f in found] == [(Safety.REVIEW, True)], [
        f.reason for f in found
    ]


# --- what is only reported ------------------------------------------------------------------------------------


def changed(old: str, new: str, *, before: str = "") -> str:
    """`LOOP` with one construct changed, and perhaps definitions before it."""
    assert old in LOOP, old
    return (code(before) + "\n\n" if before else "") + code(LOOP.replace(old, new))


READ = "doc = users.document(user_id).get()"
THEN = "found.append(doc)"
HEAD = "for user_id in ids:"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # arguments of the read
        pytest.param(changed("get()", "get(timeout=5)"), "passes arguments", id="timeout"),
        pytest.param(changed("get()", 'get(["name"])'), "passes arguments", id="field-paths"),
        pytest.param(
            changed("get()", "get(transaction=transaction)", before="transaction = db.transaction()"),
            "passes arguments",
            id="transaction",
        ),
        # ways out of the loop
        pytest.param(
            changed(THEN, "if doc.exists:\n            break"), "can end early (`break`)", id="break"
        ),
        pytest.param(changed(THEN, "return doc"), "can end early (`return`)", id="return"),
        pytest.param(changed(THEN, "yield doc"), "one by one (`yield`)", id="yield-of-the-document"),
        pytest.param(changed(THEN, "yield from ()"), "one by one (`yield`)", id="yield-from"),
        pytest.param(
            changed(THEN, "for _ in ids:\n            pass\n        else:\n            break"),
            "can end early (`break`)",
            id="break-in-the-else-of-an-inner-loop",
        ),
        # keys that are not known before the loop
        pytest.param(
            changed(THEN, "key = doc.id")
            .replace("document(user_id)", "document(user_id + key)")
            .replace("[]", '[]\n    key = ""'),
            "depends on `key`",
            id="key-from-the-document-before",
        ),
        pytest.param(
            changed(READ, f"{READ}\n        parts['x'] = doc.id")
            .replace("(user_id)", "(user_id + parts['x'])")
            .replace("(ids", "(parts: dict[str, str], ids"),
            "depends on `parts`",
            id="key-from-a-dict-that-the-loop-fills",
        ),
        pytest.param(
            changed(READ, f"if found:\n            user_id = 'x'\n        {READ}"),
            "depends on `user_id`",
            id="loop-variable-rebound-at-times",
        ),
        pytest.param(
            changed(READ, f"key = user_id\n        if found:\n            key = 'x'\n        {READ}").replace(
                "document(user_id)", "document(key)"
            ),
            "depends on `key`",
            id="key-assigned-twice",
        ),
        pytest.param(
            changed("document(user_id)", "document(key := user_id)"), "depends on `key`", id="key-by-walrus"
        ),
        pytest.param(
            changed("document(user_id)", "document(user_id + queue.pop())", before="queue = ['a', 'b']"),
            "depends on `queue`",
            id="key-taken-from-a-list",
        ),
        pytest.param(
            changed("document(user_id)", "document(secret(user_id))", before="from elsewhere import secret"),
            "worked out by `secret(user_id)`",
            id="key-by-an-unknown-function",
        ),
        pytest.param(
            changed(
                "document(user_id)",
                "document(key_of(user_id))",
                before="""
                def key_of(user_id: str) -> str:
                    users.document("count").update({"n": 1})
                    return user_id
                """,
            ),
            "worked out by `key_of(user_id)`",
            id="key-by-a-function-that-writes",
        ),
        # reads that do not always happen
        pytest.param(
            changed(READ, f"if len(found) < 9:\n            {READ}"),
            "depends on `found`, which changes",
            id="condition-on-what-was-found",
        ),
        pytest.param(
            changed(READ, f"if ask(user_id):\n            {READ}", before="from elsewhere import ask"),
            "decided by `ask(user_id)`",
            id="condition-by-an-unknown-function",
        ),
        pytest.param(
            changed(READ, f"if queue.pop():\n            {READ}", before="queue = [True]"),
            "depends on `queue`",
            id="condition-that-takes-from-a-list",
        ),
        pytest.param(
            changed(
                READ,
                f"if found:\n            if user_id:\n                continue\n            found.append(1)\n        {READ}",
            ),
            "depends on `found` and what follows from it",
            id="continue-deep-inside-a-condition",
        ),
        pytest.param(
            changed(READ, f"while not found:\n            {READ}"),
            "depends on a loop inside the loop",
            id="while-in-the-loop",
        ),
        pytest.param(
            changed(READ, f"for _ in range(3):\n            {READ}"),
            "depends on a loop inside the loop",
            id="key-of-the-outer-loop",
        ),
        pytest.param(
            changed(
                READ, f"with lock:\n            {READ}", before="import threading\nlock = threading.Lock()"
            ),
            "depends on `with lock`",
            id="under-a-lock",
        ),
        pytest.param(
            changed(
                READ, f"try:\n            doc = int(user_id)\n        except ValueError:\n            {READ}"
            ),
            "depends on an error before it",
            id="only-after-an-error",
        ),
        pytest.param(
            changed(READ, f"match user_id:\n            case 'x':\n                {READ}"),
            "depends on a `match`",
            id="match",
        ),
        # what happens between two reads
        pytest.param(
            changed(THEN, "users.document('x').set({})"),
            "the loop writes what a later turn may read",
            id="write",
        ),
        pytest.param(
            changed(THEN, "doc.reference.delete()"),
            "the loop writes what a later turn may read",
            id="delete-by-the-snapshot",
        ),
        pytest.param(
            changed(THEN, "db.recursive_delete(doc.reference)"),
            "the loop writes what a later turn may read",
            id="recursive-delete",
        ),
        pytest.param(
            changed(
                THEN, "batch.update(doc.reference, {})\n        batch.commit()", before="batch = db.batch()"
            ),
            "the loop writes what a later turn may read",
            id="batch-committed-in-the-loop",
        ),
        pytest.param(
            changed(THEN, "with db.batch() as batch:\n            batch.update(doc.reference, {})"),
            "the loop writes what a later turn may read",
            id="batch-committed-at-the-end-of-a-with",
        ),
        pytest.param(
            changed(
                THEN,
                "save(user_id)",
                before="""
                def save(user_id: str) -> None:
                    users.document(user_id).update({"seen": True})
                """,
            ),
            "the loop writes what a later turn may read",
            id="write-in-a-helper",
        ),
        pytest.param(
            changed(
                HEAD,
                "for user_id in marked(ids):",
                before="""
                def marked(ids: list[str]):
                    for i in ids:
                        users.document(i).update({"seen": True})
                        yield i
                """,
            ),
            "the loop writes what a later turn may read",
            id="write-in-a-generator-that-gives-the-items",
        ),
        pytest.param(
            changed(
                THEN,
                "pool.submit(save, doc)",
                before="from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor()\ndef save(doc) -> None:\n    doc.reference.update({})",
            ),
            "might change what is read",
            id="unknown-in-another-thread",
        ),
        pytest.param(
            changed(THEN, "notify(doc)", before="from elsewhere import notify"),
            "calls `notify()`, which fixbot does not know",
            id="unknown-call",
        ),
        pytest.param(
            changed("(ids", "(on_item, ids").replace(THEN, "on_item(doc)"), "calls `on_item()`", id="callback"
        ),
        pytest.param(changed(THEN, "exec('1')"), "calls `exec()`", id="exec"),
        pytest.param(
            changed(
                THEN,
                "with Saving():\n            pass",
                before="class Saving:\n    def __enter__(self): ...\n    def __exit__(self, *_): users.document('x').set({})",
            ),
            "leaves `with Saving()`",
            id="context-manager-that-may-write",
        ),
        pytest.param(
            changed(THEN, 'db.collection("users/a/posts").document("x").set({})').replace(
                "users.document", 'users.document("a").collection("posts").document'
            ),
            "the loop writes what a later turn may read",
            id="same-collection-written-by-its-path",
        ),
        pytest.param(
            changed(THEN, 'users.document("a").collection("posts").document("x").set({})')
            .replace("(ids", "(user: firestore.DocumentReference, ids")
            .replace("users.document(user_id)", 'user.collection("posts").document(user_id)'),
            "the loop writes what a later turn may read",
            id="collection-of-a-document-that-is-handed-in",
        ),
        pytest.param(
            changed(HEAD, HEAD)
            .replace(READ, f"{READ}\n        for h in handlers:\n            h.update(doc)")
            .replace("found = []", "found = []\n    handlers = []\n    handlers.append(save)")
            .replace("(ids", "(save, ids"),
            "calls `h.update()`",
            id="update-of-what-is-no-plain-data",
        ),
        # the items
        pytest.param(changed(THEN, "ids.append(doc.id)"), "the loop changes `ids`", id="items-that-grow"),
        pytest.param(changed(THEN, "ids.remove(user_id)"), "the loop changes `ids`", id="items-that-shrink"),
        # a place before the loop
        pytest.param(
            "def load(groups: list[list[str]]) -> list:\n    return [users.document(i).get() for ids in groups for i in ids]",
            "no place right before",
            id="comprehension-of-two-loops",
        ),
        pytest.param(
            "def load(ids: list[str]) -> list:\n    return [users.document(i).get() for i in ids] if db else []",
            "no place right before",
            id="comprehension-under-a-condition",
        ),
        pytest.param(
            "def load(ids: list[str]) -> list:\n    return ids and [users.document(i).get() for i in ids]",
            "no place right before",
            id="comprehension-after-and",
        ),
        pytest.param(
            "def load(ids: list[str]) -> list:\n    print(); return [users.document(i).get() for i in ids]",
            "no place right before",
            id="comprehension-after-a-semicolon",
        ),
        pytest.param(
            "def load(ids: list[str]) -> list:\n    if ids: return [users.document(i).get() for i in ids]\n    return []",
            "no place right before",
            id="comprehension-on-the-line-of-an-if",
        ),
        pytest.param(
            "def load(ids: list[str]) -> None:\n    while any([users.document(i).get().exists for i in ids]):\n        pass",
            "no place right before",
            id="comprehension-in-the-test-of-while",
        ),
        pytest.param(
            """
            def save() -> int:
                users.document("a").set({})
                return 1


            def load(ids: list[str]) -> tuple:
                return save(), [users.document(i).get() for i in ids]
            """,
            "no place right before",
            id="comprehension-after-a-write-in-its-statement",
        ),
        pytest.param(
            "def load(ids: list[str]) -> bool:\n    return any(users.document(i).get().exists for i in ids)",
            "reads when, and as far as",
            id="any-stops-at-the-first",
        ),
        pytest.param(
            "def load(ids: list[str]) -> object:\n    return (users.document(i).get() for i in ids)",
            "reads when, and as far as",
            id="generator-expression-handed-on",
        ),
        # the client
        pytest.param(
            changed("(ids", "(users: firestore.CollectionReference, ids"),
            "client that the collection was made from",
            id="collection-as-parameter",
        ),
        pytest.param(
            "def load(refs: list[firestore.DocumentReference]) -> list:\n    return [ref.get() for ref in refs]",
            "client that the collection was made from",
            id="references-as-parameter",
        ),
        pytest.param(
            changed("users.document", 'firestore.Client().collection("users").document'),
            "is worked out by `firestore.Client()`",
            id="a-client-for-each-item",
        ),
        pytest.param(
            changed("found = []", "db, found = None, []"),
            "client that the collection was made from",
            id="the-clients-name-is-taken-here",
        ),
        pytest.param(
            changed(
                "def load",
                "def use(other: firestore.Client) -> None:\n    global db\n    db = other\n\n\ndef load",
            ),
            "client that the collection was made from",
            id="the-client-may-be-another-by-now",
        ),
        pytest.param(
            """
            class Repository:
                def __init__(self) -> None:
                    db = firestore.Client(database="other")
                    self.users = db.collection("users")

                def load(self, ids: list[str]) -> list:
                    return [self.users.document(i).get() for i in ids]
            """,
            "client that the collection was made from",
            id="a-local-of-the-constructor-named-like-a-global",
        ),
        pytest.param(
            """
            class Repository:
                def __init__(self) -> None:
                    self.db = firestore.Client()
                    self.users = self.db.collection("users")

                def use(self, other: firestore.Client) -> None:
                    self.db = other

                def load(self, ids: list[str]) -> list:
                    return [self.users.document(i).get() for i in ids]
            """,
            "client that the collection was made from",
            id="a-client-attribute-that-changes",
        ),
        pytest.param(
            """
            class Repository:
                def __init__(self) -> None:
                    self.db = firestore.Client()
                    self.users = self.db.collection("users")

                def load(self, ids: list[str]) -> list:
                    self.db = firestore.Client(database="other")
                    return [self.users.document(i).get() for i in ids]
            """,
            "client that the collection was made from",
            id="a-client-attribute-that-changes-here",
        ),
        pytest.param(
            """
            class Repository:
                @property
                def db(self) -> firestore.Client:
                    users.document("count").update({"n": 1})
                    return db

                def load(self, ids: list[str]) -> list:
                    return [self.db.collection("users").document(i).get() for i in ids]
            """,
            "is worked out by `self.db`",
            id="a-property-that-writes",
        ),
        # names
        pytest.param(
            changed("def load", "class len:\n    pass\n\n\ndef load"),
            "means something else in this module",
            id="a-builtin-is-something-else",
        ),
        pytest.param(
            changed("def load", "def _prefetch_documents(*a):\n    return {}\n\n\ndef load"),
            "means something else in this module",
            id="the-helpers-name-is-taken",
        ),
        # inside
        pytest.param(
            changed(READ, 'doc = f"{users.document(user_id).get().exists}"'),
            "inside an f-string",
            id="f-string",
        ),
        pytest.param(
            "def load(ids: list[str]) -> list:\n    return [[k for k in users.document(i).get().to_dict()] for i in ids]",
            "what another comprehension goes through",
            id="inner-comprehension",
        ),
        # comments
        pytest.param(
            changed(
                READ,
                "doc = (\n            users  # all of them\n            .document(user_id)\n            .get()\n        )",
            ),
            "comments inside",
            id="comment-inside-the-read",
        ),
        pytest.param(
            "def load(groups: dict[str, str]) -> list:\n    return [db.collection(g).document(u).get() for g, u in groups.items()]",
            "more than one loop variable",
            id="collection-and-key-from-two-variables",
        ),
    ],
)
def test_reported(text: str, reason: str) -> None:
    refuses(text, reason)


def test_a_collection_that_a_turn_replaces() -> None:
    switch = "def switch() -> None:\n    global users\n    users = db.collection('guests')\n\n\n"
    text = switch + code(LOOP).replace("        doc =", "        switch()\n        doc =")
    refuses(text, "the loop changes `users`, which decides where it is read from")


# --- what is no finding at all ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(changed("document(user_id)", 'document("settings")'), id="the-same-document-each-time"),
        pytest.param(
            """
            def walk(last: str) -> None:
                for _ in range(9):
                    revision = users.document(last).get()
                    last = revision.get("next")
            """,
            id="a-chain-where-each-names-the-next",
        ),
        pytest.param(
            """
            import asyncio


            async def load(client: firestore.AsyncClient, ids: list[str]) -> list:
                return await asyncio.gather(*[client.collection("users").document(i).get() for i in ids])
            """,
            id="gathered-already",
        ),
        pytest.param(
            """
            def load(ids: list[str]) -> list:
                try:
                    return list(db.get_all([users.document(i) for i in ids]))
                except Exception:
                    return [users.document(i).get() for i in ids]
            """,
            id="the-way-out-when-the-batch-failed",
        ),
        pytest.param(
            """
            def load(ids: list[str], prefetched: dict) -> list:
                found = []
                for user_id in ids:
                    reference = users.document(user_id)
                    found.append(prefetched.get(reference.path) or reference.get())
                return found
            """,
            id="a-fallback-beside-a-look-up",
        ),
        pytest.param(
            changed("users.document(user_id)", "cache")
            .replace("(ids", "(cache: dict, ids")
            .replace("get()", "get(user_id)"),
            id="a-dict",
        ),
        pytest.param(
            changed(READ, "doc = users.where('id', '==', user_id).get()"), id="a-query-for-each-item"
        ),
        pytest.param(changed("doc = users", "doc = lambda: users"), id="a-function-that-reads-later"),
        pytest.param(
            "docs = [users.document(i).get() for i in ('a', 'b')]", id="once-when-the-module-is-imported"
        ),
    ],
)
def test_not_found(text: str) -> None:
    untouched(codemod, HEADER + code(text))


# --- where the client comes from --------------------------------------------------------------------------------


def first_change(files: Files) -> str:
    """The line with the batch read, without its indentation."""
    with opened(files) as project:
        applied = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW}, line_length=200)
        assert not applied.refused
        return next(
            line.strip()
            for line in applied.project.sources[MODULE].text.split("\n")
            if "prefetched =" in line
        )


SERVICE = """
from google.cloud import firestore


class Repository:
    def __init__(self, client: firestore.Client) -> None:
        self._client = client
        self._users = client.collection("users")
        self.posts = self._client.collection("posts")

    def load(this, ids: list[str]) -> list:
        return [this.posts.document(i).get() for i in ids]
"""


@pytest.mark.parametrize(
    ("files", "call"),
    [
        pytest.param(
            SERVICE,
            "_prefetch_documents(this._client, this.posts.document, ids)",
            id="attribute-under-another-self",
        ),
        pytest.param(
            """
            from functools import lru_cache

            from google.cloud import firestore


            @lru_cache
            def get_db() -> firestore.Client:
                return firestore.Client()


            def load(ids: list[str]) -> list:
                return [get_db().collection("users").document(i).get() for i in ids]
            """,
            '_prefetch_documents(get_db(), get_db().collection("users").document, ids)',
            id="cached-accessor",
        ),
        pytest.param(
            """
            from google.cloud import firestore

            _db: firestore.Client | None = None


            def get_db() -> firestore.Client:
                global _db
                if _db is None:
                    _db = firestore.Client()
                return _db


            def load(ids: list[str]) -> list:
                db = get_db()
                return [db.collection("users").document(i).get() for i in ids]
            """,
            '_prefetch_documents(db, db.collection("users").document, ids)',
            id="lazy-singleton",
        ),
        pytest.param(
            """
            from firebase_admin import firestore


            def load(ids: list[str]) -> list:
                return [firestore.client().collection("users").document(i).get() for i in ids]
            """,
            '_prefetch_documents(firestore.client(), firestore.client().collection("users").document, ids)',
            id="firebase-admin",
        ),
        pytest.param(
            """
            from fastapi import Depends
            from google.cloud import firestore


            def get_db() -> firestore.Client:
                return firestore.Client()


            def load(ids: list[str], db=Depends(get_db)) -> list:
                return [db.collection("users").document(i).get() for i in ids]
            """,
            '_prefetch_documents(db, db.collection("users").document, ids)',
            id="dependency-without-annotation",
        ),
        pytest.param(
            """
            from google.cloud import firestore


            class Repository:
                def __init__(self) -> None:
                    self.db = firestore.Client()

                def _user(self, user_id: str) -> firestore.DocumentReference:
                    return self.db.collection("users").document(user_id)

                def load(self, ids: list[str]) -> list:
                    return [self._user(i).get() for i in ids]
            """,
            "_prefetch_documents(self.db, self._user, ids)",
            id="method-that-makes-the-reference",
        ),
        pytest.param(
            """
            from google.cloud import firestore

            db = firestore.Client()


            def users() -> firestore.CollectionReference:
                return db.collection("users")


            def load(ids: list[str]) -> list:
                return [users().document(i).get() for i in ids]
            """,
            "_prefetch_documents(db, users().document, ids)",
            id="function-that-makes-the-collection",
        ),
        pytest.param(
            {
                "app/__init__.py": "",
                "app/database.py": """
                    from google.cloud import firestore

                    db = firestore.Client()
                    users = db.collection("users")
                    """,
                MODULE: """
                    from app.database import users


                    def load(ids: list[str]) -> list:
                        return [users.document(i).get() for i in ids]
                    """,
            },
            "_prefetch_documents(database.db, users.document, ids)",
            id="global-of-another-module",
        ),
    ],
)
def test_client(files: Files, call: str) -> None:
    assert first_change(files) == f"prefetched = {call}"


# --- with other fixes, and with earlier runs ----------------------------------------------------------------------


def test_with_blocking_calls_after_it() -> None:
    text = HEADER + code(LOOP).replace("def load", "async def load")
    with opened(text) as project:
        applied = engine.apply(project, [codemod, blocking_calls.codemod], line_length=100)
        result = applied.project.sources[MODULE].text
    assert "prefetched = await asyncio.to_thread(_prefetch_documents, db, users.document, ids)" in result
    assert "doc = prefetched.get(reference.path) or await asyncio.to_thread(reference.get)" in result
    assert findings_of(codemod, result) == []
    assert findings_of(blocking_calls.codemod, result) == []


def test_after_blocking_calls_alone() -> None:
    text = HEADER + code(LOOP).replace("def load", "async def load")
    with opened(text) as project:
        offloaded = engine.apply(project, [blocking_calls.codemod]).project.sources[MODULE].text
    assert "await asyncio.to_thread(users.document(user_id).get)" in offloaded
    with opened(offloaded) as project:
        result = engine.apply(project, [codemod], line_length=100).project.sources[MODULE].text
    assert "prefetched = await asyncio.to_thread(_prefetch_documents, db, users.document, ids)" in result
    assert findings_of(codemod, result) == findings_of(blocking_calls.codemod, result) == []


def test_a_helper_that_somebody_has_changed_is_used_as_it_is() -> None:
    helper = HELPER.replace("300", "100").replace('"Batch read failed', '"Oops')
    rewritten(
        codemod,
        FIXED_HEADER + helper + code(LOOP),
        FIXED_HEADER
        + helper
        + code(LOOP)
        .replace(
            "    for user", "    prefetched = _prefetch_documents(db, users.document, ids)\n    for user"
        )
        .replace(
            READ,
            "reference = users.document(user_id)\n        doc = prefetched.get(reference.path) or reference.get()",
        ),
    )


def test_what_was_fixed_is_found_no_more() -> None:
    with opened(HEADER + code(LOOP)) as project:
        result = engine.apply(project, [codemod]).project.sources[MODULE].text
    assert findings_of(codemod, result) == []


def test_the_finding() -> None:
    [found] = findings_of(codemod, HEADER + code(LOOP))
    assert (found.span.line, found.span.column) == (10, 15)
    assert found.message == "`users.document(user_id).get()` reads one document for each turn of the loop"
    assert (found.safety, found.severity, found.category) == ("safe", "high", "N+1 Query")
    assert found.cost == {"round_trips": {"before": "n", "after": "1"}}


def test_the_example_of_the_documentation() -> None:
    before, after = (part.split("```")[0] for part in codemod.documentation.split("```python\n")[1:])
    rewritten(codemod, before, after)


def test_imports_that_hold_only_for_type_checkers() -> None:
    """The helper must not import at run time what the module did without."""
    before = """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from google.cloud import firestore


        def load(db: firestore.Client, ids: list[str]) -> list:
            return [db.collection("users").document(i).get() for i in ids]
        """
    with opened(before) as project:
        result = engine.apply(project, [codemod]).project.sources[MODULE].text
    assert 'client: "firestore.Client"' in result
    imports = [n for n in ast.parse(result).body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert not any("google" in ast.unparse(n) for n in imports)


def test_an_import_inside_a_function_stays_there() -> None:
    untouched(
        codemod,
        """
        def load(ids: list[str]) -> list:
            from google.cloud import firestore

            db = firestore.Client()
            return [db.collection("users").document(i).get() for i in ids]
        """,
        reason="imported only at times",
    )


def test_a_missing_newline_at_the_end_stays_missing() -> None:
    with opened((HEADER + code(LOOP)).rstrip("\n")) as project:
        assert not engine.apply(project, [codemod]).project.sources[MODULE].text.endswith("\n")

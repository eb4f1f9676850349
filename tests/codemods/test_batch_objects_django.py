"""batch-reads for Django: what is found and left alone, and what comes out of code before and after on real SQLite."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from codemods.batch_reads import codemod
from codemods.parallel_awaits import codemod as parallel_awaits
from fixbot import engine
from fixbot.model import Safety
from fixbot.testing import MODULE, findings_of, opened, rewritten, untouched

django = pytest.importorskip("django")

HEAD = """
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50, unique=True)

    class Meta:
        app_label = "books"

"""
MANAGED = HEAD.replace("class Author", "class Active(models.Manager):\n    ...\n\n\nclass Author").replace(
    "    name", "    objects = Active()\n    name"
)
GUARDED = """
def run(keys: list[int]) -> list[object]:
    found = []
    for key in keys:
        try:
            author = {read}
        except Author.DoesNotExist:
            found.append((key, "missing"))
            continue
        {after}
    return found
"""


def loop(
    read: str = "Author.objects.get(pk=key)",
    *,
    after: str = "found.append((repr(key), author.name))",
    head: str = HEAD,
) -> str:
    """A function that reads in a loop."""
    return head + GUARDED.format(read=read, after=after)


def async_loop() -> str:
    return loop("await Author.objects.aget(pk=key)").replace("\ndef run", "\nasync def run")


def applied(text: str) -> str:
    with opened(text) as project:
        done = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert not done.refused
        assert done.fixed
        return done.texts[MODULE]


# --- the text ------------------------------------------------------------------------------------------------


def test_an_object_by_its_key() -> None:
    before = """
        import logging

        from django.db import models

        logger = logging.getLogger(__name__)


        class Author(models.Model):
            name = models.CharField(max_length=50)


        def names(author_ids: list[int]) -> list[str]:
            found = []
            for author_id in author_ids:
                try:
                    author = Author.objects.get(pk=author_id)
                except Author.DoesNotExist:
                    logger.warning("no author %s", author_id)
                    continue
                found.append(author.name)
            return found
    """
    after = '''
        import logging
        from collections.abc import Callable, Iterable
        from typing import Any

        from django.db import models

        logger = logging.getLogger(__name__)


        def _prefetch_by_pk(manager: Any, keys: Iterable[Any]) -> Callable[[Any], Any]:
            """Read objects by `pk`, many at a time; the caller reads what the look-up has not."""
            objects: dict[Any, Any] = {}

            def look_up(key: Any) -> Any:
                try:
                    if isinstance(key, str):
                        key = manager.model._meta.pk.to_python(key)
                    return objects.get(key)
                except Exception:
                    return None  # the read that follows tells what is wrong with it

            try:
                pending = list(dict.fromkeys(keys))
                for start in range(0, len(pending), 500):
                    chunk = pending[start : start + 500]
                    found = manager.in_bulk(chunk)
                    for one in found.values():
                        objects[one.pk] = one
            except Exception as error:
                logger.warning("Batch read failed, reading one by one: %s", error)
            return look_up


        class Author(models.Model):
            name = models.CharField(max_length=50)


        def names(author_ids: list[int]) -> list[str]:
            found = []
            prefetched = _prefetch_by_pk(Author.objects, author_ids)
            for author_id in author_ids:
                try:
                    author = prefetched(author_id) or Author.objects.get(pk=author_id)
                except Author.DoesNotExist:
                    logger.warning("no author %s", author_id)
                    continue
                found.append(author.name)
            return found
    '''
    rewritten(codemod, before, after, safety=Safety.REVIEW)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (loop(), "_prefetch_by_pk(Author.objects, keys)"),
        (loop("Author.objects.get(id=key)"), "_prefetch_by_pk(Author.objects, keys)"),
        (
            loop(
                "Author.objects.get(code=key)",
                head=HEAD.replace(
                    "name =", "code = models.CharField(max_length=9, primary_key=True)\n    name ="
                ),
            ),
            "_prefetch_by_pk(Author.objects, keys)",
        ),
        (
            loop(head=HEAD.replace("    name", "    objects = models.Manager()\n    name")),
            "_prefetch_by_pk(Author.objects, keys)",
        ),
        (
            loop(
                head=MANAGED.replace(
                    "...", "def get_queryset(self): return super().get_queryset().filter(pk__gt=0)"
                )
            ),
            "_prefetch_by_pk(Author.objects, keys)",
        ),
        (
            loop(
                "Author.active.get(pk=key)",
                head=HEAD.replace("    name", "    active = models.Manager()\n    name"),
            ),
            "_prefetch_by_pk(Author.active, keys)",
        ),
        (
            loop(after="if author is not None: found.append(author.name)"),
            "_prefetch_by_pk(Author.objects, keys)",
        ),
        (loop(after="found.append(author)"), "_prefetch_by_pk_once(Author.objects, keys)"),
        (loop(after="author.seen = True"), "_prefetch_by_pk_once(Author.objects, keys)"),
        (
            loop(
                after="found.append(author.tags)",
                head=HEAD.replace("    name", "    tags = models.JSONField(default=list)\n    name"),
            ),
            "_prefetch_by_pk_once(Author.objects, keys)",
        ),
        (loop(after="found.append(author.name.x)"), "_prefetch_by_pk_once(Author.objects, keys)"),
        (async_loop(), "await _prefetch_by_pk_async(Author.objects, keys)"),
    ],
    ids=[
        "pk",
        "id",
        "its own key",
        "the plain manager",
        "its own query",
        "another name",
        "tested",
        "kept",
        "changed",
        "a part that can be changed",
        "used inside",
        "awaited",
    ],
)
def test_found(text: str, name: str) -> None:
    assert f"prefetched = {name}\n" in applied(text)
    [found] = findings_of(codemod, text)
    assert found.safety is Safety.REVIEW


def test_a_query_of_its_own_is_named() -> None:
    own = MANAGED.replace("...", "def get_queryset(self): return Found(self.model)")
    [found] = findings_of(codemod, loop(head=own))
    assert "`get_queryset`" in found.reason


def test_a_long_argument_gets_lines_of_its_own() -> None:
    text = f"""{HEAD}
def run(payments: list[dict[str, dict[str, str]]]) -> list[Author]:
    found = []
    for payment in payments:
        found.append(Author.objects.get(pk=payment["information"]["author"]))
    return found
"""
    assert """
        found.append(
            prefetched(payment["information"]["author"])
            or Author.objects.get(pk=payment["information"]["author"])
        )
""" in applied(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (loop("Author.objects.get(pk=key, name='x')"), "more than a key: `name`"),
        (loop("Author.objects.get(keys, pk=key)"), "more than a key: an argument"),
        (loop("Author.objects.get(**{'pk': key})"), "cannot be told one by one"),
        (loop("Author.objects.get(name=key)"), "`name` is not the key of `Author`"),
        (loop("Author.objects.get(pk__in=[key])"), "`pk__in` is not the key of `Author`"),
        (loop("Author.objects.select_for_update().get(pk=key)"), "the query says more than the key"),
        (loop("Author.objects.filter(name='x').get(pk=key)"), "the query says more than the key"),
        (loop(after="author.save()"), "writes what a later turn may read"),
        (loop(after="Author.objects.create(name='x')"), "writes what a later turn may read"),
        (loop(after="found.append(render(author))"), "which fixbot does not know"),
        (loop(after="return found"), "the loop can end early"),
        (loop(head=MANAGED.replace("...", "def get(self, **keys): ...")), "a manager of its own"),
        (loop(head=MANAGED.replace("...", "def in_bulk(self, keys): ...")), "a manager of its own"),
        (
            loop(head=MANAGED.replace("models.Manager)", "models.Manager, elsewhere.Mixin)")),
            "a manager of its own",
        ),
        (
            loop(
                head=HEAD.replace(
                    "    name", "    objects = models.Manager.from_queryset(models.QuerySet)()\n    name"
                )
            ),
            "a manager of its own",
        ),
        (loop("Author.active.get(pk=key)"), ""),
        (
            loop(head=HEAD.replace("(models.Model)", "(elsewhere.Keyed, models.Model)")),
            "what `elsewhere.Keyed` brings to it is not known",
        ),
        (
            loop(
                "Author.objects.get(id=key)",
                head=HEAD.replace(
                    "name =", "code = models.CharField(max_length=9, primary_key=True)\n    name ="
                ),
            ),
            "`id` is not the key of `Author`",
        ),
        (
            loop(head=HEAD.replace("    name", "    pk = models.CompositePrimaryKey('a', 'b')\n    name")),
            "`CompositePrimaryKey` takes part in its key",
        ),
    ],
)
def test_left_alone(text: str, reason: str) -> None:
    untouched(codemod, text, reason=reason or None)


@pytest.mark.parametrize(
    "text",
    [
        loop("Author.objects.get(pk=1)"),
        loop("prefetched(key) or Author.objects.get(pk=key)"),
        async_loop().replace("await ", ""),
        loop(head="class Author:\n    DoesNotExist = KeyError\n"),
    ],
    ids=["the same each time", "a fallback", "not awaited", "no model"],
)
def test_not_found(text: str) -> None:
    untouched(codemod, text)


def test_queries_of_one_thread_are_not_gathered() -> None:
    """What is known of managers now must not let other codemods send queries at once that wait for one thread."""
    text = """
        async def two() -> tuple[object, object]:
            one = await Author.objects.aget(pk=1)
            two = await Author.objects.aget(pk=2)
            return one, two
    """
    untouched(parallel_awaits, HEAD + textwrap.dedent(text))


# --- before and after, on a real database ----------------------------------------------------------------------------

_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def database() -> Iterator[Any]:
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            INSTALLED_APPS=[],
            LOGGING_CONFIG=None,
            USE_TZ=True,
        )
        django.setup()
    from django.db import connection

    yield connection
    connection.close()


def ran(
    text: str, keys: Any, database: Any, call: Callable[[Any], Any] = lambda result: result
) -> tuple[Any, int]:
    """What comes out, or the class of the error, and how many SELECTs it took, with authors 1 to 9 in the table."""
    from django.test.utils import CaptureQueriesContext

    text = text.replace('"books"', f'"books{next(_NUMBERS)}"')  # a class of its own each time
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(text, "module.py", "exec", dont_inherit=True), names)
    author = names["Author"]
    with database.schema_editor() as editor:
        editor.create_model(author)
    try:
        author.objects.bulk_create(author(pk=number, name=f"author {number}") for number in range(1, 10))
        with CaptureQueriesContext(database) as queries:
            try:
                result: Any = call(names["run"](keys))
            except (OverflowError, TypeError, ValueError) as error:
                result = type(error).__name__
        return result, sum(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    finally:
        with database.schema_editor() as editor:
            editor.delete_model(author)


RUNS: dict[str, tuple[Any, int, int]] = {  # keys, SELECTs before and after
    "all there": ([1, 2, 3, 4], 4, 1),
    "missing": ([1, 90, 91], 3, 3),
    "twice": ([1, 2, 1, 2], 4, 1),
    "none": ([None, 1], 2, 2),
    "empty": ([], 0, 0),
    "text": (["1", "02", " 3 "], 3, 1),
    "a fraction": ([1, 2.5, "2.5"], 2, 2),
    "no number": ([1, "x"], 1, 1),
    "too large": ([1, 2**70], 1, 1),
    "no key at all": ([1, {"id": 2}], 1, 1),
    "more than a chunk": (list(range(1, 10)) + list(range(1000, 1600)), 609, 602),
}


@pytest.mark.parametrize("case", RUNS)
def test_the_same_comes_out(case: str, database: Any) -> None:
    keys, expected_before, expected_after = RUNS[case]
    before, asked_before = ran(loop(), keys, database)
    after, asked_after = ran(applied(loop()), keys, database)
    assert after == before
    assert (asked_before, asked_after) == (expected_before, expected_after)


def test_an_object_that_is_kept_is_never_given_twice(database: Any) -> None:
    """Each read of Django's makes an object of its own, which one turn may change without the other seeing it."""
    text = loop(after="author.turn = len(found); found.append(author)")

    def turns(result: list[Any]) -> list[tuple[int, int]]:
        return [(author.pk, author.turn) for author in result]

    before = ran(text, [1, 2, 1], database, turns)
    assert before == ([(1, 0), (2, 1), (1, 2)], 3)
    assert ran(applied(text), [1, 2, 1], database, turns) == (before[0], 2)


def test_awaited_on_a_real_database(database: Any) -> None:
    from asgiref.sync import async_to_sync

    def call(coroutine: Any) -> Any:
        async def waited() -> Any:
            return await coroutine

        return async_to_sync(waited)()

    before = ran(async_loop(), [3, 1, 3], database, call)
    assert before == ([("3", "author 3"), ("1", "author 1"), ("3", "author 3")], 3)
    assert ran(applied(async_loop()), [3, 1, 3], database, call) == (before[0], 1)

"""batch-reads for SQLAlchemy: what is found and left alone, and what comes out of code before and after on real SQLite."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from codemods.batch_reads import codemod
from codemods.parallel_awaits import codemod as parallel_awaits
from fixbot import engine
from fixbot.model import Safety, Severity
from fixbot.testing import MODULE, findings_of, opened, rewritten, untouched

HEAD = """
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)

"""


def loop(
    read: str = "session.get(User, key)",
    *,
    before: str = "pass",
    after: str = "found.append((key, user and user.name))",
    head: str = HEAD,
    parameters: str = "session: Session, keys: list[int]",
) -> str:
    """A function that reads in a loop."""
    text = f"""
def run({parameters}) -> list[object]:
    found = []
    for key in keys:
        {before}
        user = {read}
        {after}
    return found
"""
    return head + text


def async_loop() -> str:
    text = loop("await session.get(User, key)", parameters="session: AsyncSession, keys: list[int]")
    return text.replace("\ndef run", "\nasync def run")


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

        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        logger = logging.getLogger(__name__)


        class Base(DeclarativeBase):
            pass


        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]


        def names(session: Session, user_ids: list[int]) -> dict[int, str]:
            found = {}
            for user_id in user_ids:
                # those who left have no name
                user = session.get(User, user_id)
                if user is not None:
                    found[user_id] = user.name
            return found
    """
    after = '''
        import logging
        from collections.abc import Callable, Iterable
        from typing import Any

        from sqlalchemy import select
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        logger = logging.getLogger(__name__)


        def _prefetch_by_id(
            session: Any, model: Any, keys: Iterable[Any]
        ) -> Callable[[Any], Any]:
            """Read objects by `id`, many at a time; the caller reads what the look-up has not."""
            objects: dict[Any, Any] = {}

            def look_up(key: Any) -> Any:
                try:
                    return objects.get(key)
                except TypeError:
                    return None  # it cannot be a key of a dictionary

            try:
                pending = list(dict.fromkeys(keys))
                for start in range(0, len(pending), 500):
                    chunk = pending[start : start + 500]
                    found = session.scalars(select(model).where(model.id.in_(chunk)))
                    for one in found.unique():
                        objects[one.id] = one
            except Exception as error:
                if not getattr(session, "is_active", True):
                    raise  # as the first read would have, for what could not be flushed
                logger.warning("Batch read failed, reading one by one: %s", error)
            return look_up


        class Base(DeclarativeBase):
            pass


        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]


        def names(session: Session, user_ids: list[int]) -> dict[int, str]:
            found = {}
            prefetched = _prefetch_by_id(session, User, user_ids)
            for user_id in user_ids:
                # those who left have no name
                user = prefetched(user_id) or session.get(User, user_id)
                if user is not None:
                    found[user_id] = user.name
            return found
    '''
    rewritten(codemod, before, after, safety=Safety.REVIEW)


def test_it_is_high_and_says_what_changes() -> None:
    [found] = findings_of(codemod, loop())
    assert (found.safety, found.severity) == (Safety.REVIEW, Severity.HIGH)
    assert found.message == "`session.get()` reads one object for each turn of the loop"
    assert "flushed before the loop" in found.reason
    assert "no longer at each read" in found.reason


def test_two_loops_share_the_function() -> None:
    text = loop() + loop("session.get(entity=User, ident=key)", head="").replace("def run", "def again")
    after = applied(text)
    assert after.count("def _prefetch_by_id(") == 1
    assert after.count("_prefetch_by_id(session, User, keys)") == 2


def test_keys_that_are_read_from_text() -> None:
    head = f"import uuid\n{HEAD}"
    after = applied(
        loop("session.get(User, uuid.UUID(key))", parameters="session: Session, keys: list[str]", head=head)
    )
    assert "_prefetch_by_id(session, User, (uuid.UUID(key) for key in keys))" in after
    untouched(
        codemod, loop("session.get(User, uuid.uuid5(key, key).x)", head=head), reason="may do more than that"
    )


def test_two_reads_in_one_turn() -> None:
    head = HEAD.rstrip() + "\n\n\nclass Game(Base):\n    __tablename__ = 'games'\n"
    head += "    id: Mapped[int] = mapped_column(primary_key=True)\n    owner_id: Mapped[int]\n"
    after = applied(
        loop(before="game = session.get(Game, key)", after="found.append((game, user))", head=head)
    )
    assert "game = prefetched(key) or session.get(Game, key)" in after.replace("prefetched_2", "prefetched")
    assert "user = prefetched(key) or session.get(User, key)" in after.replace("prefetched_2", "prefetched")
    assert after.count("def _prefetch_by_id(") == 1


SESSIONS = {
    "scoped": (
        "from sqlalchemy.orm import scoped_session, sessionmaker\nsessions = scoped_session(sessionmaker())\n",
        loop("sessions.get(User, key)", parameters="keys: list[int]"),
    ),
    "made by a factory": (
        "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\n"
        "Local = sessionmaker(bind=create_engine('sqlite://'))\n",
        HEAD
        + textwrap.dedent("""
            def run(keys: list[int]) -> list[object]:
                with Local() as session:
                    return [session.get(User, key) for key in keys]
        """),
    ),
    "of SQLModel": (
        "from sqlmodel import Field, Session, SQLModel\n"
        "class User(SQLModel, table=True):\n    id: int | None = Field(default=None, primary_key=True)\n",
        loop(head=""),
    ),
}


@pytest.mark.parametrize("case", SESSIONS)
def test_sessions(case: str) -> None:
    assert "prefetched = _prefetch_by_id(" in applied("".join(SESSIONS[case]))


MODELS = {
    "declarative_base": """
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import Session, declarative_base
        Base = declarative_base()
        class User(Base):
            id = Column("user_id", Integer, primary_key=True)
        """,
    "in a mixin": """
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
        class Base(DeclarativeBase): ...
        class Keyed:
            id: Mapped[int] = mapped_column(primary_key=True)
        class User(Keyed, Base):
            name: Mapped[str]
        """,
    "annotated": """
        from typing import Annotated
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
        key_type = Annotated[int, mapped_column(primary_key=True)]
        class Base(DeclarativeBase): ...
        class User(Base):
            id: Mapped[key_type]
        """,
    "joined to its parent": """
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
        class Base(DeclarativeBase): ...
        class Person(Base):
            id: Mapped[int] = mapped_column(primary_key=True)
        class User(Person):
            id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
        """,
}


@pytest.mark.parametrize("case", MODELS)
def test_models_that_show_their_key(case: str) -> None:
    after = applied(loop(head=textwrap.dedent(MODELS[case])))
    assert "prefetched = _prefetch_by_id(session, User, keys)" in after
    assert "select(model).where(model.id.in_(chunk))" in after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (loop("session.get(User, key, with_for_update=True)"), "more than a key: `with_for_update`"),
        (loop("session.get(User, key, populate_existing=True)"), "more than a key: `populate_existing`"),
        (loop("session.get(User, key, options=[])"), "more than a key: `options`"),
        (loop("session.get(User, (key, 1))"), "the key is made of several values"),
        (loop("session.get(User, {'id': key})"), "the key is made of several values"),
        (loop("session.get(found[key], key)"), "is not known to be a class of the project"),
        (loop(before="session.add(User())"), "writes what a later turn may read"),
        (loop(after="session.commit()"), "writes what a later turn may read"),
        (loop(after="session.refresh(user)"), "writes what a later turn may read"),
        (loop(after="unknown(user)"), "which fixbot does not know"),
        (loop(after="user.id = key + 1"), "the loop sets `user.id`, which is a key"),
        (loop(after="if user: break"), "the loop can end early"),
        (loop(before="session = Session()"), "run on `session`, which changes from turn to turn"),
        (loop("Session().get(User, key)"), "may do more than to name it"),
        (
            loop(before="switch()", parameters="keys: list[int]").replace(
                "def run",
                "session = Session()\n\ndef switch() -> None:\n    global session\n    session = Session()\n\ndef run",
            ),
            "the loop changes `session`, which decides where it is read from",
        ),
        (loop("session.get(User, user.id if key else key)"), "the key depends on `user`"),
        (
            loop(before="other = User if key else Base", read="session.get(other, key)"),
            "`other` is not known to be a class of the project",
        ),
        (
            loop(
                head=HEAD.replace(
                    "name: Mapped[str] = mapped_column(",
                    "part: Mapped[int] = mapped_column(primary_key=True, ",
                )
            ),
            "made of several attributes (`id`, `part`)",
        ),
        (loop(head=HEAD.replace("primary_key=True", "unique=True")), "which attribute of `User` is its key"),
        (
            loop(head=HEAD.replace("primary_key=True", "primary_key=bool(1)")),
            "in another way than by an attribute",
        ),
        (
            loop(head=HEAD + "    __mapper_args__ = {'primary_key': [name]}\n"),
            "its mapper is told the key",
        ),
        (
            loop(head=HEAD + "    __table_args__ = (sa.PrimaryKeyConstraint('id', 'name'),)\n"),
            "`PrimaryKeyConstraint` takes part in its key",
        ),
        (
            loop(head=HEAD.replace("class User(Base)", "class User(elsewhere.Base)")),
            "what `elsewhere.Base` brings to it is not known",
        ),
        (
            loop(head=HEAD.replace("class User(Base)", "class Users(Base)")),
            "`User` is not known to be a class",
        ),
    ],
)
def test_left_alone(text: str, reason: str) -> None:
    untouched(codemod, text, reason=reason)


@pytest.mark.parametrize(
    "text",
    [
        loop("session.get(User, 1)"),
        loop("keys.get(User, key)", parameters="session: Session, keys: dict[int, str]"),
        loop(
            "prefetched(key) or session.get(User, key)",
            parameters="session: Session, keys: list[int], prefetched",
        ),
        async_loop().replace("await session", "session"),
        loop(
            head=HEAD.replace("Mapped, Session,", "Mapped,")
            + "class Session:\n    def get(self, a, b): ...\n"
        ),
    ],
    ids=["the same each time", "a dictionary", "a fallback", "not awaited", "another class"],
)
def test_not_found(text: str) -> None:
    untouched(codemod, text)


def test_one_session_is_not_used_by_two_tasks() -> None:
    """What is known of sessions now must not let other codemods use one at the same time."""
    text = """
        async def two(session: AsyncSession) -> tuple[object, object]:
            one = await session.get(User, 1)
            two = await session.get(User, 2)
            return one, two
    """
    untouched(parallel_awaits, HEAD + textwrap.dedent(text))


# --- before and after, on real databases ---------------------------------------------------------------------------

Prepare = Callable[[Session, dict[str, Any]], None]


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The SELECTs that are sent, of any engine."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    from sqlalchemy.engine import Engine

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def loaded(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(text, "module.py", "exec", dont_inherit=True), names)
    return names


def ran(
    text: str, keys: Any, statements: list[str], prepare: Prepare = lambda session, names: None
) -> tuple[Any, int]:
    """What comes out, or the class of the error, and how many SELECTs it took, with users 1 to 9 in the table."""
    names = loaded(text)
    user = names["User"]
    database = create_engine("sqlite://", poolclass=StaticPool)
    names["Base"].metadata.create_all(database)
    with Session(database) as session:
        session.add_all(user(id=number, name=f"user {number}") for number in range(1, 10))
        session.commit()
    with Session(database) as session:
        prepare(session, names)
        statements.clear()
        try:
            result: Any = names["run"](session, keys)
        except IntegrityError as error:
            result = type(error)
        count = len(statements)
        session.rollback()
    database.dispose()
    return result, count


def remove(number: int) -> Prepare:
    return lambda session, names: session.delete(session.get(names["User"], number))


def change(session: Session, names: dict[str, Any]) -> None:
    session.get(names["User"], 2).name = "changed"


def create(session: Session, names: dict[str, Any]) -> None:
    session.add(names["User"](id=77, name="new"))


def held(session: Session, names: dict[str, Any]) -> None:
    session.info["held"] = [session.get(names["User"], number) for number in (1, 2, 3)]


def expired(session: Session, names: dict[str, Any]) -> None:
    held(session, names)
    session.expire_all()


def clash(session: Session, names: dict[str, Any]) -> None:
    session.add(names["User"](id=77, name="user 1"))


NOTHING: Prepare = lambda session, names: None  # noqa: E731
RUNS: dict[str, tuple[Any, Prepare, int, int]] = {  # keys, what was done before, SELECTs before and after
    "all there": ([1, 2, 3, 4], NOTHING, 4, 1),
    "missing": ([1, 90, 91], NOTHING, 3, 3),
    "twice": ([1, 2, 1, 2], NOTHING, 4, 1),
    "none": ([None, 1], NOTHING, 2, 2),
    "empty": ([], NOTHING, 0, 0),
    "text": (["1", "2"], NOTHING, 2, 3),
    "tuples": ([(1,), (2,)], NOTHING, 2, 3),
    "dictionaries": ([{"id": 1}, {"id": 2}], NOTHING, 2, 2),
    "more than a chunk": (list(range(1, 10)) + list(range(1000, 1600)), NOTHING, 609, 602),
    "removed, met later": ([1, 2], remove(2), 2, 2),
    "changed": ([1, 2], change, 2, 1),
    "created": ([77, 1], create, 2, 1),
    "in the session already": ([1, 2, 3], held, 0, 1),
    "expired": ([1, 2, 3], expired, 3, 1),
    "cannot be flushed": ([1, 2], clash, 0, 0),
}


@pytest.mark.filterwarnings("ignore:fully NULL primary key")
@pytest.mark.parametrize("case", RUNS)
def test_the_same_comes_out(case: str, statements: list[str]) -> None:
    keys, prepare, expected_before, expected_after = RUNS[case]
    text = loop(after="found.append((repr(key), user and (user.id, user.name)))")
    before, asked_before = ran(text, keys, statements, prepare)
    after, asked_after = ran(applied(text), keys, statements, prepare)
    assert after == before
    assert before is IntegrityError if case == "cannot be flushed" else len(before) == len(keys)
    assert (asked_before, asked_after) == (expected_before, expected_after)


def test_the_difference_that_is_named(statements: list[str]) -> None:
    """An object removed but not flushed is still given if nothing was read before it; the batch flushes first."""
    before, _ = ran(loop(), [2, 1], statements, remove(2))
    after, _ = ran(applied(loop()), [2, 1], statements, remove(2))
    assert before == [(2, "user 2"), (1, "user 1")]
    assert after == [(2, None), (1, "user 1")]


def test_objects_are_the_sessions_own(statements: list[str]) -> None:
    text = loop(after="found.append(session.get(User, key) is user and user is not None)")
    assert ran(text, [1, 2, 1], statements) == ([True] * 3, 3)
    assert ran(applied(text), [1, 2, 1], statements) == ([True] * 3, 2), "a batch for each of the two reads"


def test_a_session_of_a_test_that_has_nothing_but_get(caplog: pytest.LogCaptureFixture) -> None:
    class Fake:
        def get(self, model: Any, key: int) -> Any:
            return model(name=f"fake {key}")

    names = loaded(applied(loop()))
    assert names["run"](Fake(), [1, 2]) == [(1, "fake 1"), (2, "fake 2")]
    assert "reading one by one" in caplog.text


def test_collections_that_are_joined_eagerly(statements: list[str]) -> None:
    clips = """
class Clip(Base):
    __tablename__ = "clips"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
    head = (
        HEAD.replace("Session, mapped_column", "Session, mapped_column, relationship")
        .replace("\nfrom sqlalchemy.orm", "\nfrom sqlalchemy import ForeignKey\nfrom sqlalchemy.orm", 1)
        .rstrip()
        + '\n    clips: Mapped[list["Clip"]] = relationship(lazy="joined")\n'
        + clips
    )
    text = loop(after="found.append((key, [clip.id for clip in user.clips]))", head=head)

    def prepare(session: Session, names: dict[str, Any]) -> None:
        session.add_all(names["Clip"](id=number, user_id=1 + number % 2) for number in range(6))
        session.commit()

    before, asked_before = ran(text, [1, 2], statements, prepare)
    after, asked_after = ran(applied(text), [1, 2], statements, prepare)
    assert after == before == [(1, [0, 2, 4]), (2, [1, 3, 5])]
    assert (asked_before, asked_after) == (2, 1)


def test_awaited_on_a_real_database(statements: list[str]) -> None:
    async def result(text: str, keys: list[int]) -> tuple[Any, int]:
        names = loaded(text)
        database = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
        async with database.begin() as connection:
            await connection.run_sync(names["Base"].metadata.create_all)
        async with AsyncSession(database) as session:
            session.add_all(names["User"](id=number, name=f"user {number}") for number in range(1, 10))
            await session.commit()
        async with AsyncSession(database) as session:
            statements.clear()
            found = await names["run"](session, keys), len(statements)
        await database.dispose()
        return found

    before = asyncio.run(result(async_loop(), [3, 1, 3, 50]))
    after = asyncio.run(result(applied(async_loop()), [3, 1, 3, 50]))
    assert before == ([(3, "user 3"), (1, "user 1"), (3, "user 3"), (50, None)], 4)
    assert after == (before[0], 2)

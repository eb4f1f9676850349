"""What `duplicate-blocks` removes, what it leaves to a person, and what it does not touch."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from codemods.duplicate_blocks import codemod
from fixbot import engine
from fixbot.duplicates import likeness
from fixbot.model import Safety
from fixbot.testing import MODULE, comments_of, findings_of, project_of, rewritten, untouched


def case(name: str, *texts: str) -> Any:
    return pytest.param(*texts, id=name)


def found(text: str, path: str = MODULE) -> list[tuple[int, str]]:
    """Line and safety of each finding."""
    return [(f.span.line, f.safety.value) for f in findings_of(codemod, {path: text})]


# --- unreachable copies --------------------------------------------------------------------------

UNREACHABLE_COPIES = [
    case(
        "after-return",
        """
        async def status(result):
            metadata = result.get("metadata", {})
            return {
                "progress": metadata.get("progress", 0),
            }

            metadata = result.get("metadata", {})
            return {
                "progress": metadata.get("progress", 0),
            }

        def after():
            pass
        """,
        """
        async def status(result):
            metadata = result.get("metadata", {})
            return {
                "progress": metadata.get("progress", 0),
            }

        def after():
            pass
        """,
    ),
    case(
        "in-a-method-before-another",
        """
        class Service:
            def get(self):
                return self.fetch()
                return self.fetch()


            def put(self):
                pass
        """,
        """
        class Service:
            def get(self):
                return self.fetch()


            def put(self):
                pass
        """,
    ),
    case(
        "after-raise",
        """
        def check(x):
            if not x:
                logger.error("no x")
                raise ValueError(x)
                logger.error("no x")
                raise ValueError(x)
            return x
        """,
        """
        def check(x):
            if not x:
                logger.error("no x")
                raise ValueError(x)
            return x
        """,
    ),
    case(
        "after-continue",
        """
        def walk(items):
            for item in items:
                if item is None:
                    skipped(item)
                    continue
                    skipped(item)
                    continue
                use(item)
        """,
        """
        def walk(items):
            for item in items:
                if item is None:
                    skipped(item)
                    continue
                use(item)
        """,
    ),
    case(
        "after-break-in-while",
        """
        def walk(items):
            while items:
                use(items.pop())
                break
                use(items.pop())
                break
        """,
        """
        def walk(items):
            while items:
                use(items.pop())
                break
        """,
    ),
    case(
        "twice-over",
        """
        def f(x):
            y = g(x)
            return y
            y = g(x)
            return y
            y = g(x)
            return y
        """,
        """
        def f(x):
            y = g(x)
            return y
        """,
    ),
    case(
        "with-a-yield-that-the-live-copy-has-too",
        """
        def f(x):
            yield x
            return
            yield x
            return
        """,
        """
        def f(x):
            yield x
            return
        """,
    ),
    case(
        "with-the-same-comments",
        """
        def f(x):
            # the answer
            y = g(x)
            return y  # done

            # the answer
            y = g(x)
            return y  # done
        """,
        """
        def f(x):
            # the answer
            y = g(x)
            return y  # done
        """,
    ),
    case(
        "with-a-directive-for-one-line",
        """
        def f(x):
            return g(x)
            return g(x)  # type: ignore[no-any-return]
        """,
        """
        def f(x):
            return g(x)
        """,
    ),
    case(
        "a-comment-at-the-end-of-the-block-stays",
        """
        def f(x):
            return g(x)
            return g(x)
            # TODO: cache

        def h():
            pass
        """,
        """
        def f(x):
            return g(x)
            # TODO: cache

        def h():
            pass
        """,
    ),
    case(
        "in-a-match-arm",
        """
        def f(x):
            match x:
                case 1:
                    return one(x)
                    return one(x)
                case _:
                    return other(x)
        """,
        """
        def f(x):
            match x:
                case 1:
                    return one(x)
                case _:
                    return other(x)
        """,
    ),
    case(
        "written-differently",
        """
        def f(x):
            return g(x, key="a")
            return g(
                x,
                key='a',
            )
        """,
        """
        def f(x):
            return g(x, key="a")
        """,
    ),
    case(
        "tests-too",
        """
        def f(x):
            assert x
            return x
            assert x
            return x
        """,
        """
        def f(x):
            assert x
            return x
        """,
    ),
]


@pytest.mark.parametrize(("before", "after"), UNREACHABLE_COPIES)
def test_removes_an_unreachable_copy(before: str, after: str) -> None:
    directive = "# type: ignore[no-any-return]"  # speaks of its own line alone
    rewritten(
        codemod, before, after, loses=[directive] if directive in before and directive not in after else []
    )


OTHER_UNREACHABLE = [
    case(
        "after-return",
        """
        def f(x):
            return x
            notify(x)
        """,
        """
        def f(x):
            return x
        """,
    ),
    case(
        "after-if-and-else-that-leave",
        """
        def f(x):
            if x:
                return 1
            elif x is None:
                raise ValueError
            else:
                return 2
            return g(x)
        """,
        """
        def f(x):
            if x:
                return 1
            elif x is None:
                raise ValueError
            else:
                return 2
        """,
    ),
    case(
        "after-try-whose-handlers-all-leave",
        """
        def f(x):
            try:
                return g(x)
            except KeyError:
                raise
            except ValueError:
                return None
            log(x)
        """,
        """
        def f(x):
            try:
                return g(x)
            except KeyError:
                raise
            except ValueError:
                return None
        """,
    ),
    case(
        "after-finally-that-leaves",
        """
        def f(x):
            try:
                g(x)
            finally:
                return x
            log(x)
        """,
        """
        def f(x):
            try:
                g(x)
            finally:
                return x
        """,
    ),
    case(
        "after-an-endless-loop",
        """
        def f(queue):
            while True:
                for item in queue:
                    if item:
                        break
                else:
                    continue
                work(item)
            close(queue)
        """,
        """
        def f(queue):
            while True:
                for item in queue:
                    if item:
                        break
                else:
                    continue
                work(item)
        """,
    ),
    case(
        "after-a-match-with-a-wildcard",
        """
        def f(x):
            match x:
                case 1:
                    return "one"
                case _:
                    return "more"
            log(x)
        """,
        """
        def f(x):
            match x:
                case 1:
                    return "one"
                case _:
                    return "more"
        """,
    ),
    case(
        "binding-a-name-that-live-code-binds-too",
        """
        def f(x):
            y = x
            if y:
                return y
                y = 2
            return y + 1
        """,
        """
        def f(x):
            y = x
            if y:
                return y
            return y + 1
        """,
    ),
    case(
        "with-one-of-several-yields",
        """
        def f(x):
            yield x
            if x:
                return
                yield x + 1
                log(x)
            yield x + 2
        """,
        """
        def f(x):
            yield x
            if x:
                return
            yield x + 2
        """,
    ),
    case(
        "a-copy-and-something-more",
        """
        def f(x):
            return g(x)
            log(x)
            return g(x)
        """,
        """
        def f(x):
            return g(x)
        """,
    ),
]


@pytest.mark.parametrize(("before", "after"), OTHER_UNREACHABLE)
def test_offers_to_remove_other_unreachable_code(before: str, after: str) -> None:
    rewritten(codemod, before, after, safety=Safety.REVIEW)


NOT_UNREACHABLE = [
    case(
        "the-if-has-no-else",
        """
        def f(x):
            if x:
                return g(x)
            return g(x)
        """,
    ),
    case(
        "one-branch-goes-on",
        """
        def f(x):
            if x:
                return 1
            else:
                log(x)
            return 2
        """,
    ),
    case(
        "one-handler-goes-on",
        """
        def f(x):
            try:
                return g(x)
            except KeyError:
                log(x)
            return g(x)
        """,
    ),
    case(
        "with-may-suppress",
        """
        def f(x):
            with suppress(KeyError):
                return g(x)
            return g(x)
        """,
    ),
    case(
        "with-may-suppress-what-is-raised",
        """
        def f(x):
            with pytest.raises(KeyError):
                raise KeyError(x)
            return x
        """,
    ),
    case(
        "assert-may-be-off",
        """
        def f(x):
            assert False
            return g(x)
        """,
    ),
    case(
        "sys-exit-may-be-mocked",
        """
        def f(x):
            sys.exit(1)
            return g(x)
        """,
    ),
    case(
        "the-loop-has-a-break",
        """
        def f(queue):
            while True:
                if queue.closed:
                    break
            return g(queue)
        """,
    ),
    case(
        "a-break-in-the-else-of-an-inner-loop-ends-the-outer-one",
        """
        def f(queue):
            while True:
                for item in queue:
                    work(item)
                else:
                    break
            return g(queue)
        """,
    ),
    case(
        "the-loop-has-a-test",
        """
        def f(queue):
            while queue:
                return g(queue)
            return g(queue)
        """,
    ),
    case(
        "the-wildcard-has-a-guard",
        """
        def f(x):
            match x:
                case 1:
                    return "one"
                case _ if x > 1:
                    return "more"
            log(x)
        """,
    ),
    case(
        "a-raise-that-guards-what-cannot-happen",
        """
        def f(x):
            while True:
                return g(x)
            raise AssertionError("unreachable")
        """,
    ),
    case(
        "a-plain-return-for-the-type-checker",
        """
        def f(x):
            while True:
                work(x)
            return None
        """,
    ),
    case(
        "assert-never",
        """
        def f(x):
            if x:
                return 1
            else:
                return 2
            assert_never(x)
        """,
    ),
    case(
        "a-yield-that-makes-a-generator",
        """
        async def nothing():
            return
            yield
        """,
    ),
    case(
        "a-yield-that-makes-a-generator-of-an-abstract-method",
        """
        class Source:
            async def rows(self):
                raise NotImplementedError
                yield {}
        """,
    ),
    case(
        "the-author-knows",
        """
        def f(x):
            return x
            log(x)  # pragma: no cover
        """,
    ),
    case(
        "two-functions",
        """
        def f(x):
            return g(x)

        def h(x):
            return g(x)
        """,
    ),
]


@pytest.mark.parametrize("text", NOT_UNREACHABLE)
def test_leaves_code_that_runs_or_is_meant(text: str) -> None:
    untouched(codemod, text)


REPORTED_UNREACHABLE = [
    case(
        "the-only-yield",
        """
        def f(x):
            raise NotImplementedError
            for y in x:
                yield y
        """,
        "only `yield`",
    ),
    case(
        "the-only-binding-of-a-name-that-is-read",
        """
        x = 1

        def f():
            print(x)
            return
            x = 2
        """,
        "only this code makes `x` local",
    ),
    case(
        "the-only-binding-of-a-name-that-an-inner-function-reads",
        """
        def f():
            def g():
                return helper()
            return g
            import helper
        """,
        "only this code makes `helper` local",
    ),
    case(
        "a-global-declaration",
        """
        def f():
            return 1
            global x
            x = 2
        """,
        "declares a name global",
    ),
    case(
        "methods-that-lost-their-place",
        """
        def get_manager():
            return manager

            def close(self):
                self.stop()
        """,
        "indented less",
    ),
    case(
        "one-line",
        """
        def f(x):
            return x; log(x)
        """,
        "shares its line",
    ),
    case(
        "a-copy-in-one-line",
        """
        def f(x):
            if x: return x; return x
        """,
        "shares its line",
    ),
]


@pytest.mark.parametrize(("text", "reason"), REPORTED_UNREACHABLE)
def test_reports_unreachable_code_that_the_function_needs(text: str, reason: str) -> None:
    untouched(codemod, text, reason=reason)


def test_a_copy_with_a_comment_of_its_own_is_for_review() -> None:
    before = """
        def f(x):
            return g(x)
            # workaround for #12
            return g(x)
        """
    [finding] = findings_of(codemod, before)
    assert (finding.safety, finding.span.line) == (Safety.REVIEW, 4)
    assert finding.reason == "this comment would go with it: # workaround for #12"
    rewritten(
        codemod, before, "def f(x):\n    return g(x)\n", safety=Safety.REVIEW, loses=["# workaround for #12"]
    )


def test_what_a_test_does_not_reach_is_only_reported() -> None:
    text = "def test_x():\n    return\n    assert f()\n"
    untouched(codemod, {"tests/test_x.py": text}, reason="only a person can say")
    nested = "def test_x():\n    def raiser():\n        raise ValueError\n        log()\n    check(raiser)\n"
    untouched(codemod, {"tests/test_x.py": nested})


# --- repeated runs -------------------------------------------------------------------------------

REPEATED_RUNS = [
    case(
        "constant",
        """
        def f():
            retries = 3
            retries = 3
            return retries
        """,
        """
        def f():
            retries = 3
            return retries
        """,
    ),
    case(
        "get-of-a-mapping",
        """
        def f(result):
            metadata = result.get("metadata", {})
            metadata = result.get("metadata", {})
            return metadata
        """,
        """
        def f(result):
            metadata = result.get("metadata", {})
            return metadata
        """,
    ),
    case(
        "attribute-subscript-and-f-string",
        """
        def f(request):
            user = request.user
            key = request.headers["key"]
            label = f"{user}:{key}"
            user = request.user
            key = request.headers["key"]
            label = f"{user}:{key}"
            return label
        """,
        """
        def f(request):
            user = request.user
            key = request.headers["key"]
            label = f"{user}:{key}"
            return label
        """,
    ),
    case(
        "guard",
        """
        def f(user):
            if user is None:
                log("no user")
                raise HTTPException(status_code=404)
            if user is None:
                log("no user")
                raise HTTPException(status_code=404)
            return user
        """,
        """
        def f(user):
            if user is None:
                log("no user")
                raise HTTPException(status_code=404)
            return user
        """,
    ),
    case(
        "guard-by-isinstance",
        """
        def f(x):
            if not isinstance(x, str):
                raise TypeError(x)
            if not isinstance(x, str):
                raise TypeError(x)
            return x
        """,
        """
        def f(x):
            if not isinstance(x, str):
                raise TypeError(x)
            return x
        """,
    ),
    case(
        "default",
        """
        def f(x, y):
            if x is None:
                y = 1
            if x is None:
                y = 1
            return y
        """,
        """
        def f(x, y):
            if x is None:
                y = 1
            return y
        """,
    ),
    case(
        "logger",
        """
        import logging

        logger = logging.getLogger(__name__)

        logger = logging.getLogger(__name__)


        def f():
            pass
        """,
        """
        import logging

        logger = logging.getLogger(__name__)


        def f():
            pass
        """,
    ),
    case(
        "imports-and-constants-three-times",
        """
        import re
        import time

        STATES = {
            "draft",
            "done",
        }


        import re
        import time

        STATES = {
            "draft",
            "done",
        }


        import re
        import time

        STATES = {
            "draft",
            "done",
        }


        def f():
            pass
        """,
        """
        import re
        import time

        STATES = {
            "draft",
            "done",
        }


        def f():
            pass
        """,
    ),
    case(
        "field-of-a-model",
        """
        class Item(BaseModel):
            name: str
            price: float | None = None
            price: float | None = None
            tags: list[str]
        """,
        """
        class Item(BaseModel):
            name: str
            price: float | None = None
            tags: list[str]
        """,
    ),
    case(
        "a-name-that-the-run-sets-first",
        """
        def f(x):
            a = x
            b = a
            a = 5
            a = x
            b = a
            a = 5
            return a, b
        """,
        """
        def f(x):
            a = x
            b = a
            a = 5
            return a, b
        """,
    ),
    case(
        "pass",
        """
        def f():
            pass
            pass
        """,
        """
        def f():
            pass
        """,
    ),
    case(
        "the-larger-gap-stays",
        """
        def f():
            x = 1

            x = 1
            return x
        """,
        """
        def f():
            x = 1

            return x
        """,
    ),
    case(
        "in-try",
        """
        def f(x):
            try:
                y = x.y
                y = x.y
            except AttributeError:
                y = None
            return y
        """,
        """
        def f(x):
            try:
                y = x.y
            except AttributeError:
                y = None
            return y
        """,
    ),
    case(
        "between-comments-of-others",
        """
        def f():
            # one
            x = 1
            x = 1
            # two
            y = 2
            return x, y
        """,
        """
        def f():
            # one
            x = 1
            # two
            y = 2
            return x, y
        """,
    ),
]


@pytest.mark.parametrize(("before", "after"), REPEATED_RUNS)
def test_removes_a_repeated_run(before: str, after: str) -> None:
    rewritten(codemod, before, after)


CHANGING_RUNS = [
    case("an-input-is-changed", "def f(a, b):\n    a, b = b, a + b\n    a, b = b, a + b\n    return a\n"),
    case(
        "a-later-statement-changes-an-input",
        "def f(a, b):\n    x = a\n    a = b\n    x = a\n    a = b\n    return x\n",
    ),
    case("augmented", "def f(i):\n    i += 1\n    i += 1\n    return i\n"),
    case("next", "def f(rows):\n    row = next(rows)\n    row = next(rows)\n    return row\n"),
    case(
        "readline", "def f(file):\n    line = file.readline()\n    line = file.readline()\n    return line\n"
    ),
    case(
        "get-of-a-client",
        "def f(client):\n    r = client.get('/x')\n    r = client.get('/x')\n    return r\n",
    ),
    case("get-of-a-queue", "def f(queue):\n    x = queue.get()\n    x = queue.get()\n    return x\n"),
    case("await", "async def f(q):\n    x = await q.y\n    x = await q.y\n    return x\n"),
    case("yield", "def f():\n    x = yield\n    x = yield\n    return x\n"),
    case("walrus", "def f(a):\n    x = (y := a)\n    a = y\n    x = (y := a)\n    a = y\n    return x\n"),
    case("append", "def f(x):\n    x.append('')\n    x.append('')\n"),
    case("sleep", "import time\n\ndef f():\n    time.sleep(1)\n    time.sleep(1)\n"),
    case("await-sleep", "async def f():\n    await asyncio.sleep(0)\n    await asyncio.sleep(0)\n"),
    case("router", "app.include_router(router)\napp.include_router(router)\n"),
    case("an-annotation-is-changed", "class A:\n    x: T = 1\n    T = int\n    x: T = 1\n    T = int\n"),
    case("delete", "def f(x):\n    del x[0]\n    del x[0]\n"),
    case(
        "delete-in-if",
        "def f(x):\n    if x[-1] == 0:\n        del x[-1]\n    if x[-1] == 0:\n        del x[-1]\n",
    ),
    case("assert-of-a-call", "def f(x):\n    assert x.step()\n    assert x.step()\n"),
    case("not-at-once", "def f(x):\n    y = x.a\n    x.change()\n    y = x.a\n    return y\n"),
    case("del-between", "def f():\n    x = 1\n    del x\n    x = 1\n    return x\n"),
    case("another-value", "def f():\n    x = 1\n    x = 2\n    return x\n"),
    case("another-type", "def f():\n    x = 1\n    x = True\n    x = 1.0\n    return x\n"),
    case("another-name", "def f():\n    x = 1\n    y = 1\n    return x, y\n"),
    case(
        "guard-after-a-change",
        "def f(x):\n    if not x:\n        return\n    x = 0\n    if not x:\n        return\n    g()\n",
    ),
    case(
        "guard-that-does-not-leave",
        "def f(x):\n    if x is None:\n        x = g()\n    if x is None:\n        x = g()\n    return x\n",
    ),
    case(
        "a-stored-attribute-is-read",
        "def f(s):\n    t = s.a\n    s.a = 2\n    t = s.a\n    s.a = 2\n    return t\n",
    ),
    case("an-item-is-computed-from-itself", "def f(d):\n    d['n'] = d['n'] + 1\n    d['n'] = d['n'] + 1\n"),
    case(
        "unpacking-an-iterator-in-one-line", "def f(rows):\n    a, b = rows\n    a, b = rows\n    return a\n"
    ),
]


@pytest.mark.parametrize("text", CHANGING_RUNS)
def test_leaves_runs_that_do_something_the_second_time(text: str) -> None:
    untouched(codemod, text)


REPORTED_RUNS = [
    case(
        "a-call-over-several-lines",
        """
        def f():
            audit = {
                "at": now(),
            }
            audit = {
                "at": now(),
            }
            return audit
        """,
        "calls or iterates",
    ),
    case(
        "several-calls",
        """
        def f(y):
            yy = y.view(float)
            size = prod(yy.shape)
            yy = y.view(float)
            size = prod(yy.shape)
            return size
        """,
        "calls or iterates",
    ),
    case(
        "a-second-router",
        """
        router = APIRouter()
        router = APIRouter()
        """,
        "calls or iterates",
    ),
    case(
        "a-guard-that-calls",
        """
        def f(user):
            if not user.may_read():
                raise PermissionError
            if not user.may_read():
                raise PermissionError
            return user
        """,
        "calls or iterates",
    ),
    case(
        "on-one-line",
        """
        def f():
            x = 0; x = 0
            return x
        """,
        "shares its line",
    ),
]


@pytest.mark.parametrize(("text", "reason"), REPORTED_RUNS)
def test_reports_runs_that_may_do_something_the_second_time(text: str, reason: str) -> None:
    untouched(codemod, text, reason=reason)


def test_repeated_attributes_and_items_are_for_review() -> None:
    before = """
        class Client:
            def __init__(self, options):
                self.closed = False
                options["retries"] = 3
                self.closed = False
                options["retries"] = 3
                self.options = options
        """
    after = """
        class Client:
            def __init__(self, options):
                self.closed = False
                options["retries"] = 3
                self.options = options
        """
    rewritten(codemod, before, after, safety=Safety.REVIEW)
    [finding] = findings_of(codemod, before)
    assert finding.reason == "a property or `__setitem__` would be set once less"


def test_a_comment_above_a_removed_statement_moves_to_the_next_one() -> None:
    before = """
        import logging
        logger = logging.getLogger(__name__)

        # --- injected ---
        logger = logging.getLogger(__name__)

        # The function.
        function = None


        def f(x):
            y = x.y

            # load settings
            y = x.y
            if x:
                z = x.z

                # again
                z = x.z

            return y
        """
    after = """
        import logging
        logger = logging.getLogger(__name__)

        # --- injected ---

        # The function.
        function = None


        def f(x):
            y = x.y

            # load settings
            if x:
                z = x.z

            return y
        """
    reasons = [finding.reason for finding in findings_of(codemod, before)]
    assert reasons == [
        "this comment would stay, above other code: # --- injected ---",
        "this comment would stay, above other code: # load settings",
        "this comment would go with it: # again",
    ]
    rewritten(codemod, before, after, safety=Safety.REVIEW, loses=["# again"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("once-more-is-for-review", "def test_x():\n    a = b.c\n    a = b.c\n", [(3, "review")]),
        case("spelled-otherwise", "def test_x():\n    a = 0xFF\n    a = 0xff\n", []),
        case("setter", "def test_x():\n    a.b = 1\n    a.b = 1\n", []),
        case("call", "def test_x():\n    a = b(\n        1)\n    a = b(\n        1)\n", []),
    ],
)
def test_tests_do_things_twice_on_purpose(text: str, expected: list[tuple[int, str]]) -> None:
    assert found(text, "tests/test_x.py") == expected


# --- imports -------------------------------------------------------------------------------------

REPEATED_IMPORTS = [
    case(
        "the-same-again",
        """
        import os
        from unittest.mock import patch
        import sys
        from unittest.mock import patch
        import os

        value = os.environ
        """,
        """
        import os
        from unittest.mock import patch
        import sys

        value = os.environ
        """,
    ),
    case(
        "one-of-several-names",
        """
        from fastapi import APIRouter, File
        from fastapi import Depends, File
        from typing import Any, Any as Anything, Any
        """,
        """
        from fastapi import APIRouter, File
        from fastapi import Depends
        from typing import Any, Any as Anything
        """,
    ),
    case(
        "one-of-several-lines",
        """
        from core.types import AgentStatus, NeedType
        from core.types import (
            AgentStatus,
            Confidence,
            NeedType,
        )
        """,
        """
        from core.types import AgentStatus, NeedType
        from core.types import (
            Confidence,
        )
        """,
    ),
    case(
        "the-last-line-without-a-comma",
        """
        from core.types import AgentStatus
        from core.types import (
            Confidence,
            AgentStatus
        )
        """,
        """
        from core.types import AgentStatus
        from core.types import (
            Confidence
        )
        """,
    ),
    case(
        "a-plain-import-of-several",
        """
        import json
        import re, json, time
        """,
        """
        import json
        import re, time
        """,
    ),
    case(
        "the-first-of-its-section",
        """
        import os
        import sys

        import os
        import httpx
        """,
        """
        import os
        import sys

        import httpx
        """,
    ),
    case(
        "between-functions",
        """
        import re


        def f():
            return re


        import re


        def g():
            return re
        """,
        """
        import re


        def f():
            return re


        def g():
            return re
        """,
    ),
    case(
        "relative",
        """
        from . import models
        from .db import session
        from . import models
        """,
        """
        from . import models
        from .db import session
        """,
    ),
    case(
        "submodules-of-one-package",
        """
        import google.cloud.storage
        import google.cloud.firestore
        import google.cloud.storage
        """,
        """
        import google.cloud.storage
        import google.cloud.firestore
        """,
    ),
    case(
        "in-a-function",
        """
        def f(x):
            import json
            y = json.loads(x)
            import json
            return json.dumps(y)
        """,
        """
        def f(x):
            import json
            y = json.loads(x)
            return json.dumps(y)
        """,
    ),
    case(
        "future",
        """
        from __future__ import annotations

        from __future__ import annotations
        import typer
        """,
        """
        from __future__ import annotations

        import typer
        """,
    ),
    case(
        "last-in-the-file",
        """
        import os
        x = os.sep

        import os
        """,
        """
        import os
        x = os.sep
        """,
    ),
]


@pytest.mark.parametrize(("before", "after"), REPEATED_IMPORTS)
def test_removes_a_repeated_import(before: str, after: str) -> None:
    rewritten(codemod, before, after)


OTHER_IMPORTS = [
    case("another-alias", "import numpy\nimport numpy as np\n"),
    case("an-explicit-reexport", "from a import b\nfrom a import b as b\n"),
    case("another-module", "from a import x\nfrom b import x\n"),
    case("another-level", "from .a import x\nfrom ..a import x\n"),
    case("a-submodule", "import a\nimport a.b\n"),
    case("in-another-scope", "import json\n\ndef f():\n    import json\n    return json\n"),
    case("in-two-functions", "def f():\n    import json\n    return json\n\ndef g():\n    import json\n    return json\n"),
    case("rebound-between", "import json\njson = None\nimport json\n"),
    case("rebound-by-another-import", "import json\nimport ujson as json\nimport json\n"),
    case("rebound-by-a-definition", "from a import f\ndef f(): ...\nfrom a import f\n"),
    case("rebound-in-a-block", "import json\nif slow:\n    json = fast\nimport json\n"),
    case("rebound-by-a-loop", "import json\nfor json in x:\n    pass\nimport json\n"),
    case("rebound-by-a-function", "import json\ndef f():\n    global json\n    import ujson as json\nf()\nimport json\n"),
    case("deleted-between", "import json\ndel json\nimport json\n"),
    case("unloaded-between", "import sys\nimport a\ndel sys.modules['a']\nimport a\n"),
    case("reloaded-between", "from a import b\nimportlib.reload(a)\nfrom a import b\n"),
    case("patched-between", "import a\nfrom a import b\na.b = None\nfrom a import b\n"),
    case("monkeypatched-between", "from socket import socket\nmonkey.patch_all()\nfrom socket import socket\n"),
    case("in-try", "try:\n    import a\n    x = a.b\n    import a\nexcept ImportError:\n    a = None\n"),
    case("an-alternative", "try:\n    import json\nexcept ImportError:\n    import simplejson as json\nimport json\n"),
    case("for-type-checkers", "if TYPE_CHECKING:\n    from a import B\nelse:\n    from a import C as B\nfrom a import B\n"),
    case("by-version", "if sys.version_info > (3, 11):\n    import tomllib\nelse:\n    import tomli as tomllib\n"),
    case("star", "from a import *\nx = 1\nfrom a import *\n"),
    case("a-late-future-is-an-error-that-tests-want", "from __future__ import generators\nimport a\nfrom __future__ import generators\n"),
    case("the-author-knows", "import a\nx = a.b\nimport a  # noqa: F811\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", OTHER_IMPORTS)
def test_leaves_imports_that_differ_or_are_undone(text: str) -> None:
    untouched(codemod, text)


def test_an_import_on_a_shared_line_is_only_reported() -> None:
    untouched(codemod, "import os; import sys\nx = 1\nimport re; import os\n", reason="shares its line")


@pytest.mark.parametrize(
    "text",
    [
        case("on-its-line", "from a import b\nfrom a import (\n    b,  # why\n    c,\n)\n"),
        case("above-it", "from a import b\nfrom a import (\n    c,\n    # why\n    b,\n)\n"),
        case(
            "above-the-next-when-it-is-the-first",
            "from a import b\nfrom a import (\n    b,\n    # why\n    c,\n)\n",
        ),
    ],
)
def test_a_comment_beside_a_repeated_name_is_in_the_way(text: str) -> None:
    untouched(codemod, text, reason="this comment is in the way: # why")


def test_a_test_may_import_again_after_a_call() -> None:
    text = "def test_x():\n    import a\n    unload('a')\n    import a\n"
    assert found(text, "tests/test_x.py") == []
    assert found(text, "app/x.py") == [(4, "safe")]
    assert found(text.replace("    unload('a')\n", ""), "tests/test_x.py") == [(3, "review")]


# --- definitions ---------------------------------------------------------------------------------

REPEATED_DEFINITIONS = [
    case(
        "function",
        """
        import re


        def one(x):
            return re.compile(x)


        def two(x):
            return x


        def one(x):
            return re.compile(x)
        """,
        """
        import re


        def two(x):
            return x


        def one(x):
            return re.compile(x)
        """,
    ),
    case(
        "first-method-of-a-class",
        """
        class Service:
            def get(self):
                return 1

            @property
            def name(self):
                return "service"

            def get(self):
                return 1
        """,
        """
        class Service:
            @property
            def name(self):
                return "service"

            def get(self):
                return 1
        """,
    ),
    case(
        "method-after-a-docstring",
        '''
        class Service:
            """Serves."""

            def get(self):
                return 1
            def put(self):
                return 2

            def get(self):
                return 1
        ''',
        '''
        class Service:
            """Serves."""

            def put(self):
                return 2

            def get(self):
                return 1
        ''',
    ),
    case(
        "class",
        """
        class NotFound(Exception):
            pass


        class Failed(Exception):
            pass


        class NotFound(Exception):
            pass
        """,
        """
        class Failed(Exception):
            pass


        class NotFound(Exception):
            pass
        """,
    ),
    case(
        "used-only-by-what-runs-later",
        """
        def helper():
            return 1


        def main():
            return helper()


        def helper():
            return 1
        """,
        """
        def main():
            return helper()


        def helper():
            return 1
        """,
    ),
    case(
        "inside-a-function",
        """
        def outer():
            def inner():
                return 1

            def inner():
                return 1

            return inner
        """,
        """
        def outer():
            def inner():
                return 1

            return inner
        """,
    ),
    case(
        "async-with-its-comment",
        """
        # Fetches.
        async def fetch(url, timeout=5):
            return await get(url, timeout)


        # Fetches.
        async def fetch(url, timeout=5):
            return await get(url, timeout)
        """,
        """
        # Fetches.
        async def fetch(url, timeout=5):
            return await get(url, timeout)
        """,
    ),
]


@pytest.mark.parametrize(("before", "after"), REPEATED_DEFINITIONS)
def test_removes_the_first_of_two_equal_definitions(before: str, after: str) -> None:
    rewritten(codemod, before, after)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        case(
            "code-runs-between",
            "def f():\n    return 1\n\n\nmain()\n\n\ndef f():\n    return 1\n",
            "line 5 runs code while this one stands",
        ),
        case(
            "a-route-is-registered-between",
            "def f():\n    return 1\n\n\n@app.get('/')\ndef g():\n    return f()\n\n\ndef f():\n    return 1\n",
            "line 6 runs code while this one stands",
        ),
        case(
            "a-base-class-may-register-it",
            "class Item(Base):\n    x = 1\n\n\nclass Item(Base):\n    x = 1\n",
            "defining it may do something: it has base classes or default values",
        ),
        case(
            "a-default-value-is-computed",
            "class A:\n    def f(self, x=make()):\n        return x\n\n    def f(self, x=make()):\n        return x\n",
            "defining it may do something: it has base classes or default values",
        ),
        case(
            "a-comment-of-its-own",
            "# Old.\ndef f():\n    return 1\n\n\n# New.\ndef f():\n    return 1\n",
            "this comment would stay, above other code: # Old.",
        ),
    ],
)
def test_equal_definitions_are_for_review_when(text: str, reason: str) -> None:
    [finding] = findings_of(codemod, text)
    assert (finding.safety, finding.reason) == (Safety.REVIEW, reason)


NOT_REPLACED = [
    case("used-between", "def f():\n    return 1\n\nx = f()\n\ndef f():\n    return 1\n"),
    case("decorated-between", "def f(g):\n    return g\n\n@f\ndef h(): ...\n\ndef f(g):\n    return g\n"),
    case("wrapped-between", "def f():\n    return 1\n\nf = cache(f)\n\ndef f():\n    return 1\n"),
    case("deleted-between", "def f():\n    return 1\n\ndel f\n\ndef f():\n    return 1\n"),
    case("annotated-between", "class A:\n    pass\n\ndef f(a: A): ...\n\nclass A:\n    pass\n"),
    case("annotated-in-quotes", "class A:\n    pass\n\ndef f(a: 'list[A]'): ...\n\nclass A:\n    pass\n"),
    case("a-base-of-the-later-one", "class A:\n    pass\n\nclass A(A):\n    pass\n"),
    case("read-through-globals", "def f():\n    return 1\n\nx = globals()['f']\n\ndef f():\n    return 1\n"),
    case(
        "overload",
        "@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\ndef f(x):\n    return x\n",
    ),
    case(
        "typing-overload-with-the-same-signature",
        "class A:\n    @typing.overload\n    def f(self): ...\n    @typing.overload\n    def f(self): ...\n    def f(self): ...\n",
    ),
    case(
        "overload-under-another-decorator",
        "@transform(x=1)\n@overload\ndef f(x: int): ...\n@transform(x=1)\n@overload\ndef f(x: str): ...\n",
    ),
    case(
        "setter",
        "class A:\n    @property\n    def x(self):\n        return 1\n\n    @x.setter\n    def x(self, value):\n        pass\n",
    ),
    case("singledispatch", "@singledispatch\ndef f(x): ...\n\n@f.register\ndef f(x: int): ...\n"),
    case("register-underscore", "@f.register\ndef _(x: int): ...\n\n@f.register\ndef _(x: str): ...\n"),
    case("two-routes", "@app.get('/a')\ndef read(): ...\n\n@app.get('/b')\ndef read(): ...\n"),
    case("two-commands-by-a-plain-decorator", "@task\ndef run():\n    a()\n\n@task\ndef run():\n    b()\n"),
    case("alternatives-by-version", "if new:\n    def f():\n        return 1\nelse:\n    def f():\n        return 2\n"),
    case("a-fallback", "try:\n    from a import f\nexcept ImportError:\n    def f():\n        return 1\n"),
    case("a-fallback-in-try", "try:\n    def f():\n        return 1\n    risky()\n    def f():\n        return 1\nexcept E:\n    pass\n"),
    case("only-if", "def f():\n    return 1\n\nif slow:\n    def f():\n        return 1\n"),
    case("in-two-classes", "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n"),
    case("the-author-knows", "def f():\n    return 1\n\n\ndef f():  # noqa: F811\n    return 2\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_REPLACED)
def test_leaves_definitions_that_are_used_or_alternatives(text: str) -> None:
    untouched(codemod, text)


REPORTED_DEFINITIONS = [
    case(
        "another-body",
        "def f():\n    return 1\n\ndef g():\n    f()\n\ndef f():\n    return 2\n",
        "the two differ",
    ),
    case("another-signature", "class A:\n    def f(self): ...\n    def f(self, x): ...\n", "the two differ"),
    case(
        "a-fixture",
        "@pytest.fixture\ndef f():\n    return 1\n\n@pytest.fixture\ndef f():\n    return 1\n",
        "have run",
    ),
    case(
        "a-validator",
        "class A(BaseModel):\n    @field_validator('a')\n    def check(cls, v):\n        return v\n\n"
        "    @field_validator('b')\n    def check(cls, v):\n        return v\n",
        "the two differ",
    ),
    case(
        "the-same-route",
        "@router.post('/log')\nasync def log(x):\n    return 1\n\n@router.post('/log')\nasync def log(x):\n    return 2\n",
        "for the framework to say",
    ),
    case(
        "the-same-route-and-body",
        "@router.post('/log')\nasync def log(x):\n    return 1\n\n@router.post('/log')\nasync def log(x):\n    return 1\n",
        "for the framework to say",
    ),
]


@pytest.mark.parametrize(("text", "reason"), REPORTED_DEFINITIONS)
def test_reports_definitions_that_only_a_person_can_choose_from(text: str, reason: str) -> None:
    untouched(codemod, text, reason=reason)


def test_what_a_comment_says_inside_a_definition_is_not_about_the_definition() -> None:
    text = "def f():\n    return g()  # pragma: no cover\n\n\ndef f():\n    return g()  # pragma: no cover\n"
    assert found(text) == [(1, "safe")]


TESTS_OF_ONE_NAME = [
    case("functions", "def test_a():\n    assert f(1)\n\ndef test_a():\n    assert f(2)\n"),
    case(
        "parametrised",
        "@pytest.mark.parametrize('x', [1])\ndef test_a(x):\n    assert x\n\n"
        "@pytest.mark.parametrize('x', [2])\ndef test_a(x):\n    assert x\n",
    ),
    case(
        "methods",
        "class TestA:\n    def test_a(self):\n        f(1)\n\n    def test_a(self):\n        f(2)\n",
    ),
    case("classes", "class TestA:\n    x = f()\n\nclass TestA:\n    x = g()\n"),
]


@pytest.mark.parametrize("text", TESTS_OF_ONE_NAME)
def test_tests_of_one_name_are_to_be_renamed(text: str) -> None:
    untouched(codemod, {"tests/test_a.py": text}, reason="give one of the two another name")


def test_a_test_may_define_a_function_several_times() -> None:
    text = "def test_a():\n    def f(x): ...\n    def f(*, x): ...\n"
    untouched(codemod, {"tests/test_a.py": text})


# --- branches ------------------------------------------------------------------------------------

EQUAL_BRANCHES = [
    case(
        "neighbours",
        """
        def f(kind, x):
            if kind == "a":
                y = g(x)
                send(y)
            elif kind == "b":
                y = g(x)
                send(y)
            else:
                drop(x)
        """,
        """
        def f(kind, x):
            if kind == "a" or kind == "b":
                y = g(x)
                send(y)
            else:
                drop(x)
        """,
    ),
    case(
        "three-in-the-middle-of-a-chain",
        """
        def f(kind, x):
            if kind == "z":
                return
            elif kind == "a" and x:
                y = g(x)
                send(y)

            elif kind == "b" if x else kind:
                y = g(x)
                send(y)
            elif kind == "c":
                y = g(x)
                send(y)
            else:
                drop(x)
        """,
        """
        def f(kind, x):
            if kind == "z":
                return
            elif (kind == "a" and x) or (kind == "b" if x else kind) or kind == "c":
                y = g(x)
                send(y)
            else:
                drop(x)
        """,
    ),
    case(
        "one-long-statement",
        """
        if a:
            for x in y:
                if x:
                    g(x)
        elif b:
            for x in y:
                if x:
                    g(x)
        """,
        """
        if a or b:
            for x in y:
                if x:
                    g(x)
        """,
    ),
    case(
        "if-and-else",
        """
        def f(self, n):
            # sample
            if self.n == 0:
                self.c = self.sample(n)  # points
            else:
                self.c = self.sample(n)  # points

            return self.c
        """,
        """
        def f(self, n):
            # sample
            self.c = self.sample(n)  # points

            return self.c
        """,
    ),
    case(
        "last-branch-and-else",
        """
        def f(a, b):
            if a:
                kind = "x"
            elif b is None:
                kind = "overlap"
                severity = "warning"
            else:
                kind = "overlap"
                severity = "warning"
            return kind
        """,
        """
        def f(a, b):
            if a:
                kind = "x"
            else:
                kind = "overlap"
                severity = "warning"
            return kind
        """,
    ),
    case(
        "else-with-an-if-inside",
        """
        def f(a, b):
            if a:
                log(a)
            else:
                if b:
                    x = 1
                    y = 2
                else:
                    x = 1
                    y = 2
        """,
        """
        def f(a, b):
            if a:
                log(a)
            else:
                x = 1
                y = 2
        """,
    ),
]


@pytest.mark.parametrize(("before", "after"), EQUAL_BRANCHES)
def test_joins_equal_branches_for_review(before: str, after: str) -> None:
    rewritten(codemod, before, after, safety=Safety.REVIEW)


OTHER_BRANCHES = [
    case("pass", "if a:\n    pass\nelif b:\n    pass\n"),
    case("pass-and-else", "if a:\n    pass\nelse:\n    pass\n"),
    case("return-a-constant", "def f(a, b):\n    if a:\n        return False\n    elif b:\n        return False\n    return True\n"),
    case("continue", "for x in y:\n    if a:\n        continue\n    elif b:\n        continue\n    g(x)\n"),
    case("one-short-call", "if kind == 1:\n    visit(x)\nelif kind == 2:\n    visit(x)\n"),
    case("the-last-case-of-a-list", "if a:\n    x = 1\nelif b:\n    x = 2\nelse:\n    x = 2\n"),
    case("not-neighbours", "if a:\n    f()\n    g()\nelif b:\n    h()\nelif c:\n    f()\n    g()\n"),
    case("another-body", "if a:\n    f()\n    g()\nelif b:\n    g()\n    f()\n"),
    case("two-ifs", "if a:\n    f()\n    g()\nif b:\n    f()\n    g()\n"),
    case("each-case-explains-itself", "if a:\n    # one\n    f()\n    g()\nelif b:\n    # two\n    f()\n    g()\n"),
    case("the-elif-explains-itself", "if a:\n    f()\n    g()\n# unless\nelif b:\n    f()\n    g()\n"),
    case("the-else-explains-itself", "if a:\n    f()\n    g()\nelse:  # unknown\n    f()\n    g()\n"),
    case("walrus", "if x := a():\n    f()\n    g()\nelif y := b():\n    f()\n    g()\n"),
    case("await", "async def f():\n    if await a():\n        f()\n        g()\n    elif await b():\n        f()\n        g()\n"),
    case("too-long", f"if {'a' * 40}:\n    f()\n    g()\nelif {'b' * 40}:\n    f()\n    g()\n"),
    case("narrowing", "def f(x):\n    if isinstance(x, list):\n        g(x)\n    else:\n        g(x)\n"),
    case("match", "match x:\n    case 1:\n        f()\n        g()\n    case 2:\n        f()\n        g()\n"),
    case("handlers", "try:\n    f()\nexcept A:\n    g()\n    h()\nexcept B:\n    g()\n    h()\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", OTHER_BRANCHES)
def test_leaves_branches_that_list_cases(text: str) -> None:
    untouched(codemod, text)


def test_a_needless_test_that_calls_is_only_reported() -> None:
    untouched(
        codemod, "if lock.acquire():\n    f()\n    g()\nelse:\n    f()\n    g()\n", reason="makes a call"
    )
    untouched(codemod, "if a: f()\nelse: f()\n", reason="shares its line")


# --- dictionaries --------------------------------------------------------------------------------

REPEATED_KEYS = [
    case(
        "one-line",
        """
        x = {"name": "a", "name": "a"}
        y = {"name": 1, "b": 2, "name": 1, "c": 3}
        """,
        """
        x = {"name": "a"}
        y = {"name": 1, "b": 2, "c": 3}
        """,
    ),
    case(
        "several-lines",
        """
        ICONS = {
            # herbs
            "pepper": "green",  # a
            "salt": "white",  # b
            "pepper": "green",
            # sauces
            "soy": "brown",
        }
        """,
        """
        ICONS = {
            # herbs
            "pepper": "green",  # a
            "salt": "white",  # b
            # sauces
            "soy": "brown",
        }
        """,
    ),
    case(
        "last-line",
        """
        ICONS = {
            "pepper": "green",
            "salt": "white",  # b
            "pepper": "green",
        }
        """,
        """
        ICONS = {
            "pepper": "green",
            "salt": "white",  # b
        }
        """,
    ),
    case(
        "last-line-without-a-comma",
        """
        def f(x):
            return {
                Q.a: x,
                Q.b: x.y,
                Q.a: x
            }
        """,
        """
        def f(x):
            return {
                Q.a: x,
                Q.b: x.y
            }
        """,
    ),
    case(
        "comments-of-other-entries-stay",
        """
        ICONS = {
            "pepper": "green", "salt": "white",
            "pepper": "green", "soy": "brown",
            "oil": "yellow",  # olive
            "salt": "white"
        }
        """,
        """
        ICONS = {
            "pepper": "green", "salt": "white",
            "soy": "brown",
            "oil": "yellow"  # olive
        }
        """,
    ),
    case(
        "literals-among-calls",
        """
        def f(x):
            return {"a": [1], "b": g(x), "a": [1]}
        """,
        """
        def f(x):
            return {"a": [1], "b": g(x)}
        """,
    ),
    case(
        "two-dictionaries-inside-each-other",
        """
        x = {"a": {"b": 1, "b": 1}, "c": 1, "c": 1}
        """,
        """
        x = {"a": {"b": 1}, "c": 1}
        """,
    ),
]


@pytest.mark.parametrize(("before", "after"), REPEATED_KEYS)
def test_removes_a_repeated_entry(before: str, after: str) -> None:
    rewritten(codemod, before, after)


OTHER_KEYS = [
    case("overrides-what-is-unpacked", "x = {'a': 1, **y, 'a': 1}\n"),
    case("another-type", "x = {0: 'off', False: 'off'}\n"),
    case("keys-that-are-calls", "x = {f(): 1, f(): 1}\n"),
    case("in-an-f-string", "x = f\"{ {'a': 1, 'a': 1} }\"\n"),
    case("two-dictionaries", "x = [{'a': 1}, {'a': 1}]\n"),
    case("the-author-knows", "x = {\n    'a': 1,\n    'a': 1,  # noqa: F601\n}\n"),
]


@pytest.mark.parametrize("text", OTHER_KEYS)
def test_leaves_keys_that_differ_or_override(text: str) -> None:
    untouched(codemod, text)


REPORTED_KEYS = [
    case("another-value", "x = {'a': 1, 'b': 2, 'a': 3}\n", "the two values differ"),
    case("another-value-in-between", "x = {'a': 1, 'a': 2, 'a': 1}\n", "the two values differ"),
    case("a-call-made-twice", "x = {'a': f(), 'a': f()}\n", "both are computed"),
    case(
        "a-comment",
        "x = {\n    'a': 1,\n    'b': 2,\n    'a': 1,  # why\n}\n",
        "this comment is in the way: # why",
    ),
    case(
        "a-comment-above",
        "x = {\n    'a': 1,\n    # why\n    'a': 1,\n}\n",
        "this comment is in the way: # why",
    ),
]


@pytest.mark.parametrize(("text", "reason"), REPORTED_KEYS)
def test_reports_keys_with_other_values(text: str, reason: str) -> None:
    untouched(codemod, text, reason=reason)


def test_a_value_that_a_call_in_between_may_change_is_for_review() -> None:
    [finding] = findings_of(codemod, "x = {'a': y.n, 'b': y.next(), 'a': y.n}\n")
    assert finding.safety is Safety.REVIEW


def test_many_lost_values_are_one_finding() -> None:
    [finding] = findings_of(
        codemod, "x = {\n" + "".join(f"    {n}: 0,\n    {n}: {n + 1},\n" for n in range(9)) + "}\n"
    )
    assert finding.span.line == 3
    assert finding.message == "the value that line 2 gives to `0` is lost, and 8 more are lost like it"


# --- all kinds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "# Generated by Django 5.2 on 2025-01-01",
        "# -*- coding: utf-8 -*-\n# Code generated by x. DO NOT EDIT.",
    ],
)
def test_generated_files_are_left_alone(header: str) -> None:
    text = "\nimport a\nx = {1: 1, 1: 1}\nimport a\n"
    untouched(codemod, header + text)
    assert findings_of(codemod, "# Videos that were generated by the model" + text)


LINES = [
    case(
        "unreachable-copy",
        "def f(x):\n    y = g(x)\n    return y\n\n    # again\n    y = g(x)\n    return y\n",
        6,
        7,
    ),
    case("unreachable", "def f(x):\n    return x\n\n    @d\n    def g(): ...\n", 4, 5),
    case("run", "import a\n\nX = 1\nY = 2\n\nX = 1\nY = 2\n", 6, 7),
    case("import", "import a\nimport b\n\n# again\nimport a\n", 5, 5),
    case("import-of-one-name", "from a import b\nfrom a import (\n    c,\n    b,\n)\n", 4, 4),
    case("definition", "import a\n\n\ndef f():\n    return 1\n\n\ndef f():\n    return 1\n", 4, 5),
    case("definition-that-differs", "def f():\n    return 1\n\n\ndef f():\n    return 2\n", 1, 2),
    case("elif", "if a:\n    f()\n    g()\nelif b:\n    f()\n    g()\n", 4, 6),
    case("else", "x = 1\nif a:\n    f()\nelse:\n    f()\n", 2, 5),
    case("key", "x = {\n    'a': 1,\n    'b': 2,\n    'a': 1,\n}\n", 4, 4),
]


@pytest.mark.parametrize(("text", "line", "end_line"), LINES)
def test_the_finding_stands_at_what_is_removed_first(text: str, line: int, end_line: int) -> None:
    [finding] = findings_of(codemod, text)
    assert (finding.span.line, finding.span.end_line) == (line, end_line)
    assert (finding.severity.value, finding.category) == ("low", "Bug")


@pytest.mark.parametrize("text", [p.values[0] for p in LINES], ids=[str(p.id) for p in LINES])
def test_fingerprints_do_not_change_when_lines_move(text: str) -> None:
    def prints(code: str) -> list[str]:
        return [f.fingerprint for f in findings_of(codemod, code)]

    assert prints("'''A module.'''\n\n\n" + text) == prints(text)


def test_equal_findings_in_one_function_have_their_own_fingerprints() -> None:
    text = "def f(x):\n    if x:\n        return 1\n        return 1\n    if g(x):\n        return 1\n        return 1\n"
    assert len({f.fingerprint for f in findings_of(codemod, text)}) == 2


SAFE = [UNREACHABLE_COPIES, REPEATED_RUNS, REPEATED_IMPORTS, REPEATED_DEFINITIONS, REPEATED_KEYS]


@pytest.mark.parametrize(
    ("before", "after"),
    [p.values for group in SAFE for p in group],
    ids=[str(p.id) for group in SAFE for p in group],
)
def test_no_comment_is_lost_silently(before: str, after: str) -> None:
    lost = comments_of(textwrap.dedent(before)).keys() - comments_of(textwrap.dedent(after)).keys()
    assert all("type: ignore" in comment for comment in lost)


EXECUTED = [
    case(
        "unreachable-copy",
        """
        def run(x):
            y = x + [1]
            if len(y) > 2:
                raise ValueError(y)
                raise ValueError(y)
            return y
            return y

        inputs = [[], [1, 2], None]
        """,
    ),
    case(
        "runs",
        """
        def run(x):
            first = x["a"]
            if first is None:
                raise LookupError(x)
            if first is None:
                raise LookupError(x)
            label = f"{first}-{x.get('b', 0)}"
            label = f"{first}-{x.get('b', 0)}"
            return label

        inputs = [{"a": 1}, {"a": None}, {}, {"a": 2, "b": 3}]
        """,
    ),
    case(
        "branches",
        """
        seen = []

        def run(x):
            if x == 1 and seen.append("one") is None:
                seen.append(x)
                kind = "low"
            elif x == 2 or seen.append("two"):
                seen.append(x)
                kind = "low"
            else:
                kind = "high"
            if kind == "low":
                seen.append(kind)
            else:
                seen.append(kind)
            return kind, list(seen)

        inputs = [1, 2, 3, 1]
        """,
    ),
    case(
        "definitions-imports-keys",
        """
        import json

        def helper(x):
            return json.dumps(x)

        def run(x):
            return helper({"a": x, "b": 2, "a": x}), list({3: x, 4: 2, 3: x})

        import json

        def helper(x):
            return json.dumps(x)

        inputs = [1, object(), "x"]
        """,
    ),
    case(
        "generators",
        """
        def rows(x):
            yield x
            if x:
                return
                yield 1
                log(x)
            yield 2

        def run(x):
            return list(rows(x))

        inputs = [0, 1]
        """,
    ),
]


@pytest.mark.parametrize("text", EXECUTED)
def test_the_rewritten_code_does_the_same(text: str) -> None:
    text = textwrap.dedent(text)
    with contextlib.closing(project_of(text)) as project:
        applied = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
    after = applied.texts[MODULE]
    assert len(after) < len(text)
    assert _results(after) == _results(text)


def _results(text: str) -> list[str]:
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    run: Callable[[Any], object] = namespace["run"]
    return [_result(run, value) for value in namespace["inputs"]]


def _result(run: Callable[[Any], object], value: object) -> str:
    try:
        return repr(run(value))
    except (LookupError, NameError, TypeError, ValueError) as exc:
        return f"{type(exc).__name__}: {exc}".replace(hex(id(value)), "")


def test_the_rewritten_function_is_refused_where_it_would_not_do_the_same() -> None:
    """A dead assignment makes `x` local: the function raises, and must go on doing so."""
    text = "x = 1\ndef run(_):\n    y = x\n    return y\n    x = 2\ninputs = [0]\n"
    assert _results(text)[0].startswith("UnboundLocalError")
    untouched(codemod, text, reason="local to the function")


def test_a_long_file_takes_steps_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    original, steps = likeness.same, 0

    def counting(one: object, other: object) -> bool:
        nonlocal steps
        steps += 1
        return original(one, other)

    def steps_for(count: int) -> int:
        nonlocal steps
        steps = 0
        blocks = (
            f"    if x{n}:\n        return {n}\n        return {n}\n    y = {n}\n    y = {n}\n"
            for n in range(count)
        )
        assert len(findings_of(codemod, "def f():\n" + "".join(blocks))) == 2 * count
        return steps

    monkeypatch.setattr(likeness, "same", counting)
    assert steps_for(400) < 2.2 * steps_for(200)

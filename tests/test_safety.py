"""Each doubt alone stops the rewrite: every case differs by one construct from one that is safe.

The finding that is judged stands on the line that ends in `# <-`.
"""

from __future__ import annotations

import textwrap

import pytest

from codemods.blocking_calls import codemod
from fixbot.model import Finding
from fixbot.testing import findings_of

HEAD = """\
import asyncio
import contextlib
import contextvars
import json
import os
import sqlite3
import threading
import time
import uuid
from pathlib import Path

import requests
from fastapi import APIRouter, Depends, Request
from google.cloud import firestore

router = APIRouter()
db = firestore.Client()
users = db.collection("users")


def read(name: str) -> str:
    return Path(name).read_text()


"""


def judged(code: str, head: str = HEAD) -> Finding:
    text = head + textwrap.dedent(code)
    (line,) = (number for number, text in enumerate(text.split("\n"), 1) if text.endswith("# <-"))
    found = [f for f in findings_of(codemod, text) if f.span.line <= line <= f.span.end_line]
    assert len(found) == 1, [(f.span.line, f.message) for f in findings_of(codemod, text)]
    return found[0]


def case(name: str, code: str, verdict: str, reason: str = "") -> object:
    return pytest.param(code, verdict, reason, id=name)


STATE = [
    case(
        "nothing-shared",
        """
        async def load(name: str) -> int:
            count = 0
            text = read(name)  # <-
            count += len(text)
            return count
        """,
        "safe",
    ),
    case(
        "global",
        """
        count = 0

        async def load(name: str) -> None:
            global count
            before = count
            read(name)  # <-
            count = before + 1
        """,
        "report",
        "reads `count` before and changes it after",
    ),
    case(
        "global-through-globals",
        """
        count = 0

        async def load(name: str) -> None:
            before = globals()["count"]
            read(name)  # <-
            globals()["count"] = before + 1
        """,
        "report",
        "reads `count` before and changes it after",
    ),
    case(
        "nonlocal",
        """
        def counter():
            count = 0

            async def load(name: str) -> None:
                nonlocal count
                before = count
                read(name)  # <-
                count = before + 1

            return load
        """,
        "report",
        "reads `count` before",
    ),
    case(
        "attribute",
        """
        class Counter:
            async def load(self, name: str) -> None:
                before = self.count
                read(name)  # <-
                self.count = before + 1
        """,
        "report",
        "reads `Counter.count` before",
    ),
    case(
        "attribute-of-an-attribute",
        """
        class Counter:
            async def load(self, name: str) -> None:
                before = self.stats.count
                read(name)  # <-
                self.stats.count = before + 1
        """,
        "report",
        "reads `Counter.stats.count` before",
    ),
    case(
        "class-attribute",
        """
        class Counter:
            count = 0

            @classmethod
            async def load(cls, name: str) -> None:
                before = cls.count
                read(name)  # <-
                Counter.count = before + 1
        """,
        "report",
        "reads `Counter.count` before",
    ),
    case(
        "attribute-of-the-class-of-self",
        """
        class Counter:
            count = 0

            async def load(self, name: str) -> None:
                before = type(self).count
                read(name)  # <-
                self.__class__.count = before + 1
        """,
        "report",
        "reads `Counter.count` before",
    ),
    case(
        "inherited-attribute",
        """
        class Base:
            def current(self) -> int:
                return self.count

        class Counter(Base):
            async def load(self, name: str) -> None:
                before = self.current()
                read(name)  # <-
                self.count = before + 1
        """,
        "report",
        ".count` before",
    ),
    case(
        "property",
        """
        class Counter:
            @property
            def current(self) -> int:
                return self._count

            async def load(self, name: str) -> None:
                before = self.current
                read(name)  # <-
                self._count = before + 1
        """,
        "report",
        "reads `Counter._count` before",
    ),
    case(
        "property-setter",
        """
        class Counter:
            @property
            def current(self) -> int:
                return self._count

            @current.setter
            def current(self, value: int) -> None:
                self._count = value

            async def load(self, name: str) -> None:
                before = self._count
                read(name)  # <-
                self.current = before + 1
        """,
        "report",
        "reads `Counter._count` before",
    ),
    case(
        "setattr",
        """
        class Counter:
            async def load(self, name: str) -> None:
                before = self.count
                read(name)  # <-
                setattr(self, "count", before + 1)
        """,
        "report",
        "reads `Counter.count` before",
    ),
    case(
        "setattr-of-any-name",
        """
        class Counter:
            async def load(self, name: str, attribute: str) -> None:
                before = self.count
                read(name)  # <-
                setattr(self, attribute, before + 1)
        """,
        "report",
        "reads `Counter.count` before",
    ),
    case(
        "vars",
        """
        class Counter:
            async def load(self, name: str) -> None:
                before = self.count
                read(name)  # <-
                vars(self)["count"] = before + 1
        """,
        "report",
        "reads `Counter.count` before",
    ),
    case(
        "dict-of-self",
        """
        class Counter:
            async def load(self, name: str) -> None:
                before = self.count
                read(name)  # <-
                self.__dict__["count"] = before + 1
        """,
        "report",
        "reads `Counter.count` before",
    ),
    case(
        "item-of-a-global",
        """
        counts: dict[str, int] = {}

        async def load(name: str) -> None:
            before = counts.get(name, 0)
            read(name)  # <-
            counts[name] = before + 1
        """,
        "report",
        "reads `counts` before",
    ),
    case(
        "other-item",
        """
        counts: dict[str, int] = {}

        async def load(name: str) -> None:
            print(counts["reads"])
            read(name)  # <-
            counts["writes"] = 1
        """,
        "safe",
    ),
    case(
        "alias",
        """
        class Store:
            def __init__(self) -> None:
                self.cache: dict[str, int] = {}

            async def load(self, name: str) -> None:
                cache = self.cache
                before = cache.get(name, 0)
                read(name)  # <-
                cache[name] = before + 1
        """,
        "report",
        "reads `Store.cache` before",
    ),
    case(
        "item-of-an-item",
        """
        sessions: dict[str, dict] = {}

        async def load(name: str) -> None:
            session = sessions[name]
            before = session["count"]
            read(name)  # <-
            session["count"] = before + 1
        """,
        "report",
        "reads `sessions[]",
    ),
    case(
        "object-out-of-a-container",
        """
        sessions: dict[str, object] = {}

        async def load(name: str) -> None:
            session = sessions.get(name)
            before = session.count
            read(name)  # <-
            session.count = before + 1
        """,
        "review",
        "before and changes it after",
    ),
    case(
        "object-from-a-loop",
        """
        sessions: list[object] = []

        async def load(name: str) -> None:
            for session in sessions:
                before = session.count
                read(name)  # <-
                session.count = before + 1
        """,
        "review",
        "before and changes it after",
    ),
    case(
        "object-that-a-function-gives",
        """
        sessions: dict[str, object] = {}

        def session_of(name):
            return sessions[name]

        async def load(name: str) -> None:
            session = session_of(name)
            before = session.count
            read(name)  # <-
            session.count = before + 1
        """,
        "review",
        "before and changes it after",
    ),
    case(
        "object-made-here",
        """
        class Session:
            count = 0

        async def load(name: str) -> None:
            session = Session()
            before = session.count
            read(name)  # <-
            session.count = before + 1
        """,
        "safe",
    ),
    case(
        "object-that-a-function-makes",
        """
        class Session:
            count = 0

        def session_of(name):
            return Session()

        async def load(name: str) -> None:
            session = session_of(name)
            before = session.count
            read(name)  # <-
            session.count = before + 1
        """,
        "safe",
    ),
    case(
        "argument",
        """
        async def load(name: str, session) -> None:
            before = session.count
            read(name)  # <-
            session.count = before + 1
        """,
        "review",
        "before and changes it after",
    ),
    case(
        "argument-of-a-route",
        """
        @router.post("/")
        async def load(name: str, session: dict) -> None:
            before = session["count"]
            read(name)  # <-
            session["count"] = before + 1
        """,
        "safe",
    ),
    case(
        "dependency-of-a-route",
        """
        def shared_session():
            return sessions["one"]

        @router.post("/")
        async def load(name: str, session=Depends(shared_session)) -> None:
            before = session["count"]
            read(name)  # <-
            session["count"] = before + 1
        """,
        "review",
        "before and changes it after",
    ),
    case(
        "state-of-the-app",
        """
        @router.post("/")
        async def load(name: str, request: Request) -> None:
            before = request.app.state.count
            read(name)  # <-
            request.app.state.count = before + 1
        """,
        "report",
        "reads `app.state.count` before",
    ),
    case(
        "mutable-default",
        """
        async def load(name: str, seen: list = []) -> None:
            known = name in seen
            read(name)  # <-
            if not known:
                seen.append(name)
        """,
        "review",
        "reads `seen` before",
    ),
    case(
        "attribute-of-a-function",
        """
        async def load(name: str) -> None:
            before = load.count
            read(name)  # <-
            load.count = before + 1
        """,
        "report",
        "`load.count` before",
    ),
    case(
        "attribute-of-a-module",
        """
        async def load(name: str) -> None:
            before = json.count
            read(name)  # <-
            json.count = before + 1
        """,
        "report",
        "before and changes it after",
    ),
    case(
        "environment",
        """
        async def load(name: str) -> None:
            before = os.environ["COUNT"]
            read(name)  # <-
            os.environ["COUNT"] = before + "1"
        """,
        "report",
        "before and changes it after",
    ),
    case(
        "closure",
        """
        def counter():
            counts = {}

            async def load(name: str) -> None:
                before = counts.get(name, 0)
                read(name)  # <-
                counts[name] = before + 1

            return load
        """,
        "report",
        "reads `counts` before",
    ),
    case(
        "augmented",
        """
        class Counter:
            async def load(self, name: str) -> None:
                self.total += len(read(name))  # <-
        """,
        "report",
        "reads `Counter.total` before",
    ),
    case(
        "augmented-afterwards",
        """
        class Counter:
            async def load(self, name: str) -> None:
                size = len(read(name))  # <-
                self.total += size
        """,
        "safe",
    ),
    case(
        "counted-in-and-out",
        """
        class Counter:
            async def load(self, name: str) -> None:
                self.open += 1
                read(name)  # <-
                self.open -= 1
        """,
        "safe",
    ),
    case(
        "tested-then-set",
        """
        class Loader:
            async def load(self, name: str) -> None:
                if name in self.texts:
                    return
                self.texts[name] = read(name)  # <-
        """,
        "review",
        "may make it twice",
    ),
    case(
        "built-at-first-use",
        """
        class Loader:
            async def load(self, name: str) -> str:
                if self.text is None:
                    self.text = read(name)  # <-
                return self.text
        """,
        "review",
        "may make it twice",
    ),
    case(
        "filled-by-a-key",
        """
        texts: dict[str, str] = {}

        async def load(name: str) -> str:
            text = texts.get(name)
            if text is None:
                text = read(name)  # <-
                texts[name] = text
            return text
        """,
        "review",
        "may make it twice",
    ),
    case(
        "filled-and-emptied",
        """
        texts: dict[str, str] = {}

        def forget(name: str) -> None:
            texts.pop(name)

        async def load(name: str) -> str:
            text = texts.get(name)
            if text is None:
                text = read(name)  # <-
                texts[name] = text
            return text
        """,
        "report",
        "reads `texts` before",
    ),
    case(
        "filled-and-set-anew",
        """
        class Loader:
            def forget(self) -> None:
                self.text = None

            async def load(self, name: str) -> str:
                if self.text is None:
                    self.text = read(name)  # <-
                return self.text
        """,
        "report",
        "reads `Loader.text` before",
    ),
    case(
        "filled-under-another-key",
        """
        texts: dict[str, str] = {}

        async def load(name: str, other: str) -> None:
            if name in texts:
                return
            text = read(name)  # <-
            texts[other] = text
        """,
        "report",
        "reads `texts` before",
    ),
    case(
        "filled-with-what-was-there",
        """
        texts: dict[str, str] = {}

        async def load(name: str) -> None:
            text = texts.get(name)
            more = read(name)  # <-
            texts[name] = (text or "") + more
        """,
        "report",
        "reads `texts` before",
    ),
    case(
        "filled-with-what-an-alias-holds",
        """
        texts: dict[str, str] = {}

        async def load(name: str) -> None:
            if name not in texts:
                return
            found = texts
            text = found[name]
            more = read(name)  # <-
            texts[name] = text + more
        """,
        "report",
        "reads `texts` before",
    ),
    case(
        "filled-with-what-a-helper-finds",
        """
        texts: dict[str, str] = {}

        def longest() -> str:
            return max(texts.values())

        async def load(name: str) -> None:
            if name in texts:
                return
            text = longest()
            more = read(name)  # <-
            texts[name] = text + more
        """,
        "report",
        "reads `texts` before",
    ),
    case(
        "filled-with-what-a-loop-adds-to",
        """
        texts: dict[str, str] = {}

        async def load(name: str) -> None:
            if name in texts:
                return
            found = []
            for text in texts.values():
                found.append(text)
            read(name)  # <-
            texts[name] = "".join(found)
        """,
        "report",
        "reads `texts` before",
    ),
    case(
        "marked-as-begun",
        """
        begun: dict[str, bool] = {}

        async def load(name: str) -> None:
            if name in begun:
                return
            read(name)  # <-
            begun[name] = True
        """,
        "report",
        "reads `begun` before",
    ),
    case(
        "numbered",
        """
        numbers: dict[int, str] = {}

        async def load(name: str) -> None:
            number = len(numbers)
            text = read(name)  # <-
            if number not in numbers:
                numbers[number] = text
        """,
        "report",
        "reads `numbers` before",
    ),
    case(
        "filled-and-changed-inside",
        """
        counts: dict[str, dict] = {}

        def add(name: str) -> None:
            counts[name]["count"] += 1

        async def load(name: str) -> None:
            if name in counts:
                return
            text = read(name)  # <-
            counts[name] = {"text": text, "count": 0}
        """,
        "report",
        "reads `counts` before",
    ),
    case(
        "walrus",
        """
        class Loader:
            async def load(self, name: str) -> None:
                if (before := self.count) < 3:
                    read(name)  # <-
                    self.count = before + 1
        """,
        "report",
        "reads `Loader.count` before",
    ),
    case(
        "tuple-target",
        """
        class Loader:
            async def load(self, name: str) -> None:
                before = self.count
                read(name)  # <-
                (other, self.count) = 1, before + 1
        """,
        "report",
        "reads `Loader.count` before",
    ),
    case(
        "loop-target",
        """
        class Loader:
            async def load(self, name: str) -> None:
                before = self.count
                read(name)  # <-
                for self.count in range(before):
                    pass
        """,
        "report",
        "reads `Loader.count` before",
    ),
    case(
        "with-target",
        """
        class Loader:
            async def load(self, name: str) -> None:
                before = self.current
                read(name)  # <-
                with contextlib.nullcontext(before) as self.current:
                    pass
        """,
        "report",
        "reads `Loader.current` before",
    ),
    case(
        "deleted",
        """
        class Loader:
            async def load(self, name: str) -> None:
                text = self.texts[name]
                read(name)  # <-
                del self.texts[name]
        """,
        "report",
        "reads `Loader.texts[]` before",
    ),
    case(
        "taken-out-and-put-back",
        """
        class Pool:
            async def load(self, name: str) -> None:
                worker = self.free.pop()
                read(name)  # <-
                self.free.append(worker)
        """,
        "report",
        "reads `Pool.free` before",
    ),
    case(
        "appended-without-looking",
        """
        class Log:
            async def load(self, name: str) -> None:
                text = read(name)  # <-
                self.lines.append(text)
        """,
        "safe",
    ),
    case(
        "unknown-object-asked-and-told",
        """
        from somewhere import make

        store = make()

        async def load(name: str) -> None:
            before = store.count()
            read(name)  # <-
            store.save(before + 1)
        """,
        "review",
        "reads `store` before",
    ),
    case(
        "unknown-object-told-twice",
        """
        from somewhere import make

        console = make()

        async def load(name: str) -> None:
            console.say("begin")
            read(name)  # <-
            console.say("end")
        """,
        "safe",
    ),
    case(
        "unknown-object-asked-and-told-through-names",
        """
        from somewhere import make

        store = make()

        async def load(name: str) -> None:
            found = []
            found.append(store.count())
            total = sum(found)
            read(name)  # <-
            store.save(total + 1)
        """,
        "review",
        "reads `store` before",
    ),
    case(
        "unknown-object-asked-whether-to-tell",
        """
        from somewhere import make

        store = make()

        async def load(name: str) -> None:
            if store.holds(name):
                return
            read(name)  # <-
            store.save(name)
        """,
        "review",
        "reads `store` before",
    ),
    case(
        "unknown-client-called-twice",
        """
        from twilio.rest import Client

        twilio = Client()

        def send(to: str, body: str) -> str:
            message = twilio.messages.create(body=body, to=to)
            return message.sid

        @router.post("/")
        async def load(to: str) -> None:
            send(to, "begin")
            users.document(to).get()  # <-
            send(to, "end")
        """,
        "safe",
    ),
    case(
        "unknown-client-called-twice-and-its-answer-used",
        """
        from openai import OpenAI

        client = OpenAI()

        def ask(text: str) -> str:
            return client.chat.completions.create(model="m", messages=[text]).choices[0]

        async def load(name: str) -> str:
            first = ask(name)
            read(name)  # <-
            second = ask(name)
            return first + second
        """,
        "safe",
    ),
    case(
        "unknown-client-told-its-own-answer",
        """
        from openai import OpenAI

        client = OpenAI()

        def ask(text: str) -> str:
            return client.chat.completions.create(model="m", messages=[text]).choices[0]

        async def load(name: str) -> str:
            first = ask(name)
            read(name)  # <-
            return ask(first)
        """,
        "safe",
    ),
    case(
        "unknown-object-with-a-method-of-the-project",
        """
        from somewhere import make

        store = make()

        class Store:
            def create(self, name: str) -> str:
                self.last = name
                return name

        def ask(name: str) -> str:
            return store.create(name)

        async def load(name: str) -> str:
            first = ask(name)
            read(name)  # <-
            return ask(first)
        """,
        "review",
        "reads `store` before",
    ),
    case(
        "container-of-an-unknown-object",
        """
        from somewhere import make

        store = make()

        async def load(name: str) -> None:
            print(store.names)
            read(name)  # <-
            store.names.append(name)
        """,
        "report",
        "reads `store.names` before",
    ),
    case(
        "logger-called-twice",
        """
        async def load(name: str, logger) -> None:
            try:
                seen = logger.error(name)
            except ValueError:
                logger.error("bad")
            read(name)  # <-
            logger.error(name)
        """,
        "safe",
    ),
    case(
        "named-as-the-code-spells-it",
        """
        async def load(name: str, sessions) -> None:
            before = sessions.of(name).total.count
            read(name)  # <-
            sessions.of(name).total.count = before + 1
        """,
        "review",
        "reads `sessions.of(name).total.count` before",
    ),
    case(
        "set-before-used-after",
        """
        class Service:
            async def load(self, name: str) -> str:
                self.name = name
                read(name)  # <-
                return self.name
        """,
        "review",
        "sets `Service.name` before and uses it after",
    ),
    case(
        "set-before-to-a-constant",
        """
        class Service:
            async def load(self, name: str) -> bool:
                self.busy = True
                read(name)  # <-
                return self.busy
        """,
        "safe",
    ),
    case(
        "set-before-to-a-constant-that-others-change",
        """
        class Service:
            def stop(self) -> None:
                self.busy = False

            async def load(self, name: str) -> bool:
                self.busy = True
                read(name)  # <-
                return self.busy
        """,
        "review",
        "sets `Service.busy` before and uses it after",
    ),
    case(
        "number-taken-and-used",
        """
        class Service:
            async def load(self, name: str) -> int:
                self.last += 1
                read(name)  # <-
                return self.last
        """,
        "review",
        "sets `Service.last` before and uses it after",
    ),
    case(
        "changed-in-two-steps",
        """
        class Service:
            async def start(self, name: str) -> None:
                self.ready = True
                self.text = read(name)  # <-
        """,
        "review",
        "changes `Service.ready` before and `Service.text` after",
    ),
    case(
        "tested-before-used-after",
        """
        class Service:
            def close(self) -> None:
                self.client = None

            async def load(self, name: str) -> str:
                if self.client is None:
                    return ""
                text = read(name)  # <-
                return self.client.name + text
        """,
        "review",
        "tests `Service.client` before and uses it after",
    ),
    case(
        "tested-before-and-never-changed",
        """
        class Service:
            def __init__(self, client) -> None:
                self.client = client

            async def load(self, name: str) -> str:
                if self.client is None:
                    return ""
                text = read(name)  # <-
                return self.client.name + text
        """,
        "safe",
    ),
    case(
        "tested-before-and-set-by-a-helper-of-the-constructor",
        """
        class Service:
            def __init__(self) -> None:
                self.connect()

            def connect(self) -> None:
                self.client = users

            async def load(self, name: str) -> str:
                if self.client is None:
                    return ""
                text = read(name)  # <-
                return self.client.name + text
        """,
        "safe",
    ),
    case(
        "tested-before-and-set-by-a-helper-of-more-than-the-constructor",
        """
        class Service:
            def __init__(self) -> None:
                self.connect()

            def reset(self) -> None:
                self.connect()

            def connect(self) -> None:
                self.client = users

            async def load(self, name: str) -> str:
                if self.client is None:
                    return ""
                text = read(name)  # <-
                return self.client.name + text
        """,
        "review",
        "tests `Service.client` before and uses it after",
    ),
    case(
        "tested-before-and-set-by-a-helper-that-is-handed-on",
        """
        class Service:
            def __init__(self, timer) -> None:
                self.connect()
                self.again = self.connect

            def connect(self) -> None:
                self.client = users

            async def load(self, name: str) -> str:
                if self.client is None:
                    return ""
                text = read(name)  # <-
                return self.client.name + text
        """,
        "review",
        "tests `Service.client` before and uses it after",
    ),
    case(
        "tested-before-and-set-by-a-helper-of-another-object",
        """
        class Service:
            def __init__(self, other) -> None:
                other.connect()

            def connect(self) -> None:
                self.client = users

            async def load(self, name: str) -> str:
                if self.client is None:
                    return ""
                text = read(name)  # <-
                return self.client.name + text
        """,
        "review",
        "tests `Service.client` before and uses it after",
    ),
    case(
        "loop-over-what-others-change",
        """
        class Service:
            def add(self, name: str) -> None:
                self.names[name] = 1

            async def load(self) -> None:
                for name, _ in self.names.items():
                    read(name)  # <-
        """,
        "report",
        "loops over `Service.names` itself",
    ),
    case(
        "loop-over-what-others-set-anew",
        """
        class Service:
            def choose(self, names: list[str]) -> None:
                self.names = names

            async def load(self) -> None:
                for name in self.names:
                    read(name)  # <-
        """,
        "safe",
    ),
    case(
        "loop-over-what-others-change-by-another-name",
        """
        class Service:
            def choose(self, name: str) -> None:
                names = self.names
                names.append(name)

            async def load(self) -> None:
                for name in self.names:
                    read(name)  # <-
        """,
        "report",
        "loops over `Service.names` itself",
    ),
    case(
        "loop-over-what-others-add-to",
        """
        class Service:
            def choose(self, names: list[str]) -> None:
                self.names += names

            async def load(self) -> None:
                for name in self.names:
                    read(name)  # <-
        """,
        "report",
        "loops over `Service.names` itself",
    ),
    case(
        "loop-over-what-others-take-out",
        """
        class Service:
            def choose(self, name: str) -> None:
                del self.names[name]

            async def load(self) -> None:
                for name in self.names:
                    read(name)  # <-
        """,
        "report",
        "loops over `Service.names` itself",
    ),
    case(
        "loop-over-a-copy",
        """
        class Service:
            def add(self, name: str) -> None:
                self.names[name] = 1

            async def load(self) -> None:
                for name, _ in list(self.names.items()):
                    read(name)  # <-
        """,
        "safe",
    ),
    case(
        "task-started-before",
        """
        class Service:
            async def run(self) -> None:
                print(self.text)

            async def start(self, name: str) -> None:
                asyncio.create_task(self.run())
                text = read(name)  # <-
                self.text = text
        """,
        "review",
        "would now run before `Service.text` is set",
    ),
]


FLOW = [
    case(
        "changed-before-and-read-no-more",
        """
        class Service:
            async def load(self, name: str) -> str:
                self.count = self.count + 1
                return read(name)  # <-
        """,
        "safe",
    ),
    case(
        "read-after-and-changed-after",
        """
        class Service:
            async def load(self, name: str) -> None:
                read(name)  # <-
                self.count = self.count + 1
        """,
        "safe",
    ),
    case(
        "read-as-an-argument",
        """
        class Service:
            async def load(self) -> None:
                text = read(self.name)  # <-
                self.name = text
        """,
        "report",
        "reads `Service.name` before",
    ),
    case(
        "next-turn-of-the-loop",
        """
        class Service:
            async def load(self, names: list[str]) -> None:
                for name in names:
                    read(name)  # <-
                    self.last = self.last + name
        """,
        "report",
        "reads `Service.last` before",
    ),
    case(
        "while",
        """
        class Service:
            async def load(self, name: str) -> None:
                while self.left:
                    read(name)  # <-
                    self.left = 0
        """,
        "report",
        "reads `Service.left` before",
    ),
    case(
        "other-arm",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                if name:
                    read(name)  # <-
                else:
                    self.count = before + 1
        """,
        "safe",
    ),
    case(
        "other-case",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                match name:
                    case "a":
                        read(name)  # <-
                    case _:
                        self.count = before + 1
        """,
        "safe",
    ),
    case(
        "case-after-a-guard",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                match name:
                    case "a" if read(name):  # <-
                        pass
                    case _:
                        self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "arm-that-returns",
        """
        class Service:
            async def load(self, name: str) -> str:
                before = self.count
                if name:
                    return read(name)  # <-
                self.count = before + 1
                return ""
        """,
        "safe",
    ),
    case(
        "arm-that-may-break-before-it-returns",
        """
        class Service:
            async def load(self, names: list[str]) -> str:
                before = self.count
                for name in names:
                    if name:
                        text = read(name)  # <-
                        if text:
                            break
                        return text
                self.count = before + 1
                return ""
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "handler-after-an-error",
        """
        class Service:
            async def load(self, name: str) -> str:
                before = self.count
                try:
                    return read(name)  # <-
                except OSError:
                    self.count = before + 1
                return ""
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "finally-after-a-return",
        """
        class Service:
            async def load(self, name: str) -> str:
                before = self.count
                try:
                    return read(name)  # <-
                finally:
                    self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "raise-that-a-with-may-suppress",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                with contextlib.suppress(OSError):
                    if name:
                        read(name)  # <-
                        raise OSError
                self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "test-of-a-conditional-expression",
        """
        class Service:
            async def load(self, name: str) -> None:
                text = read(name) if self.count else ""  # <-
                self.count = len(text)
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "arms-of-a-conditional-expression",
        """
        class Service:
            async def load(self, name: str) -> None:
                self.count = read(name) if name else self.count  # <-
        """,
        "safe",
    ),
    case(
        "left-of-an-operator",
        """
        class Service:
            async def load(self, name: str) -> None:
                self.count = self.count + len(read(name))  # <-
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "right-of-an-operator",
        """
        class Service:
            async def load(self, name: str) -> None:
                self.count = len(read(name)) + self.count  # <-
        """,
        "safe",
    ),
    case(
        "in-a-lambda",
        """
        class Service:
            async def load(self, name: str) -> None:
                current = lambda: self.count
                read(name)  # <-
                self.count = current() + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "in-a-generator-expression",
        """
        class Service:
            async def load(self, name: str) -> None:
                counts = (self.count for _ in range(1))
                read(name)  # <-
                self.count = sum(counts) + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "in-a-nested-function",
        """
        class Service:
            async def load(self, name: str) -> None:
                def add() -> None:
                    self.count = before + 1

                before = self.count
                read(name)  # <-
                add()
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "in-a-comprehension",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = [self.count for _ in range(3)]
                read(name)  # <-
                self.count = max(before) + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "comprehension-variable-named-as-a-global",
        """
        item = 1

        async def load(name: str) -> list[int]:
            global item
            found = [item for item in range(3)]
            read(name)  # <-
            item = 2
            return found
        """,
        "safe",
    ),
    case(
        "separated-today",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                await asyncio.sleep(0)
                read(name)  # <-
                self.count = before + 1
        """,
        "safe",
    ),
    case(
        "separated-in-the-same-statement",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = await asyncio.sleep(0, self.count)
                read(name)  # <-
                self.count = before + 1
        """,
        "safe",
    ),
    case(
        "separated-by-a-function-that-always-waits",
        """
        async def pause(name: str) -> None:
            if name:
                await asyncio.sleep(1)
            else:
                await asyncio.sleep(2)

        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                await pause(name)
                read(name)  # <-
                self.count = before + 1
        """,
        "safe",
    ),
    case(
        "separated-only-sometimes",
        """
        async def pause(name: str) -> None:
            if name:
                return
            await asyncio.sleep(2)

        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                await pause(name)
                read(name)  # <-
                self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "separated-by-an-await-that-need-not-wait",
        """
        class Service:
            async def load(self, queue: asyncio.Queue) -> None:
                before = self.count
                await queue.get()
                read("name")  # <-
                self.count = before + 1
        """,
        "review",
        "reads `Service.count` before",
    ),
    case(
        "separated-in-one-arm",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                if name:
                    await asyncio.sleep(0)
                read(name)  # <-
                self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "separated-behind-and",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                name and await asyncio.sleep(0)
                read(name)  # <-
                self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "separated-in-a-try-that-goes-on",
        """
        class Service:
            async def load(self, name: str) -> None:
                before = self.count
                try:
                    name.check()
                    await asyncio.sleep(0)
                except ValueError:
                    pass
                read(name)  # <-
                self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "iterator-that-runs-with-the-loop",
        """
        class Service:
            def names(self):
                for name in "abc":
                    before = self.count
                    yield name
                    self.count = before + 1

            async def load(self) -> None:
                for name in self.names():
                    read(name)  # <-
        """,
        "report",
        "`Service.count` before",
    ),
]

CALLERS = [
    case(
        "caller-reads-and-writes",
        """
        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            async def add(self, name: str) -> None:
                before = self.count
                await self.load(name)
                self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "two-callers-up",
        """
        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            async def load_twice(self, name: str) -> str:
                return await self.load(name)

            async def add(self, name: str) -> None:
                before = self.count
                await self.load_twice(name)
                self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "get-and-put",
        """
        class Service:
            async def get(self, name: str) -> int:
                count = self.count
                read(name)  # <-
                return count

            async def put(self, count: int) -> None:
                self.count = count

            async def add(self, name: str) -> None:
                await self.put(await self.get(name) + 1)
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "get-that-waits-first-and-put",
        """
        class Service:
            async def get(self, name: str) -> int:
                read(name)  # <-
                return self.count

            async def put(self, count: int) -> None:
                self.count = count

            async def add(self, name: str) -> None:
                await self.put(await self.get(name) + 1)
        """,
        "safe",
    ),
    case(
        "get-and-put-that-waits-first",
        """
        class Service:
            async def get(self) -> int:
                return self.count

            async def put(self, name: str, count: int) -> None:
                read(name)  # <-
                self.count = count

            async def add(self, name: str) -> None:
                await self.put(name, await self.get() + 1)
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "through-wait-for",
        """
        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            async def add(self, name: str) -> None:
                before = self.count
                await asyncio.wait_for(self.load(name), 5)
                self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "through-gather",
        """
        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            async def add(self, name: str) -> None:
                before = self.count
                await asyncio.gather(self.load(name), self.load(name))
                self.count = before + 1
        """,
        "safe",
    ),
    case(
        "as-a-task-of-its-own",
        """
        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            async def add(self, name: str) -> None:
                before = self.count
                asyncio.create_task(self.load(name))
                self.count = before + 1
        """,
        "safe",
    ),
    case(
        "through-a-function-that-hands-it-on",
        """
        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            def load_it(self, name: str):
                return self.load(name)

            async def add(self, name: str) -> None:
                before = self.count
                await self.load_it(name)
                self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "awaited-later",
        """
        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            async def add(self, name: str) -> None:
                before = self.count
                loading = self.load(name)
                await loading
                self.count = before + 1
        """,
        "review",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "handed-to-a-retrying-function",
        """
        async def retried(function, *arguments):
            return await function(*arguments)

        class Service:
            async def load(self, name: str) -> str:
                return read(name)  # <-

            async def add(self, name: str) -> None:
                before = self.count
                await retried(self.load, name)
                self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "through-super",
        """
        class Base:
            async def load(self, name: str) -> str:
                return read(name)  # <-

        class Service(Base):
            async def load(self, name: str) -> str:
                before = self.count
                text = await super().load(name)
                self.count = before + 1
                return text
        """,
        "report",
        "`Service.load` reads `Service.count` before",
    ),
    case(
        "through-the-base-class",
        """
        class Base:
            async def load(self, name: str) -> str:
                raise NotImplementedError

            async def add(self, name: str) -> None:
                before = self.count
                await self.load(name)
                self.count = before + 1

        class Service(Base):
            async def load(self, name: str) -> str:
                return read(name)  # <-
        """,
        "report",
        "`Base.add` reads `Base.count` before",
    ),
    case(
        "through-a-decorator",
        """
        counts = {}

        def counted(function):
            async def wrapper(*arguments):
                before = counts["all"]
                result = await function(*arguments)
                counts["all"] = before + 1
                return result

            return wrapper

        @counted
        async def load(name: str) -> str:
            return read(name)  # <-
        """,
        "report",
        "reads `counts['all']` before",
    ),
    case(
        "through-a-context-manager",
        """
        @contextlib.asynccontextmanager
        async def loaded(name: str):
            yield read(name)  # <-

        class Service:
            async def add(self, name: str) -> None:
                before = self.count
                async with loaded(name):
                    self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "after-the-yield-of-a-context-manager",
        """
        @contextlib.asynccontextmanager
        async def saved(name: str):
            yield
            read(name)  # <-

        class Service:
            async def add(self, name: str) -> None:
                async with saved(name):
                    before = self.count
                self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "through-async-for",
        """
        async def texts():
            for name in "abc":
                yield read(name)  # <-

        class Service:
            async def add(self) -> None:
                async for text in texts():
                    before = self.count
                    self.count = before + 1
        """,
        "report",
        "`Service.add` reads `Service.count` before",
    ),
    case(
        "caller-that-waited-anyway",
        """
        class Service:
            async def load(self, name: str) -> str:
                await asyncio.sleep(0)
                return read(name)  # <-

            async def add(self, name: str) -> None:
                before = self.count
                await self.load(name)
                self.count = before + 1
        """,
        "safe",
    ),
    case(
        "caller-under-a-lock-for-threads",
        """
        lock = threading.Lock()

        async def load(name: str) -> str:
            return read(name)  # <-

        async def add(name: str) -> None:
            with lock:
                await load(name)
        """,
        "report",
        "`add` holds `lock`",
    ),
    case(
        "caller-under-a-timeout",
        """
        async def save(name: str) -> None:
            Path(name).write_text("")  # <-

        async def add(name: str) -> None:
            async with asyncio.timeout(5):
                await save(name)
        """,
        "review",
        "writes inside a timeout",
    ),
]

SPLIT = [
    case(
        "the-callee-writes-before-its-place",
        """
        async def assign(key: str) -> None:
            db.collection("jobs").document(key).update({})
            db.collection("relations").document(key).set({})  # <-

        @router.post("/")
        async def route(key: str) -> None:
            if db.collection("jobs").document(key).get().exists:
                await assign(key)
        """,
        "safe",
    ),
    case(
        "the-callee-writes-at-its-place",
        """
        async def assign(key: str) -> None:
            db.collection("jobs").document(key).update({})  # <-
            db.collection("relations").document(key).set({})

        @router.post("/")
        async def route(key: str) -> None:
            if db.collection("jobs").document(key).get().exists:
                await assign(key)
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "the-callee-writes-after-its-place",
        """
        async def assign(key: str) -> None:
            db.collection("relations").document(key).set({})  # <-
            db.collection("jobs").document(key).update({})

        @router.post("/")
        async def route(key: str) -> None:
            if db.collection("jobs").document(key).get().exists:
                await assign(key)
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "the-callee-reads-after-its-place",
        """
        async def look(key: str) -> bool:
            db.collection("relations").document(key).set({})  # <-
            return db.collection("jobs").document(key).get().exists

        @router.post("/")
        async def route(key: str) -> None:
            if await look(key):
                db.collection("jobs").document(key).update({})
        """,
        "safe",
    ),
    case(
        "the-callee-reads-before-its-place",
        """
        async def look(key: str) -> bool:
            found = db.collection("jobs").document(key).get().exists
            db.collection("relations").document(key).set({})  # <-
            return found

        @router.post("/")
        async def route(key: str) -> None:
            if await look(key):
                db.collection("jobs").document(key).update({})
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "the-callee-is-awaited-in-a-loop",
        """
        async def look(key: str) -> bool:
            db.collection("relations").document(key).set({})  # <-
            return db.collection("jobs").document(key).get().exists

        @router.post("/")
        async def route(keys: list[str]) -> None:
            if all([await look(key) for key in keys]):
                db.collection("jobs").document(keys[0]).update({})
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "the-place-in-the-callee-is-in-a-loop",
        """
        async def look(keys: list[str]) -> bool:
            found = False
            for key in keys:
                db.collection("relations").document(key).set({})  # <-
                found = db.collection("jobs").document(key).get().exists
            return found

        @router.post("/")
        async def route(keys: list[str]) -> None:
            if await look(keys):
                db.collection("jobs").document(keys[0]).update({})
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "two-callers-up",
        """
        async def relate(key: str) -> None:
            db.collection("relations").document(key).set({})  # <-

        async def assign(key: str) -> None:
            await relate(key)
            db.collection("jobs").document(key).update({})

        @router.post("/")
        async def route(key: str) -> None:
            if db.collection("jobs").document(key).get().exists:
                await assign(key)
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "two-callers-up-and-written-before",
        """
        async def relate(key: str) -> None:
            db.collection("relations").document(key).set({})  # <-

        async def assign(key: str) -> None:
            db.collection("jobs").document(key).update({})
            await relate(key)

        @router.post("/")
        async def route(key: str) -> None:
            if db.collection("jobs").document(key).get().exists:
                await assign(key)
        """,
        "safe",
    ),
    case(
        "awaited-twice-by-the-callee",
        """
        async def relate(key: str) -> None:
            db.collection("relations").document(key).set({})  # <-

        async def assign(key: str) -> None:
            await relate("before")
            db.collection("jobs").document(key).update({})
            await relate(key)

        @router.post("/")
        async def route(key: str) -> None:
            if db.collection("jobs").document(key).get().exists:
                await assign(key)
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "in-a-wrapper",
        """
        import functools

        def checked(function):
            @functools.wraps(function)
            async def wrapper(key: str) -> None:
                if db.collection("jobs").document(key).get().exists:
                    await function(key)
            return wrapper

        @checked
        async def assign(key: str) -> None:
            db.collection("relations").document(key).set({})  # <-
            db.collection("jobs").document(key).update({})
        """,
        "review",
        "reads and then writes Firestore documents in `jobs`",
    ),
    case(
        "given-a-time-limit",
        """
        async def assign(key: str) -> None:
            users.document(key).get()
            text = Path(key).read_text()  # <-
            users.document(text).set({})

        async def outer(key: str) -> None:
            await asyncio.wait_for(assign(key), 5)
        """,
        "review",
        "`assign` reads and then writes Firestore documents",
    ),
    case(
        "given-a-time-limit-and-nothing-torn",
        """
        async def assign(key: str) -> None:
            users.document(key).get()
            users.document(key).set({})
            read(key)  # <-

        async def outer(key: str) -> None:
            await asyncio.wait_for(assign(key), 5)
        """,
        "safe",
    ),
    case(
        "entered",
        """
        @contextlib.asynccontextmanager
        async def entered(key: str):
            read(key)  # <-
            yield users.document(key).get()
            users.document("last").set({})

        async def outer(key: str) -> None:
            found = users.document("last").get()
            async with entered(key):
                pass
        """,
        "review",
        "reads and then writes Firestore documents",
    ),
]


LATER = [
    case(
        "handed-to-background-tasks",
        """
        from fastapi import BackgroundTasks

        def keep(key: str) -> None:
            users.document(key).set({})

        @router.post("/")
        async def route(key: str, tasks: BackgroundTasks) -> None:
            users.document(key).get()  # <-
            tasks.add_task(keep, key)
        """,
        "safe",
    ),
    case(
        "handed-to-background-tasks-made-here",
        """
        from starlette.background import BackgroundTasks

        def keep(key: str) -> None:
            users.document(key).set({})

        @router.post("/")
        async def route(key: str) -> None:
            tasks = BackgroundTasks()
            users.document(key).get()  # <-
            tasks.add_task(keep, key)
        """,
        "safe",
    ),
    case(
        "handed-to-something-else",
        """
        from somewhere import Runner

        def keep(key: str) -> None:
            users.document(key).set({})

        @router.post("/")
        async def route(key: str, tasks: Runner) -> None:
            users.document(key).get()  # <-
            tasks.add_task(keep, key)
        """,
        "review",
        "reads and then writes Firestore documents",
    ),
    case(
        "called-for-background-tasks",
        """
        from fastapi import BackgroundTasks

        def keep(key: str) -> str:
            users.document(key).set({})
            return key

        @router.post("/")
        async def route(key: str, tasks: BackgroundTasks) -> None:
            users.document(key).get()  # <-
            tasks.add_task(print, keep(key))
        """,
        "review",
        "reads and then writes Firestore documents",
    ),
]


INSIDE = [
    case(
        "nonlocal-of-this-call",
        """
        async def load(name: str) -> bool:
            done = False

            def work() -> None:
                nonlocal done
                done = bool(read(name))

            work()  # <-
            return done
        """,
        "safe",
    ),
    case(
        "nonlocal-of-this-call-in-a-transaction",
        """
        async def load(name: str) -> bool:
            done = False

            @firestore.transactional
            def work(transaction) -> None:
                nonlocal done
                done = users.document(name).get(transaction=transaction).exists

            work(db.transaction())  # <-
            return done
        """,
        "safe",
    ),
    case(
        "nonlocal-that-a-task-uses",
        """
        async def load(name: str) -> bool:
            done = False

            async def look() -> None:
                nonlocal done
                before = done
                read(name)  # <-
                done = not before

            await asyncio.gather(look(), look())
            return done
        """,
        "report",
        "reads `done` before",
    ),
    case(
        "nonlocal-awaited-in-place",
        """
        async def load(name: str) -> bool:
            done = False

            async def look() -> None:
                nonlocal done
                before = done
                read(name)  # <-
                done = not before

            await look()
            return done
        """,
        "safe",
    ),
    case(
        "nonlocal-in-a-lambda-that-is-handed-on",
        """
        async def load(name: str, runner) -> bool:
            done = False

            def work() -> None:
                nonlocal done
                done = bool(read(name))

            runner.submit(lambda: work())
            work()  # <-
            return done
        """,
        "report",
        "changes `done`",
    ),
    case(
        "nonlocal-in-a-function-that-is-handed-on",
        """
        async def load(name: str, runner) -> bool:
            done = False

            def work() -> None:
                nonlocal done
                done = bool(read(name))

            def again() -> None:
                work()

            runner.submit(again)
            work()  # <-
            return done
        """,
        "report",
        "changes `done`",
    ),
    case(
        "closure-over-what-is-shared",
        """
        class Service:
            async def load(self, name: str) -> None:
                found = self.found

                def work() -> None:
                    found[name] = read(name)

                work()  # <-
        """,
        "report",
        "changes `",
    ),
    case(
        "nonlocal-set-to-what-is-shared",
        """
        shared: dict[str, str] = {}

        async def load(name: str) -> None:
            found = {}

            def work() -> None:
                nonlocal found
                found = shared
                found[name] = read(name)

            work()  # <-
        """,
        "report",
        "changes `found",
    ),
    case(
        "handed-in-by-a-helper-that-made-it",
        """
        def collect(name: str, seen: set[str]) -> None:
            if name not in seen:
                seen.add(name)

        def search(name: str) -> set[str]:
            seen = set()
            collect(name, seen)
            Path(name).read_text()
            collect(name, seen)
            return seen

        async def load(name: str) -> set[str]:
            search(name)
            return search(name)  # <-
        """,
        "safe",
    ),
    case(
        "handed-in-by-the-function-that-made-it",
        """
        def collect(name, seen):
            if name not in seen:
                seen.add(name)

        async def load(name: str) -> None:
            seen = set()
            collect(name, seen)
            read(name)  # <-
            collect(name, seen)
        """,
        "safe",
    ),
    case(
        "handed-on-by-a-helper-that-got-it",
        """
        def collect(name, seen):
            if name not in seen:
                seen.add(name)

        def through(name, seen):
            collect(name, seen)

        async def load(name: str) -> None:
            seen = set()
            through(name, seen)
            read(name)  # <-
            through(name, seen)
        """,
        "safe",
    ),
    case(
        "handed-in-and-kept-nowhere",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            print(session)
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "safe",
        "",
    ),
    case(
        "handed-in-and-stored",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            sessions[name] = session
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "handed-in-and-stored-by-a-helper",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            register(name, session)
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "handed-in-and-stored-in-a-display",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            sessions[name] = {"session": session}
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "handed-in-and-stored-under-another-name",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            other = session
            sessions[name] = other
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "handed-in-and-appended",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            sessions["all"].append(session)
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "handed-in-and-held-by-an-object",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            sessions[name] = Holder(session)
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "handed-in-and-handed-to-a-thread",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            threading.Thread(target=bump, args=(session,)).start()
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "handed-in-and-handed-to-the-unknown",
        """
        sessions = {}

        def bump(session):
            session["count"] = session["count"] + 1

        def register(name, session):
            sessions[name] = session

        class Holder:
            def __init__(self, session) -> None:
                self.session = session

        async def load(name: str) -> None:
            session = {"count": 0}
            sessions[name].begin(session)
            bump(session)
            read(name)  # <-
            bump(session)
        """,
        "review",
        "reads `session",
    ),
    case(
        "nonlocal-that-is-stored",
        """
        sessions = {}

        async def load(name: str) -> None:
            found = {}
            sessions[name] = found

            def work() -> None:
                found[name] = read(name)

            work()  # <-
        """,
        "report",
        "changes `found[]`",
    ),
    case(
        "handed-in-or-made-there",
        """
        def collect(name, seen=None):
            seen = seen or set()
            if name not in seen:
                seen.add(name)

        async def load(name: str) -> None:
            collect(name)
            read(name)  # <-
            collect(name, set())
        """,
        "safe",
    ),
    case(
        "handed-in-and-set-to-what-is-shared",
        """
        shared = {}

        def collect(name, seen):
            if name:
                seen = shared
            if name not in seen:
                seen[name] = name

        async def load(name: str) -> None:
            collect(name, {})
            read(name)  # <-
            collect(name, {})
        """,
        "review",
        "reads `seen` before",
    ),
    case(
        "handed-in-and-shared",
        """
        shared = set()

        def collect(name, seen):
            if name not in seen:
                seen.add(name)

        async def load(name: str) -> None:
            collect(name, shared)
            read(name)  # <-
            collect(name, shared)
        """,
        "review",
        "reads `seen` before",
    ),
    case(
        "handed-in-one-shared",
        """
        shared = set()

        def collect(name, seen):
            if name not in seen:
                seen.add(name)

        async def load(name: str) -> None:
            collect(name, shared)
            collect(name, set())
            read(name)  # <-
            collect(name, set())
            collect(name, shared)
        """,
        "review",
        "reads `seen` before",
    ),
    case(
        "handed-in-by-keyword-and-shared",
        """
        shared = set()

        def collect(name, seen):
            if name not in seen:
                seen.add(name)

        async def load(name: str) -> None:
            collect(name, seen=shared)
            read(name)  # <-
            collect(name, seen=shared)
        """,
        "review",
        "reads `seen` before",
    ),
    case(
        "mutable-default-of-a-helper",
        """
        def collect(name, seen=set()):
            if name not in seen:
                seen.add(name)

        async def load(name: str) -> None:
            collect(name)
            read(name)  # <-
            collect(name)
        """,
        "review",
        "reads `seen` before",
    ),
    case(
        "handed-in-and-to-a-task",
        """
        def collect(name, seen):
            if name not in seen:
                seen.add(name)

        async def other(seen: set[str]) -> None:
            seen.clear()

        async def load(name: str) -> None:
            seen = set()
            task = asyncio.create_task(other(seen))
            collect(name, seen)
            read(name)  # <-
            collect(name, seen)
            await task
        """,
        "review",
        "reads `seen` before",
    ),
    case(
        "inside-what-is-handed-in",
        """
        def collect(name, holder):
            if name not in holder.state.names:
                holder.state.names.add(name)

        class Holder:
            def __init__(self, state) -> None:
                self.state = state

        async def load(name: str, state) -> None:
            holder = Holder(state)
            collect(name, holder)
            read(name)  # <-
            collect(name, holder)
        """,
        "review",
        "before and changes it after",
    ),
    case(
        "handed-to-a-class-method",
        """
        class User:
            @classmethod
            def made_of(cls, data: dict) -> "User":
                if isinstance(data["name"], dict):
                    data["name"] = str(data["name"])
                return cls()

        def find(name: str) -> User:
            return User.made_of(users.document(name).get().to_dict())

        async def load(name: str) -> User:
            find(name)
            read(name)  # <-
            return User.made_of({"name": name})
        """,
        "safe",
    ),
    case(
        "handed-to-a-class-method-and-shared",
        """
        shared = {"name": {}}

        class User:
            @classmethod
            def made_of(cls, data: dict) -> "User":
                if isinstance(data["name"], dict):
                    data["name"] = str(data["name"])
                return cls()

        async def load(name: str) -> User:
            User.made_of(shared)
            read(name)  # <-
            return User.made_of(shared)
        """,
        "review",
        "reads `data['name']` before",
    ),
    case(
        "method-called-by-its-class",
        """
        class Box:
            def collect(self, name, seen):
                if name not in self.names:
                    self.names.add(name)
                if name not in seen:
                    seen.add(name)

        async def load(name: str, box: Box, seen) -> None:
            Box.collect(box, set(), seen)
            read(name)  # <-
            Box.collect(box, set(), seen)
        """,
        "report",
        "before and changes it after",
    ),
    case(
        "keywords-packed-for-this-call",
        """
        class Model:
            async def load(self, name: str, **kwargs) -> dict:
                kwargs.setdefault("exclude", None)
                read(name)  # <-
                kwargs["mode"] = "json"
                return dict(**kwargs)
        """,
        "safe",
    ),
    case(
        "what-keywords-hold",
        """
        async def load(name: str, **kwargs) -> None:
            before = kwargs["seen"].count
            read(name)  # <-
            kwargs["seen"].count = before + 1
        """,
        "review",
        "before and changes it after",
    ),
]


LOCKS = [
    case(
        "with-lock",
        """
        lock = threading.Lock()

        async def load(name: str) -> None:
            with lock:
                read(name)  # <-
        """,
        "report",
        "holds `lock`, a lock for threads",
    ),
    case(
        "with-something-that-is-no-lock",
        """
        async def load(name: str) -> None:
            with contextlib.suppress(OSError):
                read(name)  # <-
        """,
        "safe",
    ),
    case(
        "with-a-clock",
        """
        async def load(name: str) -> None:
            with contextlib.nullcontext(1) as clock:
                read(name)  # <-
        """,
        "safe",
    ),
    case(
        "with-attribute-named-lock",
        """
        class Service:
            async def load(self, name: str) -> None:
                with self._lock:
                    read(name)  # <-
        """,
        "report",
        "holds `self._lock`",
    ),
    case(
        "with-lock-by-key",
        """
        class Service:
            async def load(self, name: str) -> None:
                with self._locks[name]:
                    read(name)  # <-
        """,
        "report",
        "holds `self._locks[name]`",
    ),
    case(
        "with-lock-under-another-name",
        """
        class Service:
            def __init__(self) -> None:
                self._one_at_a_time = threading.RLock()

            async def load(self, name: str) -> None:
                with self._one_at_a_time:
                    read(name)  # <-
        """,
        "report",
        "holds `self._one_at_a_time`",
    ),
    case(
        "acquired",
        """
        lock = threading.Lock()

        async def load(name: str) -> None:
            lock.acquire()
            try:
                read(name)  # <-
            finally:
                lock.release()
        """,
        "report",
        "holds `lock`",
    ),
    case(
        "released-before",
        """
        lock = threading.Lock()

        async def load(name: str) -> None:
            lock.acquire()
            lock.release()
            read(name)  # <-
        """,
        "safe",
    ),
    case(
        "released-in-one-arm-only",
        """
        lock = threading.Lock()

        async def load(name: str) -> None:
            lock.acquire()
            if name:
                lock.release()
            read(name)  # <-
        """,
        "report",
        "holds `lock`",
    ),
    case(
        "on-an-exit-stack",
        """
        lock = threading.Lock()

        async def load(name: str) -> None:
            async with contextlib.AsyncExitStack() as stack:
                stack.enter_context(lock)
                read(name)  # <-
        """,
        "report",
        "holds `lock`",
    ),
    case(
        "inside-a-context-manager-of-the-project",
        """
        lock = threading.Lock()

        @contextlib.contextmanager
        def alone():
            with lock:
                yield

        async def load(name: str) -> None:
            with alone():
                read(name)  # <-
        """,
        "report",
        "holds `alone()`",
    ),
    case(
        "async-lock",
        """
        class Service:
            def __init__(self) -> None:
                self._lock = asyncio.Lock()

            async def load(self, name: str) -> None:
                async with self._lock:
                    before = self.count
                    read(name)  # <-
                    self.count = before + 1
        """,
        "safe",
    ),
    case(
        "async-lock-that-is-declared",
        """
        class Service:
            _lock: asyncio.Lock

            async def load(self, name: str) -> None:
                async with self._lock:
                    before = self.count
                    read(name)  # <-
                    self.count = before + 1
        """,
        "safe",
    ),
    case(
        "async-lock-around-a-part",
        """
        class Service:
            def __init__(self) -> None:
                self._lock = asyncio.Lock()

            async def load(self, name: str) -> None:
                before = self.count
                async with self._lock:
                    read(name)  # <-
                    self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "async-lock-of-one-call",
        """
        class Service:
            async def load(self, name: str) -> None:
                lock = asyncio.Lock()
                async with lock:
                    before = self.count
                    read(name)  # <-
                    self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
    case(
        "semaphore-for-several",
        """
        class Service:
            def __init__(self) -> None:
                self._lock = asyncio.Semaphore(10)

            async def load(self, name: str) -> None:
                async with self._lock:
                    before = self.count
                    read(name)  # <-
                    self.count = before + 1
        """,
        "report",
        "reads `Service.count` before",
    ),
]


@pytest.mark.parametrize(
    ("code", "verdict", "reason"), [*STATE, *FLOW, *CALLERS, *SPLIT, *LATER, *INSIDE, *LOCKS]
)
def test_what_an_await_tears(code: str, verdict: str, reason: str) -> None:
    found = judged(code)
    assert (found.safety.value, reason in found.reason) == (verdict, True), found.reason


RESOURCES = [
    case(
        "written-and-read-back",
        """
        async def next_ticket(name: str) -> int:
            users.document(name).update({"count": firestore.Increment(1)})
            return users.document(name).get().get("count")  # <-
        """,
        "review",
        "writes and then reads back Firestore documents in `users`",
    ),
    case(
        "written-and-read-back-by-helpers",
        """
        def bump(name: str) -> None:
            users.document(name).update({"count": firestore.Increment(1)})

        def value(name: str) -> int:
            return users.document(name).get().get("count")

        async def next_ticket(name: str) -> int:
            bump(name)
            return value(name)  # <-
        """,
        "review",
        "writes and then reads back Firestore documents in `users`",
    ),
    case(
        "written-and-read-back-in-a-collection-without-a-name",
        """
        async def next_ticket(name: str, kind: str) -> int:
            reference = db.collection(kind).document(name)
            reference.update({"count": firestore.Increment(1)})
            return reference.get().get("count")  # <-
        """,
        "review",
        "writes and then reads back Firestore documents that may be the same",
    ),
    case(
        "written-and-another-read-in-collections-without-a-name",
        """
        async def next_ticket(name: str, kind: str, other: str) -> int:
            db.collection(kind).document(name).update({"count": firestore.Increment(1)})
            return db.collection(other).document(name).get().get("count")  # <-
        """,
        "safe",
    ),
    case(
        "written-and-something-else-read",
        """
        async def next_ticket(name: str) -> int:
            users.document(name).update({"count": firestore.Increment(1)})
            return db.collection("rooms").document(name).get().get("count")  # <-
        """,
        "safe",
    ),
    case(
        "new-one-and-read-back",
        """
        async def add(name: str) -> dict:
            user = users.document()
            user.set({"name": name})
            return user.get().to_dict()  # <-
        """,
        "safe",
    ),
    case(
        "kept-in-state-that-others-set",
        """
        rates = {}

        async def warm(name: str) -> None:
            row = users.document(name).get()  # <-
            rates[name] = row.get("rate")

        async def change(name: str, rate: int) -> None:
            rates[name] = rate
        """,
        "review",
        "reads something outside and keeps it in `rates[]`",
    ),
    case(
        "kept-in-state-that-nobody-else-sets",
        """
        rates = {}

        async def warm(name: str) -> None:
            row = users.document(name).get()  # <-
            rates[name] = row.get("rate")
        """,
        "safe",
    ),
    case(
        "read-before-state-that-others-set-gets-something-else",
        """
        rates = {}

        async def warm(name: str) -> None:
            row = users.document(name).get()  # <-
            rates[name] = 1
            print(row)

        async def change(name: str, rate: int) -> None:
            rates[name] = rate
        """,
        "safe",
    ),
    case(
        "document-read-then-written",
        """
        async def add(name: str) -> None:
            reference = users.document(name)
            count = reference.get().get("count")  # <-
            reference.set({"count": count + 1})
        """,
        "review",
        "reads and then writes Firestore documents in `users`",
    ),
    case(
        "document-written-then-read",
        """
        async def add(name: str) -> dict:
            reference = users.document(name)
            reference.set({"count": 1})
            return reference.get().to_dict()  # <-
        """,
        "review",
        "writes and then reads back",
    ),
    case(
        "other-collection",
        """
        async def add(name: str) -> None:
            count = users.document(name).get().get("count")  # <-
            db.collection("log").add({"count": count})
        """,
        "safe",
    ),
    case(
        "collection-that-is-not-known",
        """
        async def add(name: str, kind: str) -> None:
            count = users.document(name).get().get("count")  # <-
            db.collection(kind).document(name).set({"count": count})
        """,
        "review",
        "Firestore documents that may be the same",
    ),
    case(
        "new-document-after-reading-one",
        """
        async def add(name: str) -> None:
            count = users.document(name).get().get("count")  # <-
            users.add({"count": count})
        """,
        "safe",
    ),
    case(
        "new-document-after-a-query",
        """
        async def add(name: str) -> None:
            if not users.where("name", "==", name).get():  # <-
                users.add({"name": name})
        """,
        "review",
        "Firestore documents in `users`",
    ),
    case(
        "document-with-a-key-made-up-here-after-a-query",
        """
        async def add(name: str) -> None:
            if not list(users.where("name", "==", name).stream()):
                users.document(str(uuid.uuid4())).set({"name": name})  # <-
        """,
        "review",
        "Firestore documents in `users`",
    ),
    case(
        "document-with-a-key-made-up-here-after-a-query-of-others",
        """
        async def add(name: str) -> None:
            if not list(db.collection("banned").where("name", "==", name).stream()):
                users.document(str(uuid.uuid4())).set({"name": name})  # <-
        """,
        "safe",
    ),
    case(
        "below-a-document-with-a-key-made-up-here",
        """
        async def add(name: str) -> None:
            user = users.document(str(uuid.uuid4()))
            user.collection("roles").document("first").set({"name": name})  # <-
            list(user.collection("roles").stream())
            user.collection("roles").document("second").set({"name": name})
        """,
        "safe",
    ),
    case(
        "document-with-a-key-made-up-here",
        """
        async def add(name: str) -> None:
            count = users.document(name).get().get("count")  # <-
            users.document(str(uuid.uuid4())).set({"count": count})
        """,
        "safe",
    ),
    case(
        "document-with-a-key-looked-up-by-one-made-up",
        """
        async def add(name: str) -> None:
            count = users.document(name).get().get("count")  # <-
            users.document(lookup(uuid.uuid4())).set({"count": count})
        """,
        "review",
        "Firestore documents in `users`",
    ),
    case(
        "written-by-a-helper",
        """
        def save(name: str, count: int) -> None:
            users.document(name).set({"count": count})

        async def add(name: str) -> None:
            count = users.document(name).get().get("count")  # <-
            save(name, count + 1)
        """,
        "review",
        "reads and then writes Firestore documents in `users`",
    ),
    case(
        "written-by-an-async-helper",
        """
        async def save(name: str, count: int) -> None:
            users.document(name).set({"count": count})

        async def add(name: str) -> None:
            count = users.document(name).get().get("count")  # <-
            await save(name, count + 1)
        """,
        "review",
        "reads and then writes Firestore documents in `users`",
    ),
    case(
        "written-through-a-batch",
        """
        async def add(name: str) -> None:
            count = users.document(name).get().get("count")  # <-
            batch = db.batch()
            batch.set(users.document(name), {"count": count + 1})
            batch.commit()
        """,
        "review",
        "lost update",
    ),
    case(
        "written-in-a-thread-already",
        """
        async def add(name: str) -> None:
            reference = users.document(name)
            count = reference.get().get("count")  # <-
            await asyncio.to_thread(reference.set, {"count": count + 1})
        """,
        "review",
        "lost update",
    ),
    case(
        "file-read-then-written",
        """
        async def add(name: str) -> None:
            text = Path(name).read_text()  # <-
            Path(name).write_text(text + "1")
        """,
        "review",
        "reads and then writes files that may be the same",
    ),
    case(
        "file-with-a-name-made-up-here",
        """
        async def add(name: str) -> None:
            text = Path(name).read_text()  # <-
            Path(f"/tmp/{uuid.uuid4()}").write_text(text + "1")
        """,
        "safe",
    ),
    case(
        "file-copied-from-a-name-made-up-here",
        """
        async def add(name: str) -> None:
            text = Path(name).read_text()  # <-
            os.replace(f"/tmp/{uuid.uuid4()}", name)
        """,
        "review",
        "reads and then writes files that may be the same",
    ),
    case(
        "folder-made-if-there-is-none",
        """
        async def add(name: str) -> None:
            text = Path(name).read_text()  # <-
            Path("out").mkdir(exist_ok=True)
        """,
        "safe",
    ),
    case(
        "folder-made-anew",
        """
        async def add(name: str) -> None:
            text = Path(name).read_text()  # <-
            Path("out").mkdir()
        """,
        "review",
        "reads and then writes files that may be the same",
    ),
    case(
        "read-and-post-at-one-host",
        """
        async def add(name: str) -> None:
            found = requests.get("https://one.example/items")  # <-
            requests.post("https://one.example/items", json=found.json())
        """,
        "review",
        "reads and then writes `one.example` over HTTP",
    ),
    case(
        "read-and-post-at-two-hosts",
        """
        async def add(name: str) -> None:
            found = requests.get("https://one.example/items")  # <-
            requests.post(f"https://two.example/items/{name}", json=found.json())
        """,
        "safe",
    ),
    case(
        "helper-that-reads-and-writes",
        """
        def count_up(name: str) -> None:
            count = users.document(name).get().get("count")
            users.document(name).set({"count": count + 1})

        async def add(name: str) -> None:
            count_up(name)  # <-
        """,
        "review",
        "`count_up` reads and then writes Firestore documents in `users`; in threads",
    ),
    case(
        "helper-that-writes-and-reads",
        """
        def renew(name: str) -> dict:
            users.document(name).set({"count": 1})
            return users.document(name).get().to_dict()

        async def add(name: str) -> None:
            renew(name)  # <-
        """,
        "safe",
    ),
    case(
        "write-inside-a-timeout",
        """
        async def add(name: str) -> None:
            async with asyncio.timeout(3):
                users.document(name).set({"count": 1})  # <-
        """,
        "review",
        "writes inside a timeout",
    ),
    case(
        "read-inside-a-timeout",
        """
        async def add(name: str) -> None:
            async with asyncio.timeout(3):
                users.document(name).get()  # <-
        """,
        "safe",
    ),
]

THREADS = [
    case(
        "under-one-lock",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "review",
        "holds the lock that guards `Trail._events[]`",
    ),
    case(
        "under-one-lock-but-for-one-place",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                if True:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-one-lock-but-for-other-code",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        def last(trail: Trail) -> str:
            return trail._events[-1]

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-two-locks",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._other:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-a-lock-made-for-each-call",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with threading.Lock():
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-a-lock-that-is-set-anew",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def reset(self) -> None:
                self._lock = threading.Lock()

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-a-lock-of-each-object-but-shared-by-all",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = EVENTS
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-a-lock-for-all",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = LOCK

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-a-lock-in-a-lambda",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return lambda: list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "under-a-lock-that-a-manager-holds",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._locked():
                    return list(self._events)

            @contextlib.contextmanager
            def _locked(self):
                with self._lock:
                    yield

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "review",
        "holds the lock that guards `Trail._events[]`",
    ),
    case(
        "under-a-lock-that-a-manager-gives-back-first",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._events.append(name)
                    Path(name).write_text(name)

            def snapshot(self) -> list[str]:
                with self._locked():
                    return list(self._events)

            @contextlib.contextmanager
            def _locked(self):
                with self._lock:
                    pass
                yield

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "in-a-helper-that-is-called-under-the-lock",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._add(name)
                    Path(name).write_text(name)

            def _add(self, name: str) -> None:
                self._events.append(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "review",
        "holds the lock that guards `Trail._events[]`",
    ),
    case(
        "in-a-helper-that-is-also-called-without-the-lock",
        """
        class Trail:
            def __init__(self) -> None:
                self._events = []
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    self._add(name)
                    Path(name).write_text(name)

            def _add(self, name: str) -> None:
                self._events.append(name)

            def quickly(self, name: str) -> None:
                self._add(name)

            def snapshot(self) -> list[str]:
                with self._lock:
                    return list(self._events)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `Trail._events[]`",
    ),
    case(
        "global-under-one-lock",
        """
        lock = threading.Lock()
        events = []

        def record(name: str) -> None:
            with lock:
                events.append(name)
                Path(name).write_text(name)

        async def load(name: str) -> None:
            record(name)  # <-
        """,
        "review",
        "holds the lock that guards `events[]`",
    ),
    case(
        "global-under-the-lock-of-an-object",
        """
        events = []

        class Trail:
            def __init__(self) -> None:
                self._lock = threading.Lock()

            def record(self, name: str) -> None:
                with self._lock:
                    events.append(name)
                    Path(name).write_text(name)

        async def load(trail: Trail, name: str) -> None:
            trail.record(name)  # <-
        """,
        "report",
        "changes `events[]`",
    ),
    case(
        "read-under-one-lock",
        """
        lock = threading.Lock()
        events = []

        def record(name: str) -> None:
            with lock:
                events.append(name)

        def look(name: str) -> bool:
            with lock:
                return Path(name).read_text() in events

        async def load(name: str) -> bool:
            return look(name)  # <-
        """,
        "review",
        "holds the lock that guards `events`",
    ),
    case(
        "fills-a-cache",
        """
        texts: dict[str, str] = {}

        def cached(name: str) -> str:
            text = texts.get(name)
            if text is None:
                text = read(name)
                texts[name] = text
            return text

        async def load(name: str) -> str:
            return cached(name)  # <-
        """,
        "review",
        "fills in `texts[]` where it is missing",
    ),
    case(
        "fills-a-cache-and-counts",
        """
        texts: dict[str, str] = {}
        hits = 0

        def cached(name: str) -> str:
            global hits
            hits += 1
            text = texts.get(name)
            if text is None:
                text = read(name)
                texts[name] = text
            return text

        async def load(name: str) -> str:
            return cached(name)  # <-
        """,
        "report",
        "changes `hits`",
    ),
    case(
        "puts-without-looking",
        """
        texts: dict[str, str] = {}

        def cached(name: str) -> str:
            texts[name] = read(name)
            return texts[name]

        async def load(name: str) -> str:
            return cached(name)  # <-
        """,
        "report",
        "changes `texts[]`",
    ),
    case(
        "helper-with-a-thread-local",
        """
        local = threading.local()

        def load(name: str) -> str:
            local.name = name
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "a thread-local",
    ),
    case(
        "helper-with-a-thread-local-in-an-attribute",
        """
        class Service:
            def __init__(self) -> None:
                self.local = threading.local()

            def load(self, name: str) -> str:
                return read(self.local.folder + name)

            async def add(self, name: str) -> None:
                self.load(name)  # <-
        """,
        "report",
        "a thread-local",
    ),
    case(
        "helper-with-a-class-of-thread-locals",
        """
        class Local(threading.local):
            folder = "/"

        local = Local()

        def load(name: str) -> str:
            return read(local.folder + name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "a thread-local",
    ),
    case(
        "helper-that-reads-a-context-variable",
        """
        folder = contextvars.ContextVar("folder")

        def load(name: str) -> str:
            return read(folder.get() + name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-sets-a-context-variable",
        """
        wrote = contextvars.ContextVar("wrote")

        def load(name: str) -> str:
            wrote.set(True)
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "sets a context variable",
    ),
    case(
        "helper-that-needs-the-loop",
        """
        def load(name: str) -> str:
            asyncio.get_running_loop().call_soon(print, name)
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "needs the running event loop",
    ),
    case(
        "helper-that-raises-stop-iteration",
        """
        def load(name: str) -> str:
            return next(iter(read(name)))

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "may raise StopIteration",
    ),
    case(
        "helper-that-asks-for-the-next-or-none",
        """
        def load(name: str) -> str:
            return next(iter(read(name)), "")

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-catches-stop-iteration",
        """
        def load(name: str) -> str:
            try:
                return next(iter(read(name)))
            except StopIteration:
                return ""

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-looks-at-its-callers",
        """
        import inspect

        def load(name: str) -> str:
            print(inspect.stack()[1])
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "frames of its callers",
    ),
    case(
        "helper-that-raises-an-exception-of-a-library",
        """
        from somewhere import NotFound

        def load(name: str) -> str:
            if not name:
                raise NotFound(name)
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-makes-something-of-a-library",
        """
        from somewhere import NotFound

        def load(name: str) -> str:
            NotFound(name)
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "review",
        "calls `NotFound`, which fixbot does not know",
    ),
    case(
        "helper-that-reads-json-from-the-network",
        """
        def load(name: str) -> str:
            answer = requests.post(name).json()
            return answer.get("id").lower()

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-goes-through-data-of-another",
        """
        def rows(name: str) -> list[dict[str, str]]:
            return json.loads(read(name))

        def load(name: str) -> list[str]:
            return [row["mail"].lower() for row in rows(name)]

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-goes-through-things-of-another",
        """
        def rows(name: str) -> list:
            return things(read(name))

        def load(name: str) -> list[str]:
            return [row["mail"].lower() for row in rows(name)]

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "review",
        "which fixbot does not know",
    ),
    case(
        "helper-behind-a-latch",
        """
        ready = False

        def start() -> None:
            global ready
            if not ready:
                requests.post("http://x/register", timeout=1)
                ready = True

        def load(name: str) -> str:
            start()
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "review",
        "builds `ready` on first use",
    ),
    case(
        "helper-that-makes-the-default-firebase-app",
        """
        import firebase_admin

        def load(name: str) -> str:
            if not firebase_admin._apps:
                firebase_admin.initialize_app()
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "review",
        "the second of two first requests at once may fail",
    ),
    case(
        "helper-that-uses-the-current-exception",
        """
        import traceback

        def save(name: str) -> None:
            Path(name).write_text(traceback.format_exc())

        async def add(name: str) -> None:
            try:
                int(name)
            except ValueError:
                save(name)  # <-
        """,
        "review",
        "uses the exception that is being handled",
    ),
    case(
        "helper-that-handles-an-exception-of-its-own",
        """
        import traceback

        def save(name: str) -> None:
            try:
                int(name)
            except ValueError:
                Path(name).write_text(traceback.format_exc())

        async def add(name: str) -> None:
            try:
                int(name)
            except ValueError:
                save(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-changes-the-working-directory",
        """
        def load(name: str) -> str:
            os.chdir("/tmp")
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "changes `the working directory`",
    ),
    case(
        "helper-that-changes-an-attribute",
        """
        class Service:
            def load(self, name: str) -> str:
                self.last = name
                return read(name)

            async def add(self, name: str) -> None:
                self.load(name)  # <-
        """,
        "report",
        "changes `Service.last`",
    ),
    case(
        "helper-of-a-new-object-that-changes-itself",
        """
        class Reader:
            def load(self, name: str) -> str:
                self.last = name
                return read(name)

        async def add(name: str) -> None:
            reader = Reader()
            reader.load(name)  # <-
        """,
        "safe",
    ),
    case(
        "constructor-that-sets-itself-up",
        """
        class Reader:
            def __init__(self, name: str) -> None:
                self._set_up(name)

            def _set_up(self, name: str) -> None:
                self.text = read(name)

        async def add(name: str) -> None:
            Reader(name)  # <-
        """,
        "safe",
    ),
    case(
        "constructor-that-registers-itself",
        """
        readers = []

        class Reader:
            def __init__(self, name: str) -> None:
                self.text = read(name)
                readers.append(self)

        async def add(name: str) -> None:
            Reader(name)  # <-
        """,
        "report",
        "changes `readers",
    ),
    case(
        "helper-that-changes-its-argument",
        """
        def load(name: str, found: dict) -> None:
            found[name] = read(name)

        async def add(name: str, found: dict) -> None:
            load(name, found)  # <-
        """,
        "review",
        "which its caller handed in",
    ),
    case(
        "helper-that-uses-what-others-change",
        """
        class Service:
            def load(self, name: str) -> str:
                return read(self.folder + name)

            def move(self, folder: str) -> None:
                self.folder = folder

            async def add(self, name: str) -> None:
                self.load(name)  # <-
        """,
        "review",
        "uses `Service.folder`, which other code changes",
    ),
    case(
        "helper-that-uses-what-nobody-changes",
        """
        class Service:
            def __init__(self, folder: str) -> None:
                self.folder = folder

            def load(self, name: str) -> str:
                return read(self.folder + name)

            async def add(self, name: str) -> None:
                self.load(name)  # <-
        """,
        "safe",
    ),
    case(
        "argument-that-others-change",
        """
        class Service:
            def put(self, name: str) -> None:
                self.found[name] = 1

            async def save(self, name: str) -> None:
                users.document(name).set(self.found)  # <-
        """,
        "review",
        "hands `Service.found` to the thread",
    ),
    case(
        "copy-of-what-others-change",
        """
        class Service:
            def put(self, name: str) -> None:
                self.found[name] = 1

            async def save(self, name: str) -> None:
                users.document(name).set(dict(self.found))  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-calls-what-nobody-knows",
        """
        from somewhere import check

        def load(name: str) -> str:
            check(name)
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "review",
        "calls `check`",
    ),
    case(
        "helper-under-a-decorator-that-nobody-knows",
        """
        from somewhere import traced

        @traced
        def load(name: str) -> str:
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "review",
        "calls `@traced`",
    ),
    case(
        "helper-under-a-decorator-of-the-project",
        """
        import functools

        def traced(function):
            @functools.wraps(function)
            def wrapper(*arguments):
                print(arguments)
                return function(*arguments)

            return wrapper

        @traced
        def load(name: str) -> str:
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "helper-that-calls-what-it-is-given",
        """
        def load(name: str, parse) -> str:
            return parse(read(name))

        async def add(name: str, parse) -> None:
            load(name, parse)  # <-
        """,
        "review",
        "calls `parse`",
    ),
    case(
        "helper-that-is-given-something-known",
        """
        def load(name: str, parse) -> str:
            return parse(read(name))

        async def add(name: str) -> None:
            load(name, json.loads)  # <-
        """,
        "safe",
    ),
    case(
        "library-call-that-is-given-a-function",
        """
        import shutil

        seen = []

        def ignore(folder: str, names: list[str]) -> list[str]:
            seen.append(folder)
            return []

        async def add(name: str) -> None:
            shutil.copytree(name, "/tmp/x", ignore=ignore)  # <-
        """,
        "report",
        "changes `seen",
    ),
    case(
        "library-call-that-is-given-a-lambda",
        """
        import shutil

        seen = []

        async def add(name: str) -> None:
            shutil.copytree(name, "/tmp/x", ignore=lambda folder, names: seen.append(folder))  # <-
        """,
        "report",
        "changes `seen",
    ),
    case(
        "library-call-that-is-given-a-generator",
        """
        names = {}

        def rename(name: str) -> None:
            names[name] = 1

        async def add(name: str) -> None:
            requests.post("https://one.example", data=(name for name in names))  # <-
        """,
        "review",
        "uses `names`, which other code changes",
    ),
    case(
        "overridden-by-a-method-that-changes-state",
        """
        class Base:
            def load(self, name: str) -> str:
                return read(name)

        class Counting(Base):
            def load(self, name: str) -> str:
                self.count = 1
                return read(name)

        async def add(base: Base, name: str) -> None:
            base.load(name)  # <-
        """,
        "report",
        "changes `Counting.count`",
    ),
    case(
        "interface-whose-classes-are-not-known",
        """
        from typing import Protocol

        class Loads(Protocol):
            def load(self, name: str) -> str: ...

        def load(loads: Loads, name: str) -> str:
            return loads.load(name) + read(name)

        async def add(loads: Loads, name: str) -> None:
            load(loads, name)  # <-
        """,
        "review",
        "calls `loads.load`",
    ),
    case(
        "client-built-at-first-use",
        """
        _client = None

        def client() -> firestore.Client:
            global _client
            if _client is None:
                _client = firestore.Client()
            return _client

        def load(name: str) -> dict:
            return client().collection("users").document(name).get().to_dict()

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "client-built-at-first-use-after-an-early-return",
        """
        _client = None

        def client() -> firestore.Client:
            global _client
            if _client is not None:
                return _client
            _client = firestore.Client()
            return _client

        def load(name: str) -> dict:
            return client().collection("users").document(name).get().to_dict()

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "safe",
    ),
    case(
        "cache-built-at-first-use",
        """
        _cache = None

        def cache() -> dict:
            global _cache
            if _cache is None:
                _cache = {}
            return _cache

        def load(name: str) -> str:
            cache()
            return read(name)

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "review",
        "builds `_cache` on first use",
    ),
    case(
        "client-built-again-and-again",
        """
        _client = None

        def client() -> firestore.Client:
            global _client
            if _client is None:
                _client = firestore.Client()
            return _client

        def renew() -> None:
            global _client
            _client = None

        def load(name: str) -> dict:
            return client().collection("users").document(name).get().to_dict()

        async def add(name: str) -> None:
            load(name)  # <-
        """,
        "report",
        "changes `_client`",
    ),
    case(
        "session-for-all",
        """
        session = requests.Session()

        async def add(name: str) -> None:
            session.get(name)  # <-
        """,
        "review",
        "not documented to be safe in two threads",
    ),
    case(
        "session-made-here",
        """
        async def add(name: str) -> None:
            session = requests.Session()
            session.get(name)  # <-
        """,
        "safe",
    ),
]

AFFINE = [
    case(
        "connection",
        """
        async def add(name: str) -> None:
            connection = sqlite3.connect(name)  # <-
        """,
        "report",
        "only be used in the thread that made them",
    ),
    case(
        "opened-used-and-closed-in-one-helper",
        """
        def rows(name: str) -> list:
            connection = sqlite3.connect(name)
            try:
                return connection.execute("select 1").fetchall()
            finally:
                connection.close()

        async def add(name: str) -> None:
            rows(name)  # <-
        """,
        "safe",
    ),
    case(
        "read-into-a-list-of-dicts",
        """
        def rows(name: str) -> list:
            with contextlib.closing(sqlite3.connect(name)) as connection:
                return [dict(row) for row in connection.execute("select 1")]

        async def add(name: str) -> None:
            rows(name)  # <-
        """,
        "safe",
    ),
    case(
        "returned",
        """
        def opened(name: str) -> sqlite3.Connection:
            connection = sqlite3.connect(name)
            connection.execute("select 1")
            return connection

        async def add(name: str) -> None:
            opened(name)  # <-
        """,
        "report",
        "`opened` passes on an object",
    ),
    case(
        "returned-in-a-tuple",
        """
        def opened(name: str) -> tuple:
            connection = sqlite3.connect(name)
            return name, connection

        async def add(name: str) -> None:
            opened(name)  # <-
        """,
        "report",
        "`opened` passes on an object",
    ),
    case(
        "returned-inside-an-object",
        """
        class Repository:
            def __init__(self, connection) -> None:
                self.connection = connection

        def opened(name: str) -> Repository:
            return Repository(sqlite3.connect(name))

        async def add(name: str) -> None:
            opened(name)  # <-
        """,
        "report",
        "`opened` passes on an object",
    ),
    case(
        "kept-by-a-constructor",
        """
        class Repository:
            def __init__(self, name: str) -> None:
                self.connection = sqlite3.connect(name)

        async def add(name: str) -> None:
            Repository(name)  # <-
        """,
        "report",
        "`Repository.__init__` passes on an object",
    ),
    case(
        "kept-in-a-list",
        """
        def opened(name: str, found: list) -> None:
            found.append(sqlite3.connect(name))

        async def add(name: str) -> None:
            opened(name, [])  # <-
        """,
        "report",
        "`opened` passes on an object",
    ),
    case(
        "passed-as-an-argument",
        """
        def rows(connection: sqlite3.Connection) -> list:
            return connection.execute("select 1").fetchall()

        async def add(connection: sqlite3.Connection) -> None:
            rows(connection)  # <-
        """,
        "report",
        "`rows` passes on an object",
    ),
    case(
        "passed-between-helpers",
        """
        def insert(connection: sqlite3.Connection, name: str) -> None:
            connection.execute("insert", (name,))

        def save(name: str) -> None:
            connection = sqlite3.connect(name)
            insert(connection, name)
            connection.close()

        async def add(name: str) -> None:
            save(name)  # <-
        """,
        "safe",
    ),
    case(
        "taken-from-self",
        """
        class Repository:
            def __init__(self, name: str) -> None:
                self.connection = sqlite3.connect(name)

            def rows(self) -> list:
                return self.connection.execute("select 1").fetchall()

        async def add(repository: Repository) -> None:
            repository.rows()  # <-
        """,
        "report",
        "`Repository.rows` passes on an object",
    ),
    case(
        "taken-from-a-global",
        """
        connection = sqlite3.connect("x")

        def rows() -> list:
            return connection.execute("select 1").fetchall()

        async def add() -> None:
            rows()  # <-
        """,
        "report",
        "`rows` passes on an object",
    ),
    case(
        "opened-by-a-context-manager",
        """
        from collections.abc import Iterator

        @contextlib.contextmanager
        def opened(name: str) -> Iterator[sqlite3.Connection]:
            connection = sqlite3.connect(name)
            yield connection
            connection.close()

        def rows(name: str) -> list:
            with opened(name) as connection:
                return connection.execute("select 1").fetchall()

        async def add(name: str) -> None:
            rows(name)  # <-
        """,
        "safe",
    ),
]

AROUND = [
    case(
        "opened-by-with",
        """
        async def add(name: str) -> None:
            with open(name) as file:  # <-
                pass
        """,
        "report",
        "opening, using and closing belong together",
    ),
    case(
        "opened-by-a-with-of-the-project",
        """
        @contextlib.contextmanager
        def opened(name: str):
            yield read(name)

        async def add(name: str) -> None:
            with opened(name):  # <-
                pass
        """,
        "report",
        "opening, using and closing belong together",
    ),
    case(
        "uses-what-with-opened",
        """
        async def add(name: str) -> None:
            with tempfile(name) as file:
                json.load(open(file))
                read(file)  # <-
        """,
        "report",
        "works on what `with tempfile(name)` opened",
    ),
    case(
        "uses-what-was-made-of-what-with-opened",
        """
        import tempfile

        async def add(name: str) -> None:
            with tempfile.TemporaryDirectory() as folder:  # a folder of its own
                file = Path(folder) / name
                file.write_text(name)  # <-
        """,
        "report",
        "works on what `with tempfile.TemporaryDirectory()` opened",
    ),
    case(
        "uses-something-else-inside-a-with",
        """
        import tempfile

        async def add(name: str) -> None:
            with tempfile.TemporaryDirectory() as folder:  # a folder of its own
                file = Path("x") / name
                file.write_text(name)  # <-
        """,
        "safe",
    ),
    case(
        "inside-with-that-nobody-knows",
        """
        from somewhere import transaction

        async def add(name: str) -> None:
            with transaction():
                read(name)  # <-
        """,
        "review",
        "stands inside `with transaction()`",
    ),
    case(
        "inside-with-of-the-project",
        """
        @contextlib.contextmanager
        def timed():
            start = time.monotonic()
            yield
            print(time.monotonic() - start)

        async def add(name: str) -> None:
            with timed():
                read(name)  # <-
        """,
        "safe",
    ),
    case(
        "inside-with-that-redirects-output",
        """
        import io

        async def add(name: str) -> None:
            with contextlib.redirect_stdout(io.StringIO()):
                read(name)  # <-
        """,
        "review",
        "stands inside `with contextlib.redirect_stdout",
    ),
    case(
        "in-finally",
        """
        async def add(name: str) -> None:
            try:
                int(name)
            finally:
                os.unlink(name)  # <-
        """,
        "review",
        "part of the clean-up",
    ),
    case(
        "in-except-base-exception",
        """
        async def add(name: str) -> None:
            try:
                int(name)
            except BaseException:
                os.unlink(name)  # <-
                raise
        """,
        "review",
        "runs when the task is cancelled",
    ),
    case(
        "in-except",
        """
        async def add(name: str) -> None:
            try:
                int(name)
            except ValueError:
                os.unlink(name)  # <-
        """,
        "safe",
    ),
    case(
        "in-aexit",
        """
        class Files:
            async def __aexit__(self, *details: object) -> None:
                os.unlink("name")  # <-
        """,
        "review",
        "part of the clean-up",
    ),
    case(
        "in-a-generator-expression",
        """
        async def add(names: list[str]) -> bool:
            return any(read(name) for name in names)  # <-
        """,
        "report",
        "inside a generator expression",
    ),
    case(
        "what-a-generator-expression-goes-through",
        """
        async def add(name: str) -> bool:
            return any(line for line in read(name))  # <-
        """,
        "safe",
    ),
    case(
        "in-a-comprehension",
        """
        async def add(names: list[str]) -> list[str]:
            return [read(name) for name in names]  # <-
        """,
        "safe",
    ),
    case(
        "in-a-comprehension-in-a-comprehension",
        """
        async def add(names: list[str]) -> list[list[str]]:
            return [[read(name) for _ in range(2)] for name in names]  # <-
        """,
        "review",
        "needs Python 3.11",
    ),
    case(
        "in-a-class-body",
        """
        async def add(name: str) -> type:
            class Local:
                text = read(name)  # <-

            return Local
        """,
        "report",
        "in the body of a class",
    ),
    case(
        "in-a-default",
        """
        async def add(name: str):
            def later(text=read(name)) -> str:  # <-
                return text

            return later
        """,
        "safe",
    ),
    case(
        "name-taken-by-a-local",
        """
        async def add(name: str, asyncio: str) -> None:
            read(name)  # <-
        """,
        "report",
        "the name `asyncio` means something else here",
    ),
]


@pytest.mark.parametrize(("code", "verdict", "reason"), RESOURCES)
def test_what_lies_outside(code: str, verdict: str, reason: str) -> None:
    found = judged(code)
    assert (found.safety.value, reason in found.reason) == (verdict, True), found.reason


@pytest.mark.parametrize(("code", "verdict", "reason"), [*THREADS, *AFFINE])
def test_what_moves_to_a_thread(code: str, verdict: str, reason: str) -> None:
    found = judged(code)
    assert (found.safety.value, reason in found.reason) == (verdict, True), found.reason


@pytest.mark.parametrize(("code", "verdict", "reason"), AROUND)
def test_what_stands_around(code: str, verdict: str, reason: str) -> None:
    found = judged(code)
    assert (found.safety.value, reason in found.reason) == (verdict, True), found.reason

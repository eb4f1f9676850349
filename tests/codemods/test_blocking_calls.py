"""What blocking-calls finds, and what it writes. Why it refuses is tested in tests/test_safety.py."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping

import pytest

from codemods.blocking_calls import codemod
from fixbot import engine
from fixbot.model import Finding, Safety, Severity
from fixbot.testing import comments_of, findings_of, opened, rewritten, untouched

HEAD = """\
import asyncio
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import requests
from google.cloud import firestore, storage

db = firestore.Client()
users = db.collection("users")
started = time.monotonic()
bucket = storage.Client().bucket("b")


def load(name: str) -> str:
    return Path(name).read_text()


"""

LONG = "a" * 45

SHAPES = {
    # statements
    "expression-statement": (
        "users.document(name).set({'a': 1})",
        "await asyncio.to_thread(users.document(name).set, {'a': 1})",
    ),
    "assignment": ("x = load(name)", "x = await asyncio.to_thread(load, name)"),
    "annotated-assignment": ("x: str = load(name)", "x: str = await asyncio.to_thread(load, name)"),
    "augmented-assignment": ("x = ''\nx += load(name)", "x = ''\nx += await asyncio.to_thread(load, name)"),
    "tuple-target": ("x, y = load(name)", "x, y = await asyncio.to_thread(load, name)"),
    "subscript-target": ("x = {}\nx[load(name)] = 1", "x = {}\nx[await asyncio.to_thread(load, name)] = 1"),
    "del-target": ("x = {}\ndel x[load(name)]", "x = {}\ndel x[await asyncio.to_thread(load, name)]"),
    "return": ("return load(name)", "return await asyncio.to_thread(load, name)"),
    "yield": ("yield load(name)", "yield await asyncio.to_thread(load, name)"),
    "raise": ("raise ValueError(load(name))", "raise ValueError(await asyncio.to_thread(load, name))"),
    "assert": ("assert load(name), name", "assert await asyncio.to_thread(load, name), name"),
    "if-test": ("if load(name):\n    pass", "if await asyncio.to_thread(load, name):\n    pass"),
    "while-test": ("while load(name):\n    pass", "while await asyncio.to_thread(load, name):\n    pass"),
    "for-iter": (
        "for x in load(name):\n    print(x)",
        "for x in await asyncio.to_thread(load, name):\n    print(x)",
    ),
    "match-subject": (
        "match load(name):\n    case 'a':\n        pass",
        "match await asyncio.to_thread(load, name):\n    case 'a':\n        pass",
    ),
    "async-with-item": (
        "async with open_it(load(name)) as x:\n    pass",
        "async with open_it(await asyncio.to_thread(load, name)) as x:\n    pass",
    ),
    "default-of-a-nested-function": (
        "def g(x=load(name)):\n    return x",
        "def g(x=await asyncio.to_thread(load, name)):\n    return x",
    ),
    "decorator-of-a-nested-function": (
        "@wraps(load(name))\ndef g():\n    pass",
        "@wraps(await asyncio.to_thread(load, name))\ndef g():\n    pass",
    ),
    # expressions
    "attribute": (
        "users.document(name).get().to_dict()",
        "(await asyncio.to_thread(users.document(name).get)).to_dict()",
    ),
    "subscript": ("load(name)[0]", "(await asyncio.to_thread(load, name))[0]"),
    "slice": ("name[load(name) : 3]", "name[await asyncio.to_thread(load, name) : 3]"),
    "called": ("load(name)()", "(await asyncio.to_thread(load, name))()"),
    "await-argument": ("await g(load(name))", "await g(await asyncio.to_thread(load, name))"),
    "argument-of-a-rewritten-call": (
        "users.document(name).set(json.loads(load(name)))",
        "await asyncio.to_thread(users.document(name).set, json.loads(await asyncio.to_thread(load, name)))",
    ),
    "keyword-argument": ("print(end=load(name))", "print(end=await asyncio.to_thread(load, name))"),
    "starred": ("print(*load(name))", "print(*await asyncio.to_thread(load, name))"),
    "double-starred": ("dict(**load(name))", "dict(**await asyncio.to_thread(load, name))"),
    "chained-comparison": (
        "'a' < load(name) < 'b'",
        "'a' < await asyncio.to_thread(load, name) < 'b'",
    ),
    "boolean-operator": ("name and load(name)", "name and await asyncio.to_thread(load, name)"),
    "not": ("not load(name)", "not await asyncio.to_thread(load, name)"),
    "negative": ("-len(load(name))", "-len(await asyncio.to_thread(load, name))"),
    "power": ("subprocess.call(name) ** 2", "(await asyncio.to_thread(subprocess.call, name)) ** 2"),
    "right-of-power": ("2 ** subprocess.call(name)", "2 ** await asyncio.to_thread(subprocess.call, name)"),
    "conditional": (
        "load(name) if name else ''",
        "await asyncio.to_thread(load, name) if name else ''",
    ),
    "walrus": ("if (x := load(name)):\n    pass", "if (x := await asyncio.to_thread(load, name)):\n    pass"),
    "list-comprehension": ("[load(n) for n in name]", "[await asyncio.to_thread(load, n) for n in name]"),
    "set-comprehension": ("{load(n) for n in name}", "{await asyncio.to_thread(load, n) for n in name}"),
    "dict-comprehension": (
        "{n: load(n) for n in name}",
        "{n: await asyncio.to_thread(load, n) for n in name}",
    ),
    "condition-of-a-comprehension": (
        "[n for n in name if load(n)]",
        "[n for n in name if await asyncio.to_thread(load, n)]",
    ),
    "iterable-of-a-generator-expression": (
        "any(c for c in load(name))",
        "any(c for c in await asyncio.to_thread(load, name))",
    ),
    "f-string": ('f"{load(name)}!"', 'f"{await asyncio.to_thread(load, name)}!"'),
    "f-string-with-quotes": (
        "f\"{load('a')!r:>{len(name)}}\"",
        "f\"{await asyncio.to_thread(load, 'a')!r:>{len(name)}}\"",
    ),
    "f-string-of-several-lines": (
        'x = f"""\n{load(name)}\n"""',
        'x = f"""\n{await asyncio.to_thread(load, name)}\n"""',
    ),
    "parenthesised": ("(load(name)).strip()", "(await asyncio.to_thread(load, name)).strip()"),
    # arguments
    "no-arguments": ("users.document(name).get()", "await asyncio.to_thread(users.document(name).get)"),
    "keywords": (
        "shutil.copy(name, dst='b', follow_symlinks=False)",
        "await asyncio.to_thread(shutil.copy, name, dst='b', follow_symlinks=False)",
    ),
    "keyword-named-func": (
        "subprocess.run(name, func=1)",
        "await asyncio.to_thread(subprocess.run, name, func=1)",
    ),
    "starred-arguments": (
        "subprocess.run(*name, **{})",
        "await asyncio.to_thread(subprocess.run, *name, **{})",
    ),
    "generator-argument": (
        "subprocess.run(n for n in name)",
        "await asyncio.to_thread(subprocess.run, (n for n in name))",
    ),
    "walrus-argument": ("load(y := name)", "await asyncio.to_thread(load, y := name)"),
    "trailing-comma": ("load(name,)", "await asyncio.to_thread(load, name,)"),
    "several-lines": (
        "users.document(name).set(\n    {'a': 1},\n    merge=True,\n)",
        "await asyncio.to_thread(\n    users.document(name).set,\n    {'a': 1},\n    merge=True,\n)",
    ),
    "several-lines-with-comments": (
        "users.document(name).set(  # one\n    # two\n    {'a': 1},  # three\n    merge=True,\n    # four\n)",
        "await asyncio.to_thread(  # one\n    # two\n    users.document(name).set,\n    {'a': 1},  # three\n"
        "    merge=True,\n    # four\n)",
    ),
    "several-lines-hanging": (
        "users.document(name).set({\n    'a': 1,\n})",
        "await asyncio.to_thread(users.document(name).set, {\n    'a': 1,\n})",
    ),
    "chain-over-several-lines": (
        "x = (\n    users.where('a', '==', 1)  # one\n    .limit(3)\n    .get()\n)",
        "x = await asyncio.to_thread(\n    users.where('a', '==', 1)  # one\n    .limit(3)\n    .get,\n)",
    ),
    "chain-in-its-own-parentheses": (
        "x = (\n    users\n    .where('a', '==', 1)\n    .stream()\n)\nprint([*x])",
        "x = await asyncio.to_thread(\n    list,\n    users\n    .where('a', '==', 1)\n    .stream(),\n)\nprint([*x])",
    ),
    "chain-with-arguments": (
        "x = (\n    users.document(name)\n    .get(timeout=5)  # one\n    # two\n)",
        "x = await asyncio.to_thread(\n    users.document(name)\n    .get,\n    timeout=5,  # one\n    # two\n)",
    ),
    "chain-with-arguments-on-lines": (
        "(\n    users.document(name)\n    .set(\n        {\n            'a': 1,\n        },\n        merge=True,\n    )\n)",
        "await asyncio.to_thread(\n    users.document(name)\n    .set,\n    {\n        'a': 1,\n    },\n    merge=True,\n)",
    ),
    "chain-hanging-in-parentheses": (
        "x = (users.document(name)\n          .get(timeout=5))",
        "x = await asyncio.to_thread(\n    users.document(name)\n    .get,\n    timeout=5,\n)",
    ),
    "chain-with-backslashes": (
        "for x in users \\\n        .limit(3) \\\n        .stream():\n    print(x)",
        "for x in await asyncio.to_thread(\n    list,\n    users\n    .limit(3)\n    .stream(),\n):\n    print(x)",
    ),
    "chain-as-an-argument": (
        "print(\n    users\n    .document(name)\n    .get()\n)",
        "print(\n    await asyncio.to_thread(\n        users\n        .document(name)\n        .get,\n    )\n)",
    ),
    "chain-before-an-attribute": (
        "(\n    users\n    .document(name)\n    .get()\n).to_dict()",
        "(await asyncio.to_thread(\n    users\n    .document(name)\n    .get,\n)).to_dict()",
    ),
    "chain-below-a-comment": (
        "x = (\n    # one\n    users\n    .document(name)\n    .get()\n)",
        "x = (\n    # one\n    await asyncio.to_thread(users\n    .document(name)\n    .get)\n)",
    ),
    "chain-with-comments-among-arguments": (
        "x = (\n    users\n    .document(name)\n    .get(\n        timeout=5,  # one\n    )\n)",
        "x = (\n    await asyncio.to_thread(\n        users\n    .document(name)\n    .get,\n        timeout=5,  # one\n    )\n)",
    ),
    "chain-touched-by-a-word": (
        "return(\n    users\n    .document(name)\n    .get()\n)",
        "return(\n    await asyncio.to_thread(users\n    .document(name)\n    .get)\n)",
    ),
    "touched-by-a-word": (
        "x = load(name)if name else ''",
        "x = (await asyncio.to_thread(load, name))if name else ''",
    ),
    "several-lines-on-one-inside": (
        "users.document(name).set(\n    {'a': 1}, merge=True\n)",
        "await asyncio.to_thread(\n    users.document(name).set, {'a': 1}, merge=True\n)",
    ),
    "several-lines-on-one-inside-too-long": (
        f"users.document(name).set(\n    {{'{LONG}': 1}}, merge=True\n)",
        f"await asyncio.to_thread(\n    users.document(name).set,\n    {{'{LONG}': 1}},\n    merge=True,\n)",
    ),
    "too-long-for-the-line": (
        f"users.document('{LONG}').set(name)",
        f"await asyncio.to_thread(\n    users.document('{LONG}').set, name\n)",
    ),
    "too-long-for-the-line-inside-too": (
        f"users.document('{LONG}').set(name, merge=1)",
        f"await asyncio.to_thread(\n    users.document('{LONG}').set,\n    name,\n    merge=1,\n)",
    ),
    "too-long-with-an-attribute": (
        f"x = users.document('{LONG[:30]}').get().to_dict()",
        f"x = (\n    await asyncio.to_thread(users.document('{LONG[:30]}').get)\n).to_dict()",
    ),
    "too-long-hanging": (
        f"users.document('{LONG}').set({{\n    'a': 1,\n}})",
        f"await asyncio.to_thread(\n    users.document('{LONG}').set,\n    {{\n        'a': 1,\n    }},\n)",
    ),
    "too-long-before": (
        f"users.document('{LONG * 2}').set(name)",
        f"await asyncio.to_thread(\n    users.document('{LONG * 2}').set,\n    name,\n)",
    ),
    "too-long-beside-a-comment": (
        f"users.document('{LONG}').set(name)  # one",
        f"await asyncio.to_thread(users.document('{LONG}').set, name)  # one",
    ),
    "too-long-in-an-f-string": (
        f"x = f\"{{users.document('{LONG}').get()}}\"",
        f"x = f\"{{await asyncio.to_thread(users.document('{LONG}').get)}}\"",
    ),
    # what stands for what
    "sleep": ("time.sleep(1)", "await asyncio.sleep(1)"),
    "sleep-in-an-expression": ("x = time.sleep(1) or 2", "x = await asyncio.sleep(1) or 2"),
    "subprocess": ("subprocess.run(['a'])", "await asyncio.to_thread(subprocess.run, ['a'])"),
    "requests": ("requests.get(name).json()", "(await asyncio.to_thread(requests.get, name)).json()"),
    "path": ("Path(name).write_bytes(b'')", "await asyncio.to_thread(Path(name).write_bytes, b'')"),
    "object-in-storage": (
        "bucket.blob(name).download_as_text()",
        "await asyncio.to_thread(bucket.blob(name).download_as_text)",
    ),
    "chain-of-waits": ("open(name).read()", "await asyncio.to_thread(lambda: open(name).read())"),
    "chain-of-waits-in-an-f-string": (
        'f"{open(name).read()}"',
        'f"{await asyncio.to_thread(lambda: open(name).read())}"',
    ),
    "client-made-on-the-way": (
        "firestore.Client().collection('a').document(name).get()",
        "await asyncio.to_thread(\n    lambda: firestore.Client().collection('a').document(name).get()\n)",
    ),
    # lazy iterators
    "lazy-in-for": (
        "found = []\nfor x in users.stream():\n    found.append(x)",
        "found = []\nfor x in await asyncio.to_thread(list, users.stream()):\n    found.append(x)",
    ),
    "lazy-in-a-comprehension": (
        "[x.id for x in users.stream()]",
        "[x.id for x in await asyncio.to_thread(list, users.stream())]",
    ),
    "lazy-in-list": ("list(users.stream())", "await asyncio.to_thread(list, users.stream())"),
    "lazy-in-sorted": ("sorted(users.stream())", "sorted(await asyncio.to_thread(list, users.stream()))"),
    "lazy-in-list-of-enumerate": (
        "list(enumerate(users.stream()))",
        "list(enumerate(await asyncio.to_thread(list, users.stream())))",
    ),
    "lazy-in-join": (
        "','.join(x.id for x in users.stream())",
        "','.join(x.id for x in await asyncio.to_thread(list, users.stream()))",
    ),
    "lazy-unpacked": (
        "x = [*users.stream()]",
        "x = [*await asyncio.to_thread(list, users.stream())]",
    ),
    "lazy-unpacked-to-names": (
        "x, *y = users.stream()",
        "x, *y = await asyncio.to_thread(list, users.stream())",
    ),
    "lazy-under-a-name": (
        "found = users.stream()\nreturn [x.id for x in found]",
        "found = await asyncio.to_thread(list, users.stream())\nreturn [x.id for x in found]",
    ),
    "lazy-under-a-name-listed": (
        "found = users.stream()\nreturn list(found)",
        "found = users.stream()\nreturn await asyncio.to_thread(list, found)",
    ),
    "lazy-under-a-name-counted": (
        "found = users.stream()\nreturn len(list(found))",
        "found = users.stream()\nreturn len(await asyncio.to_thread(list, found))",
    ),
    "lazy-under-a-name-listed-in-a-try": (
        "found = users.stream()\ntry:\n    return set(found)\nexcept OSError:\n    return []",
        "found = users.stream()\ntry:\n    return await asyncio.to_thread(set, found)\nexcept OSError:\n    return []",
    ),
    "lazy-under-a-name-listed-in-one-of-two": (
        "found = users.stream()\nreturn list(found) if name else [x for x in found]",
        "found = await asyncio.to_thread(list, users.stream())\nreturn list(found) if name else [x for x in found]",
    ),
    "waiting-and-lazy-under-a-name-listed": (
        "found = Path(name).iterdir()\nreturn list(found)",
        "found = await asyncio.to_thread(lambda: list(Path(name).iterdir()))\nreturn list(found)",
    ),
    "lazy-under-a-name-read-in-a-try": (
        "found = users.stream()\ntry:\n    return [x.id for x in found]\nexcept OSError:\n    return []",
        "found = users.stream()\ntry:\n    return [x.id for x in await asyncio.to_thread(list, found)]\n"
        "except OSError:\n    return []",
    ),
    "lazy-with-a-limit-of-one": (
        "for x in users.limit(1).stream():\n    return x\nreturn None",
        "for x in await asyncio.to_thread(list, users.limit(1).stream()):\n    return x\nreturn None",
    ),
    # left alone
    "awaited-already": ("await asyncio.to_thread(load, name)", None),
    "in-a-lambda": ("await asyncio.to_thread(lambda: load(name))", None),
    "handed-to-an-executor": ("asyncio.get_running_loop().run_in_executor(None, load, name)", None),
    "not-called": ("x = load", None),
    "dict-get": ("x = {}.get(name)", None),
    "builder-only": ("x = users.document(name)", None),
    "lazy-handed-on": ("return g(users.stream())", None),
    "lazy-returned": ("return users.stream()", None),
    "shadowed-by-a-local": ("load = name.upper\nload(name)", None),
}


def _texts(variant: int = 0) -> dict[str, str]:
    """The modules of all shapes, before (0) or after (1)."""
    texts = {}
    for name, shape in SHAPES.items():
        body = shape[variant] if shape[variant] is not None else shape[0]
        assert body is not None
        texts[f"app/{name}.py"] = (
            f"{HEAD}async def f(name):\n{textwrap.indent(body, '    ', _is_code(body))}\n"
        )
    return texts


def _is_code(body: str) -> object:
    """Whether to indent a line: not those of a multi-line string."""
    inside = '"""' in body
    lines = iter(body.split("\n"))
    return (lambda line: line.rstrip("\n") == next(lines) and line.startswith("x =")) if inside else None


def _applied(texts: Mapping[str, str]) -> dict[str, str]:
    with opened(texts) as project:
        applied = engine.apply(project, [codemod], {Safety.SAFE, Safety.REVIEW})
        assert not applied.project.errors, applied.project.errors
        assert not applied.refused, [(f.path, reason) for f, reason in applied.refused]
        return {path: source.text for path, source in applied.project.sources.items()}


@pytest.fixture(scope="module")
def results() -> dict[str, str]:
    return _applied(_texts())


@pytest.mark.parametrize("name", SHAPES)
def test_shape(name: str, results: dict[str, str]) -> None:
    path = f"app/{name}.py"
    assert results[path] == _texts(1)[path]
    ast.parse(results[path])
    compile(results[path], path, "exec")
    assert comments_of(results[path]) == comments_of(_texts()[path])


def test_a_second_run_changes_nothing(results: dict[str, str]) -> None:
    assert _applied(results) == results


def test_line_endings_are_kept(results: dict[str, str]) -> None:
    texts = {path: text.replace("\n", "\r\n") for path, text in _texts().items()}
    assert _applied(texts) == {path: text.replace("\n", "\r\n") for path, text in results.items()}


# --- end to end ------------------------------------------------------------------------------------


def test_imports_asyncio_after_the_docstring() -> None:
    rewritten(
        codemod,
        '''
        """Users."""

        from __future__ import annotations

        import time


        async def wait() -> None:
            time.sleep(1)  # a moment
        ''',
        '''
        """Users."""

        from __future__ import annotations

        import asyncio


        async def wait() -> None:
            await asyncio.sleep(1)  # a moment
        ''',
    )


@pytest.mark.parametrize(
    "other",
    [
        {"app/other.py": "from app.module import time\n"},
        {"tests/test_it.py": "def test_it(mocker):\n    mocker.patch('app.module.time')\n"},
    ],
    ids=["imports it from there", "patches it there"],
)
def test_an_import_that_others_use_stays(other: dict[str, str]) -> None:
    results = _applied({"app/module.py": "import time\nasync def f():\n    time.sleep(1)\n", **other})
    assert "import time\n" in results["app/module.py"]
    assert "asyncio.sleep(1)" in results["app/module.py"]


def test_uses_the_spelling_that_the_file_has() -> None:
    rewritten(
        codemod,
        """
        from asyncio import to_thread as in_thread
        from pathlib import Path


        async def load(path: Path) -> str:
            return path.read_text()
        """,
        """
        from asyncio import to_thread as in_thread
        from pathlib import Path


        async def load(path: Path) -> str:
            return await in_thread(path.read_text)
        """,
    )


IMPORTED_IN_THE_FUNCTION = {
    "at its top": "import asyncio\nAFTER",
    "beside others": "import json, asyncio\nAFTER",
    "under another name": "import asyncio as aio\nAFTER",
    "the function itself": "from asyncio import to_thread\nAFTER",
    "in a block around": "try:\n    import asyncio\n    AFTER\nexcept ImportError:\n    pass",
    "twice": "import asyncio\nif name:\n    import asyncio\nAFTER",
    "in the function around": "import asyncio\nasync def g():\n    AFTER\nreturn g",
}


@pytest.mark.parametrize("body", IMPORTED_IN_THE_FUNCTION.values(), ids=list(IMPORTED_IN_THE_FUNCTION))
def test_uses_what_the_function_has_imported(body: str) -> None:
    spelled = "aio.to_thread" if " as " in body else "to_thread" if "from" in body else "asyncio.to_thread"
    head = "from pathlib import Path\n\n\nasync def f(name: Path):\n"
    before = textwrap.indent(body.replace("AFTER", "print(name.read_text())"), "    ")
    after = textwrap.indent(body.replace("AFTER", f"print(await {spelled}(name.read_text))"), "    ")
    rewritten(codemod, f"{head}{before}\n", f"{head}{after}\n")


def test_the_outermost_helper_moves_and_stays_callable_as_it_is() -> None:
    rewritten(
        codemod,
        {
            "app/store.py": """
                from google.cloud import firestore


                class Store:
                    def __init__(self) -> None:
                        self.db = firestore.Client()

                    def _one(self, key: str) -> dict:
                        return self.db.collection("users").document(key).get().to_dict()

                    def load(self, keys: list[str]) -> list[dict]:
                        return [self._one(key) for key in keys]
                """,
            "app/api.py": """
                from app.store import Store

                store = Store()


                async def load(keys: list[str]) -> list[dict]:
                    return store.load(keys)
                """,
        },
        {
            "app/store.py": """
                from google.cloud import firestore


                class Store:
                    def __init__(self) -> None:
                        self.db = firestore.Client()

                    def _one(self, key: str) -> dict:
                        return self.db.collection("users").document(key).get().to_dict()

                    def load(self, keys: list[str]) -> list[dict]:
                        return [self._one(key) for key in keys]
                """,
            "app/api.py": """
                import asyncio

                from app.store import Store

                store = Store()


                async def load(keys: list[str]) -> list[dict]:
                    return await asyncio.to_thread(store.load, keys)
                """,
        },
    )


def test_a_read_then_write_is_for_review() -> None:
    rewritten(
        codemod,
        """
        from google.cloud import firestore

        db = firestore.Client()


        async def add(name: str) -> None:
            reference = db.collection("users").document(name)
            count = reference.get().get("count")
            reference.set({"count": count + 1})
        """,
        """
        import asyncio

        from google.cloud import firestore

        db = firestore.Client()


        async def add(name: str) -> None:
            reference = db.collection("users").document(name)
            count = (await asyncio.to_thread(reference.get)).get("count")
            await asyncio.to_thread(reference.set, {"count": count + 1})
        """,
        safety=Safety.REVIEW,
    )


REPORTED = {
    "sleep-under-a-lock": (
        "import threading, time\nlock = threading.Lock()\nasync def f():\n    with lock:\n        time.sleep(1)\n",
        "a lock for threads",
    ),
    "trio": ("import time, trio\nasync def f():\n    time.sleep(1)\n", "uses trio"),
    "anyio": ("import time, anyio\nasync def f():\n    time.sleep(1)\n", "may run on trio"),
    "input": ("async def f():\n    return input()\n", "waits for a person"),
    "asyncio-is-something-else": (
        "import time\nasyncio = 1\nasync def f():\n    time.sleep(1)\n",
        "`asyncio` means something else",
    ),
    "asyncio-is-imported-later": (
        "import time\nasync def f():\n    time.sleep(1)\n    import asyncio\n",
        "`asyncio` is imported further down in this function; move that import up",
    ),
    "asyncio-is-imported-at-times": (
        "import time\nasync def f(x):\n    if x:\n        import asyncio\n    time.sleep(1)\n",
        "`asyncio` means something else",
    ),
    "asyncio-is-imported-in-a-handler": (
        "import time\nasync def f(x):\n    try:\n        import asyncio\n    except ImportError:\n        asyncio = x\n"
        "    time.sleep(1)\n",
        "`asyncio` means something else",
    ),
    "asyncio-is-imported-and-rebound": (
        "import time\nasync def f(x):\n    import asyncio\n    asyncio = x\n    time.sleep(1)\n",
        "`asyncio` means something else",
    ),
    "another-asyncio-is-imported": (
        "import time\nasync def f():\n    from app import asyncio\n    time.sleep(1)\n",
        "`asyncio` means something else",
    ),
    "asyncio-is-hidden-by-the-inner-function": (
        "import time\ndef g():\n    import asyncio\n    async def f(asyncio):\n        time.sleep(1)\n    return f\n",
        "`asyncio` means something else",
    ),
    "asyncio-of-the-project": (
        "import time\nfrom app import asyncio\nasync def f():\n    time.sleep(1)\n",
        "`asyncio` means something else",
    ),
    "list-is-something-else": (
        "from google.cloud import firestore\ndb = firestore.Client()\ndef list(): ...\n"
        "async def f():\n    return [x for x in db.collection('a').stream()]\n",
        "`list` means something else",
    ),
    "property": (
        "from pathlib import Path\nclass A:\n    @property\n    def text(self):\n        return Path('a').read_text()\n\n"
        "    async def f(self):\n        return self.text\n",
        "is a property",
    ),
    "several-waits-around-an-await": (
        "async def f(name):\n    return open(await name).read()\n",
        "take it apart",
    ),
    "several-waits-around-an-unknown-call": (
        "from x import g\nasync def f(name):\n    return open(g(name)).read()\n",
        "with `g()` in between",
    ),
    "lazy-read-twice": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f():\n"
        "    found = db.collection('a').stream()\n    return [x for x in found], [x for x in found]\n",
        "looped over more than once",
    ),
    "lazy-left-by-break": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f():\n"
        "    for x in db.collection('a').stream():\n        break\n",
        "may stop before the end",
    ),
    "lazy-next": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f():\n"
        "    return next(db.collection('a').stream(), None)\n",
        "may stop before the end",
    ),
    "lazy-in": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f(x):\n"
        "    return x in db.collection('a').stream()\n",
        "may stop before the end",
    ),
    "lazy-zip": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f(x):\n"
        "    return list(zip(x, db.collection('a').stream()))\n",
        "may stop before the end",
    ),
    "lazy-any": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f(x):\n"
        "    return any(y.id == x for y in db.collection('a').stream())\n",
        "may stop before the end",
    ),
    "lazy-read-and-handed-on": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f(g):\n"
        "    found = db.collection('a').stream()\n    x = list(found)\n    return g(found)\n",
        "handed on before it is read",
    ),
    "lazy-captured": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f():\n"
        "    found = db.collection('a').stream()\n    def g():\n        return list(found)\n    return [x for x in found], g\n",
        "handed on before it is read",
    ),
    "lazy-unpacked-to-two": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f():\n"
        "    x, y = db.collection('a').stream()\n    return x\n",
        "may stop before the end",
    ),
    "lazy-in-a-loop-around": (
        "from google.cloud import firestore\ndb = firestore.Client()\nasync def f(names):\n"
        "    found = db.collection('a').stream()\n    for name in names:\n        print([x for x in found])\n",
        "looped over more than once",
    ),
}


@pytest.mark.parametrize(("code", "reason"), REPORTED.values(), ids=list(REPORTED))
def test_reported_only(code: str, reason: str) -> None:
    untouched(codemod, code, reason=reason)


STEERED = {
    "assigned in place": "for root, folders, names in os.walk(top):\n    folders[:] = []",
    "deleted from": "for root, folders, names in os.walk(top):\n    del folders[0]",
    "a method": "for root, folders, names in os.walk(top):\n    folders.remove('.git')",
    "extended": "for root, folders, names in os.walk(top):\n    folders += []",
    "passed on": "for root, folders, names in os.walk(top):\n    prune(folders)",
    "another name": "for root, folders, names in os.walk(top):\n    same = folders",
    "numbered": "for n, (root, folders, names) in enumerate(os.walk(top)):\n    folders.clear()",
    "as a whole": "for found in os.walk(top):\n    found[1].clear()",
    "with file descriptors": "for root, folders, names, fd in os.fwalk(top):\n    folders.sort()",
    "of a path": "for root, folders, names in Path(top).walk():\n    folders.sort()",
    "under a name": "walk = os.walk(top, topdown=True)\nfor root, folders, names in walk:\n    folders.sort()",
    "in a comprehension": "x = [n for root, folders, names in os.walk(top) for n in folders.sort() or names]",
}


@pytest.mark.parametrize("body", STEERED.values(), ids=list(STEERED))
def test_a_walk_that_its_loop_steers(body: str) -> None:
    code = f"{HEAD}async def f(top, prune):\n    x = []\n{textwrap.indent(body, '    ')}\n    x.append(1)\n"
    untouched(codemod, code, reason="the loop steers the walk")


@pytest.mark.parametrize(
    "body",
    [
        "for root, folders, names in os.walk(top):\n    x.extend(sorted(folders))",
        "for root, folders, names in os.walk(top):\n    x.extend(n for n in folders if 'a' in folders)",
        "for root, folders, names in os.walk(top):\n    if folders or names:\n        x.append(root)",
        "for root, folders, names in os.walk(top):\n    folders = sorted(folders)\n    x.append(folders[0])",
        "for root, folders, names in os.walk(top, topdown=False):\n    x.append(folders)",
        "for root, folders, names in os.walk(top, False):\n    x.append(folders)",
        "for root, folders, names in Path(top).walk(top_down=False):\n    x.append(folders)",
        "for root, folders, names in os.walk(top):\n    names.sort()\n    x.append(names)",
    ],
)
def test_a_walk_that_only_looks(body: str) -> None:
    found = _only(f"async def f(top):\n    x = []\n{textwrap.indent(body, '    ')}\n")
    assert found.safety is Safety.SAFE, found.reason


REVIEWED = {
    "lazy-in-batches-a-new-list": (
        "async def f(send):\n    rows = []\n    for x in users.stream():\n        rows.append(x)\n"
        "        if len(rows) >= 100:\n            await send(rows)\n            rows = []\n",
        "hold all results in memory",
    ),
    "lazy-in-batches-cleared": (
        "async def f(send):\n    rows = []\n    for x in users.stream():\n        rows.append(x)\n"
        "        if len(rows) >= 100:\n            await send(rows)\n            rows.clear()\n",
        "hold all results in memory",
    ),
    "lazy-in-batches-a-slice": (
        "async def f(send):\n    rows = []\n    for x in users.stream():\n        rows.append(x)\n"
        "        if len(rows) >= 100:\n            await send(rows)\n            del rows[:]\n",
        "hold all results in memory",
    ),
    "lazy-in-batches-an-empty-slice": (
        "async def f(send):\n    rows = []\n    for x in users.stream():\n        rows.append(x)\n"
        "        if len(rows) >= 100:\n            await send(rows)\n            rows[:] = []\n",
        "hold all results in memory",
    ),
    "lazy-into-something-made-for-each": (
        "async def f(send):\n    for x in users.stream():\n        row = {}\n        row['a'] = x\n        await send(row)\n",
        "hold all results in memory",
    ),
    "lazy-into-the-item": (
        "async def f(send):\n    for x in users.stream():\n        x.names.append('a')\n        await send(x)\n",
        "hold all results in memory",
    ),
    "lazy-into-a-window": (
        "async def f(send, last):\n    for x in users.stream():\n        last.append(x)\n        last.popleft()\n",
        "hold all results in memory",
    ),
    "lazy-yielded-one-by-one": (
        "async def f():\n    for x in users.stream():\n        yield x\n",
        "hold all results in memory",
    ),
    "lazy-counted": (
        "async def f():\n    return sum(1 for x in users.stream())\n",
        "hold all results in memory",
    ),
    "lazy-written-in-the-loop": (
        "async def f(found):\n    for x in users.stream():\n        found.append(x)\n"
        "        Path(x.id).write_text('')\n",
        "handles each item before the next",
    ),
    "lazy-with-a-limit": (
        "async def f():\n    for x in users.limit(5).stream():\n        return x\n",
        "all that the limit allows",
    ),
}


@pytest.mark.parametrize(("code", "reason"), REVIEWED.values(), ids=list(REVIEWED))
def test_for_review(code: str, reason: str) -> None:
    assert any(f.safety is Safety.REVIEW and reason in f.reason for f in findings_of(codemod, HEAD + code))


@pytest.mark.parametrize(
    "body",
    [
        "batch.append(x)\n        total += [x]\n        batch = []",
        "found.append(x)\n        batch = []",
        "groups.setdefault(x.id, []).append(x)",
        "groups[x.id].append(x)",
        "row = {}\n        row['a'] = x\n        found.append(row)",
    ],
)
def test_a_loop_that_collects_all(body: str) -> None:
    head = "    found, groups, total, batch = [], {}, [], []\n"
    code = f"async def f():\n{head}    for x in users.stream():\n        {body}\n"
    assert _only(code).safety is Safety.SAFE, _only(code).reason


QUICK = {
    "a function": "os.path.exists(name)",
    "a method": "Path(name).is_file()",
    "a chain": "Path(name).resolve().stat()",
    "in a loop": "[n for n in name if os.path.isfile(n)]",
    "that writes": "os.makedirs(name, exist_ok=True)",
    "in a helper": "there(name)",
}
QUICK_HELPERS = """
def there(name: str) -> bool:
    path = Path(name)
    return path.exists() and path.is_file()

def all_there(names: list[str]) -> bool:
    return all(os.path.exists(name) for name in names)

def both(name: str) -> str:
    return Path(name).read_text() if os.path.exists(name) else ""

"""


@pytest.mark.parametrize("call", QUICK.values(), ids=list(QUICK))
def test_a_look_at_the_disk_is_only_reported(call: str) -> None:
    code = f"{HEAD}{QUICK_HELPERS}async def f(name: str):\n    return {call}\n"
    untouched(codemod, code, reason="takes microseconds on a local disk")
    assert {f.severity for f in findings_of(codemod, code)} == {Severity.LOW}


@pytest.mark.parametrize(
    "call",
    ["all_there([name])", "both(name)", "Path(name).resolve().read_text()", "bucket.blob(name).exists()"],
)
def test_what_takes_longer_is_moved(call: str) -> None:
    assert _only(f"{QUICK_HELPERS}async def f(name: str):\n    return {call}\n").safety is Safety.SAFE


SCRIPT = """
import asyncio
import time

async def load():
    time.sleep(1)
    input()

async def main():
    await load()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("    asyncio.run(main())", "    start()\n\ndef start():\n    asyncio.run(main())"),
        ("async def load():", "async def load():\n    await load()\n"),
    ],
    ids=["as it is", "run by a function", "recursive"],
)
def test_a_script_has_nobody_to_block(old: str, new: str) -> None:
    untouched(codemod, SCRIPT.replace(old, new, 1))


NO_SCRIPT = {
    "run when imported": ('if __name__ == "__main__":', "if True:"),
    "called by a route": (
        "async def load",
        "@app.get('/')\nasync def route():\n    await load()\n\nasync def load",
    ),
    "is a route": ("async def load", "@app.get('/')\nasync def load"),
    "started as a task": ("    await load()", "    asyncio.create_task(load())"),
    "beside tasks": ("    await load()", "    await asyncio.gather(other(), other())\n    await load()"),
    "beside tasks of a helper": (
        "async def main():",
        "async def spawn():\n    asyncio.create_task(other())\n\nasync def main():\n    await spawn()",
    ),
    "beside a group": (
        "    await load()",
        "    async with asyncio.TaskGroup() as group:\n        await load()",
    ),
    "beside a server": ("    await load()", "    await load()\n    await server.serve()"),
    "handed on": ("    await load()", "    await load()\n    register(load)"),
    "named in a string": ("    await load()", "    await load()\n    register('app.module:load')"),
    "called by nobody": ("    await load()", "    pass"),
    "run by a function that others call": (
        "    asyncio.run(main())",
        "    start()\n\ndef start():\n    asyncio.run(main())\n\ndef again():\n    start()",
    ),
}


@pytest.mark.parametrize(("old", "new"), NO_SCRIPT.values(), ids=list(NO_SCRIPT))
def test_what_is_no_script(old: str, new: str) -> None:
    code = SCRIPT.replace(old, new, 1)
    assert code != SCRIPT
    assert any("time.sleep" in f.message for f in findings_of(codemod, code))


@pytest.mark.parametrize(
    "other",
    [
        "from app.module import load\nasync def f():\n    await load()\n",
        "from app import module\nasync def f():\n    await module.load()\n",
        "from app.module import *\n",
    ],
    ids=["a function of it", "the module", "all of it"],
)
def test_a_script_that_another_module_imports(other: str) -> None:
    files = {"app/__init__.py": "", "app/module.py": SCRIPT, "app/other.py": other}
    assert findings_of(codemod, files)


def test_another_function_of_that_name_elsewhere() -> None:
    other = "import app.routes\nasync def load():\n    pass\nasync def f():\n    await load()\n"
    untouched(codemod, {"app/__init__.py": "", "app/module.py": SCRIPT, "app/other.py": other})


NOTHING = {
    "sync-function": "import time\ndef f():\n    time.sleep(1)\n",
    "nested-sync-function": "import time\nasync def f():\n    def g():\n        time.sleep(1)\n    return g\n",
    "start-up": "import time\nfrom x import app\n@app.on_event('startup')\nasync def f():\n    time.sleep(1)\n",
    "lifespan": (
        "import time\nfrom contextlib import asynccontextmanager\n@asynccontextmanager\nasync def lifespan(app):\n"
        "    time.sleep(1)\n    yield\n"
    ),
    "built-once": (
        "from functools import lru_cache\nfrom google.cloud import firestore\n@lru_cache\ndef db():\n"
        "    return firestore.Client()\nasync def f():\n    return db()\n"
    ),
    "built-at-first-use": (
        "from google.cloud import firestore\n_db = None\ndef db():\n    global _db\n    if _db is None:\n"
        "        _db = firestore.Client()\n    return _db\nasync def f():\n    return db()\n"
    ),
    "async-client": (
        "from google.cloud import firestore\ndb = firestore.AsyncClient()\nasync def f():\n"
        "    return await db.collection('a').document('b').get()\n"
    ),
    "unknown-library": "from x import y\nasync def f():\n    return y.get('a')\n",
    "not-this-sleep": "from x import time\nasync def f():\n    time.sleep(1)\n",
}


@pytest.mark.parametrize("code", NOTHING.values(), ids=list(NOTHING))
def test_nothing_to_find(code: str) -> None:
    untouched(codemod, code)


def test_tests_are_left_alone() -> None:
    untouched(codemod, {"tests/test_it.py": "import time\nasync def test_it():\n    time.sleep(1)\n"})


@pytest.mark.parametrize(
    "patched",
    ["patch('app.module.time.sleep')", "patch('time.sleep')", "monkeypatch.setattr(time, 'sleep', g)"],
)
def test_sleep_that_tests_patch_is_for_review(patched: str) -> None:
    (found,) = findings_of(
        codemod,
        {
            "app/module.py": "import time\nasync def f():\n    time.sleep(1)\n",
            "tests/test_it.py": f"import time\nfrom unittest.mock import patch\ndef test_it(monkeypatch, g):\n    {patched}\n",
        },
    )
    assert found.safety is Safety.REVIEW
    assert "tests/test_it.py" in found.reason


@pytest.mark.parametrize(
    ("call", "severity"),
    [
        ("load('a')", Severity.MEDIUM),
        ("os.path.exists('a')", Severity.LOW),
        ("requests.get('a')", Severity.HIGH),
    ],
    ids=["file", "look-at-a-file", "network"],
)
def test_severity(call: str, severity: Severity) -> None:
    assert _only(f"async def f():\n    {call}\n").severity is severity


def test_message_names_the_way_down() -> None:
    assert _only("async def f():\n    return load('a')\n").message == (
        "`load()` blocks the event loop (load → Path.read_text)"
    )


def _only(code: str) -> Finding:
    (found,) = findings_of(codemod, HEAD + code)
    return found


@pytest.mark.parametrize(
    "files",
    [
        {"tests/test_it.py": "import trio\n"},
        {"app/other.py": "from trio import sleep\n"},
        {"requirements.txt": "httpx\ntrio==0.33\n"},
        {"pyproject.toml": '[project]\ndependencies = [\n    "anyio[trio]>=4",\n]\n'},
    ],
    ids=["tests", "another module", "requirements", "pyproject"],
)
def test_a_project_that_also_runs_on_trio_is_only_reported(files: dict[str, str]) -> None:
    untouched(codemod, {"app/module.py": SLEEPS, **files}, reason="this project also runs on trio")


def test_a_module_of_asyncio_in_a_project_that_knows_trio() -> None:
    files = {
        "app/module.py": f"import asyncio\n{SLEEPS}    asyncio.Event()\n",
        "tests/test_it.py": "import trio\n",
    }
    assert "await asyncio.sleep(1)" in _applied(files)["app/module.py"]


SLEEPS = "import time\nasync def f():\n    time.sleep(1)\n"

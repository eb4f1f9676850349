"""streamed-payloads: uploads that are only written to a file are copied in chunks; the rest is told."""

from __future__ import annotations

import asyncio
import inspect
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from codemods.streamed_payloads import codemod
from fixbot import engine, testing
from fixbot.model import Safety
from fixbot.testing import MODULE, opened

rewritten = partial(testing.rewritten, codemod)
untouched = partial(testing.untouched, codemod)

PLAIN = """\
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/videos")
def save(video: UploadFile) -> None:
    content = video.file.read()
    with open("video.mp4", "wb") as f:
        f.write(content)
"""
COPIED = """\
import shutil

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/videos")
def save(video: UploadFile) -> None:
    with open("video.mp4", "wb") as f:
        shutil.copyfileobj(video.file, f)
"""
ASYNC = PLAIN.replace("def save", "async def save").replace("video.file.read()", "await video.read()")
IN_THREAD = (
    COPIED.replace("def save", "async def save")
    .replace("shutil.copyfileobj(", "await asyncio.to_thread(shutil.copyfileobj, ")
    .replace("import shutil", "import asyncio\nimport shutil")
)
TEMPORARY = (
    ('open("video.mp4", "wb")', "tempfile.NamedTemporaryFile(delete=False)"),
    ("from fastapi", "import tempfile\n\nfrom fastapi"),
)


def but(*changes: tuple[str, str], text: str = ASYNC) -> str:
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


def test_a_plain_handler() -> None:
    rewritten(PLAIN, COPIED)


def test_an_async_handler_needs_review() -> None:
    rewritten(ASYNC, IN_THREAD, safety=Safety.REVIEW)


def test_a_temporary_file() -> None:
    tempfile = (TEMPORARY[0], ("import shutil\n", "import shutil\nimport tempfile\n"))
    rewritten(but(*TEMPORARY), but(*tempfile, text=IN_THREAD))


@pytest.mark.parametrize(
    "changes",
    {
        "Annotated": (
            ("video: UploadFile", "video: Annotated[UploadFile, File()]"),
            ("from fastapi import FastAPI, ", "from typing import Annotated\n\nfrom fastapi import FastAPI, File, "),
        ),
        "several": (
            ("video: UploadFile", "videos: list[UploadFile]"),
            ("    with", "        with"),
            ("        f.write(content)", "            f.write(content)"),
            ("    content =", "    for video in videos:\n        content ="),
        ),
        "of starlette": (
            ("FastAPI, UploadFile", "FastAPI"),
            ("\n\napp", "\nfrom starlette.datastructures import UploadFile\n\napp"),
        ),
        "a path": (('open("video.mp4", "wb")', 'Path("video.mp4").open("wb")'), ("from fastapi", "from pathlib import Path\n\nfrom fastapi")),
        "appending": (('"wb"', '"ab"'),),
        "something in between": (("    with", '    name = "video.mp4"\n    with'),),
        "its name afterwards": (("f.write(content)", "f.write(content)\n    print(video.filename)"),),
        "rewound afterwards": (("f.write(content)", "f.write(content)\n    video.file.seek(0)"),),
    }.values(),
)  # fmt: skip
def test_other_forms(changes: tuple[tuple[str, str], ...]) -> None:
    before = but(*changes, text=PLAIN)
    with opened(before) as project:
        after = engine.apply(project, [codemod]).texts[MODULE]
    assert "shutil.copyfileobj(video.file, f)" in after
    assert "content" not in after
    rewritten(before, after)


def test_written_by_aiofiles() -> None:
    aiofiles = (
        ('with open("video.mp4", "wb")', 'async with aiofiles.open("video.mp4", "wb")'),
        ("from fastapi", "import aiofiles\nfrom fastapi"),
    )
    before = but(*aiofiles, ("        f.write", "        await f.write"))
    after = but(
        *aiofiles,
        ("    content = await video.read()\n", ""),
        (
            "        f.write(content)\n",
            "        while chunk := await video.read(1024 * 1024):\n            await f.write(chunk)\n",
        ),
    )
    rewritten(before, after)


@pytest.mark.parametrize(
    "changes",
    {
        "in chunks already": (("video.read()", "video.read(1024)"),),
        "text": (
            ("content = await video.read()", "content = (await video.read()).decode()"),
            ('"wb"', '"w"'),
        ),
        "parsed": (
            ("content = await video.read()", "content = json.loads(await video.read())"),
            ("from fastapi", "import json\n\nfrom fastapi"),
        ),
        "not an upload": (("video: UploadFile", "video: Request"), ("UploadFile", "Request")),
        "unknown": (("video: UploadFile", "video"), ("FastAPI, UploadFile", "FastAPI, UploadFile as Upload")),
        "rebound": (("    content", "    video = first(video)\n    content"),),
    }.values(),
)
def test_left_alone(changes: tuple[tuple[str, str], ...]) -> None:
    text = ASYNC
    for old, new in reversed(changes) if ("UploadFile", "Request") in changes else changes:
        text = text.replace(old, new)
    untouched(text)


@pytest.mark.parametrize(
    ("changes", "reason"),
    {
        "hashed": ((("f.write(content)", "f.write(content)\n    return hashlib.sha256(content).hexdigest()"), ("from fastapi", "import hashlib\n\nfrom fastapi")), "used for more"),
        "measured": ((("    with", "    if len(content) > 1000:\n        raise ValueError\n    with"),), "`len(content)`"),
        "handed on": ((("f.write(content)", "f.write(shrink(content))"),), "`shrink(content)`"),
        "returned": ((("f.write(content)", "pass\n    return content"),), "used for more"),
        "the number of bytes is used": ((("f.write(content)", "print(f.write(content))"),), "used for more"),
        "written twice": ((("f.write(content)", "f.write(content)\n        f.write(content)"),), "used for more"),
        "opened elsewhere": ((('open("video.mp4", "wb")', "target()"),), "used for more"),
        "text mode": ((('"wb"', '"w"'),), "used for more"),
        "in a loop": ((("    with", '    for name in "ab":\n      with'), ("        f.write", "          f.write"), ), "used for more"),
        "a comment": ((("await video.read()", "await video.read()  # all of it"),), "a comment would be lost"),
        "a comment above": ((("    content", "    # all of it\n    content"),), "a comment would be lost"),
        "rewound in between": ((("    with", "    await video.seek(0)\n    with"),), "between reading and writing"),
        "shutil is something else": ((("f.write(content)", "f.write(content)\n    shutil = None"),), "something else here"),
        "trio": ((("from fastapi", "import trio\nfrom fastapi"),), "trio"),
        "a lock is held": ((("    with open", "    with lock, open"), ("app =", "lock = threading.Lock()\napp ="), ("from fastapi", "import threading\n\nfrom fastapi")), "lock for threads"),
    }.values(),
)  # fmt: skip
def test_only_reported(changes: tuple[tuple[str, str], ...], reason: str) -> None:
    untouched(but(*changes), reason=reason)


def test_tests_that_call_the_handler() -> None:
    test = "from app.main import save\n\n\ndef test_it(upload):\n    save(upload)\n"
    files = {"app/__init__.py": "", "app/main.py": PLAIN, "tests/test_main.py": test}
    rewritten(files, {**files, "app/main.py": COPIED}, safety=Safety.REVIEW)


BASE64 = """\
import base64

from google.cloud import storage

bucket = storage.Client().bucket("videos")


def save(data: str) -> None:
    content = base64.b64decode(data)
    bucket.blob("video").upload_from_string(content)
"""


def test_base64_that_is_stored() -> None:
    untouched(BASE64, reason="multipart uploads")


@pytest.mark.parametrize("written", ['print(content.decode().split(":"))', "return content == b'secret'"])
def test_base64_that_is_small(written: str) -> None:
    untouched(but(('bucket.blob("video").upload_from_string(content)', written), text=BASE64))


def test_a_download_as_base64() -> None:
    code = """\
import base64

import httpx


async def fetch(url: str, key: str) -> str:
    async with httpx.AsyncClient(headers={"key": base64.b64encode(key.encode()).decode()}) as client:
        response = await client.get(url)
    return base64.b64encode(response.content).decode()
"""
    untouched(code, reason="as one string")
    assert len(testing.findings_of(codemod, code)) == 1


# --- executed ------------------------------------------------------------------------------------------


def uploaded(text: str, size: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, int]:
    """Run a service, send it a file; the file that it made, and its memory's peak in bytes."""
    source = folder / "sent.mp4"
    with source.open("wb") as sent:
        for number in range(size >> 20):
            sent.write(bytes([number % 251]) * (1 << 20))
    monkeypatch.chdir(folder)
    namespace: dict[str, Any] = {"__name__": "service"}
    exec(compile(text, "service.py", "exec"), namespace)
    handler, peaks = namespace["app"].routes[-1].endpoint, []

    class Upload:
        """What the handler gets, without the client's copy of the body in the same process."""

        def __init__(self) -> None:
            self.file = source.open("rb")

        async def read(self, size: int = -1) -> bytes:
            return self.file.read(size)

    upload = Upload()
    tracemalloc.start()
    result = handler(upload)
    if inspect.isawaitable(result):
        asyncio.run(result)
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert upload.file.read() == b"", "the upload is not at its end"
    upload.file.close()
    return folder / "video.mp4", peaks[0]


@pytest.mark.parametrize("text", [COPIED, IN_THREAD], ids=["plain", "async"])
def test_memory_of_a_large_upload(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = PLAIN if text is COPIED else ASYNC
    size = 64 << 20
    saved, whole = uploaded(before, size, tmp_path, monkeypatch)
    assert whole > size
    assert saved.read_bytes() == (tmp_path / "sent.mp4").read_bytes()
    saved.unlink()
    saved, chunks = uploaded(text, size, tmp_path, monkeypatch)
    assert chunks < size / 8
    assert saved.read_bytes() == (tmp_path / "sent.mp4").read_bytes()


@pytest.mark.parametrize("content", [b"", b"small", b"x" * (3 << 20)], ids=["empty", "small", "large"])
@pytest.mark.parametrize("text", [PLAIN, COPIED, ASYNC, IN_THREAD])
def test_a_real_upload(text: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "service"}
    exec(compile(text, "service.py", "exec", dont_inherit=True), namespace)
    answer = TestClient(namespace["app"]).post("/videos", files={"video": ("a.mp4", content)})
    assert answer.status_code == 200
    assert (tmp_path / "video.mp4").read_bytes() == content

"""Git over HTTP as GitHub serves it: `git http-backend` behind a token."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

BACKEND = ["git", "http-backend"]


def allowed(authorization: str, tokens: set[str]) -> bool:
    """Whether the header holds one of the tokens, as git's basic authentication sends it."""
    kind, _, value = authorization.partition(" ")
    try:
        password = base64.b64decode(value).decode().partition(":")[2]
    except ValueError:
        return False
    return kind.lower() == "basic" and password in tokens


def serve(
    root: Path,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Answer one request for a repository below `root`: status, headers, body."""
    done = subprocess.run(
        BACKEND,
        input=body,
        capture_output=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
            "GIT_PROTOCOL": headers.get("git-protocol", ""),
            "REMOTE_USER": "bot",
            "REMOTE_ADDR": "127.0.0.1",
        },
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    lines = [line.decode().split(": ", 1) for line in head.split(b"\r\n")]
    found = {name.lower(): value for name, value in lines}
    status = int(found.pop("status", "200").split(" ")[0])
    return status, list(found.items()), content

"""The object store: a folder here, with signed links as the real ones have them."""

import hashlib
import hmac
import shutil
import time
from pathlib import Path

from app.config import settings


def sign_url(key: str, expires_in: int = 3600) -> str:
    """A link to an object that works for a while."""
    expires = int(time.time()) + expires_in
    text = f"{key}:{expires}".encode()
    signature = hmac.new(settings.SIGNING_KEY.encode(), text, hashlib.sha256).hexdigest()
    return f"/store/{key}?expires={expires}&signature={signature}"


def read_version(key: str) -> int:
    """The version that the store holds; 0 if it holds none."""
    path = settings.STORE / f"{key}.version"
    return int(path.read_text()) if path.exists() else 0


def upload(source: Path, key: str, version: int) -> None:
    settings.STORE.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, settings.STORE / key)
    (settings.STORE / f"{key}.version").write_text(str(version))

"""Settings, from the environment."""

import os
from pathlib import Path


class Settings:
    def __init__(self) -> None:
        data = Path(os.environ.get("REELS_DATA", "data"))
        self.DATABASE = data / "reels.sqlite3"
        self.MEDIA = data / "media"
        self.STORE = data / "store"
        self.WEIGHTS = data / "upscaler.bin"
        self.SIGNING_KEY = os.environ.get("REELS_SIGNING_KEY", "not a secret")
        self.RENDERER_URL = os.environ.get("REELS_RENDERER_URL", "http://127.0.0.1:9000")
        self.PROBE = os.environ.get("REELS_PROBE", "ffprobe")

    # What cameras and phones record; written as people spell them.
    VIDEO_TYPES = [" MP4", "mov ", "MKV", "webm"]


settings = Settings()

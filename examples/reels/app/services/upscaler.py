"""Makes small clips larger. The weights are read when it is built."""

from app.config import settings


class Upscaler:
    def __init__(self) -> None:
        self.weights = settings.WEIGHTS.read_bytes() if settings.WEIGHTS.exists() else b""

    def factor(self, height: int) -> int:
        """By how much a clip of this height is enlarged."""
        return 1 if height >= 1080 or not self.weights else 2

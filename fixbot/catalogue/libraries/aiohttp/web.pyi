"""The server of aiohttp, of which fixbot knows nothing."""

from typing import Any

def __getattr__(name: str) -> Any: ...

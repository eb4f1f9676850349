"""sqlalchemy.engine: what queries give; the rest is unknown."""

from typing import Any

from .result import Result as Result
from .result import ScalarResult as ScalarResult

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

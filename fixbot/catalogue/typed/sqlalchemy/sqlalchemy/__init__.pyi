"""sqlalchemy: nothing at its top is asked about."""

from typing import Any

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

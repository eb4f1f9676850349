"""django.db: what is asked for is `django.db.models`."""

from typing import Any

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

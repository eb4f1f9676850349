"""django.db.models: models and their managers; the rest is unknown."""

from typing import Any

from .base import Model as Model
from .manager import Manager as Manager
from .query import QuerySet as QuerySet

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

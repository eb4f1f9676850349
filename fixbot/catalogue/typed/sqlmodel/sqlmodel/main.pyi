"""sqlmodel.main: what models are made from; it brings no fields."""

from typing import Any

from fixbot_effects import model_base, pure

@model_base
class SQLModel:
    @pure
    def __init__(self, **data: Any) -> None: ...

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

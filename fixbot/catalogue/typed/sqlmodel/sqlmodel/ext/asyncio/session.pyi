"""sqlmodel.ext.asyncio.session: SQLAlchemy's, with a method for queries of its own."""

from typing import Any

from fixbot_effects import not_thread_safe, reads, writes
from sqlalchemy.ext.asyncio import AsyncSession as _AsyncSession

@not_thread_safe
class AsyncSession(_AsyncSession):
    @reads("sql")
    @writes("sql")
    async def exec(self, statement: Any, **kwargs: Any) -> Any: ...

"""sqlmodel.orm.session: SQLAlchemy's, with a method for queries of its own."""

from typing import Any

from fixbot_effects import not_thread_safe, reads, writes
from sqlalchemy.orm import Session as _Session

@not_thread_safe
class Session(_Session):
    @reads("sql")
    @writes("sql")
    def exec(self, statement: Any, **kwargs: Any) -> Any: ...

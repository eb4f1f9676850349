"""Who asks."""

import sqlite3
from typing import Annotated

from fastapi import Depends, Header, HTTPException

from app.database import Database


async def get_coach(db: Database, authorization: Annotated[str, Header()] = "") -> str:
    """The coach whose session token the request carries."""
    token = authorization.removeprefix("Bearer ")
    session = find_session(db, token)
    if session is None:
        raise HTTPException(401, "Sign in first")
    return session["coach"]


def find_session(db: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    return db.execute("SELECT coach FROM sessions WHERE token = ?", (token,)).fetchone()


Coach = Annotated[str, Depends(get_coach)]

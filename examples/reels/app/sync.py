"""Keeps a copy of the database in the object store: machines come and go, the store stays."""

import logging

from app import storage
from app.config import settings
from app.database import connect

logger = logging.getLogger(__name__)


def sync_database() -> bool:
    """Upload the database if it is newer than the copy in the store."""
    db = connect()
    try:
        row = db.execute("SELECT version FROM sync_state WHERE name = 'database'").fetchone()
    finally:
        db.close()
    if row["version"] <= storage.read_version("reels.sqlite3"):
        return False
    storage.upload(settings.DATABASE, "reels.sqlite3", row["version"])
    logger.info("Database version %s is in the store", row["version"])
    return True

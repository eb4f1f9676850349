"""Finished videos, to be downloaded."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter

from app.config import settings
from app.database import Database
from app.storage import sign_url

router = APIRouter(prefix="/api/downloads", tags=["downloads"])


def size_of(path: Path) -> int:
    """In bytes; 0 for a file that is not here any more."""
    return path.stat().st_size if path.exists() else 0


@router.get("")
async def list_downloads(db: Database) -> dict[str, Any]:
    """The newest version of each video, grouped by project, with a link and its size."""
    rows = db.execute(
        """
        SELECT p.name AS project, v.filename, MAX(v.version) AS version, COUNT(*) AS versions
        FROM videos AS v JOIN projects AS p ON p.id = v.project_id
        GROUP BY v.project_id ORDER BY v.created_at
        """
    ).fetchall()
    downloads = []
    for row in rows:
        download = dict(row)
        download["url"] = sign_url(row["filename"])
        download["bytes"] = size_of(settings.MEDIA / row["filename"])
        downloads.append(download)
    return {"downloads": downloads}

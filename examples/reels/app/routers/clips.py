"""Clips that were cut from games."""

import hashlib
import logging
import sqlite3
from typing import Any

from fastapi import APIRouter, HTTPException, UploadFile

from app.auth import Coach
from app.config import settings
from app.database import Database, save

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/api/clips", tags=["clips"])

BY_RATING = "SELECT id, filename, rating FROM clips WHERE rating >= ? LIMIT 20"


@router.get("")
async def list_clips(db: Database) -> dict[str, Any]:
    """All clips, each with its tracking data and the name of its game."""
    clips = [dict(row) for row in db.execute("SELECT * FROM clips ORDER BY id").fetchall()]
    for clip in clips:
        game = db.execute("SELECT id, name FROM games WHERE id = ?", (clip["game_id"],)).fetchone()
        clip["game"] = game["name"] if game else None
    for found in clips:
        logger.info("Clip %s: %s", found["id"], found["filename"])
    return {"clips": clips}


@router.get("/best")
async def list_best(db: Database, rating: int = 4) -> dict[str, Any]:
    return {"clips": [dict(row) for row in db.execute(BY_RATING, (rating,)).fetchall()]}


@router.get("/game/{game_id}")
async def list_clips_of_game(game_id: int, db: Database, order: str = "id") -> dict[str, Any]:
    if order not in ("id", "rating"):
        raise HTTPException(400, "Order by id or rating")
    rows = db.execute(
        f"SELECT id, filename, rating FROM clips WHERE game_id = ? ORDER BY {order}", (game_id,)
    ).fetchall()
    return {"clips": [dict(row) for row in rows]}


@router.get("/{clip_id}/history")
async def get_history(clip_id: int, db: Database) -> dict[str, Any]:
    """The clips that this one replaces, one after the other."""
    history: list[sqlite3.Row] = []
    current: int | None = clip_id
    while current is not None:
        row = db.execute(
            "SELECT id, filename, replaces FROM clips WHERE id = ?", (current,)
        ).fetchone()
        if row is None:
            break
        history.append(row)
        current = row["replaces"]
    return {"history": [dict(row) for row in history]}


@router.post("/first-available")
async def first_available(wanted: list[int], db: Database) -> dict[str, Any]:
    """The first of these clips that there is."""
    for clip_id in wanted:
        row = db.execute("SELECT id, filename FROM clips WHERE id = ?", (clip_id,)).fetchone()
        if row is not None:
            return dict(row)
    raise HTTPException(404, "None of these clips")


@router.post("/import/{game_id}", status_code=201)
async def import_clip(game_id: int, clip: UploadFile, db: Database, coach: Coach) -> dict[str, Any]:
    """Keep a clip under a name made of what is in it."""
    content = await clip.read()
    digest = hashlib.sha256(content).hexdigest()[:16]
    known = db.execute("SELECT id FROM clips WHERE filename = ?", (f"{digest}.mp4",)).fetchone()
    if known:
        return {"id": known["id"], "new": False}
    settings.MEDIA.mkdir(parents=True, exist_ok=True)
    (settings.MEDIA / f"{digest}.mp4").write_bytes(content)
    created = db.execute(
        "INSERT INTO clips (game_id, filename) VALUES (?, ?)", (game_id, f"{digest}.mp4")
    )
    save(db)
    return {"id": created.lastrowid, "new": True}


@router.post("/track/{clip_id}")
async def upload_tracking(
    clip_id: int, tracking: UploadFile, db: Database, coach: Coach
) -> dict[str, int]:
    """Tracking data comes in pieces, as it should."""
    size = 0
    path = settings.MEDIA / f"clip-{clip_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        while piece := await tracking.read(64 * 1024):
            size += len(piece)
            file.write(piece)
    return {"bytes": size}


@router.put("/ratings")
async def rate(ratings: dict[int, int], db: Database, coach: Coach) -> dict[str, int]:
    """Rate many clips; a clip that is not there is an error."""
    for clip_id, rating in ratings.items():
        row = db.execute("SELECT id, rating FROM clips WHERE id = ?", (clip_id,)).fetchone()
        if row is None:
            raise HTTPException(404, f"No clip {clip_id}")
        db.execute("UPDATE clips SET rating = ? WHERE id = ?", (rating, clip_id))
    save(db)
    return {"rated": len(ratings)}

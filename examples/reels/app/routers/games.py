"""Games: the list, one of them, its video, its annotations."""

import json
from typing import Any

from fastapi import APIRouter, HTTPException, UploadFile

from app.auth import Coach
from app.config import settings
from app.database import Database, save
from app.schemas import NewAnnotation, NewGame
from app.services.annotations import get_annotations, summary
from app.services.rendering import probe

router = APIRouter(prefix="/api/games", tags=["games"])


@router.get("")
async def list_games(db: Database) -> dict[str, Any]:
    """All games with all their annotations."""
    rows = db.execute("SELECT * FROM games ORDER BY id").fetchall()
    games = [dict(row) for row in rows]
    for game in games:
        game["annotations"] = [dict(row) for row in get_annotations(db, game["id"])]
    return {"games": games}


@router.get("/season/{season}")
async def list_season(season: str, db: Database) -> dict[str, Any]:
    """The games of a season, newest first."""
    rows = db.execute(
        "SELECT id, name, opponent FROM games WHERE season = ? ORDER BY created_at DESC LIMIT 50",
        (season,),
    ).fetchall()
    return {"games": [dict(row) for row in rows]}


@router.get("/{game_id}")
async def get_game(game_id: int, db: Database) -> dict[str, Any]:
    row = db.execute("SELECT * FROM games WHERE id = ?", (game_id,)).fetchone()
    if row is None:
        raise HTTPException(404, "No such game")
    return dict(row) | {"summary": summary(get_annotations(db, game_id))}


@router.post("", status_code=201)
async def create_game(game: NewGame, db: Database, coach: Coach) -> dict[str, Any]:
    created = db.execute(
        "INSERT INTO games (name, opponent, season) VALUES (?, ?, ?)",
        (game.name, game.opponent, game.season),
    )
    save(db)
    return {"id": created.lastrowid}


@router.post("/{game_id}/view")
async def count_view(game_id: int, db: Database) -> dict[str, int]:
    row = db.execute("SELECT views FROM games WHERE id = ?", (game_id,)).fetchone()
    if row is None:
        raise HTTPException(404, "No such game")
    views = row["views"] + 1
    db.execute("UPDATE games SET views = ? WHERE id = ?", (views, game_id))
    save(db)
    return {"views": views}


@router.post("/{game_id}/annotations", status_code=201)
async def annotate(
    game_id: int, new: list[NewAnnotation], db: Database, coach: Coach
) -> dict[str, int]:
    for annotation in new:
        db.execute(
            "INSERT INTO annotations (game_id, second, label, rating, keyframes)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                game_id,
                annotation.second,
                annotation.label,
                annotation.rating,
                json.dumps(annotation.keyframes),
            ),
        )
    save(db)
    return {"saved": len(new)}


@router.post("/{game_id}/video")
async def upload_video(
    game_id: int, video: UploadFile, db: Database, coach: Coach
) -> dict[str, Any]:
    """Keep the recording of a game."""
    allowed = [kind.strip().lower() for kind in settings.VIDEO_TYPES]
    suffix = (video.filename or "").rpartition(".")[2].lower()
    if suffix not in allowed:
        raise HTTPException(415, "Not a video")
    path = settings.MEDIA / f"game-{game_id}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    data = await video.read()
    with open(path, "wb") as file:
        file.write(data)
    duration = probe(path)
    db.execute(
        "UPDATE games SET video = ?, duration = ? WHERE id = ?", (path.name, duration, game_id)
    )
    save(db)
    return {"duration": duration, "bytes": video.size}

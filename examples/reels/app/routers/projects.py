"""Projects: clips in an order, to be made into one video."""

import sqlite3
from typing import Any

from fastapi import APIRouter, Depends, HTTPException

from app.auth import Coach
from app.database import Database, save
from app.schemas import NewProject
from app.services.rendering import report_render, start_render, wait_for_render
from app.services.upscaler import Upscaler

router = APIRouter(prefix="/api/projects", tags=["projects"])


def get_upscaler() -> Upscaler:
    return Upscaler()


def count_clips(db: sqlite3.Connection, project_id: int) -> int:
    row = db.execute(
        "SELECT COUNT(*) FROM project_clips WHERE project_id = ?", (project_id,)
    ).fetchone()
    return row[0]


@router.get("")
async def list_projects(db: Database) -> dict[str, Any]:
    """All projects, each with its format and how many clips it has."""
    projects = [dict(row) for row in db.execute("SELECT id, name, format_id FROM projects")]
    for project in projects:
        project["clips"] = count_clips(db, project["id"])
    return {"projects": projects}


@router.get("/using/{clip_id}")
async def list_projects_using(clip_id: int, db: Database) -> dict[str, Any]:
    """Where a clip is used, before somebody deletes it."""
    rows = db.execute(
        "SELECT p.id, p.name FROM project_clips AS used"
        " JOIN projects AS p ON p.id = used.project_id WHERE used.clip_id = ?",
        (clip_id,),
    ).fetchall()
    return {"projects": [dict(row) for row in rows]}


@router.get("/{project_id}")
def get_project(
    project_id: int, db: Database, upscaler: Upscaler = Depends(get_upscaler)
) -> dict[str, Any]:
    """A plain function: FastAPI runs it in a thread."""
    project = db.execute(
        "SELECT p.id, p.name, f.width, f.height FROM projects p"
        " JOIN formats f ON f.id = p.format_id WHERE p.id = ?",
        (project_id,),
    ).fetchone()
    if project is None:
        raise HTTPException(404, "No such project")
    clips = db.execute(
        "SELECT clip_id FROM project_clips WHERE project_id = ? ORDER BY position", (project_id,)
    ).fetchall()
    return dict(project) | {
        "clips": [row["clip_id"] for row in clips],
        "enlarged": upscaler.factor(project["height"]),
    }


@router.post("", status_code=201)
async def create_project(new: NewProject, db: Database, coach: Coach) -> dict[str, Any]:
    chosen = db.execute("SELECT id FROM formats WHERE name = ?", (new.format,)).fetchone()
    if chosen is None:
        raise HTTPException(422, "No such format")
    created = db.execute(
        "INSERT INTO projects (name, format_id) VALUES (?, ?)", (new.name, chosen["id"])
    )
    for position, clip_id in enumerate(new.clips):
        db.execute(
            "INSERT INTO project_clips (project_id, position, clip_id) VALUES (?, ?, ?)",
            (created.lastrowid, position, clip_id),
        )
    save(db)
    return {"id": created.lastrowid}


@router.post("/{project_id}/render", status_code=201)
async def render(
    project_id: int, db: Database, coach: Coach, callback: str | None = None
) -> dict[str, Any]:
    """Have the video made, and wait for it."""
    clips = db.execute(
        "SELECT c.filename FROM project_clips AS p JOIN clips AS c ON c.id = p.clip_id"
        " WHERE p.project_id = ? ORDER BY p.position",
        (project_id,),
    ).fetchall()
    job = await start_render(project_id, [row["filename"] for row in clips])
    filename = await wait_for_render(job)
    last = db.execute(
        "SELECT MAX(version) FROM videos WHERE project_id = ?", (project_id,)
    ).fetchone()
    version = (last[0] or 0) + 1
    db.execute(
        "INSERT INTO videos (project_id, version, filename) VALUES (?, ?, ?)",
        (project_id, version, filename),
    )
    save(db)
    if callback:
        await report_render(coach, callback, filename)
    return {"version": version, "filename": filename}

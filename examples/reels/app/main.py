"""The reels API."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response

from app.database import create_tables
from app.routers import clips, downloads, games, projects
from app.services.rendering import renderer_state
from app.sync import sync_database

logging.basicConfig(level=logging.INFO)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    create_tables()
    yield


app = FastAPI(title="reels", version="0.7.0", lifespan=lifespan)

app.include_router(clips.router)
app.include_router(downloads.router)
app.include_router(games.router)
app.include_router(projects.router)


@app.middleware("http")
async def keep_in_sync(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """The store has everything before an answer leaves."""
    response = await call_next(request)
    sync_database()
    return response


@app.get("/api/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/renderer")
async def renderer() -> dict[str, str]:
    return {"renderer": await renderer_state()}

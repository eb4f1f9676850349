"""Talks to the renderer, and to the tool that looks into videos."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from app.config import settings


async def start_render(project_id: int, clips: list[str]) -> str:
    """Ask the renderer for a video; the id of its job."""
    async with httpx.AsyncClient() as client:
        response = await client.post(
            f"{settings.RENDERER_URL}/jobs", json={"project": project_id, "clips": clips}
        )
        response.raise_for_status()
        return response.json()["job"]


async def wait_for_render(job: str, attempts: int = 5) -> str:
    """The file that the renderer made. Raises TimeoutError when it takes too long."""
    for attempt in range(attempts):
        state = httpx.get(f"{settings.RENDERER_URL}/jobs/{job}").json()
        if state["done"]:
            return state["filename"]
        time.sleep(0.1 * attempt)
    raise TimeoutError(job)


async def renderer_state(attempts: int = 3) -> str:
    """Whether the renderer is there; it takes a moment to start."""
    for _ in range(attempts):
        try:
            return httpx.get(f"{settings.RENDERER_URL}/health", timeout=2.0).json()["state"]
        except httpx.ConnectError:
            time.sleep(0.1)
    return "down"


async def report_render(coach: str, callback: str, filename: str) -> None:
    """Tell another system; each coach has a token of their own there."""
    async with httpx.AsyncClient(headers={"X-Coach": coach}) as client:
        await client.post(callback, json={"filename": filename})


def probe(video: Path) -> float:
    """The duration of a video in seconds."""
    command = [settings.PROBE, "-v", "quiet", "-print_format", "json", "-show_format", str(video)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return float(found["format"]["duration"])

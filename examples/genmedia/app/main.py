"""The genmedia API."""

import logging

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from app.config import settings
from app.routers import generation, library, workflow
from app.services.generation import GenerationError
from app.services.workflow_firestore import WorkflowAccessError

logging.basicConfig(level=logging.INFO)

app = FastAPI(title="genmedia", version="0.4.0")

app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.CORS_ORIGINS,
    allow_methods=["*"],
    allow_headers=["*"],
)

app.include_router(generation.router)
app.include_router(library.router)
app.include_router(workflow.router)


@app.exception_handler(GenerationError)
async def generation_failed(request: Request, error: GenerationError) -> JSONResponse:
    return JSONResponse(status_code=502, content={"detail": str(error)})


@app.exception_handler(WorkflowAccessError)
async def workflow_denied(request: Request, error: WorkflowAccessError) -> JSONResponse:
    return JSONResponse(status_code=403, content={"detail": "This workflow is not yours"})


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}

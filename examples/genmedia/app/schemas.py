"""Request and response bodies."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

AspectRatio = Literal["1:1", "3:4", "4:3", "9:16", "16:9"]


class ImageRequest(BaseModel):
    prompt: str = Field(min_length=1, max_length=4000)
    aspect_ratio: AspectRatio = "1:1"
    # Each one is the id of a library asset, or the image itself in base64.
    reference_images: list[str] = []
    style: str = ""
    avoid: list[str] = []


class ImageResponse(BaseModel):
    images: list[str]
    asset_ids: list[str] = []


class StoryboardRequest(BaseModel):
    panels: list[str] = Field(min_length=1, max_length=8)
    aspect_ratio: AspectRatio = "16:9"


class DescribeRequest(BaseModel):
    image: str


class VideoRequest(BaseModel):
    prompt: str = Field(min_length=1, max_length=4000)
    first_frame: str | None = None
    last_frame: str | None = None
    aspect_ratio: AspectRatio = "16:9"
    duration_seconds: int = Field(default=8, ge=4, le=8)


class VideoJob(BaseModel):
    operation_name: str


class VideoStatusRequest(BaseModel):
    operation_name: str
    notify: bool = False


class VideoStatusResponse(BaseModel):
    status: Literal["processing", "completed", "failed"]
    progress: int = 0
    asset_id: str | None = None
    video_url: str | None = None
    error: str | None = None


class UpscaleRequest(BaseModel):
    image: str
    factor: Literal["x2", "x4"] = "x2"


class AssetCreate(BaseModel):
    data: str
    mime_type: str = "image/png"
    name: str = "Untitled"
    tags: list[str] = []


class AssetIds(BaseModel):
    asset_ids: list[str] = Field(max_length=200)


class Asset(BaseModel):
    id: str
    name: str
    url: str
    mime_type: str
    size: int
    tags: list[str] = []
    source: str = "upload"
    created_at: datetime


class WorkflowCreate(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    description: str = ""
    is_public: bool = False
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []


class WorkflowUpdate(BaseModel):
    name: str | None = None
    description: str | None = None
    is_public: bool | None = None
    nodes: list[dict[str, Any]] | None = None
    edges: list[dict[str, Any]] | None = None

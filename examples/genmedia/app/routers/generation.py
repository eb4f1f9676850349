"""Endpoints that make images, videos and texts."""

import base64
import logging
import re
from typing import Any

import httpx
from fastapi import APIRouter, Depends, HTTPException, Response

from app.auth import get_current_user
from app.config import settings
from app.context import AuditTrail, UsageMeter, get_audit_trail, get_usage_meter
from app.schemas import (
    DescribeRequest,
    ImageRequest,
    ImageResponse,
    StoryboardRequest,
    UpscaleRequest,
    VideoJob,
    VideoRequest,
    VideoStatusRequest,
    VideoStatusResponse,
)
from app.services import webhooks
from app.services.generation import GenerationService
from app.services.library_firestore import LibraryServiceFirestore

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/generate", tags=["generation"])

UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_asset_id(value: str) -> bool:
    """Whether this is the id of a library asset rather than image data."""
    return bool(UUID_PATTERN.fullmatch(value))


async def resolve_asset_to_base64(asset_id: str, user_id: str) -> str:
    """Download an asset from the library and encode it for the models."""
    library_service = LibraryServiceFirestore()
    asset = await library_service.get_asset(asset_id, user_id)
    if not asset:
        raise HTTPException(404, f"Asset {asset_id} is not in your library")

    async with httpx.AsyncClient() as client:
        response = await client.get(asset["url"])
    if response.status_code != 200:
        raise HTTPException(502, f"Asset {asset_id} could not be downloaded")
    return base64.b64encode(response.content).decode("utf-8")


def get_generation_service() -> GenerationService:
    return GenerationService()


@router.get("/models")
async def list_models(user: dict[str, Any] = Depends(get_current_user)) -> dict[str, str]:
    """Which model serves which kind of request."""
    models: dict[str, str] = {}
    for kind in ("image", "video", "text", "upscale"):
        # Settings are in memory; this is an attribute lookup.
        models[kind] = settings.get(f"{kind.upper()}_MODEL", "")
    return models


@router.post("/image", response_model=ImageResponse)
async def generate_image(
    request: ImageRequest,
    response: Response,
    user: dict[str, Any] = Depends(get_current_user),
    service: GenerationService = Depends(get_generation_service),
    meter: UsageMeter = Depends(get_usage_meter),
) -> ImageResponse:
    # The list comes with the request, so there is nothing to prepare in advance.
    avoided = [word.lower().strip() for word in request.avoid]
    if request.style.lower().strip() in avoided:
        raise HTTPException(422, f"The style {request.style!r} is also on the list to avoid")

    reference_images_data = []
    for ref_img in request.reference_images:
        if is_asset_id(ref_img):
            logger.info(f"Reference image {ref_img} comes from the library")
            img_data = await resolve_asset_to_base64(ref_img, user["uid"])
            reference_images_data.append(img_data)
        else:
            reference_images_data.append(ref_img)

    prompt = request.prompt
    if request.style:
        prompt = f"{prompt}\n\nStyle: {request.style}"
    if avoided:
        prompt = f"{prompt}\n\nAvoid: {', '.join(avoided)}"

    result = await service.generate_image(
        prompt=prompt,
        user_id=user["uid"],
        aspect_ratio=request.aspect_ratio,
        reference_images=reference_images_data,
    )
    meter.add(len(result.images))
    response.headers["X-Usage-Units"] = str(meter.units)
    return result


@router.post("/storyboard", response_model=list[ImageResponse])
async def generate_storyboard(
    request: StoryboardRequest,
    response: Response,
    user: dict[str, Any] = Depends(get_current_user),
    service: GenerationService = Depends(get_generation_service),
    meter: UsageMeter = Depends(get_usage_meter),
) -> list[ImageResponse]:
    panels = await service.generate_storyboard(request.panels, user["uid"], request.aspect_ratio)
    for panel in panels:
        meter.add(len(panel.images))
    response.headers["X-Usage-Units"] = str(meter.units)
    return panels


@router.post("/describe")
async def describe_image(
    request: DescribeRequest,
    user: dict[str, Any] = Depends(get_current_user),
    service: GenerationService = Depends(get_generation_service),
) -> dict[str, str]:
    image = request.image
    if is_asset_id(image):
        image = await resolve_asset_to_base64(image, user["uid"])
    return {"prompt": await service.describe_image(image)}


@router.post("/video", response_model=VideoJob)
async def generate_video(
    request: VideoRequest,
    user: dict[str, Any] = Depends(get_current_user),
    service: GenerationService = Depends(get_generation_service),
    trail: AuditTrail = Depends(get_audit_trail),
) -> VideoJob:
    first_frame = request.first_frame
    if first_frame and is_asset_id(first_frame):
        first_frame = await resolve_asset_to_base64(first_frame, user["uid"])
    last_frame = request.last_frame
    if last_frame and is_asset_id(last_frame):
        last_frame = await resolve_asset_to_base64(last_frame, user["uid"])

    operation_name = await service.generate_video(
        prompt=request.prompt,
        user_id=user["uid"],
        first_frame=first_frame,
        last_frame=last_frame,
        aspect_ratio=request.aspect_ratio,
        duration_seconds=request.duration_seconds,
    )
    trail.record(f"started {operation_name}", user["uid"])
    return VideoJob(operation_name=operation_name)


@router.post("/video/status", response_model=VideoStatusResponse)
async def check_video_status(
    request: VideoStatusRequest,
    user: dict[str, Any] = Depends(get_current_user),
    service: GenerationService = Depends(get_generation_service),
) -> VideoStatusResponse:
    result = await service.check_video_status(request.operation_name, user["uid"])
    if request.notify and result.status != "processing":
        await webhooks.deliver(user["uid"], f"video.{result.status}", result.model_dump())
    return result


@router.post("/upscale", response_model=ImageResponse)
async def upscale_image(
    request: UpscaleRequest,
    user: dict[str, Any] = Depends(get_current_user),
    service: GenerationService = Depends(get_generation_service),
) -> ImageResponse:
    image = request.image
    if is_asset_id(image):
        image = await resolve_asset_to_base64(image, user["uid"])
    return await service.upscale_image(image, request.factor, user["uid"])

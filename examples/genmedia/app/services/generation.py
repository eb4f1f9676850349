"""Image and video generation with Gemini and Veo on Vertex AI."""

import base64
import logging
from typing import Any

import google.auth
import google.auth.transport.requests
import httpx
from google import genai
from google.genai import types

from app.config import settings
from app.schemas import ImageResponse, VideoStatusResponse
from app.services.library_firestore import LibraryServiceFirestore

logger = logging.getLogger(__name__)

CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform"

# The image model accepts no more than this.
MAX_REFERENCE_IMAGES = 3


class GenerationError(Exception):
    """A model answered, but not with something we can show."""


def strip_data_prefix(data: str) -> str:
    """Drop the "data:image/png;base64," that browsers put in front."""
    return data.split(",", 1)[1] if data.startswith("data:") else data


def image_part(image: str) -> types.Part:
    """An image in base64 as a part of a prompt."""
    return types.Part.from_bytes(
        data=base64.b64decode(strip_data_prefix(image)), mime_type="image/png"
    )


def extract_images(response: types.GenerateContentResponse) -> list[str]:
    """All images of an answer, in base64."""
    images = []
    for candidate in response.candidates or []:
        for part in candidate.content.parts:
            if part.inline_data and part.inline_data.data:
                images.append(base64.b64encode(part.inline_data.data).decode())
    return images


class GenerationService:
    """Talks to the models and keeps what they make in the user's library."""

    def __init__(self, library_service: LibraryServiceFirestore | None = None) -> None:
        self.library = library_service or LibraryServiceFirestore()
        self.client = genai.Client(
            vertexai=True, project=settings.PROJECT_ID, location=settings.REGION
        )
        self.models_url = (
            f"https://{settings.REGION}-aiplatform.googleapis.com/v1/projects/"
            f"{settings.PROJECT_ID}/locations/{settings.REGION}/publishers/google/models"
        )

    def _get_auth_headers(self) -> dict[str, str]:
        """A fresh access token for the endpoints that the SDK does not cover."""
        credentials, _ = google.auth.default(scopes=[CLOUD_SCOPE])
        credentials.refresh(google.auth.transport.requests.Request())
        return {"Authorization": f"Bearer {credentials.token}"}

    async def generate_image(
        self,
        prompt: str,
        user_id: str,
        aspect_ratio: str = "1:1",
        reference_images: list[str] | None = None,
    ) -> ImageResponse:
        """Make images from a prompt, optionally in the manner of other images."""
        logger.info(f"Image for {user_id}: {prompt[:80]!r}, {aspect_ratio}")

        parts = [types.Part.from_text(text=prompt)]
        for ref_img in (reference_images or [])[:MAX_REFERENCE_IMAGES]:
            parts.append(image_part(ref_img))

        response = self.client.models.generate_content(
            model=settings.IMAGE_MODEL,
            contents=[types.Content(role="user", parts=parts)],
            config=types.GenerateContentConfig(
                response_modalities=["TEXT", "IMAGE"],
                image_config=types.ImageConfig(aspect_ratio=aspect_ratio),
            ),
        )

        images = extract_images(response)
        if not images:
            raise GenerationError("The model returned no image")

        # Keep every image in the library; one that cannot be saved is still shown.
        asset_ids = []
        for index, image in enumerate(images, start=1):
            try:
                saved = await self.library.save_asset(
                    user_id=user_id,
                    data=image,
                    name=f"{prompt[:40]} ({index})",
                    tags=["generated", aspect_ratio],
                    source="image",
                )
                asset_ids.append(saved["id"])
            except Exception as e:
                logger.error(f"Could not save image {index} of {len(images)}: {e}")

        return ImageResponse(images=images, asset_ids=asset_ids)

    async def generate_storyboard(
        self, panels: list[str], user_id: str, aspect_ratio: str = "16:9"
    ) -> list[ImageResponse]:
        """One image per panel, with the same people and places in all of them."""
        results: list[ImageResponse] = []
        previous: list[str] = []
        for panel in panels:
            # Each panel is drawn after the one before it, or the faces change.
            drawn = await self.generate_image(panel, user_id, aspect_ratio, previous)
            previous = drawn.images[:1]
            results.append(drawn)
        return results

    async def describe_image(self, image: str) -> str:
        """A prompt that would give an image like this one."""
        lines = ["Describe this image as a prompt for an image model."]
        # Two blank lines: after a single one the model repeats the instruction.
        lines.append("")
        lines.append("")
        lines.append("Answer with the prompt only, in at most three sentences.")
        answer = self.client.models.generate_content(
            model=settings.TEXT_MODEL, contents=["\n".join(lines), image_part(image)]
        )
        if not answer.text:
            raise GenerationError("The model returned no description")
        return answer.text.strip()

    async def generate_video(
        self,
        prompt: str,
        user_id: str,
        first_frame: str | None = None,
        last_frame: str | None = None,
        aspect_ratio: str = "16:9",
        duration_seconds: int = 8,
    ) -> str:
        """Start a video; return the name of the operation to ask about."""
        logger.info(f"Video for {user_id}: {prompt[:80]!r}, {duration_seconds} s")
        headers = self._get_auth_headers()

        instance: dict[str, Any] = {"prompt": prompt}
        if first_frame:
            first_bytes = strip_data_prefix(first_frame)
            instance["image"] = {"bytesBase64Encoded": first_bytes, "mimeType": "image/png"}
        if last_frame:
            last_bytes = strip_data_prefix(last_frame)
            instance["lastFrame"] = {"bytesBase64Encoded": last_bytes, "mimeType": "image/png"}
        parameters: dict[str, Any] = {
            "aspectRatio": aspect_ratio,
            "durationSeconds": duration_seconds,
            "personGeneration": "allow_adult",
            "sampleCount": 1,
        }

        async with httpx.AsyncClient() as client:
            response = await client.post(
                f"{self.models_url}/{settings.VIDEO_MODEL}:predictLongRunning",
                headers=headers,
                json={"instances": [instance], "parameters": parameters},
                timeout=60.0,
            )
        if response.status_code != 200:
            logger.error(f"Veo refused the request: {response.text[:500]}")
            raise GenerationError(f"The video model answered {response.status_code}")
        return response.json()["name"]

    async def check_video_status(self, operation_name: str, user_id: str) -> VideoStatusResponse:
        """Ask how far a video is; save it to the library once it is done."""
        auth = self._get_auth_headers()
        async with httpx.AsyncClient() as client:
            response = await client.post(
                f"{self.models_url}/{settings.VIDEO_MODEL}:fetchPredictOperation",
                headers=auth,
                json={"operationName": operation_name},
                timeout=300.0,
            )
        if response.status_code != 200:
            return VideoStatusResponse(
                status="failed", error=f"The video model answered {response.status_code}"
            )

        result = response.json()
        if result.get("done"):
            if "error" in result:
                return VideoStatusResponse(
                    status="failed", error=result["error"].get("message", "Unknown error")
                )
            videos = result.get("response", {}).get("videos", [])
            if not videos:
                return VideoStatusResponse(status="failed", error="The video was filtered out")
            saved = await self.library.save_asset(
                user_id=user_id,
                data=videos[0]["bytesBase64Encoded"],
                mime_type=videos[0].get("mimeType", "video/mp4"),
                name=operation_name.rsplit("/", 1)[-1],
                source="video",
            )
            return VideoStatusResponse(
                status="completed", progress=100, asset_id=saved["id"], video_url=saved["url"]
            )

        metadata = result.get("metadata", {})
        return VideoStatusResponse(
            status="processing",
            progress=metadata.get("progressPercent", 0),
        )

        metadata = result.get("metadata", {})
        return VideoStatusResponse(
            status="processing",
            progress=metadata.get("progressPercent", 0),
        )

    async def upscale_image(self, image: str, factor: str, user_id: str) -> ImageResponse:
        """The same image with two or four times the resolution."""
        body = {
            "instances": [{"image": {"bytesBase64Encoded": strip_data_prefix(image)}}],
            "parameters": {"mode": "upscale", "upscaleConfig": {"upscaleFactor": factor}},
        }
        async with httpx.AsyncClient() as client:
            response = await client.post(
                f"{self.models_url}/{settings.UPSCALE_MODEL}:predict",
                headers=self._get_auth_headers(),
                json=body,
                timeout=120.0,
            )
        if response.status_code != 200:
            raise GenerationError(f"The upscaler answered {response.status_code}")

        images = [p["bytesBase64Encoded"] for p in response.json().get("predictions", [])]
        if not images:
            raise GenerationError("The upscaler returned no image")
        saved = await self.library.save_asset(
            user_id=user_id, data=images[0], name=f"Upscaled {factor}", source="upscale"
        )
        return ImageResponse(images=images, asset_ids=[saved["id"]])

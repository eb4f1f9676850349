"""Videos: start, status, and the event that is sent at the end."""

from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

import httpx
import pytest

from app.config import settings
from app.schemas import VideoStatusResponse
from app.services import webhooks
from app.services.generation import GenerationError, GenerationService

OPERATION = "projects/p/operations/op-1"


@pytest.fixture
def post():
    """The post method of the HTTP client that the service enters."""
    with patch("app.services.generation.httpx.AsyncClient") as client_class:
        client = client_class.return_value.__aenter__.return_value
        client.post = AsyncMock()
        yield client.post


def answer(body: Any, status_code: int = 200) -> MagicMock:
    return MagicMock(status_code=status_code, text=str(body), json=MagicMock(return_value=body))


async def test_start(generation: GenerationService, post: AsyncMock):
    post.return_value = answer({"name": OPERATION})
    assert await generation.generate_video("waves", "user-1", duration_seconds=6) == OPERATION
    post.assert_called_once()
    assert post.call_args.args[0].endswith(f"{settings.VIDEO_MODEL}:predictLongRunning")
    body = post.call_args.kwargs["json"]
    assert body["instances"] == [{"prompt": "waves"}]
    assert body["parameters"]["durationSeconds"] == 6
    assert body["parameters"]["personGeneration"] == "allow_adult"


async def test_start_with_frames(generation: GenerationService, post: AsyncMock, pixel: str):
    post.return_value = answer({"name": OPERATION})
    await generation.generate_video(
        "waves", "user-1", first_frame=f"data:image/png;base64,{pixel}", last_frame=pixel
    )
    [instance] = post.call_args.kwargs["json"]["instances"]
    frame = {"bytesBase64Encoded": pixel, "mimeType": "image/png"}
    assert instance == {"prompt": "waves", "image": frame, "lastFrame": frame}


async def test_start_is_refused(generation: GenerationService, post: AsyncMock):
    post.return_value = answer("quota exceeded", 429)
    with pytest.raises(GenerationError, match="429"):
        await generation.generate_video("waves", "user-1")


async def test_status_while_it_runs(generation: GenerationService, post: AsyncMock):
    post.return_value = answer({"metadata": {"progressPercent": 40}})
    status = await generation.check_video_status(OPERATION, "user-1")
    assert status == VideoStatusResponse(status="processing", progress=40)
    assert post.call_args.kwargs["json"] == {"operationName": OPERATION}


async def test_finished_video_is_saved(
    generation: GenerationService, post: AsyncMock, saved_assets: MagicMock
):
    post.return_value = answer(
        {"done": True, "response": {"videos": [{"bytesBase64Encoded": "RklMTQ=="}]}}
    )
    status = await generation.check_video_status(OPERATION, "user-1")
    assert status.status == "completed" and status.asset_id == "asset-1"
    saved_assets.save_asset.assert_called_once_with(
        user_id="user-1",
        data="RklMTQ==",
        mime_type="video/mp4",
        name="op-1",
        source="video",
    )


@pytest.mark.parametrize(
    "response, error",
    [
        (answer({}, 404), "The video model answered 404"),
        (answer({"done": True, "error": {"message": "unsafe"}}), "unsafe"),
        (answer({"done": True, "response": {}}), "The video was filtered out"),
    ],
)
async def test_failed_video(
    generation: GenerationService, post: AsyncMock, response: MagicMock, error: str
):
    post.return_value = response
    status = await generation.check_video_status(OPERATION, "user-1")
    assert status == VideoStatusResponse(status="failed", error=error)


async def test_webhook():
    with patch("app.services.webhooks.httpx.AsyncClient") as client_class:
        client = client_class.return_value.__aenter__.return_value
        client.post = AsyncMock(return_value=answer("", 204))
        assert await webhooks.deliver("user-1", "video.completed", {"asset_id": "a"}) is True
    client_class.assert_called_once_with(
        base_url=settings.WEBHOOK_URL, headers={"X-Studio-User": "user-1"}
    )
    assert client.post.call_args.kwargs["json"] == {"event": "video.completed", "asset_id": "a"}


async def test_webhook_receiver_is_down():
    with patch("app.services.webhooks.httpx.AsyncClient") as client_class:
        client = client_class.return_value.__aenter__.return_value
        client.post = AsyncMock(side_effect=httpx.ConnectError("refused"))
        client_class.return_value.__aexit__.return_value = False
        assert await webhooks.deliver("user-1", "video.failed", {}) is False

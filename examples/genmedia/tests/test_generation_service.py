"""Images, descriptions and upscaling."""

import base64
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

import pytest

from app.config import settings
from app.services.generation import GenerationError, GenerationService


def image_answer(*images: bytes) -> MagicMock:
    """What the image model returns: some text, then the images."""
    parts = [MagicMock(inline_data=None, text="Here you are")]
    parts += [MagicMock(inline_data=MagicMock(data=image)) for image in images]
    return MagicMock(candidates=[MagicMock(content=MagicMock(parts=parts))])


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def http_answer(body: Any, status_code: int = 200) -> MagicMock:
    return MagicMock(status_code=status_code, text=str(body), json=MagicMock(return_value=body))


async def test_images_are_returned_and_saved(
    generation: GenerationService, genai_client: MagicMock, saved_assets: MagicMock
):
    genai_client.models.generate_content.return_value = image_answer(b"one", b"two")
    result = await generation.generate_image("a harbour", "user-1")
    assert result.images == [encoded(b"one"), encoded(b"two")]
    assert result.asset_ids == ["asset-1", "asset-2"]
    saved = saved_assets.save_asset.call_args_list
    assert [call.kwargs["name"] for call in saved] == ["a harbour (1)", "a harbour (2)"]
    assert {call.kwargs["user_id"] for call in saved} == {"user-1"}


async def test_the_model_is_told_the_aspect_ratio(
    generation: GenerationService, genai_client: MagicMock
):
    genai_client.models.generate_content.return_value = image_answer(b"one")
    await generation.generate_image("a harbour", "user-1", aspect_ratio="9:16")
    call = genai_client.models.generate_content.call_args
    assert call.kwargs["model"] == settings.IMAGE_MODEL
    assert call.kwargs["config"].image_config.aspect_ratio == "9:16"


async def test_three_reference_images_at_most(
    generation: GenerationService, genai_client: MagicMock
):
    genai_client.models.generate_content.return_value = image_answer(b"one")
    references = [encoded(bytes([n])) for n in range(5)]
    references[1] = f"data:image/png;base64,{references[1]}"
    await generation.generate_image("a harbour", "user-1", reference_images=references)
    [content] = genai_client.models.generate_content.call_args.kwargs["contents"]
    assert content.parts[0].text == "a harbour"
    assert [p.inline_data.data for p in content.parts[1:]] == [b"\x00", b"\x01", b"\x02"]


async def test_no_image(generation: GenerationService, genai_client: MagicMock):
    genai_client.models.generate_content.return_value = image_answer()
    with pytest.raises(GenerationError, match="no image"):
        await generation.generate_image("a harbour", "user-1")


async def test_an_image_that_cannot_be_saved_is_still_shown(
    generation: GenerationService, genai_client: MagicMock, saved_assets: MagicMock
):
    genai_client.models.generate_content.return_value = image_answer(b"one", b"two", b"three")
    saved_assets.save_asset = AsyncMock(
        side_effect=[{"id": "first"}, OSError("bucket is full"), {"id": "third"}]
    )
    result = await generation.generate_image("a harbour", "user-1")
    assert len(result.images) == 3
    assert result.asset_ids == ["first", "third"]


async def test_storyboard_panels_follow_each_other(
    generation: GenerationService, genai_client: MagicMock
):
    genai_client.models.generate_content.side_effect = [image_answer(b"one"), image_answer(b"two")]
    panels = await generation.generate_storyboard(["a harbour", "the same at night"], "user-1")
    assert [panel.images for panel in panels] == [[encoded(b"one")], [encoded(b"two")]]
    second = genai_client.models.generate_content.call_args.kwargs["contents"][0]
    assert second.parts[1].inline_data.data == b"one"


async def test_describe_image(generation: GenerationService, genai_client: MagicMock, pixel: str):
    genai_client.models.generate_content.return_value.text = " a pixel \n"
    assert await generation.describe_image(pixel) == "a pixel"
    instruction, image = genai_client.models.generate_content.call_args.kwargs["contents"]
    assert "\n\n\n" in instruction
    assert image.inline_data.data == base64.b64decode(pixel)


async def test_upscale(generation: GenerationService, pixel: str):
    with patch("app.services.generation.httpx.AsyncClient") as client_class:
        client = client_class.return_value.__aenter__.return_value
        client.post = AsyncMock(
            return_value=http_answer({"predictions": [{"bytesBase64Encoded": "BIG"}]})
        )
        result = await generation.upscale_image(f"data:image/png;base64,{pixel}", "x4", "user-1")
    assert result.images == ["BIG"] and result.asset_ids == ["asset-1"]
    sent = client.post.call_args
    assert sent.args[0].endswith(f"{settings.UPSCALE_MODEL}:predict")
    assert sent.kwargs["json"]["instances"] == [{"image": {"bytesBase64Encoded": pixel}}]
    assert sent.kwargs["headers"] == {"Authorization": "Bearer token"}


@pytest.mark.parametrize("answer", [http_answer({}, 500), http_answer({"predictions": []})])
async def test_upscale_fails(generation: GenerationService, pixel: str, answer: MagicMock):
    with patch("app.services.generation.httpx.AsyncClient") as client_class:
        client_class.return_value.__aenter__.return_value.post = AsyncMock(return_value=answer)
        with pytest.raises(GenerationError):
            await generation.upscale_image(pixel, "x2", "user-1")


def test_auth_headers(genai_client: MagicMock, saved_assets: MagicMock):
    service = GenerationService(library_service=saved_assets)
    with (
        patch("app.services.generation.google.auth.default") as default,
        patch("app.services.generation.google.auth.transport.requests.Request") as request_class,
    ):
        credentials = MagicMock(token="fresh")
        default.return_value = (credentials, "project")
        assert service._get_auth_headers() == {"Authorization": "Bearer fresh"}
    credentials.refresh.assert_called_once_with(request_class.return_value)


@pytest.mark.usefixtures("firestore_db", "bucket")
async def test_service_makes_its_own_library(genai_client: MagicMock, bucket: Any):
    genai_client.models.generate_content.return_value = image_answer(b"one")
    result = await GenerationService().generate_image("a harbour", "user-1")
    assert [content for content, _ in bucket.files.values()] == [b"one"]
    assert len(result.asset_ids) == 1

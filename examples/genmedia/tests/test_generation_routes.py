"""The generation endpoints."""

import base64
from collections.abc import Iterator
from unittest.mock import AsyncMock, MagicMock, patch

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from app.main import app
from app.routers.generation import get_generation_service, is_asset_id, resolve_asset_to_base64
from app.schemas import ImageResponse, VideoStatusResponse
from app.services.generation import GenerationError, GenerationService

FIRST = "11111111-1111-4111-8111-111111111111"
SECOND = "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def service() -> Iterator[MagicMock]:
    mock_service = MagicMock(spec=GenerationService)
    mock_service.generate_image = AsyncMock(return_value=ImageResponse(images=["A", "B"]))
    app.dependency_overrides[get_generation_service] = lambda: mock_service
    yield mock_service
    app.dependency_overrides.pop(get_generation_service, None)


@pytest.fixture
def resolve() -> Iterator[AsyncMock]:
    """Library assets without a library: each resolves to its first digit."""

    async def first_digit(asset_id: str, user_id: str) -> str:
        return f"data of {asset_id[0]}"

    with patch("app.routers.generation.resolve_asset_to_base64", side_effect=first_digit) as mock:
        yield mock


@pytest.fixture
def stored_asset() -> Iterator[MagicMock]:
    """A Firestore client with one asset of user-1; yields its document."""
    with (
        patch("app.services.library_firestore.get_firestore_client") as get_client,
        patch("app.services.library_firestore.storage.Client"),
    ):
        document = get_client.return_value.collection.return_value.document.return_value
        document.get.return_value.exists = True
        document.get.return_value.to_dict.return_value = {
            "id": FIRST,
            "user_id": "user-1",
            "blob_path": "user-1/one.png",
        }
        yield document


def test_is_asset_id():
    assert is_asset_id(FIRST)
    assert not is_asset_id("iVBORw0KGgo=")
    assert not is_asset_id(FIRST + "0")


async def test_resolve_asset_downloads_the_file(stored_asset: MagicMock):
    with patch("app.routers.generation.httpx.AsyncClient") as client_class:
        client = client_class.return_value.__aenter__.return_value
        client.get = AsyncMock(return_value=MagicMock(status_code=200, content=b"picture"))
        data = await resolve_asset_to_base64(FIRST, "user-1")
    assert base64.b64decode(data) == b"picture"
    assert client.get.call_args.args[0].endswith("/user-1/one.png")


async def test_resolve_asset_of_somebody_else(stored_asset: MagicMock):
    with pytest.raises(HTTPException) as caught:
        await resolve_asset_to_base64(FIRST, "user-2")
    assert caught.value.status_code == 404


async def test_resolve_asset_when_the_download_fails(stored_asset: MagicMock):
    with patch("app.routers.generation.httpx.AsyncClient") as client_class:
        client = client_class.return_value.__aenter__.return_value
        client.get = AsyncMock(return_value=MagicMock(status_code=403))
        with pytest.raises(HTTPException) as caught:
            await resolve_asset_to_base64(FIRST, "user-1")
    assert caught.value.status_code == 502


def test_image(client: TestClient, service: MagicMock):
    response = client.post("/generate/image", json={"prompt": "a harbour"})
    assert response.json() == {"images": ["A", "B"], "asset_ids": []}
    assert response.headers["X-Usage-Units"] == "2"
    service.generate_image.assert_called_once_with(
        prompt="a harbour", user_id="user-1", aspect_ratio="1:1", reference_images=[]
    )


def test_units_are_counted_per_request(client: TestClient, service: MagicMock):
    for _ in range(2):
        response = client.post("/generate/image", json={"prompt": "a harbour"})
        assert response.headers["X-Usage-Units"] == "2"


def test_reference_images_keep_their_order(
    client: TestClient, service: MagicMock, resolve: AsyncMock
):
    references = [SECOND, "AAAA", FIRST, "BBBB", SECOND]
    client.post("/generate/image", json={"prompt": "a", "reference_images": references})
    assert service.generate_image.call_args.kwargs["reference_images"] == [
        "data of 2",
        "AAAA",
        "data of 1",
        "BBBB",
        "data of 2",
    ]
    resolve.assert_any_call(FIRST, "user-1")


def test_a_missing_reference_image_stops_the_request(client: TestClient, service: MagicMock):
    with patch(
        "app.routers.generation.resolve_asset_to_base64", side_effect=HTTPException(404, "gone")
    ):
        response = client.post(
            "/generate/image", json={"prompt": "a", "reference_images": ["AAAA", FIRST]}
        )
    assert response.status_code == 404
    service.generate_image.assert_not_called()


def test_style_and_avoid(client: TestClient, service: MagicMock):
    body = {"prompt": "a harbour", "style": "Ink", "avoid": ["Boats "]}
    client.post("/generate/image", json=body)
    prompt = service.generate_image.call_args.kwargs["prompt"]
    assert prompt == "a harbour\n\nStyle: Ink\n\nAvoid: boats"
    assert client.post("/generate/image", json={**body, "avoid": ["INK"]}).status_code == 422


def test_model_error_is_a_bad_gateway(client: TestClient, service: MagicMock):
    service.generate_image.side_effect = GenerationError("The model returned no image")
    response = client.post("/generate/image", json={"prompt": "a harbour"})
    assert response.status_code == 502
    assert response.json() == {"detail": "The model returned no image"}


def test_storyboard(client: TestClient, service: MagicMock):
    panel = ImageResponse(images=["A"])
    service.generate_storyboard = AsyncMock(return_value=[panel, panel])
    response = client.post("/generate/storyboard", json={"panels": ["one", "two"]})
    assert len(response.json()) == 2
    assert response.headers["X-Usage-Units"] == "2"


def test_describe(client: TestClient, service: MagicMock, resolve: AsyncMock):
    service.describe_image = AsyncMock(return_value="a pixel")
    assert client.post("/generate/describe", json={"image": FIRST}).json() == {"prompt": "a pixel"}
    service.describe_image.assert_called_once_with("data of 1")


def test_video(client: TestClient, service: MagicMock, resolve: AsyncMock):
    service.generate_video = AsyncMock(return_value="op-1")
    body = {"prompt": "waves", "first_frame": FIRST, "last_frame": SECOND}
    assert client.post("/generate/video", json=body).json() == {"operation_name": "op-1"}
    frames = service.generate_video.call_args.kwargs
    assert (frames["first_frame"], frames["last_frame"]) == ("data of 1", "data of 2")


@pytest.mark.parametrize("status, events", [("completed", 1), ("failed", 1), ("processing", 0)])
def test_video_status_notifies_at_the_end(
    client: TestClient, service: MagicMock, status: str, events: int
):
    service.check_video_status = AsyncMock(return_value=VideoStatusResponse(status=status))
    with patch("app.routers.generation.webhooks.deliver", new_callable=AsyncMock) as deliver:
        body = {"operation_name": "op-1", "notify": True}
        assert client.post("/generate/video/status", json=body).json()["status"] == status
    assert deliver.call_count == events


def test_upscale(client: TestClient, service: MagicMock, resolve: AsyncMock):
    service.upscale_image = AsyncMock(return_value=ImageResponse(images=["BIG"]))
    response = client.post("/generate/upscale", json={"image": FIRST, "factor": "x4"})
    assert response.json()["images"] == ["BIG"]
    service.upscale_image.assert_called_once_with("data of 1", "x4", "user-1")


def test_service_from_the_app(client: TestClient, stored_asset: MagicMock, genai_client: MagicMock):
    genai_client.models.generate_content.return_value.text = "a harbour at dawn"
    response = client.post("/generate/describe", json={"image": "AAAA"})
    assert response.json() == {"prompt": "a harbour at dawn"}


def test_service_from_the_app_without_an_answer(
    client: TestClient, stored_asset: MagicMock, genai_client: MagicMock
):
    genai_client.models.generate_content.return_value.text = None
    assert client.post("/generate/describe", json={"image": "AAAA"}).status_code == 502

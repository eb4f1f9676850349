"""Fixtures. Nothing here reaches the network: the clients talk to fakes."""

import os

# The Google clients use anonymous credentials when they see an emulator.
os.environ.setdefault("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
os.environ.setdefault("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")

import base64
from collections.abc import Iterator
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

import pytest
from fake_firestore import FakeFirestoreClient
from fastapi.testclient import TestClient

from app.auth import get_current_user
from app.config import settings
from app.main import app
from app.services.generation import GenerationService
from app.services.library_firestore import LibraryServiceFirestore
from app.services.workflow_firestore import WorkflowServiceFirestore
from tests.fakes import FakeBucket, FakeStorageClient

USER = {"uid": "user-1", "email": "maya.lindqvist@studio-north.example", "name": "Maya"}
PIXEL = base64.b64encode(b"\x89PNG pixel").decode()


@pytest.fixture
def user() -> dict[str, str]:
    return dict(USER)


@pytest.fixture
def pixel() -> str:
    return PIXEL


@pytest.fixture
def client(user: dict[str, str]) -> Iterator[TestClient]:
    """The API, with Maya signed in."""
    app.dependency_overrides[get_current_user] = lambda: user
    yield TestClient(app)
    app.dependency_overrides.clear()


@pytest.fixture
def anonymous() -> TestClient:
    """The API, with nobody signed in."""
    return TestClient(app)


@pytest.fixture
def firestore_db() -> Iterator[FakeFirestoreClient]:
    """A Firestore in memory behind both services."""
    db = FakeFirestoreClient()
    with (
        patch("app.services.library_firestore.get_firestore_client", return_value=db),
        patch("app.services.workflow_firestore.get_firestore_client", return_value=db),
    ):
        yield db


@pytest.fixture
def bucket() -> Iterator[FakeBucket]:
    storage_client = FakeStorageClient()
    with patch("app.services.library_firestore.storage.Client", return_value=storage_client):
        yield storage_client.bucket(settings.GCS_BUCKET)


@pytest.fixture
def library(firestore_db: FakeFirestoreClient, bucket: FakeBucket) -> LibraryServiceFirestore:
    return LibraryServiceFirestore()


@pytest.fixture
def workflows(firestore_db: FakeFirestoreClient) -> WorkflowServiceFirestore:
    return WorkflowServiceFirestore()


@pytest.fixture
def genai_client() -> Iterator[MagicMock]:
    with patch("app.services.generation.genai.Client") as client_class:
        yield client_class.return_value


@pytest.fixture
def saved_assets() -> MagicMock:
    """A library that accepts everything and numbers what it is given."""
    library = MagicMock()
    numbers = iter(range(1, 100))

    async def save_asset(**asset: Any) -> dict[str, Any]:
        number = next(numbers)
        return {"id": f"asset-{number}", "url": f"https://storage.example/{number}", **asset}

    library.save_asset = AsyncMock(side_effect=save_asset)
    return library


@pytest.fixture
def generation(genai_client: MagicMock, saved_assets: MagicMock) -> Iterator[GenerationService]:
    service = GenerationService(library_service=saved_assets)
    with patch.object(service, "_get_auth_headers", return_value={"Authorization": "Bearer token"}):
        yield service

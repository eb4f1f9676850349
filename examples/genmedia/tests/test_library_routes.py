"""The library's endpoints."""

import base64
import hashlib
from unittest.mock import AsyncMock, MagicMock

import pytest
from fastapi.testclient import TestClient

from app.main import app
from app.routers.library import get_library_service
from app.services.library_firestore import LibraryServiceFirestore
from tests.fakes import FakeBucket

# These tests build the service through the app, so each needs its own fakes.
pytestmark = pytest.mark.usefixtures("firestore_db", "bucket")


def upload(client: TestClient, content: bytes, **fields: object) -> dict[str, object]:
    data = base64.b64encode(content).decode()
    response = client.post("/library/assets", json={"data": data, **fields})
    assert response.status_code == 201
    return response.json()


def test_upload_then_list(client: TestClient, bucket: FakeBucket):
    asset = upload(client, b"one", name="One", tags=["First"])
    assert asset["size"] == 3
    assert len(bucket.files) == 1
    listed = client.get("/library/assets").json()["assets"]
    assert [a["name"] for a in listed] == ["One"]


def test_a_new_library_is_empty(client: TestClient):
    assert client.get("/library/assets").json() == {"assets": []}
    assert client.get("/library/usage").json() == {"bytes": 0}


def test_lookup_and_links(client: TestClient):
    one, two = upload(client, b"one"), upload(client, b"two")
    ids = {"asset_ids": [two["id"], "missing", one["id"]]}
    found = client.post("/library/assets/lookup", json=ids).json()["assets"]
    assert [a["id"] for a in found] == [two["id"], one["id"]]
    links = client.post("/library/links", json=ids).json()
    assert [links[i]["exists"] for i in ids["asset_ids"]] == [True, False, True]


def test_get_and_delete(client: TestClient, bucket: FakeBucket):
    asset = upload(client, b"one")
    assert client.get(f"/library/assets/{asset['id']}").json()["id"] == asset["id"]
    assert client.delete(f"/library/assets/{asset['id']}").status_code == 204
    assert bucket.files == {}
    assert client.get(f"/library/assets/{asset['id']}").status_code == 404
    assert client.delete(f"/library/assets/{asset['id']}").status_code == 404


def test_checksum_and_usage(client: TestClient):
    asset = upload(client, b"one")
    checksum = hashlib.sha256(b"one").hexdigest()
    assert client.get(f"/library/checksums/{checksum}").json()["id"] == asset["id"]
    assert client.get("/library/checksums/unknown").status_code == 404
    assert client.get("/library/usage").json() == {"bytes": 3}


def test_route_passes_the_filters_on(client: TestClient):
    service = MagicMock(spec=LibraryServiceFirestore)
    service.list_assets = AsyncMock(return_value=[])
    app.dependency_overrides[get_library_service] = lambda: service
    client.get("/library/assets", params={"limit": 5, "source": "video"})
    service.list_assets.assert_called_once_with("user-1", limit=5, source="video", tag=None)

"""The library on a Firestore and a bucket in memory, and on mocks."""

import base64
import hashlib
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest.mock import MagicMock, patch

import pytest
from fake_firestore import FakeFirestoreClient

from app.config import settings
from app.services.library_firestore import LibraryServiceFirestore
from tests.fakes import FakeBucket

START = datetime(2025, 3, 1, tzinfo=timezone.utc)


@pytest.fixture
def stored(firestore_db: FakeFirestoreClient) -> list[str]:
    """Four assets, the last one of somebody else; returns their ids."""
    ids = ["a1", "a2", "a3", "b1"]
    for number, asset_id in enumerate(ids):
        owner = "user-2" if asset_id == "b1" else "user-1"
        firestore_db.collection(settings.ASSETS_COLLECTION).document(asset_id).set(
            {
                "id": asset_id,
                "user_id": owner,
                "name": f"Asset {asset_id}",
                "mime_type": "image/png",
                "blob_path": f"{owner}/{asset_id}.png",
                "size": 10 + number,
                "checksum": f"sum-{asset_id}",
                "tags": ["sky"] if asset_id == "a1" else [],
                "source": "video" if asset_id == "a3" else "upload",
                "created_at": START + timedelta(minutes=number),
            }
        )
    return ids


def url(path: str) -> str:
    return f"https://storage.googleapis.com/{settings.GCS_BUCKET}/{path}"


async def test_save_asset_stores_file_and_description(
    library: LibraryServiceFirestore, bucket: FakeBucket, firestore_db: FakeFirestoreClient
):
    data = base64.b64encode(b"picture").decode()
    asset = await library.save_asset("user-1", data, name="Sky", tags=["Blue ", "blue", "Air"])

    assert bucket.files == {f"user-1/{asset['id']}.png": (b"picture", "image/png")}
    assert asset["url"] == url(f"user-1/{asset['id']}.png")
    assert asset["tags"] == ["air", "blue"]
    assert "user_id" not in asset and "blob_path" not in asset
    document = firestore_db.collection(settings.ASSETS_COLLECTION).document(asset["id"]).get()
    assert document.get("user_id") == "user-1"
    assert document.get("size") == len(b"picture")
    assert document.get("checksum") == hashlib.sha256(b"picture").hexdigest()


async def test_save_asset_accepts_a_data_url(library: LibraryServiceFirestore, bucket: FakeBucket):
    data = "data:video/mp4;base64," + base64.b64encode(b"film").decode()
    asset = await library.save_asset("user-1", data, mime_type="video/mp4", source="video")
    assert bucket.files == {f"user-1/{asset['id']}.mp4": (b"film", "video/mp4")}


async def test_a_failed_upload_leaves_no_description(
    library: LibraryServiceFirestore, firestore_db: FakeFirestoreClient, pixel: str
):
    with patch("tests.fakes.FakeBlob.upload_from_string", side_effect=OSError("no route")):
        with pytest.raises(OSError):
            await library.save_asset("user-1", pixel)
    assert list(firestore_db.collection(settings.ASSETS_COLLECTION).stream()) == []


async def test_list_assets_newest_first(library: LibraryServiceFirestore, stored: list[str]):
    assert [a["id"] for a in await library.list_assets("user-1")] == ["a3", "a2", "a1"]
    assert [a["id"] for a in await library.list_assets("user-1", limit=2)] == ["a3", "a2"]
    assert [a["id"] for a in await library.list_assets("user-2")] == ["b1"]


async def test_list_assets_by_source_and_tag(library: LibraryServiceFirestore, stored: list[str]):
    assert [a["id"] for a in await library.list_assets("user-1", source="video")] == ["a3"]
    assert [a["id"] for a in await library.list_assets("user-1", tag="SKY ")] == ["a1"]


async def test_get_asset(library: LibraryServiceFirestore, stored: list[str]):
    asset = await library.get_asset("a1", "user-1")
    assert asset is not None
    assert asset["url"] == url("user-1/a1.png")


@pytest.mark.parametrize("asset_id", ["b1", "missing"])
async def test_get_asset_of_others_or_missing(
    library: LibraryServiceFirestore, stored: list[str], asset_id: str
):
    assert await library.get_asset(asset_id, "user-1") is None


async def test_get_assets_by_ids_keeps_the_order(
    library: LibraryServiceFirestore, stored: list[str]
):
    found = await library.get_assets_by_ids(["a3", "missing", "a1", "b1", "a3"], "user-1")
    assert [asset["id"] for asset in found] == ["a3", "a1", "a3"]
    assert await library.get_assets_by_ids([], "user-1") == []


async def test_find_by_checksum(library: LibraryServiceFirestore, stored: list[str]):
    asset = await library.find_by_checksum("user-1", "sum-a2")
    assert asset is not None and asset["id"] == "a2"
    assert await library.find_by_checksum("user-1", "sum-b1") is None


async def test_storage_used(library: LibraryServiceFirestore, stored: list[str]):
    assert await library.storage_used("user-1") == 10 + 11 + 12
    assert await library.storage_used("nobody") == 0


def test_resolve_asset_urls(library: LibraryServiceFirestore, stored: list[str]):
    resolved = library._resolve_asset_urls(["a2", "missing", "a1", "a2"])
    assert list(resolved) == ["a2", "missing", "a1"]
    assert resolved["a1"] == {"url": url("user-1/a1.png"), "exists": True}
    assert resolved["missing"] == {"url": None, "exists": False}


def test_one_broken_asset_does_not_spoil_the_others(
    library: LibraryServiceFirestore, stored: list[str], firestore_db: FakeFirestoreClient
):
    firestore_db.collection(settings.ASSETS_COLLECTION).document("broken").set({"id": "broken"})
    resolved = library._resolve_asset_urls(["broken", "a1"])
    assert resolved["broken"] == {"url": None, "exists": False}
    assert resolved["a1"]["exists"]


async def test_download_links(library: LibraryServiceFirestore, stored: list[str]):
    links = await library.get_download_links(["a1", "missing"])
    assert links["a1"]["url"] == url("user-1/a1.png")
    assert links["missing"] == {"url": None, "exists": False}


async def test_delete_asset(
    library: LibraryServiceFirestore, bucket: FakeBucket, firestore_db: FakeFirestoreClient
):
    data = base64.b64encode(b"picture").decode()
    asset = await library.save_asset("user-1", data)
    assert await library.delete_asset(asset["id"], "user-2") is False
    assert await library.delete_asset(asset["id"], "user-1") is True
    assert bucket.files == {}
    assert await library.get_asset(asset["id"], "user-1") is None
    assert await library.delete_asset(asset["id"], "user-1") is False


# The same service with mocks instead of fakes.


@pytest.fixture
def db() -> MagicMock:
    return MagicMock()


@pytest.fixture
def blob():
    with patch("app.services.library_firestore.storage.Client") as client_class:
        yield client_class.return_value.bucket.return_value.blob.return_value


@pytest.fixture
def mocked(db: MagicMock, blob: MagicMock):
    with patch("app.services.library_firestore.get_firestore_client", return_value=db):
        yield LibraryServiceFirestore()


def snapshot(data: dict[str, Any] | None) -> MagicMock:
    doc = MagicMock()
    doc.exists = data is not None
    doc.to_dict.return_value = data
    return doc


async def test_upload_is_called_with_the_decoded_file(
    mocked: LibraryServiceFirestore, db: MagicMock, blob: MagicMock, pixel: str
):
    asset = await mocked.save_asset("user-1", pixel, mime_type="image/jpeg")
    blob.upload_from_string.assert_called_once_with(
        base64.b64decode(pixel), content_type="image/jpeg"
    )
    db.collection.return_value.document.assert_called_once_with(asset["id"])
    db.collection.return_value.document.return_value.set.assert_called_once()


def test_resolve_asset_urls_with_a_mocked_document(mocked: LibraryServiceFirestore, db: MagicMock):
    document = db.collection.return_value.document.return_value
    document.get.return_value = snapshot({"blob_path": "user-1/a.png"})
    resolved = mocked._resolve_asset_urls(["a", "b"])
    assert resolved["a"] == resolved["b"] == {"url": url("user-1/a.png"), "exists": True}


def test_resolve_asset_urls_when_firestore_fails(mocked: LibraryServiceFirestore, db: MagicMock):
    document = db.collection.return_value.document.return_value
    document.get.side_effect = RuntimeError("deadline exceeded")
    assert mocked._resolve_asset_urls(["a"]) == {"a": {"url": None, "exists": False}}


async def test_entry_is_deleted_although_the_file_cannot_be(
    mocked: LibraryServiceFirestore, db: MagicMock, blob: MagicMock
):
    document = db.collection.return_value.document.return_value
    document.get.return_value = snapshot({"user_id": "user-1", "blob_path": "user-1/a.png"})
    blob.exists.return_value = True
    blob.delete.side_effect = OSError("bucket is read-only")
    assert await mocked.delete_asset("a", "user-1") is True
    document.delete.assert_called_once_with()


async def test_missing_file_is_not_deleted_again(
    mocked: LibraryServiceFirestore, db: MagicMock, blob: MagicMock
):
    document = db.collection.return_value.document.return_value
    document.get.return_value = snapshot({"user_id": "user-1", "blob_path": "user-1/a.png"})
    blob.exists.return_value = False
    assert await mocked.delete_asset("a", "user-1") is True
    blob.delete.assert_not_called()

"""The asset library: files in Cloud Storage, what we know of them in Firestore."""

import base64
import hashlib
import logging
import uuid
from datetime import datetime, timezone
from typing import Any

from google.cloud import storage
from google.cloud.firestore_v1.base_query import FieldFilter

from app.config import settings
from app.firestore import get_firestore_client

logger = logging.getLogger(__name__)

EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
}


class LibraryServiceFirestore:
    """Reads and writes the assets of all users."""

    def __init__(self) -> None:
        self.db = get_firestore_client()
        self.assets_ref = self.db.collection(settings.ASSETS_COLLECTION)
        self.storage_client = storage.Client(project=settings.PROJECT_ID)
        self.bucket = self.storage_client.bucket(settings.GCS_BUCKET)

    def _public_url(self, blob_path: str) -> str:
        return f"https://storage.googleapis.com/{settings.GCS_BUCKET}/{blob_path}"

    def _to_public(self, data: dict[str, Any]) -> dict[str, Any]:
        """What clients may see of a stored asset."""
        asset = {key: value for key, value in data.items() if key not in ("user_id", "blob_path")}
        asset["url"] = self._public_url(data["blob_path"])
        return asset

    async def save_asset(
        self,
        user_id: str,
        data: str,
        mime_type: str = "image/png",
        name: str = "Untitled",
        tags: list[str] | None = None,
        source: str = "upload",
    ) -> dict[str, Any]:
        """Store a base64 file and its description; return the new asset."""
        clean_data = data.split(",", 1)[1] if data.startswith("data:") else data
        file_bytes = base64.b64decode(clean_data)

        asset_id = str(uuid.uuid4())
        blob_path = f"{user_id}/{asset_id}{EXTENSIONS.get(mime_type, '')}"
        blob = self.bucket.blob(blob_path)
        blob.upload_from_string(file_bytes, content_type=mime_type)

        asset_data = {
            "id": asset_id,
            "user_id": user_id,
            "name": name,
            "mime_type": mime_type,
            "blob_path": blob_path,
            "size": len(file_bytes),
            "checksum": hashlib.sha256(file_bytes).hexdigest(),
            "tags": sorted({tag.lower().strip() for tag in tags or []}),
            "source": source,
            "created_at": datetime.now(timezone.utc),
        }
        self.assets_ref.document(asset_id).set(asset_data)
        logger.info(f"Saved asset {asset_id} ({len(file_bytes)} bytes) for {user_id}")
        return self._to_public(asset_data)

    async def list_assets(
        self, user_id: str, limit: int = 50, source: str | None = None, tag: str | None = None
    ) -> list[dict[str, Any]]:
        """The user's newest assets first."""
        query = self.assets_ref.where(filter=FieldFilter("user_id", "==", user_id))
        if source:
            query = query.where(filter=FieldFilter("source", "==", source))
        if tag:
            query = query.where(filter=FieldFilter("tags", "array_contains", tag.lower().strip()))
        query = query.order_by("created_at", direction="DESCENDING").limit(limit)
        return [self._to_public(doc.to_dict()) for doc in query.stream()]

    async def get_asset(self, asset_id: str, user_id: str) -> dict[str, Any] | None:
        """One asset, or None when there is no such asset of this user."""
        doc = self.assets_ref.document(asset_id).get()
        if not doc.exists:
            return None
        data = doc.to_dict()
        if data["user_id"] != user_id:
            logger.warning(f"{user_id} asked for asset {asset_id} of {data['user_id']}")
            return None
        return self._to_public(data)

    async def get_assets_by_ids(self, asset_ids: list[str], user_id: str) -> list[dict[str, Any]]:
        """The user's assets among these ids, in the order of the ids."""
        assets = []
        for asset_id in asset_ids:
            snapshot = self.assets_ref.document(asset_id).get()
            if not snapshot.exists:
                continue
            data = snapshot.to_dict()
            if data["user_id"] == user_id:
                assets.append(self._to_public(data))
        return assets

    async def find_by_checksum(self, user_id: str, checksum: str) -> dict[str, Any] | None:
        """The asset that holds exactly this file, if the user has it already."""
        query = self.assets_ref.where(filter=FieldFilter("user_id", "==", user_id))
        # Checksums have no index yet, so stop reading at the first match.
        for candidate in query.order_by("created_at", direction="DESCENDING").stream():
            if candidate.get("checksum") == checksum:
                return self._to_public(candidate.to_dict())
        return None

    async def storage_used(self, user_id: str) -> int:
        """How many bytes the user's files take."""
        owned = self.assets_ref.where(filter=FieldFilter("user_id", "==", user_id))
        return sum(doc.get("size") for doc in owned.select(["size"]).stream())

    def _resolve_asset_urls(self, asset_ids: list[str]) -> dict[str, dict[str, Any]]:
        """Where each of these assets can be downloaded."""
        resolved: dict[str, dict[str, Any]] = {}
        for asset_id in asset_ids:
            try:
                entry = self.assets_ref.document(asset_id).get()
                if entry.exists:
                    data = entry.to_dict()
                    url = self._public_url(data["blob_path"])
                    resolved[asset_id] = {"url": url, "exists": True}
                else:
                    resolved[asset_id] = {"url": None, "exists": False}
            except Exception as e:
                logger.warning(f"Could not resolve asset {asset_id}: {e}")
                resolved[asset_id] = {"url": None, "exists": False}
        return resolved

    async def get_download_links(self, asset_ids: list[str]) -> dict[str, dict[str, Any]]:
        """Download links for a selection, for example to hand it to an editor."""
        links = self._resolve_asset_urls(asset_ids)
        missing = sum(1 for link in links.values() if not link["exists"])
        if missing:
            logger.warning(f"{missing} of {len(links)} assets have no download link")
        return links

    async def delete_asset(self, asset_id: str, user_id: str) -> bool:
        """Remove the file and its description; False when the user has no such asset."""
        doc_ref = self.assets_ref.document(asset_id)
        doc = doc_ref.get()
        if not doc.exists:
            return False
        data = doc.to_dict()
        if data["user_id"] != user_id:
            return False

        try:
            blob = self.bucket.blob(data["blob_path"])
            if blob.exists():
                blob.delete()
        except Exception as e:
            # A file that stays behind costs little; a library entry without a file is worse.
            logger.error(f"Could not delete the file of asset {asset_id}: {e}")

        doc_ref.delete()
        logger.info(f"Deleted asset {asset_id} of {user_id}")
        return True

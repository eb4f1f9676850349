"""Workflows: graphs of prompts, models and assets that users build on a canvas."""

import logging
import uuid
from datetime import datetime, timezone
from typing import Any

from google.cloud.firestore_v1.base_query import FieldFilter

from app.config import settings
from app.firestore import get_firestore_client

logger = logging.getLogger(__name__)

# Node fields that hold the id of a library asset.
ASSET_FIELDS = ("assetId", "imageRef", "firstFrameRef", "lastFrameRef", "videoRef")


class WorkflowAccessError(Exception):
    """The workflow exists, but not for this user."""


class WorkflowServiceFirestore:
    """Reads and writes workflows and their revisions."""

    def __init__(self) -> None:
        self.db = get_firestore_client()
        self.workflows_ref = self.db.collection(settings.WORKFLOWS_COLLECTION)
        self.revisions_ref = self.db.collection(settings.REVISIONS_COLLECTION)
        self.assets_ref = self.db.collection(settings.ASSETS_COLLECTION)

    def _public_url(self, blob_path: str) -> str:
        return f"https://storage.googleapis.com/{settings.GCS_BUCKET}/{blob_path}"

    def _extract_asset_refs(self, nodes: list[dict[str, Any]]) -> set[str]:
        """The ids of all assets that the nodes show."""
        asset_refs: set[str] = set()
        for node in nodes:
            data = node.get("data", {})
            for field in ASSET_FIELDS:
                # Node data is plain JSON from the canvas; most fields are not set.
                value = data.get(field)
                if value:
                    asset_refs.add(value)
        return asset_refs

    def _resolve_asset_urls(self, nodes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Look up the current URL of every asset that the nodes refer to."""
        asset_refs = self._extract_asset_refs(nodes)
        urls: dict[str, dict[str, Any]] = {}
        for ref in asset_refs:
            try:
                doc = self.assets_ref.document(ref).get()
                if not doc.exists:
                    logger.warning(f"Asset {ref} is no longer in the library")
                    urls[ref] = {"url": None, "exists": False}
                    continue
                asset = doc.to_dict()
                urls[ref] = {"url": self._public_url(asset["blob_path"]), "exists": True}
            except Exception as e:
                logger.error(f"Could not resolve asset {ref}: {e}")
                urls[ref] = {"url": None, "exists": False}
        return urls

    def _first_available_asset(self, asset_ids: list[str]) -> str | None:
        """The first of these assets that still exists: it becomes the cover."""
        for asset_id in asset_ids:
            cover = self.assets_ref.document(asset_id).get()
            # Usually the very first one is there, so do not read the others.
            if cover.exists:
                return asset_id
        return None

    def _walk_revisions(self, newest_id: str | None, limit: int) -> list[dict[str, Any]]:
        """Follow the chain from the newest revision back to the oldest."""
        revisions: list[dict[str, Any]] = []
        next_id = newest_id
        for _ in range(limit):
            if not next_id:
                break
            # Only the revision itself knows which one came before it.
            revision = self.revisions_ref.document(next_id).get()
            if not revision.exists:
                break
            entry = revision.to_dict() or {}
            revisions.append({"id": revision.id, **entry})
            next_id = entry.get("next")
        return revisions

    async def create_workflow(
        self,
        user_id: str,
        name: str,
        description: str = "",
        is_public: bool = False,
        nodes: list[dict[str, Any]] | None = None,
        edges: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        workflow_id = str(uuid.uuid4())
        now = datetime.now(timezone.utc)
        workflow_data = {
            "user_id": user_id,
            "name": name,
            "description": description,
            "is_public": is_public,
            "nodes": nodes or [],
            "edges": edges or [],
            "views": 0,
            "head_revision": None,
            "created_at": now,
            "updated_at": now,
        }
        self.workflows_ref.document(workflow_id).set(workflow_data)
        logger.info(f"Created workflow {workflow_id} for {user_id}")
        return {"id": workflow_id, **workflow_data}

    async def list_workflows(self, scope: str, user_id: str) -> list[dict[str, Any]]:
        """All public workflows, or all of this user's, newest first."""
        if scope == "public":
            query = self.workflows_ref.where(filter=FieldFilter("is_public", "==", True))
        else:
            query = self.workflows_ref.where(filter=FieldFilter("user_id", "==", user_id))
        query = query.order_by("created_at", direction="DESCENDING")
        docs = query.stream()

        workflows = []
        for doc in docs:
            workflow = doc.to_dict()
            workflow["id"] = doc.id
            # The canvas can be megabytes and the list does not show it.
            workflow.pop("nodes", None)
            workflow.pop("edges", None)
            workflows.append(workflow)
        return workflows

    async def get_workflow(self, workflow_id: str, user_id: str) -> dict[str, Any] | None:
        """One workflow with the URLs of everything on its canvas."""
        doc = self.workflows_ref.document(workflow_id).get()
        if not doc.exists:
            return None
        workflow = doc.to_dict()
        if workflow["user_id"] != user_id and not workflow.get("is_public"):
            raise WorkflowAccessError(workflow_id)

        workflow["id"] = workflow_id
        workflow["asset_urls"] = self._resolve_asset_urls(workflow.get("nodes", []))
        return workflow

    async def update_workflow(
        self, workflow_id: str, user_id: str, changes: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Change some fields and keep what they were before as a revision."""
        doc_ref = self.workflows_ref.document(workflow_id)
        existing = doc_ref.get()
        if not existing.exists:
            return None
        stored = existing.to_dict()
        if stored["user_id"] != user_id:
            raise WorkflowAccessError(workflow_id)

        now = datetime.now(timezone.utc)
        revision_id = str(uuid.uuid4())
        self.revisions_ref.document(revision_id).set(
            {
                "workflow_id": workflow_id,
                "name": stored["name"],
                "nodes": stored["nodes"],
                "edges": stored["edges"],
                "next": stored.get("head_revision"),
                "created_at": now,
            }
        )
        doc_ref.update({**changes, "head_revision": revision_id, "updated_at": now})
        updated = doc_ref.get()
        return {"id": workflow_id, **updated.to_dict()}

    async def publish_workflow(self, workflow_id: str, user_id: str) -> dict[str, Any] | None:
        """Show a workflow to everybody, with a cover picture from its canvas."""
        workflow_ref = self.workflows_ref.document(workflow_id)
        draft = workflow_ref.get()
        if not draft.exists:
            return None
        workflow = draft.to_dict()
        if workflow["user_id"] != user_id:
            raise WorkflowAccessError(workflow_id)

        candidates = sorted(self._extract_asset_refs(workflow["nodes"]))
        cover = self._first_available_asset(candidates)
        workflow_ref.update({"is_public": True, "cover": cover})
        return {"id": workflow_id, **workflow, "is_public": True, "cover": cover}

    async def clone_workflow(self, workflow_id: str, user_id: str) -> dict[str, Any] | None:
        """Copy a workflow that the user can see into the user's own list."""
        original = self.workflows_ref.document(workflow_id).get()
        if not original.exists:
            return None
        source = original.to_dict()
        if source["user_id"] != user_id and not source.get("is_public"):
            raise WorkflowAccessError(workflow_id)

        clone_id = str(uuid.uuid4())
        now = datetime.now(timezone.utc)
        clone_data = {
            **source,
            "user_id": user_id,
            "name": f"{source['name']} (copy)",
            "is_public": False,
            "views": 0,
            "head_revision": None,
            "created_at": now,
            "updated_at": now,
        }
        self.workflows_ref.document(clone_id).set(clone_data)
        return {"id": clone_id, **clone_data}

    async def get_history(
        self, workflow_id: str, user_id: str, limit: int = 20
    ) -> list[dict[str, Any]] | None:
        """Earlier states of a workflow, newest first."""
        snapshot = self.workflows_ref.document(workflow_id).get()
        if not snapshot.exists:
            return None
        workflow = snapshot.to_dict()
        if workflow["user_id"] != user_id:
            raise WorkflowAccessError(workflow_id)
        return self._walk_revisions(workflow.get("head_revision"), limit)

    async def record_view(self, workflow_id: str) -> int:
        """Count a visit to a public workflow."""
        views_ref = self.workflows_ref.document(workflow_id)
        seen = views_ref.get()
        if not seen.exists:
            return 0
        # One process serves the gallery, so nothing else writes the counter in between.
        views = (seen.to_dict() or {}).get("views", 0) + 1
        views_ref.update({"views": views})
        return views

    async def delete_workflow(self, workflow_id: str, user_id: str) -> bool:
        target_ref = self.workflows_ref.document(workflow_id)
        target = target_ref.get()
        if not target.exists:
            return False
        if target.to_dict()["user_id"] != user_id:
            raise WorkflowAccessError(workflow_id)
        target_ref.delete()
        logger.info(f"Deleted workflow {workflow_id} of {user_id}")
        return True

"""Workflows on a Firestore in memory, and on mocks."""

from typing import Any
from unittest.mock import MagicMock, patch

import pytest
from fake_firestore import FakeFirestoreClient

from app.config import settings
from app.services.workflow_firestore import WorkflowAccessError, WorkflowServiceFirestore

NODES = [
    {"id": "n1", "type": "image", "data": {"imageRef": "a1", "prompt": "a harbour"}},
    {"id": "n2", "type": "video", "data": {"firstFrameRef": "a1", "lastFrameRef": "gone"}},
    {"id": "n3", "type": "note"},
]


def url(path: str) -> str:
    return f"https://storage.googleapis.com/{settings.GCS_BUCKET}/{path}"


@pytest.fixture
def assets(firestore_db: FakeFirestoreClient) -> None:
    for asset_id in ("a1", "a2"):
        firestore_db.collection(settings.ASSETS_COLLECTION).document(asset_id).set(
            {"id": asset_id, "blob_path": f"user-1/{asset_id}.png"}
        )


async def create(workflows: WorkflowServiceFirestore, **fields: Any) -> str:
    workflow = await workflows.create_workflow("user-1", **{"name": "Harbour", **fields})
    return workflow["id"]


async def test_create_then_get(workflows: WorkflowServiceFirestore, assets: None):
    workflow_id = await create(workflows, nodes=NODES)
    workflow = await workflows.get_workflow(workflow_id, "user-1")
    assert workflow is not None
    assert workflow["name"] == "Harbour"
    assert workflow["asset_urls"] == {
        "a1": {"url": url("user-1/a1.png"), "exists": True},
        "gone": {"url": None, "exists": False},
    }


async def test_private_workflows_are_private(workflows: WorkflowServiceFirestore):
    workflow_id = await create(workflows)
    with pytest.raises(WorkflowAccessError):
        await workflows.get_workflow(workflow_id, "user-2")
    shared_id = await create(workflows, is_public=True)
    assert await workflows.get_workflow(shared_id, "user-2")


async def test_list_workflows(workflows: WorkflowServiceFirestore):
    first = await create(workflows, name="First", nodes=NODES)
    second = await create(workflows, name="Second", is_public=True)
    mine = await workflows.list_workflows("mine", "user-1")
    assert [w["id"] for w in mine] == [second, first]
    assert all("nodes" not in w and "edges" not in w for w in mine)
    public = await workflows.list_workflows("public", "user-2")
    assert [w["id"] for w in public] == [second]
    assert await workflows.list_workflows("mine", "user-2") == []


def test_resolve_asset_urls(workflows: WorkflowServiceFirestore, assets: None):
    nodes = [{"data": {"assetId": "a1"}}, {"data": {"videoRef": "a2"}}, {"data": {"assetId": "a1"}}]
    assert workflows._resolve_asset_urls(nodes) == {
        "a1": {"url": url("user-1/a1.png"), "exists": True},
        "a2": {"url": url("user-1/a2.png"), "exists": True},
    }
    assert workflows._resolve_asset_urls([]) == {}


def test_resolve_asset_without_file(
    workflows: WorkflowServiceFirestore, firestore_db: FakeFirestoreClient
):
    firestore_db.collection(settings.ASSETS_COLLECTION).document("odd").set({"id": "odd"})
    assert workflows._resolve_asset_urls([{"data": {"assetId": "odd"}}]) == {
        "odd": {"url": None, "exists": False}
    }


async def test_update_keeps_revisions(workflows: WorkflowServiceFirestore):
    workflow_id = await create(workflows, name="One")
    await workflows.update_workflow(workflow_id, "user-1", {"name": "Two"})
    updated = await workflows.update_workflow(workflow_id, "user-1", {"name": "Three"})
    assert updated is not None and updated["name"] == "Three"
    history = await workflows.get_history(workflow_id, "user-1")
    assert history is not None
    assert [revision["name"] for revision in history] == ["Two", "One"]
    newest = await workflows.get_history(workflow_id, "user-1", limit=1)
    assert newest is not None and [revision["name"] for revision in newest] == ["Two"]


async def test_history_ends_at_a_lost_revision(
    workflows: WorkflowServiceFirestore, firestore_db: FakeFirestoreClient
):
    workflow_id = await create(workflows, name="One")
    await workflows.update_workflow(workflow_id, "user-1", {"name": "Two"})
    history = await workflows.get_history(workflow_id, "user-1")
    assert history is not None
    firestore_db.collection(settings.REVISIONS_COLLECTION).document(history[0]["id"]).delete()
    assert await workflows.get_history(workflow_id, "user-1") == []


async def test_publish_takes_the_first_asset_that_exists(
    workflows: WorkflowServiceFirestore, assets: None
):
    nodes = [{"data": {"assetId": "a0", "imageRef": "a2"}}]
    workflow_id = await create(workflows, nodes=nodes)
    published = await workflows.publish_workflow(workflow_id, "user-1")
    assert published is not None
    assert published["cover"] == "a2" and published["is_public"]
    public = await workflows.list_workflows("public", "user-2")
    assert [w["cover"] for w in public] == ["a2"]


async def test_clone(workflows: WorkflowServiceFirestore):
    workflow_id = await create(workflows, is_public=True, nodes=NODES)
    clone = await workflows.clone_workflow(workflow_id, "user-2")
    assert clone is not None
    assert clone["id"] != workflow_id
    assert clone["name"] == "Harbour (copy)" and not clone["is_public"]
    mine = await workflows.list_workflows("mine", "user-2")
    assert [w["id"] for w in mine] == [clone["id"]]


async def test_views_are_counted(workflows: WorkflowServiceFirestore):
    workflow_id = await create(workflows, is_public=True)
    assert [await workflows.record_view(workflow_id) for _ in range(3)] == [1, 2, 3]
    assert await workflows.record_view("missing") == 0


@pytest.mark.parametrize(
    "method, arguments",
    [
        ("update_workflow", [{"name": "Mine"}]),
        ("publish_workflow", []),
        ("clone_workflow", []),
        ("get_history", []),
        ("delete_workflow", []),
    ],
)
async def test_only_the_owner(
    workflows: WorkflowServiceFirestore, method: str, arguments: list[Any]
):
    workflow_id = await create(workflows)
    with pytest.raises(WorkflowAccessError):
        await getattr(workflows, method)(workflow_id, "user-2", *arguments)
    assert not await getattr(workflows, method)("missing", "user-1", *arguments)


# The same service with mocks instead of fakes.


@pytest.fixture
def db():
    with patch("app.services.workflow_firestore.get_firestore_client") as get_client:
        yield get_client.return_value


async def test_get_workflow_with_a_mocked_client(db: MagicMock):
    document = db.collection.return_value.document.return_value
    document.get.return_value.exists = True
    document.get.return_value.to_dict.side_effect = lambda: {
        "user_id": "user-1",
        "nodes": NODES[:1],
        "blob_path": "user-1/a1.png",
    }
    workflow = await WorkflowServiceFirestore().get_workflow("w1", "user-1")
    assert workflow is not None
    assert workflow["asset_urls"]["a1"]["exists"]
    db.collection.return_value.document.assert_any_call("w1")


def test_resolve_survives_a_firestore_error(db: MagicMock):
    db.collection.return_value.document.return_value.get.side_effect = RuntimeError("unavailable")
    urls = WorkflowServiceFirestore()._resolve_asset_urls([{"data": {"assetId": "a1"}}])
    assert urls == {"a1": {"url": None, "exists": False}}


async def test_delete_with_a_mocked_client(db: MagicMock):
    document = db.collection.return_value.document.return_value
    document.get.return_value.to_dict.return_value = {"user_id": "user-1"}
    assert await WorkflowServiceFirestore().delete_workflow("w1", "user-1") is True
    document.delete.assert_called_once_with()

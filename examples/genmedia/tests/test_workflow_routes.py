"""The workflows' endpoints."""

from unittest.mock import AsyncMock, MagicMock

import pytest
from fastapi.testclient import TestClient

from app.main import app
from app.routers.workflow import get_workflow_service
from app.services.workflow_firestore import WorkflowAccessError, WorkflowServiceFirestore


@pytest.fixture
def service():
    mock_service = MagicMock(spec=WorkflowServiceFirestore)
    app.dependency_overrides[get_workflow_service] = lambda: mock_service
    yield mock_service
    app.dependency_overrides.pop(get_workflow_service, None)


def test_list_passes_scope_and_user(client: TestClient, service: MagicMock):
    service.list_workflows = AsyncMock(return_value=[{"id": "w1", "name": "Harbour"}])
    response = client.get("/workflows", params={"scope": "public"})
    assert response.json() == {"workflows": [{"id": "w1", "name": "Harbour"}]}
    service.list_workflows.assert_called_once_with(scope="public", user_id="user-1")


def test_update_passes_only_what_was_sent(client: TestClient, service: MagicMock):
    service.update_workflow = AsyncMock(return_value={"id": "w1", "name": "Pier"})
    assert client.patch("/workflows/w1", json={"name": "Pier"}).json()["name"] == "Pier"
    service.update_workflow.assert_called_once_with("w1", "user-1", {"name": "Pier"})


def test_others_workflows_are_forbidden(client: TestClient, service: MagicMock):
    service.get_workflow = AsyncMock(side_effect=WorkflowAccessError("w1"))
    response = client.get("/workflows/w1")
    assert response.status_code == 403
    assert response.json() == {"detail": "This workflow is not yours"}


@pytest.mark.usefixtures("firestore_db")
def test_life_of_a_workflow(client: TestClient):
    created = client.post("/workflows", json={"name": "Harbour"})
    assert created.status_code == 201
    path = f"/workflows/{created.json()['id']}"

    assert client.get(path).json()["asset_urls"] == {}
    assert client.patch(path, json={"name": "Pier"}).json()["name"] == "Pier"
    assert [r["name"] for r in client.get(f"{path}/history").json()["revisions"]] == ["Harbour"]
    assert client.post(f"{path}/publish").json()["is_public"] is True
    assert client.post(f"{path}/views").json() == {"views": 1}
    assert client.post(f"{path}/clone").json()["name"] == "Pier (copy)"
    assert len(client.get("/workflows").json()["workflows"]) == 2
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/history").status_code == 404
    assert client.delete(path).status_code == 404


@pytest.mark.usefixtures("firestore_db")
def test_there_are_no_workflows_at_first(client: TestClient):
    assert client.get("/workflows").json() == {"workflows": []}

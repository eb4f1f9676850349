"""Endpoints for workflows."""

import logging
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query

from app.auth import get_current_user
from app.schemas import WorkflowCreate, WorkflowUpdate
from app.services.workflow_firestore import WorkflowServiceFirestore

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/workflows", tags=["workflows"])

Workflow = dict[str, Any]


def get_workflow_service() -> WorkflowServiceFirestore:
    return WorkflowServiceFirestore()


User = Annotated[dict[str, Any], Depends(get_current_user)]
Workflows = Annotated[WorkflowServiceFirestore, Depends(get_workflow_service)]


def found(workflow: Workflow | None) -> Workflow:
    if workflow is None:
        raise HTTPException(404, "Workflow not found")
    return workflow


@router.post("", status_code=201)
async def create_workflow(request: WorkflowCreate, user: User, service: Workflows) -> Workflow:
    return await service.create_workflow(user["uid"], **request.model_dump())


@router.get("")
async def list_workflows(
    user: User, service: Workflows, scope: Literal["mine", "public"] = "mine"
) -> dict[str, list[Workflow]]:
    logger.info(f"Listing {scope} workflows for {user['email']}")
    workflows = await service.list_workflows(scope=scope, user_id=user["uid"])

    # Log what goes out
    for wf in workflows:
        logger.info(f"Returning workflow {wf.get('id')}: {wf.get('name')} by {wf.get('user_id')}")

    return {"workflows": workflows}


@router.get("/{workflow_id}")
async def get_workflow(workflow_id: str, user: User, service: Workflows) -> Workflow:
    return found(await service.get_workflow(workflow_id, user["uid"]))


@router.patch("/{workflow_id}")
async def update_workflow(
    workflow_id: str, request: WorkflowUpdate, user: User, service: Workflows
) -> Workflow:
    changes = request.model_dump(exclude_none=True)
    return found(await service.update_workflow(workflow_id, user["uid"], changes))


@router.post("/{workflow_id}/publish")
async def publish_workflow(workflow_id: str, user: User, service: Workflows) -> Workflow:
    return found(await service.publish_workflow(workflow_id, user["uid"]))


@router.post("/{workflow_id}/clone", status_code=201)
async def clone_workflow(workflow_id: str, user: User, service: Workflows) -> Workflow:
    return found(await service.clone_workflow(workflow_id, user["uid"]))


@router.get("/{workflow_id}/history")
async def get_history(
    workflow_id: str,
    user: User,
    service: Workflows,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, list[dict[str, Any]]]:
    revisions = await service.get_history(workflow_id, user["uid"], limit)
    if revisions is None:
        raise HTTPException(404, "Workflow not found")
    return {"revisions": revisions}


@router.post("/{workflow_id}/views")
async def record_view(workflow_id: str, service: Workflows) -> dict[str, int]:
    return {"views": await service.record_view(workflow_id)}


@router.delete("/{workflow_id}", status_code=204)
async def delete_workflow(workflow_id: str, user: User, service: Workflows) -> None:
    if not await service.delete_workflow(workflow_id, user["uid"]):
        raise HTTPException(404, "Workflow not found")

"""
Library
=======

Endpoints for the assets that a user uploaded or generated.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query

from app.auth import get_current_user
from app.context import AuditTrail, get_audit_trail
from app.schemas import Asset, AssetCreate, AssetIds
from app.services.library_firestore import LibraryServiceFirestore

router = APIRouter(prefix="/library", tags=["library"])


def get_library_service() -> LibraryServiceFirestore:
    return LibraryServiceFirestore()


User = Annotated[dict[str, Any], Depends(get_current_user)]
Library = Annotated[LibraryServiceFirestore, Depends(get_library_service)]


@router.post("/assets", response_model=Asset, status_code=201)
async def create_asset(request: AssetCreate, user: User, service: Library) -> dict[str, Any]:
    return await service.save_asset(
        user_id=user["uid"],
        data=request.data,
        mime_type=request.mime_type,
        name=request.name,
        tags=request.tags,
    )


@router.get("/assets")
async def list_assets(
    user: User,
    service: Library,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    source: str | None = None,
    tag: str | None = None,
) -> dict[str, list[Asset]]:
    assets = await service.list_assets(user["uid"], limit=limit, source=source, tag=tag)
    return {"assets": [Asset(**asset) for asset in assets]}


@router.post("/assets/lookup")
async def lookup_assets(request: AssetIds, user: User, service: Library) -> dict[str, list[Asset]]:
    found = await service.get_assets_by_ids(request.asset_ids, user["uid"])
    return {"assets": [Asset(**asset) for asset in found]}


@router.post("/links")
async def get_download_links(
    request: AssetIds, user: User, service: Library
) -> dict[str, dict[str, Any]]:
    return await service.get_download_links(request.asset_ids)


@router.get("/usage")
async def get_usage(user: User, service: Library) -> dict[str, int]:
    return {"bytes": await service.storage_used(user["uid"])}


@router.get("/checksums/{checksum}", response_model=Asset)
async def find_by_checksum(checksum: str, user: User, service: Library) -> dict[str, Any]:
    asset = await service.find_by_checksum(user["uid"], checksum)
    if not asset:
        raise HTTPException(404, "You have no such file")
    return asset


@router.get("/assets/{asset_id}", response_model=Asset)
async def get_asset(asset_id: str, user: User, service: Library) -> dict[str, Any]:
    asset = await service.get_asset(asset_id, user["uid"])
    if not asset:
        raise HTTPException(404, "Asset not found")
    return asset


@router.delete("/assets/{asset_id}", status_code=204)
async def delete_asset(
    asset_id: str,
    user: User,
    service: Library,
    trail: Annotated[AuditTrail, Depends(get_audit_trail)],
) -> None:
    if not await service.delete_asset(asset_id, user["uid"]):
        raise HTTPException(404, "Asset not found")
    trail.record(f"deleted asset {asset_id}", user["uid"])

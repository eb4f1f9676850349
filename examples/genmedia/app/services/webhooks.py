"""Tell the studio's own tools when something is finished."""

import logging
from typing import Any

import httpx

from app.config import settings

logger = logging.getLogger(__name__)


async def deliver(user_id: str, event: str, payload: dict[str, Any]) -> bool:
    """Post one event; a receiver that is down must not fail the request."""
    # Headers and cookies belong to one user, so the client does too.
    async with httpx.AsyncClient(
        base_url=settings.WEBHOOK_URL, headers={"X-Studio-User": user_id}
    ) as client:
        try:
            response = await client.post("/events", json={"event": event, **payload}, timeout=10.0)
        except httpx.HTTPError as e:
            logger.warning(f"Webhook {event} was not delivered: {e}")
            return False
    return response.status_code < 400

"""Sign-in with Firebase; only invited people get in."""

import logging
from typing import Any

import firebase_admin
from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from firebase_admin import auth as firebase_auth

from app.config import settings

logger = logging.getLogger(__name__)

bearer_scheme = HTTPBearer(auto_error=False)

if not firebase_admin._apps:
    firebase_admin.initialize_app(options={"projectId": settings.PROJECT_ID})


async def get_current_user(
    credentials: HTTPAuthorizationCredentials | None = Depends(bearer_scheme),
) -> dict[str, Any]:
    """Check the bearer token and the invitation list; return who is asking."""
    if credentials is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Sign in first")

    try:
        claims = firebase_auth.verify_id_token(credentials.credentials)
    except Exception as e:
        logger.warning(f"Rejected token: {e}")
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid or expired token") from e

    user_email = (claims.get("email") or "").lower().strip()
    allowed = [e.lower().strip() for e in settings.ALLOWED_EMAILS]
    if user_email not in allowed:
        logger.warning(f"{user_email} is not invited")
        raise HTTPException(status.HTTP_403_FORBIDDEN, "This account is not invited yet")

    return {"uid": claims["uid"], "email": user_email, "name": claims.get("name", "")}

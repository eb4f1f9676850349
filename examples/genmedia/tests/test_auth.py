"""Sign-in."""

from unittest.mock import MagicMock, patch

import pytest
from fastapi import HTTPException
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.testclient import TestClient

from app.auth import get_current_user

TOKEN = HTTPAuthorizationCredentials(scheme="Bearer", credentials="token")


@pytest.fixture
def verify():
    with patch("app.auth.firebase_auth.verify_id_token") as verify_id_token:
        yield verify_id_token


async def test_invited_user(verify: MagicMock):
    verify.return_value = {"uid": "u", "email": "tomas@studio-north.example", "name": "Tomas"}
    user = await get_current_user(TOKEN)
    assert user == {"uid": "u", "email": "tomas@studio-north.example", "name": "Tomas"}
    verify.assert_called_once_with("token")


@pytest.mark.parametrize(
    "email", ["MAYA.lindqvist@studio-north.example", " ines.duarte@Studio-North.example"]
)
async def test_case_and_spaces_do_not_matter(verify: MagicMock, email: str):
    verify.return_value = {"uid": "u", "email": email}
    assert (await get_current_user(TOKEN))["email"] == email.lower().strip()


@pytest.mark.parametrize("email", ["stranger@example.com", "", None])
async def test_others_are_turned_away(verify: MagicMock, email: str | None):
    verify.return_value = {"uid": "u", "email": email}
    with pytest.raises(HTTPException) as caught:
        await get_current_user(TOKEN)
    assert caught.value.status_code == 403


async def test_bad_token(verify: MagicMock):
    verify.side_effect = ValueError("expired")
    with pytest.raises(HTTPException) as caught:
        await get_current_user(TOKEN)
    assert caught.value.status_code == 401


def test_routes_need_a_token(anonymous: TestClient):
    assert anonymous.get("/library/assets").status_code == 401


def test_token_of_an_invited_user_opens_the_route(anonymous: TestClient, verify: MagicMock):
    verify.return_value = {"uid": "u", "email": "render-farm@studio-north.example"}
    response = anonymous.get("/generate/models", headers={"Authorization": "Bearer token"})
    assert response.status_code == 200
    assert set(response.json()) == {"image", "video", "text", "upscale"}

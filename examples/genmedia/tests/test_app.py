"""What does not belong to one router: health, settings, clients."""

from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient
from google.auth.credentials import AnonymousCredentials

from app import firestore as app_firestore
from app.config import settings


def test_health(anonymous: TestClient):
    assert anonymous.get("/health").json() == {"status": "ok"}


def test_settings_by_name():
    assert settings.get("VIDEO_MODEL") == settings.VIDEO_MODEL
    assert settings.get("NO_SUCH_SETTING", 3) == 3


def test_firestore_client_is_made_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app_firestore, "_client", None)
    with patch("app.firestore.firestore.Client") as client_class:
        first = app_firestore.get_firestore_client()
        second = app_firestore.get_firestore_client()
    assert first is second
    client_class.assert_called_once_with(project=settings.PROJECT_ID)


def test_firestore_client_is_anonymous_with_the_emulator(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app_firestore, "_client", None)
    client = app_firestore.get_firestore_client()
    assert isinstance(client._credentials, AnonymousCredentials)
    assert client.project == settings.PROJECT_ID


def test_it_starts_and_stops(anonymous: TestClient):
    with anonymous as client:
        assert client.get("/health").status_code == 200

"""The Firestore client of this process."""

from google.cloud import firestore

from app.config import settings

_client: firestore.Client | None = None


def get_firestore_client() -> firestore.Client:
    # The client owns a gRPC channel, so there is one for the whole process.
    global _client
    if _client is None:
        _client = firestore.Client(project=settings.PROJECT_ID)
    return _client

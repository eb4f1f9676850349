"""firebase_admin.firestore_async: the async Firestore client of an app.

Facts on blocking: as in firebase_admin.firestore.
"""

from typing import Any

from fixbot_effects import reads
from google.cloud.firestore import *
from google.cloud.firestore_v1.base_client import DEFAULT_DATABASE as DEFAULT_DATABASE

@reads("auth")
def client(app: Any = ..., database_id: str | None = None) -> AsyncClient: ...

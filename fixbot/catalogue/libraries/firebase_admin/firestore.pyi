"""firebase_admin.firestore: the Firestore client of an app, and the names of google.cloud.firestore.

Facts on blocking: the source of firebase-admin 7.7: the first `client` of an app loads credentials, the
app keeps it; so it is not `blocking`.
"""

from typing import Any

from fixbot_effects import reads
from google.cloud.firestore import *
from google.cloud.firestore_v1.base_client import DEFAULT_DATABASE as DEFAULT_DATABASE

@reads("auth")
def client(app: Any = ..., database_id: str | None = None) -> Client: ...

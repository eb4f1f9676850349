"""firebase_admin.storage: a bucket of an app; the handle only, no request.

Facts on blocking: the source of firebase-admin 7.7: the first call of an app loads credentials, the app
keeps the client; so it is not `blocking`.
"""

from typing import Any

from fixbot_effects import reads
from google.cloud.storage.bucket import Bucket

@reads("auth")
def bucket(name: Any = ..., app: Any = ...) -> Bucket: ...

"""firebase_admin.app_check: verifying a token fetches keys when those it keeps are stale.

Facts on blocking: the source of firebase-admin 7.7.
"""

from typing import Any

from fixbot_effects import blocking, reads

@blocking
@reads("auth")
def verify_token(token: str, app: Any = ..., **kwargs: Any) -> dict[str, Any]: ...

"""google.auth.iam: signing by a request to the IAM credentials service.

Facts on blocking: the source of google-auth 2.62.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads
from google.auth import crypt

IAM_RETRY_CODES: Any

class Signer(crypt.Signer):
    key_id: str | None
    @pure
    def __init__(self, request: Any, credentials: Any, service_account_email: str) -> None: ...
    @blocking
    @reads("auth")
    def sign(self, message: Any) -> bytes: ...

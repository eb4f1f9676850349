"""google.cloud.firestore_v1.base_transaction: what transactions share.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from fixbot_effects import pure

MAX_ATTEMPTS: int

class BaseTransaction:
    in_progress: bool
    id: bytes | None
    @pure
    def __init__(self, max_attempts: int = 5, read_only: bool = False) -> None: ...

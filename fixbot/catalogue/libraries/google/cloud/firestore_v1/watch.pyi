"""google.cloud.firestore_v1.watch: a listener; a thread of its own reads the stream.

Facts on blocking: the source of google-cloud-firestore 2.34; `close` joins that thread.
"""

from enum import Enum
from typing import Any

from fixbot_effects import blocking, pure, reads

class ChangeType(Enum):
    ADDED = 1
    REMOVED = 2
    MODIFIED = 3

class DocumentChange:
    type: ChangeType
    document: Any
    old_index: int
    new_index: int
    @pure
    def __init__(self, type: ChangeType, document: Any, old_index: int, new_index: int) -> None: ...

class Watch:
    is_active: bool
    @blocking
    @reads("firestore")
    def __init__(
        self,
        document_reference: Any,
        firestore: Any,
        target: Any,
        comparator: Any,
        snapshot_callback: Any,
        document_snapshot_cls: Any,
    ) -> None: ...
    @classmethod
    @blocking
    @reads("firestore")
    def for_document(cls, document_ref: Any, snapshot_callback: Any, document_snapshot_cls: Any) -> Watch: ...
    @classmethod
    @blocking
    @reads("firestore")
    def for_query(cls, query: Any, snapshot_callback: Any, document_snapshot_cls: Any) -> Watch: ...
    @blocking
    def close(self, reason: Any = ...) -> None: ...
    @blocking
    def unsubscribe(self) -> None: ...
    @blocking
    def on_snapshot(self, proto: Any) -> None: ...
    @pure
    def push(self, read_time: Any, next_resume_token: Any) -> None: ...

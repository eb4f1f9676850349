"""google.cloud.firestore_v1.base_document: snapshots, and what document references share.

Facts on blocking: a snapshot is data already read; nothing here leaves memory.
"""

from typing import Any, Generic

from fixbot_effects import pure
from google.cloud.firestore_v1.document import DocumentReference
from typing_extensions import TypeVar

DocRefType = TypeVar("DocRefType", bound=BaseDocumentReference, default=DocumentReference)

class BaseDocumentReference:
    path: str
    id: str
    @pure
    def __init__(self, *path: Any, **kwargs: Any) -> None: ...
    @pure
    def __hash__(self) -> int: ...
    @pure
    def collection(self, collection_id: str) -> Any: ...

class DocumentSnapshot(Generic[DocRefType]):
    exists: bool
    id: str
    reference: DocRefType
    read_time: Any
    create_time: Any
    update_time: Any
    @pure
    def __init__(
        self,
        reference: DocRefType,
        data: Any,
        exists: bool,
        read_time: Any,
        create_time: Any,
        update_time: Any,
    ) -> None: ...
    @pure
    def __hash__(self) -> int: ...
    @pure
    def get(self, field_path: str) -> Any: ...
    @pure
    def to_dict(self) -> dict[str, Any] | None: ...

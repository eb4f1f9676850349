"""google.cloud.firestore_v1.document: a document, read and written by blocking calls.

Facts on blocking: the source of google-cloud-firestore 2.34 (`get` is BatchGetDocuments of one name).
"""

from collections.abc import Callable, Generator
from typing import Any

from fixbot_effects import blocking, fetched_by_key, lazy, pure, reads, writes
from google.cloud.firestore_v1.base_document import BaseDocumentReference
from google.cloud.firestore_v1.base_document import DocumentSnapshot as DocumentSnapshot
from google.cloud.firestore_v1.collection import CollectionReference
from google.cloud.firestore_v1.types import WriteResult
from google.cloud.firestore_v1.watch import Watch as Watch

class DocumentReference(BaseDocumentReference):
    parent: CollectionReference
    @pure
    def __init__(self, *path: Any, **kwargs: Any) -> None: ...
    @pure
    def collection(self, collection_id: str) -> CollectionReference: ...
    @blocking
    @writes("firestore")
    def create(self, document_data: dict[str, Any], retry: Any = ..., timeout: Any = ...) -> WriteResult: ...
    @blocking
    @writes("firestore")
    def set(
        self,
        document_data: dict[str, Any],
        merge: Any = False,
        retry: Any = ...,
        timeout: Any = ...,
    ) -> WriteResult: ...
    @blocking
    @writes("firestore")
    def update(
        self, field_updates: dict[str, Any], option: Any = ..., retry: Any = ..., timeout: Any = ...
    ) -> WriteResult: ...
    @blocking
    @writes("firestore")
    def delete(self, option: Any = ..., retry: Any = ..., timeout: Any = ...) -> Any: ...
    @fetched_by_key(
        batch="Client.get_all",
        match="reference.path",
        ordering="unordered",
        duplicates="elided",
        missing="returned",
        chunk=300,
    )
    @blocking
    @reads("firestore")
    def get(
        self,
        field_paths: Any = ...,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        read_time: Any = ...,
    ) -> DocumentSnapshot[DocumentReference]: ...
    @lazy
    @reads("firestore")
    def collections(
        self, page_size: Any = ..., retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> Generator[CollectionReference, Any, None]: ...
    # Starts a thread, which opens a stream and reads it; nothing waits for that.
    @reads("firestore")
    def on_snapshot(self, callback: Callable[..., Any]) -> Watch: ...

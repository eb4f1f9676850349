"""google.cloud.firestore_v1.client: the blocking Firestore client; gRPC, safe to share by threads.

Facts on blocking: the source of google-cloud-firestore 2.34; generators send nothing until iterated.
"""

from collections.abc import Generator, Iterable
from typing import Any

from fixbot_effects import blocking, lazy, pure, reads, shared, writes
from google.cloud.firestore_v1.base_client import BaseClient
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.batch import WriteBatch
from google.cloud.firestore_v1.collection import CollectionReference
from google.cloud.firestore_v1.document import DocumentReference
from google.cloud.firestore_v1.field_path import FieldPath as FieldPath
from google.cloud.firestore_v1.pipeline import Pipeline
from google.cloud.firestore_v1.pipeline_source import PipelineSource
from google.cloud.firestore_v1.query import CollectionGroup
from google.cloud.firestore_v1.transaction import Transaction

@shared
class Client(BaseClient):
    # google.auth.default(): credential files, then the metadata server.
    @blocking
    @reads("auth")
    def __init__(
        self,
        project: Any = ...,
        credentials: Any = ...,
        database: Any = ...,
        client_info: Any = ...,
        client_options: Any = ...,
    ) -> None: ...
    @pure
    def collection(self, *collection_path: str) -> CollectionReference: ...
    @pure
    def collection_group(self, collection_id: str) -> CollectionGroup: ...
    @pure
    def document(self, *document_path: str) -> DocumentReference: ...
    @lazy
    @reads("firestore")
    def get_all(
        self,
        references: Iterable[DocumentReference],
        field_paths: Any = ...,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        read_time: Any = ...,
    ) -> Generator[DocumentSnapshot[DocumentReference], Any, None]: ...
    @lazy
    @reads("firestore")
    def collections(
        self, retry: Any = ..., timeout: Any = ..., *, read_time: Any = ...
    ) -> Generator[CollectionReference, Any, None]: ...
    @blocking
    @reads("firestore")
    @writes("firestore")
    def recursive_delete(
        self,
        reference: CollectionReference | DocumentReference,
        *,
        bulk_writer: Any = ...,
        chunk_size: int = 5000,
    ) -> int: ...
    @pure
    def batch(self) -> WriteBatch: ...
    @pure
    def transaction(self, max_attempts: int = 5, read_only: bool = False) -> Transaction: ...
    @pure
    def pipeline(self) -> PipelineSource[Pipeline]: ...

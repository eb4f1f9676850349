"""google.cloud.firestore_v1.vector_query: nearest-neighbour queries, run by blocking calls.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from typing import Any

from fixbot_effects import blocking, lazy, pure, reads
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.base_vector_query import BaseVectorQuery
from google.cloud.firestore_v1.document import DocumentReference
from google.cloud.firestore_v1.query_results import QueryResultsList
from google.cloud.firestore_v1.stream_generator import StreamGenerator

class VectorQuery(BaseVectorQuery):
    @pure
    def __init__(self, nested_query: Any) -> None: ...
    @blocking
    @reads("firestore")
    def get(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
    ) -> QueryResultsList[DocumentSnapshot[DocumentReference]]: ...
    @lazy
    @reads("firestore")
    def stream(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
    ) -> StreamGenerator[DocumentSnapshot[DocumentReference]]: ...

"""google.cloud.firestore_v1.async_vector_query: nearest-neighbour queries, run with `await`.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from typing import Any

from fixbot_effects import pure, reads
from google.cloud.firestore_v1.async_document import AsyncDocumentReference
from google.cloud.firestore_v1.async_stream_generator import AsyncStreamGenerator
from google.cloud.firestore_v1.base_document import DocumentSnapshot
from google.cloud.firestore_v1.base_vector_query import BaseVectorQuery
from google.cloud.firestore_v1.query_results import QueryResultsList

class AsyncVectorQuery(BaseVectorQuery):
    @pure
    def __init__(self, nested_query: Any) -> None: ...
    @reads("firestore")
    async def get(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
    ) -> QueryResultsList[DocumentSnapshot[AsyncDocumentReference]]: ...
    @reads("firestore")
    def stream(
        self,
        transaction: Any = ...,
        retry: Any = ...,
        timeout: Any = ...,
        *,
        explain_options: Any = ...,
    ) -> AsyncStreamGenerator[DocumentSnapshot[AsyncDocumentReference]]: ...

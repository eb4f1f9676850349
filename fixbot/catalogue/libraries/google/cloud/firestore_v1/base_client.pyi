"""google.cloud.firestore_v1.base_client: what the sync and the async client share.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads
from google.cloud.client import ClientWithProject
from google.cloud.firestore_v1._helpers import ExistsOption, LastUpdateOption
from google.cloud.firestore_v1.bulk_writer import BulkWriter

DEFAULT_DATABASE: str

class BaseClient(ClientWithProject):
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
    def bulk_writer(self, options: Any = ...) -> BulkWriter: ...
    @staticmethod
    @pure
    def field_path(*field_names: str) -> str: ...
    @staticmethod
    @pure
    def write_option(**kwargs: Any) -> ExistsOption | LastUpdateOption: ...

"""google.cloud.client, the base of the Google Cloud clients (google-cloud-core).

Facts on blocking: its source; without credentials `__init__` asks google.auth.default().
"""

from typing import Any

from fixbot_effects import blocking, reads
from typing_extensions import Self

class _ClientFactoryMixin:
    @classmethod
    @blocking
    def from_service_account_info(cls, info: Any, *args: Any, **kwargs: Any) -> Self: ...
    @classmethod
    @blocking
    @reads("file")
    def from_service_account_json(cls, json_credentials_path: Any, *args: Any, **kwargs: Any) -> Self: ...

class Client(_ClientFactoryMixin):
    SCOPE: Any
    @blocking
    @reads("auth")
    def __init__(self, credentials: Any = ..., _http: Any = ..., client_options: Any = ...) -> None: ...
    @blocking
    def close(self) -> None: ...

class _ClientProjectMixin:
    project: str
    @blocking
    @reads("auth")
    def __init__(self, project: Any = ..., credentials: Any = ...) -> None: ...

class ClientWithProject(Client, _ClientProjectMixin):
    @blocking
    @reads("auth")
    def __init__(
        self,
        project: Any = ...,
        credentials: Any = ...,
        client_options: Any = ...,
        _http: Any = ...,
    ) -> None: ...

"""firebase_admin.credentials: credentials from files or from the environment.

Facts on blocking: the source of firebase-admin 7.7; ApplicationDefault looks for them when first asked.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes

class AccessTokenInfo:
    access_token: str
    expiry: Any
    @pure
    def __init__(self, access_token: str, expiry: Any) -> None: ...

class Base:
    @blocking
    @reads("auth")
    def get_access_token(self) -> AccessTokenInfo: ...
    @blocking
    @reads("auth")
    def get_credential(self) -> Any: ...

class Certificate(Base):
    project_id: str
    signer: Any
    service_account_email: str
    @blocking
    @reads("file")
    def __init__(self, cert: Any) -> None: ...
    @pure
    def get_credential(self) -> Any: ...

class ApplicationDefault(Base):
    @pure
    def __init__(self) -> None: ...
    @blocking
    @reads("auth")
    def get_credential(self) -> Any: ...
    @property
    @blocking
    @reads("auth")
    def project_id(self) -> str | None: ...

class RefreshToken(Base):
    client_id: str
    client_secret: str
    refresh_token: str
    @blocking
    @reads("file")
    def __init__(self, refresh_token: Any) -> None: ...
    @pure
    def get_credential(self) -> Any: ...

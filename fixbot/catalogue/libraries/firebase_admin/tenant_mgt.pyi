"""firebase_admin.tenant_mgt: tenants, each with users of its own.

Facts on blocking: the source of firebase-admin 7.7.
"""

from collections.abc import Iterator
from typing import Any

from firebase_admin import auth, exceptions
from fixbot_effects import blocking, lazy, pure, reads, writes

class TenantIdMismatchError(exceptions.InvalidArgumentError): ...
class TenantNotFoundError(exceptions.NotFoundError): ...

class Tenant:
    tenant_id: str
    display_name: str | None
    allow_password_sign_up: bool
    enable_email_link_sign_in: bool
    @pure
    def __init__(self, data: Any) -> None: ...

class ListTenantsPage:
    tenants: list[Tenant]
    next_page_token: str
    has_next_page: bool
    @blocking
    @reads("auth")
    def __init__(self, download: Any, page_token: Any, max_results: Any) -> None: ...
    @blocking
    @reads("auth")
    def get_next_page(self) -> ListTenantsPage | None: ...
    @lazy
    @reads("auth")
    def iterate_all(self) -> Iterator[Tenant]: ...

# The first call for a tenant loads credentials, the app keeps the client.
@reads("auth")
def auth_for_tenant(tenant_id: str, app: Any = ...) -> auth.Client: ...
@blocking
@reads("auth")
def get_tenant(tenant_id: str, app: Any = ...) -> Tenant: ...
@blocking
@writes("auth")
def create_tenant(
    display_name: str, allow_password_sign_up: Any = ..., enable_email_link_sign_in: Any = ..., app: Any = ...
) -> Tenant: ...
@blocking
@writes("auth")
def update_tenant(
    tenant_id: str,
    display_name: Any = ...,
    allow_password_sign_up: Any = ...,
    enable_email_link_sign_in: Any = ...,
    app: Any = ...,
) -> Tenant: ...
@blocking
@writes("auth")
def delete_tenant(tenant_id: str, app: Any = ...) -> None: ...
@blocking
@reads("auth")
def list_tenants(page_token: Any = ..., max_results: int = 100, app: Any = ...) -> ListTenantsPage: ...

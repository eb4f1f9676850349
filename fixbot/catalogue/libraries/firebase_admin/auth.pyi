"""firebase_admin.auth: users and tokens; verifying a token may fetch Google's certificates.

Facts on blocking: the source of firebase-admin 7.7. The library declares the classes in private modules.
"""

from collections.abc import Iterator
from typing import Any

from firebase_admin import exceptions
from fixbot_effects import blocking, lazy, pure, reads, writes

DELETE_ATTRIBUTE: Any

class UserInfo:
    uid: str
    display_name: str | None
    email: str | None
    phone_number: str | None
    photo_url: str | None
    provider_id: str

class UserMetadata:
    creation_timestamp: int | None
    last_sign_in_timestamp: int | None
    last_refresh_timestamp: int | None
    @pure
    def __init__(
        self,
        creation_timestamp: Any = ...,
        last_sign_in_timestamp: Any = ...,
        last_refresh_timestamp: Any = ...,
    ) -> None: ...

class UserRecord(UserInfo):
    email_verified: bool
    disabled: bool
    tokens_valid_after_timestamp: int
    user_metadata: UserMetadata
    provider_data: list[UserInfo]
    custom_claims: dict[str, Any] | None
    tenant_id: str | None
    @pure
    def __init__(self, data: Any) -> None: ...

class ExportedUserRecord(UserRecord):
    password_hash: str | None
    password_salt: str | None

class UserIdentifier: ...

class UidIdentifier(UserIdentifier):
    uid: str
    @pure
    def __init__(self, uid: str) -> None: ...

class EmailIdentifier(UserIdentifier):
    email: str
    @pure
    def __init__(self, email: str) -> None: ...

class PhoneIdentifier(UserIdentifier):
    phone_number: str
    @pure
    def __init__(self, phone_number: str) -> None: ...

class ProviderIdentifier(UserIdentifier):
    provider_id: str
    provider_uid: str
    @pure
    def __init__(self, provider_id: str, provider_uid: str) -> None: ...

class GetUsersResult:
    users: list[UserRecord]
    not_found: list[UserIdentifier]
    @pure
    def __init__(self, users: Any, not_found: Any) -> None: ...

class DeleteUsersResult:
    success_count: int
    failure_count: int
    errors: list[Any]
    @pure
    def __init__(self, result: Any, total: int) -> None: ...

class ListUsersPage:
    users: list[ExportedUserRecord]
    next_page_token: str
    has_next_page: bool
    @blocking
    @reads("auth")
    def __init__(self, download: Any, page_token: Any, max_results: Any) -> None: ...
    @blocking
    @reads("auth")
    def get_next_page(self) -> ListUsersPage | None: ...
    @lazy
    @reads("auth")
    def iterate_all(self) -> Iterator[ExportedUserRecord]: ...

class ActionCodeSettings:
    @pure
    def __init__(
        self,
        url: str,
        handle_code_in_app: Any = ...,
        dynamic_link_domain: Any = ...,
        ios_bundle_id: Any = ...,
        android_package_name: Any = ...,
        android_install_app: Any = ...,
        android_minimum_version: Any = ...,
        **kwargs: Any,
    ) -> None: ...

class ErrorInfo:
    index: int
    reason: str
    @pure
    def __init__(self, error: Any) -> None: ...

class UserProvider:
    uid: str
    provider_id: str
    email: str | None
    display_name: str | None
    photo_url: str | None
    @pure
    def __init__(
        self, uid: str, provider_id: str, email: Any = ..., display_name: Any = ..., photo_url: Any = ...
    ) -> None: ...
    @pure
    def to_dict(self) -> dict[str, Any]: ...

class ImportUserRecord:
    uid: str
    email: str | None
    display_name: str | None
    phone_number: str | None
    photo_url: str | None
    password_hash: bytes | None
    password_salt: bytes | None
    user_metadata: Any
    provider_data: Any
    custom_claims: Any
    @pure
    def __init__(
        self,
        uid: str,
        email: Any = ...,
        email_verified: Any = ...,
        display_name: Any = ...,
        phone_number: Any = ...,
        photo_url: Any = ...,
        disabled: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    @pure
    def to_dict(self) -> dict[str, Any]: ...

class UserImportHash:
    @pure
    def __init__(self, name: str, data: Any = ...) -> None: ...
    @pure
    def to_dict(self) -> dict[str, Any]: ...
    @classmethod
    @pure
    def hmac_sha512(cls, key: bytes) -> UserImportHash: ...
    @classmethod
    @pure
    def hmac_sha256(cls, key: bytes) -> UserImportHash: ...
    @classmethod
    @pure
    def hmac_sha1(cls, key: bytes) -> UserImportHash: ...
    @classmethod
    @pure
    def hmac_md5(cls, key: bytes) -> UserImportHash: ...
    @classmethod
    @pure
    def md5(cls, rounds: int) -> UserImportHash: ...
    @classmethod
    @pure
    def sha1(cls, rounds: int) -> UserImportHash: ...
    @classmethod
    @pure
    def sha256(cls, rounds: int) -> UserImportHash: ...
    @classmethod
    @pure
    def sha512(cls, rounds: int) -> UserImportHash: ...
    @classmethod
    @pure
    def pbkdf_sha1(cls, rounds: int) -> UserImportHash: ...
    @classmethod
    @pure
    def pbkdf2_sha256(cls, rounds: int) -> UserImportHash: ...
    @classmethod
    @pure
    def scrypt(
        cls, key: bytes, rounds: int, memory_cost: int, salt_separator: Any = ...
    ) -> UserImportHash: ...
    @classmethod
    @pure
    def bcrypt(cls) -> UserImportHash: ...
    @classmethod
    @pure
    def standard_scrypt(
        cls, memory_cost: int, parallelization: int, block_size: int, derived_key_length: int
    ) -> UserImportHash: ...

class UserImportResult:
    success_count: int
    failure_count: int
    errors: list[ErrorInfo]
    @pure
    def __init__(self, result: Any, total: int) -> None: ...

class ProviderConfig:
    provider_id: str
    display_name: str | None
    enabled: bool
    @pure
    def __init__(self, data: Any) -> None: ...

class OIDCProviderConfig(ProviderConfig):
    issuer: str
    client_id: str
    client_secret: str
    id_token_response_type: bool
    code_response_type: bool

class SAMLProviderConfig(ProviderConfig):
    idp_entity_id: str
    sso_url: str
    x509_certificates: list[str]
    callback_url: str
    rp_entity_id: str

class ListProviderConfigsPage:
    provider_configs: list[Any]
    next_page_token: str
    has_next_page: bool
    @blocking
    @reads("auth")
    def __init__(self, download: Any, page_token: Any, max_results: Any) -> None: ...
    @blocking
    @reads("auth")
    def get_next_page(self) -> ListProviderConfigsPage | None: ...
    @lazy
    @reads("auth")
    def iterate_all(self) -> Iterator[Any]: ...

class CertificateFetchError(exceptions.UnknownError): ...
class ConfigurationNotFoundError(exceptions.NotFoundError): ...
class EmailAlreadyExistsError(exceptions.AlreadyExistsError): ...
class EmailNotFoundError(exceptions.NotFoundError): ...
class InsufficientPermissionError(exceptions.PermissionDeniedError): ...
class InvalidDynamicLinkDomainError(exceptions.InvalidArgumentError): ...
class InvalidHostingLinkDomainError(exceptions.InvalidArgumentError): ...
class InvalidIdTokenError(exceptions.InvalidArgumentError): ...
class ExpiredIdTokenError(InvalidIdTokenError): ...
class RevokedIdTokenError(InvalidIdTokenError): ...
class InvalidSessionCookieError(exceptions.InvalidArgumentError): ...
class ExpiredSessionCookieError(InvalidSessionCookieError): ...
class RevokedSessionCookieError(InvalidSessionCookieError): ...
class PhoneNumberAlreadyExistsError(exceptions.AlreadyExistsError): ...
class ResetPasswordExceedLimitError(exceptions.ResourceExhaustedError): ...
class TokenSignError(exceptions.UnknownError): ...
class TooManyAttemptsTryLaterError(exceptions.ResourceExhaustedError): ...
class UidAlreadyExistsError(exceptions.AlreadyExistsError): ...
class UnexpectedResponseError(exceptions.UnknownError): ...
class UserDisabledError(exceptions.InvalidArgumentError): ...
class UserNotFoundError(exceptions.NotFoundError): ...

# Signs with the private key (CPU), or by a request to IAM when the credentials hold none.
@blocking
@reads("auth")
def create_custom_token(uid: str, developer_claims: Any = ..., app: Any = ...) -> bytes: ...

# Fetches certificates when those it keeps are stale; with `check_revoked` it also asks for the user. Reading
# that tells whether a token holds is no reading of an account that somebody may write.
@blocking
def verify_id_token(
    id_token: Any, app: Any = ..., check_revoked: bool = False, clock_skew_seconds: int = 0
) -> dict[str, Any]: ...
@blocking
def verify_session_cookie(
    session_cookie: Any, check_revoked: bool = False, app: Any = ..., clock_skew_seconds: int = 0
) -> dict[str, Any]: ...
@blocking
@reads("auth")
def create_session_cookie(id_token: Any, expires_in: Any, app: Any = ...) -> bytes: ...
@blocking
@writes("auth")
def revoke_refresh_tokens(uid: str, app: Any = ...) -> None: ...
@blocking
@reads("auth")
def get_user(uid: str, app: Any = ...) -> UserRecord: ...
@blocking
@reads("auth")
def get_user_by_email(email: str, app: Any = ...) -> UserRecord: ...
@blocking
@reads("auth")
def get_user_by_phone_number(phone_number: str, app: Any = ...) -> UserRecord: ...
@blocking
@reads("auth")
def get_users(identifiers: Any, app: Any = ...) -> GetUsersResult: ...

# Asks for the first page at the call; `iterate_all` asks for the others.
@blocking
@reads("auth")
def list_users(page_token: Any = ..., max_results: int = 1000, app: Any = ...) -> ListUsersPage: ...
@blocking
@reads("auth")
@writes("auth")
def create_user(**kwargs: Any) -> UserRecord: ...
@blocking
@reads("auth")
@writes("auth")
def update_user(uid: str, **kwargs: Any) -> UserRecord: ...
@blocking
@writes("auth")
def set_custom_user_claims(uid: str, custom_claims: Any, app: Any = ...) -> None: ...
@blocking
@writes("auth")
def delete_user(uid: str, app: Any = ...) -> None: ...
@blocking
@writes("auth")
def delete_users(uids: list[str], app: Any = ...) -> DeleteUsersResult: ...
@blocking
@writes("auth")
def import_users(users: Any, hash_alg: Any = ..., app: Any = ...) -> UserImportResult: ...
@blocking
@reads("auth")
@writes("auth")
def generate_password_reset_link(email: str, action_code_settings: Any = ..., app: Any = ...) -> str: ...
@blocking
@reads("auth")
@writes("auth")
def generate_email_verification_link(email: str, action_code_settings: Any = ..., app: Any = ...) -> str: ...
@blocking
@reads("auth")
@writes("auth")
def generate_sign_in_with_email_link(email: str, action_code_settings: Any, app: Any = ...) -> str: ...
@blocking
@reads("auth")
def get_oidc_provider_config(provider_id: str, app: Any = ...) -> OIDCProviderConfig: ...
@blocking
@writes("auth")
def create_oidc_provider_config(
    provider_id: str,
    client_id: str,
    issuer: str,
    display_name: Any = ...,
    enabled: Any = ...,
    client_secret: Any = ...,
    **kwargs: Any,
) -> OIDCProviderConfig: ...
@blocking
@writes("auth")
def update_oidc_provider_config(
    provider_id: str,
    client_id: Any = ...,
    issuer: Any = ...,
    display_name: Any = ...,
    enabled: Any = ...,
    client_secret: Any = ...,
    **kwargs: Any,
) -> OIDCProviderConfig: ...
@blocking
@writes("auth")
def delete_oidc_provider_config(provider_id: str, app: Any = ...) -> None: ...
@blocking
@reads("auth")
def list_oidc_provider_configs(
    page_token: Any = ..., max_results: int = 100, app: Any = ...
) -> ListProviderConfigsPage: ...
@blocking
@reads("auth")
def get_saml_provider_config(provider_id: str, app: Any = ...) -> SAMLProviderConfig: ...
@blocking
@writes("auth")
def create_saml_provider_config(
    provider_id: str,
    idp_entity_id: str,
    sso_url: str,
    x509_certificates: Any,
    rp_entity_id: str,
    callback_url: str,
    display_name: Any = ...,
    enabled: Any = ...,
    app: Any = ...,
) -> SAMLProviderConfig: ...
@blocking
@writes("auth")
def update_saml_provider_config(
    provider_id: str,
    idp_entity_id: Any = ...,
    sso_url: Any = ...,
    x509_certificates: Any = ...,
    rp_entity_id: Any = ...,
    callback_url: Any = ...,
    display_name: Any = ...,
    enabled: Any = ...,
    app: Any = ...,
) -> SAMLProviderConfig: ...
@blocking
@writes("auth")
def delete_saml_provider_config(provider_id: str, app: Any = ...) -> None: ...
@blocking
@reads("auth")
def list_saml_provider_configs(
    page_token: Any = ..., max_results: int = 100, app: Any = ...
) -> ListProviderConfigsPage: ...

# What the functions above do for the users of one tenant (`tenant_mgt.auth_for_tenant`).
class Client:
    tenant_id: str | None
    @blocking
    @reads("auth")
    def __init__(self, app: Any, tenant_id: Any = ...) -> None: ...
    @blocking
    @reads("auth")
    def create_custom_token(self, uid: str, developer_claims: Any = ...) -> bytes: ...
    @blocking
    def verify_id_token(
        self, id_token: Any, check_revoked: bool = False, clock_skew_seconds: int = 0
    ) -> dict[str, Any]: ...
    @blocking
    @writes("auth")
    def revoke_refresh_tokens(self, uid: str) -> None: ...
    @blocking
    @reads("auth")
    def get_user(self, uid: str) -> UserRecord: ...
    @blocking
    @reads("auth")
    def get_user_by_email(self, email: str) -> UserRecord: ...
    @blocking
    @reads("auth")
    def get_user_by_phone_number(self, phone_number: str) -> UserRecord: ...
    @blocking
    @reads("auth")
    def get_users(self, identifiers: Any) -> GetUsersResult: ...
    @blocking
    @reads("auth")
    def list_users(self, page_token: Any = ..., max_results: int = 1000) -> ListUsersPage: ...
    @blocking
    @reads("auth")
    @writes("auth")
    def create_user(self, **kwargs: Any) -> UserRecord: ...
    @blocking
    @reads("auth")
    @writes("auth")
    def update_user(self, uid: str, **kwargs: Any) -> UserRecord: ...
    @blocking
    @writes("auth")
    def set_custom_user_claims(self, uid: str, custom_claims: Any) -> None: ...
    @blocking
    @writes("auth")
    def delete_user(self, uid: str) -> None: ...
    @blocking
    @writes("auth")
    def delete_users(self, uids: list[str]) -> DeleteUsersResult: ...
    @blocking
    @writes("auth")
    def import_users(self, users: Any, hash_alg: Any = ...) -> UserImportResult: ...
    @blocking
    @reads("auth")
    @writes("auth")
    def generate_password_reset_link(self, email: str, action_code_settings: Any = ...) -> str: ...
    @blocking
    @reads("auth")
    @writes("auth")
    def generate_email_verification_link(self, email: str, action_code_settings: Any = ...) -> str: ...
    @blocking
    @reads("auth")
    @writes("auth")
    def generate_sign_in_with_email_link(self, email: str, action_code_settings: Any) -> str: ...
    @blocking
    @reads("auth")
    def get_oidc_provider_config(self, provider_id: str) -> OIDCProviderConfig: ...
    @blocking
    @writes("auth")
    def create_oidc_provider_config(
        self,
        provider_id: str,
        client_id: str,
        issuer: str,
        display_name: Any = ...,
        enabled: Any = ...,
        **kwargs: Any,
    ) -> OIDCProviderConfig: ...
    @blocking
    @writes("auth")
    def update_oidc_provider_config(
        self,
        provider_id: str,
        client_id: Any = ...,
        issuer: Any = ...,
        display_name: Any = ...,
        enabled: Any = ...,
        **kwargs: Any,
    ) -> OIDCProviderConfig: ...
    @blocking
    @writes("auth")
    def delete_oidc_provider_config(self, provider_id: str) -> None: ...
    @blocking
    @reads("auth")
    def list_oidc_provider_configs(
        self, page_token: Any = ..., max_results: int = 100
    ) -> ListProviderConfigsPage: ...
    @blocking
    @reads("auth")
    def get_saml_provider_config(self, provider_id: str) -> SAMLProviderConfig: ...
    @blocking
    @writes("auth")
    def create_saml_provider_config(
        self,
        provider_id: str,
        idp_entity_id: str,
        sso_url: str,
        x509_certificates: Any,
        rp_entity_id: str,
        callback_url: str,
        display_name: Any = ...,
        enabled: Any = ...,
    ) -> SAMLProviderConfig: ...
    @blocking
    @writes("auth")
    def update_saml_provider_config(
        self,
        provider_id: str,
        idp_entity_id: Any = ...,
        sso_url: Any = ...,
        x509_certificates: Any = ...,
        **kwargs: Any,
    ) -> SAMLProviderConfig: ...
    @blocking
    @writes("auth")
    def delete_saml_provider_config(self, provider_id: str) -> None: ...
    @blocking
    @reads("auth")
    def list_saml_provider_configs(
        self, page_token: Any = ..., max_results: int = 100
    ) -> ListProviderConfigsPage: ...

"""google.auth.crypt: signing and verifying with a key.

Facts on blocking: the source of google-auth 2.62; it is work, not waiting, but for reading key files.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads
from typing_extensions import Self

# google.auth.iam.Signer signs by a request; which one is behind this class is not known.
class Signer:
    key_id: str | None
    @blocking
    @reads("auth")
    def sign(self, message: Any) -> bytes: ...

class Verifier:
    @pure
    def verify(self, message: Any, signature: Any) -> bool: ...

class _KeyFile:
    @classmethod
    @pure
    def from_string(cls, key: Any, key_id: Any = ...) -> Self: ...
    @classmethod
    @pure
    def from_service_account_info(cls, info: Any) -> Self: ...
    @classmethod
    @blocking
    @reads("file")
    def from_service_account_file(cls, filename: Any) -> Self: ...

class RSASigner(_KeyFile, Signer):
    @pure
    def __init__(self, private_key: Any, key_id: Any = ...) -> None: ...
    @pure
    def sign(self, message: Any) -> bytes: ...

class RSAVerifier(Verifier):
    @pure
    def __init__(self, public_key: Any) -> None: ...
    @classmethod
    @pure
    def from_string(cls, public_key: Any) -> Self: ...

class EsSigner(_KeyFile, Signer):
    algorithm: str
    @pure
    def __init__(self, private_key: Any, key_id: Any = ...) -> None: ...
    @pure
    def sign(self, message: Any) -> bytes: ...

class EsVerifier(Verifier):
    @pure
    def __init__(self, public_key: Any) -> None: ...
    @classmethod
    @pure
    def from_string(cls, public_key: Any) -> Self: ...

class ES256Signer(EsSigner): ...
class ES256Verifier(EsVerifier): ...

@pure
def verify_signature(message: Any, signature: Any, certs: Any, verifier_cls: Any = ...) -> bool: ...

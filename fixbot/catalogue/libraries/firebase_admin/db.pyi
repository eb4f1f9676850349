"""firebase_admin.db: the Realtime Database over HTTP; references and queries are built in memory.

Facts on blocking: the source of firebase-admin 7.7; `listen` reads in a thread of its own.
"""

from typing import Any

from firebase_admin import exceptions
from fixbot_effects import blocking, pure, reads, writes

class TransactionAbortedError(exceptions.AbortedError): ...

class Event:
    data: Any
    path: str
    event_type: str
    @pure
    def __init__(self, sse_event: Any) -> None: ...

class ListenerRegistration:
    @blocking
    @reads("http")
    def __init__(self, callback: Any, sse: Any) -> None: ...
    @blocking
    def close(self) -> None: ...

class Query:
    @pure
    def __init__(self, **kwargs: Any) -> None: ...
    @pure
    def limit_to_first(self, limit: int) -> Query: ...
    @pure
    def limit_to_last(self, limit: int) -> Query: ...
    @pure
    def start_at(self, start: Any) -> Query: ...
    @pure
    def end_at(self, end: Any) -> Query: ...
    @pure
    def equal_to(self, value: Any) -> Query: ...
    @blocking
    @reads("http")
    def get(self) -> Any: ...

class Reference:
    key: str | None
    path: str
    parent: Reference | None
    @pure
    def __init__(self, **kwargs: Any) -> None: ...
    @pure
    def child(self, path: str) -> Reference: ...
    @blocking
    @reads("http")
    def get(self, etag: bool = False, shallow: bool = False) -> Any: ...
    @blocking
    @reads("http")
    def get_if_changed(self, etag: str) -> tuple[bool, Any, Any]: ...
    @blocking
    @writes("http")
    def set(self, value: Any) -> None: ...
    @blocking
    @reads("http")
    @writes("http")
    def set_if_unchanged(self, expected_etag: str, value: Any) -> tuple[bool, Any, Any]: ...
    @blocking
    @writes("http")
    def push(self, value: Any = ...) -> Reference: ...
    @blocking
    @writes("http")
    def update(self, value: Any) -> None: ...
    @blocking
    @writes("http")
    def delete(self) -> None: ...
    @blocking
    @reads("http")
    def listen(self, callback: Any) -> ListenerRegistration: ...
    @blocking
    @reads("http")
    @writes("http")
    def transaction(self, transaction_update: Any) -> Any: ...
    @pure
    def order_by_child(self, path: str) -> Query: ...
    @pure
    def order_by_key(self) -> Query: ...
    @pure
    def order_by_value(self) -> Query: ...

# The first call of an app loads credentials, the app keeps the client.
@reads("auth")
def reference(path: str = "/", app: Any = ..., url: Any = ...) -> Reference: ...

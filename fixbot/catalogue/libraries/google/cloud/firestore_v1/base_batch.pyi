"""google.cloud.firestore_v1.base_batch: collecting writes; only `commit` sends them.

Facts on blocking: the source of google-cloud-firestore 2.34.
"""

from typing import Any

from fixbot_effects import pure

class BaseBatch:
    write_results: list[Any] | None
    commit_time: Any
    @pure
    def __init__(self, client: Any) -> None: ...
    @pure
    def __len__(self) -> int: ...
    @pure
    def __contains__(self, reference: Any) -> bool: ...
    @pure
    def create(self, reference: Any, document_data: dict[str, Any]) -> None: ...
    @pure
    def set(self, reference: Any, document_data: dict[str, Any], merge: Any = False) -> None: ...
    @pure
    def update(self, reference: Any, field_updates: dict[str, Any], option: Any = ...) -> None: ...
    @pure
    def delete(self, reference: Any, option: Any = ...) -> None: ...

class BaseWriteBatch(BaseBatch): ...

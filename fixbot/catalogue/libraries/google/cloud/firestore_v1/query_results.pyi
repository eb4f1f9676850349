"""google.cloud.firestore_v1.query_results: the list that `get` of a query returns.

Facts on blocking: the results are already read.
"""

from typing import Any, Generic, TypeVar

from fixbot_effects import pure

T = TypeVar("T")

class QueryResultsList(list[T], Generic[T]):
    explain_options: Any
    @pure
    def __init__(self, docs: list[T], explain_options: Any = ..., explain_metrics: Any = ...) -> None: ...
    @pure
    def get_explain_metrics(self) -> Any: ...

"""google.cloud.firestore_v1.query_profile: what a query cost, when asked to explain itself.

Facts on blocking: data already read.
"""

from typing import Any

from fixbot_effects import pure

class ExplainOptions:
    analyze: bool
    @pure
    def __init__(self, analyze: bool = False) -> None: ...

class PipelineExplainOptions:
    mode: str
    @pure
    def __init__(self, mode: str = "analyze") -> None: ...

class PlanSummary:
    indexes_used: list[dict[str, Any]]
    @pure
    def __init__(self, indexes_used: list[dict[str, Any]]) -> None: ...

class ExecutionStats:
    results_returned: int
    execution_duration: Any
    read_operations: int
    debug_stats: dict[str, Any]
    @pure
    def __init__(
        self, results_returned: int, execution_duration: Any, read_operations: int, debug_stats: Any
    ) -> None: ...

class ExplainMetrics:
    plan_summary: PlanSummary
    execution_stats: ExecutionStats
    @pure
    def __init__(self, plan_summary: PlanSummary) -> None: ...

class ExplainStats:
    @pure
    def __init__(self, stats_pb: Any) -> None: ...
    @pure
    def get_text(self) -> str: ...
    @pure
    def get_raw(self) -> Any: ...

class QueryExplainError(Exception): ...

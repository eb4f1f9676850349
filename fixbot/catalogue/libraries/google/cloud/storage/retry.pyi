"""google.cloud.storage.retry: policies of retrying.

Facts on blocking: none of it leaves memory.
"""

from typing import Any

from fixbot_effects import pure

class ConditionalRetryPolicy:
    retry_policy: Any
    conditional_predicate: Any
    required_kwargs: Any
    @pure
    def __init__(self, retry_policy: Any, conditional_predicate: Any, required_kwargs: Any) -> None: ...
    @pure
    def get_retry_policy_if_conditions_met(self, **kwargs: Any) -> Any: ...

DEFAULT_RETRY: Any
DEFAULT_RETRY_IF_GENERATION_SPECIFIED: ConditionalRetryPolicy
DEFAULT_RETRY_IF_METAGENERATION_SPECIFIED: ConditionalRetryPolicy
DEFAULT_RETRY_IF_ETAG_IN_JSON: ConditionalRetryPolicy

@pure
def is_generation_specified(query_params: Any) -> bool: ...
@pure
def is_metageneration_specified(query_params: Any) -> bool: ...
@pure
def is_etag_in_data(data: Any) -> bool: ...
@pure
def is_etag_in_json(data: Any) -> bool: ...

"""requests.hooks: functions to call with a response.

Facts on blocking: a hook is the caller's own function.
"""

from typing import Any

from fixbot_effects import pure

HOOKS: list[str]

@pure
def default_hooks() -> dict[str, list[Any]]: ...
@pure
def dispatch_hook(key: str, hooks: Any, hook_data: Any, **kwargs: Any) -> Any: ...

"""firebase_admin.functions: queues of tasks for cloud functions.

Facts on blocking: the source of firebase-admin 7.7.
"""

from typing import Any

from fixbot_effects import blocking, pure, reads, writes

class Resource:
    resource_id: str
    project_id: str | None
    location_id: str | None
    @pure
    def __init__(self, resource_id: str, project_id: Any = ..., location_id: Any = ...) -> None: ...

class Task:
    http_request: Any
    name: str | None
    schedule_time: str | None
    dispatch_deadline: str | None
    @pure
    def __init__(
        self, http_request: Any, name: Any = ..., schedule_time: Any = ..., dispatch_deadline: Any = ...
    ) -> None: ...
    @pure
    def to_api_dict(self) -> dict[str, Any]: ...

class TaskOptions:
    schedule_delay_seconds: int | None
    schedule_time: Any
    dispatch_deadline_seconds: int | None
    task_id: str | None
    headers: Any
    uri: str | None
    @pure
    def __init__(
        self,
        schedule_delay_seconds: Any = ...,
        schedule_time: Any = ...,
        dispatch_deadline_seconds: Any = ...,
        task_id: Any = ...,
        headers: Any = ...,
        uri: Any = ...,
    ) -> None: ...

class TaskQueue:
    @pure
    def __init__(
        self,
        function_name: str,
        extension_id: Any,
        project_id: Any,
        credential: Any,
        http_client: Any,
        **kwargs: Any,
    ) -> None: ...
    @blocking
    @writes("http")
    def enqueue(self, task_data: Any, opts: Any = ...) -> str: ...
    @blocking
    @writes("http")
    def delete(self, task_id: str) -> None: ...

# The first call of an app loads credentials, the app keeps the client.
@reads("auth")
def task_queue(function_name: str, extension_id: Any = ..., app: Any = ...) -> TaskQueue: ...

"""Effects of asyncio.TaskGroup: it belongs to a task.

Facts: the library reference.
"""

from fixbot_effects import event_loop, loop_bound

@loop_bound
class TaskGroup:
    @event_loop
    def create_task(self): ...

"""Effects of asyncio's queues: bound to the loop they first waited in; none is thread-safe.

Facts: the library reference.
"""

from fixbot_effects import event_loop, loop_bound

@loop_bound
class Queue:
    @event_loop
    def get_nowait(self): ...
    @event_loop
    def put_nowait(self): ...
    @event_loop
    def shutdown(self): ...
    @event_loop
    def task_done(self): ...

@loop_bound
class PriorityQueue: ...

@loop_bound
class LifoQueue: ...

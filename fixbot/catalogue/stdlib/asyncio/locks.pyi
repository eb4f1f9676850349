"""Effects of asyncio's locks: bound to the loop they first waited in; none is thread-safe.

Facts: the library reference.
"""

from fixbot_effects import event_loop, loop_bound

@loop_bound
class Lock:
    @event_loop
    def release(self): ...

@loop_bound
class Event:
    @event_loop
    def set(self): ...
    @event_loop
    def clear(self): ...

@loop_bound
class Condition:
    @event_loop
    def notify(self): ...
    @event_loop
    def notify_all(self): ...
    @event_loop
    def release(self): ...

@loop_bound
class Semaphore:
    @event_loop
    def release(self): ...

@loop_bound
class BoundedSemaphore:
    @event_loop
    def release(self): ...

@loop_bound
class Barrier: ...

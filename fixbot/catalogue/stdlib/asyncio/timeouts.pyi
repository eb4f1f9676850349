"""Effects of asyncio.timeout: it cancels the task of this thread's loop.

Facts: the library reference.
"""

from fixbot_effects import event_loop, loop_bound

@event_loop
def timeout(): ...
@event_loop
def timeout_at(): ...

@loop_bound
class Timeout:
    @event_loop
    def reschedule(self): ...

"""Effects of asyncio's processes: bound to their loop.

Facts: the library reference.
"""

from fixbot_effects import event_loop, loop_bound

@loop_bound
class Process:
    @event_loop
    def kill(self): ...
    @event_loop
    def send_signal(self): ...
    @event_loop
    def terminate(self): ...

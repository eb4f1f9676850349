"""Effects of asyncio.run: it makes a loop for this thread and waits for it.

Facts: the library reference; it raises where a loop runs already.
"""

from fixbot_effects import blocking, event_loop, loop_bound

@blocking
@event_loop
def run(): ...

@loop_bound
class Runner:
    @event_loop
    def __init__(self): ...
    @event_loop
    def get_loop(self): ...
    @blocking
    @event_loop
    def __exit__(self): ...
    @blocking
    @event_loop
    def close(self): ...
    @blocking
    @event_loop
    def run(self): ...

"""Effects of asyncio's streams: bound to their loop.

Facts: the library reference.
"""

from fixbot_effects import event_loop, loop_bound

@loop_bound
class StreamReader:
    @event_loop
    def feed_data(self): ...
    @event_loop
    def feed_eof(self): ...

@loop_bound
class StreamWriter:
    @event_loop
    def close(self): ...
    @event_loop
    def write(self): ...
    @event_loop
    def write_eof(self): ...
    @event_loop
    def writelines(self): ...

"""Effects of asyncio.wrap_future: it needs the loop of this thread.

Facts: the library reference.
"""

from fixbot_effects import event_loop

@event_loop
def wrap_future(): ...

"""Effects of queue.SimpleQueue, which typeshed declares in _queue.

Facts on blocking: the library reference; `put` never waits.
"""

from fixbot_effects import blocking, pure

class SimpleQueue:
    @blocking
    def get(self): ...
    @pure
    def get_nowait(self): ...
    @pure
    def put(self): ...
    @pure
    def put_nowait(self): ...

"""Effects of queue: names only, typeshed has the types; waiting for another thread.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, pure

class Queue:
    @blocking
    def get(self): ...
    @blocking
    def join(self): ...
    @blocking
    def put(self): ...
    @pure
    def get_nowait(self): ...
    @pure
    def put_nowait(self): ...

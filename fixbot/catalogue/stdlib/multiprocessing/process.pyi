"""Effects of processes: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

class BaseProcess:
    @blocking
    @writes("process")
    def start(self): ...
    @blocking
    @reads("process")
    def join(self): ...
    @writes("process")
    def kill(self): ...
    @writes("process")
    def terminate(self): ...

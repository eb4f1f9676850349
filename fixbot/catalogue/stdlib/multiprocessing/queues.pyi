"""Effects of multiprocessing's queues: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

class Queue:
    @blocking
    @reads("process")
    def get(self): ...
    @blocking
    @writes("process")
    def join_thread(self): ...
    @blocking
    @writes("process")
    def put(self): ...

class JoinableQueue:
    @blocking
    def join(self): ...

class SimpleQueue:
    @blocking
    @reads("process")
    def get(self): ...
    @blocking
    @writes("process")
    def put(self): ...

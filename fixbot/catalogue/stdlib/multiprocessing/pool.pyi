"""Effects of multiprocessing.pool: names only, typeshed has the types.

Facts on blocking: the library reference; `imap` waits while iterated, `map_async` for its result.
"""

from fixbot_effects import blocking, lazy, pure, reads, writes

class Pool:
    @blocking
    @writes("process")
    def __init__(self): ...
    @blocking
    @reads("process")
    @writes("process")
    def apply(self): ...
    @blocking
    @reads("process")
    @writes("process")
    def map(self): ...
    @blocking
    @reads("process")
    @writes("process")
    def starmap(self): ...
    @lazy
    @reads("process")
    @writes("process")
    def imap(self): ...
    @lazy
    @reads("process")
    @writes("process")
    def imap_unordered(self): ...
    @reads("process")
    @writes("process")
    def apply_async(self) -> ApplyResult: ...
    @reads("process")
    @writes("process")
    def map_async(self) -> ApplyResult: ...
    @reads("process")
    @writes("process")
    def starmap_async(self) -> ApplyResult: ...
    @blocking
    def __exit__(self): ...
    @blocking
    def join(self): ...
    @blocking
    def terminate(self): ...

class ThreadPool:
    @pure
    def __init__(self): ...

class ApplyResult:
    @blocking
    @reads("process")
    def get(self): ...
    @blocking
    @reads("process")
    def wait(self): ...

class IMapIterator:
    @blocking
    @reads("process")
    def __next__(self): ...

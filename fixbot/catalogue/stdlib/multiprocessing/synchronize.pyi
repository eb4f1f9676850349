"""Effects of multiprocessing's locks: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking

class SemLock:
    @blocking
    def __enter__(self): ...
    @blocking
    def acquire(self): ...

class Condition:
    @blocking
    def __enter__(self): ...
    @blocking
    def acquire(self): ...
    @blocking
    def wait(self): ...
    @blocking
    def wait_for(self): ...

class Event:
    @blocking
    def wait(self): ...

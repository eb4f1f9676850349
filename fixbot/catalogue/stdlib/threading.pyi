"""Effects of threading: waiting for another thread, and what belongs to the current one.

Facts on blocking: the library reference and BlockBuster's list.
"""

from _thread import LockType

from fixbot_effects import blocking, pure, thread_local

@thread_local
def current_thread(): ...
@thread_local
def currentThread(): ...
@thread_local
def get_ident(): ...
@thread_local
def get_native_id(): ...
@thread_local
def setprofile(): ...
@thread_local
def settrace(): ...

# typeshed declares `Lock`, `RLock` and `local` as other names of classes in _thread.
@pure
def Lock() -> LockType: ...
@pure
def RLock(): ...

@thread_local
class local:
    @thread_local
    def __init__(self): ...

class Thread:
    @blocking
    def join(self): ...

class Condition:
    @blocking
    def __enter__(self): ...
    @blocking
    def acquire(self): ...
    @blocking
    def wait(self): ...
    @blocking
    def wait_for(self): ...

class Semaphore:
    @blocking
    def __enter__(self): ...
    @blocking
    def acquire(self): ...

class Event:
    @blocking
    def wait(self): ...

class Barrier:
    @blocking
    def wait(self): ...

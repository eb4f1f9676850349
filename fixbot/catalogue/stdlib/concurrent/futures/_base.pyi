"""Effects of concurrent.futures: names only, typeshed has the types; waiting for another thread.

Facts on blocking: the library reference; `map` starts its calls at once and waits while iterated.
"""

from fixbot_effects import blocking, lazy

@blocking
def wait(): ...
@lazy
def as_completed(): ...

class Future:
    @blocking
    def exception(self): ...
    @blocking
    def result(self): ...

class Executor:
    @blocking
    def __exit__(self): ...
    @blocking
    def shutdown(self): ...
    @lazy
    def map(self): ...

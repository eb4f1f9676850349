"""Effects of selectors: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

class BaseSelector:
    @blocking
    @reads("socket")
    def select(self): ...

class SelectSelector:
    @blocking
    @reads("socket")
    def select(self): ...

class PollSelector:
    @blocking
    @reads("socket")
    def select(self): ...

class EpollSelector:
    @blocking
    @reads("socket")
    def select(self): ...

class _PollLikeSelector:
    @blocking
    @reads("socket")
    def select(self): ...

class KqueueSelector:
    @blocking
    @reads("socket")
    def select(self): ...

class DefaultSelector:
    @blocking
    @reads("socket")
    def select(self): ...

"""Effects of select: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("socket")
def select(): ...

class poll:
    @blocking
    @reads("socket")
    def poll(self): ...

class epoll:
    @blocking
    @reads("socket")
    def poll(self): ...

class kqueue:
    @blocking
    @reads("socket")
    def control(self): ...

"""Effects of multiprocessing's pipes: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("process")
@writes("process")
def Client(): ...
@blocking
@reads("process")
def wait(): ...

class _ConnectionBase:
    @blocking
    @reads("process")
    def poll(self): ...
    @blocking
    @reads("process")
    def recv(self): ...
    @blocking
    @reads("process")
    def recv_bytes(self): ...
    @blocking
    @reads("process")
    def recv_bytes_into(self): ...
    @blocking
    @writes("process")
    def send(self): ...
    @blocking
    @writes("process")
    def send_bytes(self): ...

class Listener:
    @blocking
    @reads("process")
    def accept(self): ...

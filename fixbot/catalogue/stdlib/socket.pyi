"""Effects of the module socket beyond _socket: names only, typeshed has the types.

Facts on blocking: the library reference; names are looked up by the resolver of the host.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("socket")
@writes("socket")
def create_connection(): ...
@blocking
@reads("socket")
def getaddrinfo(): ...
@blocking
@reads("socket")
def getfqdn(): ...

class socket:
    @blocking
    @reads("socket")
    def accept(self): ...
    @blocking
    @writes("socket")
    def sendfile(self): ...

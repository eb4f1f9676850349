"""Effects of sockets: names only, typeshed has the types; a non-blocking socket looks the same.

Facts on blocking: the library reference and BlockBuster's list.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("socket")
def getaddrinfo(): ...
@blocking
@reads("socket")
def gethostbyaddr(): ...
@blocking
@reads("socket")
def gethostbyname(): ...
@blocking
@reads("socket")
def gethostbyname_ex(): ...
@blocking
@reads("socket")
def getnameinfo(): ...

class socket:
    @blocking
    @reads("socket")
    @writes("socket")
    def connect(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def connect_ex(self): ...
    @blocking
    @reads("socket")
    def recv(self): ...
    @blocking
    @reads("socket")
    def recv_into(self): ...
    @blocking
    @reads("socket")
    def recvfrom(self): ...
    @blocking
    @reads("socket")
    def recvfrom_into(self): ...
    @blocking
    @reads("socket")
    def recvmsg(self): ...
    @blocking
    @reads("socket")
    def recvmsg_into(self): ...
    @blocking
    @writes("socket")
    def send(self): ...
    @blocking
    @writes("socket")
    def sendall(self): ...
    @blocking
    @writes("socket")
    def sendmsg(self): ...
    @blocking
    @writes("socket")
    def sendto(self): ...

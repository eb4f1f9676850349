"""Effects of ssl: names only, typeshed has the types; certificates are files.

Facts on blocking: the library reference and BlockBuster's list.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
def create_default_context(): ...
@blocking
@reads("socket")
@writes("socket")
def get_server_certificate(): ...

class SSLContext:
    @blocking
    @reads("file")
    def load_default_certs(self): ...
    @blocking
    @reads("file")
    def load_verify_locations(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def wrap_socket(self): ...

class SSLSocket:
    @blocking
    @reads("socket")
    @writes("socket")
    def accept(self): ...
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
    @writes("socket")
    def do_handshake(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def unwrap(self): ...
    @blocking
    @reads("socket")
    def read(self): ...
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
    @writes("socket")
    def send(self): ...
    @blocking
    @writes("socket")
    def sendall(self): ...
    @blocking
    @writes("socket")
    def sendto(self): ...
    @blocking
    @writes("socket")
    def write(self): ...

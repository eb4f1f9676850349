"""Effects of http.client: names only, typeshed has the types.

Facts on blocking: the library reference; an HTTPS connection loads certificates when it is made.
"""

from fixbot_effects import blocking, pure, reads, writes

class HTTPConnection:
    @pure
    def __init__(self): ...
    @blocking
    @reads("http")
    @writes("http")
    def connect(self): ...
    @blocking
    @reads("http")
    def getresponse(self) -> HTTPResponse: ...
    @blocking
    @writes("http")
    def endheaders(self): ...
    @blocking
    @writes("http")
    def request(self): ...
    @blocking
    @writes("http")
    def send(self): ...

class HTTPSConnection:
    @blocking
    @reads("file")
    def __init__(self): ...

class HTTPResponse:
    @blocking
    @reads("http")
    def __next__(self): ...
    @blocking
    @reads("http")
    def begin(self): ...
    @blocking
    @reads("http")
    def peek(self): ...
    @blocking
    @reads("http")
    def read(self): ...
    @blocking
    @reads("http")
    def read1(self): ...
    @blocking
    @reads("http")
    def readinto(self): ...
    @blocking
    @reads("http")
    def readline(self): ...

"""Effects of socketserver: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

class BaseServer:
    @blocking
    @reads("socket")
    @writes("socket")
    def handle_request(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def serve_forever(self): ...
    @blocking
    def shutdown(self): ...

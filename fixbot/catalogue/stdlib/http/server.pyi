"""Effects of http.server: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

class BaseHTTPRequestHandler:
    @blocking
    @reads("http")
    @writes("http")
    def handle(self): ...
    @blocking
    @reads("http")
    @writes("http")
    def handle_one_request(self): ...

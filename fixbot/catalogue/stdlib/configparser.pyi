"""Effects of configparser: reading and writing files.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

class RawConfigParser:
    @blocking
    @reads("file")
    def read(self): ...
    @blocking
    @reads("file")
    def read_file(self): ...
    @blocking
    @writes("file")
    def write(self): ...

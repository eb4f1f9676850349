"""Effects of lzma: names only, typeshed has the types; compressing in memory is left out.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, by_mode, reads, writes

@by_mode(1, "mode")
@blocking
@reads("file")
@writes("file")
def open(): ...

class LZMAFile:
    @by_mode(1, "mode")
    @blocking
    @reads("file")
    @writes("file")
    def __init__(self): ...
    @blocking
    @reads("file")
    def seek(self): ...
    @blocking
    @reads("file")
    def peek(self): ...
    @blocking
    @reads("file")
    def read(self): ...
    @blocking
    @reads("file")
    def read1(self): ...
    @blocking
    @reads("file")
    def readline(self): ...
    @blocking
    def close(self): ...
    @blocking
    @writes("file")
    def write(self): ...

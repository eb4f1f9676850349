"""Effects of codecs.open, a file with an encoding.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, by_mode, reads, writes

@by_mode(1, "mode")
@blocking
@reads("file")
@writes("file")
def open(): ...

class StreamReaderWriter:
    @blocking
    @reads("file")
    def __next__(self): ...
    @blocking
    @reads("file")
    def read(self): ...
    @blocking
    @reads("file")
    def readline(self): ...
    @blocking
    @reads("file")
    def readlines(self): ...
    @blocking
    @writes("file")
    def write(self): ...
    @blocking
    @writes("file")
    def writelines(self): ...

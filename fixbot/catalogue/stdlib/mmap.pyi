"""Effects of mmap: a file in memory; `flush` waits for the disk.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

class mmap:
    @blocking
    @reads("file")
    def __init__(self): ...
    @blocking
    @writes("file")
    def flush(self): ...

"""Effects of fileinput: reading files line by line.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, lazy, reads

@lazy
@reads("file")
def input(): ...

class FileInput:
    @lazy
    @reads("file")
    def __init__(self): ...
    @blocking
    @reads("file")
    def __next__(self): ...
    @blocking
    @reads("file")
    def readline(self): ...

"""Effects of pickle, declared in _pickle: `load` and `dump` read and write the file they are given.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
def load(): ...
@blocking
@writes("file")
def dump(): ...

class Pickler:
    @blocking
    @writes("file")
    def dump(self): ...

class Unpickler:
    @blocking
    @reads("file")
    def load(self): ...

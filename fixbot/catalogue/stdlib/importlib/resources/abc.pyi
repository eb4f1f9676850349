"""Effects of the paths that importlib.resources.files gives.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, pure, reads

class Traversable:
    @blocking
    @reads("file")
    def is_dir(self): ...
    @blocking
    @reads("file")
    def is_file(self): ...
    @blocking
    @reads("file")
    def iterdir(self): ...
    @blocking
    @reads("file")
    def open(self): ...
    @blocking
    @reads("file")
    def read_bytes(self): ...
    @blocking
    @reads("file")
    def read_text(self): ...
    @pure
    def joinpath(self): ...

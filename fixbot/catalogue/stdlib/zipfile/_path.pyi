"""Effects of zipfile.Path, which typeshed declares in zipfile._path since Python 3.12.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, by_mode, reads, writes

class Path:
    @blocking
    @reads("file")
    def exists(self): ...
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
    def read_bytes(self): ...
    @blocking
    @reads("file")
    def read_text(self): ...
    @by_mode(0, "mode")
    @blocking
    @reads("file")
    @writes("file")
    def open(self): ...

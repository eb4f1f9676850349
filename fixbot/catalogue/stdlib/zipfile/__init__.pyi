"""Effects of zipfile: names only, typeshed has the types; an archive in memory looks the same.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, by_mode, reads, writes

@blocking
@reads("file")
def is_zipfile(): ...

class ZipFile:
    @by_mode(1, "mode")
    @blocking
    @reads("file")
    @writes("file")
    def __init__(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def extract(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def extractall(self): ...
    @by_mode(1, "mode")
    @blocking
    @reads("file")
    @writes("file")
    def open(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def write(self): ...
    @blocking
    @reads("file")
    def read(self): ...
    @blocking
    @reads("file")
    def testzip(self): ...
    @blocking
    def __exit__(self): ...
    @blocking
    def close(self): ...
    @blocking
    @writes("file")
    def mkdir(self): ...
    @blocking
    @writes("file")
    def writestr(self): ...

class ZipExtFile:
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
    @reads("file")
    def seek(self): ...

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

"""Effects of zipfile: names only, typeshed has the types; an archive in memory looks the same.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
def is_zipfile(): ...

class ZipFile:
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
    @writes("file")
    def __exit__(self): ...
    @blocking
    @writes("file")
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
    @blocking
    @reads("file")
    @writes("file")
    def open(self): ...

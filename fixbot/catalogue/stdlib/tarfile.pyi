"""Effects of tarfile: names only, typeshed has the types; an archive in memory looks the same.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
@writes("file")
def open(): ...
@blocking
@reads("file")
def is_tarfile(): ...

class TarFile:
    @blocking
    @reads("file")
    @writes("file")
    def __init__(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def add(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def addfile(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def bz2open(self): ...
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
    def gzopen(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def open(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def taropen(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def xzopen(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def zstopen(self): ...
    @blocking
    @reads("file")
    def extractfile(self): ...
    @blocking
    @reads("file")
    def getmember(self): ...
    @blocking
    @reads("file")
    def getmembers(self): ...
    @blocking
    @reads("file")
    def getnames(self): ...
    @blocking
    @reads("file")
    def gettarinfo(self): ...
    @blocking
    @reads("file")
    def list(self): ...
    @blocking
    def __exit__(self): ...
    @blocking
    def close(self): ...

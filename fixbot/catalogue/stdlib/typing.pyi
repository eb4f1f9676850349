"""Effects of a file of unknown kind, as annotations say it: typing.IO, TextIO, BinaryIO.

Facts on blocking: as for files of class TextIOWrapper and BufferedReader.
"""

from fixbot_effects import blocking, reads, writes

class IO:
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
    @reads("file")
    def seek(self): ...
    @blocking
    def close(self): ...
    @blocking
    @writes("file")
    def flush(self): ...
    @blocking
    @writes("file")
    def truncate(self): ...
    @blocking
    @writes("file")
    def write(self): ...
    @blocking
    @writes("file")
    def writelines(self): ...

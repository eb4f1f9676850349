"""Effects of tempfile: names only, typeshed has the types.

Facts on blocking: the library reference; a spooled file is memory until it is larger than `max_size`.
"""

from fixbot_effects import blocking, pure, reads, writes

@blocking
@writes("file")
def NamedTemporaryFile() -> _TemporaryFileWrapper: ...
@blocking
@writes("file")
def TemporaryFile(): ...
@blocking
@writes("file")
def mkdtemp(): ...
@blocking
@writes("file")
def mkstemp(): ...
@blocking
@reads("file")
def mktemp(): ...

class TemporaryDirectory:
    @blocking
    @writes("file")
    def __init__(self): ...
    @blocking
    @writes("file")
    def __exit__(self): ...
    @blocking
    @writes("file")
    def cleanup(self): ...

class _TemporaryFileWrapper:
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
    @writes("file")
    def seek(self): ...
    @blocking
    @writes("file")
    def __exit__(self): ...
    @blocking
    @writes("file")
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

class SpooledTemporaryFile:
    @pure
    def __init__(self): ...
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
    @writes("file")
    def seek(self): ...
    @blocking
    @writes("file")
    def close(self): ...
    @blocking
    @writes("file")
    def flush(self): ...
    @blocking
    @writes("file")
    def rollover(self): ...
    @blocking
    @writes("file")
    def truncate(self): ...
    @blocking
    @writes("file")
    def write(self): ...
    @blocking
    @writes("file")
    def writelines(self): ...

"""Effects of shelve: a dictionary in a file.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
@writes("file")
def open(): ...

class Shelf:
    @blocking
    @reads("file")
    def __getitem__(self): ...
    @blocking
    @reads("file")
    def get(self): ...
    @blocking
    @writes("file")
    def __delitem__(self): ...
    @blocking
    @writes("file")
    def __exit__(self): ...
    @blocking
    @writes("file")
    def __setitem__(self): ...
    @blocking
    @writes("file")
    def close(self): ...
    @blocking
    @writes("file")
    def sync(self): ...

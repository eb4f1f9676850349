"""Effects of sqlite3: names only, typeshed has the types; both classes refuse other threads.

Facts on blocking: the library reference; a cursor steps through its rows while it is iterated.
"""

from fixbot_effects import blocking, gives_rows, lazy, pure, reads, runs_query, thread_affine, writes

@blocking
@reads("sql")
@writes("sql")
def connect() -> Connection: ...

@thread_affine
class Connection:
    @blocking
    @reads("sql")
    @writes("sql")
    def __init__(self): ...
    @blocking
    @reads("sql")
    @writes("sql")
    def backup(self): ...
    @blocking
    @reads("sql")
    @writes("sql")
    def blobopen(self): ...
    @blocking
    @reads("sql")
    @writes("sql")
    def executescript(self) -> Cursor: ...
    @blocking
    @reads("sql")
    @writes("sql")
    def load_extension(self): ...
    @blocking
    @lazy
    @reads("sql")
    @writes("sql")
    @runs_query(mark="?", chunk=500, in_process=True)
    def execute(self) -> Cursor: ...
    @blocking
    @lazy
    @reads("sql")
    @writes("sql")
    def executemany(self) -> Cursor: ...
    @blocking
    @reads("sql")
    def serialize(self): ...
    @lazy
    @reads("sql")
    def iterdump(self): ...
    @blocking
    @writes("sql")
    def __exit__(self): ...
    @blocking
    def close(self): ...
    @blocking
    @writes("sql")
    def commit(self): ...
    @blocking
    @writes("sql")
    def deserialize(self): ...
    @blocking
    @writes("sql")
    def rollback(self): ...
    @pure
    def cursor(self) -> Cursor: ...

@thread_affine
class Cursor:
    @pure
    def __init__(self): ...
    @blocking
    @lazy
    @reads("sql")
    @writes("sql")
    @runs_query(mark="?", chunk=500, in_process=True)
    def execute(self) -> Cursor: ...
    @blocking
    @lazy
    @reads("sql")
    @writes("sql")
    def executemany(self) -> Cursor: ...
    @blocking
    @reads("sql")
    @writes("sql")
    def executescript(self) -> Cursor: ...
    @blocking
    @reads("sql")
    def __next__(self): ...
    @blocking
    @reads("sql")
    @gives_rows("all")
    def fetchall(self): ...
    @blocking
    @reads("sql")
    def fetchmany(self): ...
    @blocking
    @reads("sql")
    @gives_rows("one")
    def fetchone(self): ...
    @blocking
    def close(self): ...

@thread_affine
class Blob:
    @blocking
    @reads("sql")
    def read(self): ...
    @blocking
    @writes("sql")
    def write(self): ...
    @blocking
    def close(self): ...

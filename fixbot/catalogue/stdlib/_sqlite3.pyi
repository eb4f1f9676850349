"""Effects of sqlite3 that typeshed declares in _sqlite3.

Facts on blocking: the library reference.
"""

from sqlite3 import Connection

from fixbot_effects import blocking, reads, writes

@blocking
@reads("sql")
@writes("sql")
def connect() -> Connection: ...

"""psycopg 3: connections and cursors, where they are declared; the rest of the library is unknown here."""

from .connection import Connection as Connection
from .connection_async import AsyncConnection as AsyncConnection
from .cursor import Cursor as Cursor
from .cursor_async import AsyncCursor as AsyncCursor

connect = Connection.connect

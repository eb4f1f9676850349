"""asyncpg: connections and pools, where they are declared; the rest of the library is unknown here."""

from .connection import Connection as Connection
from .connection import connect as connect
from .pool import Pool as Pool
from .pool import create_pool as create_pool

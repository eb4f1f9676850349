"""aiosqlite: the public names, which are declared in core and cursor, and those of sqlite3 that it passes on."""

from sqlite3 import DatabaseError as DatabaseError
from sqlite3 import Error as Error
from sqlite3 import IntegrityError as IntegrityError
from sqlite3 import NotSupportedError as NotSupportedError
from sqlite3 import OperationalError as OperationalError
from sqlite3 import ProgrammingError as ProgrammingError
from sqlite3 import Row as Row
from sqlite3 import Warning as Warning
from sqlite3 import paramstyle as paramstyle
from sqlite3 import register_adapter as register_adapter
from sqlite3 import register_converter as register_converter
from sqlite3 import sqlite_version as sqlite_version
from sqlite3 import sqlite_version_info as sqlite_version_info

from .core import Connection as Connection
from .core import connect as connect
from .cursor import Cursor as Cursor

__version__: str

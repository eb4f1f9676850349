"""Effects of dbm: a database in a file.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
@writes("file")
def open(): ...
@blocking
@reads("file")
def whichdb(): ...

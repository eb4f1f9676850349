"""Effects of fcntl: waiting for the lock of a file.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, writes

@blocking
@writes("file")
def flock(): ...
@blocking
@writes("file")
def lockf(): ...

"""Effects of marshal: `load` and `dump` read and write the file they are given.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
def load(): ...
@blocking
@writes("file")
def dump(): ...

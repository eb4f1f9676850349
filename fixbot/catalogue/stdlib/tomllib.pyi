"""Effects of tomllib: `load` reads the file it is given.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def load(): ...

"""Effects of glob: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, lazy, reads

@blocking
@reads("file")
def glob(): ...
@blocking
@reads("file")
def glob0(): ...
@blocking
@reads("file")
def glob1(): ...
@lazy
@reads("file")
def iglob(): ...

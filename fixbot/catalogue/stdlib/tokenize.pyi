"""Effects of tokenize.open, a source file with its encoding.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def open(): ...

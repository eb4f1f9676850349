"""Effects of filecmp: reading files to compare them.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def cmp(): ...
@blocking
@reads("file")
def cmpfiles(): ...

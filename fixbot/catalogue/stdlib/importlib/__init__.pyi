"""Effects of importlib: importing reads files and runs them.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def import_module(): ...
@blocking
@reads("file")
def reload(): ...

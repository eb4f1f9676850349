"""Effects of importlib.resources' functions, which typeshed declares here since Python 3.13.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def contents(): ...
@blocking
@reads("file")
def is_resource(): ...
@blocking
@reads("file")
def open_binary(): ...
@blocking
@reads("file")
def open_text(): ...
@blocking
@reads("file")
def read_binary(): ...
@blocking
@reads("file")
def read_text(): ...

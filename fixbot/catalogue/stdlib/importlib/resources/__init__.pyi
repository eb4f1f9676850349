"""Effects of importlib.resources: files of a package.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, pure, reads

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
@pure
def files(): ...

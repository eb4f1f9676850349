"""Effects of pkgutil: looking for files of packages.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, lazy, reads

@blocking
@reads("file")
def get_data(): ...
@lazy
@reads("file")
def iter_modules(): ...
@lazy
@reads("file")
def walk_packages(): ...

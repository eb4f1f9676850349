"""Effects of importlib.metadata: files of installed distributions.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, lazy, reads

@blocking
@reads("file")
def distribution(): ...
@blocking
@reads("file")
def entry_points(): ...
@blocking
@reads("file")
def files(): ...
@blocking
@reads("file")
def metadata(): ...
@blocking
@reads("file")
def packages_distributions(): ...
@blocking
@reads("file")
def requires(): ...
@blocking
@reads("file")
def version(): ...
@lazy
@reads("file")
def distributions(): ...

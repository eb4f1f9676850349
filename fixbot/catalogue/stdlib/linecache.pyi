"""Effects of linecache: reading source files.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def checkcache(): ...
@blocking
@reads("file")
def getline(): ...
@blocking
@reads("file")
def getlines(): ...
@blocking
@reads("file")
def updatecache(): ...

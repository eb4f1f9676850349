"""Effects of os.path's functions that typeshed declares in genericpath: those that look at the disk.

Facts on blocking: the library reference and flake8-async 240.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def exists(): ...
@blocking
@reads("file")
def getatime(): ...
@blocking
@reads("file")
def getctime(): ...
@blocking
@reads("file")
def getmtime(): ...
@blocking
@reads("file")
def getsize(): ...
@blocking
@reads("file")
def isdevdrive(): ...
@blocking
@reads("file")
def isdir(): ...
@blocking
@reads("file")
def isfile(): ...
@blocking
@reads("file")
def isjunction(): ...
@blocking
@reads("file")
def islink(): ...
@blocking
@reads("file")
def lexists(): ...
@blocking
@reads("file")
def samefile(): ...
@blocking
@reads("file")
def sameopenfile(): ...

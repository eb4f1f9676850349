"""Effects of os.path's functions that typeshed declares in ntpath: those that look at the disk.

Facts on blocking: as in posixpath; on POSIX names of os.path resolve to both modules.
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
def isdir(): ...
@blocking
@reads("file")
def isfile(): ...
@blocking
@reads("file")
def islink(): ...
@blocking
@reads("file")
def ismount(): ...
@blocking
@reads("file")
def isreserved(): ...
@blocking
@reads("file")
def lexists(): ...
@blocking
@reads("file")
def realpath(): ...
@blocking
@reads("file")
def samefile(): ...
@blocking
@reads("file")
def sameopenfile(): ...

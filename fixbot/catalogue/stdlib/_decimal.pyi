"""Effects of decimal: every thread has a context of its own.

Facts: the library reference.
"""

from fixbot_effects import thread_local

@thread_local
def getcontext(): ...
@thread_local
def localcontext(): ...
@thread_local
def setcontext(): ...

"""Effects of sys: tracing belongs to the current thread.

Facts: the library reference.
"""

from fixbot_effects import thread_local

@thread_local
def setprofile(): ...
@thread_local
def settrace(): ...

"""Effects of locale: it belongs to the process; changed by one thread, read by others.

Facts: the library reference ("not thread-safe on most systems").
"""

from fixbot_effects import thread_local

@thread_local
def resetlocale(): ...
@thread_local
def setlocale(): ...

"""Effects of locale that typeshed declares in _locale.

Facts: as in locale.
"""

from fixbot_effects import thread_local

@thread_local
def setlocale(): ...

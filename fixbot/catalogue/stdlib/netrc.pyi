"""Effects of netrc: reading ~/.netrc.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

class netrc:
    @blocking
    @reads("file")
    def __init__(self): ...

"""Effects of ThreadPoolExecutor beyond its base: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import pure

class ThreadPoolExecutor:
    @pure
    def __init__(self): ...

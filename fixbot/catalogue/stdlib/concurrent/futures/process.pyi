"""Effects of ProcessPoolExecutor beyond its base: names only, typeshed has the types.

Facts on blocking: the library reference; the processes start with the first task.
"""

from fixbot_effects import pure

class ProcessPoolExecutor:
    @pure
    def __init__(self): ...

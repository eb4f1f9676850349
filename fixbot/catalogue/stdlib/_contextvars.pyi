"""Effects of context variables: names only, typeshed has the types.

Facts: `asyncio.to_thread` runs in a copy of the context, so that what is set there does not come back.
"""

from fixbot_effects import context_write, pure

class ContextVar:
    @pure
    def __init__(self): ...
    @pure
    def get(self): ...
    @context_write
    def reset(self): ...
    @context_write
    def set(self): ...

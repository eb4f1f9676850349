"""Effects of the module time: names only, typeshed has the types.

Facts on blocking: the library reference, and BlockBuster's list for `sleep`.
"""

from fixbot_effects import async_twin, blocking

@async_twin("asyncio.sleep", drop_in=True)
@blocking
def sleep(): ...

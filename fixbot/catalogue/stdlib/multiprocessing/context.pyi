"""Effects of multiprocessing's functions, which typeshed declares as methods of a context.

Facts on blocking: the library reference; a pool and a manager start processes.
"""

from fixbot_effects import blocking, writes

class BaseContext:
    @blocking
    @writes("process")
    def Manager(self): ...
    @blocking
    @writes("process")
    def Pool(self): ...

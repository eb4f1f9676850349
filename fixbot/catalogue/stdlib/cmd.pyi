"""Effects of cmd: waits for a person.

Facts on blocking: the library reference.
"""

from fixbot_effects import interactive

class Cmd:
    @interactive
    def cmdloop(self): ...

"""Effects of code: waits for a person.

Facts on blocking: the library reference.
"""

from fixbot_effects import interactive

@interactive
def interact(): ...

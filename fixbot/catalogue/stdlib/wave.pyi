"""Effects of wave: sound in a file.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, by_mode, reads, writes

@by_mode(1, "mode")
@blocking
@reads("file")
@writes("file")
def open(): ...

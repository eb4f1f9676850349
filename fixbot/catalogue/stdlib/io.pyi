"""Effects of io: `open` and `open_code`, where an alias is declared here; files are in _io.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, by_mode, reads, writes

@by_mode(1, "mode")
@blocking
@reads("file")
@writes("file")
def open(): ...
@blocking
@reads("file")
def open_code(): ...

"""Effects of runpy: reading and running a program.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
@writes("file")
def run_module(): ...
@blocking
@reads("file")
@writes("file")
def run_path(): ...

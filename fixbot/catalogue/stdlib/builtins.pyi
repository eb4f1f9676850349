"""Effects of the built-in functions: names only, typeshed has the types.

Facts on blocking: the library reference, BlockBuster's list and flake8-async 230 and 250.
"""

from fixbot_effects import blocking, by_mode, interactive, reads, writes

@by_mode(1, "mode")
@blocking
@reads("file")
@writes("file")
def open(): ...
@interactive
def input(): ...
@interactive
def breakpoint(): ...

# Listed without an effect: they may do anything, so nobody knows what they do.
def eval(): ...
def exec(): ...

"""Effects of xml.etree.ElementTree: reading and writing files.

Facts on blocking: the library reference; `iterparse` reads while iterated.
"""

from fixbot_effects import blocking, lazy, reads, writes

@blocking
@reads("file")
def parse(): ...
@blocking
@lazy
@reads("file")
def iterparse(): ...

class ElementTree:
    @blocking
    @reads("file")
    def parse(self): ...
    @blocking
    @writes("file")
    def write(self): ...
    @blocking
    @writes("file")
    def write_c14n(self): ...

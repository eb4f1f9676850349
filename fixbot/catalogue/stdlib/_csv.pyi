"""Effects of csv, declared in _csv: a reader reads the file it is given while it is iterated.

Facts on blocking: the library reference; writers are left out, most write to memory or a buffer.
"""

from fixbot_effects import lazy, reads

@lazy
@reads("file")
def reader(): ...

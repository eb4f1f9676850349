"""Effects of csv: a reader reads the file it is given while it is iterated.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, lazy, reads

class DictReader:
    @lazy
    @reads("file")
    def __init__(self): ...
    @blocking
    @reads("file")
    def __next__(self): ...

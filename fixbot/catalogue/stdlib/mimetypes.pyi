"""Effects of mimetypes: reading the tables of the system.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def init(): ...
@blocking
@reads("file")
def read_mime_types(): ...

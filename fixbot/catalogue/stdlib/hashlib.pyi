"""Effects of hashlib.file_digest: it reads the whole file.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

@blocking
@reads("file")
def file_digest(): ...

"""Effects of shutil: names only, typeshed has the types.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("file")
def disk_usage(): ...
@blocking
@reads("file")
def which(): ...
@blocking
@reads("file")
@writes("file")
def copy(): ...
@blocking
@reads("file")
@writes("file")
def copy2(): ...
@blocking
@reads("file")
@writes("file")
def copyfile(): ...
@blocking
@reads("file")
@writes("file")
def copyfileobj(): ...
@blocking
@reads("file")
@writes("file")
def copymode(): ...
@blocking
@reads("file")
@writes("file")
def copystat(): ...
@blocking
@reads("file")
@writes("file")
def copytree(): ...
@blocking
@reads("file")
@writes("file")
def make_archive(): ...
@blocking
@reads("file")
@writes("file")
def move(): ...
@blocking
@reads("file")
@writes("file")
def unpack_archive(): ...
@blocking
@writes("file")
def chown(): ...
@blocking
@writes("file")
def rmtree(): ...

# typeshed declares `rmtree` as an object of this class.
class _RmtreeType:
    @blocking
    @writes("file")
    def __call__(self): ...

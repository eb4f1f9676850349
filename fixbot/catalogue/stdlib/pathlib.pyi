"""Effects of pathlib: names only, typeshed has the types; a pure path looks at nothing.

Facts on blocking: the library reference; `iterdir` lists the folder at the call since Python 3.13.
"""

from fixbot_effects import blocking, by_mode, lazy, reads, writes

class Path:
    @blocking
    @reads("file")
    def exists(self): ...
    @blocking
    @reads("file")
    def group(self): ...
    @blocking
    @reads("file")
    def is_block_device(self): ...
    @blocking
    @reads("file")
    def is_char_device(self): ...
    @blocking
    @reads("file")
    def is_dir(self): ...
    @blocking
    @reads("file")
    def is_fifo(self): ...
    @blocking
    @reads("file")
    def is_file(self): ...
    @blocking
    @reads("file")
    def is_junction(self): ...
    @blocking
    @reads("file")
    def is_mount(self): ...
    @blocking
    @reads("file")
    def is_socket(self): ...
    @blocking
    @reads("file")
    def is_symlink(self): ...
    @blocking
    @reads("file")
    def lstat(self): ...
    @blocking
    @reads("file")
    def owner(self): ...
    @blocking
    @reads("file")
    def read_bytes(self): ...
    @blocking
    @reads("file")
    def read_text(self): ...
    @blocking
    @reads("file")
    def readlink(self): ...
    @blocking
    @reads("file")
    def resolve(self): ...
    @blocking
    @reads("file")
    def samefile(self): ...
    @blocking
    @reads("file")
    def stat(self): ...
    @blocking
    @lazy
    @reads("file")
    def iterdir(self): ...
    @lazy
    @reads("file")
    def glob(self): ...
    @lazy
    @reads("file")
    def rglob(self): ...
    @lazy
    @reads("file")
    def walk(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def copy(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def copy_into(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def move(self): ...
    @blocking
    @reads("file")
    @writes("file")
    def move_into(self): ...
    @by_mode(0, "mode")
    @blocking
    @reads("file")
    @writes("file")
    def open(self): ...
    @blocking
    @writes("file")
    def chmod(self): ...
    @blocking
    @writes("file")
    def hardlink_to(self): ...
    @blocking
    @writes("file")
    def lchmod(self): ...
    @blocking
    @writes("file")
    def link_to(self): ...
    @blocking
    @writes("file")
    def mkdir(self): ...
    @blocking
    @writes("file")
    def rename(self): ...
    @blocking
    @writes("file")
    def replace(self): ...
    @blocking
    @writes("file")
    def rmdir(self): ...
    @blocking
    @writes("file")
    def symlink_to(self): ...
    @blocking
    @writes("file")
    def touch(self): ...
    @blocking
    @writes("file")
    def unlink(self): ...
    @blocking
    @writes("file")
    def write_bytes(self): ...
    @blocking
    @writes("file")
    def write_text(self): ...

"""Effects of the module os: names only, typeshed has the types; what only asks the kernel is left out.

Facts on blocking: the library reference, BlockBuster's list, flake8-async 220 to 222, 231 and 240.
"""

from fixbot_effects import blocking, by_mode, lazy, reads, writes

@blocking
@reads("file")
def access(): ...
@blocking
@reads("file")
def fstat(): ...
@blocking
@reads("file")
def fstatvfs(): ...
@blocking
@reads("file")
def getxattr(): ...
@blocking
@reads("file")
def listdir(): ...
@blocking
@reads("file")
def listxattr(): ...
@blocking
@reads("file")
def lstat(): ...
@blocking
@reads("file")
def pread(): ...
@blocking
@reads("file")
def preadv(): ...
@blocking
@reads("file")
def read(): ...
@blocking
@reads("file")
def readlink(): ...
@blocking
@reads("file")
def readv(): ...
@blocking
@reads("file")
def stat(): ...
@blocking
@reads("file")
def statvfs(): ...
@blocking
@lazy
@reads("file")
def scandir(): ...
@lazy
@reads("file")
def fwalk(): ...
@lazy
@reads("file")
def walk(): ...
@blocking
@reads("file")
@writes("file")
def copy_file_range(): ...
@by_mode(1, "mode")
@blocking
@reads("file")
@writes("file")
def fdopen(): ...
@blocking
@reads("file")
@writes("file")
def open(): ...
@blocking
@reads("file")
@writes("file")
def sendfile(): ...
@blocking
@reads("file")
@writes("file")
def splice(): ...
@blocking
@writes("file")
def chdir(): ...
@blocking
@writes("file")
def chflags(): ...
@blocking
@writes("file")
def chmod(): ...
@blocking
@writes("file")
def chown(): ...
@blocking
@writes("file")
def chroot(): ...
@blocking
def close(): ...
@blocking
def closerange(): ...
@blocking
@writes("file")
def fchdir(): ...
@blocking
@writes("file")
def fchmod(): ...
@blocking
@writes("file")
def fchown(): ...
@blocking
@writes("file")
def fdatasync(): ...
@blocking
@writes("file")
def fsync(): ...
@blocking
@writes("file")
def ftruncate(): ...
@blocking
@writes("file")
def lchflags(): ...
@blocking
@writes("file")
def lchmod(): ...
@blocking
@writes("file")
def lchown(): ...
@blocking
@writes("file")
def link(): ...
@blocking
@writes("file")
def lockf(): ...
@blocking
@writes("file")
def makedirs(): ...
@blocking
@writes("file")
def mkdir(): ...
@blocking
@writes("file")
def mkfifo(): ...
@blocking
@writes("file")
def mknod(): ...
@blocking
@writes("file")
def posix_fallocate(): ...
@blocking
@writes("file")
def pwrite(): ...
@blocking
@writes("file")
def pwritev(): ...
@blocking
@writes("file")
def remove(): ...
@blocking
@writes("file")
def removedirs(): ...
@blocking
@writes("file")
def removexattr(): ...
@blocking
@writes("file")
def rename(): ...
@blocking
@writes("file")
def renames(): ...
@blocking
@writes("file")
def replace(): ...
@blocking
@writes("file")
def rmdir(): ...
@blocking
@writes("file")
def setxattr(): ...
@blocking
@writes("file")
def symlink(): ...
@blocking
@writes("file")
def sync(): ...
@blocking
@writes("file")
def truncate(): ...
@blocking
@writes("file")
def unlink(): ...
@blocking
@writes("file")
def utime(): ...
@blocking
@writes("file")
def write(): ...
@blocking
@writes("file")
def writev(): ...
@blocking
@reads("process")
@writes("process")
def execl(): ...
@blocking
@reads("process")
@writes("process")
def execle(): ...
@blocking
@reads("process")
@writes("process")
def execlp(): ...
@blocking
@reads("process")
@writes("process")
def execlpe(): ...
@blocking
@reads("process")
@writes("process")
def execv(): ...
@blocking
@reads("process")
@writes("process")
def execve(): ...
@blocking
@reads("process")
@writes("process")
def execvp(): ...
@blocking
@reads("process")
@writes("process")
def execvpe(): ...
@blocking
@reads("process")
@writes("process")
def fork(): ...
@blocking
@reads("process")
@writes("process")
def forkpty(): ...
@blocking
@reads("process")
@writes("process")
def popen(): ...
@blocking
@reads("process")
@writes("process")
def posix_spawn(): ...
@blocking
@reads("process")
@writes("process")
def posix_spawnp(): ...
@blocking
@reads("process")
@writes("process")
def spawnl(): ...
@blocking
@reads("process")
@writes("process")
def spawnle(): ...
@blocking
@reads("process")
@writes("process")
def spawnlp(): ...
@blocking
@reads("process")
@writes("process")
def spawnlpe(): ...
@blocking
@reads("process")
@writes("process")
def spawnv(): ...
@blocking
@reads("process")
@writes("process")
def spawnve(): ...
@blocking
@reads("process")
@writes("process")
def spawnvp(): ...
@blocking
@reads("process")
@writes("process")
def spawnvpe(): ...
@blocking
@reads("process")
@writes("process")
def startfile(): ...
@blocking
@reads("process")
@writes("process")
def system(): ...
@blocking
@reads("process")
def wait(): ...
@blocking
@reads("process")
def wait3(): ...
@blocking
@reads("process")
def wait4(): ...
@blocking
@reads("process")
def waitid(): ...
@blocking
@reads("process")
def waitpid(): ...
@writes("process")
def kill(): ...
@writes("process")
def killpg(): ...

"""Effects of subprocess: names only, typeshed has the types; `Popen` waits until the program started.

Facts on blocking: the library reference and flake8-async 220 and 221.
"""

from fixbot_effects import blocking, pure, reads, writes

@blocking
@reads("process")
@writes("process")
def call(): ...
@blocking
@reads("process")
@writes("process")
def check_call(): ...
@blocking
@reads("process")
@writes("process")
def check_output(): ...
@blocking
@reads("process")
@writes("process")
def getoutput(): ...
@blocking
@reads("process")
@writes("process")
def getstatusoutput(): ...
@blocking
@reads("process")
@writes("process")
def run() -> CompletedProcess: ...

class CompletedProcess:
    @pure
    def check_returncode(self): ...

class Popen:
    @blocking
    @reads("process")
    @writes("process")
    def __init__(self): ...
    @blocking
    @reads("process")
    @writes("process")
    def communicate(self): ...
    @blocking
    @reads("process")
    def wait(self): ...
    @blocking
    @reads("process")
    def __exit__(self): ...
    @reads("process")
    def poll(self): ...
    @writes("process")
    def kill(self): ...
    @writes("process")
    def send_signal(self): ...
    @writes("process")
    def terminate(self): ...

"""Effects of urllib.request: names only, typeshed has the types.

Facts on blocking: the library reference and flake8-async 210.
"""

from fixbot_effects import blocking, reads, writes

@blocking
@reads("http")
@writes("http")
def urlopen(): ...
@blocking
@reads("http")
@writes("file")
def urlretrieve(): ...
@blocking
@writes("file")
def urlcleanup(): ...

class OpenerDirector:
    @blocking
    @reads("http")
    @writes("http")
    def open(self): ...

class URLopener:
    @blocking
    @reads("http")
    @writes("http")
    def open(self): ...
    @blocking
    @reads("http")
    @writes("http")
    def open_unknown(self): ...
    @blocking
    @reads("http")
    @writes("file")
    def retrieve(self): ...

"""Effects of poplib: names only, typeshed has the types; the constructor connects.

Facts on blocking: the library reference; names that lists and strings have too are left out.
"""

from fixbot_effects import blocking, reads, writes

class POP3:
    @blocking
    @reads("socket")
    @writes("socket")
    def __init__(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def apop(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def capa(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def close(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def dele(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def noop(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def pass_(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def quit(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def retr(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def rpop(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def rset(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def stat(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def stls(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def uidl(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def utf8(self): ...

class POP3_SSL:
    @blocking
    @reads("socket")
    @writes("socket")
    def __init__(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def stls(self): ...

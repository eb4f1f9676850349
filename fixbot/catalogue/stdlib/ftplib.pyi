"""Effects of ftplib: names only, typeshed has the types; with a host, the constructor connects.

Facts on blocking: the library reference; names that lists and strings have too are left out.
"""

from fixbot_effects import blocking, reads, writes

class FTP:
    @blocking
    @reads("socket")
    @writes("socket")
    def __init__(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def __exit__(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def abort(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def acct(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def close(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def connect(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def cwd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def delete(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def getline(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def getresp(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def login(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def mkd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def mlsd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def nlst(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def ntransfercmd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def pwd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def quit(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def rename(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def retrbinary(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def retrlines(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def rmd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def sendcmd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def sendeprt(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def sendport(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def storbinary(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def storlines(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def transfercmd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def voidcmd(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def voidresp(self): ...

class FTP_TLS:
    @blocking
    @reads("socket")
    @writes("socket")
    def __init__(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def auth(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def ccc(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def login(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def prot_c(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def prot_p(self): ...

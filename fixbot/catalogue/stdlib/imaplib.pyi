"""Effects of imaplib: names only, typeshed has the types; the constructor connects.

Facts on blocking: the library reference. Names that every list and string has too (`append`, `copy`)
are left out: each would be asked about at every list.
"""

from fixbot_effects import blocking, reads, writes

class IMAP4:
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
    def authenticate(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def capability(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def close(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def create(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def delete(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def deleteacl(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def expunge(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def fetch(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def getacl(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def getannotation(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def getquota(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def getquotaroot(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def list(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def login(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def login_cram_md5(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def logout(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def lsub(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def myrights(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def noop(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def open(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def proxyauth(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def read(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def readline(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def rename(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def search(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def select(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def send(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def setacl(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def setannotation(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def setquota(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def shutdown(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def starttls(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def store(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def subscribe(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def uid(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def unselect(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def unsubscribe(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def xatom(self): ...

class IMAP4_SSL:
    @blocking
    @reads("socket")
    @writes("socket")
    def __init__(self): ...
    @blocking
    @reads("socket")
    @writes("socket")
    def open(self): ...

class IMAP4_stream:
    @blocking
    @reads("process")
    @writes("process")
    def __init__(self): ...
    @blocking
    @reads("process")
    @writes("process")
    def open(self): ...

"""Effects of smtplib: names only, typeshed has the types; with a host, the constructor connects.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads, writes

class SMTP:
    @blocking
    @reads("smtp")
    @writes("smtp")
    def __init__(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def __exit__(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def auth(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def connect(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def docmd(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def ehlo(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def ehlo_or_helo_if_needed(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def getreply(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def helo(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def help(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def login(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def noop(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def quit(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def rset(self): ...
    @blocking
    @reads("smtp")
    @writes("smtp")
    def starttls(self): ...
    @blocking
    @writes("smtp")
    def data(self): ...
    @blocking
    @writes("smtp")
    def expn(self): ...
    @blocking
    @writes("smtp")
    def mail(self): ...
    @blocking
    @writes("smtp")
    def putcmd(self): ...
    @blocking
    @writes("smtp")
    def rcpt(self): ...
    @blocking
    @writes("smtp")
    def send(self): ...
    @blocking
    @writes("smtp")
    def send_message(self): ...
    @blocking
    @writes("smtp")
    def sendmail(self): ...
    @blocking
    @writes("smtp")
    def verify(self): ...
    @blocking
    @writes("smtp")
    def vrfy(self): ...

class SMTP_SSL:
    @blocking
    @reads("smtp")
    @writes("smtp")
    def __init__(self): ...

class LMTP:
    @blocking
    @reads("smtp")
    @writes("smtp")
    def connect(self): ...

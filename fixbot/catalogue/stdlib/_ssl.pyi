"""Effects of ssl that typeshed declares in _ssl: certificates are files.

Facts on blocking: the library reference.
"""

from fixbot_effects import blocking, reads

class _SSLContext:
    @blocking
    @reads("file")
    def load_cert_chain(self): ...
    @blocking
    @reads("file")
    def load_dh_params(self): ...
    @blocking
    @reads("file")
    def set_default_verify_paths(self): ...

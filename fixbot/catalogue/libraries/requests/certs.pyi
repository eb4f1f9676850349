"""requests.certs: where the certificates are.

Facts on blocking: certifi unpacks its file once, then knows the path.
"""

from fixbot_effects import pure

@pure
def where() -> str: ...

"""google.auth.compute_engine: credentials of the machine, from its metadata server.

Facts on blocking: the source of google-auth 2.62.
"""

from fixbot_effects import blocking, reads
from google.auth.compute_engine.credentials import Credentials as Credentials
from google.auth.compute_engine.credentials import IDTokenCredentials as IDTokenCredentials

@blocking
@reads("file")
def detect_gce_residency_linux() -> bool: ...

"""google.auth: finding the credentials of this machine or service.

Facts on blocking: the source of google-auth 2.62; the functions are declared in google.auth._default.
"""

from google.auth._default import default as default
from google.auth._default import load_credentials_from_dict as load_credentials_from_dict
from google.auth._default import load_credentials_from_file as load_credentials_from_file

__version__: str

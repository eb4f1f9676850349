"""google.cloud.firestore: the public names of google.cloud.firestore_v1, where each is declared.

Facts on blocking: the source of google-cloud-firestore 2.34, see the stubs of firestore_v1.
"""

from google.cloud.firestore_v1 import *
from google.cloud.firestore_v1 import types as types

__version__: str

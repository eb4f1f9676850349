"""google.cloud.storage: re-exports, as the library does.

Facts on blocking: the source of google-cloud-storage 3.17; each class is in its own module here.
"""

from google.cloud.storage.batch import Batch as Batch
from google.cloud.storage.blob import Blob as Blob
from google.cloud.storage.bucket import Bucket as Bucket
from google.cloud.storage.client import Client as Client

__version__: str

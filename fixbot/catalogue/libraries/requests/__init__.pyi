"""requests: re-exports, as the library does; every call waits for the network in its thread.

Facts on blocking: the source of requests 2.34; each function and class is in its own module here.
"""

from typing import Any

from fixbot_effects import pure
from requests import adapters as adapters
from requests import api as api
from requests import auth as auth
from requests import certs as certs
from requests import compat as compat
from requests import cookies as cookies
from requests import exceptions as exceptions
from requests import hooks as hooks
from requests import models as models
from requests import packages as packages
from requests import sessions as sessions
from requests import status_codes as status_codes
from requests import structures as structures
from requests import utils as utils
from requests.api import delete as delete
from requests.api import get as get
from requests.api import head as head
from requests.api import options as options
from requests.api import patch as patch
from requests.api import post as post
from requests.api import put as put
from requests.api import request as request
from requests.exceptions import ConnectionError as ConnectionError
from requests.exceptions import ConnectTimeout as ConnectTimeout
from requests.exceptions import FileModeWarning as FileModeWarning
from requests.exceptions import HTTPError as HTTPError
from requests.exceptions import JSONDecodeError as JSONDecodeError
from requests.exceptions import ReadTimeout as ReadTimeout
from requests.exceptions import RequestException as RequestException
from requests.exceptions import RequestsDependencyWarning as RequestsDependencyWarning
from requests.exceptions import Timeout as Timeout
from requests.exceptions import TooManyRedirects as TooManyRedirects
from requests.exceptions import URLRequired as URLRequired
from requests.models import PreparedRequest as PreparedRequest
from requests.models import Request as Request
from requests.models import Response as Response
from requests.sessions import Session as Session
from requests.sessions import session as session
from requests.status_codes import codes as codes

__version__: str

@pure
def check_compatibility(
    urllib3_version: str, chardet_version: Any, charset_normalizer_version: Any
) -> None: ...

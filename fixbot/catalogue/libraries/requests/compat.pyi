"""requests.compat: names of the standard library under one roof.

Facts on blocking: re-exports only.
"""

import json as json
from collections import OrderedDict as OrderedDict
from collections.abc import Callable, Mapping, MutableMapping
from collections.abc import Callable as Callable
from collections.abc import Mapping as Mapping
from collections.abc import MutableMapping as MutableMapping
from http import cookiejar as cookielib
from http.cookies import Morsel as Morsel
from io import StringIO as StringIO
from json import JSONDecodeError as JSONDecodeError
from typing import Any
from urllib.parse import quote as quote
from urllib.parse import quote_plus as quote_plus
from urllib.parse import unquote as unquote
from urllib.parse import unquote_plus as unquote_plus
from urllib.parse import urldefrag as urldefrag
from urllib.parse import urlencode as urlencode
from urllib.parse import urljoin as urljoin
from urllib.parse import urlparse as urlparse
from urllib.parse import urlsplit as urlsplit
from urllib.parse import urlunparse as urlunparse
from urllib.request import getproxies as getproxies
from urllib.request import getproxies_environment as getproxies_environment
from urllib.request import parse_http_list as parse_http_list
from urllib.request import proxy_bypass as proxy_bypass

chardet: Any
proxy_bypass_environment: Any
has_simplejson: bool
is_py2: bool
is_py3: bool
builtin_str = str
basestring: tuple[type, ...]
numeric_types: tuple[type, ...]
integer_types: tuple[type, ...]

__all__ = ["cookielib"]

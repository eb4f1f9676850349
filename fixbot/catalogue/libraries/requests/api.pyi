"""requests.api: one request in a session of its own; the whole body is read unless `stream=True`.

Facts on blocking: the source of requests 2.34. A POST changes something and tells something.
"""

from typing import Any

from fixbot_effects import lazy_if, reads, writes
from requests.models import Response

@lazy_if("stream")
@reads("http")
@writes("http")
def request(method: str, url: Any, **kwargs: Any) -> Response: ...
@lazy_if("stream")
@reads("http")
def get(url: Any, params: Any = ..., **kwargs: Any) -> Response: ...
@lazy_if("stream")
@reads("http")
def options(url: Any, **kwargs: Any) -> Response: ...
@lazy_if("stream")
@reads("http")
def head(url: Any, **kwargs: Any) -> Response: ...
@lazy_if("stream")
@reads("http")
@writes("http")
def post(url: Any, data: Any = ..., json: Any = ..., **kwargs: Any) -> Response: ...
@lazy_if("stream")
@writes("http")
def put(url: Any, data: Any = ..., **kwargs: Any) -> Response: ...
@lazy_if("stream")
@writes("http")
def patch(url: Any, data: Any = ..., **kwargs: Any) -> Response: ...
@lazy_if("stream")
@writes("http")
def delete(url: Any, **kwargs: Any) -> Response: ...

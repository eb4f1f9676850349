"""google.cloud.storage.ip_filter: who may reach a bucket.

Facts on blocking: none of it leaves memory.
"""

from typing import Any

from fixbot_effects import pure

class PublicNetworkSource:
    @pure
    def __init__(self, allowed_ip_cidr_ranges: Any = ...) -> None: ...

class VpcNetworkSource:
    @pure
    def __init__(self, network: str, allowed_ip_cidr_ranges: Any = ...) -> None: ...

class IPFilter:
    @pure
    def __init__(self) -> None: ...

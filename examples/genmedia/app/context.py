"""What belongs to a single request: its audit trail and its price."""

import logging

from fastapi import Request

logger = logging.getLogger("genmedia.audit")


class AuditTrail:
    """Writes audit lines that carry the id and the address of the request."""

    def __init__(self, request_id: str, address: str) -> None:
        self.request_id = request_id
        self.address = address

    def record(self, action: str, user_id: str) -> None:
        logger.info("%s %s by %s from %s", self.request_id, action, user_id, self.address)


class UsageMeter:
    """Adds up the units that one request consumes."""

    def __init__(self) -> None:
        self.units = 0

    def add(self, units: int) -> None:
        self.units += units


# The trail quotes this request's headers.
def get_audit_trail(request: Request) -> AuditTrail:
    address = request.client.host if request.client else "unknown"
    return AuditTrail(request.headers.get("x-request-id", "-"), address)


# Every request starts from zero units.
def get_usage_meter() -> UsageMeter:
    return UsageMeter()

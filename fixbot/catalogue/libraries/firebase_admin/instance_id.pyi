"""firebase_admin.instance_id: deleting an instance id is a request.

Facts on blocking: the source of firebase-admin 7.7.
"""

from typing import Any

from fixbot_effects import blocking, writes

@blocking
@writes("http")
def delete_instance_id(instance_id: str, app: Any = ...) -> None: ...

"""google.cloud.firestore_v1.pipeline_expressions: a language of expressions, built in memory.

Facts on blocking: none of it leaves memory.
"""

from typing import Any

from fixbot_effects import pure

@pure
def __getattr__(name: str) -> Any: ...

"""requests.help: `python -m requests.help`.

Facts on blocking: looks at what is installed.
"""

from typing import Any

from fixbot_effects import pure

@pure
def info() -> dict[str, Any]: ...
@pure
def main() -> None: ...

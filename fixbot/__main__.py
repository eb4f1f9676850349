"""`python -m fixbot`, which never imports anything but the standard library from the current folder."""

import os
import sys

# `python -m` puts the current folder, perhaps a repository nobody vetted, first on the import path.
# It goes before the first import that it could take the place of; a checkout of fixbot itself stays.
_home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if not sys.flags.safe_path and sys.path and sys.path[0] != _home:
    del sys.path[0]

from fixbot.cli import main  # noqa: E402

if __name__ == "__main__":
    main()

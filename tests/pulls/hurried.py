"""`python -m tests.pulls.hurried`: fixbot as it is, but for the second that it leaves between two writes to GitHub.

It runs as everybody else than root does: it and what it starts look into other processes only where those let them.
"""

import os
import sys
from functools import partial

from fixbot.cli import main
from fixbot.pulls.forges import github
from fixbot.pulls.forges.budget import Budget
from tests.support import heed_processes

ORDINARY = "TESTS_ORDINARY"

if __name__ == "__main__":
    if not os.environ.get(ORDINARY):
        heed_processes()
        again = [sys.executable, "-P", "-m", "tests.pulls.hurried", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {ORDINARY: "1"})
    github.Budget = partial(Budget, between=0.0)  # type: ignore[assignment,misc]
    main()

"""`python -m tests.pulls.hurried`: fixbot as it is, but for the second that it leaves between two writes to GitHub."""

from functools import partial

from fixbot.cli import main
from fixbot.pulls.forges import github
from fixbot.pulls.forges.budget import Budget

if __name__ == "__main__":
    github.Budget = partial(Budget, between=0.0)  # type: ignore[assignment,misc]
    main()

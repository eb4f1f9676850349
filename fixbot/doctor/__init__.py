"""`fixbot doctor`: small checks of everything that pull requests depend on, and what to do about each.

`checkup` holds the nouns and what the checks share; `machine`, `hosting` and `schedule` the checks; the table of all stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fixbot.doctor import hosting, machine, schedule
from fixbot.doctor.checkup import Diagnosis, Health, Subject
from fixbot.errors import FixbotError

Check = Callable[[Subject], Diagnosis | None]
"""None where it has nothing to look at."""

CHECKS: tuple[tuple[str, Check], ...] = (
    ("git", machine.git_version),
    ("repository", machine.repository),
    ("history", machine.history),
    ("settings", machine.settings),
    ("types", machine.types),
    ("tests", machine.tests),
    ("forge", hosting.forge),
    ("token", hosting.token),
    ("push", hosting.push),
    ("issues", hosting.issues),
    ("pull requests", hosting.pull_requests),
    ("Actions", hosting.actions_setting),
    ("own refs", hosting.own_refs),
    ("branches", hosting.branches),
    ("workflow", schedule.workflow),
    ("pinned", schedule.pinned),
    ("schedule", schedule.cron),
    ("runs", schedule.state),
)
"""By name, in the order in which they are shown: what a later one needs is looked at by an earlier one."""


def examine(subject: Subject) -> Iterator[tuple[str, Diagnosis]]:
    """Every check that applies. One that fails itself is unknown, and does not stop the others."""
    for name, check in CHECKS:
        try:
            found = check(subject)
        except FixbotError as exc:
            found = Diagnosis(Health.UNKNOWN, f"{exc}", "Mend what stands above first, and look again.")
        if found is not None:
            yield name, found

"""What publishing did, or would do: on the terminal, as JSON, and as the summary of a workflow's step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from rich.text import Text

from fixbot.escapes import visible
from fixbot.pulls.model import Outcome, Result
from fixbot.pulls.neutral import prose
from fixbot.pulls.publish import Published
from fixbot.reports import workflow

VERSION = 1
FILE = "outcomes.json"
"""Where `publish` leaves the JSON, in the folder of the bundle."""
_STYLES = {
    Outcome.OPENED: "bold green",
    Outcome.UPDATED: "green",
    Outcome.MERGED: "green",
    Outcome.FAILED_VERIFICATION: "bold yellow",
    Outcome.EDITED_BY_HUMAN: "yellow",
    Outcome.STATE_MOVED: "yellow",
    Outcome.REFUSED: "bold red",
    Outcome.FAILED: "bold red",
}
_WIDTH = max(len(outcome) for outcome in Outcome)


def terminal(published: Published, notes: Sequence[str] = (), where: str = "") -> Iterator[Text]:
    """Notes, one line for each fix in the order in which they were decided about, and one that counts."""
    for note in notes:
        yield Text(visible(note), style="yellow")
    if where:
        yield Text(f"On {visible(where)}:")
    for result in published.results:
        line = Text(f"{result.outcome:<{_WIDTH}}  ", style=_STYLES.get(result.outcome, "dim"))
        line.append(visible(result.branch or result.title), style="bold")
        line.append(f"  {visible(result.reason)}", style="default")
        if result.url:
            line.append(f"  {visible(result.url)}", style="blue")
        yield line
    if not published.results:
        yield Text("There is nothing to fix, and no pull request of fixbot's is open.")
    elif published.dry:
        yield Text("This was a dry run: nothing was pushed, opened, edited or closed.")
    else:
        yield Text(_counts(published.results) + ".")


def as_json(published: Published) -> str:
    """`{"version": 1, "dry_run": false, "outcomes": [...]}`; ASCII. Keys are added to, never changed."""
    outcomes = [
        {
            "branch": result.branch,
            "title": result.title,
            "outcome": result.outcome,
            "reason": result.reason,
            "url": result.url,
        }
        for result in published.results
    ]
    return json.dumps({"version": VERSION, "dry_run": published.dry, "outcomes": outcomes}, indent=2) + "\n"


def write_step_summary(published: Published) -> None:
    """Add the outcomes, and everything that the dashboard shows, to the step's summary, if this is a workflow's step."""
    workflow.write_summary(step_summary(published))


def step_summary(published: Published) -> str:
    """Markdown: what this run did, then the text of the dashboard."""
    lines = [
        f"- **{result.outcome}** {_linked(result)}: {prose(result.reason)}"
        for result in published.results
        if result.outcome not in {Outcome.UNCHANGED, Outcome.QUEUED, Outcome.NOT_SELECTED}
    ]
    what = "This run would do" if published.dry else "This run"
    did = "\n".join(lines) or "Nothing was to be done."
    return f"## fixbot\n\n### {what}\n\n{did}\n\n{published.summary}\n"


def failed(results: Sequence[Result]) -> bool:
    """Whether something went wrong that somebody must look at: the exit status is then 2."""
    return any(result.outcome in {Outcome.FAILED, Outcome.REFUSED} for result in results)


def _linked(result: Result) -> str:
    title = prose(result.title or result.branch, 160)
    return f"[{title}]({result.url})" if result.url else title


def _counts(results: Sequence[Result]) -> str:
    counts = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)

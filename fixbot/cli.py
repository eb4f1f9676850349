"""The command line: flags only, no logic. What a command does stands in `fixbot.commands` and `fixbot.demo`.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from fixbot import __version__
from fixbot.config import FailOn
from fixbot.errors import FixbotError

FOUND = 1
"""Exit status: `check` found something that counts, `apply --diff` would change something."""
FAILED = 2
"""Exit status: wrong usage, wrong settings, or a failure of fixbot itself."""
INTERRUPTED = 130
PIPE_CLOSED = 141


class Format(StrEnum):
    """How `check` reports."""

    TERMINAL = "terminal"
    JSON = "json"


class MeasureFormat(StrEnum):
    """How `profile` and `compare` report."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class Document(StrEnum):
    """What `report` writes."""

    MARKDOWN = "markdown"


app = typer.Typer(
    name="fixbot",
    help="Find performance anti-patterns in async Python web services, and fix those that can be proved safe.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
P = ParamSpec("P")


def _reporting(command: Callable[P, None]) -> Callable[P, None]:
    """Turn whatever a command raises into one line on stderr and an exit status."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a terminal that cannot show a character gets its escape
                stream.reconfigure(errors="backslashreplace")
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except typer.Exit:
            raise
        except BrokenPipeError:
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
            )  # else the last flush fails as well
            raise typer.Exit(PIPE_CLOSED) from None
        except (KeyboardInterrupt, typer.Abort):  # the second one: at a question
            typer.echo("interrupted; no file was left half-written", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except Exception as exc:  # noqa: BLE001 - the last place where a person can be told what happened
            if kwargs.get("traceback") or os.environ.get("FIXBOT_DEBUG"):
                import traceback

                traceback.print_exc()
            typer.echo(f"error: {_explained(exc)}", err=True)
            raise typer.Exit(FAILED) from None

    return run


def _explained(exc: Exception) -> str:
    from fixbot.escapes import visible

    if isinstance(
        exc, FixbotError
    ):  # our own texts go on in indented lines; no other break of a line is one of ours
        return "\n    ".join(map(visible, str(exc).split("\n    ")))
    return (
        f"fixbot failed: {type(exc).__name__}: {visible(str(exc))}\n"
        "This is a defect in fixbot. Please report it with what the same command prints when run with FIXBOT_DEBUG=1; "
        "CONTRIBUTING.md says how."
    )


def _split(values: list[str]) -> list[str]:
    return [name for value in values for part in value.split(",") if (name := part.strip())]


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"fixbot {__version__}")
        raise typer.Exit


Folder = Annotated[Path, typer.Argument(metavar="PATH", help="The folder of the project.", readable=False)]
Select = Annotated[
    list[str], typer.Option(callback=_split, metavar="CODEMOD", help="Only these codemods (repeat, or a,b).")
]
Ignore = Annotated[
    list[str],
    typer.Option(callback=_split, metavar="CODEMOD", help="All but these codemods (repeat, or a,b)."),
]
Include = Annotated[list[str], typer.Option(metavar="GLOB", help="Only files that match (repeat).")]
Exclude = Annotated[list[str], typer.Option(metavar="GLOB", help="No files that match (repeat).")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 2 when a file could not be looked at.")]
Traceback = Annotated[bool, typer.Option("--traceback", help="Show where fixbot itself failed.")]


LocalForgeFolder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Use a local forge in this folder, whatever the remote is."),
]
Outcomes = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write what was done as JSON.")
]
Measure = Annotated[
    bool,
    typer.Option("--measure", help="Also measure the endpoints that each fix touches, before and after."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done, and write nothing to the forge.")
]


@app.callback()
def fixbot(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Options that all commands share."""


@app.command()
@_reporting
def check(
    path: Folder = Path(),
    select: Select = [],  # noqa: B006 - typer wants the list itself
    ignore: Ignore = [],  # noqa: B006
    include: Include = [],  # noqa: B006
    exclude: Exclude = [],  # noqa: B006
    format: Annotated[Format, typer.Option(help="How to report.")] = Format.TERMINAL,  # noqa: A002
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report to a file.")] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(help="Exit with 1 for findings from this safety on; else the setting, or review."),
    ] = None,
    strict: Strict = False,
    traceback: Traceback = False,
) -> None:
    """Show what could be faster, and what would be done about it. Changes nothing."""
    from fixbot import commands
    from fixbot.reports import console, json_report, terminal

    choice = commands.Choice(tuple(select), tuple(ignore), tuple(include), tuple(exclude))
    with console.progress() as progress, commands.open_run(path, choice) as run:
        checked = commands.check(run, progress)
    if format is Format.JSON:
        text = json_report.json_report(checked)
        console.write_text(output, text) if output else typer.echo(text, nl=False)
    else:
        width = None if output else console.width()
        lines = terminal.check_report(checked, run.project.sources, width=width, target=str(path))
        console.write_text(output, console.plain(lines)) if output else console.print_lines(lines)
    if strict and checked.errors:
        raise typer.Exit(FAILED)
    if commands.counts(checked, fail_on or run.config.fail_on):
        raise typer.Exit(FOUND)


@app.command()
@_reporting
def apply(
    path: Folder = Path(),
    select: Select = [],  # noqa: B006
    ignore: Ignore = [],  # noqa: B006
    include: Include = [],  # noqa: B006
    exclude: Exclude = [],  # noqa: B006
    review: Annotated[bool, typer.Option("--review", help="Also make the changes that need review.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print a patch, write nothing; exit with 1 if there is one.")
    ] = False,
    strict: Strict = False,
    traceback: Traceback = False,
) -> None:
    """Make the safe changes, in your files."""
    from fixbot import commands
    from fixbot.reports import console, terminal

    choice = commands.Choice(tuple(select), tuple(ignore), tuple(include), tuple(exclude))
    with console.progress() as progress, commands.open_run(path, choice) as run:
        fixed = commands.fix(run, progress, review=review)
        if not diff:
            commands.write(run.project.root, fixed.changes)
    if diff:
        console.print_diffs(fixed.changes)
        console.print_lines(terminal.refusals(fixed.applied, None), error=True)
    else:
        report = terminal.apply_report(
            fixed.applied, fixed.changes, fixed.left, width=console.width(), target=str(path)
        )
        console.print_lines(report)
    if strict and fixed.left.errors:
        raise typer.Exit(FAILED)
    if diff and fixed.changes:
        raise typer.Exit(FOUND)


@app.command()
@_reporting
def report(
    path: Folder = Path(),
    select: Select = [],  # noqa: B006
    ignore: Ignore = [],  # noqa: B006
    include: Include = [],  # noqa: B006
    exclude: Exclude = [],  # noqa: B006
    format: Annotated[Document, typer.Option(help="The kind of document.")] = Document.MARKDOWN,  # noqa: A002
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file.")
    ] = None,
    strict: Strict = False,
    traceback: Traceback = False,
) -> None:
    """Write a report to read and hand on: what matters most, what it costs, how to solve it, in which order."""
    from fixbot import commands
    from fixbot.reports import console, markdown

    choice = commands.Choice(tuple(select), tuple(ignore), tuple(include), tuple(exclude))
    with console.progress() as progress, commands.open_run(path, choice) as run:
        checked = commands.check(run, progress)
        found = markdown.issues(checked, run.codemods, commands.examples(run, progress))
    text = markdown.markdown_report(checked, found, run.project.sources)
    console.write_text(output, text) if output else typer.echo(text, nl=False)
    if strict and checked.errors:
        raise typer.Exit(FAILED)


@app.command()
@_reporting
def state(
    path: Folder = Path(),
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = Path(
        "fixbot-state.json"
    ),
    forge: LocalForgeFolder = None,
    traceback: Traceback = False,
) -> None:
    """Read what the forge knows of earlier runs. A read-only token is enough."""
    from fixbot import forge_commands
    from fixbot.pulls.state import to_json
    from fixbot.reports import console

    with console.progress():
        place = forge_commands.find_forge(path, forge)
        found = to_json(forge_commands.read_state(place))
    console.write_text(output, found.decode())
    typer.echo(f"Wrote {output}: {place.why}.")


@app.command()
@_reporting
def plan(
    path: Folder = Path(),
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder for the plan and its patches.")
    ] = Path("fixbot-plan"),
    state: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What `fixbot state` wrote; else nothing is open yet.")
    ] = None,
    select: Select = [],  # noqa: B006
    ignore: Ignore = [],  # noqa: B006
    strict: Strict = False,
    traceback: Traceback = False,
) -> None:
    """Plan one pull request per fix of what is committed. Changes nothing in your repository."""
    from datetime import UTC, datetime

    from fixbot import pull_commands
    from fixbot.commands import Choice
    from fixbot.reports import console, plan_report, workflow

    choice = Choice(tuple(select), tuple(ignore))
    with console.progress() as progress:
        written = pull_commands.plan(path, output, state, choice, progress, today=datetime.now(UTC).date())
    lines = plan_report.plan_report(
        written.plan, written.sha256, written.notes, width=console.width(), output=str(output)
    )
    console.print_lines(lines)
    workflow.write_output("sha256", written.sha256)
    if strict and written.plan.errors:
        raise typer.Exit(FAILED)


@app.command()
@_reporting
def verify(
    bundle: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that `fixbot plan` wrote.")],
    path: Folder = Path(),
    measure: Measure = False,
    traceback: Traceback = False,
) -> None:
    """Run your tests on the base and on each planned branch. This step runs code of the project."""
    from fixbot import pull_commands
    from fixbot.reports import console, plan_report

    with console.progress() as progress:
        verified = pull_commands.verify(bundle, path, progress, measure=measure)
    console.print_lines(plan_report.evidence_report(verified.evidence, verified.notes, width=console.width()))


@app.command()
@_reporting
def publish(
    bundle: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that `fixbot plan` wrote.")],
    path: Folder = Path(),
    sha256: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST", help="What `fixbot plan` printed; else a changed bundle is not noticed."
        ),
    ] = None,
    output: Outcomes = None,
    forge: LocalForgeFolder = None,
    dry_run: DryRun = False,
    traceback: Traceback = False,
) -> None:
    """Open, update and close pull requests as planned. Runs no code of the project."""
    from fixbot import forge_commands
    from fixbot.reports import console, pulls

    with console.progress() as progress:
        place = forge_commands.find_forge(path, forge)
        published = forge_commands.publish(bundle, place, progress, sha256=sha256, dry_run=dry_run)
    console.print_lines(pulls.terminal(published))
    console.write_text(output or bundle / pulls.FILE, pulls.as_json(published))
    pulls.write_step_summary(published)
    if pulls.failed(published.results):
        raise typer.Exit(FAILED)


@app.command()
@_reporting
def pr(
    path: Folder = Path(),
    select: Select = [],  # noqa: B006
    ignore: Ignore = [],  # noqa: B006
    output: Outcomes = None,
    forge: LocalForgeFolder = None,
    no_verify: Annotated[
        bool,
        typer.Option(
            "--no-verify", help="Do not run the project's tests (nothing opens if `verify` is set)."
        ),
    ] = False,
    measure: Measure = False,
    dry_run: DryRun = False,
    traceback: Traceback = False,
) -> None:
    """Open one pull request per fix: state, plan, verify and publish in one go."""
    from datetime import UTC, datetime

    from fixbot import forge_commands
    from fixbot.commands import Choice
    from fixbot.reports import console, pulls

    choice = Choice(tuple(select), tuple(ignore))
    with console.progress() as progress:
        place = forge_commands.find_forge(path, forge)
        opened = forge_commands.pr(
            place,
            choice,
            progress,
            today=datetime.now(UTC).date(),
            verify=not no_verify,
            measure=measure,
            dry_run=dry_run,
        )
    console.print_lines(pulls.terminal(opened.published, opened.notes, place.why))
    if output:
        console.write_text(output, pulls.as_json(opened.published))
    pulls.write_step_summary(opened.published)
    if pulls.failed(opened.published.results):
        raise typer.Exit(FAILED)


@app.command()
@_reporting
def explain(
    codemod: Annotated[str, typer.Argument(metavar="CODEMOD", help="Its id, as `list` shows it.")],
) -> None:
    """Show what a codemod does, why, and when its fix is safe."""
    from fixbot.config import known_codemods
    from fixbot.plugins import load_codemods
    from fixbot.reports.codemods import print_documentation

    available = {each.id: each for each in load_codemods()}
    known_codemods([codemod], "explain", available)
    print_documentation(available[codemod])


@app.command("list")
@_reporting
def list_codemods() -> None:
    """List the codemods in the order in which they run."""
    from fixbot.plugins import load_codemods
    from fixbot.reports.codemods import print_list

    print_list(load_codemods())


Reports = Annotated[
    list[Path],
    typer.Option("--report", metavar="FILE", help="Also write a report: .html, .md or .json (repeat)."),
]
Rate = Annotated[
    float | None,
    typer.Option(min=0.1, help="Requests a second; else half of what the service can answer."),
]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds that an answer may take.")]
StartTimeout = Annotated[float, typer.Option(min=0.1, help="Seconds until the service must answer.")]
Shown = Annotated[MeasureFormat, typer.Option("--format", help="How to report.")]


@app.command()
@_reporting
def profile(
    target: Annotated[
        str | None,
        typer.Argument(metavar="TARGET", help="An ASGI app like app.main:app, or a URL; else the setting."),
    ] = None,
    path: Folder = Path(),
    requests: Annotated[
        int | None,
        typer.Option(min=1, help="Requests of each endpoint that are timed; else 100, fewer of slow ones."),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Requests at the same time, at most.")] = 10,
    rate: Rate = None,
    soak: Annotated[int, typer.Option(min=0, help="Requests over which memory is watched.")] = 1000,
    duration: Annotated[
        str | None, typer.Option(metavar="TIME", help="Watch memory for so long instead: 90s, 10m, 1h.")
    ] = None,
    timeout: Timeout = 10.0,
    start_timeout: StartTimeout = 30.0,
    python: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The service's environment or its python.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read [SLOW REQUEST] lines of a log; - is stdin.")
    ] = None,
    format: Shown = MeasureFormat.TERMINAL,  # noqa: A002
    report: Reports = [],  # noqa: B006
    traceback: Traceback = False,
) -> None:
    """Measure a service against its targets: latency, memory, blocked loop, outgoing calls, cold start.

    Runs your code. Exits with 1 when a target is missed.
    """
    from fixbot import measuring
    from fixbot.profiling.profiler import Options
    from fixbot.reports import console, measured

    if log is not None:
        slow = measuring.read_log(log)
        measured.show(measured.of_slow_log(slow), format, report)
        if slow.endpoints or slow.unread:
            raise typer.Exit(FOUND)
        return
    measured.check_reports(report)
    seconds = measuring.seconds_of(duration) if duration else None
    options = Options(requests, concurrency, rate, soak, seconds, timeout)
    opened = measuring.open_project(path)
    asked = opened.target(target)
    with console.progress() as progress:
        found = measuring.profile(opened, asked, options, python, start_timeout, progress)
    measured.show(measured.of_profile(found, opened.settings.targets), format, report)
    if not found.held:
        raise typer.Exit(FOUND)


@app.command()
@_reporting
def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The revision to compare with.")],
    head: Annotated[
        str | None, typer.Argument(metavar="HEAD", help="The other revision; else the working tree.")
    ] = None,
    path: Folder = Path(),
    target: Annotated[
        str | None, typer.Option(metavar="TARGET", help="An ASGI app like app.main:app; else the setting.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often both are started anew.")] = 3,
    pairs: Annotated[
        int, typer.Option(min=5, help="Pairs of requests of each endpoint in a round, at most.")
    ] = 40,
    timeout: Timeout = 10.0,
    start_timeout: StartTimeout = 30.0,
    base_python: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The environment of BASE; else made where packages differ."),
    ] = None,
    head_python: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The environment of HEAD; else made where packages differ."),
    ] = None,
    format: Shown = MeasureFormat.TERMINAL,  # noqa: A002
    report: Reports = [],  # noqa: B006
    traceback: Traceback = False,
) -> None:
    """Measure two revisions of a service side by side, and say what differs, if anything does.

    Runs your code. Exits with 1 when something is slower or costs more.
    """
    from fixbot import measuring
    from fixbot.profiling.compare import Plan
    from fixbot.profiling.profiler import Options
    from fixbot.reports import console, measured

    measured.check_reports(report)
    opened = measuring.open_project(path)
    sides = measuring.Sides(base, head, base_python, head_python)
    options, plan = Options(timeout=timeout), Plan(rounds, pairs)
    with console.progress() as progress:
        found = measuring.compare(
            opened, opened.target(target), sides, options, plan, start_timeout, progress
        )
    measured.show(measured.of_comparison(found), format, report)
    if found.worse:
        raise typer.Exit(FOUND)


@app.command()
@_reporting
def init(
    path: Folder = Path(),
    action: Annotated[
        str | None, typer.Option(metavar="OWNER/REPO@SHA", help="Where the action is, for a workflow.")
    ] = None,
    setup: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="What installs what the tests need; else guessed.")
    ] = None,
    verify: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="What runs the tests; else guessed.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the guesses, and ask nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a workflow that is there.")] = False,
    traceback: Traceback = False,
) -> None:
    """Write settings and a workflow for a project. Asks on a terminal; replaces nothing unasked."""
    from fixbot import init as initialise
    from fixbot.reports import console, init_report

    flags = {"action": action, "setup": setup, "verify": verify}
    given = {name: value for name, value in flags.items() if value is not None}
    asking = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    written = initialise.init(
        path,
        initialise.Answers(**given),
        tuple(given),
        ask=(lambda question, answer: str(typer.prompt(question, default=answer))) if asking else None,
        confirm=typer.confirm if asking else None,
        force=force,
    )
    console.print_lines(init_report.init_report(written.changes, written.notes))


@app.command()
@_reporting
def doctor(
    path: Folder = Path(),
    write: Annotated[
        bool, typer.Option("--write", help="Also push a ref of fixbot's own and delete it again.")
    ] = False,
    traceback: Traceback = False,
) -> None:
    """Look at everything that pull requests depend on, and say what to do about it. Exits with 1 if something is wrong."""
    from fixbot.commands import folder_of
    from fixbot.doctor import examine
    from fixbot.doctor.checkup import Health, Subject
    from fixbot.reports import console, doctor_report

    with console.progress() as progress:
        progress("Looking at the project and its forge")
        found = list(examine(Subject(folder_of(path), os.environ, write)))
    lines = [(name, each.health, each.seen, each.todo) for name, each in found]
    console.print_lines(doctor_report.doctor_report(lines, width=console.width()))
    if any(each.health is Health.WRONG for _, each in found):
        raise typer.Exit(FOUND)


@app.command()
@_reporting
def demo(
    no_merge: Annotated[
        bool, typer.Option("--no-merge", help="Stop when the first pull requests are open, for you to merge.")
    ] = False,
    traceback: Traceback = False,
) -> None:
    """Open and merge pull requests on a copy of the example service, and show what happens. Needs no network."""
    from fixbot.demo import run_demo

    run_demo(merge=not no_merge)


def main() -> None:
    """The program `fixbot`."""
    app(prog_name="fixbot")

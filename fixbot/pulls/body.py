"""What a pull request says: its body and commit message, written for a reviewer who is short of time.

One module writes and reads: `render` makes a body, `parse` gives back what is hidden in it, and `replaced` changes
only that. Text of the target repository goes through `fixbot.pulls.neutral`. Nothing here depends on the day, and
`digest` leaves out what moves whenever the base does (SHAs, line numbers, counts of tests), so that a fix which
stays the same is not edited.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from urllib.parse import quote

from fixbot.model import Safety, Severity
from fixbot.pulls import hidden, measured
from fixbot.pulls.model import Check, Marker, Measurement, PlannedFinding, PlannedFix, Verdict
from fixbot.pulls.neutral import code, fence, line, paragraphs, prose

MOST = 60_000
"""Characters of a body; GitHub takes 65,536."""
TOPIC = "pull"
DASHBOARD = "fixbot dashboard"
"""Title of the issue that shows everything."""
_SHOWN_FIRST = 12
_SEVERITIES = [str(severity) for severity in Severity]
_WHY_NOT = {
    Verdict.NOT_RUN: "`[tool.fixbot]` sets no `verify` command",
    Verdict.BASE_FAILED: "the `verify` command does not work on the base either",
    Verdict.SETUP_FAILED: "the `setup` command failed",
}


@dataclass(frozen=True, slots=True)
class About:
    """What a body is told besides the fix itself."""

    url: str
    """Where people look at the repository, "" when there is no such place."""
    base: str
    """SHA that the lines of the findings belong to."""
    check: Check | None = None
    measured: Measurement = field(default_factory=Measurement)
    left: Sequence[PlannedFinding] = ()
    """Findings of the same codemod that stay as they are."""
    dashboard: bool = True
    """Whether there is an issue with boxes to tick."""
    workflow_token: bool = False
    """Whether its checks wait for a person to start them."""
    stands_on: str = ""
    """Branch of the fix that this one stands on, "" for none."""
    still: bool = False
    """Leave out what moves with the base, for the digest."""


def render(fix: PlannedFix, about: About, marker: Marker) -> str:
    """The whole body with `marker` hidden in it. Raises `ValueError` if that alone is too long."""
    secret = hidden.hide(TOPIC, replace(marker, digest=digest(fix, about)))
    return f"{visible(fix, about, MOST - len(secret) - 2)}\n\n{secret}"


def parse(text: str) -> Marker | None:
    """What is hidden in a body; only to be believed in one that the bot itself has written."""
    return hidden.seek(TOPIC, Marker, text)


def replaced(text: str, marker: Marker) -> str:
    """The body as it is on the forge, a person's changes included, with another marker."""
    secret = hidden.hide(TOPIC, marker)
    return f"{hidden.without(text).rstrip()[: MOST - len(secret) - 2]}\n\n{secret}"


def digest(fix: PlannedFix, about: About) -> str:
    """Of title and visible text; the same again means that there is nothing to edit."""
    text = f"{title(fix)}\n{visible(fix, replace(about, still=True))}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def title(fix: PlannedFix) -> str:
    return line(fix.title, 120)


def visible(fix: PlannedFix, about: About, most: int = MOST) -> str:
    """The Markdown that people see, in at most `most` characters: long lists are cut first, and say so."""
    for items in (200, 60, 20, 5):
        sections = _sections(fix, about, items)
        text = "\n\n".join(section for section in sections if section)
        if len(text) <= most:
            return text
    raise ValueError(f"the body would be longer than {most} characters")


def commit_message(fix: PlannedFix) -> str:
    """Subject and body of the one commit; the same for the same fix, whatever the base."""
    count = Counter(finding.path for finding in fix.findings)
    places = [f"- {line(path)}: {_number(n, 'place')}" for path, n in sorted(count.items())[:40]]
    if len(count) > 40:
        places.append(f"- and {_number(len(count) - 40, 'more file')}")
    review = "This needs review: the pull request names what changes." if fix.safety is Safety.REVIEW else ""
    made = f"Made by fixbot, a bot, with its codemod {line(fix.codemod)}."
    return "\n\n".join(filter(None, [title(fix), line(fix.summary), "\n".join(places), review, made])) + "\n"


# --- the sections, in the order in which they are read --------------------------------------------


def _sections(fix: PlannedFix, about: About, items: int) -> list[str]:
    return [
        _summary(fix, about),
        _differences(fix, about, items),
        _places(fix, about, items),
        _checked(about),
        measured.section(about.measured),
        _left(about, items),
        _waiting_checks() if about.workflow_token else "",
        _folded("When this rewrite is right, and when it is not made", paragraphs(fix.fix_safety)),
        _folded("Not wanted, or not like this?", _adjust(fix, about)),
        _footer(about),
    ]


def _summary(fix: PlannedFix, about: About) -> str:
    """What, why, and how far it can be trusted, in three sentences."""
    files = len({finding.path for finding in fix.findings})
    severities = Counter(finding.severity for finding in _in_order(fix.findings))
    how_bad = " and ".join(
        f"{n} {prose(name, 20)}" if len(severities) > 1 else prose(name, 20) for name, n in severities.items()
    )
    size = f"{_number(len(fix.findings), 'place')} in {_number(files, 'file')}"
    shape = "" if not (fix.added or fix.removed) else f", +{fix.added} −{fix.removed} lines"  # noqa: RUF001
    also = sorted(set(fix.files) - {finding.path for finding in fix.findings})
    beside = f" It also touches {_listed(code(path) for path in also)}." if also else ""
    trust = (
        "**It changes something that a person must accept**, named below; it stays a draft until somebody has."
        if fix.safety is Safety.REVIEW
        else "Behaviour stays the same, under conditions that were checked at each place."
    )
    on_top = (
        f"\n\nIt stands on {code(about.stands_on)}: merge that first, and this one follows by itself."
        if about.stands_on
        else ""
    )
    what = prose(fix.summary).rstrip(".")
    return f"{what}: **{size}**{shape}; severity {how_bad}.{beside} {_first_sentence(fix.why)} {trust}{on_top}".replace(
        "  ", " "
    )


def _differences(fix: PlannedFix, about: About, items: int) -> str:
    """The named semantic differences of a fix that needs review, each with where it applies."""
    if fix.safety is not Safety.REVIEW or not (named := [f for f in fix.findings if f.reason]):
        return ""
    lines = []
    for reason, findings in list(_by_reason(named).items())[:items]:
        lines.append(f"- {prose(reason)}")
        lines += [f"  - {_link(finding, about)}: {_told(finding)}" for finding in findings[:items]]
        lines += [f"  {more}" for more in _more(len(findings) - items)]
    return "\n".join(["### What you are asked to accept", "", *lines, *_more(len(_by_reason(named)) - items)])


def _places(fix: PlannedFix, about: About, items: int) -> str:
    """Each place under its file; those that a difference was named for stand there already."""
    told = fix.safety is Safety.REVIEW
    findings = _in_order(finding for finding in fix.findings if not (told and finding.reason))
    if not findings:
        return ""
    first = findings[:_SHOWN_FIRST] if len(findings) > _SHOWN_FIRST + 2 else findings[:items]
    rest = findings[len(first) :][:items]
    left = _more(len(findings) - len(first) - len(rest))
    more = _folded(
        f"{len(findings) - len(first)} more places",
        "\n".join([*_by_file(rest, about), *left]) if rest or left else "",
    )
    return "\n\n".join(filter(None, ["### Where", "\n".join(_by_file(first, about)), more]))


def _by_file(findings: Sequence[PlannedFinding], about: About) -> Iterator[str]:
    for path, group in groupby(findings, key=lambda finding: finding.path):
        yield f"- {code(path, 160)}"
        for finding in group:
            label = f"line {finding.line}"
            yield f"  - {_link(finding, about, label)}: {_told(finding)}"


def _told(finding: PlannedFinding) -> str:
    """What is wrong at a place, and what it costs before and after."""
    cost = [
        f"{prose(what.replace('_', ' '), 40)} {prose(sides.get('before', '?'), 40)} → {prose(sides.get('after', '?'), 40)}"
        for what, sides in list(finding.cost.items())[:5]
    ]
    return " · ".join([prose(finding.message), *cost])


def _checked(about: About) -> str:
    done = [
        "fixbot ran again on the result and found nothing more to change there.",
        "Each changed file parses, and uses no name that it does not define or import.",
    ]
    missing = [measured.missing(about.measured, still=about.still)]
    check = about.check
    if check and check.verdict is Verdict.PASSED:
        done.insert(0, f"The project's own tests, on this branch and on its base: {_compared(check, about)}.")
        missing.append("What no test of the project runs.")
    else:
        why = _WHY_NOT.get(check.verdict, "they did not finish") if check else _WHY_NOT[Verdict.NOT_RUN]
        missing.insert(0, f"**Not verified by tests**: {why}.")
    return "\n".join(
        [
            "### Checked",
            "",
            *(f"- {each}" for each in done),
            "",
            "Not checked:",
            "",
            *(f"- {each}" for each in missing),
        ]
    )


def _compared(check: Check, about: About) -> str:
    """What a run of the tests on both sides has shown; without numbers where they must not count."""
    if about.still:
        return "the same fail on both" if check.failing_before else "all pass"
    passed = f"{_number(check.passed, 'test')} passed" if check.passed else "the command succeeded"
    failing = (
        f"; the {check.failing_before:,} that failed fail on the base as well" if check.failing_before else ""
    )
    return f"{passed}{failing}"


def _left(about: About, items: int) -> str:
    """What the codemod found and leaves, and why."""
    if not about.left:
        return ""
    reasons = _by_reason(about.left)
    lines = [
        f"- {prose(reason or 'no fix is known')} ({_links(findings, about)})"
        for reason, findings in list(reasons.items())[:items]
    ]
    count = len(about.left)
    which = (
        "1 place of the same kind left as it is"
        if count == 1
        else f"{count:,} places of the same kind left as they are"
    )
    return _folded(
        f"{which}, and why",
        "\n".join([*lines, *_more(len(reasons) - items)]),
    )


def _adjust(fix: PlannedFix, about: About) -> str:
    path = next((finding.path for finding in fix.findings), "app/example.py")
    name = fix.codemod
    config = f"""[tool.fixbot]
ignore = ["{name}"]  # never this codemod
exclude = [{json.dumps(path)}]  # or: nothing in these files"""
    box = (
        f" Ticking a box in the issue “{DASHBOARD}” does the same, can be undone there, and shows it to all."
        if about.dashboard
        else ""
    )
    return "\n\n".join(
        [
            f"**Not at all:** close this pull request. None of its places comes back.{box}",
            f"**Not at one place:** put a comment on its line; this pull request follows with the next run.\n\n"
            f"{fence(f'...  # fixbot: ignore[{name}] the reason', 'python')}",
            f"**Never of this kind:** in `pyproject.toml`\n\n{fence(config, 'toml')}",
            "**Not like this:** push to this branch. fixbot then leaves it to you, and says so once.",
        ]
    )


def _waiting_checks() -> str:
    return (
        "### Its checks wait for you\n\nThis was opened with a workflow's own token, and what such a token opens starts no "
        "checks by itself: press *Approve workflows to run* below, or close it and open it again. With the token of a "
        "GitHub App they would start by themselves."
    )


def _footer(about: About) -> str:
    where = f" The issue “{DASHBOARD}” shows what else it found." if about.dashboard else ""
    return f"---\n\nfixbot is a bot: it wrote this change and this text, and no person has looked at either yet.{where}"


# --- small parts --------------------------------------------------------------------------------


def _link(finding: PlannedFinding, about: About, label: str = "") -> str:
    """The place, as a link to exactly the lines that were looked at."""
    text = code(finding.path, 160) if about.still else label or code(f"{finding.path}:{finding.line}", 160)
    address = permalink(about.url, about.base, finding.path, finding.line, finding.end_line)
    return f"[{text}]({address})" if address and not about.still else text


def permalink(url: str, sha: str, path: str, first: int, last: int) -> str:
    """Address of some lines of a file at one commit; "" where the forge shows none, or the path is too odd."""
    quoted = quote(path, safe="/", errors="surrogateescape")
    lines = f"#L{first}" if last <= first else f"#L{first}-L{last}"
    return f"{url}/blob/{sha}/{quoted}{lines}" if url and len(quoted) <= 500 else ""


def _links(findings: Sequence[PlannedFinding], about: About) -> str:
    """Where something applies: a few places by name, the others as a number."""
    if about.still:
        return ", ".join(code(path) for path in sorted({finding.path for finding in findings})[:4])
    shown = ", ".join(_link(finding, about) for finding in findings[:4])
    return shown + (f" and {len(findings) - 4} more" if len(findings) > 4 else "")


def _by_reason(findings: Iterable[PlannedFinding]) -> dict[str, list[PlannedFinding]]:
    reasons: dict[str, list[PlannedFinding]] = {}
    for finding in _in_order(findings):
        reasons.setdefault(finding.reason, []).append(finding)
    return reasons


def _in_order(findings: Iterable[PlannedFinding]) -> list[PlannedFinding]:
    """Files with the worst first, in each from the top."""
    findings = list(findings)
    worst: dict[str, int] = {}
    for finding in findings:
        worst[finding.path] = min(_rank(finding), worst.get(finding.path, len(_SEVERITIES)))
    return sorted(
        findings, key=lambda finding: (worst[finding.path], finding.path, finding.line, finding.column)
    )


def _rank(finding: PlannedFinding) -> int:
    return _SEVERITIES.index(finding.severity) if finding.severity in _SEVERITIES else len(_SEVERITIES)


def _first_sentence(text: str) -> str:
    paragraph = re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0]
    return prose(re.split(r"(?<=[.!?])\s", paragraph, maxsplit=1)[0], 400)


def _folded(summary: str, content: str) -> str:
    """A part that opens when asked; `summary` is words of ours."""
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>" if content else ""


def _more(count: int) -> list[str]:
    return [f"- … and {count} more, left out here; `fixbot check` shows all"] if count > 0 else []


def _listed(names: Iterable[str], most: int = 3) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

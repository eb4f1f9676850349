"""The bundle: a folder with `plan.json` and one patch for each fix, carried from the job that plans to the one that writes.

Whoever reads a bundle trusts nothing in it: the folder's listing, every name, path and size is checked, and what a
patch really changes is compared with what the plan says of it (`refuse_changes`). Its SHA-256 covers `plan.json` and all patches.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec

from fixbot.errors import FixbotError
from fixbot.project.files import TooLarge, read_bytes
from fixbot.pull_settings import BRANCH_PREFIX
from fixbot.pulls import measured
from fixbot.pulls.model import VERSION, Evidence, Plan, PlannedFinding, PlannedFix, State
from fixbot.pulls.paths import path_problem, shown
from fixbot.pulls.scratch import remove
from fixbot.pulls.workspace import FILE_MODES, MAX_FILE, Change

PLAN = "plan.json"
EVIDENCE = "evidence.json"
OTHERS = (EVIDENCE, "state.json", "outcomes.json")
"""Files of other steps that may stand beside the plan; they do not count for its SHA-256."""
TAIL = re.compile(r"[a-z0-9-]{1,60}")
"""What stands in a branch's name after its prefix."""

MAX_JSON = 20_000_000
MAX_PATCH = 10_000_000
MAX_PATCHES = 100_000_000
MAX_FIXES = 1_000
MAX_FINDINGS = 100_000
MAX_FILES = 10_000
MAX_TEXT = 20_000
_PATCH = re.compile(r"[0-9]{2,4}-[a-z0-9-]{1,60}\.patch")
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_CODEMOD = re.compile(r"[a-z0-9-]{1,60}")
_ABSENT = "000000"
T = TypeVar("T")


class BundleError(FixbotError):
    """A bundle that is not whole, or asks for something that is never done."""


@dataclass(frozen=True)
class Bundle:
    """What was read from a bundle, all of it checked."""

    plan: Plan
    patches: Mapping[str, bytes]
    """File name -> content."""
    sha256: str


# --- writing -------------------------------------------------------------------------------------


def write_bundle(folder: Path, plan: Plan, patches: Mapping[str, bytes]) -> str:
    """Write a bundle, whole or not at all, in place of an older one; returns its SHA-256. Raises `BundleError`.

    A folder that holds anything else is left alone.
    """
    data = plan_json(plan)
    folder = folder.absolute()
    _check_replaceable(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".new", dir=folder.parent))
        try:
            new.chmod(0o755)
            for name, content in {PLAN: data, **patches}.items():
                (new / name).write_bytes(content)
            _swap(folder, new)
        except BaseException:
            remove(new)
            raise
    except OSError as exc:
        raise BundleError(f"{folder} cannot be written: {exc.strerror or exc}") from exc
    return digest(data, patches)


def write_evidence(folder: Path, evidence: Evidence) -> None:
    """Put `evidence.json` beside the plan, whole or not at all. Raises `BundleError`."""
    data = msgspec.json.format(msgspec.json.encode(evidence, order="deterministic"), indent=2) + b"\n"
    try:
        handle, new = tempfile.mkstemp(prefix=f".{folder.name}.", dir=folder.absolute().parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(new, 0o644)
            os.replace(new, folder / EVIDENCE)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as exc:
        raise BundleError(f"{folder / EVIDENCE} cannot be written: {exc.strerror or exc}") from exc


def plan_json(plan: Plan) -> bytes:
    """The plan as it stands in `plan.json`: the same plan, the same bytes."""
    return msgspec.json.format(msgspec.json.encode(plan, order="deterministic"), indent=2) + b"\n"


def digest(plan: bytes, patches: Mapping[str, bytes]) -> str:
    """SHA-256 of the listing of all files: one line for each, its own SHA-256 and its name, sorted by name."""
    files = sorted({PLAN: plan, **patches}.items())
    listing = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files)
    return hashlib.sha256(listing.encode()).hexdigest()


def _check_replaceable(folder: Path) -> None:
    """Whether the folder is new, empty, or an older bundle and nothing else. Raises `BundleError`."""
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    except OSError as exc:
        raise BundleError(f"{folder} is no folder that a bundle can be written to: {exc.strerror}") from exc
    foreign = [name for name in names if not (name == PLAN or name in OTHERS or _PATCH.fullmatch(name))]
    if folder.is_symlink() or foreign or (names and PLAN not in names):
        what = (
            f"holds {foreign[0]}" if foreign else "is a symlink" if folder.is_symlink() else "holds no bundle"
        )
        raise BundleError(
            f"{folder} {what} and was left alone; give a new folder, or that of an older bundle"
        )


def _swap(folder: Path, new: Path) -> None:
    """Put the new folder in the place of the old one; what other steps wrote there belongs to the old plan and goes."""
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
    folder.rename(old)  # onto the empty folder
    new.rename(folder)
    remove(old)


# --- reading -------------------------------------------------------------------------------------


def read_bundle(folder: Path, *, sha256: str | None = None, prefix: str | None = None) -> Bundle:
    """Read and check a bundle. Raises `BundleError`.

    `sha256` is what it must have; `prefix` what every branch must begin with (`fixbot`; None: any that is allowed).
    """
    names = _listing(folder)
    data = _read(folder, PLAN, MAX_JSON)
    plan = _decoded(data, Plan, PLAN)
    wanted = [fix.patch for fix in plan.fixes]
    for name in wanted:
        if not _PATCH.fullmatch(name):
            raise BundleError(f"{PLAN}: {shown(name)} is no name of a patch")
    if len(set(wanted)) < len(wanted):
        raise BundleError(f"{PLAN}: two fixes have the same patch")
    if stray := names - {PLAN, *OTHERS, *wanted}:
        raise BundleError(f"{folder}: {shown(min(stray))} does not belong into a bundle")
    if missing := {*wanted} - names:
        raise BundleError(f"{folder}: {min(missing)} is missing")
    patches: dict[str, bytes] = {}
    for name in wanted:
        patches[name] = _read(folder, name, MAX_PATCH)
        if sum(map(len, patches.values())) > MAX_PATCHES:
            raise BundleError(f"{folder}: the patches have more than {MAX_PATCHES:,} bytes together")
    found = digest(data, patches)
    if sha256 is not None and found != sha256.strip().lower():
        raise BundleError(
            f"{folder} has changed since it was planned: its SHA-256 is {found}, not {shown(sha256)}"
        )
    if problem := next(_problems(plan, prefix), ""):
        raise BundleError(f"{folder}: {problem}")
    return Bundle(plan, patches, found)


def read_evidence(folder: Path, bundle: Bundle) -> Evidence | None:
    """What was checked of this very bundle; None where nothing was. Raises `BundleError`."""
    try:
        data = _read(folder, EVIDENCE, MAX_JSON)
    except FileNotFoundError:
        return None
    evidence = _decoded(data, Evidence, EVIDENCE)
    if evidence.plan_sha256 != bundle.sha256 or evidence.base != bundle.plan.base:
        raise BundleError(f"{folder}: {EVIDENCE} is of another plan; run `fixbot verify` again")
    branches = {fix.branch for fix in bundle.plan.fixes}
    seen: set[str] = set()
    for check in evidence.checks:
        if check.branch not in branches or check.branch in seen:
            raise BundleError(
                f"{folder}: {EVIDENCE} speaks of {shown(check.branch)}, which is not there once"
            )
        seen.add(check.branch)
        counts = (check.failing_before, check.passed, check.seconds)
        if len(check.newly_failing) > 1_000 or any(len(name) > 500 for name in check.newly_failing):
            raise BundleError(f"{folder}: {EVIDENCE} holds more test names, or longer ones, than are read")
        if any(count < 0 or count > 10_000_000 for count in counts):
            raise BundleError(f"{folder}: {EVIDENCE} holds a number that cannot be")
        if why := measured.problem(check.measured):
            raise BundleError(f"{folder}: {EVIDENCE} {why}")
    return evidence


def read_state(path: Path) -> State:
    """What `fixbot state` wrote. Raises `FixbotError`."""
    try:
        data = read_bytes(path, MAX_JSON)
    except (OSError, TooLarge) as exc:
        raise BundleError(f"{path} cannot be read: {exc}") from exc
    state = _decoded(data, State, str(path))
    if state.base and not _SHA.fullmatch(state.base):
        raise BundleError(f"{path}: {shown(state.base)} is no commit")
    return state


def _listing(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            found = {entry.name: entry.stat(follow_symlinks=False).st_mode for entry in entries}
    except OSError as exc:
        raise BundleError(f"{folder} is no bundle: {exc.strerror or exc}") from exc
    for name, mode in found.items():
        if not stat.S_ISREG(mode):
            raise BundleError(f"{folder}: {shown(name)} is no regular file")
    return set(found)


def _read(folder: Path, name: str, limit: int) -> bytes:
    try:
        return read_bytes(folder / name, limit)
    except FileNotFoundError as exc:
        if name == EVIDENCE:
            raise
        raise BundleError(f"{folder} is no bundle: it holds no {name}") from exc
    except (OSError, TooLarge) as exc:
        raise BundleError(f"{folder}: {name} cannot be read: {exc}") from exc


def _decoded(data: bytes, kind: type[T], name: str) -> T:
    try:
        value = msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as exc:
        raise BundleError(f"{name} is not what fixbot wrote: {shown(str(exc))}") from exc
    version = getattr(value, "version", None)
    if version != VERSION:
        raise BundleError(
            f"{name} has version {version}, this fixbot reads {VERSION}; use the same fixbot for all steps"
        )
    return value


# --- what a plan may say -------------------------------------------------------------------------


def refuse_changes(fix: PlannedFix, changes: Iterable[Change]) -> str:
    """Why what a patch really changes cannot be published, "" if it can.

    Only regular files that the plan names, no change of mode, no deletion, nothing that belongs to git or the forge.
    """
    changes = list(changes)
    named = set(fix.files)
    for change in changes:
        if problem := path_problem(change.path):
            return problem
        path = shown(change.path)
        if change.path not in named:
            return f"the patch changes {path}, which the plan does not name"
        if change.new_mode == _ABSENT:
            return f"the patch deletes {path}"
        if change.new_mode not in FILE_MODES or change.old_mode not in (*FILE_MODES, _ABSENT):
            return f"{path} is no regular file"
        if change.old_mode != _ABSENT and change.old_mode != change.new_mode:
            return f"the patch changes the mode of {path}"
        if change.old_mode == _ABSENT and change.new_mode != FILE_MODES[0]:
            return f"the patch adds {path} as a program"
        if change.size > MAX_FILE:
            return f"{path} has {change.size:,} bytes, more than {MAX_FILE:,}"
    if untouched := named - {change.path for change in changes}:
        return f"the patch does not change {shown(min(untouched))}, which the plan names"
    return ""


def branch_problem(branch: str, prefix: str | None) -> str:
    """Why a name cannot be that of a branch of fixbot's, "" if it can."""
    head, _, tail = branch.partition("/")
    if (
        not BRANCH_PREFIX.fullmatch(head)
        or (prefix is not None and head != prefix)
        or not TAIL.fullmatch(tail)
    ):
        return f"{shown(branch)} is no branch of fixbot's"
    return ""


def _problems(plan: Plan, prefix: str | None) -> Iterator[str]:
    if not _SHA.fullmatch(plan.base):
        yield f"{shown(plan.base)} is no commit"
    default = plan.default_branch
    if not default or len(default) > 255 or default.startswith("-") or not default.isprintable():
        yield f"{shown(default)} is no name of a branch"
    if len(plan.fixes) > MAX_FIXES:
        yield f"it holds more than {MAX_FIXES:,} fixes"
    findings = [*plan.reported, *plan.refused, *chain.from_iterable(fix.findings for fix in plan.fixes)]
    if len(findings) > MAX_FINDINGS:
        yield f"it holds more than {MAX_FINDINGS:,} findings"
    for finding in findings:
        yield from _finding_problems(finding)
    earlier: set[str] = set()
    for fix in plan.fixes:
        yield from _fix_problems(fix, plan, earlier, prefix)
        earlier.add(fix.branch)
    if [fix.order for fix in plan.fixes] != list(range(1, len(plan.fixes) + 1)):
        yield "its fixes are not in their order"
    texts = chain(
        (text for error in plan.errors for text in (error.path, error.message)),
        (text for each in plan.ignored for text in (each.fingerprint, each.reason, each.until, each.title)),
        plan.scanned,
    )
    if any(len(text) > MAX_TEXT for text in texts):
        yield "it holds a text that is too long"


def _fix_problems(fix: PlannedFix, plan: Plan, earlier: set[str], prefix: str | None) -> Iterator[str]:
    if problem := branch_problem(fix.branch, prefix):
        yield problem
    if fix.branch == plan.default_branch:
        yield f"{shown(fix.branch)} is the default branch"
    if fix.branch in earlier:
        yield f"two fixes have the branch {fix.branch}"
    if fix.base_branch != plan.default_branch and fix.base_branch not in earlier:
        yield f"{fix.branch} stands on {shown(fix.base_branch)}, which is neither the default branch nor an earlier fix"
    if stranger := set(fix.depends_on) - earlier:
        yield f"{fix.branch} waits for {shown(min(stranger))}, which is no earlier fix"
    if not _CODEMOD.fullmatch(fix.codemod):
        yield f"{shown(fix.codemod)} is no codemod"
    if not fix.files or len(fix.files) > MAX_FILES or len(set(fix.files)) < len(fix.files):
        yield f"{fix.branch} names no files, too many, or one of them twice"
    for path in fix.files:
        if problem := path_problem(path):
            yield problem
    if not fix.findings:
        yield f"{fix.branch} fixes no finding"
    texts = (fix.title, fix.summary, fix.why, fix.fix_safety, fix.patch_id, *fix.labels)
    if any(len(text) > MAX_TEXT for text in texts) or not fix.title or not fix.title.isprintable():
        yield f"{fix.branch} has a title that cannot be, or a text that is too long"


def _finding_problems(finding: PlannedFinding) -> Iterator[str]:
    if not _FINGERPRINT.fullmatch(finding.fingerprint) or not _CODEMOD.fullmatch(finding.codemod):
        yield f"{shown(finding.fingerprint)} is no finding"
    numbers = (finding.line, finding.column, finding.end_line, finding.end_column)
    if any(number < 0 or number > 100_000_000 for number in numbers):
        yield f"the finding {finding.fingerprint} has no place"
    texts = (finding.path, finding.message, finding.severity, finding.category, finding.reason)
    costs = (
        part for what, sides in finding.cost.items() for part in (what, *chain.from_iterable(sides.items()))
    )
    if any(len(text) > MAX_TEXT for text in chain(texts, costs)):
        yield f"the finding {finding.fingerprint} has a text that is too long"

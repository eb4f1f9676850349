"""From findings to fixes: what becomes one patch, how one that is too large to be read is split, what its branch is called."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from fixbot.codemod import Codemod
from fixbot.engine import apply_alone, find
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from fixbot.project.source import split_lines
from fixbot.pull_settings import Split
from fixbot.pulls.paths import path_problem
from fixbot.rewrite.rewriter import paths_of
from fixbot.suppressions import Suppressions

MOST_FILES = 20
MOST_LINES = 400
"""Above these a fix is split, where it can be."""
_TAIL_LENGTH = 60


@dataclass(frozen=True)
class Fix:
    """What one codemod changes of one safety, in the whole project or in one `part` of it.

    `files` are new contents by path; `findings` what they fix, `refused` what could not be fixed, both as they stand in `start`.
    """

    codemod: Codemod
    safety: Safety
    part: str
    """A folder or a file, "" for the whole project."""
    paths: frozenset[str] | None
    """The files whose findings it fixes; None: all."""
    start: Project
    result: Project
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    refused: tuple[tuple[Finding, str], ...]

    @property
    def tail(self) -> str:
        """What its branch is called, after the prefix."""
        return branch_tail(self.codemod.id, self.safety, self.part)


@dataclass(frozen=True)
class Making:
    """How fixes are made: what is to stay as it is, and how long lines may get."""

    base: Project
    prefix: str = ""
    """The analysed folder in the repository: "" or with `/` at its end."""
    ignored: frozenset[str] = frozenset()
    """Fingerprints of findings in `base`."""
    ignored_code: frozenset[tuple[str, ...]] = frozenset()
    """Their codemod, path, enclosing definition and matched code."""
    line_length: int = 88

    @classmethod
    def of(
        cls,
        base: Project,
        findings: Iterable[Finding],
        ignored: Iterable[str],
        *,
        prefix: str,
        line_length: int,
    ) -> Making:
        """`findings` are all of the base, `ignored` the fingerprints that nobody wants fixed."""
        stay = frozenset(ignored)
        code = frozenset((f.codemod, *_code(f)) for f in findings if f.fingerprint in stay)
        return cls(base, prefix, stay, code, line_length)

    def whole(self, start: Project, codemod: Codemod, safety: Safety, earlier: Sequence[Codemod]) -> Fix:
        return self.part(start, codemod, safety, earlier, "", None)

    def part(
        self,
        start: Project,
        codemod: Codemod,
        safety: Safety,
        earlier: Sequence[Codemod],
        name: str,
        paths: frozenset[str] | None,
    ) -> Fix:
        """The fix of what is found in these files of `start`."""
        ignored = self._ignored(start, [*earlier, codemod])
        applied = apply_alone(
            start,
            codemod,
            safety,
            earlier=earlier,
            ignored=ignored,
            within=paths,
            line_length=self.line_length,
        )
        texts = {path: applied.project.sources[path].encode() for path in applied.texts}
        wanted = [
            finding
            for finding in self.open(start, codemod)
            if finding.safety is safety and (paths is None or finding.path in paths)
        ]
        fixed, left = _told_apart(wanted, applied.fixed, dict(applied.refused))
        return Fix(codemod, safety, name, paths, start, applied.project, texts, fixed, left)

    def split(
        self, whole: Fix, earlier: Sequence[Codemod], how: Split, *, was_split: bool | None = None
    ) -> list[Fix]:
        """The fix, or its parts. With `was_split` it stays as its open pull requests are, large or small."""
        if how is Split.CODEMOD or not whole.files:
            return [whole]
        if how is Split.FILE:
            return self._parts(whole, earlier, _by_file(whole))
        if was_split is False or (was_split is None and not is_large(whole)):
            return [whole]
        parts: list[Fix] = []
        for part in self._parts(whole, earlier, _by_package(whole)):
            parts += self._parts(part, earlier, _by_file(part)) if is_large(part) else [part]
        return parts

    def open(self, project: Project, codemod: Codemod) -> list[Finding]:
        """Findings with a fix that nobody has asked to leave alone."""
        suppressions = Suppressions.of(project)
        found = find(project, codemod, line_length=self.line_length)
        return [f for f in found if f.edits and not suppressions.covers(f) and not self._stays(f, project)]

    def unwritable(self, codemod: Codemod) -> Iterator[tuple[Finding, str]]:
        """Findings of the base whose fix would change what is never changed, and why not."""
        for finding in find(self.base, codemod, line_length=self.line_length):
            if finding.fingerprint not in self.ignored and (why := self._never_written(finding)):
                yield finding, why

    def _stays(self, finding: Finding, project: Project) -> bool:
        """Whether it is ignored or cannot be written.

        On top of another fix equal places may have other numbers than in the base; there all of them stay.
        """
        if self._never_written(finding):
            return True
        if project is self.base:
            return finding.fingerprint in self.ignored
        return (finding.codemod, *_code(finding)) in self.ignored_code

    def _never_written(self, finding: Finding) -> str:
        problems = (path_problem(self.prefix + path) for path in sorted(paths_of(finding)))
        return next(filter(None, problems), "")

    def _parts(self, whole: Fix, earlier: Sequence[Codemod], groups: Mapping[str, set[str]]) -> list[Fix]:
        return [
            self.part(whole.start, whole.codemod, whole.safety, earlier, name, frozenset(paths))
            for name, paths in sorted(groups.items())
        ]

    def _ignored(self, project: Project, codemods: Iterable[Codemod]) -> list[Finding]:
        found = (f for codemod in codemods for f in find(project, codemod, line_length=self.line_length))
        return [finding for finding in found if self._stays(finding, project)]


def is_large(fix: Fix) -> bool:
    """Whether it is more than a reviewer reads with care."""
    return len(fix.files) > MOST_FILES or changed_lines(fix) > MOST_LINES


def changed_lines(fix: Fix) -> int:
    """Lines that are removed, and lines that are added."""
    total = 0
    for path in fix.files:
        old = split_lines(fix.start.sources[path].text) if path in fix.start.sources else []
        new = split_lines(fix.result.sources[path].text)
        for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
            total += 0 if kind == "equal" else (j - i) + (m - k)
    return total


def branch_tail(codemod: str, safety: Safety, part: str = "") -> str:
    """The name of a branch after its prefix: the same part, the same name; another part, another name.

    Two dashes stand before a part, so that `x-review` is never the part `review` of `x`.
    """
    tail = f"{codemod}-review" if safety is Safety.REVIEW else codemod
    if part:
        slug = re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") or "top"
        tail += f"--{slug}" if re.fullmatch(r"[a-z0-9]+(/[a-z0-9]+)*", part) else f"--{slug}-{_hash(part)}"
    if len(tail) > _TAIL_LENGTH:
        tail = f"{tail[: _TAIL_LENGTH - 7].rstrip('-')}-{_hash(f'{codemod} {safety} {part}')}"
    return tail


def is_part(tail: str) -> bool:
    """Whether a branch of this name holds a part of a fix only."""
    return "--" in tail


def _by_package(whole: Fix) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for finding in whole.findings:
        groups.setdefault(finding.path.rpartition("/")[0] or ".", set()).add(finding.path)
    return groups


def _by_file(whole: Fix) -> dict[str, set[str]]:
    return {finding.path: {finding.path} for finding in whole.findings}


def _told_apart(
    wanted: Sequence[Finding], fixed: Iterable[Finding], refused: Mapping[Finding, str]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """Which of the findings were fixed and which were not, with the reason.

    Equal places are numbered anew in each round, so what was fixed is known by its code and how often it was.
    """
    why = {finding.fingerprint: reason for finding, reason in refused.items()}
    times = Counter(_code(finding) for finding in fixed)
    equal = Counter(_code(finding) for finding in wanted)
    done: list[Finding] = []
    left: list[tuple[Finding, str]] = []
    for finding in wanted:
        code = _code(finding)
        all_done = times[code] >= equal[code]
        if times[code] and (all_done or finding.fingerprint not in why):
            done.append(finding)
            times[code] -= 1
        else:
            left.append((finding, why.get(finding.fingerprint, "left for the next run")))
        equal[code] -= 1
    return tuple(done), tuple(left)


def _code(finding: Finding) -> tuple[str, str, str]:
    return finding.path, finding.context, finding.matched


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:6]

"""Where a committed conflict comes from: the operation that left it, made again, gives its base and the whole files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fixbot.conflicts.bases import bases
from fixbot.conflicts.markers import Block, Lines, Part, blocks_of, parts_of
from fixbot.conflicts.pasts import with_pasts
from fixbot.conflicts.versions import Text, Versions
from fixbot.project.history import MARKER_SIZE, Merge, Repository
from fixbot.project.source import Source

_PICKED = re.compile(r"(?P<parent>parent of )?(?P<commit>[0-9a-f]{7,40})(?:\.\.\.)?(?: .*)?")
"""The label of a side that is a commit: of a cherry-pick or rebase, and with `parent of` of a revert."""
_STASH = "Stashed changes"

_Triple = tuple[bytes, bytes, bytes]
"""Base, ours and theirs of a file."""
_Pasts = Sequence[Sequence[bytes]]
"""What a file said in earlier commits of our side, and of theirs."""


@dataclass(frozen=True)
class Origin:
    """The merge that left a file's conflicts: all its parts, each conflict with its base, and the whole versions."""

    parts: tuple[Part, ...]
    versions: Versions

    def block(self, block: Block) -> Block | None:
        """The conflict that this one of the file is; None where the merge gives another one."""
        for part in self.parts:
            if isinstance(part, Block) and (part.ours, part.theirs) == (block.ours, block.theirs):
                return part
        return None


def origin(found: Repository | None, source: Source) -> Origin | str:
    """How the conflicts of a file came about, or in a few words why that cannot be told.

    Every operation that may have left them is made again; only one that gives these very conflicts counts.
    """
    blocks = blocks_of(plain_lines(source.text))
    if found is None:
        return "there is no git history here"
    if not blocks:
        return "there is no conflict"
    if any(block.their_label == _STASH for block in blocks):
        return "a stash is kept nowhere once it is applied"
    path = found.prefix + source.path
    for made in _operations(found, path, blocks[0]):
        if all(made.block(block) for block in blocks):
            ours, theirs = blocks[0].our_label, blocks[0].their_label
            parts = (
                replace(part, our_label=ours, their_label=theirs) if isinstance(part, Block) else part
                for part in made.parts
            )
            return Origin(tuple(parts), made.versions)
    return "no operation in the history leaves these very conflicts (a shallow clone has no history to look at: `git fetch --unshallow` brings it)"


def merges_of(found: Repository, ours: str, theirs: str, path: str) -> Iterator[Origin]:
    """A file of two commits merged: as older git did it, file by file, and as today's does, following renames."""
    base = found.merge_base(ours, theirs)
    texts = _texts(found, path, base, ours, theirs)
    pasts = [found.earlier(base, side, path) if base and texts else [] for side in (ours, theirs)]
    if texts:
        yield from _of_texts(found, texts, pasts)
    if merge := found.merged(ours, theirs, path):
        yield _made(merge, texts or (b"", b"", b""), pasts)


def plain_lines(text: str) -> Lines:
    """Lines without their ends, whatever those are."""
    return tuple(text.replace("\r\n", "\n").split("\n"))


def _parts(data: bytes) -> list[Part]:
    return parts_of(plain_lines(data.decode("utf-8", "surrogateescape")), size=MARKER_SIZE)


def _operations(found: Repository, path: str, block: Block) -> Iterator[Origin]:
    """Operations that may have left this conflict, made again: the one under way, then the one that was committed."""
    if unmerged := found.unmerged(path):
        yield from _of_texts(found, unmerged)
    committed = found.text(found.head, path)
    lines = plain_lines((committed or b"").decode("utf-8", "surrogateescape"))
    same = [b for b in blocks_of(lines) if (b.ours, b.theirs) == (block.ours, block.theirs)]
    commit = found.introduced(path, same[0].line) if same else None
    match found.parents(commit) if commit else []:
        case [ours, theirs]:
            yield from merges_of(found, ours, theirs, path)
        case [ours]:
            if texts := _picked(found, path, ours, block.their_label):
                yield from _of_texts(found, texts)


def _of_texts(found: Repository, texts: _Triple, pasts: _Pasts = ((), ())) -> Iterator[Origin]:
    if merge := found.merged_texts(*texts):
        yield _made(merge, texts, pasts)


def _made(merge: Merge, texts: _Triple, pasts: _Pasts) -> Origin:
    plain = _parts(merge.plain)
    known = iter(bases(plain, _parts(merge.with_base)))
    parts = [replace(part, base=next(known)) if isinstance(part, Block) else part for part in plain]
    said = [data.decode("utf-8", "surrogateescape") for data in texts]
    earlier = ([data.decode("utf-8", "surrogateescape") for data in past] for past in pasts)
    return Origin(tuple(with_pasts(parts, said, *earlier)), _versions(texts))


def _picked(found: Repository, path: str, ours: str, label: str) -> _Triple | None:
    """The three texts of a cherry-pick, rebase or revert, or of a branch merged into one commit, told by the label."""
    if match := _PICKED.fullmatch(label):
        commit = found.commit(match["commit"])
        parents = found.parents(commit) if commit else []
        if not commit or len(parents) != 1:
            return None
        before, after = (commit, parents[0]) if match["parent"] else (parents[0], commit)
        return _texts(found, path, before, ours, after)
    branch = found.commit(label)
    return _texts(found, path, found.merge_base(ours, branch), ours, branch) if branch else None


def _texts(found: Repository, path: str, base: str | None, ours: str, theirs: str) -> _Triple | None:
    """A file in three commits; empty where the base has none."""
    sides = [found.text(commit, path) for commit in (ours, theirs)]
    before = found.text(base, path) if base else b""
    return (before or b"", sides[0], sides[1]) if sides[0] is not None and sides[1] is not None else None


def _versions(texts: Sequence[bytes]) -> Versions:
    base, ours, theirs = (Text("\n".join(plain_lines(data.decode("utf-8", "replace")))) for data in texts)
    return Versions(base if base.text else None, ours, theirs)

"""One helper to test codemods with, also for those in other packages: `rewritten` and `untouched`.

Every case is checked for more than its text: the result parses, a second run changes nothing,
comments survive, CRLF and tab-indented input give the same change, and files that need no change
stay byte for byte.
"""

from __future__ import annotations

import ast
import io
import tempfile
import textwrap
import tokenize
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fixbot import catalogue, engine
from fixbot.codemod import Codemod
from fixbot.model import Finding, Safety
from fixbot.project.project import Project
from fixbot.project.source import Source

Files = str | Mapping[str, str]
"""The text of one module (`app/module.py`), or several texts by path. Indentation in common is removed."""

MODULE = "app/module.py"


def project_of(files: Files, root: Path = Path("/project")) -> Project:
    """A project in memory; nothing needs to exist at `root`."""
    texts = _texts(files)
    sources = {path: Source(path, text) for path, text in texts.items() if path.endswith(".py")}
    others = [path for path in texts if path not in sources]
    return Project(root, sources, catalogue.builtin(), edited=sources, others=others)


@contextmanager
def opened(files: Files) -> Iterator[Project]:
    """A project of these files; several are written to a temporary folder, where the type checker looks for imports."""
    texts = _texts(files)
    with tempfile.TemporaryDirectory(prefix="fixbot-testing-") as folder:
        root = Path(folder).resolve()
        for path, text in texts.items() if len(texts) > 1 else ():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        project = project_of(texts, root)
        try:
            yield project
        finally:
            project.close()


def findings_of(codemod: Codemod, files: Files) -> list[Finding]:
    """What `codemod` finds, in order. Fails when a file does not parse."""
    with opened(files) as project:
        found = engine.find(project, codemod)
        assert not project.errors, project.errors
        return found


def rewritten(
    codemod: Codemod,
    before: Files,
    after: Files,
    *,
    safety: Safety = Safety.SAFE,
    loses: Collection[str] = (),
) -> None:
    """Assert that `codemod` turns `before` into `after`, and that all it fixed was of this `safety`.

    `loses` are the comments that go with removed code; no other may.
    """
    old, new = _texts(before), _texts(after)
    assert old != new, "a rewrite is expected; use `untouched` for a case without one"
    results, fixed = _apply(codemod, old, safety)
    assert fixed, "nothing was found that may be fixed"
    assert {f.safety for f in fixed} <= {Safety.SAFE, safety}, [(f.safety, f.reason) for f in fixed]
    assert any(f.safety is safety for f in fixed), [(f.safety, f.reason) for f in fixed]
    assert results == new, _difference(new, results)
    lost = _comments(old) - _comments(results)
    assert lost == {*loses}, f"comments are lost: {sorted(lost)}"
    for path, text in new.items():
        ast.parse(text, path)
    again, _ = _apply(codemod, new, Safety.REVIEW)
    assert again == new, "a second run changes the result:\n" + _difference(new, again)
    for name, variant in {"CRLF": _crlf, "tabs": _tabs}.items():
        if all(_same_tree(text, variant(text)) for text in (*old.values(), *new.values())):
            other, _ = _apply(codemod, {p: variant(t) for p, t in old.items()}, safety)
            expected = {
                p: variant(t) if p in old else t for p, t in new.items()
            }  # a new file has no style to keep
            assert other == expected, f"with {name}:\n" + _difference(expected, other)


def untouched(codemod: Codemod, files: Files, *, reason: str | None = None) -> None:
    """Assert that `codemod` changes nothing here, whatever is allowed.

    With `reason`, there must be a finding that is only reported, and that reason must be part of
    what it says; without, there must be no finding at all.
    """
    texts = _texts(files)
    results, _ = _apply(codemod, texts, Safety.REVIEW)
    assert results == texts, _difference(texts, results)
    found = findings_of(codemod, files)
    if reason is None:
        assert not found, [(f.span.line, f.message, f.reason) for f in found]
    else:
        assert any(f.safety is Safety.REPORT and reason in f.reason for f in found), [
            (f.span.line, f.safety, f.reason) for f in found
        ]


def comments_of(text: str) -> Counter[str]:
    """The comments of a module, with how often each stands there."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def _comments(texts: Mapping[str, str]) -> set[str]:
    return {comment for text in texts.values() for comment in comments_of(text)}


def _apply(
    codemod: Codemod, texts: Mapping[str, str], safety: Safety
) -> tuple[dict[str, str], tuple[Finding, ...]]:
    with opened(texts) as project:
        applied = engine.apply(project, [codemod], {Safety.SAFE, safety})
        assert not applied.project.errors, applied.project.errors
        assert not applied.refused, [(f.message, reason) for f, reason in applied.refused]
        changed = {path: source.text for path, source in applied.project.sources.items()}
        return {**texts, **changed}, applied.fixed


def _texts(files: Files) -> dict[str, str]:
    texts = {MODULE: files} if isinstance(files, str) else dict(files)
    return {path: textwrap.dedent(text).removeprefix("\n") for path, text in texts.items()}


def _difference(expected: Mapping[str, str], found: Mapping[str, str]) -> str:
    import difflib

    return "\n".join(
        line
        for path in sorted({*expected, *found})
        for line in difflib.unified_diff(
            expected.get(path, "").splitlines(),
            found.get(path, "").splitlines(),
            f"expected {path}",
            f"found {path}",
            lineterm="",
        )
    )


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def _tabs(text: str) -> str:
    """The same code indented by tabs (multi-line strings are rejected by the caller)."""
    lines = []
    for line in text.split("\n"):
        stripped = line.lstrip(" ")
        lines.append(
            "\t" * ((len(line) - len(stripped)) // 4) + " " * ((len(line) - len(stripped)) % 4) + stripped
        )
    return "\n".join(lines)


def _same_tree(text: str, variant: str) -> bool:
    """Whether the variant means the same, which multi-line strings can prevent."""
    try:
        return ast.dump(ast.parse(text)) == ast.dump(ast.parse(variant))
    except SyntaxError:
        return False

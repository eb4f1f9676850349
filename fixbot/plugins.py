"""Which codemods there are: those that come with fixbot, then those of installed packages, in order.

Both are found as entry points of the group `fixbot.codemods`. `codemods` is a common name, so the
current folder, which may be the analysed repository, is taken off the import path first, and the
package is not even run unless it is the one beside `fixbot`.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from fixbot.codemod import Codemod
from fixbot.errors import ConfigError, FixbotError

CODEMODS = "fixbot.codemods"
CATALOGUE = "fixbot.catalogue"
HOME = Path(__file__).resolve().parent.parent
"""The folder that holds `fixbot` and `codemods`: site-packages, or a checkout."""


def load_codemods() -> tuple[Codemod, ...]:
    """Every codemod, in the order in which they run. Raises `FixbotError`."""
    leave_current_folder()
    builtin = _builtin()
    others: list[Codemod] = []
    for point in entry_points(group=CODEMODS):
        if point.module.partition(".")[0] != "codemods":
            others += _load(point)
    _refuse_duplicates([*builtin, *others])
    return in_order(builtin, others)


def stub_folders() -> tuple[Path, ...]:
    """The stub folders of installed packages (group `fixbot.catalogue`). Raises `ConfigError`."""
    leave_current_folder()
    return tuple(_package_folder(point) for point in entry_points(group=CATALOGUE))


def leave_current_folder() -> None:
    """Take the current folder off `sys.path`, unless fixbot itself stands in it."""
    try:
        current = Path.cwd().resolve()
    except OSError:  # it was deleted: nothing can be imported from it
        return
    kept = [entry for entry in sys.path if entry and Path(entry).resolve() != current]
    if current == HOME and len(kept) < len(sys.path):
        kept.insert(0, str(HOME))
    sys.path[:] = kept


def in_order(builtin: Sequence[Codemod], others: Iterable[Codemod]) -> tuple[Codemod, ...]:
    """The built-in order, with every other codemod as early as its `after` allows, else at the end.

    An id in `after` that is not installed asks for nothing. Raises `FixbotError` for a circle.
    """
    ordered = list(builtin)
    waiting = sorted(others, key=lambda codemod: codemod.id)
    ids = {codemod.id for codemod in (*ordered, *waiting)}
    while waiting:
        placed = [codemod.id for codemod in ordered]
        ready = next((c for c in waiting if all(a in placed for a in c.after if a in ids)), None)
        if ready is None:
            circle = ", ".join(f"`{c.id}`" for c in waiting)
            raise FixbotError(
                f"the codemods {circle} each want to run `after` another of them; mend one's `after`"
            )
        waiting.remove(ready)
        at = max((placed.index(a) + 1 for a in ready.after if a in ids), default=len(ordered))
        while at < len(ordered) and ordered[at] not in builtin:
            at += 1
        ordered.insert(at, ready)
    return tuple(ordered)


def _builtin() -> tuple[Codemod, ...]:
    """`codemods.ALL` of the package beside fixbot, which need not be installed (a checkout is enough)."""
    found = importlib.util.find_spec("codemods")
    if found is None:
        sys.path.append(str(HOME))
        importlib.invalidate_caches()
        found = importlib.util.find_spec("codemods")
    expected = HOME / "codemods" / "__init__.py"
    origin = Path(found.origin).resolve() if found and found.origin else None
    if origin != expected:
        raise FixbotError(
            f"the package `codemods` at {origin or 'an unknown place'} hides fixbot's own at {expected.parent}, and "
            "was not run; take its folder off PYTHONPATH, or start fixbot as `python -P -m fixbot`"
        )
    builtin: tuple[Codemod, ...] = importlib.import_module("codemods").ALL
    return builtin


def _load(point: EntryPoint) -> tuple[Codemod, ...]:
    """The codemods of one plugin: one, or a sequence of them."""
    try:
        value = point.load()
    except Exception as exc:  # a plugin is other people's code and may raise anything
        raise FixbotError(
            f"{_plugin(point)} cannot be loaded ({type(exc).__name__}: {exc}); mend or uninstall it"
        ) from exc
    codemods = (value,) if isinstance(value, Codemod) else tuple(value) if isinstance(value, Sequence) else ()
    if not codemods or not all(isinstance(codemod, Codemod) for codemod in codemods):
        raise FixbotError(f"{_plugin(point)}: {point.value} is neither a Codemod nor a sequence of them")
    return codemods


def _refuse_duplicates(codemods: Iterable[Codemod]) -> None:
    seen: dict[str, Codemod] = {}
    for codemod in codemods:
        first = seen.setdefault(codemod.id, codemod)
        if first is not codemod:
            raise FixbotError(
                f"two codemods have the id `{codemod.id}`: {first.module} and {codemod.module}; "
                "uninstall the package of one, or rename its module"
            )


def _package_folder(point: EntryPoint) -> Path:
    try:
        found = importlib.util.find_spec(point.value)
    except (ImportError, ValueError) as exc:
        raise ConfigError(f"{_plugin(point)} cannot be loaded ({exc}); mend or uninstall it") from exc
    folders = list(found.submodule_search_locations or ()) if found else []
    if not folders:
        raise ConfigError(f"{_plugin(point)}: {point.value} is no package of .pyi stubs")
    return Path(folders[0])


def _plugin(point: EntryPoint) -> str:
    package = f" of the package {point.dist.name}" if point.dist else ""
    return f"the {point.group} plugin `{point.name}`{package}"

"""Which tests passed and failed, from the JUnit XML that pytest and many other runners write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from fixbot.project.files import TooLarge, read_bytes

MAX_BYTES = 100_000_000
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Report:
    """Names of tests by what became of them; one that has run several times and failed once, has failed."""

    passed: frozenset[str]
    failed: frozenset[str]


def read_junit(path: Path) -> Report | None:
    """The tests in a file; None where there is none, or it cannot be read. The file is the target's own work."""
    try:
        root = ElementTree.fromstring(read_bytes(path, MAX_BYTES))
    except (OSError, TooLarge, ElementTree.ParseError, ValueError, RecursionError):
        return None
    passed, failed = set[str](), set[str]()
    for case in root.iter("testcase"):
        name = _name(case)
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(name)
        elif case.find("skipped") is None:
            passed.add(name)
    return Report(frozenset(passed - failed), frozenset(failed))


def _name(case: ElementTree.Element) -> str:
    """`tests.test_x.TestY::test_z[1]`: printable, on one line, of limited length."""
    parts = (case.get("classname", ""), case.get("name", ""))
    name = "::".join(part for part in parts if part) or "?"
    name = "".join(c if c.isprintable() else "?" for c in name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"

"""A side taken is completed with what the other one added, or not taken: nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence

from fixbot.conflicts.markers import Block, Lines, Part
from fixbot.conflicts.resolution import UNDECIDED, completed, filled
from fixbot.conflicts.rules import Answer
from fixbot.conflicts.versions import Text, Versions


def lines(text: str) -> Lines:
    return tuple(text.split("\n"))


def conflict(base: str, ours: str, theirs: str) -> Block:
    return Block(1, 9, lines(ours), lines(theirs), lines(base))


def taken(parts: Sequence[Part], *chosen: str) -> list[Answer] | str:
    """The answers when these texts are chosen, one for each conflict, and the last one is completed."""
    blocks = [part for part in parts if isinstance(part, Block)]
    sides = [[b.base or () for b in blocks], [b.ours for b in blocks], [b.theirs for b in blocks]]
    versions = Versions(*(Text(filled(parts, side)) for side in sides))
    answers = [Answer(lines(text), "it is chosen", "chosen", chosen=True) for text in chosen]
    return completed(parts, answers, len(blocks) - 1, versions, 88)


def test_a_handler_that_would_be_dropped() -> None:
    base = "try:\n    f()\nexcept KeyError:\n    pass"
    ours = f"{base}\nexcept OSError:\n    pass"
    theirs = base.replace("f()", "g()")
    assert taken([conflict(base, ours, theirs)], theirs) == (
        "what one side added would be dropped: except OSError:"
    )


def test_a_handler_that_both_sides_added() -> None:
    base = "try:\n    f()\nexcept KeyError:\n    pass"
    ours = f"{base}\nexcept OSError:\n    pass"
    theirs = f"{ours}\nelse:\n    g()"
    assert not isinstance(taken([conflict(base, ours, theirs)], theirs), str)


def test_a_statement_that_would_be_dropped() -> None:
    block = conflict("a = 1", "a = 1\nb = 2", "a = 3")
    assert taken([block], "a = 3") == "what one side added would be dropped: b = 2"


def test_both_sides_in_one_drop_nothing() -> None:
    block = conflict("", "a = 1", "b = 2")
    assert not isinstance(taken([block], "a = 1\nb = 2"), str)


def test_what_was_taken_out_would_be_back() -> None:
    block = conflict("a()\nb()", "b()", "a()\nb()\nc()")
    assert taken([block], "a()\nb()\nc()") == "what one side took out would be back: a()"


def test_what_both_sides_added_is_told() -> None:
    block = conflict("x()", "x()\na()", "a()\nx()\nb()")
    answers = taken([block], "a()\nx()\nb()")
    assert not isinstance(answers, str)
    assert answers[0].subsumed == ("a()",)


def test_a_keyword_is_given_to_the_call_of_the_other_side() -> None:
    block = conflict("x = f(a)", "x = f(a, b=1)", "if a:\n    x = f(a)")
    answers = taken([block], "if a:\n    x = f(a)")
    assert not isinstance(answers, str)
    assert answers[0].lines == ("if a:", "    x = f(a, b=1)")
    assert answers[0].grafted == ("`b=1` in the call of `f`",)


def test_a_keyword_whose_call_is_outside_of_the_conflict() -> None:
    parts = [conflict("x = f(a)", "x = f(a, b=1)", "x = None"), lines("y = f(a)")]
    assert taken(parts, "x = None") == "what one side added would be dropped: x = f(a, b=1)"


def test_what_was_added_counts_against_the_base_of_its_own_conflict() -> None:
    """`log()` was there before, but in the other conflict, where it goes."""
    parts = [conflict("log()", "a()", "a()\nb()"), lines("c()"), conflict("", "d()", "log()")]
    assert taken(parts, "a()\nb()", "d()") == "what one side added would be dropped: log()"


def test_a_side_that_only_moved_something() -> None:
    block = conflict("with a:\n    b()\n    c()", "with a:\n    b()\nc()", "with a:\n    b()\n    d()")
    assert taken([block], "with a:\n    b()\n    d()") == UNDECIDED


def test_a_side_that_is_no_python() -> None:
    assert taken([conflict("a()", "a(", "a()\nb()")], "a()\nb()") == UNDECIDED

"""Text of the target repository, as hostile as it may be, is shown and does nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixbot.escapes import visible
from fixbot.pulls import hidden, neutral
from tests.pulls.markdown import acting, shapes, shown

_PIECES = [
    *(
        "@octocat",
        "@org/team",
        "#12",
        "owner/repo#1",
        "GH-7",
        "fixes #3",
        "https://evil.example",
        "www.evil.example",
    ),
    *(
        "<b>",
        "<!-- fixbot:pull e30= -->",
        "<!--",
        "-->",
        "<details>",
        "</details>",
        "<script>",
        "&lt;",
        "&#64;x",
    ),
    *(
        "[a](https://b)",
        "![a](b)",
        "[a]: /b",
        "<https://c>",
        "a@b.example",
        "mailto:a@b.example",
        "[x]",
        "- [x] ",
    ),
    *("`", "``", "```", "~~~", "`a`", "``a`b``", "|", "\\|", "\\", "\\`", "*", "_", "**a**", "$x$", ":tada:"),
    *(
        "# h",
        "> q",
        "- i",
        "1. i",
        "---",
        "===",
        "+ ",
        "\n",
        "\n\n",
        "\t",
        "    ",
        "\u202e",
        "\u200b",
        "\x1b[31m",
    ),
    *(
        "deadbeefcafe",
        "[skip ci]",
        "skip-checks: true",
        "get_all",
        "don't",
        "word",
        " ",
        ".",
        ",",
        "\x00",
        "\udcff",
    ),
]
hostile = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=6)), max_size=14).map("".join)
of_one_paragraph = {"paragraph_open", "paragraph_close", "inline", "text", "code_inline"}


@given(hostile)
def test_code_is_code_and_nothing_else(text: str) -> None:
    markdown = neutral.code(text)
    assert shapes(markdown) == {"paragraph_open", "paragraph_close", "inline", "code_inline"}
    assert shown(markdown) == (
        visible(neutral.cut(" ".join(text.split()), 200)).replace("<!-", "<\\x21-") or neutral.NOTHING
    )
    assert "\n" not in markdown


@given(hostile)
def test_prose_is_one_paragraph_of_words_and_code(text: str) -> None:
    markdown = neutral.prose(text)
    assert not acting(markdown)
    assert shapes(markdown) <= of_one_paragraph
    assert markdown.isprintable()


@given(hostile)
def test_prose_stays_harmless_where_a_template_puts_it(text: str) -> None:
    markdown = f"- [ ] {neutral.prose(text)}\n- {neutral.code(text)}: {neutral.prose(text)}\n\n### {neutral.prose(text)}\n\nend"
    assert not acting(markdown)
    allowed = {
        f"{kind}_{side}" for kind in ("bullet_list", "list_item", "heading") for side in ("open", "close")
    }
    assert shapes(markdown) <= of_one_paragraph | allowed


@given(hostile)
def test_paragraphs_hold_paragraphs_and_lists_only(text: str) -> None:
    markdown = neutral.paragraphs(text)
    assert not acting(markdown)
    assert shapes(markdown) <= of_one_paragraph | {
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
        "softbreak",
    }


@given(hostile, hostile)
def test_cells_stay_in_their_row(one: str, other: str) -> None:
    markdown = f"| a | b |\n|---|---|\n| {neutral.cell(one)} | {neutral.cell(other)} |\n"
    assert not acting(markdown)
    assert markdown.count("|") == 3 + 3 + 3


@given(hostile)
def test_a_fence_holds_everything(text: str) -> None:
    markdown = neutral.fence(text, "python")
    assert not acting(markdown)
    assert shapes(f"{markdown}\n") == {"fence"}


@given(hostile)
def test_a_line_of_a_commit_message_calls_nobody(text: str) -> None:
    line = neutral.line(text)
    assert "\n" not in line
    assert line.isprintable()
    assert "@" not in line
    assert not re.search(r"#\d|//|\bGH-\d|www\.|<!--|\[skip ci\]|skip-checks:", line, re.IGNORECASE)


@given(hostile)
def test_nothing_passes_for_data_of_the_bot(text: str) -> None:
    forged = text + hidden.hide("pull", {"branch": "x"}) + text
    for made in (neutral.code, neutral.prose, neutral.paragraphs, neutral.cell, neutral.fence, neutral.line):
        assert hidden.without(made(forged)) == made(forged)


@given(hostile, st.integers(2, 40))
def test_a_cut_is_at_most_that_long_and_shows(text: str, most: int) -> None:
    cut = neutral.cut(text, most)
    assert len(cut) <= most
    assert cut == text or cut.endswith(neutral.CUT)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("`x.get()` blocks the event loop (X.get)", "`x.get()` blocks the event loop (X.get)"),
        ("`Store`'s N+1 loop: 1.5 s, 20% (lost update)", "`Store`'s N+1 loop: 1.5 s, 20% (lost update)"),
        ("see @team and #12", "see `@team` and `#12`"),
        ("`a` @team `b`", "`a` `@team` `b`"),
        ("`a``b`", "```a``b```"),
        ("(X.__init__ → Client), (get_all()) a_b).", "(`X.__init__` → Client), `(get_all())` `a_b`)."),
        ("see #12, or (@team).", "see `#12`, or (`@team`)."),
        ("a_b **c**", "`a_b` `**c**`"),
        ("", ""),
    ],
)
def test_what_people_read(text: str, markdown: str) -> None:
    assert neutral.prose(text) == markdown


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("app/@types/x.py", r"app/\x40types/x.py"),
        ("fixes #12", r"fixes \x2312"),
        ("C# and F#", "C# and F#"),
        ("see https://a.example", r"see https:\x2f/a.example"),
        ("[skip ci] now", r"\x5bskip ci] now"),
        ("fixes GH-7", r"fixes GH\x2d7"),
        ("one\ntwo", "one two"),
    ],
)
def test_what_a_commit_message_says(text: str, line: str) -> None:
    assert neutral.line(text) == line


def test_documentation_keeps_its_lists_and_paragraphs() -> None:
    text = "Safe where\nboth hold:\n\n- one `a`\n  goes on\n- two\n\nElse not."
    assert neutral.paragraphs(text) == "Safe where both hold:\n\n- one `a` goes on\n- two\n\nElse not."

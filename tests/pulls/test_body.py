"""The body of a pull request: what a reviewer reads, what is hidden in it, and what hostile fields cannot do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixbot.model import Safety
from fixbot.pulls import body, hidden
from fixbot.pulls.model import Check, PlannedFinding, PlannedFix, Verdict
from tests.pulls.markdown import acting, shown, tokens
from tests.pulls.planned import BASE, URL, finding, fix, marker
from tests.pulls.test_neutral import hostile

ABOUT = body.About(URL, BASE)


def checked(verdict: Verdict, **numbers: int) -> body.About:
    return replace(ABOUT, check=Check("fixbot/blocking-calls", verdict, **numbers))


def test_the_first_paragraph_says_what_why_how_much_and_how_sure() -> None:
    planned = fix(
        "blocking-calls", finding(line=7), finding(line=9), finding("app/y.py", severity="critical")
    )
    first = body.visible(planned, ABOUT).split("\n\n")[0]
    assert first == (
        "Move blocking calls in async code to a thread: **3 places in 2 files**, +4 −2 lines; severity 1 critical and "  # noqa: RUF001
        "2 high. While such a call waits, the event loop stands still. Behaviour stays the same, under conditions that "
        "were checked at each place."
    )


def test_places_link_to_the_lines_that_were_looked_at() -> None:
    planned = fix(
        "batch-reads",
        finding("app/a b.py", 7, end_line=9, cost={"round_trips": {"before": "n", "after": "1"}}),
    )
    text = body.visible(planned, ABOUT)
    assert (
        f"- `app/a b.py`\n  - [line 7]({URL}/blob/{BASE}/app/a%20b.py#L7-L9): `x.get()` blocks the event loop"
        in text
    )
    assert "· round trips n → 1\n" in text


def test_without_an_address_there_are_no_links() -> None:
    assert "](" not in body.visible(fix(), replace(ABOUT, url=""))


def test_many_places_are_folded() -> None:
    planned = fix("blocking-calls", *(finding(line=n) for n in range(1, 31)))
    text = body.visible(planned, ABOUT)
    assert "<summary>18 more places</summary>" in text
    assert text.count("blocks the event loop") == 30


def test_a_review_names_each_difference_with_its_places() -> None:
    lost = "another task can change it in the meantime (lost update)"
    places = [finding(line=n, reason=lost, safety=Safety.REVIEW) for n in (3, 4)]
    text = body.visible(fix("blocking-calls", *places, safety=Safety.REVIEW), ABOUT)
    assert text.count(lost) == 1
    assert "### What you are asked to accept" in text
    assert "stays a draft until" in text
    assert "Behaviour stays the same" not in text
    assert "### Where" not in text


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (ABOUT, "**Not verified by tests**: `[tool.fixbot]` sets no `verify` command."),
        (checked(Verdict.NOT_RUN), "**Not verified by tests**: `[tool.fixbot]` sets no `verify` command."),
        (
            checked(Verdict.BASE_FAILED),
            "**Not verified by tests**: the `verify` command does not work on the base",
        ),
        (
            checked(Verdict.PASSED, passed=130, failing_before=2),
            "130 tests passed; the 2 that failed fail on the base",
        ),
        (checked(Verdict.PASSED), "on this branch and on its base: the command succeeded."),
    ],
)
def test_what_was_checked_is_said_as_it_was(about: body.About, says: str) -> None:
    text = body.visible(fix(), about)
    assert says in text
    assert ("**Not verified" in text) is ("**Not verified" in says)


def test_what_is_left_is_told_with_the_reason() -> None:
    left = finding(line=90, safety=Safety.REPORT, reason="the loop can end early (`return`)")
    text = body.visible(fix(), replace(ABOUT, left=[left]))
    assert "<summary>1 place of the same kind left as it is, and why</summary>" in text
    assert "the loop can end early (`return`)" in text


def test_a_workflow_token_means_that_checks_wait() -> None:
    assert "Approve workflows to run" in body.visible(fix(), replace(ABOUT, workflow_token=True))
    assert "Approve workflows to run" not in body.visible(fix(), ABOUT)


def test_settings_to_ignore_it_can_be_pasted() -> None:
    import tomllib

    text = body.visible(fix("blocking-calls", finding('app/o"dd.py')), ABOUT)
    config = next(token.content for token in tokens(text) if token.type == "fence" and token.info == "toml")
    assert tomllib.loads(config)["tool"]["fixbot"] == {
        "ignore": ["blocking-calls"],
        "exclude": ['app/o"dd.py'],
    }


def test_without_issues_there_is_no_talk_of_boxes() -> None:
    assert "dashboard" not in body.visible(fix(), replace(ABOUT, dashboard=False))


# --- hidden data ----------------------------------------------------------------------------------


def test_written_and_read_back() -> None:
    planned = fix()
    written = body.render(planned, ABOUT, marker(planned))
    assert body.parse(written) == replace(marker(planned), digest=body.digest(planned, ABOUT))
    assert hidden.without(written).strip() == body.visible(planned, ABOUT)


def test_only_the_marker_is_replaced_and_a_persons_words_stay() -> None:
    planned = fix()
    edited = "My note.\n\n" + body.render(planned, ABOUT, marker(planned))
    closed = body.replaced(edited, marker(planned, closed="its findings are gone"))
    assert closed.startswith("My note.\n\n")
    assert body.parse(closed) == marker(planned, closed="its findings are gone")
    assert hidden.without(closed).strip() == hidden.without(edited).strip()


# --- the digest -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned", "about"),
    [
        (fix(), replace(ABOUT, base="d" * 40)),
        (fix("blocking-calls", finding(line=99, fingerprint="same")), ABOUT),
        (fix(), checked(Verdict.PASSED, passed=140)),
    ],
)
def test_what_moves_with_the_base_changes_no_digest(planned: PlannedFix, about: body.About) -> None:
    before = checked(Verdict.PASSED, passed=130) if about.check else ABOUT
    assert body.digest(planned, about) == body.digest(fix(), before)
    assert body.visible(planned, about) != body.visible(fix(), before)


@pytest.mark.parametrize(
    "planned",
    [
        fix(title="another"),
        fix(added=5),
        fix("blocking-calls", finding(), finding("app/y.py")),
        fix("blocking-calls", finding(message="`y.get()` blocks the event loop")),
    ],
)
def test_what_people_read_changes_the_digest(planned: PlannedFix) -> None:
    assert body.digest(planned, ABOUT) != body.digest(fix(), ABOUT)


def test_a_check_that_was_made_since_changes_the_digest() -> None:
    assert body.digest(fix(), checked(Verdict.PASSED)) != body.digest(fix(), ABOUT)


# --- hostile fields, and too many -----------------------------------------------------------------


@given(st.data())
def test_nothing_hostile_gets_out_of_any_field(data: st.DataObject) -> None:
    def draw() -> str:
        return (
            data.draw(hostile).encode(errors="replace").decode()
        )  # a plan is JSON, which holds no half characters

    def place(safety: Safety) -> PlannedFinding:
        cost = {draw(): {"before": draw(), "after": draw()}}
        fields = {name: draw() for name in ("message", "reason", "severity", "category", "fingerprint")}
        return finding(draw(), safety=safety, cost=cost, **fields)

    safety = data.draw(st.sampled_from([Safety.SAFE, Safety.REVIEW]))
    texts = {name: draw() for name in ("title", "summary", "why", "fix_safety")}
    planned = fix(
        "blocking-calls", place(safety), place(safety), safety=safety, files=(draw(), draw()), **texts
    )
    about = replace(ABOUT, left=[place(Safety.REPORT)], stands_on=draw())
    written = body.render(planned, about, marker(planned))
    assert not acting(written, links=f"{URL}/blob/{BASE}/")
    assert body.parse(written) == replace(marker(planned), digest=body.digest(planned, about))
    message = body.commit_message(planned)
    assert "@" not in message
    assert "[skip ci]" not in message
    assert not any(
        line.lower().startswith(("signed-off-by", "co-authored-by")) for line in message.splitlines()
    )


def test_a_long_list_is_cut_cleanly_and_says_so() -> None:
    places = [
        finding(f"app/{'d' * 100}/{n % 20}.py", n, fingerprint=f"{n:016x}", message=f"`{'m' * 300}`")
        for n in range(1, 400)
    ]
    planned = fix("blocking-calls", *places)
    written = body.render(planned, ABOUT, marker(planned))
    assert len(written) <= body.MOST
    assert "more, left out here; `fixbot check` shows all" in written
    assert written.count("<details>") == written.count("</details>")
    assert not acting(written, links=f"{URL}/blob/{BASE}/")
    assert body.parse(written) is not None
    assert "399 places in 20 files" in written


def test_hidden_data_that_is_too_long_is_an_error() -> None:
    planned = fix()
    with pytest.raises(ValueError, match="longer than"):
        body.render(planned, ABOUT, marker(planned, fingerprints=tuple("f" * 16 for _ in range(3_000))))


def test_the_commit_message_is_the_same_wherever_the_lines_are() -> None:
    one, other = fix("blocking-calls", finding(line=7)), fix("blocking-calls", finding(line=99))
    assert body.commit_message(one) == body.commit_message(other)
    assert body.commit_message(one).splitlines()[0] == "blocking-calls: do better"
    assert "- app/x.py: 1 place" in body.commit_message(one)


def test_it_says_that_it_is_a_bot() -> None:
    assert "fixbot is a bot" in shown(body.visible(fix(), ABOUT))

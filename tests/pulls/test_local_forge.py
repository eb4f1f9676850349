"""The forge in a folder: how it is made, what its pages show, and what happens when several use it."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fixbot.errors import ForgeError
from fixbot.pulls.forges.local import LocalForge
from fixbot.pulls.forges.pages import markdown
from fixbot.pulls.hidden import hide
from fixbot.pulls.model import PullState
from tests.git_repository import GitRepository
from tests.pulls.worlds import FILES


@pytest.fixture
def source(tmp_path: Path) -> GitRepository:
    return GitRepository.create(tmp_path / "source", FILES)


@pytest.fixture
def forge(tmp_path: Path, source: GitRepository) -> LocalForge:
    return LocalForge.create(tmp_path / "forge", source.path, "main")


def with_pull(forge: LocalForge, branch: str = "fixbot/x", content: str = "a = 2\nb = 2\nc = 3\n") -> int:
    GitRepository(Path(forge.remote)).commit(branch, {"app.py": content}, start="main")
    return forge.open_pull_request(branch, "main", "Fix x", "Because.", draft=False).number


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_holds_the_default_branch_of_its_source_and_nothing_is_written_there(tmp_path: Path) -> None:
    source = GitRepository.create(tmp_path / "source", FILES)
    source.commit("side", {"s.py": "s = 1\n"}, start="main")
    before = {path: path.read_bytes() for path in source.path.rglob("*") if path.is_file()}
    forge = LocalForge.create(tmp_path / "forge", source.path, "main")
    assert forge.git.branches() == {"main": source.sha("main")}
    assert {path: path.read_bytes() for path in source.path.rglob("*") if path.is_file()} == before


def test_it_is_made_from_a_shallow_clone(tmp_path: Path, source: GitRepository) -> None:
    source.commit("main", {"app.py": "a = 1\n"})
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", source.path.as_uri(), clone], check=True)
    forge = LocalForge.create(tmp_path / "forge", clone, "main")
    assert forge.git.branch("main") == source.sha("main")


def test_it_follows_its_source_and_keeps_what_it_has(source: GitRepository, forge: LocalForge) -> None:
    number = with_pull(forge)
    sha = source.commit("main", {"new.py": "n = 1\n"})
    again = LocalForge.create(forge.folder, source.path, "main")
    assert again.git.branch("main") == sha
    assert again.pull_request(number)[0].state == PullState.OPEN


def test_what_was_merged_here_stays_while_its_source_has_not_moved(
    source: GitRepository, forge: LocalForge
) -> None:
    new = forge.as_person("ann").merge(with_pull(forge))
    assert LocalForge.create(forge.folder, source.path, "main").git.branch("main") == new


def test_when_both_have_moved_the_person_is_told_what_to_do(source: GitRepository, forge: LocalForge) -> None:
    forge.as_person("ann").merge(with_pull(forge))
    source.commit("main", {"new.py": "n = 1\n"})
    with pytest.raises(ForgeError, match=r"git pull .*repository\.git main"):
        LocalForge.create(forge.folder, source.path, "main")


def test_a_folder_without_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(ForgeError, match="no local forge"):
        LocalForge(tmp_path)


def test_a_source_without_the_branch_is_said(tmp_path: Path, source: GitRepository) -> None:
    with pytest.raises(ForgeError, match="trunk"):
        LocalForge.create(tmp_path / "forge", source.path, "trunk")


def test_a_broken_file_is_named(forge: LocalForge) -> None:
    number = with_pull(forge)
    path = forge.folder / "items" / f"{number}.json"
    path.write_text("{")
    with pytest.raises(ForgeError, match=rf"items/{number}\.json"):
        forge.pull_requests("fixbot/")


def test_a_conflict_is_said_and_nothing_is_merged(forge: LocalForge) -> None:
    one, two = with_pull(forge, "fixbot/x"), with_pull(forge, "fixbot/y", "a = 3\nb = 2\nc = 3\n")
    person = forge.as_person("ann")
    tip = person.merge(one)
    with pytest.raises(ForgeError, match="conflicts"):
        person.merge(two)
    assert forge.git.branch("main") == tip
    assert forge.pull_request(two)[0].state == PullState.OPEN


def test_many_at_once_lose_nothing(forge: LocalForge) -> None:
    git = GitRepository(Path(forge.remote))
    for number in range(8):
        git.commit(f"fixbot/{number}", {f"{number}.py": ""}, start="main")

    def work(number: int) -> int:
        mine = LocalForge(forge.folder)
        pull = mine.open_pull_request(f"fixbot/{number}", "main", "Fix", "", draft=False)
        mine.add_labels(pull.number, ["performance"])
        return pull.number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(work, range(8)))
    assert sorted(numbers) == list(range(1, 9))
    assert all(pull.labels == ("performance",) for pull in forge.pull_requests("fixbot/"))


def test_asked_for_what_is_there_it_writes_nothing(forge: LocalForge) -> None:
    def run() -> None:
        number = with_pull(forge) if not forge.pull_requests("fixbot/") else 1
        forge.open_pull_request("fixbot/x", "main", "Fix x", "Because.", draft=False)
        forge.add_labels(number, ["performance"])
        forge.comment(number, "edited", "Said.")
        forge.save_issue("dashboard", "Dashboard", "All is well.")
        forge.edit_pull_request(number, title="Fix x", body="Because.", base="main", state=PullState.OPEN)

    def files() -> dict[Path, int]:
        kept = (path for path in forge.folder.rglob("*") if path.is_file() and "git" not in str(path))
        return {path: path.stat().st_mtime_ns for path in kept if path.name != "lock"}

    run()
    before = files()
    run()
    assert files() == before


def test_the_pages_show_everything(forge: LocalForge) -> None:
    number = with_pull(forge)
    forge.add_labels(number, ["performance"])
    forge.comment(number, "edited", "A **person** has pushed.")
    forge.save_issue("dashboard", "Dashboard", "- [ ] open `fixbot/x`\n- [x] ignore `fixbot/y`\n")
    index = (forge.folder / "index.html").read_text()
    assert f'href="pages/{number}.html"' in index
    page = (forge.folder / "pages" / f"{number}.html").read_text()
    assert "<strong>person</strong>" in page
    text = Tags(page).text
    for shown in ("Fix x", "Because.", "performance", "fixbot/x", "-a = 1", "+a = 2", "open"):
        assert shown in text
    assert "fixbot:" not in text  # hidden data stays hidden
    assert "wants to merge" in text
    assert '<span class="del">-a = 1</span>' in page and '<span class="del">--- a/' not in page
    dashboard = Tags((forge.folder / "pages" / "2.html").read_text()).text
    assert "☐ open fixbot/x" in dashboard and "☑ ignore fixbot/y" in dashboard


@pytest.mark.parametrize("merged_by", ["button", "push"])
def test_the_changes_are_still_shown_after_the_merge(forge: LocalForge, merged_by: str) -> None:
    number = with_pull(forge)
    if merged_by == "button":
        forge.as_person("ann").merge(number, squash=True, delete_branch=True)
    else:
        git = GitRepository(Path(forge.remote))
        git.point("main", git.sha("fixbot/x"))
    assert forge.pull_request(number)[0].state == PullState.MERGED
    text = Tags((forge.folder / "pages" / f"{number}.html").read_text()).text
    assert "+a = 2" in text and "wanted to merge" in text


HOSTILE = """<script>alert(1)</script>

<img src=x onerror=alert(1)> text <details open ontoggle=alert(1)>

[a](javascript:alert(1)) ![b](https://tracker.example/x.png) <a href="x">y</a>

<!-- a comment --> <style>body{display:none}</style>
"""


def test_nothing_in_a_text_can_run_or_load(forge: LocalForge) -> None:
    git = GitRepository(Path(forge.remote))
    git.commit("fixbot/<b>", {"app.py": "<script>alert(2)</script>\n"}, start="main")
    title = "<script>alert(3)</script>"
    pull = forge.open_pull_request("fixbot/<b>", "main", title, HOSTILE, draft=False)
    forge.add_labels(pull.number, ["<img src=y>"])
    forge.as_person("<i>eve</i>").comment(pull.number, "talk", HOSTILE)
    for path in (forge.folder / "pages" / f"{pull.number}.html", forge.folder / "index.html"):
        page = Tags(path.read_text())
        assert not page.tags & {"script", "img", "iframe", "i"}
        assert not any(name.startswith("on") or name == "src" for name in page.attributes)
        assert not any(link.startswith("javascript") for link in page.attributes["href"])
        assert "default-src 'none'" in next(iter(page.attributes["content"] - {"width=device-width"}))
        assert title in page.text


def test_the_collapsed_parts_of_a_body_stay_what_they_are() -> None:
    html = markdown("<details>\n<summary>More</summary>\n\n| a |\n|---|\n| `b` |\n\n</details>")
    assert html.startswith("<details>\n<summary>More</summary>")
    assert "<td><code>b</code></td>" in html
    assert html.rstrip().endswith("</details>")


def test_hidden_data_is_not_shown() -> None:
    assert "fixbot" not in markdown(f"Text.\n\n{hide('talk', {'version': 1})}")


def test_what_is_stored_can_be_read_by_a_person(forge: LocalForge) -> None:
    number = with_pull(forge)
    stored = json.loads((forge.folder / "items" / f"{number}.json").read_text())
    assert stored["branch"] == "fixbot/x"
    assert stored["state"] == "open"

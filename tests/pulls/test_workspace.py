"""The repository that fixbot works in: it borrows, it is exact, and it leaves the user's alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixbot.errors import ProjectError
from fixbot.git import GitError
from fixbot.pulls import scratch
from fixbot.pulls.workspace import Change, PatchRefused, Workspace, open_workspace
from tests.pulls.repositories import commit, git, listing, repository
from tests.support import read_files

FILES: dict[str, str | bytes] = {
    "app/x.py": "a = 1\n",
    "app/windows.py": b"a = 1\r\nb = 2\r\n",
    "data.bin": bytes(range(256)),
    "no newline": b"end",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "repo", FILES)
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link.py").symlink_to("app/x.py")
    commit(folder, {})
    return folder


@pytest.fixture
def work(repo: Path) -> Iterator[Workspace]:
    with open_workspace(repo) as work:
        yield work


def head(work: Workspace) -> str:
    assert work.target
    return work.target.head


def test_a_tree_becomes_files_byte_for_byte_without_symlinks(work: Workspace) -> None:
    with work.materialised(head(work)) as tree:
        found = read_files(tree.folder)
        assert found.pop(".git").startswith(b"gitdir: ")
        assert found == {
            name: content if isinstance(content, bytes) else content.encode()
            for name, content in {**FILES, "run.sh": "#!/bin/sh\n"}.items()
        }
        assert tree.skipped == (("link.py", "is a symlink"),)
        assert git(tree.folder, "log", "--format=%H").split()[0] == head(work)
    assert not tree.folder.exists()


def test_a_checkout_is_what_git_makes_of_it(work: Workspace) -> None:
    with work.checked_out(head(work)) as folder:
        assert (folder / "link.py").is_symlink()
        assert os.access(folder / "run.sh", os.X_OK)
        assert git(folder, "status", "--porcelain") == ""
        work.switch(folder, work.write_tree(head(work), {"app/x.py": b"a = 2\n", "new.py": b""}))
        assert (folder / "app/x.py").read_text() == "a = 2\n" and (folder / "new.py").exists()
        work.switch(folder, work.tree(head(work)))
        assert (folder / "app/x.py").read_text() == "a = 1\n" and not (folder / "new.py").exists()


def test_a_new_tree_keeps_modes_and_bytes(work: Workspace) -> None:
    new: dict[str, bytes] = {
        "run.sh": b"#!/bin/sh\r\n",
        "app/new.py": b"\xff\x00\r\n",
        "app/windows.py": b"b\r\n",
    }
    tree = work.write_tree(head(work), new)
    assert {path: work.read(tree, path) for path in new} == new
    assert {e.path: e.mode for e in work.entries(tree)}["run.sh"] == "100755"
    assert work.changes(head(work), tree) == (
        Change("app/new.py", "000000", "100644", 4),
        Change("app/windows.py", "100644", "100644", 3),
        Change("run.sh", "100755", "100755", 11),
    )


@pytest.mark.parametrize("path", ["../x.py", "/etc/x", ".git/hooks/x", "app/.GIT/x", "a//b", "link.py"])
def test_what_is_no_regular_file_inside_is_not_written(work: Workspace, path: str) -> None:
    with pytest.raises(ProjectError, match="no regular file inside"):
        work.write_tree(head(work), {path: b"x"})


def test_the_same_fix_on_the_same_base_is_the_same_commit(work: Workspace, repo: Path) -> None:
    tree = work.write_tree(head(work), {"app/x.py": b"a = 2\n"})
    first = work.commit(tree, head(work), "Title\n\nText, with a @mention\n")
    with open_workspace(repo) as other:
        assert (
            other.commit(
                other.write_tree(head(other), {"app/x.py": b"a = 2\n"}),
                head(other),
                "Title\n\nText, with a @mention\n",
            )
            == first
        )
    about = (
        work.git("show", "--no-patch", "--format=%an|%ae|%cn|%ce|%at|%ct|%P", first).stdout.decode().strip()
    )
    assert (
        about
        == f"fixbot|fixbot@fixbot.invalid|fixbot|fixbot@fixbot.invalid|1740000000|1740000000|{head(work)}"
    )


def test_a_patch_makes_the_tree_that_it_was_made_of(work: Workspace, repo: Path) -> None:
    new: dict[str, bytes] = {
        "app/x.py": b"a = 2\n",
        "app/windows.py": b"a = 1\r\nb = 3\r\n",
        "data.bin": bytes(range(255, -1, -1)),
        "no newline": b"End",
        "gr\xfc\xdf e.py": b"x = 1",
    }
    tree = work.write_tree(head(work), new)
    patch = work.diff(head(work), tree)
    assert work.apply(head(work), patch) == tree
    assert work.counts(head(work), tree) == (4, 3)
    git(repo, "apply", "-", data=patch)  # a person can do the same
    assert (repo / "app/windows.py").read_bytes() == new["app/windows.py"]


def test_a_patch_for_another_base_is_refused(work: Workspace) -> None:
    patch = work.diff(head(work), work.write_tree(head(work), {"app/x.py": b"a = 2\n"}))
    other = work.write_tree(head(work), {"app/x.py": b"b = 1\n"})
    with pytest.raises(PatchRefused, match="does not apply"):
        work.apply(other, patch)


def test_a_patch_id_stays_when_the_lines_move(work: Workspace) -> None:
    moved = work.write_tree(head(work), {"app/x.py": b"# one more line\n\n\n\n\na = 1\n"})
    moved_and_fixed = work.write_tree(head(work), {"app/x.py": b"# one more line\n\n\n\n\na = 2\n"})
    fixed = work.write_tree(
        work.write_tree(head(work), {"app/x.py": b"# x\n\n\n\n\na = 1\n"}),
        {"app/x.py": b"# x\n\n\n\n\na = 2\n"},
    )
    before = work.write_tree(head(work), {"app/x.py": b"# x\n\n\n\n\na = 1\n"})
    assert work.patch_id(work.diff(moved, moved_and_fixed)) == work.patch_id(work.diff(before, fixed))
    other = work.write_tree(head(work), {"app/x.py": b"# x\n\n\n\n\na = 3\n"})
    assert work.patch_id(work.diff(before, other)) != work.patch_id(work.diff(before, fixed))


def test_whether_commits_merge(work: Workspace) -> None:
    def made(**files: bytes) -> str:
        tree = work.write_tree(head(work), {f"{name}.py": data for name, data in files.items()})
        return work.commit(tree, head(work), "x")

    assert work.merges_cleanly(made(one=b"1\n"), made(two=b"2\n"))
    assert not work.merges_cleanly(made(one=b"1\n"), made(one=b"2\n"))
    assert work.is_ancestor(head(work), made(one=b"1\n"))
    assert not work.is_ancestor(made(one=b"1\n"), head(work))


@pytest.mark.parametrize("value", ["--upload-pack=x", "-x", "", "a\nb"])
def test_what_git_could_take_for_an_option_is_refused(work: Workspace, value: str) -> None:
    assert not work.has(value)
    for ask in (work.tree, work.entries):
        with pytest.raises(GitError, match="cannot be"):
            ask(value)


def test_other_object_formats_and_borrowed_objects(tmp_path: Path) -> None:
    first = repository(tmp_path / "first", FILES, "--object-format=sha256")
    git(tmp_path, "clone", "--quiet", "--shared", str(first), "second with\ttab")
    second = tmp_path / "second with\ttab"
    commit(second, {"more.py": "b = 1\n"})
    git(tmp_path, "clone", "--quiet", "--shared", str(second), "third")
    third = tmp_path / "third"
    before = [listing(each / ".git") for each in (first, second, third)]
    with open_workspace(third) as work:
        tree = work.write_tree(head(work), {"app/x.py": b"a = 2\n"})
        assert len(tree) == 64
        assert (
            work.read(head(work), "app/x.py") == b"a = 1\n" and work.read(head(work), "more.py") == b"b = 1\n"
        )
    assert [listing(each / ".git") for each in (first, second, third)] == before


def test_alternates_that_are_relative(tmp_path: Path) -> None:
    first, second = repository(tmp_path / "first", FILES), repository(tmp_path / "second", {})
    (second / ".git/objects/info").mkdir(exist_ok=True)
    (second / ".git/objects/info/alternates").write_text("../../../first/.git/objects\n")
    with open_workspace(second) as work:
        assert work.has(git(first, "rev-parse", "HEAD"))


def test_uncommitted_changes_are_seen_without_touching_the_index(repo: Path) -> None:
    before = listing(repo / ".git")
    os.utime(repo / "app/x.py", (1, 1))  # as in a copy: git must look into it to see that it is the same
    with open_workspace(repo) as work:
        assert not work.has_uncommitted()
        (repo / "app/x.py").write_text("a = 2\n")
        assert work.has_uncommitted()
        git(repo, "add", "app/x.py")
        staged = listing(repo / ".git")
        assert work.has_uncommitted()
    assert listing(repo / ".git") == staged != before


def test_no_repository_and_no_commit(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="is in no git repository"), open_workspace(tmp_path):
        pass
    git(tmp_path, "init", "--quiet")
    with open_workspace(tmp_path) as work:
        assert head(work) == ""


def test_a_partial_clone_says_what_is_missing(tmp_path: Path, repo: Path) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{repo}", "partial")
    with (
        open_workspace(tmp_path / "partial") as work,
        pytest.raises(ProjectError, match="partial clone"),
        work.materialised(head(work)),
    ):
        pass


def test_folders_of_killed_runs_are_removed_and_living_ones_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    code = "from fixbot.pulls.scratch import scratch_folder\nwith scratch_folder() as f:\n print(f, flush=True)\n input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    folder = Path(process.stdout.readline().strip())
    (folder / "read-only").mkdir(mode=0o500)
    (folder / "outside").symlink_to(tmp_path / "precious")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/file").write_text("x")
    (tmp_path / f"{scratch.PREFIX}strange").write_text("a file of somebody else")
    scratch.remove_stale()
    assert folder.is_dir()
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    scratch.remove_stale()
    assert not folder.exists()
    assert (tmp_path / "precious/file").exists() and (tmp_path / f"{scratch.PREFIX}strange").exists()

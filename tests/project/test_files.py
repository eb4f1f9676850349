"""Which files are looked at, and that asking git runs nothing, writes nothing and waits for nothing."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from fixbot import git as git_module
from fixbot.catalogue import Catalogue
from fixbot.errors import ProjectError
from fixbot.project.files import TooLarge, is_regular, list_files, read_bytes
from fixbot.project.project import MAX_BYTES, Project
from tests.support import ROOT, environment, heed_permissions, write_files

needs_mode_bits = pytest.mark.skipif(os.name == "nt", reason="POSIX")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = write_files(
        tmp_path / "repository",
        {
            "app/main.py": "",
            "app/.gitignore": "secret*.py\n",
            "app/secret_1.py": "",
            "app/data.txt": "",
            "tests/test_main.py": "",
            "untracked.py": "",
        },
    )
    git(root, "init", "-q")
    git(root, "add", "app", "tests")
    git(root, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "one")
    return root


def git(root: Path, *arguments: str, **variables: str) -> None:
    subprocess.run(
        ["git", *arguments], cwd=root, check=True, env={**os.environ, **variables}, capture_output=True
    )


def listed(root: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[str]:
    found = list_files(root, include, exclude)
    assert not found.errors
    return found.paths


def snapshot(folder: Path) -> dict[str, tuple[int, ...]]:
    """Every entry below a folder with what would tell of a change."""
    return {
        str(path): (s.st_mode, s.st_size, s.st_mtime_ns, s.st_ino)
        for path in [folder, *folder.rglob("*")]
        for s in [path.lstat()]
    }


# --- git -----------------------------------------------------------------------------------------------


def test_git_names_tracked_files_and_untracked_ones_that_are_not_ignored(repository: Path) -> None:
    assert listed(repository) == ["app/main.py", "tests/test_main.py", "untracked.py"]


def test_a_sub_folder_of_a_repository_can_be_the_root(repository: Path) -> None:
    assert listed(repository / "app") == ["main.py"]


def test_tracked_files_are_looked_at_though_ignored(repository: Path) -> None:
    git(repository, "add", "--force", "app/secret_1.py")
    assert "app/secret_1.py" in listed(repository)


def test_a_tracked_file_that_was_deleted_is_left_out(repository: Path) -> None:
    (repository / "app/main.py").unlink()
    assert listed(repository) == ["tests/test_main.py", "untracked.py"]


def test_a_tracked_file_that_became_a_folder_is_left_out(repository: Path) -> None:
    (repository / "app/main.py").unlink()
    write_files(repository, {"app/main.py/inner.py": ""})
    assert listed(repository) == ["app/main.py/inner.py", "tests/test_main.py", "untracked.py"]


def test_a_linked_worktree(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert listed(tmp_path / "linked") == ["app/main.py", "tests/test_main.py"]


def test_other_repositories_inside_are_not_this_project(repository: Path) -> None:
    write_files(repository, {"nested/inner.py": "", "sub/module.py": ""})
    for name in ("nested", "sub"):
        git(repository / name, "init", "-q")
        git(repository / name, "add", ".")
        git(repository / name, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "one")
    git(repository, "submodule", "add", "-q", "./sub", "sub")
    assert listed(repository) == ["app/main.py", "tests/test_main.py", "untracked.py"]
    assert listed(repository / "sub") == ["module.py"]


def test_a_folder_that_an_outer_repository_ignores_is_walked(repository: Path) -> None:
    write_files(repository, {".gitignore": "build/\n", "build/a.py": ""})
    assert "build/a.py" not in listed(repository)
    assert listed(repository / "build") == ["a.py"]


def test_a_repository_with_nothing_but_ignored_files_has_none(repository: Path) -> None:
    for name in ("app/main.py", "tests/test_main.py", "untracked.py"):
        (repository / name).unlink()
    git(repository, "rm", "-qr", "--cached", ".")
    write_files(repository, {"app/.gitignore": "*\n"})
    assert listed(repository) == []


def test_where_git_is_missing_or_fails_the_folder_is_walked(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    everything = ["app/main.py", "app/secret_1.py", "tests/test_main.py", "untracked.py"]
    (repository / ".git/HEAD").write_text("broken")
    assert listed(repository) == everything
    monkeypatch.setenv("PATH", str(tmp_path))
    assert listed(repository) == everything


@needs_mode_bits
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_somebody_else_is_listed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    for path in [repository, *repository.rglob("*")]:
        os.chown(path, 4321, 4321)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "status", GIT_CONFIG_GLOBAL=os.devnull)  # "dubious ownership"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert "app/secret_1.py" not in listed(repository)


def test_what_the_environment_says_of_another_repository_does_not_count(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_files(tmp_path / "other", {"else.py": ""})
    git(other, "init", "-q")
    git(other, "add", ".")
    expected = listed(repository)
    for name, value in {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / ".git/index",
        "GIT_CEILING_DIRECTORIES": repository.parent,
    }.items():
        monkeypatch.setenv(name, str(value))
    assert listed(repository) == expected


HOSTILE = """
[core]
    fsmonitor = "{touch}; false"
    hooksPath = {hooks}
    pager = "{touch}"
    editor = "{touch}"
    sshCommand = "{touch}"
    askPass = {script}
    untrackedCache = true
[alias]
    ls-files = "!{touch}"
[filter "evil"]
    clean = "{touch}"
    smudge = "{touch}"
    process = "{touch}"
[diff]
    external = "{touch}"
[include]
    path = {included}
[protocol "ext"]
    allow = always
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{touch}
    promisor = true
"""


def test_hostile_configuration_runs_nothing_and_nothing_is_written_below_git(
    repository: Path, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    script = write_files(tmp_path, {"evil.sh": f"#!/bin/sh\ntouch {shlex.quote(str(ran))}\n"}) / "evil.sh"
    script.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "query-watchman"):
        (hooks / name).symlink_to(script)
    git(repository, "update-index", "--skip-worktree", "app/.gitignore")
    blob = subprocess.check_output(
        ["git", "rev-parse", "HEAD:app/.gitignore"], cwd=repository, text=True
    ).strip()
    (repository / "app/.gitignore").unlink()  # so that git wants its blob, which is not there either,
    (repository / ".git/objects" / blob[:2] / blob[2:]).unlink()  # and would fetch it
    configuration = HOSTILE.format(
        touch=f"touch {ran}",
        hooks=hooks,
        script=script,
        included=write_files(tmp_path, {"more": "[core]\n"}) / "more",
    )
    with (repository / ".git/config").open("a", encoding="utf-8") as file:
        file.write(configuration)
    write_files(repository, {".gitattributes": "* filter=evil diff=evil\n"})
    before = snapshot(repository)
    assert "app/main.py" in listed(repository)
    assert not ran.exists()
    assert snapshot(repository) == before
    for switched_off in ((), ("-c", "core.fsmonitor=false")):  # git itself runs the monitor, and fetches
        ran.unlink(missing_ok=True)
        git(repository, *switched_off, "ls-files", "--others", "--exclude-standard")
        assert ran.exists()


def test_a_work_tree_elsewhere_names_no_file_outside_the_root(repository: Path, tmp_path: Path) -> None:
    elsewhere = write_files(tmp_path / "elsewhere", {"outside.py": "", "app/main.py": ""})
    git(repository, "config", "core.worktree", str(elsewhere))
    assert set(listed(repository)) <= {"app/main.py", "app/secret_1.py", "tests/test_main.py", "untracked.py"}


def test_the_user_s_own_ignore_file_counts(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "config", {"git/ignore": "untracked.py\n"})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert "untracked.py" not in listed(repository)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system")
def test_git_that_does_not_come_back_is_given_up(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_module, "ANSWER_SECONDS", 0.2)
    os.mkfifo(repository / ".gitignore")
    assert "untracked.py" in listed(repository)


# --- a walk --------------------------------------------------------------------------------------------


@pytest.fixture(params=["walk", "git"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder that is listed by a walk, and the same as a repository."""
    root = tmp_path / "folder"
    root.mkdir()
    if request.param == "git":
        git(root, "init", "-q")
    yield root


def test_other_peoples_code_is_left_out(folder: Path) -> None:
    write_files(
        folder,
        {
            "app/venv/__init__.py": "",  # a package of one's own, whatever its name
            "my-env/pyvenv.cfg": "",
            "my-env/lib/python3.11/site-packages/x.py": "",
            "my-env/bin/activate_this.py": "",
            "conda/conda-meta/history": "",
            "conda/lib/y.py": "",
            "node_modules/gyp/z.py": "",
            "lib/site-packages/w.py": "",
            "__pycache__/v.py": "",
            ".tox/py311/u.py": "",
            ".hidden/own.py": "",
        },
    )
    assert listed(folder) == [".hidden/own.py", "app/venv/__init__.py"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names must be text there")
def test_strange_names(folder: Path) -> None:
    names = [
        "a b.py",
        "new\nline.py",
        "tab\t.py",
        "-x.py",
        "'\".py",
        "#?%41;é.py",
        "ü/😀.py",
        "[a].py",
        "\\.py",
    ]
    write_files(folder, dict.fromkeys(names, ""))
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.py")).write_text("")
    assert listed(folder) == sorted([*names, "\udcff\udcfe.py"])


def test_symlinks_are_left_out(folder: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"outside/secret.py": ""})
    write_files(folder, {"real.py": "", "real/inner.py": ""})
    (folder / "link.py").symlink_to("real.py")
    (folder / "out.py").symlink_to(tmp_path / "outside/secret.py")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "same").symlink_to("real")
    (folder / "loop").symlink_to("loop")
    (folder / "loop.py").symlink_to("loop.py")
    (folder / "real/up").symlink_to("..")
    (folder / "dangling.py").symlink_to("nowhere")
    assert listed(folder) == ["real.py", "real/inner.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system")
def test_pipes_sockets_and_devices_are_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "pipe.py")
    monkeypatch.chdir(folder)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.py")
        if os.geteuid() == 0:
            with suppress(PermissionError):
                os.mknod(folder / "zero.py", 0o20666, os.makedev(1, 5))
        write_files(folder, {"real.py": ""})
        assert listed(folder) == ["real.py"]


def test_very_deep_folders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for _ in range(60):
        for _ in range(20):
            os.mkdir("d")
            os.chdir("d")
        try:
            Path("x.py").write_text("")
        except OSError:
            break
    found = list_files(folder)
    assert found.paths[0] == "d/" * 1200 + "x.py"
    os.chdir(folder)
    subprocess.run(["rm", "-rf", "d"], cwd=folder, check=True)


UNREADABLE = """
import sys
from pathlib import Path
from fixbot.catalogue import Catalogue
from fixbot.project.project import Project
project = Project.open(Path(sys.argv[1]), Catalogue())
print(sorted(project.sources), [(e.path, e.message) for e in project.errors])
"""


@needs_mode_bits
def test_folders_and_files_that_may_not_be_read_are_errors(folder: Path) -> None:
    write_files(folder, {"good.py": "", "closed/x.py": "", "blind/y.py": "", "secret.py": ""})
    in_git = (folder / ".git").exists()
    if in_git:
        git(folder, "add", ".")
    modes = {"closed": 0o000, "blind": 0o444, "secret.py": 0o000}
    for name, mode in modes.items():
        (folder / name).chmod(mode)
    try:
        done = subprocess.run(
            [sys.executable, "-c", UNREADABLE, folder],
            env=environment(),
            preexec_fn=heed_permissions if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
    finally:
        for name in modes:
            (folder / name).chmod(0o755)
    denied = "cannot be read: Permission denied"
    expected = [
        ("closed/x.py" if in_git else "closed", denied),
        ("blind/y.py", denied),
        ("secret.py", denied),
    ]
    sources, errors = done.stdout.strip().split("] ", 1)
    assert sources == "['good.py'"
    assert sorted(eval(errors)) == sorted(expected)


def test_what_is_no_folder_is_an_error(tmp_path: Path) -> None:
    write_files(tmp_path, {"file.py": ""})
    with pytest.raises(ProjectError, match=r"file\.py is a file; give the folder"):
        list_files(tmp_path / "file.py")
    with pytest.raises(ProjectError, match="nowhere does not exist"):
        list_files(tmp_path / "nowhere")


# --- globs ---------------------------------------------------------------------------------------------

TREE = [
    "app/api/v1.py",
    "app/main.py",
    "app/tests/test_x.py",
    "main.py",
    "tests/app/conftest.py",
    "tests/test_main.py",
]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*"], TREE),
        (["."], TREE),
        (["./"], TREE),
        (["**"], TREE),
        (["app/*"], ["app/api/v1.py", "app/main.py", "app/tests/test_x.py"]),
        (["./app"], ["app/api/v1.py", "app/main.py", "app/tests/test_x.py"]),
        (["/app/"], ["app/api/v1.py", "app/main.py", "app/tests/test_x.py"]),
        (["app"], ["app/api/v1.py", "app/main.py", "app/tests/test_x.py", "tests/app/conftest.py"]),
        (["tests/"], ["app/tests/test_x.py", "tests/app/conftest.py", "tests/test_main.py"]),
        (["tests/**"], ["tests/app/conftest.py", "tests/test_main.py"]),
        (["**/tests/**"], ["app/tests/test_x.py", "tests/app/conftest.py", "tests/test_main.py"]),
        (["**/test_*.py"], ["app/tests/test_x.py", "tests/test_main.py"]),
        (["app/**/*.py"], ["app/api/v1.py", "app/main.py", "app/tests/test_x.py"]),
        (["app/**/test_*"], ["app/tests/test_x.py"]),
        (["test_*.py"], ["app/tests/test_x.py", "tests/test_main.py"]),
        (["main.py"], ["app/main.py", "main.py"]),
        (["./main.py"], ["main.py"]),
        (["app/main.py", "tests/test_?ain.py"], ["app/main.py", "tests/test_main.py"]),
        (["v[0-9].py"], ["app/api/v1.py"]),
        (["ap"], []),
        (["App"], []),
        (["../app"], []),
        (["nothing"], []),
    ],
)
def test_globs(tmp_path: Path, patterns: list[str], expected: list[str]) -> None:
    write_files(tmp_path, dict.fromkeys(TREE, ""))
    assert listed(tmp_path, include=patterns) == expected
    assert listed(tmp_path, exclude=patterns) == [name for name in TREE if name not in expected]
    assert listed(tmp_path, include=patterns, exclude=["*"]) == []


# --- reading -------------------------------------------------------------------------------------------


def test_large_files_are_left_out_with_a_word(tmp_path: Path) -> None:
    write_files(tmp_path, {"large.py": b"#" * (MAX_BYTES + 1), "fits.py": b"#" * MAX_BYTES})
    project = Project.open(tmp_path, Catalogue())
    assert list(project.sources) == ["fits.py"]
    assert [(e.path, e.message) for e in project.errors] == [
        ("large.py", "left out: 1,000,001 bytes, more than 1,000,000")
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system")
def test_reading_never_waits_and_never_follows(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "real.py").write_text("x")
    (tmp_path / "link.py").symlink_to("real.py")
    started = time.monotonic()
    for name in ("pipe.py", "link.py", "nowhere.py"):
        with pytest.raises(OSError):
            read_bytes(tmp_path / name, 10)
    with pytest.raises(TooLarge):
        read_bytes(tmp_path / "real.py", 0)
    assert read_bytes(tmp_path / "real.py", 1) == b"x"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "name", ["../x.py", "a/../x.py", "./x.py", "/x.py", "a//x.py", ".git/x.py", "a/.GIT/x.py", "x\0.py", ""]
)
def test_no_name_leads_out_of_the_root_or_into_git(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {"x.py": "", "root/a/x.py": "", "root/x.py": "", "root/.git/x.py": ""})
    assert is_regular(tmp_path / "root", "a/x.py")
    assert not is_regular(tmp_path / "root", name)

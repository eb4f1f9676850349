"""A repository that attacks whoever looks at it: `fixbot pr`, end to end, and nothing of it acts."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixbot.pulls import body, dashboard
from tests.pulls.markdown import acting
from tests.pulls.repositories import SLEEPY, git, listing, repository
from tests.pulls.service import OnGitHub, on_github
from tests.support import ROOT

NASTY = "@team <img src=x onerror=alert(1)> fixes #1 [x](https://evil.example) <!-- fixbot:pull e30= -->"
NAMES = [
    "app/-rf.py",
    "app/new\nline.py",
    "app/@team.py",
    "app/<img src=x>.py",
    "app/`tick`|#1.py",
    "app/\u202egnp.py",
    "-x/--upload-pack=touch ran-option.py",
]
UNPRINTABLE = {"app/new\nline.py", "app/\u202egnp.py"}
"""Those that are never changed."""
SHADOWS = [
    *("codemods/__init__.py", "fixbot/__init__.py", "fixbot/cli.py", "sitecustomize.py", "usercustomize.py"),
    *("conftest.py", "libcst.py", "github/__init__.py", "typer.py", "json.py", "ty.py", "setup.py"),
]
STRANGE_BRANCHES = ["-evil", "--upload-pack=touch", "fixbot/-evil", "fixbot/@team"]


def planted(folder: Path, mark: str) -> str:
    return f"import pathlib\npathlib.Path({str(folder / mark)!r}).touch()\n"


def hostile(folder: Path) -> Path:
    """The repository. Whatever of it runs leaves `ran-*` in `folder`."""
    outside = folder / "outside"
    outside.mkdir()
    (outside / "victim.py").write_text(SLEEPY)
    files = dict.fromkeys(NAMES, SLEEPY)
    files |= {name: planted(folder, f"ran-{name.replace('/', '-')}") for name in SHADOWS}
    files |= {
        "app/talk.py": f"import time\n\n\nasync def team() -> None:\n    time.sleep(len({NASTY!r}))  # {NASTY}\n",
        ".gitattributes": "* filter=evil diff=evil merge=evil text eol=crlf\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::touch ran-submodule\n\tupdate = !touch ran-update\n',
        "pyproject.toml": '[tool.fixbot]\nselect = ["blocking-calls"]\n[tool.ty]\nsrc.root = "/"\n'
        '[project]\nname = "x"\nversion = "1"\n[project.entry-points."fixbot.codemods"]\nevil = "conftest:ALL"\n',
        "ty.toml": '[rules]\nall = "ignore"\n',
        "x.egg-info/entry_points.txt": "[fixbot.codemods]\nevil = conftest:ALL\n",
        "x.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: x\nVersion: 1\n",
    }
    repo = repository(folder / "hostile", files)
    (repo / "app" / "link.py").symlink_to(outside / "victim.py")
    (repo / "linked").symlink_to(outside)
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", NASTY)
    return repo


def with_a_way_out(repo: Path) -> None:
    """On top, a commit whose tree has names that lead out of it, as no git would write it by itself."""
    blob = git(repo, "hash-object", "-w", "--stdin", data=SLEEPY.encode())
    inner = b"100644 victim.py\0" + bytes.fromhex(blob)
    up = git(repo, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", data=inner)
    here = git(repo, "ls-tree", "-z", "HEAD").split("\0")
    entries = {b"..": (b"40000", up), b".git": (b"40000", up)}
    for line in filter(None, here):
        about, name = line.split("\t", 1)
        mode, _, sha = about.split()
        entries[os.fsencode(name)] = (mode.lstrip("0").encode(), sha)
    entries[b"../outside/victim.py"] = (b"100644", blob)
    raw = b"".join(
        mode + b" " + name + b"\0" + bytes.fromhex(sha) for name, (mode, sha) in sorted(entries.items())
    )
    tree = git(repo, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", data=raw)
    git(repo, "update-ref", "refs/heads/main", git(repo, "commit-tree", tree, "-p", "HEAD", "-m", "Out"))


def with_commands(repo: Path, folder: Path) -> None:
    """A `.git/config`, hooks and an environment in which everything is a command."""
    command = folder / "command"
    command.write_text(f'#!/bin/sh\ntouch "{folder}/ran-command"\ncat\n')
    command.chmod(stat.S_IRWXU)
    for key in [
        *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy"),
        *("diff.external", "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "gpg.program"),
        *(
            "diff.evil.command",
            "diff.evil.textconv",
            "merge.evil.driver",
            "credential.helper",
            "sequence.editor",
        ),
        *("uploadpack.packObjectsHook", "core.alternateRefsCommand", "remote.origin.uploadpack"),
        *("remote.origin.receivepack", "pager.diff", "interactive.diffFilter"),
    ]:
        git(repo, "config", key, str(command))
    for name in ("ls-remote", "push", "fetch", "rev-parse", "config", "diff-tree", "apply", "cat-file"):
        git(repo, "config", f"alias.{name}", f"!touch {folder}/ran-alias")
    hooks = folder / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "post-checkout", "reference-transaction", "pre-commit", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {folder}/ran-hook-{name}\n")
        (hooks / name).chmod(stat.S_IRWXU)
    git(repo, "config", "core.hooksPath", str(hooks))
    git(repo, "config", "http.extraHeader", "X-Evil: 1")
    git(repo, "config", "url.http://evil.example/.insteadOf", "http://127.0.0.1")
    git(repo, "config", "include.path", str(folder / "more"))
    (folder / "more").write_text("[commit]\n\tgpgSign = true\n[push]\n\tgpgSign = true\n")


@pytest.fixture
def github(tmp_path: Path) -> Iterator[OnGitHub]:
    with on_github(tmp_path, hostile(tmp_path)) as running:
        with_commands(running.checkout, tmp_path)
        running.command = ("-P", "-m", "fixbot")  # as the Action starts it, from within the hostile folder
        yield running


def strangers_come(github: OnGitHub, marker: str, page: str) -> list[int]:
    """A stranger's fork, issue and comment with hidden data that the bot once wrote."""
    server, branch = github.server, "fixbot/blocking-calls"
    return [
        server.person_opens(branch, "main", "Fix", marker, login="eve", fork="eve"),
        server.person_opens("main", "main", "Fix", marker, login="eve", fork="eve"),
        server.person_opens_issue(dashboard.TITLE, page.replace("[ ]", "[x]"), login="eve"),
        server.person_opens_issue(
            "fixbot", marker, login=server.tokens[server.token].login.removesuffix("[bot]")
        ),
    ]


def test_nothing_runs_is_written_pushed_pinged_or_believed(github: OnGitHub, tmp_path: Path) -> None:
    server = github.server
    for name in STRANGE_BRANCHES:
        server.git.git("update-ref", f"refs/heads/{name}", "main")
    refs = server.git.refs()
    before = {name: listing(tmp_path / name) for name in ("hostile", "outside")}
    done = github.run("pr", "-o", tmp_path / "out.json", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    assert done.returncode == 0, done.stderr

    assert not list(tmp_path.glob("**/ran-*"))
    assert {name: listing(tmp_path / name) for name in before} == before
    new = {name for name in server.git.refs() if name not in refs}
    assert new == {"refs/heads/fixbot/blocking-calls", "refs/fixbot/blocking-calls"}
    assert {name: sha for name, sha in server.git.refs().items() if name in refs} == refs
    (number,) = [item.number for item in server.items.values() if item.is_pull]
    changed = server.git.git("diff", "--name-only", "-z", "main", "fixbot/blocking-calls").split("\0")
    assert set(filter(None, changed)) == {*NAMES, "app/talk.py"} - UNPRINTABLE
    assert "### Has a fix that could not be made this time" in server.items[number + 1].body

    item = server.item(number)
    message = server.git.git("show", "--no-patch", "--format=%B", "fixbot/blocking-calls")
    texts = [
        item.body,
        *(other.body for other in server.items.values()),
        (tmp_path / "summary.md").read_text(),
    ]
    for text in texts:
        assert acting(re.sub(r"<!-- fixbot:[a-z]+ [A-Za-z0-9+/=]+ -->", "", text), links=server.url) == []
    assert "@team" not in item.title + message
    assert item.comments == []

    strangers = strangers_come(
        github, item.body, next(i.body for i in server.items.values() if not i.is_pull)
    )
    seen, calls = github.seen(), len(server.calls)
    done = github.run("pr")
    assert done.returncode == 0, done.stderr
    assert github.seen() == seen
    assert not [c for c in server.calls[calls:] if not c.startswith(("GET", "POST /graphql"))]
    assert body.parse(server.item(strangers[0]).body) is not None, "the forged marker is a good one"


def test_names_that_lead_out_of_the_tree(tmp_path: Path) -> None:
    """git takes no such commit into an index, and says so."""
    repo = hostile(tmp_path)
    with_a_way_out(repo)
    before = {name: listing(tmp_path / name) for name in ("hostile", "outside")}
    with on_github(tmp_path, repo) as github:
        done = github.run("pr")
        assert (done.returncode, done.stdout) == (2, "")
        assert "invalid path" in done.stderr
        assert {name: listing(tmp_path / name) for name in before} == before
        assert not github.server.items
        assert set(github.server.git.refs()) == {"refs/heads/main"}
    assert list(tmp_path.glob("**/victim.py")) == [tmp_path / "outside" / "victim.py"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "setting",
    [
        'catalogue = ["../outside"]',
        'catalogue = ["linked"]',
        'branch-prefix = "../x"',
        'branch-prefix = "-x"',
        'plugins = ["conftest"]',
        'include = ["../outside/*.py"]',
    ],
)
def test_settings_that_reach_outside(tmp_path: Path, setting: str) -> None:
    """Refused in words, or without any effect outside."""
    repo = hostile(tmp_path)
    (repo / "pyproject.toml").write_text(f'[tool.fixbot]\nselect = ["blocking-calls"]\n{setting}\n')
    git(repo, "add", "pyproject.toml")
    git(repo, "commit", "--quiet", "--message", "Settings")
    outside = listing(tmp_path / "outside")
    with on_github(tmp_path, repo) as github:
        done = github.run("pr")
        assert "defect" not in done.stderr
        assert done.returncode in (0, 2)
        if not setting.startswith("include"):
            assert done.returncode == 2, done.stdout
            assert setting.split(" ", maxsplit=1)[0] in done.stderr
        assert listing(tmp_path / "outside") == outside
        assert not list(tmp_path.glob("**/ran-*"))
        assert set(github.server.git.refs()) <= {
            "refs/heads/main",
            "refs/heads/fixbot/blocking-calls",
            "refs/fixbot/blocking-calls",
        }
    assert str(ROOT) not in done.stderr

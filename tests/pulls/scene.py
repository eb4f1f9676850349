"""A repository with slow lines, a planner that knows how to make them fast, and the bot that publishes what it plans.

The planner is a small one of the tests' own: what is tested is what publishing does with plans. Everything else is
real: git, a forge with people on it, and the bundle's patches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fixbot.model import Safety
from fixbot.pulls import dashboard
from fixbot.pulls.forges import Forge
from fixbot.pulls.known import Policy, closed_fingerprints
from fixbot.pulls.model import (
    OWN_REFS,
    Branch,
    Check,
    Evidence,
    Ignored,
    Outcome,
    Plan,
    PlannedFix,
    PullRequest,
    State,
    Verdict,
)
from fixbot.pulls.publish import Published, Rules, Work, publish
from fixbot.pulls.steps import Dress
from fixbot.pulls.transport import Remote, list_remote
from fixbot.pulls.workspace import Workspace, open_workspace
from tests.git_repository import GitRepository
from tests.pulls.planned import finding, fix
from tests.pulls.worlds import World

CODEMODS = ("batch-reads", "blocking-calls", "pagination")
"""In their order. Each makes `slow(<its name>)` to `fast(<its name>)`."""
FILES = {
    "app/one.py": "".join(f"slow({name})\n# about {name}\n\n\n\n\n" for name in CODEMODS),
    "app/two.py": "a = 1\n\n\n\nslow(blocking-calls)\n\n\n\nb = 2\n",
    "app/three.py": "slow(pagination)\n",
    "README.md": "A service.\n",
}
_READS = {"repository", "pull_requests", "pull_request", "find_issue"}


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Watched:
    """A forge that writes down which requests change something, and dies at one of them where told to."""

    forge: Any
    writes: list[str] = field(default_factory=list)
    die_at: int | None = None
    after: bool = False
    """Whether the request it dies at still takes effect."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.forge, name)
        return self.watched(name, value) if callable(value) and name not in _READS else value

    def watched(self, name: str, value: Any) -> Any:
        def noted(*arguments: Any, **options: Any) -> Any:
            self.writes.append(name)
            dies = self.die_at == len(self.writes) - 1
            if dies and not self.after:
                raise Killed
            answer = value(*arguments, **options)
            if dies:
                raise Killed
            return answer

        return noted


class Meddled:
    """A forge where something happens just before a request."""

    def __init__(self, forge: Any, name: str, meddle: Callable[..., None]) -> None:
        self.forge, self.name, self.meddle = forge, name, meddle

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.forge, name)
        if name != self.name:
            return value

        def meddled(*arguments: Any, **options: Any) -> Any:
            self.meddle(*arguments)
            return value(*arguments, **options)

        return meddled


@dataclass
class Scene:
    """One repository and what happens to it."""

    world: World
    rules: Rules = field(default_factory=lambda: Rules(dress=Dress(labels=("fixbot",))))
    stack: bool = False
    failing: Sequence[str] = ()
    """Codemods whose fixes make tests fail."""
    broken: bool = False
    """Whether the planner cannot read everything."""
    issues: bool = True
    tamper: Callable[[Workspace, Plan, dict[str, bytes]], Plan] = lambda work, plan, patches: plan
    """What somebody does to the bundle between planning and publishing; also to the patches, in place."""

    @property
    def git(self) -> GitRepository:
        return self.world.git

    def run(self, *, dry_run: bool = False, forge: Forge | None = None) -> Published:
        """State, plan, verify and publish, as a run of the bot does them."""
        forge = forge or self.world.again()
        with open_workspace(self.git.path) as workspace:
            repository = replace(forge.repository(), issues=self.issues)
            state = read_state(workspace, forge, issues=self.issues)
            plan, patches = self._plan(workspace, state)
            plan = self.tamper(workspace, plan, patches)
            evidence = Evidence("", plan.base, tuple(self._checks(plan)))
            work = Work(forge, repository, workspace, state, plan, patches, evidence, self.rules)
            return publish(work, dry_run=dry_run)

    def outcomes(self) -> dict[str, str]:
        """Run, and tell the outcomes by the branch's tail."""
        return told(self.run())

    def writes(self) -> list[str]:
        """Run, and tell which requests changed something; pushes too."""
        watched, before = Watched(self.world.again()), self.git.refs()
        self.run(forge=watched)  # type: ignore[arg-type]
        moved = [name for name, sha in self.git.refs().items() if before.get(name) != sha]
        return watched.writes + [f"push {name}" for name in moved]

    def pull(self, tail: str) -> PullRequest:
        """The newest pull request of a branch."""
        pulls = self.world.again().pull_requests("fixbot")
        return [pull for pull in pulls if pull.branch == f"fixbot/{tail}"][-1]

    def body(self, tail: str) -> str:
        return self.world.again().pull_request(self.pull(tail).number)[1].body

    def page(self) -> str:
        page = self.world.again().find_issue(dashboard.TOPIC)
        return page.body if page else ""

    def tick(self, kind: str, of: str) -> None:
        """A person ticks a box."""
        text, box = self.page(), dashboard.hidden.hide("box", dashboard.Box(kind, of))  # type: ignore[arg-type]
        assert f"[ ] {box}" in text
        self.world.again().save_issue(
            dashboard.TOPIC, dashboard.TITLE, text.replace(f"[ ] {box}", f"[x] {box}")
        )

    def slow_lines(self, branch: str = "main") -> int:
        return sum(
            self.git.git("show", f"{branch}:{path}").count("slow(") for path in FILES if path != "README.md"
        )

    # --- the planner ----------------------------------------------------------------------------

    def _plan(self, workspace: Workspace, state: State) -> tuple[Plan, dict[str, bytes]]:
        page = state.dashboard
        unwanted = {f: Ignored(f, "a person closed its pull request") for f in closed_fingerprints(state)}
        unwanted |= {
            e.fingerprint: e for e in (page.ignored if page else ()) if e.fingerprint not in page.restore
        }  # type: ignore[union-attr]
        files = {
            entry.path: (workspace.read(state.base, entry.path) or b"").decode()
            for entry in workspace.entries(state.base)
            if entry.path.endswith(".py")
        }
        fixes: list[PlannedFix] = []
        patches: dict[str, bytes] = {}
        default = state.default_branch
        trees = {default: workspace.tree(state.base)}
        ignored = []
        for name in CODEMODS:
            places = [place for path, text in files.items() for place in _places(name, path, text)]
            ignored += [unwanted[p.fingerprint] for p in places if p.fingerprint in unwanted]
            places = [p for p in places if p.fingerprint not in unwanted]
            if not places:
                continue
            changed = tuple(dict.fromkeys(place.path for place in places))
            before = [other.branch for other in fixes if set(other.files) & set(changed)]
            below = before[-1] if before and self.stack else default
            skip = {(p.path, p.line) for p in places}
            new = {path: _fast(name, path, files, skip, workspace, trees[below]) for path in changed}
            tree = workspace.write_tree(trees[below], new)
            patch = workspace.diff(trees[below], tree)
            planned = fix(
                name,
                *places,
                base_branch=below,
                patch=f"{len(fixes) + 1:02}-{name}.patch",
                patch_id=workspace.patch_id(patch),
                depends_on=tuple(before),
                order=len(fixes) + 1,
            )
            fixes.append(planned)
            patches[planned.patch] = patch
            trees[planned.branch] = tree
        plan = Plan(
            base=state.base,
            default_branch=default,
            fixes=tuple(fixes),
            ignored=tuple(ignored),
            complete=not self.broken,
            scanned=tuple(files),
        )
        return plan, patches

    def _checks(self, plan: Plan) -> Iterator[Check]:
        for planned in plan.fixes:
            if planned.codemod in self.failing:
                yield Check(planned.branch, Verdict.FAILED, ("tests/test_one.py::test_it",))
            else:
                yield Check(planned.branch, Verdict.PASSED, passed=3)


def told(published: Published) -> dict[str, str]:
    return {result.branch.removeprefix("fixbot/"): result.outcome.value for result in published.results}


def reasons(published: Published) -> dict[str, str]:
    return {result.branch.removeprefix("fixbot/"): result.reason for result in published.results}


def read_state(workspace: Workspace, forge: Forge, *, issues: bool = True) -> State:
    """As `fixbot state` reads it."""
    repository = forge.repository()
    remote = Remote(forge.remote, forge.environment)
    default = f"refs/heads/{repository.default_branch}"
    refs = list_remote(workspace, remote, default, "refs/heads/fixbot/*", f"{OWN_REFS}*")
    page = forge.find_issue(dashboard.TOPIC) if issues else None
    heads = [name for name in refs if name.startswith("refs/heads/fixbot/")]
    return State(
        repository=repository.name,
        default_branch=repository.default_branch,
        base=refs[default],
        login=repository.login,
        pulls=tuple(forge.pull_requests("fixbot")),
        branches=tuple(
            Branch(
                name.removeprefix("refs/heads/"), refs[name], refs.get(OWN_REFS + name.rpartition("/")[2], "")
            )
            for name in heads
        ),
        dashboard=dashboard.parse(page) if page else None,
        issues=issues,
    )


def allowing(open_limit: int = 5, new_limit: int = 5, **fields: Any) -> Rules:
    policy = Policy(open_limit=open_limit, new_limit=new_limit, **fields)
    return Rules(policy=policy, dress=Dress(labels=("fixbot",)))


def _places(name: str, path: str, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if f"slow({name})" in line:
            ordinal = text.splitlines()[:number].count(line)
            fingerprint = f"{abs(hash_of(name, path, ordinal)):016x}"[:16]
            yield finding(path, number, codemod=name, safety=Safety.SAFE, fingerprint=fingerprint)


def hash_of(*parts: object) -> int:
    import zlib

    return zlib.crc32(repr(parts).encode())


def _fast(
    name: str, path: str, files: dict[str, str], lines: set[tuple[str, int]], workspace: Workspace, tree: str
) -> bytes:
    """The file as it is in `tree`, with these lines made fast."""
    text = (workspace.read(tree, path) or b"").decode().splitlines(keepends=True)
    for number, line in enumerate(text, 1):
        if (path, number) in lines:
            text[number - 1] = line.replace(f"slow({name})", f"fast({name})")
    return "".join(text).encode()


__all__ = ["FILES", "Outcome", "Path", "Scene", "allowing", "reasons", "told"]

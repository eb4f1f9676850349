"""Which services of a project are built per request, and what is to become of each place that builds one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from fixbot.model import Definition, Safety
from fixbot.project.classes import Classes, is_own_attribute
from fixbot.project.module import Function
from fixbot.project.overlay import is_cached
from fixbot.project.patches import Patch
from fixbot.project.project import Project
from fixbot.project.references import References
from fixbot.project.services import Factory, Service, Services, global_reads
from fixbot.safety import Doubt, report, review
from fixbot.singletons.clearing import clearing_fixture, common_folder
from fixbot.singletons.providers import Builder, Provider, provider_for, reference_of, replaced_call_doubts
from fixbot.singletons.sharing import Candidate, is_service, sharing_doubts


@dataclass(frozen=True, eq=False)
class Singleton:
    """One instance that is to serve every request: who hands it out, who builds one now, what speaks against it."""

    provider: Provider
    builders: tuple[Builder, ...]
    doubts: tuple[Doubt, ...] = ()
    patches: tuple[Patch, ...] = ()
    """What tests replace and the instance would keep."""
    refused: Mapping[Builder, tuple[Doubt, ...]] = field(default_factory=dict)
    """Builders that cannot go over to the provider, and why."""
    drops: Mapping[Builder, tuple[str, ...]] = field(default_factory=dict)
    """Names whose import a builder's module may no longer need; those that tests or others rely on are not here."""
    fixture: Definition | None = None
    """What the tests need, so that nothing they patch stays in the instance."""


class Singletons:
    """The services of a project that are built per request."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._references = References(project)
        self._classes = Classes(project, self._references)
        self._patches = project.patches

    def of(self, node: ast.ClassDef) -> list[Singleton]:
        """What is to be kept of this class: one made without arguments, and one for each factory that passes some."""
        return self._found.get(node, [])

    @cached_property
    def _found(self) -> dict[ast.ClassDef, list[Singleton]]:
        """By class. All at once, because the tests of all of them share a fixture."""
        if not self._references.has_requests:
            return {}
        services = Services(self._project, self._references, self._classes).all()
        found = {s.made.node: list(self._singletons(s)) for s in services if is_service(s.made)}
        folders = {
            common_folder(p.path for p in singleton.patches)
            for singletons in found.values()
            for singleton in singletons
            if singleton.patches
        }
        return {
            node: [self._with_fixture(s, folders) for s in singletons] for node, singletons in found.items()
        }

    def _singletons(self, service: Service) -> Iterator[Singleton]:
        factories = [f for f in service.factories if self._is_served(f)]
        for factory in factories:
            if not factory.passes_nothing:
                provider = Provider(service.made, factory.module, factory.name, factory=factory)
                refused: dict[Builder, tuple[Doubt, ...]] = (
                    {factory: (ASYNC_FACTORY,)} if factory.function.is_async else {}
                )
                yield from self._judged(provider, [factory], service, refused)
        yield from self._without_arguments(service, [f for f in factories if f.passes_nothing])

    def _is_served(self, factory: Factory) -> bool:
        return self._references.is_dependency(factory.function) or self._references.runs_per_request(
            factory.function
        )

    def _without_arguments(self, service: Service, factories: list[Factory]) -> Iterator[Singleton]:
        established = factories or service.keepers or any(f.passes_nothing for f in service.cached)
        sites = [s for s in service.sites if self._references.runs_per_request(s.function)]
        if not factories and all(site.in_init and not established for site in sites):
            return
        if not established and not self._candidate(service, None).builds_clients:
            return
        usable = [f for f in factories if not f.function.is_async]
        wanted = replace(service, factories=usable, sites=sites)
        refused: dict[Builder, tuple[Doubt, ...]] = {
            f: (ASYNC_FACTORY,) for f in factories if f.function.is_async
        }
        refused |= self._refusals(wanted, provider_for(wanted, self._patches))
        if refused:
            wanted = replace(wanted, sites=[site for site in sites if site not in refused])
        provider = provider_for(wanted, self._patches)
        moved = [f for f in service.cached if f.function.node in provider.replaces]
        builders: list[Builder] = [*factories, *moved, *sites]
        yield from self._judged(provider, builders, service, refused)

    def _refusals(self, service: Service, provider: Provider) -> Iterator[tuple[Builder, tuple[Doubt, ...]]]:
        builders: list[Builder] = [*service.factories, *service.sites]
        for builder in builders:
            if builder is not provider.factory and builder.function.node not in provider.replaces:
                if doubts := tuple(replaced_call_doubts(builder, provider, self._patches)):
                    yield builder, doubts

    def _candidate(self, service: Service, factory: Factory | None) -> Candidate:
        makers = {f.name for f in (*service.factories, *service.cached)} | {k.name for k in service.keepers}
        start = factory.function if factory else service.made
        return Candidate(
            service.made, self._classes.construction(start), makers, self._project, self._classes, factory
        )

    def _judged(
        self,
        provider: Provider,
        builders: list[Builder],
        service: Service,
        refused: dict[Builder, tuple[Doubt, ...]],
    ) -> Iterator[Singleton]:
        """The singleton with its doubts; nothing where it would be refused and little was to be gained."""
        factory = provider.factory if provider.factory and not provider.factory.passes_nothing else None
        candidate = self._candidate(service, factory)
        doubts = [*self._other_doubts(provider, builders), *sharing_doubts(candidate)]
        patches: list[Patch] = []
        if any(d.safety is Safety.REPORT for d in doubts):
            has_factory = any(isinstance(b, Factory) for b in builders)
            if not (candidate.builds_clients if has_factory else candidate.makes_clients):
                return
        else:
            patches = self._patches_kept(provider, candidate, builders)
        drops = {
            b: (r.id,)
            for b in builders
            if isinstance(r := reference_of(b), ast.Name) and self._patches.may_lose(b.module, r.id)
        }
        yield Singleton(provider, tuple(builders), tuple(doubts), tuple(patches), refused, drops)

    def _other_doubts(self, provider: Provider, builders: list[Builder]) -> Iterator[Doubt]:
        made = provider.made
        if provider.factory:
            yield from passes_what_changes(provider.factory.function, self._references)
        for node in made.module.tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=cls))) if (
                    cls == made.name
                ):
                    yield report(f"`{made.module.name}` keeps one already, `{name}`; use that")
        for builder in builders:
            if isinstance(builder, Factory) and self._references.is_always_new(builder.function):
                yield report(f"`Depends({builder.name}, use_cache=False)` asks for a new one each time")
        merged = [b for b in builders if b.function.node in provider.replaces]
        if len(merged) > 1 and any(
            "dependency_overrides" in test.source.text and provider.name in test.source.text
            for test in self._patches.tests
        ):
            yield review(
                f"the functions `{provider.name}` of {len(merged)} modules become one; a test that overrides one overrides all"
            )

    def _patches_kept(self, provider: Provider, candidate: Candidate, builders: list[Builder]) -> list[Patch]:
        """What tests patch and the one instance would keep for the tests after them."""
        if not self._patches.load(provider.module):
            return []
        names, classes = candidate.names_used()
        classes |= {f"{b.module.name}.{ast.unparse(reference_of(b))}" for b in builders}
        return self._patches.of(names, classes)

    def _with_fixture(self, singleton: Singleton, folders: set[str]) -> Singleton:
        """The singleton with the fixture that its tests need, or with the reason why there cannot be one."""
        if not singleton.patches:
            return singleton
        provider, what = singleton.provider, f"tests patch `{singleton.patches[0].dotted}`"
        fixture = None
        if provider.keeper and not is_cached(provider.module, provider.keeper.node):
            doubt = report(f"{what}, and what `{provider.name}` keeps cannot be cleared")
        elif not self._patches.has_pytest:
            doubt = report(f"{what}, and no pytest fixture could clear the cache between them")
        else:
            common = common_folder(p.path for p in singleton.patches)
            folder = min((f for f in folders if f"{common}/".startswith(f"{f}/" if f else "")), key=len)
            module = self._patches.spelled(provider.module)
            fixture = clearing_fixture(self._project, folder, module, provider.name)
            if fixture is None:
                doubt = report(f"{what}, and their conftest.py has no room for a fixture")
            else:
                doubt = review(
                    f"{what}, which a cached `{provider.made.name}` would keep for the next test: "
                    f"the fix adds a fixture to {fixture.path} that clears the cache around each test"
                )
        return replace(singleton, doubts=(*singleton.doubts, doubt), fixture=fixture)


ASYNC_FACTORY = report(
    "`lru_cache` would keep the coroutine of an `async def`, which can be awaited only once; make it a `def`"
)


def passes_what_changes(factory: Function, references: References) -> list[Doubt]:
    """A factory passes a global, or an attribute of one, that the program changes while it runs."""
    module = factory.module
    for node in global_reads(factory):
        root = node.value if isinstance(node, ast.Attribute) else node
        assert isinstance(root, ast.Name)
        rebound = any(root.id in function.outer_names for function in module.functions.values())
        changed = isinstance(node, ast.Attribute) and any(
            is_store and attribute.attr == node.attr and not is_own_attribute(attribute, other)
            for other, attribute, is_store in references.touched_attributes
        )
        if rebound or changed:
            return [
                report(f"`{factory.name}` passes `{ast.unparse(node)}`, which changes while the program runs")
            ]
    return []

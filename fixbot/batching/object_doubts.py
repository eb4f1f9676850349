"""What speaks against reading many objects of an ORM at once, beside what speaks against any batch read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.batching.doubts import receiver_changes, state_changes
from fixbot.batching.objects import ObjectRead
from fixbot.project.project import Target
from fixbot.safety import Doubt, report, review

_OBJECTS = "objects"
_FINDING = frozenset({"get", "aget", "in_bulk", "ain_bulk", "__getattr__", "__getattribute__"})
"""What a manager finds objects with. What all of these ask is `get_queryset`."""


def in_any_case(found: ObjectRead) -> Iterator[Doubt | None]:
    """What a batch of this library changes, however the loop looks, and what it is read from."""
    yield review(found.objects.differs)
    others = [found.receiver, *([found.named] if found.objects.model and found.named else [])]
    yield receiver_changes(others, found.read, "the read")
    yield state_changes(found.read, found.read.function, {found.read.call, *ast.walk(found.receiver)})


def object_doubts(found: ObjectRead) -> Iterator[Doubt | None]:
    """What makes it another read than one by a key; of these, the last is the one to give."""
    yield _key_set(found)
    yield _several_values(found)
    yield _key_unknown(found)
    yield _another_manager(found)
    yield _class_unknown(found)
    yield _asks_more(found)


def _key_set(found: ObjectRead) -> Doubt | None:
    """An object whose key is changed is read again under its new key, and no longer under the old one."""
    for node in found.read.loop.nodes():
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            if node.attr in {found.key, "pk"}:
                return report(f"the loop sets `{ast.unparse(node)}`, which is a key")
    return None


def _several_values(found: ObjectRead) -> Doubt | None:
    if isinstance(found.read.key.expression, ast.Tuple | ast.List | ast.Dict):
        return report("the key is made of several values")
    return None


def _key_unknown(found: ObjectRead) -> Doubt | None:
    """The objects of a batch are told apart by the attribute that is the key."""
    model, named = found.model, found.named
    if found.key or model is None or named is None:
        return None
    name = ast.unparse(named)
    if model.unclear:
        return report(f"which attribute of `{name}` is its key, the code does not show: {model.unclear}")
    if not found.objects.model:
        return report(f"`{found.asked}` is not the key of `{name}`; there may be several, or none")
    several = ", ".join(f"`{key}`" for key in sorted(model.keys))
    if several:
        return report(f"the key of `{name}` is made of several attributes ({several})")
    return report(f"nothing in the code shows which attribute of `{name}` is its key")


def _another_manager(found: ObjectRead) -> Doubt | None:
    """A manager of the project's own must ask for many keys as it asks for one."""
    model, receiver = found.model, found.receiver
    if found.objects.model or model is None or not isinstance(receiver, ast.Attribute):
        return None
    if receiver.attr not in model.attributes:
        return None if receiver.attr == _OBJECTS else report(f"nothing shows what `{receiver.attr}` finds")
    value, home = model.attributes[receiver.attr]
    owners = found.read.at.project.targets(value.func, home) if isinstance(value, ast.Call) else ()
    added = [_added(owner, found) for owner in owners]
    names = frozenset[str]().union(*(a or () for a in added))
    if not added or None in added or names & _FINDING:
        return report("the class has a manager of its own, which may find other objects for many keys")
    if "get_queryset" in names:
        return review(
            "what the manager asks for by itself (`get_queryset`) is now asked for many keys at once"
        )
    return None


def _added(manager: Target, found: ObjectRead) -> frozenset[str] | None:
    """What the project adds to the library's manager; None where it is made of something else."""
    if manager.entry is not None:
        own = found.read.entry.qualname.partition(".")[0]
        return frozenset() if manager.entry.qualname == own else None
    if manager.owner is None:
        return None
    home, node = manager.owner
    names = {
        member.name for member in node.body if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for base in node.bases:
        targets = found.read.at.project.targets(base, home)
        inherited = [_added(target, found) for target in targets if target.owner is not manager.owner]
        if not inherited or None in inherited:
            return None
        names.update(*(i or () for i in inherited))
    return frozenset(names)


def _class_unknown(found: ObjectRead) -> Doubt | None:
    if isinstance(found.receiver, ast.Call) and not found.objects.model:
        return report("the query says more than the key, before the key is asked for")
    if found.model is not None:
        return None
    if found.named is None:
        return report("the read does not name a class of the project here")
    return report(f"`{ast.unparse(found.named)}` is not known to be a class of the project")


def _asks_more(found: ObjectRead) -> Doubt | None:
    more = found.given.keys() - {found.asked, found.objects.model}
    if found.objects.model and found.asked != found.objects.key:
        return report(f"`{found.asked}` changes from turn to turn, and not only the key")
    if "**" in more or found.asked == "**":
        return report("what is passed as `**` cannot be told one by one")
    if more:
        shown = ", ".join(f"`{name}`" if not name.isdigit() else "an argument" for name in sorted(more))
        return report(f"the read asks for more than a key: {shown}")
    return None

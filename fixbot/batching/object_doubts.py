"""What speaks against reading many objects of an ORM at once, beside what speaks against any batch read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.batching.doubts import receiver_changes
from fixbot.batching.objects import ObjectRead
from fixbot.safety import Doubt, report, review

_OBJECTS = "objects"


def in_any_case(found: ObjectRead) -> Iterator[Doubt | None]:
    """What a batch of this library changes, however the loop looks, and what it is read from."""
    yield review(found.objects.differs)
    others = [found.receiver, *([found.named] if found.objects.model and found.named else [])]
    yield receiver_changes(others, found.read, "the read")


def object_doubts(found: ObjectRead) -> Iterator[Doubt | None]:
    """What makes it another read than one by a key; of these, the last is the one to give."""
    yield _several_values(found)
    yield _key_unknown(found)
    yield _another_manager(found)
    yield _class_unknown(found)
    yield _asks_more(found)


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
    """A manager of the project's own may find other objects for many keys than for one."""
    model = found.model
    if found.objects.model or model is None or not isinstance(found.receiver, ast.Attribute):
        return None
    name, place = found.receiver.attr, found.read.at
    if name != _OBJECTS:
        return report(f"`{name}` may be a manager that finds other objects than the default one")
    if name in model.attributes:
        value, home = model.attributes[name]
        func = value.func if isinstance(value, ast.Call) else None
        targets = place.project.targets(func, home) if func else ()
        own = found.read.entry.qualname.partition(".")[0]
        if not targets or not all(t.entry and t.entry.qualname == own for t in targets):
            return report("the class has a manager of its own, which may find other objects for many keys")
    return None


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

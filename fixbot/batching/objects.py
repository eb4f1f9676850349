"""Objects that a loop reads one by one by their primary key, from an ORM: `session.get(User, key)`, `User.objects.get(pk=key)`.

What the library offers for many keys stands in its stub (`gives_object`); nothing here is particular to one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fixbot.batching.code import collected, free_name, keys_of
from fixbot.batching.edits import before_loop
from fixbot.batching.lookup import HELPER, NO_KEY, Names, free_or_there, instead, names_for
from fixbot.batching.names import imported
from fixbot.batching.read import LoopRead, is_looked_up
from fixbot.catalogue import Batch, Objects
from fixbot.codemod import Place
from fixbot.model import Definition, Edit
from fixbot.project.loops import depends_on_item, derived, loops_around
from fixbot.project.models import Model, model_of
from fixbot.project.module import Module
from fixbot.project.repeatable import Again
from fixbot.project.spelling import broken, spelled

_UNFIT = """Exception:
            return None  # the read that follows tells what is wrong with it"""

_FIELD = re.compile(
    r"(?:^|\.)(?:Char|Text|Slug|Email|URL|UUID|Boolean|Date|Time|DateTime|Duration|Decimal|Float"
    r"|(?:Positive)?(?:Small|Big)?(?:Integer|Auto)|GenericIPAddress)Field\("
)
"""Django's fields of values that cannot be changed."""


@dataclass(frozen=True, eq=False)
class ObjectRead:
    """A read of one object in each turn of a loop."""

    read: LoopRead
    objects: Objects
    asked: str
    """The parameter or keyword that the key is given as."""
    given: dict[str, ast.expr]
    """What is passed, by the names of parameters; what has none, by its number."""

    @property
    def receiver(self) -> ast.expr:
        return self.read.method.value

    @property
    def named(self) -> ast.expr | None:
        """The class of the objects, as it is written: `User` of `session.get(User, key)` and of `User.objects`."""
        if self.objects.model:
            return self.given.get(self.objects.model)
        match self.receiver:
            case ast.Attribute(value=ast.Name() | ast.Attribute() as owner):
                return owner
        return None

    @cached_property
    def model(self) -> Model | None:
        named = self.named
        return model_of(named, self.read.at.module, self.read.at.project) if named else None

    @property
    def key(self) -> str:
        """The attribute of an object that has its key; "" where the code does not show it."""
        model = self.model
        if model is None or model.unclear:
            return ""
        if not self.objects.model:
            is_key = self.asked in ({self.objects.key} | (model.keys or {"id"}))
            return self.objects.key if is_key else ""
        return next(iter(model.keys)) if len(model.keys) == 1 else ""

    @cached_property
    def is_shared(self) -> bool:
        """Whether two turns may be given the same object: where the library does so anyway, or it is only looked at."""
        return self.objects.identity or _is_only_looked_at(self.read, self._plain)

    @property
    def _plain(self) -> set[str]:
        """The attributes that hold what cannot be changed; a list, a file or a related object would be shared, too."""
        attributes = self.model.attributes if self.model else {}
        made = {name: ast.unparse(value) for name, (value, _) in attributes.items() if value}
        fields = {name for name, code in made.items() if _FIELD.search(code)}
        related = {f"{name}_id" for name, code in made.items() if "ForeignKey(" in code}
        return {*fields, *related, "pk", "id"}


def object_read(call: ast.Call, at: Place) -> ObjectRead | None:
    """A read by a key that changes with a loop around it; None for anything else."""
    module, function = at.module, at.function(call)
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in at.project.catalogue.object_names:
        return None
    if function is None or not any(loops_around(call, module)):
        return None
    entry = at.effects.of_name(call.func, module).entry
    if entry is None or entry.objects is None:
        return None
    parent = module.parents[call]
    if isinstance(parent, ast.Await) != entry.is_async:
        return None
    given = {
        **{str(number): value for number, value in enumerate(call.args)},
        **{keyword.arg or "**": keyword.value for keyword in call.keywords},
    }
    for number, name in enumerate(entry.parameters[: len(call.args)]):
        given[name] = given.pop(str(number))
    for asked in [entry.objects.key, *given]:
        for loop in loops_around(call, module) if asked in given else ():
            if depends_on_item(given[asked], loop) and not is_looked_up(call, given[asked], module):
                batch = Batch("", "", "unordered", "elided", "absent", entry.objects.chunk)
                key = derived(given[asked], loop, module)
                parts = frozenset(n for n in ast.walk(call.func) if isinstance(n, ast.Call))
                read = LoopRead(call, call.func, entry, batch, key, loop, function, at, parts)
                return ObjectRead(read, entry.objects, asked, given)
    return None


def _is_only_looked_at(read: LoopRead, plain: set[str]) -> bool:
    """Whether nothing is done with the object but to read such attributes of it."""
    module = read.at.module
    match module.parents[read.whole]:
        case ast.Attribute() as attribute:
            return _is_plain_look(attribute, plain, read)
        case ast.Assign(targets=[ast.Name(id=name)]):
            uses = [n for n in read.function.nodes if isinstance(n, ast.Name) and n.id == name]
            loads = [n for n in uses if isinstance(n.ctx, ast.Load)]
            return not any(isinstance(n.ctx, ast.Del) for n in uses) and all(
                _is_test(n, module) or _is_plain_look(module.parents[n], plain, read) for n in loads
            )
    return False


def _is_test(node: ast.expr, module: Module) -> bool:
    """`if user`, `not user`, `user is None`."""
    match module.parents[node]:
        case ast.If(test=test) | ast.IfExp(test=test):
            return test is node
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
            return True
    return False


def _is_plain_look(attribute: ast.AST, plain: set[str], read: LoopRead) -> bool:
    """`user.name`, which is neither set nor called, and nothing of which is."""
    if not isinstance(attribute, ast.Attribute) or attribute.attr not in plain:
        return False
    parent = read.at.module.parents[attribute]
    if not isinstance(attribute.ctx, ast.Load) or isinstance(parent, ast.Attribute | ast.Subscript):
        return False
    return not (isinstance(parent, ast.Call) and parent.func is attribute)


# --- what is written -------------------------------------------------------------------------------------


def definition(found: ObjectRead) -> tuple[str, list[Definition]] | None:
    """The name of the function that reads many objects, and the function itself unless the module has it.

    None where a name that it needs means something else in the module.
    """
    at, objects = found.read.at, found.objects
    names, uses = names_for(at), [imported(at, dotted) for dotted in objects.imports]
    if names is None or None in uses:
        return None
    written = {dotted: use[0] for dotted, use in zip(objects.imports, uses, strict=True) if use}
    imports = (*names.imports, *(new for use in uses if use for new in use[1]))
    base = f"_prefetch_by_{found.key}{'' if found.is_shared else '_once'}"
    if found.read.awaited:
        base += "_async"

    def code(name: str) -> str:
        return _code(name, found, names, written)

    free = free_or_there(base, code, at.module)
    if free is None:
        return None
    name, is_there = free
    return name, [] if is_there else [Definition(at.module.path, name, code(name), imports=imports)]


def _code(name: str, found: ObjectRead, names: Names, written: dict[str, str]) -> str:
    objects, line_length = found.objects, found.read.at.line_length
    many = broken(f"found = {_spelled_many(found, written)}", " " * 12, "    ", line_length)
    reading = [*many.split("\n"), f"for one in {objects.each}:", f"    objects[one.{found.key}] = one"]
    failing = names.warning(line_length)
    if objects.usable:
        receiver, _, attribute = objects.usable.partition(".")
        failing = (
            f'if not getattr({receiver}, "{attribute}", True):\n'
            f"            raise  # as the first read would have, for what could not be flushed\n"
            f"        {failing}"
        )
    parameters = [objects.receiver, "model"] if objects.model else [objects.receiver]
    typed = [*(f"{name}: {names.any}" for name in parameters), f"keys: {names.iterable}[{names.any}]"]
    looking = "return objects.get(key)"
    if not found.is_shared:
        looking = "return objects.pop(key, None)  # each once, since each read gives a new one"
    if objects.text_key:
        looking = f"if isinstance(key, str):\n                key = {objects.text_key}\n            {looking}"
    return HELPER.format(
        head=names.head(name, typed, is_async=found.read.awaited, line_length=line_length),
        any=names.any,
        what=f"objects by `{found.key}`",
        store="objects",
        result=names.any,
        looking=looking,
        unfit=_UNFIT if objects.text_key else NO_KEY.format("None"),
        chunk=objects.chunk,
        reading="\n            ".join(reading),
        failing=failing,
    )


def _spelled_many(found: ObjectRead, written: dict[str, str]) -> str:
    """The expression of the stub, with the key's attribute and the names of imports put in."""
    tree = ast.parse(found.objects.many, mode="eval")
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="model"), attr="key"):
                node.attr = found.key
            case ast.Name(id=name):
                node.id = next((w for d, w in written.items() if d.rpartition(".")[2] == name), name)
    return ast.unparse(tree)


def edits(found: ObjectRead, key: str, name: str, new: list[Definition]) -> Iterator[Edit]:
    """Read the batch before the loop, and look every object up among those read. `key` names it in terms of an item."""
    read, module = found.read, found.read.at.module
    items = "" if read.again is Again.AS_IT_IS else free_name("items", read)
    prefetched = free_name("prefetched", read)
    named = [spelled(found.named, module)] if found.objects.model and found.named else []
    arguments = ", ".join([spelled(found.receiver, module), *named, keys_of(read, key, items)])
    code = [f"{items} = {collected(read)}"] if items else []
    code.append(f"{prefetched} = {'await ' if read.awaited else ''}{name}({arguments})")
    yield from before_loop(read, code, items, new, ())
    yield from instead(read, f"{prefetched}({spelled(read.key.expression, module)})")

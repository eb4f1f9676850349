"""Objects that may only be used in the thread that made them (sqlite3): who hands them out, who takes them from elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fixbot.catalogue import Entry
from fixbot.project.effects import Effects
from fixbot.project.module import Function
from fixbot.project.state import CONSTRUCTORS, MUTATORS, self_name


class Affinity:
    """Answers for one project; errs on the side of "leaks"."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._entries: dict[Entry, bool] = {}
        self._names: dict[Function, frozenset[str]] = {}
        self._returns: dict[Function, bool] = {}

    def is_bound(self, entry: Entry) -> bool:
        """Whether a library call makes such an object, or is a method of one."""
        if entry not in self._entries:
            catalogue = self._effects.project.catalogue
            around = (entry, catalogue.owner(entry), catalogue.made_by(entry))
            self._entries[entry] = any(e is not None and "thread_affine" in e.flags for e in around)
        return self._entries[entry]

    def leak(self, function: Function) -> Function | None:
        """The function, this one or one below it, that shares such an object with code outside; None if none does."""
        does = self._effects.summary(function)
        if "thread_affine" not in does.flags:
            return None
        if self.hands_out(function) or self._takes(function):
            return function
        return next(
            (
                f
                for f in sorted(does.functions, key=lambda f: f.qualname)
                if self._stores(f) or self._borrows(f)
            ),
            None,
        )

    # --- what leaves a function ----------------------------------------------------------------------

    def hands_out(self, function: Function) -> bool:
        """Whether it returns, yields or keeps such an object."""
        if function not in self._returns:
            self._returns[function] = False
            values = [
                n.value
                for n in function.nodes
                if isinstance(n, ast.Return | ast.Yield | ast.YieldFrom) and n.value
            ]
            self._returns[function] = any(self._holds(v, function) for v in values) or self._stores(function)
        return self._returns[function]

    def _stores(self, function: Function) -> bool:
        """Whether it puts one where others find it: an attribute, an item, a global."""
        for node in function.nodes:
            match node:
                case ast.Assign(targets=targets, value=value) if self._holds(value, function):
                    if any(not self._is_plain(target, function) for target in targets):
                        return True
                case ast.AnnAssign(target=target, value=value) if value is not None and self._holds(
                    value, function
                ):
                    if not self._is_plain(target, function):
                        return True
                case ast.Call(func=ast.Attribute(attr=attr), args=args) if attr in MUTATORS | {"setattr"}:
                    if any(self._holds(argument, function) for argument in args):
                        return True
                case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
                    if self._holds(value, function) and not self._is_plain(target, function):
                        return True
        return False

    def _is_plain(self, target: ast.expr, function: Function) -> bool:
        match target:
            case ast.Name(id=name):
                return name in function.local_names
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return all(self._is_plain(e, function) for e in elements)
        return False

    def _holds(self, value: ast.expr, function: Function) -> bool:
        """Whether a value is such an object, or has one in it."""

        def holds(*parts: ast.expr | None) -> bool:
            return any(self._holds(part, function) for part in parts if part is not None)

        match value:
            case ast.Name(id=name):
                return name in self._bound_names(function)
            case ast.Call(func=func, args=[inner]) if function.module.dotted(func) == "contextlib.closing":
                return holds(inner)
            case ast.Call():
                return self._makes(value, function) or (
                    not self._is_read_out(value, function)
                    and holds(*value.args, *(k.value for k in value.keywords))
                )
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return holds(*parts)
            case ast.Dict(values=parts) | ast.BoolOp(values=parts):
                return holds(*parts)
            case ast.IfExp(body=body, orelse=orelse):
                return holds(body, orelse)
            case ast.NamedExpr(value=inner) | ast.Starred(value=inner) | ast.Await(value=inner):
                return holds(inner)
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                return holds(element)
            case ast.Attribute(value=inner):
                return holds(inner)
        return False

    def _makes(self, call: ast.Call, function: Function) -> bool:
        effect = self._effects.of_call(call, function.module)
        catalogue = self._effects.project.catalogue
        for entry in effect.entries:
            made = catalogue.owner(entry) if entry.qualname.endswith("__init__") else catalogue.made_by(entry)
            if made is not None and "thread_affine" in made.flags:
                return True
        return any(self.hands_out(callee) for callee in effect.functions)

    def _is_read_out(self, call: ast.Call, function: Function) -> bool:
        """Whether a call on or with such an object is known to give something else: `cursor.fetchall()`, `dict(row)`."""
        effect = self._effects.of_call(call, function.module)
        return effect.known and not any(f.name in CONSTRUCTORS for f in effect.functions) and not effect.makes

    def _bound_names(self, function: Function) -> frozenset[str]:
        """Local names that may hold such an object, by what they are given."""
        if function not in self._names:
            self._names[function] = frozenset()
            given = list(_given(function))
            while True:
                found = frozenset(name for name, value in given if self._holds(value, function))
                if found == self._names[function]:
                    break
                self._names[function] = found
        return self._names[function]

    # --- what comes into a function ------------------------------------------------------------------

    def _takes(self, function: Function) -> bool:
        """Whether it uses one that it was passed."""
        arguments = {a.arg for a in function.arguments}
        return any(isinstance(root, ast.Name) and root.id in arguments for root in self._roots(function))

    def _borrows(self, function: Function) -> bool:
        """Whether it uses one that is kept elsewhere: in an attribute, a global, a function around it."""
        for root in self._roots(function):
            if not isinstance(root, ast.Name):
                continue
            if root.id == self_name(function) or root.id not in function.local_names:
                return True
        return False

    def _roots(self, function: Function) -> Iterator[ast.expr]:
        """What methods of such objects are called on: the first name of the chain."""
        for call in function.calls:
            effect = self._effects.of_call(call, function.module)
            if isinstance(call.func, ast.Attribute) and any(map(self.is_bound, effect.entries)):
                root: ast.expr = call.func.value
                while isinstance(root, ast.Attribute | ast.Call | ast.Subscript):
                    root = root.func if isinstance(root, ast.Call) else root.value
                if not (isinstance(root, ast.Name) and root.id in function.module.any_imports):
                    yield root


def _given(function: Function) -> Iterator[tuple[str, ast.expr]]:
    """Names with the values they are assigned or opened with (not with the items of a loop)."""
    for node in function.nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.NamedExpr(target=target, value=value)
            ):
                targets = [target]
            case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
                targets = [target]
            case _:
                continue
        yield from ((n.id, value) for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))

"""How many items a loop has, as far as its text says."""

from __future__ import annotations

import ast

from fixbot.gathering.onebyone import OneByOne
from fixbot.project.module import Function

SHORT = 20
"""So many may be awaited at once; longer lists, and those of unknown length, a few at a time."""


def is_short(iterable: ast.expr, one: OneByOne, steps: int = 4) -> bool:
    """Whether this surely has no more than `SHORT` items."""

    def short(other: ast.expr) -> bool:
        return steps > 0 and is_short(other, one, steps - 1)

    match iterable:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return len(parts) <= SHORT and not any(isinstance(p, ast.Starred) for p in parts)
        case ast.Dict(keys=keys):
            return len(keys) <= SHORT and None not in keys
        case ast.Subscript(slice=ast.Slice(lower=None, upper=ast.Constant(value=int(upper)), step=None)):
            return 0 <= upper <= SHORT
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(stop))]):
            return stop <= SHORT
        case ast.Call(func=ast.Name(id="zip"), args=[*arguments]):
            return any(map(short, arguments))
        case ast.Call(
            func=ast.Name(id="enumerate" | "reversed" | "sorted" | "list" | "tuple" | "set"), args=[first, *_]
        ):
            return short(first)
        case ast.Call(
            func=ast.Attribute(value=value, attr="items" | "keys" | "values"), args=[], keywords=[]
        ):
            return short(value)
        case ast.Name(id=name):
            here = name in one.function.local_names
            found = (one.function if here else one.module).values.get(name)
            if isinstance(found, ast.Tuple) or (
                found is not None and here and _never_grows(name, one.function)
            ):
                return short(found)
    return False


def _never_grows(name: str, function: Function) -> bool:
    """Whether a variable is only ever read and gone through."""
    for node in function.nodes:
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            parent = function.module.parents[node]
            match parent:
                case ast.For(iter=it) | ast.comprehension(iter=it) if it is node:
                    continue
                case ast.Call(func=ast.Name(id="len" | "zip" | "enumerate" | "sorted" | "list" | "tuple")):
                    continue
                case _:
                    return False
    return name not in {
        n for f in function.module.functions.values() if f is not function for n in f.outer_names
    }

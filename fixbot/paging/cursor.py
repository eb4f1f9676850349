"""What a page starts after: one value of an item, or several of them, which travel as a list in JSON."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from fixbot.model import Definition
from fixbot.paging.names import Names
from fixbot.project.module import Module

_COUNTS = {2: "two", 3: "three"}
_READER = '''\
def {name}(start_after: {annotated}[{text}, {query}()] = None) -> {values}:
    """What a page starts after: the {count} values of a `next_cursor`, which is a list in JSON."""
    if start_after is None:
        return None
    try:
        values = {loads}(start_after)
        {dumps}(values, ensure_ascii=False).encode()  # halves of characters are no text
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != {number}:
        raise {error}(400, "Unknown start_after")
    for value in values:
        if isinstance(value, int) and -(2**63) <= value < 2**63:
            continue
        if value is not None and not isinstance(value, (str, float)):
            raise {error}(400, "Unknown start_after")
    return values
'''


@dataclass(frozen=True)
class Cursor:
    """What `start_after` is: what an item has under one or several of its keys."""

    keys: tuple[str, ...]
    kind: str
    """The type of its value, as annotations write it."""
    admitted: str = ""
    """The arguments of `Query` that refuse what cannot be one."""
    unknown: str = ""
    """What the service raises when no item has it; "" where it starts after any value."""

    @property
    def is_joint(self) -> bool:
        return len(self.keys) > 1

    @property
    def reader(self) -> str:
        """The function that reads several values."""
        return f"cursor_of_{_COUNTS[len(self.keys)]}"

    @property
    def tuple_of_keys(self) -> str:
        return "(" + ", ".join(f'"{key}"' for key in self.keys) + ")"

    def optional(self, names: Names) -> str:
        """The annotation of the parameter, in the route and in what it calls."""
        return names.optional(f"list[{names['Any']}]" if self.is_joint else self.kind)

    def taken(self, names: Names) -> str:
        """How FastAPI gets it."""
        return f"{names['Depends']}({self.reader})" if self.is_joint else f"{names['Query']}({self.admitted})"


def definition_of(cursor: Cursor, names: Names, module: Module) -> list[Definition]:
    """The function that reads several values; none where the module has it, or one value needs none."""
    if not cursor.is_joint or cursor.reader in module.global_names:
        return []
    return [Definition(module.path, cursor.reader, _reader(cursor, names))]


def is_free(cursor: Cursor, names: Names, module: Module) -> bool:
    """Whether the function that reads several values can stand there, or does."""
    there = module.global_names.get(cursor.reader) if cursor.is_joint else None
    return there is None or [ast.dump(n) for n in there] == [
        ast.dump(ast.parse(_reader(cursor, names)).body[0])
    ]


def _reader(cursor: Cursor, names: Names) -> str:
    return _READER.format(
        name=cursor.reader,
        annotated=names["Annotated"],
        text=names.optional("str"),
        query=names["Query"],
        values=cursor.optional(names),
        count=_COUNTS[len(cursor.keys)],
        number=len(cursor.keys),
        loads=names["loads"],
        dumps=names["dumps"],
        error=names["HTTPException"],
    )

"""What lies outside the process and is read or written there: documents, objects in storage, files, rows."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from fixbot.catalogue import Entry
from fixbot.project.keys import is_made_up
from fixbot.project.module import Module
from fixbot.project.origin import chain
from fixbot.project.project import Project

_HOST = re.compile(r"\w+://([^/?#]+)[/?#]")
_SELECTS = re.compile(r"\s*(?:select|pragma|explain)\b", re.I)
_CHANGES = re.compile(
    r"\s*(?:insert|update|delete|replace|create|drop|alter|begin|commit|rollback|vacuum)\b", re.I
)
_LOOKS = frozenset({"Path.resolve", "Path.readlink", "realpath"})
"""What follows links, and says nothing of what is in the file."""
_TWO_PATHS = frozenset(
    "copy copy2 copyfile copytree copy_into move move_into rename renames replace link symlink hardlink_to symlink_to".split()
)


@dataclass(frozen=True, slots=True)
class Resource:
    """Something outside the process: a service and, where the code tells, which part of it ("" if not).

    `fresh`: its key was made up here (a UUID, an automatic id), so nobody can have read it before by
    that key. `many`: all that a query or a listing finds, what is fresh among it.
    """

    service: str
    name: str = ""
    fresh: bool = False
    many: bool = False

    def may_be(self, other: Resource) -> bool:
        """Whether both may be the same thing. A name may lack its beginning, where the code does not tell it."""
        if self.service != other.service:
            return False
        if (self.fresh and not other.many) or (other.fresh and not self.many):
            return False
        mine, its = f"/{self.name}", f"/{other.name}"
        return mine.endswith(its) or its.endswith(mine) or not self.name or not other.name


def resource(service: str, call: ast.expr, module: Module, project: Project) -> Resource:
    """Which part of a service a call works on, as far as the code around it tells."""
    match service:
        case "firestore" | "gcs":
            return _document(service, call, module, project)
        case "http":
            return Resource(service, _host(call))
    return Resource(service)


def accesses(
    entry: Entry, call: ast.expr, module: Module, project: Project
) -> tuple[list[Resource], list[Resource]]:
    """What a call to a library function reads and what it writes."""
    if "sql" in (entry.reads, entry.writes):
        return _rows(entry, call)
    mode = _constant_mode(entry, call)
    reads = entry.reads and entry.qualname not in _LOOKS and (mode is None or not set(mode) & set("wax"))
    writes = entry.writes and (mode is None or set(mode) & set("wax+")) and not _makes_sure(entry, call)
    fresh = "file" in (entry.reads, entry.writes) and _is_fresh_file(entry, call, module, project)

    def part(service: str) -> Resource:
        return Resource(service, fresh=True) if fresh else resource(service, call, module, project)

    return [part(entry.reads)] if reads else [], [part(entry.writes)] if writes else []


def _document(service: str, call: ast.expr, module: Module, project: Project) -> Resource:
    """By the collections on the way to a document: `users`, `users/orders`."""
    names: list[str] = []
    fresh = _adds(call)
    many: bool | None = False if fresh else None
    for expression, home in chain(call, module, project):
        match expression:
            case ast.Call(func=ast.Attribute(attr="document" | "blob"), args=args):
                many = many or False
                fresh = fresh or not args or is_made_up(args[0], home, project)
                if service == "firestore" and any(map(_is_path, args)):
                    return Resource(service, fresh=fresh, many=many)
            case ast.Call(func=ast.Attribute(attr="collection"), args=[ast.Constant(value=str(name))]):
                many = True if many is None else many
                names.append("/".join(name.split("/")[::2]))  # without the documents of a path
            case ast.Call(func=ast.Attribute(attr="collection" | "collection_group" | "list_blobs")):
                return Resource(service, fresh=fresh, many=True if many is None else many)
            case ast.Call(func=ast.Attribute(attr="get_all")):
                return Resource(service)
    return Resource(service, "/".join(reversed(names)), fresh, bool(many))


def _adds(call: ast.expr) -> bool:
    """`collection.add(data)`: a document with an automatic id."""
    match call:
        case ast.Call(func=ast.Attribute(attr="add"), args=[_], keywords=[]):
            return True
    return False


def _is_path(argument: ast.expr) -> bool:
    """Whether a document is named by a path over several collections."""
    return isinstance(argument, ast.JoinedStr) or (
        isinstance(argument, ast.Constant) and "/" in str(argument.value)
    )


def _is_fresh_file(entry: Entry, call: ast.expr, module: Module, project: Project) -> bool:
    """Whether all paths that the call is given name files that this code made up."""
    if not isinstance(call, ast.Call):
        return False
    paths = call.args[: 2 if entry.simple_name in _TWO_PATHS else 1]
    if "." in entry.qualname and isinstance(call.func, ast.Attribute):
        paths = [call.func.value, *(paths[:1] if entry.simple_name in _TWO_PATHS else [])]
    return bool(paths) and all(is_made_up(path, module, project) for path in paths)


def _rows(entry: Entry, call: ast.expr) -> tuple[list[Resource], list[Resource]]:
    """By the statement, where it is written out; opening, committing and closing are no access of their own.

    Rolling back is: what was read before may not be there after it. So is all that a session does which
    keeps objects: it writes what was changed in them, and reads them anew after it.
    """
    does_both = bool(entry.reads and entry.writes)
    if entry.simple_name in ("connect", "Connection"):
        return [], []
    if entry.simple_name in ("commit", "close", "__exit__") and not does_both:
        return [], []
    statement = call.args[0] if isinstance(call, ast.Call) and call.args else None
    if isinstance(statement, ast.JoinedStr):
        statement = statement.values[0] if statement.values else None
    text = statement.value if isinstance(statement, ast.Constant) and isinstance(statement.value, str) else ""
    reads, writes = [Resource("sql")] if entry.reads else [], [Resource("sql")] if entry.writes else []
    if _SELECTS.match(text):
        return reads, []
    return ([], writes) if _CHANGES.match(text) else (reads, writes)


def _host(call: ast.expr) -> str:
    """The host of a URL that is written out as far as that; "" if it is not."""
    match call:
        case ast.Call(args=[ast.Constant(value=str(url)), *_]):
            pass
        case ast.Call(args=[ast.JoinedStr(values=[ast.Constant(value=str(url)), *_]), *_]):
            pass
        case _:
            return ""
    found = _HOST.match(url)
    return found.group(1).lower() if found else ""


def _makes_sure(entry: Entry, call: ast.expr) -> bool:
    """`mkdir(exist_ok=True)`: after it the folder is there, whoever else made it; nothing is overwritten."""
    return (
        entry.simple_name in ("mkdir", "makedirs")
        and isinstance(call, ast.Call)
        and any(
            k.arg == "exist_ok" and isinstance(k.value, ast.Constant) and k.value.value for k in call.keywords
        )
    )


def _constant_mode(entry: Entry, call: ast.expr) -> str | None:
    """The constant mode of `open(path, "w")`; "r" when none is given, None when it is not known."""
    if entry.mode_argument is None or not isinstance(call, ast.Call):
        return None
    position, keyword = entry.mode_argument
    given = [k.value for k in call.keywords if k.arg == keyword] + call.args[position : position + 1]
    if not given and not any(isinstance(a, ast.Starred) for a in call.args):
        return "r"
    match given:
        case [ast.Constant(value=str(mode))]:
            return mode
    return None

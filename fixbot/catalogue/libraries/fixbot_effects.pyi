"""The effects a stub may declare: what a library call does that matters to a web service.

Every sync function of a stub in this folder carries at least one of these; a function without any
is unknown to fixbot, and unknown is never rewritten. `async def` needs none: awaiting it suspends.
A decorator on a class speaks of its instances. See `fixbot/catalogue/__init__.py` for the reader.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

_T = TypeVar("_T")

# --- functions and methods -------------------------------------------------------------------

def pure(target: _T, /) -> _T:
    """Builds or reads a value in memory: no waiting, nothing outside changes."""

def blocking(target: _T, /) -> _T:
    """Waits in the calling thread: network, disk, another process, or time itself."""

def lazy(target: _T, /) -> _T:
    """Returns at once; iterating over what it returns blocks, step by step."""

def lazy_if(*keywords: str) -> Callable[[_T], _T]:
    """Blocks when called, and again while its result is read, if one of these keywords is passed (`stream=True`)."""

def reads(service: str) -> Callable[[_T], _T]:
    """Reads a resource of this service ("firestore", "gcs", "http", "file", "sql", "process", ...)."""

def writes(service: str) -> Callable[[_T], _T]:
    """Creates, changes or deletes a resource of this service."""

def by_mode(position: int, keyword: str) -> Callable[[_T], _T]:
    """Both reads and writes, but a constant mode in this argument tells which (`open(path, "w")`)."""

def async_twin(name: str, *, drop_in: bool = False) -> Callable[[_T], _T]:
    """Where the same thing exists for `await`. `drop_in`: it is an importable function with the same arguments and
    results that tests need not patch anew, so that a call is simply replaced (`time.sleep`)."""

def fetched_by_key(
    *,
    batch: str,
    match: str,
    ordering: Literal["unordered", "preserved"],
    duplicates: Literal["elided", "repeated", "error"],
    missing: Literal["returned", "none", "absent", "raises"],
    chunk: int,
) -> Callable[[_T], _T]:
    """Reads one item by its key; `batch` (Class.method) reads many, `chunk` at a time, matched by attribute `match`."""

def runs_query(
    *, mark: str, chunk: int, spread: bool = False, in_process: bool = False, awaited: bool = False
) -> Callable[[_T], _T]:
    """Runs the SQL of its first argument; `mark` stands in it for a value (`?`, `%s`, `$1`), and `chunk` values are
    taken at a time. They are one sequence, or with `spread` the further arguments. `in_process`: no network between.
    `awaited`: it is no `async def`, but what it returns is awaited."""

def gives_rows(how: Literal["one", "all"]) -> Callable[[_T], _T]:
    """Returns rows of the query that it runs, or that what it belongs to has run: the first or None, or all."""

def gives_object(
    *,
    receiver: str,
    model: str = "",
    key: str,
    many: str,
    each: str,
    imports: tuple[str, ...] = (),
    chunk: int,
    identity: bool = False,
    text_key: str = "",
    usable: str = "",
    differs: str,
) -> Callable[[_T], _T]:
    """Returns the object of a class that has this primary key, None or an error. `model` and `key` are the parameters
    that name them; without `model`, it is called on an attribute of the class, and `key` is a keyword and an attribute
    for whatever the key is called. `many` is an expression that finds those of a `chunk` of keys, in terms of `receiver`
    (what it is called on), `model`, the attribute `key` of it, and what it imports; `each` goes through them, as
    `found`. `identity`: the same key gives the same object. `text_key`: what a `key` given as text is in the objects. `usable`: an attribute of the receiver that tells whether
    more can be asked of it after an error. `differs` is what a batch changes in any case."""

def thread_local(target: _T, /) -> _T:
    """Reads or writes state that belongs to the current thread."""

def context_write(target: _T, /) -> _T:
    """Sets a context variable; what a worker thread sets does not come back."""

def event_loop(target: _T, /) -> _T:
    """Needs the event loop of the current thread."""

def interactive(target: _T, /) -> _T:
    """Waits for a person at the terminal; no thread makes that right in a service."""

# --- classes -----------------------------------------------------------------------------------

def thread_affine(target: _T, /) -> _T:
    """Instances may only be used in the thread that made them."""

def loop_bound(target: _T, /) -> _T:
    """Instances belong to the event loop they were first used in."""

def not_thread_safe(target: _T, /) -> _T:
    """Instances may be used by any thread, but not by two at the same time."""

def shared(target: _T, /) -> _T:
    """Made once and kept: each instance opens connections or loads credentials of its own."""

def model_base(target: _T, /) -> _T:
    """A class, or a function that makes one, which classes of stored objects are derived from; it brings no key."""

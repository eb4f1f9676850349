"""Doubts about what several items would use at the same time: connections, shared state, limits of a service.

The names of things count here as well as their types: a service's client is rarely installed where
fixbot looks, and `session.execute` says enough.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from fixbot.gathering.forms import Form, Unrolled
from fixbot.gathering.onebyone import THREADS, OneByOne
from fixbot.project.calls import simple_name
from fixbot.project.effects import Effects, Summary
from fixbot.project.loops import place
from fixbot.project.module import Function, Module
from fixbot.safety import Doubt, described, report, review

_ONE_AT_A_TIME = frozenset(
    "session sess conn connection cursor cur db database tx txn transaction ws websocket socket sock stream reader writer "
    "lock mutex page browser uow channel ssh sftp ftp smtp imap".split()
)
"""Parts of names of what serves one task at a time."""
_LIMITS = frozenset(
    "sleep limiter ratelimit ratelimiter throttle throttler throttled semaphore semaphores sem backoff retry retries retrying "
    "tenacity".split()
)
"""Parts of names that speak of a limit to what a service takes."""
_CHANGES = frozenset(
    "post put patch delete insert upsert save write update create add remove send publish commit execute executemany "
    "upload push set store drop move rename copy merge emit enqueue notify submit dispatch register start stop run "
    "close click fill goto append ban kick mark sync import apply process".split()
)
"""First words of methods that are likely to change something outside."""
_FOR_MANY = frozenset(
    "aiohttp.ClientSession httpx.AsyncClient httpx2.AsyncClient aiohttp.client.ClientSession".split()
)
"""Clients that are made for many requests at once, whatever they are called."""
_INTENT = re.compile(
    r"sequential|one[ -]by[ -]one|one[ -]at[ -]a[ -]time|one after (?:the |an)other|in order\b|order (?:matters|is important)|"
    r"serial(?:ly|ise|ize)?\b|in parallel|parallel(?:ise|ize)|concurren|gather|rate[ -]?limit|throttl|overload|overwhelm|"
    r"too many|avoid(?:s|ing)? (?:a )?(?:race|deadlock|burst)|deadlock|before the next|at once|simultaneous|back[ -]?off|in batches",
    re.I,
)
"""Words of a comment by which somebody says how items are to follow each other."""
_FLAGS = {
    "context_write": "sets a context variable, which would no longer be seen by what follows",
    "thread_local": "uses state of the current thread, which all items would share",
    "interactive": "waits for a person at the terminal",
    "caller_frame": "looks at the frames of its callers, which would be others",
}


# --- what the items use together -------------------------------------------------------------------------


def uses_one_connection(one: OneByOne) -> Doubt | None:
    """A database session, a connection, a stream or a lock serves one task at a time."""
    if name := shared_connection(one.own(), one.function, one.does, one.at.effects):
        return report(f"uses `{name}`, which by its name serves one task at a time")
    return None


def shared_connection(nodes: Iterable[ast.AST], function: Function, does: Summary, effects: Effects) -> str:
    """Something that one task at a time can use, and that these nodes or what they call share; "" if there is nothing."""
    found = next(_connections(nodes, function, effects), "")
    if found:
        return found
    for callee in sorted(does.functions, key=lambda f: f.qualname):
        if callee is not function and (inner := next(_connections(callee.nodes, callee, effects), "")):
            return inner
    return ""


_SAYS_ABOUT = frozenset(
    "id ids name names key keys num number count size path url uri type factory maker info data config settings timeout index "
    "text title limit offset options args kwargs list dict map set".split()
)
"""Last parts of names of what only tells something about such a thing: `session_id`."""


def _connections(nodes: Iterable[ast.AST], function: Function, effects: Effects) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            if _is_connection(simple_name(node)) and not _is_harmless(node, function, effects):
                yield ast.unparse(node)[:60]


def _is_connection(name: str) -> bool:
    """Whether a name says that this serves one task at a time."""
    parts = words(name.strip("_"))
    return bool(parts & _ONE_AT_A_TIME) and not parts & _SAYS_ABOUT


def _is_harmless(node: ast.Name | ast.Attribute, function: Function, effects: Effects) -> bool:
    module = function.module
    parent = module.parents[node]
    if isinstance(parent, ast.Call) and parent.func is node:
        return True  # a function that makes one, or its own business
    if isinstance(node, ast.Name):
        if _is_made_here(node, function) or module.imports.get(node.id) or _is_class(node.id, module):
            return True
        if any(a.arg == node.id and _is_for_many(a.annotation, module) for a in function.arguments):
            return True
    if _made_for_many(node, function):
        return True
    return _is_catalogued(node, function, effects)


def _is_class(name: str, module: Module) -> bool:
    return any(
        isinstance(b, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for b in module.global_names.get(name, ())
    )


def _is_made_here(name: ast.Name, function: Function) -> bool:
    """Whether this function opened it itself, for this one item: `async with make_session() as session`."""
    module = function.module
    for parent in module.ancestors(name):
        if isinstance(parent, ast.With | ast.AsyncWith):
            for item in parent.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name.id:
                    return isinstance(item.context_expr, ast.Call)
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            break
    value = function.values.get(name.id)
    return isinstance(value, ast.Call | ast.Await | ast.List | ast.Dict | ast.Constant | ast.JoinedStr)


def _made_for_many(node: ast.expr, function: Function) -> bool:
    """Whether it is made by, or declared as, a client that takes many requests at once."""
    module = function.module
    match node:
        case ast.Name(id=name):
            for parent in module.ancestors(node):
                if isinstance(parent, ast.With | ast.AsyncWith):
                    for item in parent.items:
                        match item:
                            case ast.withitem(
                                context_expr=ast.Call(func=func), optional_vars=ast.Name(id=found)
                            ) if found == name:
                                return module.dotted(func) in _FOR_MANY
            value = function.values.get(name)
            return isinstance(value, ast.Call) and module.dotted(value.func) in _FOR_MANY
        case ast.Attribute(value=ast.Name(id="self"), attr=attr):
            owner = next((p for p in module.ancestors(function.node) if isinstance(p, ast.ClassDef)), None)
            stores = [
                n
                for n in (ast.walk(owner) if owner else ())
                if isinstance(n, ast.Assign | ast.AnnAssign)
                and any(
                    place(t) == f"self.{attr}"
                    for t in (n.targets if isinstance(n, ast.Assign) else [n.target])
                )
            ]
            values = [n.value for n in stores if not isinstance(n.value, ast.Constant | None)]
            declared = [n.annotation for n in stores if isinstance(n, ast.AnnAssign)]
            if any(_is_for_many(a, module) for a in declared):
                return True
            return bool(values) and all(
                isinstance(v, ast.Call) and module.dotted(v.func) in _FOR_MANY for v in values
            )
    return False


def _is_for_many(annotation: ast.expr | None, module: Module) -> bool:
    match annotation:
        case ast.Name() | ast.Attribute():
            return module.dotted(annotation) in _FOR_MANY
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _is_for_many(left, module)
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _is_for_many(inner, module)
        case ast.Constant(value=str(text)):
            try:
                return _is_for_many(ast.parse(text, mode="eval").body, module)
            except SyntaxError:
                return False
    return False


def _is_catalogued(node: ast.expr, function: Function, effects: Effects) -> bool:
    """Whether it is used by calls that the catalogue knows, such as `db.collection()` of Firestore."""
    module, below = function.module, node
    for parent in module.ancestors(node):
        match parent:
            case ast.Attribute(value=value) if value is below:
                pass
            case ast.Call(func=func) if func is below:
                entries = effects.of_call(parent, module).entries
                return bool(entries) and not any(
                    {"thread_affine", "not_thread_safe"} & effects.flags(e) or "sql" in (e.reads, e.writes)
                    for e in entries
                )
            case _:
                return False
        below = parent
    return False


def words(name: str) -> set[str]:
    """`db_session` -> {"db", "session"}; `AsyncSession` -> {"async", "session"}."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def shares_cookies(one: OneByOne) -> Doubt | None:
    """A client keeps cookies: what one response sets, the next request sends."""
    for call in one.calls:
        for entry in one.at.effects.of_call(call, one.module).entries:
            if entry.module.startswith("httpx") and entry.qualname.startswith("AsyncClient."):
                if not (isinstance(call.func, ast.Attribute) and _is_of_the_turn(call.func.value, one)):
                    return review(
                        "shares one HTTP client; a cookie that one response sets is no longer sent with the next request"
                    )
    return None


def _is_of_the_turn(node: ast.expr, one: OneByOne) -> bool:
    return any(n in one.nodes for n in _binders(place(node), one))


def _binders(name: str, one: OneByOne) -> list[ast.AST]:
    return one.function.binders.get(name, [])


# --- what one item does to another ----------------------------------------------------------------------


def writes(one: OneByOne) -> Doubt | None:
    """Writes happen in the order of the items; at once, they would happen in any order."""
    for what in sorted(one.does.writes, key=str):
        return report(
            f"writes {described(what, what)}; the writes would no longer come in order, nor stop at the first error"
        )
    return None


def starts_a_process(one: OneByOne) -> Doubt | None:
    """Another program may do anything."""
    for function in (one.function, *_callees(one)):
        for node in one.own() if function is one.function else function.nodes:
            if isinstance(node, ast.Call) and simple_name(node.func).startswith("create_subprocess_"):
                return report(f"`{function.label}` starts a process, which may do anything")
    return None


def changes_state(one: OneByOne) -> Doubt | None:
    """State that the items change together: what one turn did as one step, others would now see half done."""
    does = one.does
    certain = sorted({str(s) for s in does.sets - does.fills if s.certain and not s.is_guess})
    if certain:
        return report(f"changes `{certain[0]}`, which the other items use at the same time")
    if does.fills:
        return review(
            f"fills in `{min(map(str, does.fills))}` where it is missing; several items may now do so at once"
        )
    given = sorted({str(s) for s in does.sets if not s.is_guess})
    if given:
        return review(f"changes `{given[0]}`; check that no two items share it")
    return None


def needs_its_context(one: OneByOne) -> Doubt | None:
    """Each item would run as a task of its own, with a copy of the context variables."""
    for flag, sentence in _FLAGS.items():
        if flag in one.does.flags:
            return report(sentence)
    return None


def in_threads(one: OneByOne) -> Doubt | None:
    """What runs in a thread would run in several at once."""
    for call in one.calls:
        if one.module.dotted(call.func) in THREADS or simple_name(call.func) == "run_in_executor":
            return report("runs in a thread; several at once would share what one thread had for itself")
    return None


# --- what a service takes --------------------------------------------------------------------------------


def holds_back(one: OneByOne) -> Doubt | None:
    """Somebody limits how much is asked of a service: a pause, a retry, a semaphore, a look at status 429."""
    parts = [(one.own(), one.function), *((f.nodes, f) for f in _callees(one))]
    for nodes, function in parts:
        if found := _limit_in(nodes):
            return report(f"`{found}` looks like a limit to how often something is asked")
        for decorator in function.node.decorator_list if function is not one.function else ():
            if words(ast.unparse(decorator).replace(".", "_").partition("(")[0]) & _LIMITS:
                return report(
                    f"`@{ast.unparse(decorator)[:60]}` looks like a limit to how often something is asked"
                )
    return None


def _callees(one: OneByOne) -> list[Function]:
    return sorted((f for f in one.does.functions if f is not one.function), key=lambda f: f.qualname)


def inside_a_limit(one: OneByOne) -> Doubt | None:
    """The loop stands inside `async with` a lock, a semaphore or a transaction."""
    for parent in one.module.ancestors(one.statement):
        if isinstance(parent, ast.AsyncWith | ast.With):
            for item in parent.items:
                said = ast.unparse(item.context_expr)
                parts = {w for part in re.findall(r"\w+", said) for w in words(part)}
                if parts & (
                    _LIMITS | {"lock", "mutex", "transaction", "begin", "atomic", "limit", "pipeline"}
                ):
                    return report(
                        f"stands inside `with {said[:60]}`, which is held for one thing after the other"
                    )
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            break
    return None


def says_so(one: OneByOne) -> Doubt | None:
    """A comment in the loop, right above it or after it on its line speaks of order, limits or doing things at once."""
    if said := stated_intent(one.statement, one.function):
        return report(f"a comment says `{said[:70]}`")
    return None


def stated_intent(statement: ast.stmt, function: Function) -> str:
    """What a comment at a statement, or the docstring of its function, says of order or limits; "" if nothing."""
    lines = function.module.source.lines
    first = statement.lineno - 1
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    for line in lines[first : statement.end_lineno]:
        comment = line.partition("#")[2].strip()
        if comment and _INTENT.search(comment):
            return comment
    docstring = ast.get_docstring(function.node) or ""
    return next((line.strip() for line in docstring.splitlines() if _INTENT.search(line)), "")


def is_known_read(call: ast.Call, does: Summary, function: Function, effects: Effects) -> bool:
    """Whether all that an awaited call does is known, is to read, and may be done at any time."""
    effect = effects.of_call(call, function.module)
    if not effect.known or not (effect.functions or effect.entries) or not effect.is_async:
        return False
    if does.writes or does.sets or does.fills or does.unknown or does.flags & _FLAGS.keys():
        return False
    return bool(does.reads) and not any(_limit_in(f.nodes) for f in does.functions)


def _limit_in(nodes: Iterable[ast.AST]) -> str:
    """Something among these that speaks of a limit; "" if there is nothing."""
    for node in nodes:
        match node:
            case ast.Name() | ast.Attribute() if words(simple_name(node)) & _LIMITS:
                return ast.unparse(node)[:60]
            case ast.Constant(value=429):
                return "429"
    return ""


# --- what is not known -----------------------------------------------------------------------------------


def unknown(form: Form) -> Doubt | None:
    """What is awaited must be known: a function of the project, or one of the catalogue."""
    one, effects = form.one, form.one.at.effects
    for call in one.calls:
        effect, targets = effects.of_call(call, one.module), one.at.project.targets(call.func, one.module)
        if targets and all(target.stdlib for target in targets):
            continue
        if not effect.known or not (effect.functions or effect.entries):
            return report(f"fixbot does not know what `{ast.unparse(call.func)[:60]}()` does")
    at_once = one.does
    if isinstance(form, Unrolled):  # what the turn does then, it still does in order
        at_once = Summary.joined([effects.summary_of(call, one.function) for call in one.calls])
    for name in sorted(at_once.unknown):
        parts = [words(part) for part in re.findall(r"\w+", name)]
        if parts and (parts[-1] & _CHANGES or any(map(_is_connection, re.findall(r"\w+", name)))):
            return report(f"calls `{name}()`, which fixbot does not know, and which may change something")
    if names := sorted(at_once.unknown):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        return review(
            f"calls `{names[0]}()`{more}, which fixbot does not know; check that several may run at once"
        )
    if names := sorted(one.does.unknown):
        return review(
            f"calls `{names[0]}()`, which fixbot does not know, now after all items are there; check that it may"
        )
    return None

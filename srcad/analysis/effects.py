"""Find what the program writes in place, and refuse it where a derivative is involved.

    w = np.zeros(3)
    w[0] = 1.0          fine: no derivative passes through w, and it is not needed backwards
    w[1] = x ** 2       refused, at this line

What a write may change are all the names that may reach the same memory (see `points`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from srcad.analysis.entered import entered
from srcad.analysis.filled import built_here
from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Append, Apply, Dynamic, Invoke, Mutation
from srcad.analysis.points import Points
from srcad.analysis.program import Unit
from srcad.analysis.refusals import Refusal, Write, cure_of
from srcad.analysis.settle import rebinds
from srcad.analysis.sites import param_of, target_key
from srcad.errors import SrcadError, UnsupportedMutation
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    NUMERIC,
    AnyType,
    Array,
    Clo,
    Dct,
    Lst,
    Method,
    Number,
    Obj,
    Scalar,
    Tup,
    Type,
    mutable,
)
from srcad.rules.spelling import spelled
from srcad.rules.writes import unknown, written_arguments


def holds(kind: Type) -> bool:
    """Whether a value of the type may be, or hold, a function made by the program."""
    if isinstance(kind, Lst | Dct):
        return holds(kind.element)
    if isinstance(kind, Tup):
        return any(map(holds, kind.items))
    return isinstance(kind, Obj | AnyType | Clo | Method)


def aliases(inferred: Inferred, body: ir.Block) -> Points:
    """Which names may reach the same memory."""
    known = inferred.memory.get(id(body))
    if known is None or known[0] is not body:
        known = inferred.memory[id(body)] = body, Points(inferred, body, written_params)
    found: Points = known[1]
    return found


Written = tuple[Write | None, ...]
_WRITING = frozenset((ir.Store, ir.Augment, ir.With))


def writes(inferred: Inferred, body: ir.Block) -> list[Write]:
    """Every write in place of the function itself and of the functions it calls."""
    found: list[Write] = []
    for stmt in ir.walk(body):
        before = len(found)
        if type(stmt) in _WRITING:
            found += _of_statement(inferred, stmt)
        _in_expressions(ir.computed(stmt), inferred, getattr(stmt, "at", None), found)
        if len(found) > before:
            found[before:] = [replace(w, stmt=stmt) for w in found[before:]]
    return found


def _of_statement(inferred: Inferred, stmt: ir.Stmt) -> list[Write]:
    """What an assignment or a context manager writes by itself."""
    match stmt:
        case ir.Store(target) | ir.Augment(ir.Item() | ir.Attr() as target) if is_number(
            inferred, target.obj
        ):
            pass  # Python raises a TypeError
        case ir.Store(target):
            fill = (
                isinstance(target, ir.Item)
                and isinstance(target.obj, ir.Name)
                and (target.obj.id in inferred.unit.code.tables)
            )
            return [_write(inferred, target.obj, stmt.at, "this assignment", fill)]
        case ir.Augment(ir.Name(name)) if rebinds(inferred.types.get(name, ANY)):
            pass
        case ir.Augment(target):
            owner = target if isinstance(target, ir.Name) else target.obj
            what = f"{stmt.op}=" if owner is target else f"`{stmt.op}=`"
            write = _write(inferred, owner, stmt.at, what)
            # `x += e` binds a number anew, or writes into an array
            rebinding = isinstance(target, ir.Name) and isinstance(
                inferred.types.get(target.id, ANY), AnyType
            )
            structural = write.structural and not rebinding
            contents = write.contents or owner is not target
            item = None if owner is target else target_key(target)  # type: ignore[arg-type]
            path = target if isinstance(target, ir.Attr) else write.path
            # no operator writes into what a list holds, but for one of a class
            deep = write.deep and not (rebinding and inferred.session.plain_operators)
            write = replace(write, structural=structural, contents=contents, deep=deep)
            return [replace(write, item=item, path=path)]
        case ir.With(items) if entered(inferred, stmt).given:
            given = frozenset().union(*(ir.reads(e) for e, _ in items)) & inferred.types.keys()
            write = Write(given, stmt.at, "this context manager", structural=True)
            return [write] if given else []
        case _:
            pass
    return []


def all_writes(inferred: Inferred, body: ir.Block) -> list[Write]:
    """The same, found once for each body: for when the types are known, and stay."""
    key = "writes", id(body)
    known = inferred.memory.get(key)
    if known is None or known[0] is not body:
        known = inferred.memory[key] = body, writes(inferred, body)
    found: list[Write] = known[1]
    return found


def is_number(inferred: Inferred, owner: ir.Expr) -> bool:
    """Whether a variable is known to be a number, which nothing can be written into."""
    known = isinstance(owner, ir.Name) and inferred.types.get(owner.id, ANY)
    return isinstance(known, Number) or (isinstance(known, Scalar) and known.kind is not type(None))


def nested_writes(inferred: Inferred, stmt: ir.Stmt) -> frozenset[str]:
    """What is written inside an expression: in a test, or on the way to another value."""
    found: list[Write] = []
    first = getattr(stmt, "target", None)  # of `table[k] += v`
    whole = ir.expressions(stmt) if isinstance(stmt, ir.Assign | ir.Effect | ir.Unpack) else ()
    inner = [e for e in ir.computed(stmt) if e is not first and not any(e is w for w in whole)]
    _in_expressions(inner, inferred, None, found)
    return frozenset().union(*(w.names for w in found))


def _write(
    inferred: Inferred, owner: ir.Expr, at: ir.Loc | None, how: str, append: bool = False
) -> Write:
    """A write into `owner`; `how` as the catalogue of cures knows it."""
    kind = inferred.types.get(owner.id, ANY) if isinstance(owner, ir.Name) else ANY
    said = how if "`" in how or " " in how else f"`{how}`"
    return Write(
        frozenset(ir.reads(owner)),
        at,
        said,
        cure_of(how, kind),
        append,
        structural=not isinstance(kind, Array),
        contents=not append and not isinstance(kind, Lst | Dct | Obj),
        deep=not isinstance(kind, Array | Lst | Dct | Obj) and kind != NUMERIC,
        path=None if isinstance(owner, ir.Name) else owner,
    )


def _in_expressions(
    exprs: Iterable[ir.Expr], inferred: Inferred, at: ir.Loc | None, found: list[Write]
) -> None:
    for expr in exprs:
        operation = inferred.operations.get(id(expr))
        match operation:
            case None:
                pass
            case Apply():
                function = operation.function
                for operand, how in written_operands(operation):
                    write = _write(inferred, operand, at, how or spelled(function))
                    known = operation if unknown(function) else None
                    found.append(replace(write, unknown=known))
                if operation.within is not None:
                    found += _by_called(inferred, operation.within, at, certain=True)
            case Append(owner):
                found.append(_write(inferred, ir.Name(owner), at, ".append", append=True))
            case Mutation(owner, what):
                found.append(_write(inferred, owner, at, what))
            case Invoke():
                found += _by_called(inferred, operation, at)
            case _:
                pass


def _by_called(
    inferred: Inferred, call: Invoke, at: ir.Loc | None, certain: bool = False
) -> Iterator[Write]:
    """What a called function writes; certain: not what code out of sight may write."""
    written = written_params(inferred, call.unit, call.params)
    for arg, inner in zip(call.args, written, strict=True):
        if inner is not None and ir.reads(arg) and not (certain and inner.unknown is not None):
            inside = Write(frozenset(ir.reads(arg)), at, inner.what, inner=inner, call=call)
            yield inside.of_kind(inner)


def check_rules(inferred: Inferred, stmt: ir.Stmt, active: frozenset[str]) -> None:
    """Refuse a function with a rule of the user that writes what it gets: its rule says nothing."""
    for expr in ir.computed(stmt):
        operation = inferred.operations.get(id(expr))
        if not isinstance(operation, Apply) or operation.within is None:
            continue
        found = list(_by_called(inferred, operation.within, None, certain=True))
        if found and not active.isdisjoint(ir.reads(expr)):
            name = getattr(operation.function, "__name__", spelled(operation.function))
            raise UnsupportedMutation(
                f"{name} has a derivative rule and writes into an argument, of which the rule says "
                "nothing. Let it return a new array.",
                inferred.unit.place(getattr(stmt, "at", None)),
            )


def written_operands(operation: Apply) -> list[tuple[ir.Expr, str]]:
    """The operands that a function without source writes into, and how (if not by its name)."""
    known: dict[str, list[tuple[ir.Expr, str]]] = operation.__dict__
    if "_written" not in known:
        known["_written"] = [] if operation.form == "operator" else _operands(operation)
    return known["_written"]


def _operands(operation: Apply) -> list[tuple[ir.Expr, str]]:
    options = {k: v.value if isinstance(v, ir.Const) else ... for k, v in operation.kwargs}
    hit = written_arguments(operation.function, len(operation.args), options)
    by_name = dict(operation.kwargs)
    return [(operation.args[k], "") if isinstance(k, int) else (by_name[k], f"{k}=") for k in hit]


def written_params(inferred: Inferred, unit: Any, params: tuple[Type, ...]) -> Written:
    """For each parameter of a function of the program, the write into it, if there is one.

    Of functions that call each other, what is found so far is taken until nothing new is found.
    What rests on that is kept as long as it stays the same: each is looked at once a round.
    """
    session = inferred.session
    callee: Inferred = session.infer(unit, params)
    key = id(callee)
    if "written" in callee.memory:
        known: Written = callee.memory["written"]
        return known
    if key in session.estimates:
        session.leaning.add(key)
        return session.estimates[key]  # type: ignore[no-any-return]
    if key in session.resting:
        return session.resting[key]  # type: ignore[no-any-return]
    session.estimates[key] = (None,) * len(unit.code.params)
    found = _written(callee, unit)
    while _extent(found) != _extent(session.estimates[key]):
        session.estimates[key] = found
        session.resting.clear()
        found = _written(callee, unit)
    del session.estimates[key]
    session.leaning.discard(key)
    if session.leaning:  # it rests on what is not known yet
        session.resting[key] = found
    else:
        session.resting.clear()
        callee.memory["written"] = found
    return found


def _extent(found: Written) -> list[Any]:
    return [w and w.extent() for w in found]


def _written(callee: Inferred, unit: Unit) -> Written:
    names = [p.name for p in unit.code.params]
    body = callee.running
    points = Points(callee, body, written_params)
    hit: dict[str, Write] = {}
    for write in writes(callee, body):
        if write.append and built_here(callee, body, write):
            continue
        sites = points.hit(write)
        for param in points.changed_by(write, names):
            said = min((n for n in write.names if unit.written(n)), default=param)
            inner = write.inner or replace(write, unit=unit, names=frozenset({said}))
            places = frozenset(s for s in sites if param_of(s) == param)
            inner = replace(inner.of_kind(write), call=None, places=places)
            first = hit.setdefault(param, inner)
            hit[param] = first if first is inner else first.of_kind(first, inner)
    # what is passed as a number is rebound, whatever the parameter is afterwards
    pairs = zip(names, callee.params, strict=True)
    return tuple(hit.get(n) if mutable(t) else None for n, t in pairs)


def calls_unknown(inferred: Inferred, unit: Unit, params: tuple[Type, ...]) -> bool:
    """Whether a function, or one that it calls, calls what is known only when it runs."""
    callee: Inferred = inferred.session.infer(unit, params)
    if "unknown" not in callee.memory:
        seen, stack = {id(callee)}, [callee]
        found = False
        while stack and not found:  # of functions that call each other, each asks them all
            operations = list(stack.pop().operations.values())
            found = any(isinstance(o, Dynamic) for o in operations)
            for call in (o for o in operations if isinstance(o, Invoke)):
                inner = inferred.session.infer(call.unit, call.params)
                found = found or bool(inner.memory.get("unknown"))
                new = id(inner) not in seen and "unknown" not in inner.memory
                stack += [inner] if new else []
                seen.add(id(inner))
        callee.memory["unknown"] = found
    known: bool = callee.memory["unknown"]
    return known


def handed(
    inferred: Inferred, unit: Any, types: tuple[Type, ...], mask: tuple[bool, ...]
) -> tuple[int, ...]:
    """The active parameters that a called function writes: it gets their cotangents from outside.

    u_bar of what the function left goes in, u_bar of what it was given comes out.
    """
    written = written_params(inferred, unit, types)
    return tuple(k for k, (w, m) in enumerate(zip(written, mask, strict=True)) if w and m)


def written_names(inferred: Inferred, body: ir.Block) -> frozenset[str]:
    """Names of objects that the program writes in place."""
    every = frozenset(inferred.types)
    found: set[str] = set()
    for write in all_writes(inferred, body):
        classes = aliases(inferred, body)
        found |= classes.changed_by(write, every)
    return frozenset(found)


def active_writes(
    inferred: Inferred,
    body: ir.Block,
    active: frozenset[str],
    plain: Callable[[ir.Stmt], bool],
) -> Iterator[tuple[ir.Loc | None, SrcadError]]:
    """Refusals of writes into what carries a derivative that are not `plain`."""
    for write, reach in _reaches(inferred, body, active):
        if write.stmt is not None and plain(write.stmt):
            continue
        hit = {n for n in reach & active if mutable(inferred.types.get(n, ANY))}
        if hit:
            yield write.at, _read_again(write, Refusal(inferred, write).of_active(hit))


def check_needed_writes(
    inferred: Inferred,
    body: ir.Block,
    active: frozenset[str],
    needed: tuple[frozenset[str], frozenset[str]],
    kept: Callable[[ir.Stmt], bool],
    harmless: Callable[[str, ir.Stmt], bool],
) -> None:
    """Refuse the writes that overwrite what the backward part reads.

    Of what holds arrays it has copies where these change; a container must hold the same ones.
    needed: the variables that it reads, and those of which it only asks which objects they hold.
    kept: tells of a write whether memory holds the cotangents, so that it is one into arrays.
    harmless: whether a variable has no value yet when the write comes, or nobody reads before it
    what the backward part reads again.
    """
    for write, reach in _reaches(inferred, body, active):
        arrays = all(isinstance(inferred.types.get(n, ANY), Array) for n in write.names)
        if arrays or (write.stmt is not None and kept(write.stmt)):
            continue
        again, shallow = needed
        kinds = {n: inferred.types.get(n, ANY) for n in reach & again}
        if shallow & kinds.keys():
            points = aliases(inferred, body)
            apart = {n for n in shallow if points.itself(n).isdisjoint(points.hit(write))}
            kinds = {n: k for n, k in kinds.items() if n not in apart}
        lost = {n for n, k in kinds.items() if mutable(k) and not isinstance(k, Array)}
        if write.stmt is not None:
            lost = {n for n in lost if not harmless(n, write.stmt)}
        if lost:
            raise _read_again(write, Refusal(inferred, write).of_needed(lost))


def _read_again(write: Write, problem: SrcadError) -> SrcadError:
    """A context manager that writes may be read as the calls that it is."""
    if isinstance(write.stmt, ir.With):
        problem.reading = "contexts"
    return problem


def _reaches(
    inferred: Inferred, body: ir.Block, active: frozenset[str]
) -> Iterator[tuple[Write, frozenset[str]]]:
    """Each write with the names that it may change; not what is filled right where it is made."""
    classes = aliases(inferred, body)
    everyone = frozenset(inferred.types) | active
    for write in all_writes(inferred, body):
        if not (write.append and built_here(inferred, body, write)):
            yield write, classes.changed_by(write, everyone)

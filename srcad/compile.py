"""Make a compiled derivative ready to run: text, functions, and what they rely on."""

from __future__ import annotations

import ast
import functools
import gc
import itertools
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from srcad import errors
from srcad.analysis.effects import handed, written_params
from srcad.analysis.program import Unit
from srcad.analysis.reading import FIRST, WHOLE, Reading
from srcad.emit.load import load
from srcad.emit.places import TABLES, LineTable, line_table
from srcad.emit.printer import printed
from srcad.frontend.source import GENERATED
from srcad.guards import Guards
from srcad.ir.observed import type_of
from srcad.ir.types import (
    AnyType,
    Array,
    Bottom,
    Dct,
    Number,
    Scalar,
    Symbols,
    Tup,
    Type,
    carries,
    dims_of,
    show,
)
from srcad.looked_at import looked_at
from srcad.outer import with_outer
from srcad.pipeline import Compilation
from srcad.runtime.apart import kept_apart
from srcad.runtime.cotangents import finish

T = TypeVar("T")
_SERIAL = itertools.count(1)
LOCK = threading.RLock()  # one compilation at a time
MOST_TYPES = 256


@dataclass
class Entry:
    """One compiled version: what runs, its text, and what it relies on."""

    run: Callable[..., Any]
    text: str
    guards: Guards
    table: LineTable
    forward: Callable[..., Any] = field(default=lambda: None)
    backward: Callable[..., Any] | None = None
    mask: tuple[bool, ...] = ()
    functions: dict[str, Any] = field(default_factory=dict)
    main: Any = None  # the function that `run` calls, as it was generated

    def usable(self, symbols: Symbols | None = None) -> bool:
        """Whether it is right for a call now, perhaps after noting new values of outside names."""
        fits = symbols is None or not self.guards.sizes or self.guards.fit(symbols)
        return fits and (self.guards.hold() or self.guards.renew())

    def bars(self, saved: Any, cotangent: Any) -> list[Any]:
        """The raw cotangents of all parameters, None where there is none."""
        assert self.backward is not None
        found = self.backward(saved, cotangent)
        parts = iter([found] if sum(self.mask) == 1 else found)
        return [next(parts) if m else None for m in self.mask]

    def pull(self, saved: Any, cotangent: Any, args: tuple[Any, ...]) -> list[Any]:
        """The cotangents of all parameters."""
        assert self.backward is not None
        found = iter(self.backward(saved, cotangent))
        return [next(found) if m else finish(None, a) for m, a in zip(self.mask, args, strict=True)]


def find(entries: list[Entry], symbols: Symbols | None = None) -> Entry | None:
    """The version that is right for a call now; versions whose program is gone are dropped."""
    for entry in entries:
        if entry.guards.hold() and (
            not entry.guards.sizes or symbols is None or entry.guards.fit(symbols)
        ):
            return entry
    return next((e for e in entries if e.usable(symbols)), None)


class Cache:
    """The compiled versions of one derivative of one function."""

    def __init__(self) -> None:
        self.exact: dict[Any, Entry] = {}  # by types, dtypes and shapes, for plain calls
        self.by_types: dict[Any, list[Entry]] = {}
        self.last: Entry | None = None

    def find(self, key: Any, symbols: Symbols) -> Entry | None:
        """The version for these types that is right now."""
        entries = self.by_types.get(key)
        return None if entries is None else find(entries, symbols)

    def add(self, key: Any, entry: Entry) -> None:
        """Keep a version; those whose program has changed, and the oldest of too many, go."""
        kept = [e for e in self.by_types.pop(key, []) if e.guards.hold()]
        self.by_types[key] = [*kept, entry]
        while len(self.by_types) > MOST_TYPES:
            self.by_types.pop(next(iter(self.by_types)))
        self.exact.clear()


@contextmanager
def without_collector() -> Iterator[None]:
    """The compiler makes trees, hardly a cycle: looking for some meanwhile takes a tenth longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def in_some_reading(compiled: Callable[..., T]) -> Callable[..., T]:
    """Compile again, in another reading of the program, where the first one is refused."""

    @functools.wraps(compiled)
    def read(*given: Any, **options: Any) -> T:
        symbols = next(a for a in given if isinstance(a, Symbols))
        sizes = dict(symbols.by_size)
        reading = FIRST
        first: errors.SrcadError | None = None
        while True:
            try:
                return compiled(*given, **options, reading=reading)
            except errors.SrcadError as refused:
                if refused.reading != WHOLE:
                    first = first or refused
                if reading.after(refused) == reading:
                    raise (first or refused) from None
                reading = reading.after(refused)
                symbols.by_size = dict(sizes)

    return read


@in_some_reading
@without_collector()
def compile_fused(
    function: types.FunctionType,
    kinds: tuple[Type, ...],
    wrt: tuple[int, ...],
    single: bool,
    value: bool,
    aux: bool,
    naive: bool,
    symbols: Symbols,
    check: bool = True,
    adapt: Callable[[Unit], Unit] | None = None,
    outer: str = "",
    reading: Reading = FIRST,
) -> Entry:
    """`f_grad` for one signature: parameters of types `kinds`, differentiated in those of `wrt`.

    Raises NotDifferentiable when the result is known not to be a real scalar, and MissingRule and
    UnsupportedSyntax for what has no derivative.  A result of unknown type is checked at each call
    (unless `check` is False: for reading the text only).
    """
    sizes = dict(symbols.by_size)
    work = Compilation(symbols, naive, reading=reading)
    unit = work.program.unit(function)
    if adapt is not None:
        unit = adapt(unit)
    unit = with_outer(unit, outer)
    result = work.session.infer(unit, kinds).result
    if aux:
        if isinstance(result, Tup) and len(result.items) == 2:
            result = result.items[0]
        elif not isinstance(result, AnyType):
            raise wants_aux(unit.name, result, return_place(unit))
    result_must_be_scalar(result, unit.name, lambda: return_place(unit))
    unknown = check and (isinstance(result, AnyType | Bottom) or None in (dims_of(result) or ()))
    work.fused(unit, kinds, wrt, single, value or unknown, aux)
    entry = ready(work, work.emitted[0].name, sizes)
    if unknown:
        entry.run = checked(entry.run, unit.name, return_place(unit), value, aux)
        params = [p.name for p in unit.code.params]
        entry.main = looked_at(entry.main, unit.name, params, value, aux)
    entry.run = guarded(entry.run, work, unit, kinds)
    work.session.forget()
    return entry


def guarded(
    run: Callable[..., Any], work: Compilation, unit: Unit, kinds: tuple[Type, ...]
) -> Callable[..., Any]:
    """`run`, which refuses arguments that share memory where the function writes into one."""
    found = written_params(work.session.infer(unit, kinds), unit, kinds)
    written = tuple(k for k, w in enumerate(found) if w is not None)
    names = [p.name for p in unit.code.params]
    return kept_apart(run, written, names, unit.place(None))


def checked(
    run: Callable[..., Any], name: str, place: errors.Place, value: bool, aux: bool
) -> Callable[..., Any]:
    """`run`, which returns (value, gradient), with a look at the value that it returned."""

    def run_and_check(*args: Any) -> Any:
        out, found = run(*args)
        if aux and not (isinstance(out, tuple) and len(out) == 2):
            raise wants_aux(name, type_of(out, Symbols()), place)
        kind = type_of(out[0] if aux else out, Symbols())
        result_must_be_scalar(kind, name, lambda: place)
        if value:
            return out, found
        return (found, out[1]) if aux else found

    return run_and_check


def wants_aux(name: str, kind: Type, place: errors.Place | None) -> errors.NotDifferentiable:
    """The error for a function that returns no pair."""
    return errors.NotDifferentiable(
        f"has_aux: {name} must return (value, aux), not {show(kind)}.", place
    )


@in_some_reading
@without_collector()
def compile_pullback(
    function: types.FunctionType,
    kinds: tuple[Type, ...],
    naive: bool,
    symbols: Symbols,
    reading: Reading = FIRST,
) -> Entry:
    """`f_fwd` and `f_bwd` for one signature, active in every parameter that can be."""
    sizes = dict(symbols.by_size)
    work = Compilation(symbols, naive, reading=reading)
    unit = work.program.unit(function)
    mask = tuple(map(carries, kinds))
    work.names.taken |= unit.code.taken
    fwd, bwd = work.names.fresh(f"{unit.name}_fwd"), work.names.fresh(f"{unit.name}_bwd")
    work.split(unit, kinds, mask, fwd, bwd, reusable=True, finished=True)
    entry = ready(work, fwd, sizes)
    entry.forward = guarded(entry.functions[fwd], work, unit, kinds)
    entry.backward = entry.functions[bwd]
    entry.mask = mask
    work.session.forget()
    return entry


@in_some_reading
@without_collector()
def compile_split(
    function: types.FunctionType,
    kinds: tuple[Type, ...],
    symbols: Symbols,
    adapt: Any = None,
    only: int | None = None,
    reading: Reading = FIRST,
) -> Entry:
    """The same pair with raw cotangents, for calls met at run time; of one parameter `only`."""
    sizes = dict(symbols.by_size)
    work = Compilation(symbols, reusable=True, reading=reading)
    unit = work.program.unit(function)
    if adapt is not None:
        unit = adapt(unit)
    mask = tuple(carries(t) and only in (None, k) for k, t in enumerate(kinds))
    facts = work.session.infer(unit, kinds)
    for k in handed(facts, unit, kinds, mask):
        raise errors.UnsupportedMutation(
            f"{unit.name} is known only when it runs, and writes into `{unit.code.params[k].name}`,"
            " which carries a derivative. Call the function by its name.",
            unit.place(None),
        )
    fwd, bwd = work.request(unit, kinds, mask, unit.place(None))
    work.finish_waiting()
    entry = ready(work, fwd, sizes)
    entry.forward = guarded(entry.functions[fwd], work, unit, kinds)
    entry.backward, entry.mask = entry.functions[bwd], mask
    work.session.forget()
    return entry


def ready(work: Compilation, name: str, sizes: dict[int, str]) -> Entry:
    """Print, load, and note the guards; `sizes` are the names of the arguments' sizes."""
    names: dict[str, Any] = {}
    comments: dict[int, str] = {}
    for emitted in work.emitted:
        for text, value in emitted.refs.items():
            if text in names and names[text] is not value:
                raise errors.InternalError(f"two meanings of {text}")
            names[text] = value
        comments.update(emitted.comments)
    module = printed([*imports(names), *(e.node for e in work.emitted)], comments)
    filename = f"{GENERATED}{name} {next(_SERIAL)}>"
    beside = {e.name: e.function for e in work.emitted}
    seen = {e.name: e.refs for e in work.emitted}
    loaded = load(module.text, beside, names, filename, module.tree, seen)
    table = line_table(module.tree, work.emitted)
    TABLES[filename] = table
    weakref.finalize(loaded[name], TABLES.pop, filename, None).atexit = False
    used: list[tuple[Any, frozenset[str]]] = [
        (u.function, u.code.taken - u.code.locals) for u in work.program.units.values()
    ]
    guards = Guards.of(work.program.guards.values(), used, sizes)
    return Entry(loaded[name], module.text, guards, table, functions=loaded, main=loaded[name])


def imports(names: dict[str, Any]) -> list[ast.stmt]:
    """The import lines with which the text also runs as a module of its own."""
    out: list[ast.stmt] = []
    for name in sorted(names):
        value = names[name]
        if isinstance(value, types.ModuleType):
            alias = ast.alias(value.__name__, name if name != value.__name__ else None)
            out.append(ast.Import([alias]))
    runtime: dict[str, list[str]] = {}
    for name in sorted(names):
        module = getattr(names[name], "__module__", "") or ""
        if module.startswith("srcad.") and getattr(names[name], "__name__", "") == name:
            runtime.setdefault(module, []).append(name)
    for module, found in sorted(runtime.items()):
        out.append(ast.ImportFrom(module, [ast.alias(n) for n in found], 0))
    return out


def result_must_be_scalar(kind: Type, name: str, place: Callable[[], errors.Place | None]) -> None:
    """`grad` needs a real scalar: say what it got, where, and what to call instead."""
    match kind:
        case AnyType() | Bottom():
            return
        case Scalar(k) if k is float:
            return
        case Number(dtype) if dtype.startswith(("float", "longdouble")):
            return
        case Array(dtype, dims) if dtype.startswith("float") and all(d in (1, None) for d in dims):
            return  # where a size is not known, it is looked at when the program runs
        case Array(dtype, dims) if dtype.startswith("float"):
            raise errors.NotDifferentiable(
                f"{name} returns an array {show(kind)}, and grad needs a real scalar. Sum it, "
                "or use srcad.vjp.",
                place(),
            )
        case Scalar(k) if k in (int, bool) or k is type(None):
            what = "None" if k is type(None) else f"the {k.__name__}"
            raise errors.NotDifferentiable(
                f"{name} returns {what}, which has no derivative: return a float.", place()
            )
        case Number(dtype) | Array(dtype) if "complex" in dtype:
            raise errors.NotDifferentiable(
                f"{name} returns complex numbers ({dtype}), and grad needs a real scalar. "
                "Return np.abs(z) ** 2 or z.real; of a holomorphic function take "
                "grad(f, holomorphic=True), else srcad.vjp.",
                place(),
            )
        case Scalar(k) if k is complex:
            raise errors.NotDifferentiable(
                f"{name} returns a complex number, and grad needs a real scalar. Return "
                "abs(z) ** 2 or z.real; of a holomorphic function take grad(f, holomorphic=True), "
                "else srcad.vjp.",
                place(),
            )
        case Tup() | Dct():
            raise errors.NotDifferentiable(
                f"{name} returns {show(kind)}, and grad needs a real scalar. Use "
                "has_aux=True for (value, aux), or srcad.vjp.",
                place(),
            )
        case _:
            pass
    raise errors.NotDifferentiable(
        f"{name} returns {show(kind)}, and grad needs a real scalar.", place()
    )


def return_place(unit: Any) -> errors.Place:
    """The last `return` of a function."""
    node = unit.source.node
    found = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
    return unit.source.place(found[-1] if found else node, unit.name)  # type: ignore[no-any-return]

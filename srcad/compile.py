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
from dataclasses import dataclass
from typing import Any, TypeVar

from srcad import errors
from srcad.analysis.effects import handed, written_params
from srcad.analysis.program import Unit
from srcad.analysis.reading import FIRST, WHOLE, Reading
from srcad.emit.load import load
from srcad.emit.places import TABLES, line_table
from srcad.emit.printer import printed
from srcad.entries import Entry
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

T = TypeVar("T")
Guarded = Callable[[Callable[..., Any]], Callable[..., Any]]
_SERIAL = itertools.count(1)
LOCK = threading.RLock()  # one compilation at a time


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
    params = [p.name for p in unit.code.params]
    look = Look(unit.name, return_place(unit), params, value, aux) if unknown else None
    guard = guarded(work, unit, kinds)

    def dress(entry: Entry) -> None:
        if look is not None:
            entry.run = look.after(entry.run)
            entry.main = look.inside(entry.main)
        entry.run = guard(entry.run)

    entry = ready(work, work.emitted[0].name, sizes, dress)
    work.session.forget()
    return entry


def guarded(work: Compilation, unit: Unit, kinds: tuple[Type, ...]) -> Guarded:
    """How to let a function refuse arguments that share memory where it writes into one."""
    found = written_params(work.session.infer(unit, kinds), unit, kinds)
    written = tuple(k for k, w in enumerate(found) if w is not None)
    names = [p.name for p in unit.code.params]
    place = unit.place(None)
    return lambda run: kept_apart(run, written, names, place)


@dataclass(frozen=True)
class Look:
    """A look at the value of a function, of which the type was not known before."""

    name: str
    place: errors.Place
    params: list[str]
    value: bool
    aux: bool

    def after(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """`run`, which returns (value, gradient), with a look at the value that it returned."""

        def run_and_check(*args: Any) -> Any:
            out, found = run(*args)
            if self.aux and not (isinstance(out, tuple) and len(out) == 2):
                raise wants_aux(self.name, type_of(out, Symbols()), self.place)
            kind = type_of(out[0] if self.aux else out, Symbols())
            result_must_be_scalar(kind, self.name, lambda: self.place)
            if self.value:
                return out, found
            return (found, out[1]) if self.aux else found

        return run_and_check

    def inside(self, main: Any) -> Any:
        """The same as a function that can be differentiated."""
        return looked_at(main, self.name, self.params, self.value, self.aux)


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
    entry = ready(work, fwd, sizes, split(guarded(work, unit, kinds), fwd, bwd), mask)
    work.session.forget()
    return entry


def split(guard: Guarded, fwd: str, bwd: str) -> Callable[[Entry], None]:
    """How to call a forward and a backward part."""

    def dress(entry: Entry) -> None:
        entry.forward = guard(entry.functions[fwd])
        entry.backward = entry.functions[bwd]

    return dress


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
    entry = ready(work, fwd, sizes, split(guarded(work, unit, kinds), fwd, bwd), mask)
    work.session.forget()
    return entry


def ready(
    work: Compilation,
    name: str,
    sizes: dict[int, str],
    dress: Callable[[Entry], None] = lambda entry: None,
    mask: tuple[bool, ...] = (),
) -> Entry:
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
    # as long as the code is there, which functions of several closures may share
    weakref.finalize(loaded[name].__code__, TABLES.pop, filename, None).atexit = False
    used: list[tuple[Any, frozenset[str]]] = [
        (u.function, u.code.taken - u.code.locals) for u in work.program.units.values()
    ]
    guards = Guards.of(work.program.guards.values(), used, sizes)
    return Entry(name, loaded, module.text, guards, table, dress, mask)


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

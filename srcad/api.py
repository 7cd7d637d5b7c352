"""What users call: grad, value_and_grad, vjp and the functions that they return.

A derivative is compiled for the kinds, dtypes, ranks and equal dimensions of the arguments when a
call first shows them, and found again by a dictionary lookup.  What the compiled code relies on
outside the function (globals, closure variables, helpers) is checked at every call.
"""

from __future__ import annotations

import functools
import inspect
import linecache
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import numpy as np

from srcad import errors, rules
from srcad.compile import Entry, compile_fused, compile_pullback
from srcad.frontend.source import Target, unwrap
from srcad.ir.types import Symbols, Type, type_of
from srcad.rules.table import TABLE
from srcad.runtime import calls

P = ParamSpec("P")
Q = ParamSpec("Q")
S = TypeVar("S")
R = TypeVar("R")
Wrt = int | str | tuple[int | str, ...]

rules.load()
_LOCK = threading.RLock()
_MOST_SHAPES = 256


@dataclass
class Cache:
    """The compiled versions of one derivative of one function."""

    exact: dict[Any, Entry] = field(default_factory=dict)
    by_types: dict[Any, list[Entry]] = field(default_factory=dict)
    last: Entry | None = None


class GradFunction(Generic[P, R]):
    """A derivative: called like the function that it came from."""

    def __init__(
        self, f: Callable[..., Any], wrt: Wrt, value: bool, aux: bool, naive: bool
    ) -> None:
        if isinstance(f, GradFunction) and False:
            raise AssertionError
        self.f, self.wrt, self.value, self.aux, self.naive = f, wrt, value, aux, naive
        self.cache = Cache()
        self.exact = self.cache.exact
        self.target: Target | None = None
        _like(self, f)

    # -- calling -----------------------------------------------------------------------

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if not kwargs:
            try:
                entry = self.exact[_exact_key(args)]
            except (KeyError, TypeError, AttributeError):
                pass
            else:
                for holder, name, value in entry.dict_guards:
                    if holder.get(name) is not value:
                        break
                else:
                    if not entry.other_guards or entry.guards_hold():
                        return entry.run(*args)  # type: ignore[no-any-return]
        return self._slow(args, kwargs)

    def _slow(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        entry, canonical, positional = self._entry(args, kwargs)
        if positional and len(self.exact) < _MOST_SHAPES:
            key = _exact_key(args)
            if key is not None:
                self.exact[key] = entry
        return entry.run(*canonical)

    def _entry(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Entry, tuple[Any, ...], bool]:
        with _LOCK:
            target = self._target(len(args), tuple(kwargs))
            canonical, signature = bind(target, args, kwargs)
            positional = not target.args and not target.kwargs and len(canonical) == len(args)
            wrt, single = positions(self.wrt, signature, len(target.args), self.f)
            symbols = Symbols()
            kinds = tuple(type_of(a, symbols) for a in canonical)
            check_wrt(canonical, kinds, wrt, signature, self.f)
            entry = self._find(kinds, len(args))
            if entry is None:
                entry = compile_fused(
                    target.function, kinds, wrt, single, self.value, self.aux, self.naive, symbols
                )
                self.cache.by_types.setdefault(kinds, []).append(entry)
                self.exact.clear()
            self.cache.last = entry
            plain = positional and all(
                p.kind is p.POSITIONAL_OR_KEYWORD or p.kind is p.POSITIONAL_ONLY
                for p in signature.parameters.values()
            )
            return entry, canonical, plain

    def _find(self, kinds: tuple[Type, ...], count: int) -> Entry | None:
        entries = self.cache.by_types.get(kinds, [])
        for entry in entries:
            if entry.guards_hold():
                return entry
        for entry in entries:
            if entry.renew():
                return entry
        self.cache.by_types.pop(kinds, None)
        return None

    def _target(self, count: int, names: tuple[str, ...]) -> Target:
        if self.target is None or self.target.function is None:
            self.target = target_of(self.f, count, names)
        return self.target

    # -- looking like the function -----------------------------------------------------

    @overload
    def __get__(
        self: GradFunction[Concatenate[S, Q], R], instance: S, owner: type | None = None
    ) -> GradFunction[Q, R]: ...

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> GradFunction[P, R]: ...

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        bound = types.MethodType(self.f, instance)
        return GradFunction(bound, self.wrt, self.value, self.aux, self.naive)

    def __reduce__(self) -> Any:
        module = inspect.getmodule(self.f)
        name = getattr(self.f, "__qualname__", "")
        if module is not None and _found(module, name) is self:
            return name
        return _rebuild, (self.f, self.wrt, self.value, self.aux, self.naive)

    def __repr__(self) -> str:
        kind = "value_and_grad" if self.value else "grad"
        return f"<{kind} of {getattr(self.f, '__qualname__', self.f)!s}, wrt={self.wrt!r}>"

    @property
    def source(self) -> str:
        """The generated code of the last call, or of the generic version before any call."""
        return source(self)


def _found(module: types.ModuleType, name: str) -> Any:
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


def _rebuild(f: Any, wrt: Wrt, value: bool, aux: bool, naive: bool) -> Any:
    return GradFunction(f, wrt, value, aux, naive)


def _like(derivative: Any, f: Any) -> None:
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        if hasattr(f, name):
            setattr(derivative, name, getattr(f, name))
    derivative.__wrapped__ = f


def _exact_key(args: tuple[Any, ...]) -> Any:
    """Floats by type, arrays by dtype and shape; None for anything else."""
    key: list[Any] = []
    for a in args:
        kind = type(a)
        if kind is float:
            key.append(float)
        elif kind is np.ndarray:
            key.append(a.dtype)
            key.append(a.shape)
        elif kind is int or kind is bool or isinstance(a, np.generic):
            key.append(kind)
        elif kind is str or a is None:
            key.append(a)
        else:
            return None
    return tuple(key)


# -- arguments -------------------------------------------------------------------------


def target_of(f: Any, count: int, names: tuple[str, ...]) -> Target:
    """The Python function behind a callable; a NumPy function gets one of its own."""
    if isinstance(f, GradFunction):
        raise errors.UnsupportedSyntax(
            "Differentiating a gradient again is not supported yet.", None
        )
    try:
        rule = TABLE.get(f)
        if rule is not None and not isinstance(f, types.FunctionType):
            return Target(_wrapper(f, count, names), (), {})
    except TypeError:
        pass
    return unwrap(f)


@functools.lru_cache(maxsize=512)
def _wrapper(f: Any, count: int, names: tuple[str, ...]) -> types.FunctionType:
    """`def tanh(x): return function(x)` for a function without source."""
    letters = ["x", "y", "z", "u", "v", "w"]
    params = [letters[k] if count <= 6 else f"x{k}" for k in range(count)]
    plain = getattr(f, "__name__", "function")
    heads = ", ".join([*params, *(["*", *names] if names else [])])
    passed = ", ".join([*params, *(f"{n}={n}" for n in names)])
    name = f"{plain}" if plain.isidentifier() else "function"
    text = f"def {name}({heads}):\n    return primal({passed})\n"
    file = f"<srcad {name} of {count} {' '.join(names)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"primal": f, "__name__": __name__}
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    made: types.FunctionType = space[name]
    return made


def bind(
    target: Target, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], inspect.Signature]:
    """One value for each parameter, in order."""
    signature = inspect.signature(target.function, follow_wrapped=False)
    try:
        bound = signature.bind(*target.args, *args, **{**target.kwargs, **kwargs})
    except TypeError as problem:
        raise TypeError(f"{target.function.__name__}() {problem}") from None
    bound.apply_defaults()
    return tuple(bound.arguments[n] for n in signature.parameters), signature


def positions(
    wrt: Wrt, signature: inspect.Signature, skip: int, f: Any
) -> tuple[tuple[int, ...], bool]:
    """The parameters that `wrt` names, and whether it is a single one."""
    names = list(signature.parameters)
    single = not isinstance(wrt, tuple | list)
    given = (wrt,) if single else tuple(wrt)  # type: ignore[arg-type]
    found = [_position(w, names, skip, f) for w in given]
    if len(set(found)) != len(found):
        raise errors.WrongArgument(f"wrt={wrt!r} names a parameter twice.")
    return tuple(found), single


def _position(w: Any, names: list[str], skip: int, f: Any) -> int:
    shown = ", ".join(names[skip:])
    name = getattr(f, "__name__", "the function")
    if isinstance(w, str):
        if w not in names:
            raise errors.WrongArgument(
                f"wrt={w!r}: {name} has no parameter of that name. It has: {shown}."
            )
        return names.index(w)
    if isinstance(w, bool) or not isinstance(w, int | np.integer):
        raise errors.WrongArgument(
            f"wrt={w!r} is neither a position nor a name. Write a position, a name, or a tuple "
            f"of them; {name} has: {shown}."
        )
    count = len(names) - skip
    if not -count <= w < count:
        raise errors.WrongArgument(
            f"wrt={w}: {name} has {count} parameter{'s' if count != 1 else ''} ({shown})."
        )
    return int(w) % count + skip


def check_wrt(
    values: tuple[Any, ...], kinds: tuple[Type, ...], wrt: tuple[int, ...],
    signature: inspect.Signature, f: Any,
) -> None:
    """An argument to differentiate in must hold real or complex numbers of floating point."""
    names = list(signature.parameters)
    for k in wrt:
        found = _not_float(values[k])
        if found is not None:
            path, kind, cure = found
            raise errors.NotDifferentiable(
                f"{getattr(f, '__name__', 'function')}: the argument `{names[k]}{path}` is {kind}, "
                f"and a derivative needs floating point. {cure}"
            )


def _not_float(value: Any, path: str = "") -> tuple[str, str, str] | None:
    if isinstance(value, bool | np.bool_):
        return path, "a bool", "Choose other arguments with wrt=."
    if isinstance(value, int):
        return path, f"the int {value}", f"Pass {float(value)!r}."
    if isinstance(value, np.generic | np.ndarray) and value.dtype.kind not in "fc":
        return path, f"an array of {value.dtype}" if value.ndim else f"a {value.dtype}", (
            "Convert it with .astype(float).")
    if isinstance(value, str | None.__class__):
        return (path, f"{value!r}", "Choose other arguments with wrt=.") if not path else None
    if isinstance(value, dict):
        parts = [(f"{path}[{k!r}]", v) for k, v in value.items()]
    elif isinstance(value, list | tuple):
        parts = [(f"{path}[{k}]", v) for k, v in enumerate(value)]
    else:
        return None
    for inner, part in parts:
        if isinstance(part, bool | np.bool_):
            continue
        found = _not_float(part, inner)
        if found is not None:
            return found
    return None


# -- the public functions --------------------------------------------------------------


@overload
def grad(
    f: Callable[P, Any], wrt: Wrt = 0, *, has_aux: bool = False, backend: str = "numpy",
    naive: bool = False,
) -> GradFunction[P, Any]: ...


@overload
def grad(
    f: None = None, wrt: Wrt = 0, *, has_aux: bool = False, backend: str = "numpy",
    naive: bool = False,
) -> Callable[[Callable[P, Any]], GradFunction[P, Any]]: ...


def grad(
    f: Any = None, wrt: Wrt = 0, *, has_aux: bool = False, backend: str = "numpy",
    naive: bool = False,
) -> Any:
    """The gradient of a function with a real scalar result, as a function of the same arguments.

    f: the function; without it, a decorator is returned.  wrt: the parameters to differentiate in,
    a position, a name, or a tuple of them (then a tuple of gradients is returned).  has_aux: f
    returns (value, aux), and the derivative (gradient, aux).  naive: the unoptimised reference.

    The gradient has the structure, shape and dtype of its argument and memory of its own.  Raises
    NotDifferentiable for integer arguments and results that are not real scalars, MissingRule and
    UnsupportedSyntax for what cannot be differentiated, naming the line.
    """
    return _made(f, wrt, False, has_aux, backend, naive)


@overload
def value_and_grad(
    f: Callable[P, Any], wrt: Wrt = 0, *, has_aux: bool = False, backend: str = "numpy",
    naive: bool = False,
) -> GradFunction[P, tuple[Any, Any]]: ...


@overload
def value_and_grad(
    f: None = None, wrt: Wrt = 0, *, has_aux: bool = False, backend: str = "numpy",
    naive: bool = False,
) -> Callable[[Callable[P, Any]], GradFunction[P, tuple[Any, Any]]]: ...


def value_and_grad(
    f: Any = None, wrt: Wrt = 0, *, has_aux: bool = False, backend: str = "numpy",
    naive: bool = False,
) -> Any:
    """(value, gradient) of a function with a real scalar result; see `grad`."""
    return _made(f, wrt, True, has_aux, backend, naive)


def _made(f: Any, wrt: Wrt, value: bool, aux: bool, backend: str, naive: bool) -> Any:
    if backend != "numpy":
        raise errors.WrongArgument(f"backend={backend!r} is not there yet; use 'numpy'.")
    if f is None:
        return lambda g: _made(g, wrt, value, aux, backend, naive)
    if not callable(f):
        raise errors.WrongArgument(
            f"grad takes a function, not {f!r}. As a decorator with options: @grad(wrt=...)."
        )
    if isinstance(f, type) and not isinstance(f, np.ufunc):
        raise errors.WrongArgument("grad takes a function, not a class.")
    return GradFunction(f, wrt, value, aux, naive)


_PULLBACKS: dict[Any, Cache] = {}


def vjp(f: Callable[..., Any], *args: Any, naive: bool = False, **kwargs: Any) -> tuple[Any, Any]:
    """The value f(*args) and its pullback: from a cotangent of the value to those of the arguments.

    The value may have any structure of numbers and arrays; the cotangent given to the pullback has
    the same.  The pullback returns a tuple with one cotangent for each positional argument (None
    for those that are no numbers) and may be called again.
    """
    out, pullback, count = _vjp(f, args, kwargs, naive)

    def pull(cotangent: Any) -> tuple[Any, ...]:
        return tuple(pullback(cotangent)[:count])

    return out, pull


def _vjp(
    f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], naive: bool
) -> tuple[Any, Callable[[Any], list[Any]], int]:
    with _LOCK:
        target = target_of(f, len(args), tuple(kwargs))
        canonical, signature = bind(target, args, kwargs)
        symbols = Symbols()
        kinds = tuple(type_of(a, symbols) for a in canonical)
        cache = _PULLBACKS.setdefault((target.function, naive), Cache())
        entries = cache.by_types.setdefault(kinds, [])
        entry = next((e for e in entries if e.guards_hold() or e.renew()), None)
        if entry is None:
            entry = compile_pullback(target.function, kinds, naive, symbols)
            entries[:] = [entry]
    out, saved = entry.forward(*canonical)
    skip = len(target.args)
    order = list(signature.parameters)
    spread = [p.name for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL]

    def pullback(cotangent: Any) -> list[Any]:
        found = entry.pull(saved, cotangent, canonical)
        flat: list[Any] = []
        for name, bar in zip(order, found, strict=True):
            if name in spread:
                flat.extend(bar if bar is not None else [None] * len(canonical[order.index(name)]))
            else:
                flat.append(bar)
        return flat[skip:]

    return out, pullback, len(args)


def stop_gradient(x: R) -> R:
    """x itself, through which no derivative passes."""
    return x


def source(derivative: Any, *args: Any, **kwargs: Any) -> str:
    """The code generated for these arguments; without any, that of the last call.

    Before the first call it is the generic version, for arguments of any kind.
    """
    if not isinstance(derivative, GradFunction):
        raise errors.WrongArgument("source takes what grad or value_and_grad returned.")
    if args or kwargs:
        return derivative._entry(args, kwargs)[0].text
    if derivative.cache.last is None:
        return generic(derivative).text
    return derivative.cache.last.text


def generic(derivative: GradFunction[Any, Any]) -> Entry:
    """The version for arguments of any kind."""
    from srcad.ir.types import ANY

    target = derivative._target(1, ())
    signature = inspect.signature(target.function, follow_wrapped=False)
    wrt, single = positions(derivative.wrt, signature, len(target.args), derivative.f)
    kinds = tuple(ANY for _ in signature.parameters)
    return compile_fused(
        target.function, kinds, wrt, single, derivative.value, derivative.aux, derivative.naive,
        Symbols(),
    )  # fmt: skip


# -- calls met at run time -------------------------------------------------------------


def _dynamic(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Callable[[Any], list[Any]]]:
    """Differentiate a function that only the running program knows."""
    from srcad.dynamic import differentiate

    with _LOCK:
        return differentiate(function, args, kwargs)


calls.register(_dynamic)

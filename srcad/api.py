"""What users call: grad, value_and_grad, vjp and the functions that they return.

A derivative is compiled for the kinds, dtypes, ranks and equal dimensions of the arguments when a
call first shows them, and found again by a dictionary lookup.  What the compiled code relies on
outside the function (globals, closure variables, helpers) is checked at every call.
"""

from __future__ import annotations

import inspect
import sys
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import numpy as np

from srcad import errors, rules
from srcad.arguments import Choice, Wrt, bind, check_wrt, choose, target_of
from srcad.compile import Entry, compile_fused, compile_pullback, find
from srcad.emit.places import annotate
from srcad.frontend.source import Target
from srcad.ir.types import ANY, Symbols, Type, type_of
from srcad.runtime import calls
from srcad.runtime.cotangents import shadow

P = ParamSpec("P")
Q = ParamSpec("Q")
S = TypeVar("S")
R = TypeVar("R")

rules.load()
_LOCK = threading.RLock()  # one compilation at a time
_MOST_SHAPES = 256
_MOST_TYPES = 256


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
        while len(self.by_types) > _MOST_TYPES:
            self.by_types.pop(next(iter(self.by_types)))
        self.exact.clear()


class GradFunction(Generic[P, R]):
    """A derivative: called like the function that it came from.

    It keeps the name, signature and docstring of the function, works as a method, static method
    or class method, pickles when the function does, and may be called from several threads.
    """

    def __init__(
        self, f: Callable[..., Any], wrt: Wrt, value: bool, aux: bool, naive: bool
    ) -> None:
        self.f, self.wrt, self.value, self.aux, self.naive = f, wrt, value, aux, naive
        self.cache = Cache()
        self.exact = self.cache.exact
        self.target: Target | None = None
        self.in_class = False  # defined in a class: a call through the class passes self first
        self.bound_to: tuple[GradFunction[Any, Any], Any, Any] | None = None
        _like(self, f)

    # -- calling -----------------------------------------------------------------------

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            if not kwargs:
                entry = self.exact.get(_exact_key(args))
                if entry is not None and entry.guards.hold():
                    return entry.run(*args)  # type: ignore[no-any-return]
            return self._slow(args, kwargs)  # type: ignore[no-any-return]
        except Exception as problem:
            annotate(problem)
            raise

    def _slow(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        entry, canonical, choice, plain = self._entry(args, kwargs)
        if plain:
            key = _exact_key(args)
            if key is not None:
                if len(self.exact) >= _MOST_SHAPES:
                    self.exact.clear()
                self.exact[key] = entry
        found = entry.run(*canonical)
        return found if choice.plain else self._picked(found, choice)

    def _picked(self, found: Any, choice: Choice) -> Any:
        """The items of `*args` and `**kwargs` that were asked for."""
        if self.value:
            return found[0], choice.pick(found[1])
        return (choice.pick(found[0]), found[1]) if self.aux else choice.pick(found)

    def _entry(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Entry, tuple[Any, ...], Choice, bool]:
        """The version for these arguments, one value per parameter, and what is asked for."""
        target = self._target(len(args), tuple(kwargs))
        canonical, signature = bind(target, args, kwargs)
        choice = choose(self.wrt, signature, canonical, self._skip(target), target.function)
        symbols = Symbols()
        kinds = tuple(type_of(a, symbols) for a in canonical)
        check_wrt(canonical, kinds, choice, signature, target.function)
        key = target.function, kinds, choice.params, choice.plain and choice.single
        entry = self.cache.find(key, symbols) or self._compile(key, symbols)
        self.cache.last = entry
        plain = (
            not target.args and not target.kwargs and len(canonical) == len(args) and choice.plain
            and not any(p.kind in _SPREAD for p in signature.parameters.values())
        )
        return entry, canonical, choice, plain

    def _compile(self, key: tuple[Any, ...], symbols: Symbols) -> Entry:
        function, kinds, params, single = key
        with _LOCK:
            entry = self.cache.find(key, symbols)
            if entry is None:
                entry = compile_fused(
                    function, kinds, params, single, self.value, self.aux, self.naive, symbols
                )
                self.cache.add(key, entry)
            return entry

    def _target(self, count: int, names: tuple[str, ...]) -> Target:
        if isinstance(self.f, types.FunctionType):
            if self.target is None:
                self.target = Target(self.f)
            return self.target
        return target_of(self.f, count, names)

    def _skip(self, target: Target) -> int:
        return len(target.args) + (self.in_class and isinstance(self.f, types.FunctionType))

    # -- looking like the function -----------------------------------------------------

    @overload
    def __get__(
        self: GradFunction[Concatenate[S, Q], R], instance: S, owner: type | None = None
    ) -> GradFunction[Q, R]: ...

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> GradFunction[P, R]: ...

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        get = getattr(type(self.f), "__get__", None)
        bound = self.f if get is None else get(self.f, instance, owner)
        if bound is self.f:
            return self
        made: GradFunction[Any, Any] = GradFunction(
            bound, self.wrt, self.value, self.aux, self.naive
        )
        made.cache = self.cache
        made.bound_to = self, instance, owner
        return made

    def __set_name__(self, owner: type, name: str) -> None:
        self.in_class = True

    def __reduce__(self) -> Any:
        if self.bound_to is not None:
            return _bound, self.bound_to
        module = sys.modules.get(getattr(self.f, "__module__", None) or "")
        name = getattr(self.f, "__qualname__", "")
        known = None if module is None else _found(module, name)
        if known is self:
            return name
        options = self.wrt, self.value, self.aux, self.naive
        if isinstance(known, GradFunction) and known.f is self.f:
            return _sibling, (known, *options)
        return GradFunction, (self.f, *options)

    def __repr__(self) -> str:
        kind = "value_and_grad" if self.value else "grad"
        return f"<{kind} of {getattr(self.f, '__qualname__', self.f)!s}, wrt={self.wrt!r}>"

    @property
    def source(self) -> str:
        """The generated code of the last call, or of the generic version before any call."""
        return source(self)


_SPREAD = (
    inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.KEYWORD_ONLY,
)  # fmt: skip


def _found(module: types.ModuleType, name: str) -> Any:
    value: Any = module
    for part in name.split("."):
        value = vars(value).get(part) if isinstance(value, type) else getattr(value, part, None)
        value = getattr(value, "__func__", value) if isinstance(value, staticmethod) else value
    return value


def _bound(derivative: GradFunction[Any, Any], instance: Any, owner: Any) -> Any:
    """A pickled method comes back."""
    return derivative.__get__(instance, owner)


def _sibling(derivative: GradFunction[Any, Any], *options: Any) -> Any:
    """Another derivative of a function whose name in its module is that of a derivative."""
    return GradFunction(derivative.f, *options)


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
        elif kind is int or isinstance(a, np.number):
            key.append(kind)
        elif a is None or kind is bool or (kind is str and len(a) < 100):
            key.append((kind, a))
        else:
            return None
    return tuple(key)


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
    name = "value_and_grad" if value else "grad"
    if backend != "numpy":
        raise errors.WrongArgument(f"backend={backend!r} is not there yet; use 'numpy'.")
    if f is None:
        return lambda g: _made(g, wrt, value, aux, backend, naive)
    if isinstance(f, type):
        raise errors.WrongArgument(
            f"{name} takes a function, not the class {f.__name__}: give a function that makes an "
            "instance and uses it."
        )
    if not callable(f) and not isinstance(f, classmethod):
        raise errors.WrongArgument(
            f"{name} takes a function, not {f!r}. As a decorator with options: @{name}(wrt=...)."
        )
    return GradFunction(f, wrt, value, aux, naive)


# -- vjp -------------------------------------------------------------------------------

_PULLBACKS: weakref.WeakKeyDictionary[Any, Cache] = weakref.WeakKeyDictionary()
_MOST_FUNCTIONS = 256


def vjp(f: Callable[..., Any], *args: Any, naive: bool = False, **kwargs: Any) -> tuple[Any, Any]:
    """The value f(*args, **kwargs) and its pullback.

    The pullback takes a cotangent of the value, of the same structure and shapes (one number for
    an array of one element, None for zeros), and returns a tuple with one
    cotangent for each positional argument, None for those that are no numbers.  It may be called
    again.  Raises WrongArgument for a cotangent that does not fit.
    """
    try:
        target = target_of(f, len(args), tuple(kwargs))
        canonical, signature = bind(target, args, kwargs)
        entry = _pullback_entry(target.function, canonical, naive)
        out, saved = entry.forward(*canonical)
    except Exception as problem:
        annotate(problem)
        raise
    name = target.function.__name__
    params = list(signature.parameters.values())
    skip = len(target.args)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        cotangent = fitting(cotangent, out, name)
        try:
            found = entry.pull(saved, cotangent, canonical)
        except Exception as problem:
            annotate(problem)
            raise
        flat: list[Any] = []
        for p, bar, value in zip(params, found, canonical, strict=True):
            if p.kind is p.VAR_POSITIONAL:
                flat.extend(bar if bar is not None else [None] * len(value))
            else:
                flat.append(bar)
        return tuple(flat[skip : skip + len(args)])

    return out, pullback


def _pullback_entry(function: Any, canonical: tuple[Any, ...], naive: bool) -> Entry:
    symbols = Symbols()
    kinds = tuple(type_of(a, symbols) for a in canonical)
    key = kinds, naive
    with _LOCK:
        cache = _PULLBACKS.get(function)
        if cache is None:
            if len(_PULLBACKS) >= _MOST_FUNCTIONS:
                _PULLBACKS.pop(next(iter(_PULLBACKS)), None)
            cache = _PULLBACKS[function] = Cache()
        entry = cache.find(key, symbols)
        if entry is None:
            entry = compile_pullback(function, kinds, naive, symbols)
            cache.add(key, entry)
        return entry


def fitting(cotangent: Any, out: Any, name: str, path: str = "") -> Any:
    """The cotangent in the structure, shape and dtype of the value; WrongArgument if it differs."""
    if cotangent is None:
        return shadow(out)
    if out is None or isinstance(out, str | bytes | bool | int):
        return cotangent
    if isinstance(out, list | tuple):
        if not isinstance(cotangent, list | tuple) or len(cotangent) != len(out):
            raise _misfit(f"a {type(out).__name__} of {len(out)}", cotangent, name, path)
        return [fitting(c, o, name, f"{path}[{k}]")
                for k, (c, o) in enumerate(zip(cotangent, out, strict=True))]
    if isinstance(out, dict):
        if not isinstance(cotangent, dict) or cotangent.keys() - out.keys():
            raise _misfit(f"a dict with the keys {list(out)}", cotangent, name, path)
        return {k: fitting(cotangent.get(k), v, name, f"{path}[{k!r}]") for k, v in out.items()}
    if isinstance(out, np.ndarray):
        return _fitting_array(cotangent, out, name, path)
    if isinstance(out, float | complex | np.generic):
        if not isinstance(cotangent, int | float | complex | np.generic | np.ndarray) or (
            np.size(cotangent) != 1
        ):
            raise _misfit("a number", cotangent, name, path)
        return cotangent.reshape(())[()] if isinstance(cotangent, np.ndarray) else cotangent
    return cotangent


def _fitting_array(cotangent: Any, out: np.ndarray, name: str, path: str) -> Any:
    if out.dtype.kind not in "fc":
        return cotangent
    try:
        given = np.asarray(cotangent)
    except ValueError:  # rows of different lengths
        given = np.empty(0, object)
    if given.dtype.kind not in "biufc" or not (
        given.shape == out.shape or (given.size == out.size == 1)
    ):
        raise _misfit(f"an array of shape {out.shape}", cotangent, name, path)
    if given.dtype.kind == "c" and out.dtype.kind == "f":
        raise _misfit(f"real numbers ({out.dtype})", cotangent, name, path)
    same = given is cotangent and given.dtype == out.dtype and given.shape == out.shape
    return given if same else np.array(given, out.dtype).reshape(out.shape)


def _misfit(wanted: str, cotangent: Any, name: str, path: str) -> errors.WrongArgument:
    got = f"one of shape {cotangent.shape} and dtype {cotangent.dtype}" if isinstance(
        cotangent, np.ndarray) else repr(cotangent)
    where = f" at {path}" if path else ""
    return errors.WrongArgument(
        f"the cotangent given to the pullback of {name} must be{where} {wanted}, like the value, "
        f"not {got}."
    )


def stop_gradient(x: R) -> R:
    """x itself, through which no derivative passes."""
    return x


def source(derivative: Any, *args: Any, **kwargs: Any) -> str:
    """The code generated for these arguments; without any, that of the last call.

    Before the first call it is the generic version, for arguments of any kind.  Raises
    WrongArgument for anything but what grad or value_and_grad returned.
    """
    if not isinstance(derivative, GradFunction):
        raise errors.WrongArgument(
            f"source takes what grad or value_and_grad returned, not {derivative!r}."
        )
    if args or kwargs:
        return derivative._entry(args, kwargs)[0].text
    if derivative.cache.last is None:
        return generic(derivative).text
    return derivative.cache.last.text


def generic(derivative: GradFunction[Any, Any]) -> Entry:
    """The version for arguments of any kind."""
    target = derivative._target(1, ())
    signature = inspect.signature(target.function, follow_wrapped=False)
    skip = derivative._skip(target)
    choice = choose(derivative.wrt, signature, None, skip, target.function)
    kinds: tuple[Type, ...] = tuple(ANY for _ in signature.parameters)
    single = choice.single and choice.plain
    with _LOCK:
        return compile_fused(
            target.function, kinds, choice.params, single, derivative.value, derivative.aux,
            derivative.naive, Symbols(), check=False,
        )  # fmt: skip


# -- calls met at run time -------------------------------------------------------------


def _dynamic(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Callable[[Any], list[Any]]]:
    """Differentiate a function that only the running program knows."""
    from srcad.dynamic import differentiate

    return differentiate(function, args, kwargs)


calls.register(_dynamic)

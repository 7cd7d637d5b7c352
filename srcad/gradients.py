"""The functions that grad and value_and_grad return.

A derivative is compiled for the kinds, dtypes, ranks and equal dimensions of the arguments when a
call first shows them, and found again by a dictionary lookup.  What the compiled code relies on
outside the function (globals, closure variables, helpers) is checked at every call.
"""

from __future__ import annotations

import inspect
import sys
import types
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from srcad import rules, versions
from srcad.arguments import Choice, Wrt, bind, check_wrt, choose, target_of
from srcad.by_tangents import REFUSED, by_tangents
from srcad.called import call_of
from srcad.compile import LOCK, compile_fused
from srcad.emit.places import annotate
from srcad.entries import Entry
from srcad.exact import exact_key, nested_key
from srcad.frontend.source import Target
from srcad.ir.observed import types_of
from srcad.ir.types import ANY, Symbols, Type
from srcad.picked import header, picked
from srcad.rules.table import TABLE
from srcad.runtime.derivative import Derivative
from srcad.runtime.replaced import leaving

P = ParamSpec("P")
Q = ParamSpec("Q")
S = TypeVar("S")
R = TypeVar("R")
Key = tuple[tuple[Type, ...], tuple[int, ...], bool]  # types, active parameters, one alone

rules.load()
_MOST_SHAPES = 256


class GradFunction(Derivative, Generic[P, R]):
    """A derivative: called like the function that it came from.

    It keeps the name, signature and docstring of the function, works as a method, static method
    or class method, pickles when the function does, and may be called from several threads.
    """

    def __init__(
        self, f: Callable[..., Any], wrt: Wrt, value: bool, aux: bool, naive: bool
    ) -> None:
        self.f, self.wrt, self.value, self.aux, self.naive = f, wrt, value, aux, naive
        self.exact: dict[Any, Entry] = {}  # by types, dtypes and shapes, for plain calls
        self.shown: list[Entry] = []  # the version of the last call
        self.instead: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self.target: Target | None = None
        self.complex_only = False
        self.outer = ""  # the derivative is that of a function of the value (see `outer`)
        self.in_class = False  # defined in a class: a call through the class passes self first
        self.bound_to: tuple[GradFunction[Any, Any], Any, Any] | None = None
        _like(self, f)

    # -- calling -----------------------------------------------------------------------

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            if not kwargs:
                key = exact_key(args)
                entry = self.exact.get(nested_key(args) if key is None else key)
                if entry is not None and entry.guards.hold():
                    if key is None:
                        return leaving(entry.run, *args)  # type: ignore[no-any-return]
                    return entry.run(*args)  # type: ignore[no-any-return]
            return self._slow(args, kwargs)  # type: ignore[no-any-return]
        except BaseException as problem:
            annotate(problem)
            raise

    def _slow(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        entry, canonical, choice, plain = self._entry(args, kwargs)
        if plain:
            key = exact_key(args) or nested_key(args)
            if key is not None:
                if len(self.exact) >= _MOST_SHAPES:
                    self.exact.clear()
                self.exact[key] = entry
        found = leaving(entry.run, *canonical)
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
        target = self._target(args, kwargs)
        canonical, signature = bind(target, args, kwargs)
        choice = choose(self.wrt, signature, canonical, self._skip(target), target.function)
        symbols = Symbols()
        kinds = types_of(canonical, symbols)
        check_wrt(canonical, kinds, choice, signature, target.function, self.complex_only)
        key = kinds, choice.params, choice.plain and choice.single
        entry = self._version(target.function, key, symbols, args, kwargs)
        self.shown[:] = [entry]
        plain = (
            not isinstance(self.f, GradFunction)  # what it rests on is asked at each call
            and not target.args
            and not target.kwargs
            and len(canonical) == len(args)
            and choice.plain
            and not any(p.kind in _SPREAD for p in signature.parameters.values())
        )
        return entry, canonical, choice, plain

    def _version(
        self,
        function: types.FunctionType,
        key: Key,
        symbols: Symbols,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Entry:
        """The version for these types; of a gradient whose code is refused, forward mode's."""
        other = self.instead.get(function)
        if other is None:
            try:
                return self._compiled(function, key, symbols)
            except REFUSED:
                inner = self.f
                other = inner.alone(args, kwargs) if isinstance(inner, GradFunction) else None
                if other is None:
                    raise
                self.instead[function] = other
        return self._compiled(other, key, symbols)

    def alone(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> types.FunctionType | None:
        """Forward mode's code for the derivative in a number, which can be differentiated."""
        if self.outer:
            return None
        target = self._target(args, kwargs)
        canonical, signature = bind(target, args, kwargs)
        choice = choose(self.wrt, signature, canonical, self._skip(target), target.function)
        head, count = header(signature), len(canonical)
        call = call_of(target, args, kwargs)
        call = replace(call, values=canonical, kinds=call.kinds[:count], held=None)
        try:
            made = by_tangents(call, choice, self.value, self.aux, True, head)
        except REFUSED:
            inner = self.f.alone(args, kwargs) if isinstance(self.f, GradFunction) else None
            if inner is None:
                return None
            call = replace(call, function=inner)
            made = by_tangents(call, choice, self.value, self.aux, True, head)
        if made is not None:
            plain = target.function
            made.__defaults__, made.__kwdefaults__ = plain.__defaults__, plain.__kwdefaults__
        return made

    def _compiled(self, function: types.FunctionType, key: Key, symbols: Symbols) -> Entry:
        options = self.value, self.aux, self.naive
        way = "fused", *key, *options, self.outer
        entry = versions.known(function, way, symbols)
        if entry is not None:
            return entry
        with LOCK:
            entry = versions.known(function, way, symbols) or versions.again(function, way, symbols)
            if entry is None:
                entry = compile_fused(function, *key, *options, symbols, outer=self.outer)
                versions.add(function, way, entry)
            return entry

    def generated(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> types.FunctionType:
        """The function that was generated for these arguments, with the function's parameters."""
        entry, _, choice, _ = self._entry(args, kwargs)
        main: types.FunctionType = entry.main
        function = self._target(args, kwargs).function
        signature = inspect.signature(function, follow_wrapped=False)
        if not any(p.kind in _SPREAD for p in signature.parameters.values()):
            if main.__defaults__ is None:
                main.__defaults__ = function.__defaults__
            if choice.plain:
                return main
        names = list(inspect.signature(main).parameters)
        made = picked(main, names, choice, self.value, self.aux, header(signature))
        made.__defaults__, made.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        return made

    def _target(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Target:
        if isinstance(self.f, GradFunction):
            return target_of(self.f, len(args), tuple(kwargs), args, kwargs)
        count, names = len(args), tuple(kwargs)
        if isinstance(self.f, types.FunctionType) and not TABLE.of_user(self.f):
            if self.target is None:
                self.target = Target(self.f)
            return self.target
        return target_of(self.f, count, names)

    def _skip(self, target: Target) -> int:
        return len(target.args) + (self.in_class and isinstance(self.f, types.FunctionType))

    def of(self, f: Callable[..., Any]) -> GradFunction[P, R]:
        """The same derivative of another function."""
        made: GradFunction[P, R] = GradFunction(f, self.wrt, self.value, self.aux, self.naive)
        made.complex_only, made.outer = self.complex_only, self.outer
        return made

    # -- looking like the function -----------------------------------------------------

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> GradFunction[P, R]: ...

    @overload
    def __get__(
        self: GradFunction[Concatenate[S, Q], R], instance: S, owner: type | None = None
    ) -> GradFunction[Q, R]: ...

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        get = getattr(type(self.f), "__get__", None)
        bound = self.f if get is None else get(self.f, instance, owner)
        if bound is self.f:
            return self
        made: GradFunction[Any, Any] = GradFunction(
            bound, self.wrt, self.value, self.aux, self.naive
        )
        made.shown, made.complex_only, made.outer = self.shown, self.complex_only, self.outer
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
        options = self.wrt, self.value, self.aux, self.naive, self.outer, self.complex_only
        if isinstance(known, GradFunction) and known.f is self.f:
            return _sibling, (known, *options)
        return derivative_of, (self.f, *options)

    def __repr__(self) -> str:
        kind = "value_and_grad" if self.value else "grad"
        return f"<{kind} of {getattr(self.f, '__qualname__', self.f)!s}, wrt={self.wrt!r}>"

    @property
    def source(self) -> str:
        """The generated code of the last call, or of the generic version before any call."""
        return text_of(self)


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


def derivative_of(
    f: Callable[..., Any],
    wrt: Wrt,
    value: bool,
    aux: bool,
    naive: bool,
    outer: str,
    complex_only: bool = False,
) -> GradFunction[Any, Any]:
    """The derivative of a function of f's value: its sum, its real part."""
    made: GradFunction[Any, Any] = GradFunction(f, wrt, value, aux, naive)
    made.outer, made.complex_only = outer, complex_only
    return made


def _sibling(derivative: GradFunction[Any, Any], *options: Any) -> Any:
    """Another derivative of a function whose name in its module is that of a derivative."""
    return derivative_of(derivative.f, *options)


def _like(derivative: Any, f: Any) -> None:
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        if hasattr(f, name):
            setattr(derivative, name, getattr(f, name))
    derivative.__wrapped__ = f


def text_of(derivative: GradFunction[Any, Any], *args: Any, **kwargs: Any) -> str:
    """The code generated for these arguments; without any, that of the last call."""
    if args or kwargs:
        return derivative._entry(args, kwargs)[0].text
    return derivative.shown[0].text if derivative.shown else generic(derivative).text


def generic(derivative: GradFunction[Any, Any]) -> Entry:
    """The version for arguments of any kind."""
    target = derivative._target((None,), {})
    signature = inspect.signature(target.function, follow_wrapped=False)
    skip = derivative._skip(target)
    choice = choose(derivative.wrt, signature, None, skip, target.function)
    kinds: tuple[Type, ...] = tuple(ANY for _ in signature.parameters)
    single = choice.single and choice.plain
    with LOCK:
        return compile_fused(
            target.function, kinds, choice.params, single, derivative.value, derivative.aux,
            derivative.naive, Symbols(), check=False, outer=derivative.outer,
        )  # fmt: skip
